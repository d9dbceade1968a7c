/* Keeps challenges and proofs. */
#include "store/member_challenge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/account_impl.h"

#define DAY_US INT64_C(86400000000)

static const char *const looks[] = {[MEMBER_NOT_LOOKED] = "not-looked",
                                    [MEMBER_FOUND] = "found",
                                    [MEMBER_NO_RECORD] = "no-record",
                                    [MEMBER_OTHER_RECORD] = "other-record",
                                    [MEMBER_LOOK_FAILED] = "failed"};
_Static_assert(sizeof looks / sizeof looks[0] == MEMBER_LOOK_COUNT, "a word for each");

const char *member_look_word(unsigned look)
{
    return look < MEMBER_LOOK_COUNT ? looks[look] : "unknown";
}

/* ---- where ---- */

static int owner_of_ipv4(const struct addr_prefix *p, char *to)
{
    const uint8_t *a = p->addr.bytes + 12;
    unsigned bits = p->bits - 96;
    if (bits % 8 != 0 || bits == 0)
        return -EOPNOTSUPP;
    int at = snprintf(to, MEMBER_OWNER_MAX, "_hinomi-challenge");
    for (unsigned i = bits / 8; i-- > 0;)
        at += snprintf(to + at, (size_t)(MEMBER_OWNER_MAX - at), ".%u", a[i]);
    snprintf(to + at, (size_t)(MEMBER_OWNER_MAX - at), ".in-addr.arpa");
    return 0;
}

static int owner_of_ipv6(const struct addr_prefix *p, char *to)
{
    if (p->bits % 4 != 0 || p->bits == 0)
        return -EOPNOTSUPP;
    int at = snprintf(to, MEMBER_OWNER_MAX, "_hinomi-challenge");
    for (unsigned i = p->bits / 4u; i-- > 0;)
        at += snprintf(to + at, (size_t)(MEMBER_OWNER_MAX - at), ".%x", (unsigned)(p->addr.bytes[i / 2] >> (i % 2 ? 0 : 4)) & 0xf);
    snprintf(to + at, (size_t)(MEMBER_OWNER_MAX - at), ".ip6.arpa");
    return 0;
}

int member_challenge_owner(const struct member_claim *c, char to[MEMBER_OWNER_MAX])
{
    if (c->kind == MEMBER_NAME)
        return snprintf(to, MEMBER_OWNER_MAX, "_hinomi-challenge.%s", c->value) < MEMBER_OWNER_MAX ? 0 : -EOPNOTSUPP;
    return addr_is_v4(&c->network.addr) && c->network.bits >= 96 ? owner_of_ipv4(&c->network, to) : owner_of_ipv6(&c->network, to);
}

/* ---- keeping ---- */

static int proof_of(struct ledger *l, const struct member_challenge *c, int64_t *ret_proof)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT proof FROM member_claim WHERE member = ? AND kind = ? AND value = ?", &s, "tit", c->member, (int64_t)c->kind, c->value);
    return r < 0 ? r : account_number(l, s, ret_proof);
}

/* Of a claim that is proved by DNS it stays when it was looked for, and since when it is not found: else who asks for one challenge after the
 * other would never be looked at again. */
int member_challenge_put(struct ledger *l, const struct member_challenge *c)
{
    int64_t proof;
    int r = proof_of(l, c, &proof);
    if (r < 0)
        return r;
    return account_run(l,
                       "INSERT INTO member_challenge VALUES (?1,?2,?3,?4,?5,?6,0,0,0,x'',0) ON CONFLICT DO UPDATE SET word_sha256 = ?4, made_us = ?5,"
                       " until_us = ?6, checked_us = ?7 * checked_us, outcome = 0, secure = 0, answer_sha256 = x'', failing_us = ?7 * failing_us",
                       "titbiii", c->member, (int64_t)c->kind, c->value, c->word_sha256, MEMBER_WORD_SHA256_LEN, c->made_us, c->until_us,
                       (int64_t)(proof == MEMBER_BY_DNS));
}

#define COLUMNS "c.member, c.kind, c.value, word_sha256, made_us, until_us, checked_us, outcome, secure, answer_sha256, failing_us"

/* The first row; ends the statement. */
static int take_first(struct ledger *l, sqlite3_stmt *s, struct member_challenge *c)
{
    int r = ledger_next_row(l, s);
    *c = (struct member_challenge){0};
    if (r == 1) {
        bool fine = ledger_take_text(s, 0, c->member, sizeof c->member) == 0 && ledger_take_text(s, 2, c->value, sizeof c->value) == 0 &&
                    sqlite3_column_bytes(s, 3) == MEMBER_WORD_SHA256_LEN && (unsigned)sqlite3_column_int(s, 7) < MEMBER_LOOK_COUNT;
        if (fine) {
            c->kind = sqlite3_column_int(s, 1) ? MEMBER_NAME : MEMBER_NETWORK;
            memcpy(c->word_sha256, sqlite3_column_blob(s, 3), MEMBER_WORD_SHA256_LEN);
            c->made_us = sqlite3_column_int64(s, 4);
            c->until_us = sqlite3_column_int64(s, 5);
            c->checked_us = sqlite3_column_int64(s, 6);
            c->outcome = (enum member_look)sqlite3_column_int(s, 7);
            c->secure = sqlite3_column_int(s, 8) != 0;
            if (sqlite3_column_bytes(s, 9) == MEMBER_WORD_SHA256_LEN)
                memcpy(c->answer_sha256, sqlite3_column_blob(s, 9), MEMBER_WORD_SHA256_LEN);
            c->failing_us = sqlite3_column_int64(s, 10);
        }
        r = fine ? 1 : ledger_fail(l, -EBADMSG);
    }
    sqlite3_finalize(s);
    return r == 1 ? 0 : r == 0 ? -ENOENT : r;
}

int member_challenge_get(struct ledger *l, const char *member, enum member_claim_kind kind, const char *value, struct member_challenge *c)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT " COLUMNS " FROM member_challenge AS c WHERE member = ? AND kind = ? AND value = ?", &s, "tit", member,
                        (int64_t)kind, value);
    return r < 0 ? r : take_first(l, s, c);
}

int member_challenge_due(struct ledger *l, int64_t now_us, struct member_challenge *c)
{
    sqlite3_stmt *s;
    int r = account_ask(l,
                        "SELECT " COLUMNS " FROM member_challenge AS c JOIN member_claim AS p ON p.member = c.member AND p.kind = c.kind AND"
                        " p.value = c.value WHERE p.proof = 3 AND checked_us < CASE outcome WHEN 1 THEN ? ELSE ? END"
                        " ORDER BY checked_us LIMIT 1",
                        &s, "ii", now_us - MEMBER_PROOF_DAYS * DAY_US, now_us - DAY_US);
    return r < 0 ? r : take_first(l, s, c);
}

static int set_proof(struct ledger *l, const char *member, enum member_claim_kind kind, const char *value, enum member_proof proof,
                     const char *reference, int64_t proved_us)
{
    int r = account_run(l, "UPDATE member_claim SET proof = ?, reference = ?, proved_us = ? WHERE member = ? AND kind = ? AND value = ?", "ititit",
                        (int64_t)proof, reference, proved_us, member, (int64_t)kind, value);
    return r < 0 ? r : sqlite3_changes(l->db) > 0 ? 0 : -ENOENT;
}

int member_challenge_looked(struct ledger *l, struct member_challenge *c, enum member_look look, bool secure,
                            const uint8_t answer_sha256[MEMBER_WORD_SHA256_LEN], int64_t now_us, bool *ret_changed)
{
    int64_t proof;
    int r = proof_of(l, c, &proof);
    if (r < 0)
        return r;
    bool by_dns = proof == MEMBER_BY_DNS, proves = look == MEMBER_FOUND && (by_dns || now_us < c->until_us);
    c->failing_us = look == MEMBER_FOUND || !by_dns ? 0 : c->failing_us ? c->failing_us : now_us;
    bool lapses = by_dns && c->failing_us && now_us - c->failing_us > MEMBER_PROOF_GRACE_DAYS * DAY_US;
    c->checked_us = now_us;
    c->outcome = look;
    c->secure = secure;
    memcpy(c->answer_sha256, answer_sha256, MEMBER_WORD_SHA256_LEN);
    *ret_changed = (proves && proof == MEMBER_NO_PROOF) || lapses;
    r = ledger_begin(l);
    if (r < 0)
        return r;
    r = account_run(l,
                    "UPDATE member_challenge SET checked_us = ?, outcome = ?, secure = ?, answer_sha256 = ?, failing_us = ? WHERE member = ? AND"
                    " kind = ? AND value = ?",
                    "iiibitit", c->checked_us, (int64_t)c->outcome, (int64_t)c->secure, c->answer_sha256, MEMBER_WORD_SHA256_LEN, c->failing_us,
                    c->member, (int64_t)c->kind, c->value);
    if (r == 0 && *ret_changed)
        r = set_proof(l, c->member, c->kind, c->value, lapses ? MEMBER_NO_PROOF : MEMBER_BY_DNS,
                      lapses ? "the record in the DNS is gone" : secure ? "record in the DNS, validated by DNSSEC" : "record in the DNS",
                      lapses ? 0 : now_us);
    if (r == 0)
        r = ledger_commit(l);
    if (r < 0)
        ledger_rollback(l);
    return r;
}

int member_claim_prove(struct ledger *l, const char *member, const struct member_claim *claim, enum member_proof proof, const char *reference,
                       int64_t now_us)
{
    return set_proof(l, member, claim->kind, claim->value, proof, reference, proof == MEMBER_NO_PROOF ? 0 : now_us);
}

int member_claimants(struct ledger *l, const struct member_claim *claim, member_claimant_each *each, void *self)
{
    sqlite3_stmt *s;
    char name[ACCOUNT_MEMBER_MAX];
    bool is_network = claim->kind == MEMBER_NETWORK;
    int r = is_network ? account_ask(l, "SELECT member, proof FROM member_claim WHERE kind = 0 AND bits = ? AND start = ? ORDER BY proof = 0, proved_us, member", &s,
                                     "ib", (int64_t)claim->network.bits, claim->network.addr.bytes, (int)sizeof claim->network.addr.bytes)
                       : account_ask(l, "SELECT member, proof FROM member_claim WHERE kind = 1 AND value = ? ORDER BY proof = 0, proved_us, member", &s, "t", claim->value);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1) {
        unsigned proof = (unsigned)sqlite3_column_int(s, 1);
        r = ledger_take_text(s, 0, name, sizeof name) < 0 || proof >= MEMBER_PROOF_COUNT ? ledger_fail(l, -EBADMSG)
                                                                                         : each(self, name, (enum member_proof)proof);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}
