/* Keeps reports of wrong blocks. */
#include "store/report.h"

#include <errno.h>
#include <string.h>

#include "store/account_impl.h"

#define DAY_US INT64_C(86400000000)
#define COLUMNS                                                                                                                          \
    "number, reference, name, given, text, contact, language, member, address, cause, verdict, line, made_us, state, reason, decided_by, " \
    "decided_us"

static const char *const words[] = {"open", "released", "refused"};
_Static_assert(array_len(words) == REPORT_STATE_COUNT, "a word for each");

const char *report_state_word(unsigned state)
{
    return state < REPORT_STATE_COUNT ? words[state] : "unknown";
}

int report_state_parse(const char *word, enum report_state *ret_state)
{
    for (unsigned i = 0; i < REPORT_STATE_COUNT; i++) {
        if (strcmp(word, words[i]) == 0) {
            *ret_state = (enum report_state)i;
            return 0;
        }
    }
    return -EINVAL;
}

static int take(sqlite3_stmt *s, struct report *r)
{
    *r = (struct report){.number = sqlite3_column_int64(s, 0),
                         .verdict = {.id = (uint32_t)sqlite3_column_int64(s, 10), .line = (uint32_t)sqlite3_column_int64(s, 11)},
                         .made_us = sqlite3_column_int64(s, 12),
                         .state = (enum report_state)sqlite3_column_int(s, 13),
                         .decided_us = sqlite3_column_int64(s, 16)};
    bool has_address = sqlite3_column_bytes(s, 8) == (int)sizeof r->address;
    if (has_address)
        memcpy(&r->address, sqlite3_column_blob(s, 8), sizeof r->address);
    bool fine = has_address && (unsigned)r->state < REPORT_STATE_COUNT && ledger_take_text(s, 1, r->reference, sizeof r->reference) == 0 &&
                ledger_take_text(s, 2, r->name, sizeof r->name) == 0 && ledger_take_text(s, 3, r->given, sizeof r->given) == 0 &&
                ledger_take_text(s, 4, r->text, sizeof r->text) == 0 && ledger_take_text(s, 5, r->contact, sizeof r->contact) == 0 &&
                ledger_take_text(s, 6, r->language, sizeof r->language) == 0 && ledger_take_text(s, 7, r->member, sizeof r->member) == 0 &&
                ledger_take_text(s, 9, r->cause, sizeof r->cause) == 0 && ledger_take_text(s, 14, r->reason, sizeof r->reason) == 0 &&
                ledger_take_text(s, 15, r->decided_by, sizeof r->decided_by) == 0;
    return fine ? 0 : -EBADMSG;
}

/* Ends the statement. */
static int one_report(struct ledger *l, sqlite3_stmt *s, struct report *ret_report)
{
    int e = ledger_next_row(l, s);
    if (e == 1)
        e = take(s, ret_report) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    sqlite3_finalize(s);
    return e == 1 ? 0 : e == 0 ? -ENOENT : e;
}

static int number_of(struct ledger *l, sqlite3_stmt *s, int64_t *ret_number)
{
    int e = account_number(l, s, ret_number);
    if (e == -ENOENT)
        *ret_number = 0;
    return e == -ENOENT ? 0 : e;
}

/* The rows are few enough to be counted only when their numbers span as many as there may be. */
static int make_room(struct ledger *l)
{
    int64_t count;
    int e = ledger_read_number(l, "SELECT ifnull(max(number) - min(number) + 1, 0) FROM report", &count);
    if (e < 0 || count < REPORTS_MAX)
        return e;
    e = ledger_read_number(l, "SELECT count(*) FROM report", &count);
    if (e < 0 || count < REPORTS_MAX)
        return e;
    e = account_run(l, "DELETE FROM report WHERE number IN (SELECT number FROM report WHERE state <> 0 ORDER BY number LIMIT ?)", "i",
                    count - REPORTS_MAX + 1);
    return e < 0 ? e : sqlite3_changes(l->db) > 0 ? 0 : -ENOSPC;
}

/* Of IPv6, who has one address has its /64 (RFC 6177), and with it enough of them to fill the table. */
static int address_may(struct ledger *l, const struct report *r)
{
    sqlite3_stmt *s;
    int64_t count = 0;
    struct addr first = r->address, last = r->address;
    if (!addr_is_v4(&r->address)) {
        memset(first.bytes + 8, 0, 8);
        memset(last.bytes + 8, 0xff, 8);
    }
    int e = account_ask(l, "SELECT count(*) FROM report WHERE address BETWEEN ? AND ? AND made_us > ?", &s, "bbi", &first, (int)sizeof first, &last,
                        (int)sizeof last, r->made_us - DAY_US);
    if (e == 0)
        e = number_of(l, s, &count);
    return e < 0 ? e : count < REPORT_OF_ADDRESS_MAX ? 0 : -EDQUOT;
}

int report_add(struct ledger *l, struct report *r)
{
    sqlite3_stmt *s;
    int64_t taken = 0;
    if (!r->reference[0] || !r->name[0])
        return ledger_fail(l, -EINVAL);
    int e = address_may(l, r);
    if (e == 0)
        e = account_ask(l, "SELECT number FROM report WHERE reference = ?", &s, "t", r->reference);
    if (e == 0)
        e = number_of(l, s, &taken);
    if (e == 0 && taken != 0)
        return -EEXIST;
    if (e == 0)
        e = make_room(l);
    if (e == 0)
        e = account_run(l,
                        "INSERT INTO report (reference, name, given, text, contact, language, member, address, cause, verdict, line, made_us,"
                        " state, reason, decided_by, decided_us) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,0,'','',0)",
                        "tttttttbtiii", r->reference, r->name, r->given, r->text, r->contact, r->language, r->member, &r->address,
                        (int)sizeof r->address, r->cause, (int64_t)r->verdict.id, (int64_t)r->verdict.line, r->made_us);
    if (e == 0)
        r->number = sqlite3_last_insert_rowid(l->db);
    return e;
}

int report_by_reference(struct ledger *l, const char *reference, struct report *ret_report)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS " FROM report WHERE reference = ?", &s, "t", reference);
    return e < 0 ? e : one_report(l, s, ret_report);
}

int report_by_number(struct ledger *l, int64_t number, struct report *ret_report)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS " FROM report WHERE number = ?", &s, "i", number);
    return e < 0 ? e : one_report(l, s, ret_report);
}

int report_list(struct ledger *l, const struct report_filter *f, report_each *each, void *self)
{
    sqlite3_stmt *s;
    struct report r;
    int e = account_ask(l,
                        "SELECT " COLUMNS " FROM report WHERE number < ?1 AND (?2 < 0 OR state = ?2) AND (?3 = 0 OR member = ?4)"
                        " ORDER BY number DESC LIMIT ?5",
                        &s, "iiiti", f->before > 0 ? f->before : INT64_MAX, (int64_t)f->state, (int64_t)(f->member != NULL),
                        f->member ? f->member : "", (int64_t)f->limit);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        e = take(s, &r) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &r);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}

int report_decide(struct ledger *l, int64_t number, bool all_of_name, enum report_state state, const char *reason, const char *by, int64_t now_us,
                  unsigned *ret_count)
{
    int e = account_run(l,
                        "UPDATE report SET state = ?1, reason = ?2, decided_by = ?3, decided_us = ?4 WHERE state = 0"
                        " AND EXISTS (SELECT 1 FROM report WHERE number = ?5 AND state = 0)"
                        " AND (number = ?5 OR (?6 AND number IN (SELECT number FROM report WHERE state = 0 AND"
                        " name = (SELECT name FROM report WHERE number = ?5) ORDER BY number LIMIT ?7)))",
                        "ittiiii", (int64_t)state, reason, by, now_us, number, (int64_t)all_of_name, (int64_t)REPORT_DECIDED_AT_ONCE);
    if (e < 0)
        return e;
    *ret_count = (unsigned)sqlite3_changes(l->db);
    return *ret_count > 0 ? 0 : -ENOENT;
}

/* ---- counts ---- */

/* One number of those of a member (NULL: all) since then, and one value more for the statement. */
static int count_of(struct ledger *l, const char *sql, const char *member, int64_t since_us, int64_t more, int64_t *ret_number)
{
    sqlite3_stmt *s;
    *ret_number = 0;
    int e = account_ask(l, sql, &s, "itii", (int64_t)(member != NULL), member ? member : "", since_us, more);
    return e < 0 ? e : number_of(l, s, ret_number);
}

#define OF_MEMBER "(?1 = 0 OR member = ?2)"

/* The smallest span that so many per mille of the releases did not exceed (nearest rank). */
static int quantile(struct ledger *l, const char *member, int64_t since_us, uint64_t released, unsigned per_mille, int64_t *ret_us)
{
    return count_of(l,
                    "SELECT decided_us - made_us FROM report WHERE " OF_MEMBER " AND state = 1 AND decided_us >= ?3 ORDER BY decided_us - made_us"
                    " LIMIT 1 OFFSET ?4",
                    member, since_us, (int64_t)((released * per_mille + 999) / 1000 - 1), ret_us);
}

int report_summarise(struct ledger *l, const char *member, int64_t since_us, struct report_summary *ret_summary)
{
    int64_t open = 0, released = 0, refused = 0;
    static const char decided[] = "SELECT count(*) FROM report WHERE " OF_MEMBER " AND state = ?4 AND decided_us >= ?3";
    *ret_summary = (struct report_summary){0};
    int e = count_of(l, "SELECT count(*) FROM report WHERE " OF_MEMBER " AND state = 0 AND ?3 = ?3 AND ?4 = ?4", member, 0, 0, &open);
    if (e == 0)
        e = count_of(l, "SELECT ifnull(min(made_us), 0) FROM report WHERE " OF_MEMBER " AND state = 0 AND ?3 = ?3 AND ?4 = ?4", member, 0, 0,
                     &ret_summary->oldest_open_us);
    if (e == 0)
        e = count_of(l, decided, member, since_us, REPORT_RELEASED, &released);
    if (e == 0)
        e = count_of(l, decided, member, since_us, REPORT_REFUSED, &refused);
    if (e == 0 && released > 0)
        e = quantile(l, member, since_us, (uint64_t)released, 500, &ret_summary->median_us);
    if (e == 0 && released > 0)
        e = quantile(l, member, since_us, (uint64_t)released, 900, &ret_summary->p90_us);
    ret_summary->open = (uint64_t)open;
    ret_summary->released = (uint64_t)released;
    ret_summary->refused = (uint64_t)refused;
    return e;
}

int report_causes(struct ledger *l, const char *member, int64_t since_us, unsigned max, report_each_cause *each, void *self)
{
    sqlite3_stmt *s;
    int e = account_ask(l,
                        "SELECT cause, sum(state = 0), sum(state = 1), sum(state = 2) FROM report WHERE " OF_MEMBER
                        " AND made_us >= ?3 GROUP BY cause ORDER BY 3 DESC, 2 DESC, cause LIMIT ?4",
                        &s, "itii", (int64_t)(member != NULL), member ? member : "", since_us, (int64_t)max);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        struct report_cause c = {.open = (uint64_t)sqlite3_column_int64(s, 1),
                                 .released = (uint64_t)sqlite3_column_int64(s, 2),
                                 .refused = (uint64_t)sqlite3_column_int64(s, 3)};
        e = ledger_take_text(s, 0, c.cause, sizeof c.cause) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &c);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}
