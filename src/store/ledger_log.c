/* Keeps the Merkle tree over the ledger's entries: its stored hashes, and the proof that file and tree agree. */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "proto/tlog/tile.h"
#include "store/ledger_impl.h"
#include "store/verdict_form.h"

/* ---- stored hashes ---- */

static int read_leaves(struct ledger *l, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH])
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT leaf FROM entry WHERE number > ?1 AND number <= ?1 + ?2 ORDER BY number", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, (int64_t)index);
    sqlite3_bind_int64(s, 2, count);
    unsigned n = 0;
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW && n < count && sqlite3_column_bytes(s, 0) == MERKLE_HASH)
        memcpy(ret_hashes[n++], sqlite3_column_blob(s, 0), MERKLE_HASH);
    r = step == SQLITE_DONE && n == count ? 0 : ledger_check(l, step);
    if (r == 0 && n < count)
        r = ledger_fail(l, -EBADMSG);
    sqlite3_finalize(s);
    return r;
}

static int read_tile(struct ledger *l, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH])
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT hashes FROM tile WHERE level = ? AND n = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int(s, 1, (int)level);
    sqlite3_bind_int64(s, 2, (int64_t)(index / TILE_WIDTH));
    int step = sqlite3_step(s);
    r = ledger_check(l, step);
    size_t from = index % TILE_WIDTH * MERKLE_HASH, len = (size_t)count * MERKLE_HASH;
    if (r == 0 && step == SQLITE_ROW && (size_t)sqlite3_column_bytes(s, 0) >= from + len)
        memcpy(ret_hashes, (const uint8_t *)sqlite3_column_blob(s, 0) + from, len);
    else if (r == 0)
        r = ledger_fail(l, -EBADMSG);
    sqlite3_finalize(s);
    return r;
}

int ledger_log_read(void *self, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH])
{
    return level == 0 ? read_leaves(self, index, count, ret_hashes) : read_tile(self, level, index, count, ret_hashes);
}

static int store_hash(void *self, unsigned level, uint64_t index, const uint8_t hash[MERKLE_HASH])
{
    struct ledger *l = self;
    sqlite3_stmt *s;
    if (level == 0)
        return 0;
    int r = ledger_statement(l, LEDGER_ADD_HASH,
                             "INSERT INTO tile VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE "
                             "SET hashes = CAST(hashes || ?3 AS BLOB)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int(s, 1, (int)level);
    sqlite3_bind_int64(s, 2, (int64_t)(index / TILE_WIDTH));
    sqlite3_bind_blob(s, 3, hash, MERKLE_HASH, SQLITE_STATIC);
    return ledger_step(l, s);
}

int ledger_log_append(struct ledger *l, const uint8_t leaf[MERKLE_HASH])
{
    return merkle_edge_append(&l->edge, leaf, store_hash, l);
}

int ledger_log_load(struct ledger *l)
{
    int64_t size = 0;
    int r = ledger_read_number(l, "SELECT ifnull(max(number), 0) FROM entry", &size);
    return r < 0 ? r : merkle_edge_load((uint64_t)size, ledger_log_read, l, &l->edge);
}

void ledger_root(const struct ledger *l, uint64_t *ret_size, uint8_t ret_root[LEDGER_HASH_LEN])
{
    *ret_size = l->edge.size;
    merkle_edge_root(&l->edge, ret_root);
}

/* ---- verifying ---- */

struct check {
    struct ledger *ledger;
    struct merkle_edge edge; /* of the entries seen */
};

static int compare_hash(void *self, unsigned level, uint64_t index, const uint8_t hash[MERKLE_HASH])
{
    const struct check *c = self;
    uint8_t stored[1][MERKLE_HASH];
    if (level == 0)
        return 0;
    int r = read_tile(c->ledger, level, index, 1, stored);
    return r < 0 ? r : memcmp(stored[0], hash, MERKLE_HASH) == 0 ? 0 : -EBADMSG;
}

static bool same_text(sqlite3_stmt *s, int column, const char *text)
{
    const unsigned char *have = sqlite3_column_text(s, column);
    return have && (size_t)sqlite3_column_bytes(s, column) == strlen(text) && memcmp(have, text, strlen(text)) == 0;
}

static bool same_octets(sqlite3_stmt *s, int column, const void *octets, size_t len)
{
    return (size_t)sqlite3_column_bytes(s, column) == len && memcmp(sqlite3_column_blob(s, column), octets, len) == 0;
}

#define CHECKED_COLUMNS                                                                                            \
    "e.number, e.body, e.type, e.id, e.claim, e.kind, e.subject, e.author, e.scope, e.from_us, e.until_us, r.id, " \
    "ifnull(r.number, 0), e.leaf"

/* Is the body canonical, and do the columns say what it says? */
static bool columns_agree(sqlite3_stmt *s)
{
    static struct verdict v; /* one hub, one thread: too large for the stack beside the form */
    static uint8_t again[VERDICT_FORM_MAX];
    struct verdict_id replaced;
    static const struct verdict_id none;
    struct writer w = writer_of(again, sizeof again);
    const uint8_t *body = sqlite3_column_blob(s, 1);
    size_t len = (size_t)sqlite3_column_bytes(s, 1);
    if (sqlite3_column_int(s, 2) == ENTRY_RECEIPT)
        return ledger_receipt_agrees(s, body, len);
    if (sqlite3_column_int(s, 2) == ENTRY_AUDIT)
        return ledger_audit_agrees(s, body, len);
    if (sqlite3_column_int(s, 2) != ENTRY_VERDICT || verdict_form_read(body, len, &v, &replaced) < 0)
        return false;
    bool replaces = memcmp(&replaced, &none, sizeof none) != 0;
    return verdict_form_write(&v, replaces ? &replaced : NULL, &w) == 0 && w.len == len && memcmp(again, body, len) == 0 &&
           same_octets(s, 3, v.id.octets, sizeof v.id.octets) && sqlite3_column_int(s, 4) == (int)v.claim &&
           sqlite3_column_int(s, 5) == (int)v.subject.kind && same_text(s, 6, v.subject.value) &&
           same_text(s, 7, v.author.name) && same_text(s, 8, v.scope) && sqlite3_column_int64(s, 9) == v.from_us &&
           sqlite3_column_int64(s, 10) == v.until_us &&
           (replaces ? same_octets(s, 11, replaced.octets, sizeof replaced.octets) : sqlite3_column_int64(s, 12) == 0) &&
           sqlite3_column_int64(s, 12) < sqlite3_column_int64(s, 0);
}

int ledger_verify(struct ledger *l, ledger_progress *progress, void *self, uint32_t *ret_first_bad)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT " CHECKED_COLUMNS " FROM entry AS e LEFT JOIN entry AS r ON r.number = e.supersedes"
                           " ORDER BY e.number",
                           &s);
    if (r < 0)
        return r;
    struct check c = {.ledger = l};
    uint8_t root[MERKLE_HASH], ours[MERKLE_HASH];
    int step = SQLITE_ROW;
    while (r == 0 && (step = sqlite3_step(s)) == SQLITE_ROW) {
        uint8_t leaf[MERKLE_HASH];
        if (sqlite3_column_int64(s, 0) != (int64_t)c.edge.size + 1 || !columns_agree(s))
            break;
        merkle_leaf_hash(sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1), leaf);
        if (!same_octets(s, 13, leaf, sizeof leaf))
            break;
        r = merkle_edge_append(&c.edge, leaf, compare_hash, &c);
        if (r == 0 && progress)
            r = progress(self, c.edge.size, l->edge.size);
    }
    uint32_t next = (uint32_t)c.edge.size + 1;
    if (r == 0 && step != SQLITE_DONE)
        r = step == SQLITE_ROW ? ledger_fail(l, -EBADMSG) : ledger_check(l, step);
    sqlite3_finalize(s);
    merkle_edge_root(&c.edge, root);
    merkle_edge_root(&l->edge, ours);
    if (r == 0 && (c.edge.size != l->edge.size || memcmp(root, ours, sizeof root) != 0))
        r = ledger_fail(l, -EBADMSG);
    if (r == 0 || r == -EBADMSG)
        *ret_first_bad = r == 0 ? 0 : next;
    return r;
}
