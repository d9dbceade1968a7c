/* Reads, writes and verifies proof files. */
#include "proto/tlog/proof_file.h"

#include <errno.h>
#include <string.h>

#include "proto/tlog/base64.h"
#include "proto/tlog/line.h"

static const char version_line[] = "c2sp.org/tlog-proof@v1";

int proof_file_extra(const struct proof_file *f, uint8_t *to, size_t max)
{
    return base64_decode(f->extra, f->extra_len, to, max);
}

/* Base64 without its octets being kept, of PROOF_EXTRA_MAX octets at most: padding may stand only at the very end. */
static bool is_base64(const char *text, size_t len)
{
    enum { PART = 4096 };
    uint8_t octets[PART / 4 * 3];
    size_t total = 0;
    for (size_t at = 0; at < len; at += PART) {
        size_t part = len - at < PART ? len - at : PART;
        const struct proof_file f = {.extra = text + at, .extra_len = part};
        int n = proof_file_extra(&f, octets, sizeof octets);
        if (n < 0 || (at + part < len && n != sizeof octets))
            return false;
        total += (size_t)n;
    }
    return total <= PROOF_EXTRA_MAX;
}

int proof_file_read(struct reader *r, struct proof_file *ret_proof)
{
    struct reader all = reader_sub(r, r->left);
    struct proof_file f = {.index = 0};
    if (all.left > PROOF_FILE_MAX)
        return -EMSGSIZE;
    struct reader line = line_take(&all);
    if (!line_begins(&line, version_line) || line.left > 0)
        return -EBADMSG;
    line = line_take(&all);
    if (line_begins(&line, "extra ")) {
        f.has_extra = true;
        f.extra = (const char *)line.at;
        f.extra_len = line.left;
        if (!is_base64(f.extra, f.extra_len))
            return -EBADMSG;
        line = line_take(&all);
    }
    if (!line_begins(&line, "index ") || !line_number(line, &f.index))
        return -EBADMSG;
    for (line = line_take(&all); line.left > 0; line = line_take(&all))
        if (f.proof.count == MERKLE_PROOF_MAX || !line_hash(line, f.proof.hash[f.proof.count++]))
            return -EBADMSG;
    if (all.failed || all.left == 0)
        return -EBADMSG;
    f.checkpoint = all.at;
    f.checkpoint_len = all.left;
    *ret_proof = f;
    return 0;
}

int proof_file_write(uint64_t index, const struct merkle_proof *p, const void *extra, size_t extra_len,
                     const void *checkpoint, size_t checkpoint_len, struct writer *w)
{
    if (index > MERKLE_SIZE_MAX || p->count > MERKLE_PROOF_MAX || (extra && extra_len > PROOF_EXTRA_MAX) ||
        checkpoint_len == 0)
        return -EINVAL;
    writer_bytes(w, version_line, sizeof version_line - 1);
    writer_u8(w, '\n');
    if (extra) {
        writer_bytes(w, "extra ", 6);
        base64_write(w, extra, extra_len);
        writer_u8(w, '\n');
    }
    writer_bytes(w, "index ", 6);
    line_write_number(w, index);
    for (unsigned i = 0; i < p->count; i++)
        line_write_hash(w, p->hash[i]);
    writer_u8(w, '\n');
    writer_bytes(w, checkpoint, checkpoint_len);
    return w->full ? -EMSGSIZE : 0;
}

int proof_file_verify(const struct proof_file *f, const uint8_t leaf[MERKLE_HASH], const struct note_key *k,
                      const char *origin, struct checkpoint *ret_checkpoint)
{
    struct reader r = reader_of(f->checkpoint, f->checkpoint_len);
    struct checkpoint c;
    int result = checkpoint_open(&r, k, origin, &c, NULL);
    if (result < 0)
        return result;
    if (!merkle_verify_inclusion(c.size, f->index, leaf, &f->proof, c.root))
        return -EILSEQ;
    *ret_checkpoint = c;
    return 0;
}
