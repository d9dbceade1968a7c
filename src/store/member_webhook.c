/* Keeps webhooks of members. */
#include "store/member_webhook.h"

#include <errno.h>
#include <string.h>

#include "store/account_impl.h"

int member_webhook_put(struct ledger *l, const struct member_webhook *w)
{
    int64_t number;
    int e = member_number(l, w->member, &number);
    return e < 0 ? e
                 : account_run(l, "INSERT INTO member_webhook VALUES (?1,?2,?3,?4,?5) ON CONFLICT DO UPDATE SET url = ?2, secret = ?3, made_us = ?4, made_by = ?5",
                               "tttit", w->member, w->url, w->secret, w->made_us, w->made_by);
}

int member_webhook_get(struct ledger *l, const char *member, struct member_webhook *ret_webhook)
{
    sqlite3_stmt *s;
    struct member_webhook w = {.made_us = 0};
    int e = account_ask(l, "SELECT member, url, secret, made_us, made_by FROM member_webhook WHERE member = ?", &s, "t", member);
    if (e < 0)
        return e;
    e = ledger_next_row(l, s);
    if (e == 1) {
        bool fine = ledger_take_text(s, 0, w.member, sizeof w.member) == 0 && ledger_take_text(s, 1, w.url, sizeof w.url) == 0 &&
                    ledger_take_text(s, 2, w.secret, sizeof w.secret) == 0 && ledger_take_text(s, 4, w.made_by, sizeof w.made_by) == 0;
        w.made_us = sqlite3_column_int64(s, 3);
        e = fine ? 1 : ledger_fail(l, -EBADMSG);
    }
    sqlite3_finalize(s);
    if (e == 1)
        *ret_webhook = w;
    return e == 1 ? 0 : e == 0 ? -ENOENT : e;
}

int member_webhook_delete(struct ledger *l, const char *member)
{
    int e = account_run(l, "DELETE FROM member_webhook WHERE member = ?", "t", member);
    return e < 0 ? e : sqlite3_changes(l->db) > 0 ? 0 : -ENOENT;
}
