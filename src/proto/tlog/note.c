/* Reads, verifies and signs notes. */
#include "proto/tlog/note.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "base/utf8.h"
#include "proto/tlog/base64.h"

static const char dash[] = "\xe2\x80\x94 "; /* U+2014 and a space */

bool note_text_check(const char *text, size_t len)
{
    struct reader r = reader_of(text, len);
    if (len == 0 || text[len - 1] != '\n')
        return false;
    while (r.left > 0) {
        uint32_t c = utf8_take(&r);
        if (r.failed || (c < 0x20 && c != '\n'))
            return false;
    }
    return true;
}

/* "— NAME BASE64", without the newline. */
static int read_signature(struct reader line, struct note_signature *s)
{
    const uint8_t *mark = reader_take(&line, sizeof dash - 1);
    if (!mark || memcmp(mark, dash, sizeof dash - 1) != 0)
        return -EBADMSG;
    const uint8_t *space = line.left > 0 ? memchr(line.at, ' ', line.left) : NULL;
    if (!space)
        return -EBADMSG;
    s->name = (const char *)line.at;
    s->name_len = (size_t)(space - line.at);
    reader_skip(&line, s->name_len + 1);
    s->base64 = (const char *)line.at;
    s->base64_len = line.left;
    if (!note_name_check(s->name, s->name_len) || line.left == 0)
        return -EBADMSG;
    uint8_t octets[NOTE_SIGNATURE_MAX];
    if (base64_decode(s->base64, s->base64_len, octets, sizeof octets) <= 4)
        return -EBADMSG;
    struct reader id = reader_of(octets, 4);
    s->id = reader_u32(&id);
    return 0;
}

int note_read(struct reader *r, struct note *ret_note)
{
    struct reader all = reader_sub(r, r->left);
    if (all.left > NOTE_MAX)
        return -EMSGSIZE;
    if (all.left == 0 || !note_text_check((const char *)all.at, all.left))
        return -EBADMSG;
    const char *end = (const char *)all.at + all.left;
    const char *blank = end - 1; /* the second newline of the last empty line */
    while (blank > (const char *)all.at && !(blank[0] == '\n' && blank[-1] == '\n'))
        blank--;
    if (blank == (const char *)all.at)
        return -EBADMSG;
    struct note n = {.text = (const char *)all.at, .text_len = (size_t)(blank - (const char *)all.at)};
    reader_skip(&all, n.text_len + 1);
    while (all.left > 0) {
        const uint8_t *newline = memchr(all.at, '\n', all.left);
        if (!newline)
            return -EBADMSG;
        if (n.count == NOTE_SIGNATURES_MAX)
            return -EMSGSIZE;
        struct reader line = reader_sub(&all, (size_t)(newline - all.at));
        reader_skip(&all, 1);
        int result = read_signature(line, &n.signature[n.count++]);
        if (result < 0)
            return result;
    }
    if (n.count == 0)
        return -EBADMSG;
    *ret_note = n;
    return 0;
}

int note_next_signature(const struct note *n, const struct note_key *k, unsigned *at, uint8_t *to, size_t max)
{
    size_t name_len = strlen(k->name);
    for (; *at < n->count; ++*at) {
        const struct note_signature *s = &n->signature[*at];
        if (s->id != k->id || s->name_len != name_len || memcmp(s->name, k->name, name_len) != 0)
            continue;
        uint8_t octets[NOTE_SIGNATURE_MAX];
        int len = base64_decode(s->base64, s->base64_len, octets, sizeof octets) - 4;
        if (len < 0)
            return -EBADMSG; /* not as note_read left it */
        ++*at;
        if ((size_t)len > max)
            return -EMSGSIZE;
        memcpy(to, octets + 4, (size_t)len);
        return len;
    }
    return -ENOENT;
}

int note_verify(const struct note *n, const struct note_key *k)
{
    static_assert(NOTE_ED25519_OCTETS == crypto_sign_BYTES, "");
    if (k->type != NOTE_ED25519)
        return -EINVAL;
    uint8_t signature[NOTE_ED25519_OCTETS];
    unsigned at = 0, verified = 0;
    int len;
    while ((len = note_next_signature(n, k, &at, signature, sizeof signature)) != -ENOENT) {
        if (len != NOTE_ED25519_OCTETS ||
            crypto_sign_verify_detached(signature, (const uint8_t *)n->text, n->text_len, k->public_key) != 0)
            return -EKEYREJECTED;
        verified++;
    }
    return verified > 0 ? 0 : -ENOKEY;
}

int note_write_text(const char *text, size_t len, struct writer *w)
{
    if (!note_text_check(text, len))
        return -EBADMSG;
    writer_bytes(w, text, len);
    writer_u8(w, '\n');
    return w->full ? -EMSGSIZE : 0;
}

int note_write_signature(const struct note_key *k, const uint8_t *octets, size_t len, struct writer *w)
{
    uint8_t all[NOTE_SIGNATURE_MAX];
    if (len > NOTE_SIGNATURE_MAX - 4)
        return -EMSGSIZE;
    writer_put_u32(all, k->id);
    memcpy(all + 4, octets, len);
    writer_bytes(w, dash, sizeof dash - 1);
    writer_bytes(w, k->name, strlen(k->name));
    writer_u8(w, ' ');
    base64_write(w, all, 4 + len);
    writer_u8(w, '\n');
    return w->full ? -EMSGSIZE : 0;
}

int note_sign(const struct note_signer *s, const char *text, size_t len, struct writer *w)
{
    if (s->key.type != NOTE_ED25519)
        return -EINVAL;
    if (!note_text_check(text, len))
        return -EBADMSG;
    uint8_t signature[NOTE_ED25519_OCTETS];
    crypto_sign_detached(signature, NULL, (const uint8_t *)text, len, s->secret);
    return note_write_signature(&s->key, signature, sizeof signature, w);
}
