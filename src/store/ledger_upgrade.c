/* Takes over verdicts that older versions kept as plain rows with a hash chain. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/ledger_impl.h"

/* Columns: id, claim, subject, source, reason, made_us, from_us, until_us, supersedes, scope. */
static int take_row(sqlite3_stmt *s, struct verdict *v)
{
    int64_t claim = sqlite3_column_int64(s, 1);
    char subject[SUBJECT_VALUE_MAX];
    *v = (struct verdict){.probability = VERDICT_CERTAIN, .tlp = VERDICT_TLP_AMBER};
    if (claim < CLAIM_BLOCK || claim > CLAIM_OBSERVE || ledger_take_text(s, 2, subject, sizeof subject) < 0 ||
        ledger_take_text(s, 3, v->author.name, sizeof v->author.name) < 0 ||
        ledger_take_text(s, 4, v->reason, sizeof v->reason) < 0 || ledger_take_text(s, 9, v->scope, sizeof v->scope) < 0)
        return -EBADMSG;
    v->claim = (enum claim)claim;
    v->author.kind = VERDICT_BY_ANALYST;
    v->made_us = sqlite3_column_int64(s, 5);
    v->from_us = sqlite3_column_int64(s, 6);
    v->until_us = sqlite3_column_int64(s, 7);
    v->supersedes = (uint32_t)sqlite3_column_int64(s, 8);
    int e = claim == CLAIM_LIST ? subject_read(SUBJECT_LIST, subject, strlen(subject), &v->subject)
                                : subject_guess(subject, strlen(subject), &v->subject);
    if (e < 0) { /* a name that nobody could say so today; it was said, so it stays */
        v->subject.kind = SUBJECT_DOMAIN;
        memcpy(v->subject.value, subject, strlen(subject) + 1);
    }
    return 0;
}

int ledger_upgrade_entries(struct ledger *l)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           "SELECT id, claim, subject, source, reason, made_us, from_us, until_us, ifnull(supersedes, 0), scope"
                           " FROM verdict ORDER BY id",
                           &s);
    if (r < 0)
        return r;
    int step = SQLITE_ROW;
    while (r == 0 && (step = sqlite3_step(s)) == SQLITE_ROW) {
        struct verdict v;
        r = take_row(s, &v) < 0 ? ledger_fail(l, -EBADMSG) : ledger_append_inside(l, &v);
        if (r == 0 && v.number != (uint32_t)sqlite3_column_int64(s, 0))
            r = ledger_fail(l, -EBADMSG); /* a gap: lists and answers would cite the wrong one */
    }
    if (r == 0)
        r = ledger_check(l, step);
    sqlite3_finalize(s);
    return r < 0 ? r : ledger_run(l, "DROP TABLE verdict");
}
