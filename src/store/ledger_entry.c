/* Appends verdicts as entries of the log, and reads them back. */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "store/ledger_impl.h"
#include "store/verdict_form.h"

static bool is_set(const struct verdict_id *id)
{
    static const struct verdict_id none;
    return memcmp(id, &none, sizeof none) != 0;
}

static int insert(struct ledger *l, const struct verdict *v, const uint8_t *body, size_t len, const uint8_t *leaf)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, LEDGER_INSERT, "INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,nullif(?,0),?,?)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, v->number);
    sqlite3_bind_int(s, 2, ENTRY_VERDICT);
    sqlite3_bind_blob(s, 3, v->id.octets, sizeof v->id.octets, SQLITE_STATIC);
    sqlite3_bind_int(s, 4, (int)v->claim);
    sqlite3_bind_int(s, 5, (int)v->subject.kind);
    sqlite3_bind_text(s, 6, v->subject.value, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 7, v->author.name, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 8, v->scope, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 9, v->from_us);
    sqlite3_bind_int64(s, 10, v->until_us);
    sqlite3_bind_int64(s, 11, v->supersedes);
    sqlite3_bind_blob(s, 12, body, (int)len, SQLITE_STATIC);
    sqlite3_bind_blob(s, 13, leaf, MERKLE_HASH, SQLITE_STATIC);
    return ledger_step(l, s);
}

static int id_of_number(struct ledger *l, uint32_t number, struct verdict_id *ret_id)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, LEDGER_ID_OF_NUMBER, "SELECT id FROM entry WHERE number = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, number);
    int step = sqlite3_step(s);
    r = step == SQLITE_DONE ? ledger_fail(l, -ENOENT) : ledger_check(l, step);
    if (r == 0 && sqlite3_column_bytes(s, 0) == (int)sizeof ret_id->octets)
        memcpy(ret_id->octets, sqlite3_column_blob(s, 0), sizeof ret_id->octets);
    else if (r == 0)
        r = ledger_fail(l, -EBADMSG);
    sqlite3_reset(s);
    return r;
}

/* Ten octets of chance, drawn for many identifiers at once: the kernel is asked for them by a system call. */
static const uint8_t *take_chance(struct ledger *l)
{
    if (l->chance_used + CHANCE_OCTETS > sizeof l->chance || l->chance_used == 0) {
        randombytes_buf(l->chance, sizeof l->chance);
        l->chance_used = 0;
    }
    const uint8_t *chance = l->chance + l->chance_used;
    l->chance_used += CHANCE_OCTETS;
    return chance;
}

static int append_numbered(struct ledger *l, const struct verdict *v, const struct verdict_id *replaced)
{
    uint8_t body[VERDICT_FORM_MAX], leaf[MERKLE_HASH];
    struct writer w = writer_of(body, sizeof body);
    int r = verdict_form_write(v, replaced, &w);
    if (r < 0)
        return ledger_fail(l, r);
    merkle_leaf_hash(body, w.len, leaf);
    r = insert(l, v, body, w.len, leaf);
    return r == 0 ? ledger_log_append(l, leaf) : r;
}

int ledger_append_inside(struct ledger *l, struct verdict *v)
{
    struct verdict_id replaced, id = v->id;
    uint32_t replaced_by = 0, number = v->number;
    int r;
    if (l->edge.size >= UINT32_MAX)
        return ledger_fail(l, -E2BIG);
    if (v->supersedes > 0) {
        r = id_of_number(l, v->supersedes, &replaced);
        if (r < 0)
            return r;
        r = ledger_superseded_by(l, v->supersedes, &replaced_by);
        if (r != -ENOENT)
            return r < 0 ? r : ledger_fail(l, -EEXIST);
    }
    v->number = (uint32_t)l->edge.size + 1;
    if (!is_set(&v->id))
        v->id = verdict_id_of(v->made_us, take_chance(l));
    r = append_numbered(l, v, v->supersedes ? &replaced : NULL);
    if (r < 0) {
        v->number = number;
        v->id = id;
    }
    return r;
}

int ledger_append_chosen(struct ledger *l, struct verdict *v, size_t count, ledger_choose *choose, void *self)
{
    int r = ledger_begin(l);
    size_t n = 0;
    while (r == 0 && n < count) {
        int chosen = choose ? choose(l, &v[n], self) : 1;
        v[n].number = 0;
        r = chosen > 0 ? ledger_append_inside(l, &v[n]) : chosen;
        n += r == 0;
    }
    if (r == 0)
        r = ledger_commit(l);
    if (r < 0) {
        ledger_rollback(l);
        for (size_t i = 0; i < n; i++)
            v[i].number = 0;
    }
    return r;
}

int ledger_append_all(struct ledger *l, struct verdict *v, size_t count)
{
    return ledger_append_chosen(l, v, count, NULL, NULL);
}

int ledger_append(struct ledger *l, struct verdict *v)
{
    return ledger_append_all(l, v, 1);
}

int ledger_take_text(sqlite3_stmt *s, int column, char *to, size_t max)
{
    const unsigned char *text = sqlite3_column_text(s, column);
    size_t len = (size_t)sqlite3_column_bytes(s, column);
    if (!text || len >= max || strlen((const char *)text) != len)
        return -EBADMSG;
    memcpy(to, text, len + 1);
    return 0;
}

#define VERDICT_COLUMNS " number, ifnull(supersedes, 0), body "

/* The row as it stands, checked: the file may have been written by others. */
int ledger_take_verdict(sqlite3_stmt *s, int column, struct verdict *ret_v)
{
    struct verdict_id replaced;
    int64_t number = sqlite3_column_int64(s, column), supersedes = sqlite3_column_int64(s, column + 1);
    int len = sqlite3_column_bytes(s, column + 2);
    if (number < 1 || number > UINT32_MAX || supersedes < 0 || supersedes >= number || len <= 0)
        return -EBADMSG;
    int e = verdict_form_read(sqlite3_column_blob(s, column + 2), (size_t)len, ret_v, &replaced);
    ret_v->number = (uint32_t)number;
    ret_v->supersedes = (uint32_t)supersedes;
    return e < 0 || (supersedes != 0) != is_set(&replaced) ? -EBADMSG : 0;
}

/* Runs the bound statement to its end and finalizes it. */
static int each_row(struct ledger *l, sqlite3_stmt *s, ledger_each_verdict *each, void *self)
{
    int step, r = 0;
    while (r == 0 && (step = sqlite3_step(s)) != SQLITE_DONE) {
        struct verdict v;
        r = ledger_check(l, step);
        if (r == 0)
            r = ledger_take_verdict(s, 0, &v) < 0 ? ledger_fail(l, -EBADMSG) : each(&v, self);
    }
    sqlite3_finalize(s);
    return r;
}

static int copy_verdict(const struct verdict *v, void *self)
{
    *(struct verdict *)self = *v;
    return 0;
}

static int get(struct ledger *l, sqlite3_stmt *s, struct verdict *ret_verdict)
{
    struct verdict v = {0};
    int r = each_row(l, s, copy_verdict, &v);
    if (r == 0 && v.number == 0)
        r = ledger_fail(l, -ENOENT);
    if (r == 0)
        *ret_verdict = v;
    return r;
}

int ledger_get(struct ledger *l, uint32_t number, struct verdict *ret_verdict)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT" VERDICT_COLUMNS "FROM entry WHERE number = ? AND type = 0", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, number);
    return get(l, s, ret_verdict);
}

int ledger_get_by_id(struct ledger *l, const struct verdict_id *id, struct verdict *ret_verdict)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT" VERDICT_COLUMNS "FROM entry WHERE id = ? AND type = 0", &s);
    if (r < 0)
        return r;
    sqlite3_bind_blob(s, 1, id->octets, sizeof id->octets, SQLITE_STATIC);
    return get(l, s, ret_verdict);
}

#define NOT_REPLACED " NOT EXISTS (SELECT 1 FROM entry AS s WHERE s.supersedes = entry.number) "

/* Of block, allow and observe, and replaced by none. */
#define STANDING " claim IN (0, 1, 3) AND" NOT_REPLACED
_Static_assert(CLAIM_BLOCK == 0 && CLAIM_ALLOW == 1 && CLAIM_OBSERVE == 3, "claims as STANDING and the index spell them");

int ledger_current(struct ledger *l, int64_t now_us, ledger_each_verdict *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT" VERDICT_COLUMNS "FROM entry WHERE" STANDING
                           "AND from_us <= ?1 AND (until_us = 0 OR until_us > ?1) ORDER BY number",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, now_us);
    return each_row(l, s, each, self);
}

int ledger_next_change(struct ledger *l, int64_t now_us, int64_t *ret_us)
{
    sqlite3_stmt *s;
    /* A withdrawal (until = from) is never in force, so its times change nothing. */
    int r = ledger_prepare(l,
                           "SELECT ifnull(min(CASE WHEN from_us > ?1 THEN from_us ELSE until_us END), 0)"
                           " FROM entry WHERE" STANDING
                           "AND (from_us > ?1 OR until_us > ?1) AND until_us <> from_us",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, now_us);
    int step = sqlite3_step(s);
    r = ledger_check(l, step);
    if (step == SQLITE_ROW)
        *ret_us = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return r;
}

int ledger_find_subject(struct ledger *l, const char *subject, ledger_each_verdict *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT" VERDICT_COLUMNS "FROM entry WHERE subject = ? AND type = 0 ORDER BY number DESC", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, subject, -1, SQLITE_STATIC);
    return each_row(l, s, each, self);
}

int ledger_superseded_by(struct ledger *l, uint32_t number, uint32_t *ret_number)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, LEDGER_SUPERSEDED_BY, "SELECT number FROM entry WHERE supersedes = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, number);
    int step = sqlite3_step(s);
    r = step == SQLITE_DONE ? ledger_fail(l, -ENOENT) : ledger_check(l, step);
    if (step == SQLITE_ROW)
        *ret_number = (uint32_t)sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return r;
}

int ledger_standing(struct ledger *l, const struct verdict *like, struct verdict *ret_verdict)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, LEDGER_STANDING,
                             "SELECT" VERDICT_COLUMNS "FROM entry WHERE subject = ? AND kind = ? AND claim = ? AND author = ? AND type = 0 AND"
                             NOT_REPLACED "ORDER BY number DESC",
                             &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, like->subject.value, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 2, (int)like->subject.kind);
    sqlite3_bind_int(s, 3, (int)like->claim);
    sqlite3_bind_text(s, 4, like->author.name, -1, SQLITE_STATIC);
    int step;
    bool is_found = false;
    /* The kind of author is in the body alone: a feed and a person may have one name. */
    while (r == 0 && !is_found && (step = sqlite3_step(s)) != SQLITE_DONE) {
        r = ledger_check(l, step);
        if (r == 0)
            r = ledger_take_verdict(s, 0, ret_verdict) < 0 ? ledger_fail(l, -EBADMSG) : 0;
        is_found = r == 0 && ret_verdict->author.kind == like->author.kind;
    }
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return r < 0 ? r : is_found ? 0 : -ENOENT;
}

int ledger_standing_of(struct ledger *l, const char *author, uint32_t after, uint32_t last, ledger_each_verdict *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT" VERDICT_COLUMNS "FROM entry WHERE number > ? AND number <= ? AND author = ? AND type = 0 AND"
                           NOT_REPLACED "ORDER BY number",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, after);
    sqlite3_bind_int64(s, 2, last);
    sqlite3_bind_text(s, 3, author, -1, SQLITE_STATIC);
    return each_row(l, s, each, self);
}
