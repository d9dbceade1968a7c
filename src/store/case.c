/* Keeps cases. */
#include "store/case.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/case_impl.h"

/* ?2: the asker's member; what others answered is not for it. */
#define ANSWERED                                                                                                                     \
    "(?2 = '' AND EXISTS (SELECT 1 FROM case_note AS a WHERE a.number = c.number AND a.member <> '' AND a.id >"                      \
    " (SELECT ifnull(max(o.id), 0) FROM case_note AS o WHERE o.number = c.number AND o.member = '')))"

#define COLUMNS                                                                                                                      \
    "c.number, title, state, outcome, severity, tlp, owner, c.made_by, restricted, shared, c.made_us, changed_us, closed_us, version,"\
    " (SELECT writes FROM case_person AS p WHERE p.number = c.number AND p.account = ?1),"                                           \
    " EXISTS (SELECT 1 FROM case_member AS m WHERE m.number = c.number AND m.member = ?2), " ANSWERED " FROM case_file AS c "

static int take(sqlite3_stmt *s, struct case_record *c, struct case_facts *f)
{
    *c = (struct case_record){.number = sqlite3_column_int64(s, 0),
                              .state = (enum case_state)sqlite3_column_int(s, 2),
                              .outcome = (enum case_outcome)sqlite3_column_int(s, 3),
                              .severity = (enum verdict_severity)sqlite3_column_int(s, 4),
                              .tlp = (enum verdict_tlp)sqlite3_column_int(s, 5),
                              .is_restricted = sqlite3_column_int(s, 8) != 0,
                              .is_shared = sqlite3_column_int(s, 9) != 0,
                              .made_us = sqlite3_column_int64(s, 10),
                              .changed_us = sqlite3_column_int64(s, 11),
                              .closed_us = sqlite3_column_int64(s, 12),
                              .version = (uint32_t)sqlite3_column_int64(s, 13),
                              .is_answered = sqlite3_column_int(s, 16) != 0};
    *f = (struct case_facts){.is_admitted = sqlite3_column_type(s, 14) != SQLITE_NULL,
                             .may_write = sqlite3_column_int(s, 14) != 0,
                             .is_concerned = sqlite3_column_int(s, 15) != 0};
    bool fine = (unsigned)c->state < CASE_STATE_COUNT && (unsigned)c->outcome < CASE_OUTCOME_COUNT && (unsigned)c->severity < VERDICT_SEVERITY_COUNT &&
                (unsigned)c->tlp < VERDICT_TLP_COUNT && ledger_take_text(s, 1, c->title, sizeof c->title) == 0 &&
                ledger_take_text(s, 6, c->owner, sizeof c->owner) == 0 && ledger_take_text(s, 7, c->made_by, sizeof c->made_by) == 0;
    return fine ? 0 : -EBADMSG;
}

/* ---- what all changes share ---- */

int case_count(struct ledger *l, const char *sql, int64_t number, int64_t *ret_count)
{
    sqlite3_stmt *s;
    int e = account_ask(l, sql, &s, "i", number);
    return e < 0 ? e : account_number(l, s, ret_count);
}

int case_trace(struct ledger *l, int64_t number, const struct case_trace *t, const struct case_hand *by)
{
    int64_t count = 0;
    int e = case_count(l, "SELECT count(*) FROM case_note WHERE number = ? AND member = ''", number, &count);
    /* However many there are: a case can be closed. */
    if (e == 0 && count >= CASE_NOTES_MAX && strcmp(t->field, "state") != 0 && strcmp(t->field, "outcome") != 0)
        e = ledger_fail(l, -E2BIG);
    return e < 0 ? e
                 : account_run(l, "INSERT INTO case_note (number, field, internal, made_by, made_us, old, text) VALUES (?,?,1,?,?,?,?)", "ittitt", number,
                               t->field, by->name, by->now_us, t->old, t->text);
}

int case_touch(struct ledger *l, int64_t number, int64_t now_us)
{
    return account_run(l, "UPDATE case_file SET changed_us = max(changed_us, ?2), version = version + 1 WHERE number = ?1", "ii", number, now_us);
}

int case_end(struct ledger *l, int e, int done)
{
    if (e == 0)
        e = ledger_commit(l);
    if (e == 0)
        return done;
    ledger_rollback(l);
    return e;
}

/* ---- writing ---- */

static bool is_valid(const struct case_record *c)
{
    return case_text_is_valid(c->title, CASE_TITLE_MAX, false) && (unsigned)c->state < CASE_STATE_COUNT && (unsigned)c->outcome < CASE_OUTCOME_COUNT &&
           (unsigned)c->severity < VERDICT_SEVERITY_COUNT && (unsigned)c->tlp < VERDICT_TLP_COUNT && (c->state == CASE_CLOSED) == (c->outcome != CASE_NO_OUTCOME);
}

int case_add(struct ledger *l, struct case_record *c, int64_t account, const char *account_name)
{
    int64_t count = 0;
    c->changed_us = c->made_us;
    c->version = 1;
    if (!is_valid(c))
        return ledger_fail(l, -EINVAL);
    int e = ledger_begin(l);
    if (e == 0)
        e = ledger_read_number(l, "SELECT ifnull(max(number), 0) FROM case_file", &count); /* none is ever removed */
    if (e == 0 && count >= CASES_MAX)
        e = ledger_fail(l, -E2BIG);
    if (e == 0)
        e = account_run(l,
                        "INSERT INTO case_file (title, state, outcome, severity, tlp, owner, made_by, restricted, shared, made_us, changed_us, closed_us, version)"
                        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                        "tiiiittiiiiii", c->title, (int64_t)c->state, (int64_t)c->outcome, (int64_t)c->severity, (int64_t)c->tlp, c->owner, c->made_by,
                        (int64_t)c->is_restricted, (int64_t)c->is_shared, c->made_us, c->changed_us, c->closed_us, (int64_t)c->version);
    int64_t number = e == 0 ? sqlite3_last_insert_rowid(l->db) : 0;
    if (e == 0 && account != 0)
        e = account_run(l, "INSERT INTO case_person VALUES (?,?,?,1)", "iit", number, account, account_name);
    if (e == 0)
        e = case_trace(l, number, &(struct case_trace){"case", "", c->title}, &(struct case_hand){c->made_by, c->made_us});
    e = case_end(l, e, 0);
    if (e == 0)
        c->number = number;
    return e;
}

/* A note for each field that is another now; how many there are in *ret_count. */
static int trace_fields(struct ledger *l, const struct case_record *from, const struct case_record *to, const struct case_hand *by, unsigned *ret_count)
{
    const struct case_trace fields[] = {
        {"title", from->title, to->title},
        {"state", case_state_word(from->state), case_state_word(to->state)},
        {"outcome", case_outcome_word(from->outcome), case_outcome_word(to->outcome)},
        {"severity", verdict_severity_word(from->severity), verdict_severity_word(to->severity)},
        {"tlp", verdict_tlp_word(from->tlp), verdict_tlp_word(to->tlp)},
        {"owner", from->owner, to->owner},
        {"restricted", from->is_restricted ? "yes" : "no", to->is_restricted ? "yes" : "no"},
        {"shared", from->is_shared ? "yes" : "no", to->is_shared ? "yes" : "no"},
    };
    int e = 0;
    *ret_count = 0;
    for (size_t i = 0; e == 0 && i < array_len(fields); i++) {
        if (strcmp(fields[i].old, fields[i].text) == 0)
            continue;
        e = case_trace(l, from->number, &fields[i], by);
        *ret_count += 1;
    }
    return e;
}

int case_change(struct ledger *l, const struct case_record *from, struct case_record *to, const struct case_hand *by)
{
    unsigned changes = 0;
    bool closes = to->state == CASE_CLOSED && from->state != CASE_CLOSED;
    if (!is_valid(to) || from->number != to->number)
        return ledger_fail(l, -EINVAL);
    int64_t closed_us = closes ? by->now_us : to->state == CASE_CLOSED ? from->closed_us : 0;
    int e = ledger_begin(l);
    if (e == 0)
        e = trace_fields(l, from, to, by, &changes);
    if (e == 0 && changes > 0)
        e = account_run(l,
                        "UPDATE case_file SET title = ?, state = ?, outcome = ?, severity = ?, tlp = ?, owner = ?, restricted = ?, shared = ?, changed_us = ?,"
                        " closed_us = ?, version = version + 1 WHERE number = ?",
                        "tiiiitiiiii", to->title, (int64_t)to->state, (int64_t)to->outcome, (int64_t)to->severity, (int64_t)to->tlp, to->owner,
                        (int64_t)to->is_restricted, (int64_t)to->is_shared, by->now_us, closed_us, to->number);
    e = case_end(l, e, changes > 0);
    if (e == 1) {
        to->version = from->version + 1;
        to->changed_us = by->now_us;
        to->closed_us = closed_us;
    }
    return e;
}

int case_judge(struct ledger *l, int64_t number, struct verdict *v, unsigned count, const struct case_hand *by)
{
    char text[96];
    int e = count > 0 ? ledger_begin(l) : ledger_fail(l, -EINVAL);
    for (unsigned i = 0; e == 0 && i < count; i++)
        e = ledger_append_inside(l, &v[i]);
    if (e == 0) {
        snprintf(text, sizeof text, "%s %u-%u", claim_traits(v[0].claim)->word, v[0].number, v[count - 1].number);
        e = case_trace(l, number, &(struct case_trace){"judged", "", text}, by);
    }
    if (e == 0)
        e = case_touch(l, number, by->now_us);
    return case_end(l, e, 0);
}

/* ---- reading ---- */

int case_get(struct ledger *l, int64_t number, const struct case_asker *asker, struct case_record *ret_case, struct case_facts *ret_facts)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS "WHERE c.number = ?3", &s, "iti", asker->account, asker->member, number);
    if (e < 0)
        return e;
    e = ledger_next_row(l, s);
    if (e == 1)
        e = take(s, ret_case, ret_facts) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    sqlite3_finalize(s);
    return e == 1 ? 0 : e == 0 ? -ENOENT : e;
}

/* The table that is followed, by what is asked for: who asks for few goes through few (of notes an index has those of members alone). Places that a
 * statement lacks are not bound. */
static const char *statement_of(const struct case_filter *f)
{
    if (f->is_answered)
        return "SELECT " COLUMNS "WHERE c.number IN (SELECT number FROM case_note WHERE member <> '') AND c.number < ?3 AND (?4 < 0 OR state = ?4)"
               " AND (?5 = '' OR owner = ?5) AND (?6 = '' OR EXISTS (SELECT 1 FROM case_member AS k WHERE k.number = c.number AND k.member = ?6))"
               " AND (?7 = '' OR EXISTS (SELECT 1 FROM case_subject AS j WHERE j.number = c.number AND j.value = ?7 AND j.kind = ?8)) AND " ANSWERED
               " ORDER BY c.number DESC";
    if (f->subject)
        return "SELECT " COLUMNS "JOIN case_subject AS j ON j.number = c.number WHERE j.value = ?7 AND j.kind = ?8 AND c.number < ?3 AND (?4 < 0 OR state = ?4)"
               " AND (?5 = '' OR owner = ?5) AND (?6 = '' OR EXISTS (SELECT 1 FROM case_member AS k WHERE k.number = c.number AND k.member = ?6))"
               " ORDER BY c.number DESC";
    if (f->member)
        return "SELECT " COLUMNS "JOIN case_member AS k ON k.number = c.number WHERE k.member = ?6 AND k.number < ?3 AND (?4 < 0 OR state = ?4)"
               " AND (?5 = '' OR owner = ?5) ORDER BY k.number DESC";
    if (f->owner)
        return "SELECT " COLUMNS "WHERE owner = ?5 AND c.number < ?3 AND (?4 < 0 OR state = ?4) ORDER BY c.number DESC";
    if (f->state >= 0)
        return "SELECT " COLUMNS "WHERE state = ?4 AND c.number < ?3 ORDER BY c.number DESC";
    return "SELECT " COLUMNS "WHERE c.number < ?3 ORDER BY c.number DESC";
}

int case_list(struct ledger *l, const struct case_filter *f, const struct case_asker *asker, case_each *each, void *self)
{
    sqlite3_stmt *s;
    struct case_record c;
    struct case_facts facts;
    int e = account_ask(l, statement_of(f), &s, "itiittti", asker->account, asker->member, f->before > 0 ? f->before : INT64_MAX, (int64_t)f->state,
                        f->owner ? f->owner : "", f->member ? f->member : "", f->subject ? f->subject->value : "", f->subject ? (int64_t)f->subject->kind : 0);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        e = take(s, &c, &facts) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &c, &facts);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}
