/* Keeps what was asked by mail, and what was answered. */
#include "store/member_mail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/account_impl.h"

#define DAY_US INT64_C(86400000000)
#define COLUMNS \
    "m.member, m.kind, m.value, m.mail, m.name, m.language, m.asked_by, m.made_us, m.until_us, m.word_sha256, m.wrong, m.answer, m.answered_us, m.proved_us"
/* Claims whose proof is the answer that is kept here: what people recorded does not lapse. */
#define PROVED_HERE                                                                                                     \
    " FROM member_mail AS m JOIN member_claim AS c ON c.member = m.member AND c.kind = m.kind AND c.value = m.value"    \
    " WHERE m.proved_us > 0 AND m.proved_us < ?1 AND c.proof = 2 AND c.proved_us = m.proved_us"

static const char *const answers[] = {[MEMBER_MAIL_OPEN] = "open", [MEMBER_MAIL_YES] = "yes", [MEMBER_MAIL_NO] = "no"};
_Static_assert(array_len(answers) == MEMBER_MAIL_ANSWER_COUNT, "a word for each");

const char *member_mail_answer_word(unsigned answer)
{
    return answer < MEMBER_MAIL_ANSWER_COUNT ? answers[answer] : "unknown";
}

/* ---- rows ---- */

static int take(sqlite3_stmt *s, struct member_mail *m)
{
    char language[8];
    memset(m, 0, sizeof *m);
    m->kind = sqlite3_column_int(s, 1) ? MEMBER_NAME : MEMBER_NETWORK;
    m->made_us = sqlite3_column_int64(s, 7);
    m->until_us = sqlite3_column_int64(s, 8);
    m->has_word = sqlite3_column_bytes(s, 9) == MEMBER_WORD_SHA256_LEN;
    if (m->has_word)
        memcpy(m->word_sha256, sqlite3_column_blob(s, 9), MEMBER_WORD_SHA256_LEN);
    m->wrong = (unsigned)sqlite3_column_int(s, 10);
    m->answer = (enum member_mail_answer)sqlite3_column_int(s, 11);
    m->answered_us = sqlite3_column_int64(s, 12);
    m->proved_us = sqlite3_column_int64(s, 13);
    bool fine = (unsigned)m->answer < MEMBER_MAIL_ANSWER_COUNT && ledger_take_text(s, 0, m->member, sizeof m->member) == 0 &&
                ledger_take_text(s, 2, m->value, sizeof m->value) == 0 && ledger_take_text(s, 3, m->mail, sizeof m->mail) == 0 &&
                ledger_take_text(s, 4, m->name, sizeof m->name) == 0 && ledger_take_text(s, 5, language, sizeof language) == 0 &&
                ledger_take_text(s, 6, m->asked_by, sizeof m->asked_by) == 0;
    m->is_japanese = fine && strcmp(language, "ja") == 0;
    return fine ? 0 : -EBADMSG;
}

/* Ends the statement. */
static int take_first(struct ledger *l, sqlite3_stmt *s, struct member_mail *m)
{
    int e = ledger_next_row(l, s);
    if (e == 1)
        e = take(s, m) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    sqlite3_finalize(s);
    return e == 1 ? 0 : e == 0 ? -ENOENT : e;
}

static int proof_of(struct ledger *l, const struct member_mail *m, int64_t *ret_proof)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT proof FROM member_claim WHERE member = ? AND kind = ? AND value = ?", &s, "tit", m->member, (int64_t)m->kind, m->value);
    return e < 0 ? e : account_number(l, s, ret_proof);
}

/* ---- asking ---- */

int member_mail_put(struct ledger *l, const struct member_mail *m)
{
    int64_t proof;
    int e = proof_of(l, m, &proof);
    if (e < 0)
        return e;
    return account_run(l,
                       "INSERT INTO member_mail VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,x'',0,0,0,0) ON CONFLICT DO UPDATE SET mail = ?4, name = ?5,"
                       " language = ?6, asked_by = ?7, made_us = ?8, until_us = ?9, word_sha256 = x'', wrong = 0, answer = 0, answered_us = 0",
                       "titttttii", m->member, (int64_t)m->kind, m->value, m->mail, m->name, m->is_japanese ? "ja" : "en", m->asked_by, m->made_us,
                       m->until_us);
}

int member_mail_get(struct ledger *l, const char *member, enum member_claim_kind kind, const char *value, struct member_mail *ret_mail)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS " FROM member_mail AS m WHERE m.member = ? AND m.kind = ? AND m.value = ?", &s, "tit", member, (int64_t)kind,
                        value);
    return e < 0 ? e : take_first(l, s, ret_mail);
}

int member_mail_by_word(struct ledger *l, const uint8_t word_sha256[MEMBER_WORD_SHA256_LEN], int64_t now_us, struct member_mail *ret_mail)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS " FROM member_mail AS m WHERE m.word_sha256 = ? AND length(m.word_sha256) > 0 AND m.until_us > ?", &s, "bi",
                        word_sha256, (int)MEMBER_WORD_SHA256_LEN, now_us);
    return e < 0 ? e : take_first(l, s, ret_mail);
}

int member_mail_set_word(struct ledger *l, const struct member_mail *m, const uint8_t word_sha256[MEMBER_WORD_SHA256_LEN])
{
    return account_run(l, "UPDATE member_mail SET word_sha256 = ? WHERE member = ? AND kind = ? AND value = ? AND answer = 0", "btit", word_sha256,
                       (int)MEMBER_WORD_SHA256_LEN, m->member, (int64_t)m->kind, m->value);
}

/* ---- answers ---- */

int member_mail_guessed(struct ledger *l, struct member_mail *m)
{
    m->wrong++;
    m->has_word = m->has_word && m->wrong < MEMBER_MAIL_GUESSES;
    return account_run(l,
                       "UPDATE member_mail SET wrong = wrong + 1, word_sha256 = CASE WHEN wrong + 1 < ? THEN word_sha256 ELSE x'' END WHERE member = ?"
                       " AND kind = ? AND value = ?",
                       "itit", (int64_t)MEMBER_MAIL_GUESSES, m->member, (int64_t)m->kind, m->value);
}

static int set_proof(struct ledger *l, const struct member_mail *m, bool is_proved, const char *reference)
{
    return account_run(l, "UPDATE member_claim SET proof = ?, reference = ?, proved_us = ? WHERE member = ? AND kind = ? AND value = ?", "ititit",
                       (int64_t)(is_proved ? MEMBER_BY_MAIL : MEMBER_NO_PROOF), reference, is_proved ? m->proved_us : INT64_C(0), m->member,
                       (int64_t)m->kind, m->value);
}

static int write_answer(struct ledger *l, const struct member_mail *m, bool changes)
{
    char reference[MEMBER_REFERENCE_MAX];
    bool yes = m->answer == MEMBER_MAIL_YES;
    snprintf(reference, sizeof reference, "%s%.*s", yes ? "yes of " : "no of ", (int)sizeof reference - 16, m->mail);
    int e = account_run(l,
                        "UPDATE member_mail SET word_sha256 = x'', answer = ?, answered_us = ?, proved_us = ? WHERE member = ? AND kind = ? AND value = ?",
                        "iiitit", (int64_t)m->answer, m->answered_us, m->proved_us, m->member, (int64_t)m->kind, m->value);
    return e == 0 && changes ? set_proof(l, m, yes, reference) : e;
}

int member_mail_answered(struct ledger *l, struct member_mail *m, bool yes, int64_t now_us, bool *ret_changed)
{
    int64_t proof;
    int e = proof_of(l, m, &proof);
    if (e < 0)
        return e;
    *ret_changed = proof == MEMBER_BY_MAIL || (yes && proof == MEMBER_NO_PROOF);
    m->answer = yes ? MEMBER_MAIL_YES : MEMBER_MAIL_NO;
    m->answered_us = now_us;
    m->proved_us = !yes ? 0 : *ret_changed ? now_us : m->proved_us;
    m->has_word = false;
    e = ledger_begin(l);
    if (e < 0)
        return e;
    e = write_answer(l, m, *ret_changed);
    if (e == 0)
        e = ledger_commit(l);
    if (e < 0)
        ledger_rollback(l);
    return e;
}

/* ---- time ---- */

int member_mail_due(struct ledger *l, int64_t now_us, struct member_mail *ret_mail)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS PROVED_HERE " AND m.answer = 1 ORDER BY m.proved_us LIMIT 1", &s, "i",
                        now_us - (MEMBER_MAIL_PROOF_DAYS - MEMBER_MAIL_AGAIN_DAYS) * DAY_US);
    return e < 0 ? e : take_first(l, s, ret_mail);
}

int member_mail_lapse(struct ledger *l, int64_t now_us, struct member_mail *ret_mail)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT " COLUMNS PROVED_HERE " ORDER BY m.proved_us LIMIT 1", &s, "i", now_us - MEMBER_MAIL_PROOF_DAYS * DAY_US);
    if (e == 0)
        e = take_first(l, s, ret_mail);
    return e < 0 ? e : set_proof(l, ret_mail, false, "the answer by mail was not renewed");
}
