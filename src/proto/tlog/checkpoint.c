/* Reads, writes, opens and signs checkpoints. */
#include "proto/tlog/checkpoint.h"

#include <errno.h>
#include <string.h>

#include "proto/tlog/line.h"

/* Lines that are not empty, each with its newline. */
static bool are_lines(const char *text, size_t len)
{
    struct reader r = reader_of(text, len);
    while (r.left > 0) {
        struct reader line = line_take(&r);
        if (r.failed || line.left == 0)
            return false;
    }
    return true;
}

static bool is_root_of_nothing(const uint8_t root[MERKLE_HASH])
{
    uint8_t empty[MERKLE_HASH];
    merkle_edge_root(&(struct merkle_edge){.size = 0}, empty);
    return memcmp(root, empty, MERKLE_HASH) == 0;
}

int checkpoint_read(struct reader *r, struct checkpoint *ret_checkpoint)
{
    struct reader all = reader_sub(r, r->left);
    if (all.left == 0 || !note_text_check((const char *)all.at, all.left))
        return -EBADMSG;
    struct checkpoint c = {.size = 0};
    struct reader origin = line_take(&all), size = line_take(&all), root = line_take(&all);
    if (all.failed || origin.left == 0 || !line_number(size, &c.size) || !line_hash(root, c.root))
        return -EBADMSG;
    c.origin = (const char *)origin.at;
    c.origin_len = origin.left;
    c.extension = (const char *)all.at;
    c.extension_len = all.left;
    if (!are_lines(c.extension, c.extension_len) || (c.size == 0 && !is_root_of_nothing(c.root)))
        return -EBADMSG;
    *ret_checkpoint = c;
    return 0;
}

int checkpoint_write(const struct checkpoint *c, struct writer *w)
{
    if (c->origin_len == 0 || memchr(c->origin, '\n', c->origin_len) || c->size > MERKLE_SIZE_MAX ||
        (c->size == 0 && !is_root_of_nothing(c->root)) || !are_lines(c->extension, c->extension_len))
        return -EINVAL;
    size_t begin = w->len;
    writer_bytes(w, c->origin, c->origin_len);
    writer_u8(w, '\n');
    line_write_number(w, c->size);
    line_write_hash(w, c->root);
    writer_bytes(w, c->extension, c->extension_len);
    if (w->full)
        return -EMSGSIZE;
    return note_text_check((const char *)w->base + begin, w->len - begin) ? 0 : -EINVAL;
}

int checkpoint_open(struct reader *r, const struct note_key *k, const char *origin, struct checkpoint *ret_checkpoint,
                    struct note *ret_note)
{
    struct note n;
    int result = note_read(r, &n);
    if (result == 0)
        result = note_verify(&n, k);
    if (result < 0)
        return result;
    struct reader text = reader_of(n.text, n.text_len);
    struct checkpoint c;
    result = checkpoint_read(&text, &c);
    if (result < 0)
        return result;
    const char *wanted = origin ? origin : k->name;
    if (c.origin_len != strlen(wanted) || memcmp(c.origin, wanted, c.origin_len) != 0)
        return -EXDEV;
    *ret_checkpoint = c;
    if (ret_note)
        *ret_note = n;
    return 0;
}

int checkpoint_sign(const struct checkpoint *c, const struct note_signer *s, struct writer *w)
{
    size_t begin = w->len;
    int result = checkpoint_write(c, w);
    if (result < 0)
        return result;
    size_t len = w->len - begin;
    writer_u8(w, '\n');
    return w->full ? -EMSGSIZE : note_sign(s, (const char *)w->base + begin, len, w);
}
