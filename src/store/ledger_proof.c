/* Signed checkpoints of the ledger's log, and what others need to check it: entries, hashes, proofs. */
#include <errno.h>
#include <string.h>

#include "proto/tlog/checkpoint.h"
#include "proto/tlog/proof_file.h"
#include "store/ledger_impl.h"

static int read_checkpoint(struct ledger *l, const char *sql, uint64_t size, struct ledger_checkpoint *ret_c)
{
    sqlite3_stmt *s;
    struct ledger_checkpoint c = {0};
    int r = ledger_prepare(l, sql, &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, (int64_t)size);
    int step = sqlite3_step(s);
    r = step == SQLITE_DONE ? ledger_fail(l, -ENOENT) : ledger_check(l, step);
    if (r == 0) {
        c.size = (uint64_t)sqlite3_column_int64(s, 0);
        c.made_us = sqlite3_column_int64(s, 1);
        r = ledger_take_text(s, 2, c.note, sizeof c.note) < 0 ? ledger_fail(l, -EBADMSG) : 0;
    }
    sqlite3_finalize(s);
    if (r == 0)
        *ret_c = c;
    return r;
}

int ledger_checkpoint_last(struct ledger *l, struct ledger_checkpoint *ret_checkpoint)
{
    return read_checkpoint(l, "SELECT size, made_us, note FROM checkpoint ORDER BY size DESC LIMIT 1", 0, ret_checkpoint);
}

static int sign(const struct ledger *l, const struct note_signer *signer, struct ledger_checkpoint *c)
{
    struct checkpoint checkpoint = {
        .origin = signer->key.name, .origin_len = strlen(signer->key.name), .size = l->edge.size};
    merkle_edge_root(&l->edge, checkpoint.root);
    struct writer w = writer_of(c->note, sizeof c->note - 1);
    int e = checkpoint_sign(&checkpoint, signer, &w);
    c->note[w.len] = '\0';
    return e;
}

static int keep(struct ledger *l, const struct ledger_checkpoint *c)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "INSERT INTO checkpoint VALUES (?, ?, ?)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, (int64_t)c->size);
    sqlite3_bind_int64(s, 2, c->made_us);
    sqlite3_bind_text(s, 3, c->note, -1, SQLITE_STATIC);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

int ledger_checkpoint_make(struct ledger *l, const struct note_signer *signer, int64_t now_us,
                           struct ledger_checkpoint *ret_checkpoint)
{
    struct ledger_checkpoint c = {.size = l->edge.size, .made_us = now_us};
    int r = read_checkpoint(l, "SELECT size, made_us, note FROM checkpoint WHERE size = ?", c.size, ret_checkpoint);
    if (r != -ENOENT)
        return r;
    r = sign(l, signer, &c) < 0 ? ledger_fail(l, -EINVAL) : keep(l, &c);
    if (r == 0)
        *ret_checkpoint = c;
    return r;
}

int ledger_entries(struct ledger *l, uint64_t index, unsigned count, ledger_each_entry *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT number, body FROM entry WHERE number > ?1 AND number <= ?1 + ?2 ORDER BY number", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, (int64_t)index);
    sqlite3_bind_int64(s, 2, count);
    unsigned n = 0;
    int step = SQLITE_ROW;
    while (r == 0 && (step = sqlite3_step(s)) == SQLITE_ROW && sqlite3_column_int64(s, 0) == (int64_t)index + n + 1) {
        r = each(self, (uint32_t)sqlite3_column_int64(s, 0), sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1));
        n++;
    }
    if (r == 0)
        r = step == SQLITE_ROW ? ledger_fail(l, -EBADMSG) : ledger_check(l, step);
    sqlite3_finalize(s);
    return r < 0 || n == count ? r : ledger_fail(l, -ENOENT);
}

struct proof_entry {
    uint8_t octets[ENTRY_MAX];
    size_t len;
};

static int keep_entry(void *self, uint32_t number, const uint8_t *octets, size_t len)
{
    struct proof_entry *p = self;
    (void)number;
    if (len > sizeof p->octets)
        return -EBADMSG;
    memcpy(p->octets, octets, len);
    p->len = len;
    return 0;
}

int ledger_prove(struct ledger *l, uint32_t number, const struct ledger_checkpoint *c, struct writer *w)
{
    struct merkle_proof proof;
    if (number < 1 || number > c->size)
        return ledger_fail(l, -ENOENT);
    struct proof_entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        return ledger_fail(l, -ENOMEM);
    int r = ledger_entries(l, number - 1, 1, keep_entry, entry);
    if (r == 0)
        r = merkle_prove_inclusion(c->size, number - 1, ledger_log_read, l, &proof);
    if (r == 0)
        r = proof_file_write(number - 1, &proof, entry->octets, entry->len, c->note, strlen(c->note), w);
    free(entry);
    return r < 0 ? ledger_fail(l, r) : 0;
}

int ledger_hashes(struct ledger *l, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[LEDGER_HASH_LEN])
{
    for (unsigned done = 0; done < count;) {
        unsigned n = count - done < MERKLE_READ_MAX ? count - done : MERKLE_READ_MAX;
        int r = ledger_log_read(l, level, index + done, n, ret_hashes + done);
        if (r < 0)
            return r;
        done += n;
    }
    return 0;
}
