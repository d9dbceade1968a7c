/* Reads what is to be folded, keeps what came of it, and finds it again. */
#include "store/indicator.h"

#include <errno.h>
#include <string.h>

#include "store/ledger_impl.h"

int indicator_begin(struct ledger *l)
{
    return ledger_begin(l);
}

int indicator_commit(struct ledger *l)
{
    return ledger_commit(l);
}

void indicator_rollback(struct ledger *l)
{
    ledger_rollback(l);
}

int indicator_folded(struct ledger *l, uint32_t *ret_number)
{
    int64_t number = 0;
    int r = ledger_read_number(l, "SELECT number FROM folded", &number);
    *ret_number = (uint32_t)number;
    return r;
}

static int run_with(struct ledger *l, const char *sql, int64_t number)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, sql, &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, number);
    r = ledger_check(l, sqlite3_step(s));
    sqlite3_finalize(s);
    return r;
}

int indicator_set_folded(struct ledger *l, uint32_t number)
{
    return run_with(l, "UPDATE folded SET number = ?", number);
}

static int take_subject(sqlite3_stmt *s, int kind_column, struct subject *ret_subject)
{
    int kind = sqlite3_column_int(s, kind_column);
    if (kind < 0 || kind >= SUBJECT_KIND_COUNT)
        return -EBADMSG;
    ret_subject->kind = (enum subject_kind)kind;
    return ledger_take_text(s, kind_column + 1, ret_subject->value, sizeof ret_subject->value);
}

/* Directives are obeyed, not weighed. */
static bool is_weighed(int claim)
{
    return claim >= 0 && claim < CLAIM_COUNT && claim_traits((enum claim)claim)->group != CLAIM_DIRECTIVE;
}

int indicator_new_subjects(struct ledger *l, uint32_t number, unsigned max, indicator_each_subject *each, void *self,
                           uint32_t *ret_last)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT number, type, claim, kind, subject FROM entry WHERE number > ? ORDER BY number LIMIT ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, number);
    sqlite3_bind_int64(s, 2, max);
    *ret_last = number;
    struct subject subject;
    while ((r = ledger_next_row(l, s)) == 1) {
        *ret_last = (uint32_t)sqlite3_column_int64(s, 0);
        if (sqlite3_column_int(s, 1) != 0 || !is_weighed(sqlite3_column_int(s, 2)))
            continue;
        r = take_subject(s, 3, &subject) < 0 ? ledger_fail(l, -EBADMSG) : each(self, *ret_last, &subject);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

int indicator_said(struct ledger *l, uint32_t after, uint32_t until, indicator_each_said *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT number, kind, subject, author, claim FROM entry WHERE number > ? AND number <= ? AND type = 0 ORDER BY number", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, after);
    sqlite3_bind_int64(s, 2, until);
    while ((r = ledger_next_row(l, s)) == 1) {
        struct indicator_said said = {.number = (uint32_t)sqlite3_column_int64(s, 0),
                                      .kind = sqlite3_column_int(s, 1),
                                      .value = (const char *)sqlite3_column_text(s, 2),
                                      .author = (const char *)sqlite3_column_text(s, 3)};
        if (!said.value || !said.author || !is_weighed(sqlite3_column_int(s, 4)))
            continue;
        r = said.kind < 0 || said.kind >= SUBJECT_KIND_COUNT || strlen(said.value) >= SUBJECT_VALUE_MAX ? ledger_fail(l, -EBADMSG) : each(self, &said);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

/* 0: nothing was ever said. */
static int first_number(struct ledger *l, const struct subject *subject, uint32_t *ret_number)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, INDICATOR_FIRST_NUMBER,
                             "SELECT number FROM entry WHERE subject = ? AND kind = ? AND type = 0 ORDER BY number LIMIT 1", &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, subject->value, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 2, (int)subject->kind);
    r = ledger_next_row(l, s);
    *ret_number = r == 1 ? (uint32_t)sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return r < 0 ? r : 0;
}

/* What was replaced matters little and may be much: the newest of it is enough. */
#define STATEMENT " FROM entry WHERE subject = ?1 AND kind = ?2 AND type = 0 AND "
#define REPLACED "EXISTS (SELECT 1 FROM entry AS s WHERE s.supersedes = entry.number)"

int indicator_statements(struct ledger *l, const struct subject *subject, indicator_each_statement *each, void *self,
                         uint32_t *ret_id)
{
    sqlite3_stmt *s;
    int r = first_number(l, subject, ret_id);
    if (r < 0 || *ret_id == 0)
        return r;
    r = ledger_statement(l, INDICATOR_STATEMENTS,
                         "SELECT * FROM (SELECT number, ifnull(supersedes, 0), body, 0" STATEMENT "NOT " REPLACED
                         " UNION ALL SELECT * FROM (SELECT number, ifnull(supersedes, 0), body, 1" STATEMENT REPLACED
                         " ORDER BY number DESC LIMIT 200)) ORDER BY 1",
                         &s);
    if (r < 0)
        return r;
    sqlite3_bind_text(s, 1, subject->value, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 2, (int)subject->kind);
    struct verdict v;
    while ((r = ledger_next_row(l, s)) == 1) {
        r = ledger_take_verdict(s, 0, &v) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &v, sqlite3_column_int(s, 3) != 0);
        if (r != 0)
            break;
    }
    sqlite3_reset(s);
    return r;
}

int indicator_put(struct ledger *l, uint32_t id, const struct indicator *i)
{
    sqlite3_stmt *s;
    int r = ledger_statement(l, INDICATOR_PUT,
                             "INSERT INTO indicator VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,0,0,0,?16,?17,?18,?19,?20)"
                             " ON CONFLICT (id) DO UPDATE SET claim=?4, state=?5, decision=?6, probability=?7, conflict=?8,"
                             " guards=?9, tlp=?10, pap=?11, verdict=?12, verdicts=?13, sources=?14, level_probability=?15,"
                             " false_blocks=?16, first_us=?17, last_us=?18, changed_us=?19, next_us=?20",
                             &s);
    if (r < 0)
        return r;
    const int64_t numbers[] = {i->claim, i->state, i->decision, i->probability, i->conflict, i->guards, i->tlp, i->pap, i->verdict,
                               i->verdict_count, i->source_count, i->level_probability, i->false_blocks, i->first_us, i->last_us, i->changed_us, i->next_us};
    sqlite3_bind_int64(s, 1, id);
    sqlite3_bind_int(s, 2, (int)i->subject.kind);
    sqlite3_bind_text(s, 3, i->subject.value, -1, SQLITE_STATIC);
    for (size_t n = 0; n < array_len(numbers); n++)
        sqlite3_bind_int64(s, (int)n + 4, numbers[n]);
    return ledger_step(l, s);
}

#define COLUMNS                                                                                                                   \
    " id, kind, value, claim, state, decision, probability, conflict, guards, tlp, pap, verdict, verdicts, sources, level_probability, sightings,"  \
    " seen_members, seen_us, false_blocks, first_us, last_us, changed_us, next_us FROM indicator "

static bool within(int64_t value, int64_t count)
{
    return value >= 0 && value < count;
}

/* -EBADMSG: written by others. */
static int take_indicator(sqlite3_stmt *s, uint32_t *ret_id, struct indicator *i)
{
    int64_t n[23];
    for (int c = 0; c < (int)array_len(n); c++)
        n[c] = c == 2 ? 0 : sqlite3_column_int64(s, c);
    if (!within(n[0] - 1, UINT32_MAX) || take_subject(s, 1, &i->subject) < 0 || !within(n[3], CLAIM_COUNT) ||
        !within(n[4], INDICATOR_STATE_COUNT) || !within(n[5], INDICATOR_DECISION_COUNT) || !within(n[6], 1001) || !within(n[14], 1001) ||
        !within(n[9], VERDICT_TLP_COUNT) || !within(n[10], VERDICT_PAP_COUNT))
        return -EBADMSG;
    *ret_id = (uint32_t)n[0];
    i->claim = (enum claim)n[3];
    i->state = (enum indicator_state)n[4];
    i->decision = (enum indicator_decision)n[5];
    i->probability = (uint16_t)n[6];
    i->conflict = n[7] != 0;
    i->guards = (unsigned)n[8];
    i->tlp = (enum verdict_tlp)n[9];
    i->pap = (enum verdict_pap)n[10];
    i->verdict = (uint32_t)n[11];
    i->verdict_count = (uint32_t)n[12];
    i->source_count = (uint32_t)n[13];
    i->level_probability = (uint16_t)n[14];
    i->sightings = (uint64_t)n[15];
    i->seen_members = (uint32_t)n[16];
    i->seen_us = n[17];
    i->false_blocks = (uint32_t)n[18];
    i->first_us = n[19];
    i->last_us = n[20];
    i->changed_us = n[21];
    i->next_us = n[22];
    return 0;
}

static int each_indicator(struct ledger *l, sqlite3_stmt *s, indicator_each *each, void *self)
{
    struct indicator i;
    uint32_t id;
    int r;
    while ((r = ledger_next_row(l, s)) == 1) {
        r = take_indicator(s, &id, &i) < 0 ? ledger_fail(l, -EBADMSG) : each(self, id, &i);
        if (r != 0)
            break;
    }
    return r;
}

int indicator_get_by_id(struct ledger *l, uint32_t id, struct indicator *ret_indicator)
{
    sqlite3_stmt *s;
    uint32_t same;
    int r = ledger_statement(l, INDICATOR_BY_ID, "SELECT" COLUMNS "WHERE id = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, id);
    r = ledger_next_row(l, s);
    if (r == 1)
        r = take_indicator(s, &same, ret_indicator) < 0 ? ledger_fail(l, -EBADMSG) : 0;
    else if (r == 0)
        r = ledger_fail(l, -ENOENT);
    sqlite3_reset(s);
    return r;
}

int indicator_get(struct ledger *l, const struct subject *s, uint32_t *ret_id, struct indicator *ret_indicator)
{
    int r = first_number(l, s, ret_id);
    if (r < 0)
        return r;
    return *ret_id == 0 ? ledger_fail(l, -ENOENT) : indicator_get_by_id(l, *ret_id, ret_indicator);
}

int indicator_put_off(struct ledger *l, const struct subject *subject, int64_t until_us)
{
    sqlite3_stmt *s;
    uint32_t id;
    int r = first_number(l, subject, &id);
    if (r < 0)
        return r;
    r = ledger_prepare(l, "UPDATE indicator SET next_us = max(next_us, ?) WHERE id = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, until_us);
    sqlite3_bind_int64(s, 2, id);
    r = ledger_step(l, s);
    sqlite3_finalize(s);
    return r;
}

int indicator_due(struct ledger *l, int64_t now_us, unsigned max, indicator_each *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT" COLUMNS "WHERE next_us <= ? AND next_us < 9223372036854775807 ORDER BY next_us LIMIT ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, now_us);
    sqlite3_bind_int64(s, 2, max);
    r = each_indicator(l, s, each, self);
    sqlite3_finalize(s);
    return r;
}

int indicator_look_back_each(struct ledger *l, unsigned max, indicator_each *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT" COLUMNS "JOIN look_back ON look_back.indicator = id ORDER BY id LIMIT ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, max);
    r = each_indicator(l, s, each, self);
    sqlite3_finalize(s);
    return r;
}

int indicator_next_due(struct ledger *l, int64_t *ret_us)
{
    return ledger_read_number(
        l, "SELECT ifnull(min(next_us), 9223372036854775807) FROM indicator WHERE next_us < 9223372036854775807", ret_us);
}

int indicator_list(struct ledger *l, const struct indicator_filter *f, indicator_each *each, void *self)
{
    sqlite3_stmt *s;
    bool ask = f->decisions == 1 << INDICATOR_DO_ASK; /* the review queue has an index of its own */
    int r = ledger_prepare(l,
                           ask ? "SELECT" COLUMNS "WHERE decision = 2 AND id > ?1 AND id <= ?8 AND (?2 >> state) & 1 AND (?3 >> decision) & 1 AND"
                                 " (?4 >> kind) & 1 AND (?5 >> claim) & 1 AND conflict >= ?6 ORDER BY id LIMIT ?7"
                               : "SELECT" COLUMNS "WHERE id > ?1 AND id <= ?8 AND (?2 >> state) & 1 AND (?3 >> decision) & 1 AND"
                                 " (?4 >> kind) & 1 AND (?5 >> claim) & 1 AND conflict >= ?6 ORDER BY id LIMIT ?7",
                           &s);
    if (r < 0)
        return r;
    _Static_assert(INDICATOR_DO_ASK == 2, "as SQL spells it");
    const unsigned any = UINT32_MAX;
    sqlite3_bind_int64(s, 1, f->after);
    sqlite3_bind_int64(s, 2, f->states ? f->states : any);
    sqlite3_bind_int64(s, 3, f->decisions ? f->decisions : any);
    sqlite3_bind_int64(s, 4, f->kinds ? f->kinds : any);
    sqlite3_bind_int64(s, 5, f->claims ? f->claims : any);
    sqlite3_bind_int(s, 6, f->conflict);
    sqlite3_bind_int64(s, 7, f->max ? (int64_t)f->max : -1);
    sqlite3_bind_int64(s, 8, f->until ? f->until : UINT32_MAX);
    r = each_indicator(l, s, each, self);
    sqlite3_finalize(s);
    return r;
}

int indicator_count(struct ledger *l, struct indicator_counts *ret_counts)
{
    sqlite3_stmt *s;
    *ret_counts = (struct indicator_counts){0};
    int r = ledger_prepare(l, "SELECT state, decision, count(*) FROM indicator GROUP BY state, decision", &s);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1) {
        int state = sqlite3_column_int(s, 0), decision = sqlite3_column_int(s, 1);
        uint64_t count = (uint64_t)sqlite3_column_int64(s, 2);
        if (!within(state, INDICATOR_STATE_COUNT) || !within(decision, INDICATOR_DECISION_COUNT)) {
            r = ledger_fail(l, -EBADMSG);
            break;
        }
        ret_counts->state[state] += count;
        ret_counts->decision[decision] += count;
    }
    sqlite3_finalize(s);
    return r;
}
