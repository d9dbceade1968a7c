/* Keeps where and when indicators were met, and how the sources that named them did. */
#include <errno.h>
#include <stdio.h>

#include "store/indicator.h"
#include "store/ledger_impl.h"

static int add_row(struct ledger *l, const struct indicator_sighting *g)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, INDICATOR_ADD_SIGHTING,
                             "INSERT INTO sighting VALUES (?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET count = count + ?4,"
                             " first_us = min(first_us, ?5), last_us = max(last_us, ?6)",
                             &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, g->indicator);
    sqlite3_bind_int64(s, 2, g->hour);
    sqlite3_bind_text(s, 3, g->member, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 4, (int64_t)g->count);
    sqlite3_bind_int64(s, 5, g->first_us);
    sqlite3_bind_int64(s, 6, g->last_us);
    return ledger_step(l, s);
}

/* *ret_new: the member never met it before. */
static int add_member(struct ledger *l, const struct indicator_sighting *g, bool *ret_new)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, INDICATOR_ADD_MEMBER, "INSERT INTO sighting_member VALUES (?, ?) ON CONFLICT DO NOTHING", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, g->indicator);
    sqlite3_bind_text(s, 2, g->member, -1, SQLITE_STATIC);
    r = ledger_step(l, s);
    *ret_new = r == 0 && sqlite3_changes(l->db) > 0;
    return r;
}

static int count_row(struct ledger *l, const struct indicator_sighting *g)
{
    sqlite3_stmt *s;
    bool is_new = false;
    int r = add_member(l, g, &is_new);
    if (r != 0)
        return r;
    r = ledger_statement(l, INDICATOR_COUNT_SIGHTING,
                         "UPDATE indicator SET sightings = sightings + ?2, seen_us = max(seen_us, ?3), last_us = max(last_us, ?3),"
                         " seen_members = seen_members + ?4 WHERE id = ?1",
                         &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, g->indicator);
    sqlite3_bind_int64(s, 2, (int64_t)g->count);
    sqlite3_bind_int64(s, 3, g->last_us);
    sqlite3_bind_int(s, 4, is_new);
    r = ledger_step(l, s);
    return r == 0 && sqlite3_changes(l->db) == 0 ? ledger_fail(l, -ENOENT) : r;
}

int indicator_add_sighting(struct ledger *l, const struct indicator_sighting *g)
{
    if (g->count == 0 || g->count > INT64_MAX)
        return ledger_fail(l, -EINVAL);
    int r = add_row(l, g);
    return r < 0 ? r : count_row(l, g);
}

static bool is_known(struct ledger *l, const struct indicator_sighting *g, int *ret_error)
{
    sqlite3_stmt *s;
    *ret_error = ledger_prepare(l, "SELECT 1 FROM sighting WHERE indicator = ? AND hour = ? AND member = ?", &s);
    if (*ret_error < 0)
        return false;
    sqlite3_bind_int64(s, 1, g->indicator);
    sqlite3_bind_int64(s, 2, g->hour);
    sqlite3_bind_text(s, 3, g->member, -1, SQLITE_STATIC);
    int r = ledger_next_row(l, s);
    sqlite3_finalize(s);
    *ret_error = r < 0 ? r : 0;
    return r == 1;
}

int indicator_put_sighting(struct ledger *l, const struct indicator_sighting *g)
{
    int e;
    return is_known(l, g, &e) || e < 0 ? e : indicator_add_sighting(l, g);
}

int indicator_look_back_queue(struct ledger *l, uint32_t id)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, LOOK_BACK_QUEUE, "INSERT INTO look_back VALUES (?) ON CONFLICT DO NOTHING", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, id);
    return ledger_step(l, s);
}

int indicator_look_back_drop(struct ledger *l, uint32_t id)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, LOOK_BACK_DROP, "DELETE FROM look_back WHERE indicator = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, id);
    return ledger_step(l, s);
}


int indicator_sightings(struct ledger *l, uint32_t id, unsigned max, indicator_each_sighting *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT indicator, hour, member, count, first_us, last_us FROM sighting WHERE indicator = ? ORDER BY hour"
                           " DESC, member LIMIT ?",
                           &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, id);
    sqlite3_bind_int64(s, 2, max);
    while ((r = ledger_next_row(l, s)) == 1) {
        struct indicator_sighting g = {.indicator = id,
                                       .hour = (uint32_t)sqlite3_column_int64(s, 1),
                                       .count = (uint64_t)sqlite3_column_int64(s, 3),
                                       .first_us = sqlite3_column_int64(s, 4),
                                       .last_us = sqlite3_column_int64(s, 5)};
        r = ledger_take_text(s, 2, g.member, sizeof g.member) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &g);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

int indicator_forget_sightings(struct ledger *l, uint32_t hour, uint64_t *ret_rows)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "DELETE FROM sighting WHERE hour < ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, hour);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    *ret_rows = r == 0 ? (uint64_t)sqlite3_changes64(l->db) : 0;
    return r;
}

#define SOURCE_COLUMNS                                                                                                                  \
    " s.kind, s.name, said, first, lead_s, followed, confirmed, wrong, last_us, coalesce(h.hits, 0), coalesce(w.weight, -1)"            \
    " FROM source AS s LEFT JOIN source_hit AS h ON h.kind = s.kind AND h.name = s.name"                                                 \
    " LEFT JOIN weighed AS w ON w.kind = s.kind AND w.name = s.name "

static int take_source(sqlite3_stmt *s, struct indicator_source *ret_source)
{
    int kind = sqlite3_column_int(s, 0);
    if (kind < 0 || kind >= VERDICT_AUTHOR_KIND_COUNT || ledger_take_text(s, 1, ret_source->name, sizeof ret_source->name) < 0)
        return -EBADMSG;
    ret_source->kind = (enum verdict_author_kind)kind;
    ret_source->said = (uint64_t)sqlite3_column_int64(s, 2);
    ret_source->first = (uint64_t)sqlite3_column_int64(s, 3);
    ret_source->lead_s = sqlite3_column_int64(s, 4);
    ret_source->followed = (uint64_t)sqlite3_column_int64(s, 5);
    ret_source->confirmed = (uint64_t)sqlite3_column_int64(s, 6);
    ret_source->wrong = (uint64_t)sqlite3_column_int64(s, 7);
    ret_source->last_us = sqlite3_column_int64(s, 8);
    ret_source->hits = (uint64_t)sqlite3_column_int64(s, 9);
    ret_source->weight = sqlite3_column_int(s, 10);
    return 0;
}

int indicator_source_get(struct ledger *l, enum verdict_author_kind kind, const char *name, struct indicator_source *ret_source)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT" SOURCE_COLUMNS "WHERE s.kind = ? AND s.name = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int(s, 1, (int)kind);
    sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
    *ret_source = (struct indicator_source){.kind = kind, .weight = -1};
    r = ledger_next_row(l, s);
    if (r == 1)
        r = take_source(s, ret_source) < 0 ? ledger_fail(l, -EBADMSG) : 0;
    else
        snprintf(ret_source->name, sizeof ret_source->name, "%s", name);
    sqlite3_finalize(s);
    return r;
}

/* A sum that ran over would be no integer any more, and refused: nothing would be reckoned from then on. */
int indicator_source_add(struct ledger *l, const struct indicator_source *c)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, INDICATOR_ADD_SOURCE,
                             "INSERT INTO source VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9) ON CONFLICT DO UPDATE SET said = said + ?3,"
                             " first = first + ?4, lead_s = min(lead_s + ?5, 9000000000000000000), followed = followed + ?6, confirmed = confirmed + ?7,"
                             " wrong = wrong + ?8, last_us = max(last_us, ?9)",
                             &s);
    if (r < 0)
        return r;
    const int64_t counts[] = {(int64_t)c->said,      (int64_t)c->first, c->lead_s,  (int64_t)c->followed,
                              (int64_t)c->confirmed, (int64_t)c->wrong, c->last_us};
    sqlite3_bind_int(s, 1, (int)c->kind);
    sqlite3_bind_text(s, 2, c->name, -1, SQLITE_STATIC);
    for (size_t n = 0; n < array_len(counts); n++)
        sqlite3_bind_int64(s, (int)n + 3, counts[n]);
    return ledger_step(l, s);
}

int indicator_sources(struct ledger *l, indicator_each_source *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT" SOURCE_COLUMNS "ORDER BY s.kind, s.name", &s);
    if (r < 0)
        return r;
    struct indicator_source c;
    while ((r = ledger_next_row(l, s)) == 1) {
        r = take_source(s, &c) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &c);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}
