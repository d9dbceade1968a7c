/* Keeps notices and their subjects. */
#include "store/notice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/account_impl.h"

#define COLUMNS                                                                                                                          \
    "id, member, kind, claim, urgent, state, made_us, raised_us, seen_us, told_us, opened_us, acted_us, fixed_us, wrong_us, held_us, "    \
    "reopened, uncovered, coverage, campaign, subjects, left_out, hits, acted_by, acted_text, look_us, at_once, digest, control"

static int take(sqlite3_stmt *s, struct notice *n, struct notice_plan *plan)
{
    *n = (struct notice){.id = sqlite3_column_int64(s, 0),
                         .kind = (enum notice_kind)sqlite3_column_int(s, 2),
                         .claim = (enum claim)sqlite3_column_int(s, 3),
                         .is_urgent = sqlite3_column_int(s, 4) != 0,
                         .is_control = sqlite3_column_int(s, 27) != 0,
                         .coverage = sqlite3_column_int(s, 17),
                         .subjects = (uint32_t)sqlite3_column_int64(s, 19),
                         .left_out = (uint64_t)sqlite3_column_int64(s, 20),
                         .hits = (uint64_t)sqlite3_column_int64(s, 21)};
    struct notice_life *life = &n->life;
    int64_t *const times[] = {&life->made_us,  &life->raised_us, &life->seen_us,  &life->told_us, &life->opened_us,
                              &life->acted_us, &life->fixed_us,  &life->wrong_us, &life->held_us};
    for (size_t i = 0; i < array_len(times); i++)
        *times[i] = sqlite3_column_int64(s, 6 + (int)i);
    life->state = (enum notice_state)sqlite3_column_int(s, 5);
    life->reopened = (uint32_t)sqlite3_column_int64(s, 15);
    life->uncovered = sqlite3_column_int(s, 16) != 0;
    if (plan)
        *plan = (struct notice_plan){
            .look_us = sqlite3_column_int64(s, 24), .at_once = sqlite3_column_int(s, 25) != 0, .digest = sqlite3_column_int(s, 26) != 0};
    bool fine = (unsigned)n->kind < NOTICE_KIND_COUNT && (unsigned)n->claim < CLAIM_COUNT && (unsigned)life->state < NOTICE_STATE_COUNT &&
                ledger_take_text(s, 1, n->member, sizeof n->member) == 0 && ledger_take_text(s, 18, n->campaign, sizeof n->campaign) == 0 &&
                ledger_take_text(s, 22, n->acted_by, sizeof n->acted_by) == 0 && ledger_take_text(s, 23, n->acted_text, sizeof n->acted_text) == 0;
    return fine ? 0 : -EBADMSG;
}

/* Ends a kept statement that gives one row at most; `e` as of ledger_next_row. -ENOENT: there was none. */
static int end_one(sqlite3_stmt *s, int e)
{
    sqlite3_reset(s);
    return e == 1 ? 0 : e == 0 ? -ENOENT : e;
}

/* ---- writing ---- */

/* As of reports: counted only when their numbers span as many as there may be. */
static int make_room(struct ledger *l)
{
    int64_t count;
    int e = ledger_read_number(l, "SELECT ifnull(max(id) - min(id) + 1, 0) FROM notice", &count);
    if (e == 0 && count >= NOTICES_MAX)
        e = ledger_read_number(l, "SELECT count(*) FROM notice", &count);
    if (e < 0 || count < NOTICES_MAX)
        return e;
    int64_t id;
    e = ledger_read_number(l, "SELECT ifnull(min(id), 0) FROM notice WHERE state IN (7, 8)", &id);
    if (e == 0 && id == 0)
        e = ledger_fail(l, -ENOSPC);
    if (e == 0)
        e = account_run(l, "DELETE FROM notice_subject WHERE notice = ?", "i", id);
    if (e == 0)
        e = account_run(l, "DELETE FROM notice_delivered WHERE notice = ?", "i", id);
    return e < 0 ? e : account_run(l, "DELETE FROM notice WHERE id = ?", "i", id);
}

int notice_put(struct ledger *l, struct notice *n, const struct notice_plan *plan)
{
    sqlite3_stmt *s = NULL;
    int e = n->id == 0 ? make_room(l) : 0;
    if (e == 0)
        e = ledger_statement(l, NOTICE_PUT,
                             "INSERT INTO notice (" COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
                             " ON CONFLICT (id) DO UPDATE SET urgent = excluded.urgent, state = excluded.state, raised_us = excluded.raised_us,"
                             " seen_us = excluded.seen_us, told_us = excluded.told_us, opened_us = excluded.opened_us, acted_us = excluded.acted_us,"
                             " fixed_us = excluded.fixed_us, wrong_us = excluded.wrong_us, held_us = excluded.held_us, reopened = excluded.reopened,"
                             " uncovered = excluded.uncovered, coverage = excluded.coverage, campaign = excluded.campaign, acted_by = excluded.acted_by,"
                             " acted_text = excluded.acted_text, look_us = excluded.look_us, at_once = excluded.at_once, digest = excluded.digest, control = excluded.control",
                             &s);
    if (e < 0)
        return e;
    const struct notice_life *life = &n->life;
    const int64_t numbers[] = {(int64_t)n->kind,  (int64_t)n->claim,  n->is_urgent,    (int64_t)life->state, life->made_us, life->raised_us, life->seen_us,
                               life->told_us,     life->opened_us,    life->acted_us,  life->fixed_us,       life->wrong_us, life->held_us, life->reopened,
                               life->uncovered,   n->coverage};
    if (n->id != 0)
        sqlite3_bind_int64(s, 1, n->id);
    else
        sqlite3_bind_null(s, 1);
    sqlite3_bind_text(s, 2, n->member, -1, SQLITE_STATIC);
    for (size_t i = 0; i < array_len(numbers); i++)
        sqlite3_bind_int64(s, 3 + (int)i, numbers[i]);
    sqlite3_bind_text(s, 19, n->campaign, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 20, n->subjects);
    sqlite3_bind_int64(s, 21, (int64_t)n->left_out);
    sqlite3_bind_int64(s, 22, (int64_t)n->hits);
    sqlite3_bind_text(s, 23, n->acted_by, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 24, n->acted_text, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 25, plan->look_us);
    sqlite3_bind_int64(s, 26, plan->at_once);
    sqlite3_bind_int64(s, 27, plan->digest);
    sqlite3_bind_int64(s, 28, n->is_control);
    e = ledger_step(l, s);
    if (e == 0 && n->id == 0)
        n->id = sqlite3_last_insert_rowid(l->db);
    return e;
}

int notice_seen(struct ledger *l, int64_t id, const char *member, enum notice_kind kind, const struct notice_hit *hit)
{
    int e = account_run_kept(l, NOTICE_SEEN_SUBJECT,
                             "UPDATE notice_subject SET hits = hits + ?4, first_us = min(first_us, ?5), last_us = max(last_us, ?6), wrong_us = 0"
                             " WHERE member = ?1 AND kind = ?2 AND indicator = ?3",
                             "tiiiii", member, (int64_t)kind, (int64_t)hit->indicator, (int64_t)hit->count, hit->first_us, hit->last_us);
    return e < 0 ? e
                 : account_run_kept(l, NOTICE_SEEN, "UPDATE notice SET hits = hits + ?2, seen_us = max(seen_us, ?3), uncovered = 0 WHERE id = ?1", "iii", id,
                                    (int64_t)hit->count, hit->last_us);
}

static int subject_count(struct ledger *l, int64_t id, int64_t *ret_count)
{
    sqlite3_stmt *s;
    int e = account_ask_kept(l, NOTICE_SUBJECT_COUNT, "SELECT subjects FROM notice WHERE id = ?", &s, "i", id);
    if (e < 0)
        return e;
    e = ledger_next_row(l, s);
    if (e == 1)
        *ret_count = sqlite3_column_int64(s, 0);
    e = end_one(s, e);
    return e == -ENOENT ? ledger_fail(l, -ENOENT) : e;
}

int notice_add_subject(struct ledger *l, int64_t id, const char *member, enum notice_kind kind, const struct notice_hit *hit)
{
    int64_t subjects = 0;
    int e = subject_count(l, id, &subjects);
    if (e < 0)
        return e;
    if (subjects >= NOTICE_SUBJECTS_MAX) {
        e = account_run(l, "UPDATE notice SET left_out = left_out + 1, hits = hits + ?2, seen_us = max(seen_us, ?3) WHERE id = ?1", "iii", id,
                        (int64_t)hit->count, hit->last_us);
        return e < 0 ? e : -E2BIG;
    }
    e = account_run_kept(l, NOTICE_ADD_SUBJECT,
                         "INSERT INTO notice_subject VALUES (?1,?2,?3,?4,?5,?6,?7,0) ON CONFLICT DO UPDATE SET notice = ?4, hits = ?5, first_us = ?6,"
                         " last_us = ?7, wrong_us = 0",
                         "tiiiiii", member, (int64_t)kind, (int64_t)hit->indicator, id, (int64_t)hit->count, hit->first_us, hit->last_us);
    return e < 0 ? e
                 : account_run_kept(l, NOTICE_COUNT_SUBJECT,
                                    "UPDATE notice SET subjects = subjects + 1, hits = hits + ?2, seen_us = max(seen_us, ?3),"
                                    " at_once = iif(urgent AND state = 0, 1, at_once) WHERE id = ?1",
                                    "iii", id, (int64_t)hit->count, hit->last_us);
}

/* ---- reading ---- */

int notice_get(struct ledger *l, int64_t id, struct notice *ret_notice, struct notice_plan *ret_plan)
{
    sqlite3_stmt *s;
    int e = account_ask_kept(l, NOTICE_GET, "SELECT " COLUMNS " FROM notice WHERE id = ?", &s, "i", id);
    if (e < 0)
        return e;
    e = ledger_next_row(l, s);
    if (e == 1)
        e = take(s, ret_notice, ret_plan) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    return end_one(s, e);
}

int notice_gathering(struct ledger *l, const char *member, enum notice_kind kind, enum claim claim, int64_t *ret_id)
{
    sqlite3_stmt *s;
    int e = account_ask_kept(l, NOTICE_FIND_GATHERING,
                             "SELECT id FROM notice WHERE member = ? AND kind = ? AND claim = ? AND digest = 1 AND state IN (0, 1) AND"
                             " NOT EXISTS (SELECT 1 FROM notice_delivered AS d WHERE d.notice = notice.id) ORDER BY id DESC LIMIT 1",
                             &s, "tii", member, (int64_t)kind, (int64_t)claim);
    if (e < 0)
        return e;
    e = ledger_next_row(l, s);
    if (e == 1)
        *ret_id = sqlite3_column_int64(s, 0);
    return end_one(s, e);
}

int notice_of_subject(struct ledger *l, const char *member, enum notice_kind kind, uint32_t indicator, int64_t *ret_id, enum notice_state *ret_state)
{
    sqlite3_stmt *s;
    int e = account_ask_kept(l, NOTICE_FIND_SUBJECT,
                             "SELECT n.id, n.state FROM notice_subject AS s JOIN notice AS n ON n.id = s.notice"
                             " WHERE s.member = ? AND s.kind = ? AND s.indicator = ?",
                             &s, "tii", member, (int64_t)kind, (int64_t)indicator);
    if (e < 0)
        return e;
    e = ledger_next_row(l, s);
    if (e == 1) {
        *ret_id = sqlite3_column_int64(s, 0);
        *ret_state = (enum notice_state)sqlite3_column_int(s, 1);
    }
    return end_one(s, e);
}

int notice_subjects(struct ledger *l, int64_t id, unsigned max, notice_each_subject *each, void *self)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT indicator, hits, first_us, last_us, wrong_us FROM notice_subject WHERE notice = ? ORDER BY last_us DESC, indicator LIMIT ?",
                        &s, "ii", id, (int64_t)max);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        struct notice_subject one = {.indicator = (uint32_t)sqlite3_column_int64(s, 0),
                                     .hits = (uint64_t)sqlite3_column_int64(s, 1),
                                     .first_us = sqlite3_column_int64(s, 2),
                                     .last_us = sqlite3_column_int64(s, 3),
                                     .wrong_us = sqlite3_column_int64(s, 4)};
        e = each(self, &one);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}

enum { WITHDRAWN_STEP = 256 };

int notice_withdraw_subject(struct ledger *l, uint32_t indicator, int64_t now_us, notice_each_id *emptied, void *self)
{
    int64_t ids[WITHDRAWN_STEP];
    for (;;) {
        sqlite3_stmt *s;
        unsigned count = 0;
        int e = account_ask(l, "SELECT DISTINCT notice FROM notice_subject WHERE indicator = ? AND wrong_us = 0 ORDER BY notice LIMIT ?", &s, "ii",
                            (int64_t)indicator, (int64_t)WITHDRAWN_STEP);
        if (e < 0)
            return e;
        while ((e = ledger_next_row(l, s)) == 1 && count < WITHDRAWN_STEP)
            ids[count++] = sqlite3_column_int64(s, 0);
        sqlite3_finalize(s);
        if (e < 0 || count == 0)
            return e;
        for (unsigned i = 0; i < count; i++) {
            int64_t left = 0;
            e = account_run(l, "UPDATE notice_subject SET wrong_us = ? WHERE notice = ? AND indicator = ?", "iii", now_us, ids[i], (int64_t)indicator);
            if (e == 0)
                e = account_ask(l, "SELECT count(*) FROM notice_subject WHERE notice = ? AND wrong_us = 0", &s, "i", ids[i]);
            if (e == 0)
                e = account_number(l, s, &left);
            if (e == 0 && left == 0)
                e = emptied(self, ids[i]);
            if (e != 0)
                return e;
        }
    }
}

int notice_list(struct ledger *l, const struct notice_filter *f, notice_each *each, void *self)
{
    sqlite3_stmt *s;
    struct notice n;
    int e = account_ask(l,
                        "SELECT " COLUMNS " FROM notice WHERE id < ?1 AND (?2 < 0 OR state = ?2) AND (?3 = 0 OR member = ?4)"
                        " AND (?5 = 0 OR campaign = ?6) AND (?7 = 0 OR state <> 1) ORDER BY id DESC LIMIT ?8",
                        &s, "iiititii", f->before > 0 ? f->before : INT64_MAX, (int64_t)f->state, (int64_t)(f->member != NULL), f->member ? f->member : "",
                        (int64_t)(f->campaign != NULL), f->campaign ? f->campaign : "", (int64_t)f->shown, (int64_t)f->limit);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        e = take(s, &n, NULL) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &n);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}

/* The numbers of a statement; ends it. */
static int take_ids(struct ledger *l, sqlite3_stmt *s, unsigned max, int64_t *ret_ids)
{
    unsigned count = 0;
    int e = 1;
    while (count < max && (e = ledger_next_row(l, s)) == 1)
        ret_ids[count++] = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return e < 0 ? e : (int)count;
}

int notice_due(struct ledger *l, int64_t now_us, unsigned max, int64_t *ret_ids)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT id FROM notice WHERE look_us < 9223372036854775807 AND look_us <= ? ORDER BY look_us LIMIT ?", &s, "ii", now_us, (int64_t)max);
    return e < 0 ? e : take_ids(l, s, max, ret_ids);
}

int notice_to_tell(struct ledger *l, bool at_once, int64_t raised_by_us, unsigned max, char ret_member[ACCOUNT_MEMBER_MAX], int64_t *ret_ids)
{
    sqlite3_stmt *s;
    ret_member[0] = '\0';
    int e = account_ask(l,
                        at_once ? "SELECT member FROM notice WHERE at_once = 1 AND state <> 1 AND raised_us <= ? LIMIT 1"
                                : "SELECT member FROM notice WHERE digest = 1 AND state <> 1 AND raised_us <= ? LIMIT 1",
                        &s, "i", raised_by_us);
    if (e < 0)
        return e;
    e = ledger_next_row(l, s);
    if (e == 1 && ledger_take_text(s, 0, ret_member, ACCOUNT_MEMBER_MAX) < 0)
        e = ledger_fail(l, -EBADMSG);
    sqlite3_finalize(s);
    if (e != 1)
        return e;
    e = account_ask(l,
                    at_once ? "SELECT id FROM notice WHERE member = ? AND at_once = 1 AND state <> 1 AND raised_us <= ? ORDER BY id LIMIT ?"
                            : "SELECT id FROM notice WHERE member = ? AND digest = 1 AND state <> 1 AND raised_us <= ? ORDER BY id LIMIT ?",
                    &s, "tii", ret_member, raised_by_us, (int64_t)max);
    return e < 0 ? e : take_ids(l, s, max, ret_ids);
}

int notice_held(struct ledger *l, const char *campaign, unsigned max, int64_t *ret_ids)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT id FROM notice WHERE campaign = ? AND campaign <> '' AND held_us <> 0 ORDER BY id LIMIT ?", &s, "ti", campaign, (int64_t)max);
    return e < 0 ? e : take_ids(l, s, max, ret_ids);
}

int notice_count(struct ledger *l, const char *member, struct notice_counts *ret_counts)
{
    sqlite3_stmt *s;
    memset(ret_counts, 0, sizeof *ret_counts);
    int e = account_ask(l, "SELECT state, count(*), sum(uncovered) FROM notice WHERE ?1 = 0 OR member = ?2 GROUP BY state", &s, "it",
                        (int64_t)(member != NULL), member ? member : "");
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        int state = sqlite3_column_int(s, 0);
        if (state < 0 || state >= NOTICE_STATE_COUNT)
            continue;
        ret_counts->state[state] = (uint64_t)sqlite3_column_int64(s, 1);
        ret_counts->uncovered += (uint64_t)sqlite3_column_int64(s, 2);
    }
    sqlite3_finalize(s);
    return e;
}

int notice_digest_get(struct ledger *l, int64_t *ret_us)
{
    return ledger_read_number(l, "SELECT ifnull(max(last_us), 0) FROM notice_digest", ret_us);
}

int notice_digest_put(struct ledger *l, int64_t us)
{
    return account_run(l, "INSERT INTO notice_digest VALUES (1, ?1) ON CONFLICT DO UPDATE SET last_us = ?1", "i", us);
}

int notice_of_indicator(struct ledger *l, uint32_t indicator, const char *member, unsigned max, notice_each_id *each, void *self)
{
    sqlite3_stmt *s;
    int e = account_ask(l,
                        "SELECT DISTINCT notice FROM notice_subject WHERE indicator = ?1 AND (?2 = '' OR member = ?2) AND wrong_us = 0 ORDER BY notice DESC LIMIT ?3",
                        &s, "iti", (int64_t)indicator, member ? member : "", (int64_t)max);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        e = each(self, sqlite3_column_int64(s, 0));
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}
