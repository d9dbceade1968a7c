/* Keeps campaigns, and counts what came of them. */
#include "store/notice_campaign.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "store/account_impl.h"

#define COLUMNS "name, claims, sectors, text_ja, text_en, percent, seed, from_us, until_us, window_us, made_by, released"

/* UTF-8 without control characters but newlines. */
static bool is_text(const char *text, size_t min)
{
    struct reader r = reader_of(text, strlen(text));
    while (r.left > 0 && !r.failed) {
        uint32_t c = utf8_take(&r);
        if (c < ' ' && c != '\n')
            return false;
    }
    return !r.failed && strlen(text) >= min;
}

static int take(sqlite3_stmt *s, struct campaign *c)
{
    memset(c, 0, sizeof *c);
    c->claims = (unsigned)sqlite3_column_int64(s, 1);
    c->percent = (unsigned)sqlite3_column_int(s, 5);
    c->from_us = sqlite3_column_int64(s, 7);
    c->until_us = sqlite3_column_int64(s, 8);
    c->window_us = sqlite3_column_int64(s, 9);
    c->is_released = sqlite3_column_int(s, 11) != 0;
    bool fine = sqlite3_column_bytes(s, 6) == CAMPAIGN_SEED_LEN && ledger_take_text(s, 0, c->name, sizeof c->name) == 0 &&
                ledger_take_text(s, 2, c->sectors, sizeof c->sectors) == 0 && ledger_take_text(s, 3, c->text_ja, sizeof c->text_ja) == 0 &&
                ledger_take_text(s, 4, c->text_en, sizeof c->text_en) == 0 && ledger_take_text(s, 10, c->made_by, sizeof c->made_by) == 0;
    if (fine)
        memcpy(c->seed, sqlite3_column_blob(s, 6), sizeof c->seed);
    return fine ? 0 : -EBADMSG;
}

int campaign_add(struct ledger *l, const struct campaign *c)
{
    int64_t count;
    if (!is_text(c->name, 1) || strchr(c->name, '\n') || !is_text(c->sectors, 0) || !is_text(c->text_ja, 0) || !is_text(c->text_en, 0) || c->percent > 50 ||
        c->from_us >= c->until_us || c->window_us <= 0)
        return ledger_fail(l, -EINVAL);
    int e = ledger_read_number(l, "SELECT count(*) FROM campaign", &count);
    if (e == 0 && count >= CAMPAIGNS_MAX)
        return -E2BIG;
    if (e == 0)
        e = account_run(l, "INSERT INTO campaign VALUES (?,?,?,?,?,?,?,?,?,?,?,0) ON CONFLICT DO NOTHING", "titttibiiit", c->name, (int64_t)c->claims, c->sectors,
                        c->text_ja, c->text_en, (int64_t)c->percent, c->seed, (int)sizeof c->seed, c->from_us, c->until_us, c->window_us, c->made_by);
    return e < 0 ? e : sqlite3_changes(l->db) > 0 ? 0 : -EEXIST;
}

/* Ends the statement. */
static int one_campaign(struct ledger *l, sqlite3_stmt *s, struct campaign *ret_campaign)
{
    int e = ledger_next_row(l, s);
    if (e == 1)
        e = take(s, ret_campaign) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    sqlite3_finalize(s);
    return e == 1 ? 0 : e == 0 ? -ENOENT : e;
}

int campaign_get(struct ledger *l, const char *name, struct campaign *ret_campaign)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS " FROM campaign WHERE name = ?", &s, "t", name);
    return e < 0 ? e : one_campaign(l, s, ret_campaign);
}

int campaign_list(struct ledger *l, campaign_each *each, void *self)
{
    sqlite3_stmt *s;
    struct campaign c;
    int e = account_ask(l, "SELECT " COLUMNS " FROM campaign ORDER BY from_us DESC, name", &s, "");
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        e = take(s, &c) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &c);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}

int campaign_end(struct ledger *l, const char *name, int64_t now_us)
{
    int e = account_run(l, "UPDATE campaign SET until_us = max(?1, from_us + 1) WHERE name = ?2 AND until_us > ?1", "it", now_us, name);
    return e < 0 ? e : sqlite3_changes(l->db) > 0 ? 0 : -ENOENT;
}

static bool has_line(const char *lines, const char *line)
{
    size_t len = strlen(line);
    for (const char *at = lines; *at; at += strcspn(at, "\n"), at += *at == '\n')
        if (strcspn(at, "\n") == len && memcmp(at, line, len) == 0)
            return true;
    return !*lines;
}

int campaign_for(struct ledger *l, enum claim claim, const char *sector, int64_t now_us, struct campaign *ret_campaign)
{
    sqlite3_stmt *s;
    int e = account_ask(l,
                        "SELECT " COLUMNS " FROM campaign WHERE from_us <= ?1 AND until_us > ?1 AND released = 0 AND (claims = 0 OR claims & ?2 <> 0)"
                        " ORDER BY name",
                        &s, "ii", now_us, INT64_C(1) << (unsigned)claim);
    if (e < 0)
        return e;
    int found = -ENOENT;
    while (found == -ENOENT && (e = ledger_next_row(l, s)) == 1) {
        if (take(s, ret_campaign) < 0)
            found = ledger_fail(l, -EBADMSG);
        else if (has_line(ret_campaign->sectors, sector))
            found = 0;
    }
    sqlite3_finalize(s);
    return e < 0 ? e : found;
}

int campaign_ended(struct ledger *l, int64_t now_us, struct campaign *ret_campaign)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS " FROM campaign WHERE until_us <= ? AND released = 0 ORDER BY name LIMIT 1", &s, "i", now_us);
    return e < 0 ? e : one_campaign(l, s, ret_campaign);
}

int campaign_set_released(struct ledger *l, const char *name)
{
    return account_run(l, "UPDATE campaign SET released = 1 WHERE name = ?", "t", name);
}

/* What was fixed early is counted only when the window is over, as what was not: or those told would look better than they are. What began so late
 * that its window reaches beyond the campaign was told before it was over, and says nothing. */
int campaign_outcomes(struct ledger *l, const char *name, int64_t now_us, struct campaign_outcome *ret_told, struct campaign_outcome *ret_held)
{
    sqlite3_stmt *s;
    struct campaign_outcome arms[2] = {{0}};
    int e = account_ask(l,
                        "SELECT control, count(*), sum(over AND in_time), sum(over AND (in_time OR NOT uncovered)), sum(over AND NOT in_time AND uncovered)"
                        " FROM (SELECT n.control, n.uncovered, n.state = 7 AND n.fixed_us <= n.made_us + c.window_us AS in_time,"
                        " n.made_us + c.window_us <= min(?1, c.until_us) AS over FROM notice AS n JOIN campaign AS c ON c.name = n.campaign"
                        " WHERE n.campaign = ?2 AND n.state <> 8 AND n.id IN (SELECT min(id) FROM notice WHERE campaign = ?2"
                        " GROUP BY member, kind, claim)) GROUP BY control",
                        &s, "it", now_us, name);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        struct campaign_outcome *o = &arms[sqlite3_column_int(s, 0) != 0];
        o->count = (uint32_t)sqlite3_column_int64(s, 1);
        o->fixed = (uint32_t)sqlite3_column_int64(s, 2);
        o->known = (uint32_t)sqlite3_column_int64(s, 3);
        o->uncovered = (uint32_t)sqlite3_column_int64(s, 4);
    }
    sqlite3_finalize(s);
    *ret_told = arms[0];
    *ret_held = arms[1];
    return e;
}
