/* Keeps what is on its way to members. */
#include "store/notice_delivery.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/account_impl.h"

#define COLUMNS "d.id, d.member, d.channel, d.urgent, d.mail, d.name, d.language, d.state, d.made_us, d.due_us, d.tries, d.done_us, d.opened_us, d.error, d.purpose, d.about"

static const char *const words[] = {"waiting", "taken", "given-up"};
_Static_assert(array_len(words) == DELIVERY_STATE_COUNT, "a word for each");

const char *delivery_state_word(unsigned state)
{
    return state < DELIVERY_STATE_COUNT ? words[state] : "unknown";
}

static int take(sqlite3_stmt *s, struct notice_delivery *d)
{
    char language[8];
    memset(d, 0, sizeof *d);
    d->id = sqlite3_column_int64(s, 0);
    d->channel = (enum delivery_channel)sqlite3_column_int(s, 2);
    d->is_urgent = sqlite3_column_int(s, 3) != 0;
    d->state = (enum delivery_state)sqlite3_column_int(s, 7);
    d->made_us = sqlite3_column_int64(s, 8);
    d->due_us = sqlite3_column_int64(s, 9);
    d->tries = (unsigned)sqlite3_column_int(s, 10);
    d->done_us = sqlite3_column_int64(s, 11);
    d->opened_us = sqlite3_column_int64(s, 12);
    d->purpose = (enum delivery_purpose)sqlite3_column_int(s, 14);
    bool fine = (unsigned)d->purpose < DELIVERY_PURPOSE_COUNT && ledger_take_text(s, 15, d->about, sizeof d->about) == 0 && (unsigned)d->state < DELIVERY_STATE_COUNT && ledger_take_text(s, 1, d->member, sizeof d->member) == 0 &&
                ledger_take_text(s, 4, d->mail, sizeof d->mail) == 0 && ledger_take_text(s, 5, d->name, sizeof d->name) == 0 &&
                ledger_take_text(s, 6, language, sizeof language) == 0 && ledger_take_text(s, 13, d->error, sizeof d->error) == 0;
    d->is_japanese = fine && strcmp(language, "ja") == 0;
    return fine ? 0 : -EBADMSG;
}

int delivery_add(struct ledger *l, struct notice_delivery *d)
{
    int64_t count;
    int e = ledger_read_number(l, "SELECT count(*) FROM notice_delivery WHERE state = 0", &count);
    if (e == 0 && count >= DELIVERY_QUEUE_MAX)
        return -EDQUOT;
    if (e == 0)
        e = account_run(l,
                        "INSERT INTO notice_delivery (member, channel, urgent, mail, name, language, state, made_us, due_us, tries, done_us,"
                        " opened_us, error, purpose, about) VALUES (?,?,?,?,?,?,0,?,?,0,0,0,'',?,?)",
                        "tiitttiiit", d->member, (int64_t)d->channel, (int64_t)d->is_urgent, d->mail, d->name, d->is_japanese ? "ja" : "en", d->made_us,
                        d->due_us, (int64_t)d->purpose, d->about);
    if (e == 0)
        d->id = sqlite3_last_insert_rowid(l->db);
    for (unsigned i = 0; e == 0 && i < d->notice_count; i++)
        e = account_run(l, "INSERT INTO notice_delivered VALUES (?, ?) ON CONFLICT DO NOTHING", "ii", d->notices[i], d->id);
    return e;
}

static int read_notices(struct ledger *l, struct notice_delivery *d)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT notice FROM notice_delivered WHERE delivery = ? ORDER BY notice", &s, "i", d->id);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1 && d->notice_count < DELIVERY_NOTICES_MAX)
        d->notices[d->notice_count++] = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return e < 0 ? e : 0;
}

/* Ends the statement. */
static int one_delivery(struct ledger *l, sqlite3_stmt *s, struct notice_delivery *ret_delivery)
{
    int e = ledger_next_row(l, s);
    if (e == 1)
        e = take(s, ret_delivery) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    sqlite3_finalize(s);
    return e == 1 ? read_notices(l, ret_delivery) : e == 0 ? -ENOENT : e;
}

int delivery_get(struct ledger *l, int64_t id, struct notice_delivery *ret_delivery)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS " FROM notice_delivery AS d WHERE d.id = ?", &s, "i", id);
    return e < 0 ? e : one_delivery(l, s, ret_delivery);
}

int delivery_put(struct ledger *l, const struct notice_delivery *d)
{
    return account_run(l, "UPDATE notice_delivery SET state = ?, due_us = ?, tries = ?, done_us = ?, error = ? WHERE id = ?", "iiiiti", (int64_t)d->state,
                       d->due_us, (int64_t)d->tries, d->done_us, d->error, d->id);
}

bool delivery_is_of_member(const struct notice_delivery *d)
{
    return d->channel == DELIVERY_WEBHOOK && d->mail[0] != '\0';
}

int delivery_delay_webhook(struct ledger *l, const char *member, int64_t due_us)
{
    return account_run(l, "UPDATE notice_delivery SET due_us = max(due_us, ?) WHERE state = 0 AND channel = 1 AND mail <> '' AND member = ?", "it", due_us, member);
}

int delivery_last_webhook(struct ledger *l, const char *member, struct notice_delivery *ret_delivery)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS " FROM notice_delivery AS d WHERE d.channel = 1 AND d.mail <> '' AND d.member = ? ORDER BY d.id DESC LIMIT 1", &s, "t",
                        member);
    return e < 0 ? e : one_delivery(l, s, ret_delivery);
}

int delivery_due(struct ledger *l, bool of_member, int64_t now_us, unsigned max, int64_t *ret_ids)
{
    static const char *const questions[] = {
        "SELECT id FROM notice_delivery WHERE state = 0 AND (channel = 0 OR mail = '') AND due_us <= ? ORDER BY due_us LIMIT ?",
        /* SQLite: with min() the other columns are of the row that has it */
        "SELECT id, min(due_us) AS due FROM notice_delivery WHERE state = 0 AND channel = 1 AND mail <> '' AND due_us <= ? GROUP BY member ORDER BY due LIMIT ?",
    };
    sqlite3_stmt *s;
    unsigned count = 0;
    int e = account_ask(l, questions[of_member], &s, "ii", now_us, (int64_t)max);
    if (e < 0)
        return e;
    while (count < max && (e = ledger_next_row(l, s)) == 1)
        ret_ids[count++] = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return e < 0 ? e : (int)count;
}

static int number_of(struct ledger *l, sqlite3_stmt *s, int64_t *ret_number)
{
    int e = account_number(l, s, ret_number);
    if (e == -ENOENT)
        *ret_number = 0;
    return e == -ENOENT ? 0 : e;
}

int delivery_urgent_count(struct ledger *l, const char *mail, const char *member, int64_t since_us, unsigned *ret_count)
{
    sqlite3_stmt *s;
    int64_t count = 0;
    int e = account_ask(l, "SELECT count(*) FROM notice_delivery WHERE urgent = 1 AND mail = ? AND made_us > ? AND (? = 0 OR member = ?)", &s, "tiit", mail,
                        since_us, (int64_t)(member != NULL), member ? member : "");
    if (e == 0)
        e = number_of(l, s, &count);
    *ret_count = (unsigned)count;
    return e;
}

int delivery_proof_count(struct ledger *l, const char *member, int64_t since_us, unsigned *ret_count)
{
    sqlite3_stmt *s;
    int64_t count = 0;
    int e = account_ask(l, "SELECT count(*) FROM notice_delivery WHERE purpose = 1 AND member = ? AND made_us > ?", &s, "ti", member, since_us);
    if (e == 0)
        e = number_of(l, s, &count);
    *ret_count = (unsigned)count;
    return e;
}

int delivery_was_told(struct ledger *l, int64_t notice, const char *mail, int64_t since_us, bool *ret_told)
{
    sqlite3_stmt *s;
    int64_t one = 0;
    int e = account_ask(l,
                        "SELECT 1 FROM notice_delivered AS n JOIN notice_delivery AS d ON d.id = n.delivery WHERE n.notice = ? AND d.mail = ?"
                        " AND d.made_us >= ? AND d.state <> 2 LIMIT 1",
                        &s, "iti", notice, mail, since_us);
    if (e == 0)
        e = number_of(l, s, &one);
    *ret_told = one != 0;
    return e;
}

int delivery_waits_for(struct ledger *l, int64_t notice, bool *ret_waits)
{
    sqlite3_stmt *s;
    int64_t one = 0;
    int e = account_ask(l, "SELECT 1 FROM notice_delivered AS n JOIN notice_delivery AS d ON d.id = n.delivery WHERE n.notice = ? AND d.state = 0 LIMIT 1", &s,
                        "i", notice);
    if (e == 0)
        e = number_of(l, s, &one);
    *ret_waits = one != 0;
    return e;
}

int delivery_of_notice(struct ledger *l, int64_t notice, delivery_each *each, void *self)
{
    sqlite3_stmt *s;
    struct notice_delivery d;
    int e = account_ask(l,
                        "SELECT " COLUMNS " FROM notice_delivered AS n JOIN notice_delivery AS d ON d.id = n.delivery WHERE n.notice = ?"
                        " ORDER BY d.id LIMIT 200",
                        &s, "i", notice);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        e = take(s, &d) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &d);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}

int delivery_count(struct ledger *l, uint64_t ret_counts[DELIVERY_STATE_COUNT])
{
    sqlite3_stmt *s;
    memset(ret_counts, 0, DELIVERY_STATE_COUNT * sizeof ret_counts[0]);
    int e = account_ask(l, "SELECT state, count(*) FROM notice_delivery GROUP BY state", &s, "");
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        int state = sqlite3_column_int(s, 0);
        if (state >= 0 && state < DELIVERY_STATE_COUNT)
            ret_counts[state] = (uint64_t)sqlite3_column_int64(s, 1);
    }
    sqlite3_finalize(s);
    return e;
}

int delivery_forget(struct ledger *l, int64_t before_us)
{
    static const char *const steps[] = {
        "DELETE FROM notice_link WHERE delivery IN (SELECT id FROM notice_delivery WHERE state <> 0 AND made_us < ? LIMIT 1000)",
        "DELETE FROM notice_delivered WHERE delivery IN (SELECT id FROM notice_delivery WHERE state <> 0 AND made_us < ? LIMIT 1000)",
        "DELETE FROM notice_delivery WHERE id IN (SELECT id FROM notice_delivery WHERE state <> 0 AND made_us < ? LIMIT 1000)",
    };
    int e = 0;
    for (size_t i = 0; e == 0 && i < array_len(steps); i++)
        e = account_run(l, steps[i], "i", before_us);
    return e;
}

int delivery_link_add(struct ledger *l, int64_t delivery, const uint8_t digest[DELIVERY_DIGEST_LEN])
{
    return account_run(l, "INSERT INTO notice_link VALUES (?, ?)", "bi", digest, (int)DELIVERY_DIGEST_LEN, delivery);
}

int delivery_by_link(struct ledger *l, const uint8_t digest[DELIVERY_DIGEST_LEN], struct notice_delivery *ret_delivery)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS " FROM notice_link AS k JOIN notice_delivery AS d ON d.id = k.delivery WHERE k.digest = ?", &s, "b", digest,
                        (int)DELIVERY_DIGEST_LEN);
    return e < 0 ? e : one_delivery(l, s, ret_delivery);
}

int delivery_opened(struct ledger *l, int64_t id, int64_t now_us)
{
    return account_run(l, "UPDATE notice_delivery SET opened_us = ? WHERE id = ? AND opened_us = 0", "ii", now_us, id);
}
