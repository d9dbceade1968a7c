/* Reads a zone as it was at one serial while it goes on changing, and the differences between serials. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/exchange_impl.h"
#include "store/sqlite_errno.h"

/* ---- the whole ---- */

struct value {
    int form;
    unsigned records;
    char text[EXCHANGE_ZONE_NAME_MAX];
};

static int compare(int form_a, const char *a, int form_b, const char *b)
{
    return form_a != form_b ? form_a - form_b : strcmp(a, b);
}

/* The next rules; *ret_more: there may be more after them. */
static int read_rules(struct exchange *e, unsigned zone, const struct exchange_zone_place *at, unsigned max, struct value *to,
                      unsigned *ret_count)
{
    sqlite3_stmt *s;
    int step = SQLITE_DONE;
    *ret_count = 0;
    int r = exchange_prepare(e,
                             "SELECT form, value, kinds FROM zone_rule WHERE zone = ?1 AND (form, value) > (?2, ?3)"
                             " ORDER BY form, value LIMIT ?4",
                             &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, zone);
    sqlite3_bind_int(s, 2, at->begun ? at->form : -1);
    sqlite3_bind_text(s, 3, at->value, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 4, max);
    while (r == 0 && *ret_count < max && (step = sqlite3_step(s)) == SQLITE_ROW) {
        struct value *v = &to[*ret_count];
        v->form = sqlite3_column_int(s, 0);
        v->records = exchange_zone_records((unsigned)sqlite3_column_int(s, 2));
        r = exchange_take_text(s, 1, v->text, sizeof v->text);
        *ret_count += r == 0;
    }
    sqlite3_finalize(s);
    return r < 0 ? r : step == SQLITE_ROW || step == SQLITE_DONE ? 0 : sqlite_errno(step);
}

/* Goes through the values that have changed since `serial` within the range that the rules are of, each with what it was then. */
struct undo {
    sqlite3_stmt *s;
    bool has; /* `value` is one that has not been taken yet */
    struct value value;
};

static int undo_next(struct undo *u)
{
    struct value before = u->value;
    bool had = u->has;
    int step, r;
    for (;;) {
        u->has = false;
        step = sqlite3_step(u->s);
        if (step != SQLITE_ROW)
            return step == SQLITE_DONE ? 0 : sqlite_errno(step);
        r = exchange_take_text(u->s, 1, u->value.text, sizeof u->value.text);
        if (r < 0)
            return r;
        u->value.form = sqlite3_column_int(u->s, 0);
        u->value.records = (unsigned)sqlite3_column_int(u->s, 2);
        u->has = true;
        /* Of several changes the first says what there was. */
        if (!had || compare(before.form, before.text, u->value.form, u->value.text) != 0)
            return 0;
    }
}

/* last NULL: to the end. */
static int undo_begin(struct exchange *e, unsigned zone, int64_t serial, const struct exchange_zone_place *at, const struct value *last,
                      struct undo *u)
{
    *u = (struct undo){0};
    int r = exchange_prepare(e,
                             "SELECT form, value, was FROM zone_change INDEXED BY zone_change_value WHERE zone = ?1"
                             " AND (form, value) > (?2, ?3) AND (form, value) <= (?4, ?5) AND serial > ?6 ORDER BY form, value, serial",
                             &u->s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(u->s, 1, zone);
    sqlite3_bind_int(u->s, 2, at->begun ? at->form : -1);
    sqlite3_bind_text(u->s, 3, at->value, -1, SQLITE_STATIC);
    sqlite3_bind_int(u->s, 4, last ? last->form : INT16_MAX);
    sqlite3_bind_text(u->s, 5, last ? last->text : "", -1, SQLITE_STATIC);
    sqlite3_bind_int64(u->s, 6, serial);
    return undo_next(u);
}

static int tell(const struct value *v, unsigned records, exchange_each_zone_row *each, void *self)
{
    struct exchange_zone_row row = {.form = (enum exchange_zone_form)v->form, .value = v->text, .now = records};
    return records ? each(self, &row) : 0;
}

/* Both are in order: the rules as they are now, and what is to be undone. */
static int merge(const struct value *rules, unsigned count, struct undo *u, exchange_each_zone_row *each, void *self)
{
    int r = 0;
    for (unsigned i = 0; r == 0 && (i < count || u->has);) {
        int order = i == count ? 1 : !u->has ? -1 : compare(rules[i].form, rules[i].text, u->value.form, u->value.text);
        if (order < 0) {
            r = tell(&rules[i], rules[i].records, each, self);
        } else {
            r = tell(&u->value, u->value.records, each, self);
            if (r == 0)
                r = undo_next(u);
        }
        i += order <= 0;
    }
    return r;
}

static int whole(struct exchange *e, const struct exchange_zone *z, int64_t serial, unsigned max, struct exchange_zone_place *at,
                 exchange_each_zone_row *each, void *self)
{
    unsigned count = 0;
    struct undo u = {0};
    struct value *rules = malloc(max * sizeof *rules);
    int r = rules ? read_rules(e, z->number, at, max, rules, &count) : -ENOMEM;
    bool more = r == 0 && count == max;
    if (r == 0 && z->serial != serial)
        r = undo_begin(e, z->number, serial, at, more ? &rules[count - 1] : NULL, &u);
    if (r == 0)
        r = merge(rules, count, &u, each, self);
    if (r == 0 && more) {
        at->begun = true;
        at->form = rules[count - 1].form;
        memcpy(at->value, rules[count - 1].text, sizeof at->value);
    }
    sqlite3_finalize(u.s);
    free(rules);
    return r < 0 ? r : more;
}

/* ---- short transactions ---- */

/* Begins one if the zone is served and its journal reaches back to `serial`. */
static int begin(struct exchange *e, unsigned zone, int64_t serial, struct exchange_zone *ret_zone)
{
    int r = exchange_run(e, "BEGIN");
    if (r == 0)
        r = exchange_zone_by_number(e, zone, ret_zone);
    if (r == 0 && (ret_zone->state != EXCHANGE_ZONE_SERVED || serial < ret_zone->oldest || serial > ret_zone->serial))
        r = -ESTALE;
    return r;
}

static int end(struct exchange *e, int result)
{
    /* Nothing was written. */
    if (!sqlite3_get_autocommit(e->db))
        sqlite3_exec(e->db, "ROLLBACK", NULL, NULL, NULL);
    return result == -ENOENT ? -ESTALE : result;
}

int exchange_zone_whole(struct exchange *e, unsigned zone, int64_t serial, unsigned max, struct exchange_zone_place *at,
                        exchange_each_zone_row *each, void *self)
{
    struct exchange_zone z;
    if (max == 0)
        return -EINVAL;
    int r = begin(e, zone, serial, &z);
    if (r == 0)
        r = whole(e, &z, serial, max, at, each, self);
    return end(e, r);
}

/* ---- differences ---- */

static int next_of(struct exchange *e, unsigned zone, int64_t after, int64_t last, int64_t *ret_serial)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, "SELECT serial FROM zone_change WHERE zone = ? AND serial > ? AND serial <= ? ORDER BY serial LIMIT 1", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, zone);
    sqlite3_bind_int64(s, 2, after);
    sqlite3_bind_int64(s, 3, last);
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        *ret_serial = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : sqlite_errno(step);
}

static int rows_of(struct exchange *e, unsigned zone, int64_t serial, exchange_each_zone_row *each, void *self)
{
    sqlite3_stmt *s;
    int step = SQLITE_DONE;
    int r = exchange_prepare(e, "SELECT form, value, was, now FROM zone_change WHERE zone = ? AND serial = ? ORDER BY form, value", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, zone);
    sqlite3_bind_int64(s, 2, serial);
    while (r == 0 && (step = sqlite3_step(s)) == SQLITE_ROW) {
        struct exchange_zone_row row = {.serial = serial,
                                        .form = (enum exchange_zone_form)sqlite3_column_int(s, 0),
                                        .value = (const char *)sqlite3_column_text(s, 1),
                                        .was = (unsigned)sqlite3_column_int(s, 2),
                                        .now = (unsigned)sqlite3_column_int(s, 3)};
        if (!row.value)
            r = -ENOMEM;
        else if (row.was != row.now) /* changed back within one serial */
            r = each(self, &row);
    }
    sqlite3_finalize(s);
    return r != 0 ? r : step == SQLITE_DONE ? 0 : sqlite_errno(step);
}

int exchange_zone_step(struct exchange *e, unsigned zone, int64_t last, struct exchange_zone_place *at, exchange_each_zone_row *each,
                       void *self)
{
    struct exchange_zone z;
    int64_t serial = 0;
    int r = begin(e, zone, at->serial, &z);
    int found = r == 0 ? next_of(e, zone, at->serial, last, &serial) : r;
    if (found == 1)
        r = rows_of(e, zone, serial, each, self);
    if (found == 1 && r == 0)
        at->serial = serial;
    r = end(e, r);
    return r < 0 ? r : found;
}

int exchange_zone_span(struct exchange *e, const struct exchange_zone *z, int64_t from, int64_t max, int64_t *ret_rows)
{
    sqlite3_stmt *s;
    int64_t serial;
    if (from < z->oldest || from > z->serial)
        return -ENOENT;
    int r = from == z->oldest ? 1 : next_of(e, z->number, from - 1, from, &serial);
    if (r < 1)
        return r < 0 ? r : -ENOENT;
    r = exchange_prepare(e, "SELECT count(*) FROM (SELECT 1 FROM zone_change WHERE zone = ? AND serial > ? LIMIT ?)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, z->number);
    sqlite3_bind_int64(s, 2, from);
    sqlite3_bind_int64(s, 3, max);
    int step = sqlite3_step(s);
    *ret_rows = step == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return step == SQLITE_ROW ? 0 : sqlite_errno(step);
}
