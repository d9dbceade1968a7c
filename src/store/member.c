/* Keeps members, and finds whose something is. */
#include "store/member.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "store/account_impl.h"

static const char *const proofs[] = {[MEMBER_NO_PROOF] = "none", [MEMBER_BY_PAPER] = "paper", [MEMBER_BY_MAIL] = "mail", [MEMBER_BY_DNS] = "dns"};

const char *member_proof_word(unsigned proof)
{
    return proof < MEMBER_PROOF_COUNT ? proofs[proof] : "unknown";
}

int member_proof_parse(const char *word, enum member_proof *ret_proof)
{
    for (unsigned i = 0; i < MEMBER_PROOF_COUNT; i++) {
        if (strcmp(word, proofs[i]) == 0) {
            *ret_proof = (enum member_proof)i;
            return 0;
        }
    }
    return -EINVAL;
}

int member_claim_parse(const char *text, struct member_claim *c)
{
    struct subject s;
    if (subject_guess(text, strlen(text), &s) < 0 || strlen(s.value) >= sizeof c->value)
        return -EINVAL;
    *c = (struct member_claim){.kind = s.kind == SUBJECT_DOMAIN ? MEMBER_NAME : MEMBER_NETWORK};
    memcpy(c->value, s.value, strlen(s.value) + 1);
    if (c->kind == MEMBER_NAME)
        return 0;
    return s.kind == SUBJECT_ADDRESS || s.kind == SUBJECT_PREFIX ? addr_prefix_parse(c->value, &c->network) : -EINVAL;
}

static bool is_text(const char *text, size_t min, size_t max)
{
    size_t len = strlen(text);
    struct reader r = reader_of(text, len);
    while (r.left > 0 && !r.failed)
        if (utf8_take(&r) < ' ')
            return false;
    return !r.failed && len >= min && len < max;
}

bool member_name_is_valid(const char *name)
{
    return is_text(name, 1, ACCOUNT_MEMBER_MAX);
}

static bool is_valid(const struct member *m)
{
    bool fine = member_name_is_valid(m->name) && is_text(m->title, 0, sizeof m->title) && is_text(m->sector, 0, sizeof m->sector) &&
                m->prefecture <= MEMBER_PREFECTURES && m->claim_count <= MEMBER_CLAIMS_MAX && m->contact_count <= MEMBER_CONTACTS_MAX &&
               m->group_count <= MEMBER_GROUPS_MAX;
    for (unsigned i = 0; fine && i < m->group_count; i++)
        fine = member_name_is_valid(m->groups[i]);
    for (unsigned i = 0; fine && i < m->contact_count; i++) {
        const struct member_contact *c = &m->contacts[i];
        fine = is_text(c->name, 0, sizeof c->name) && is_text(c->mail, 3, sizeof c->mail) && strchr(c->mail, '@');
    }
    for (unsigned i = 0; fine && i < m->claim_count; i++)
        fine = m->claims[i].value[0] && is_text(m->claims[i].reference, 0, sizeof m->claims[i].reference) &&
               (unsigned)m->claims[i].proof < MEMBER_PROOF_COUNT;
    return fine;
}

/* ---- writing ---- */

static int ask_number(struct ledger *l, const char *sql, const char *form, int64_t value, int64_t *ret_number)
{
    sqlite3_stmt *s;
    int r = account_ask(l, sql, &s, form, value);
    return r < 0 ? r : account_number(l, s, ret_number);
}

/* Goes round through all numbers, so that one that was given up rests as long as can be. */
static int next_number(struct ledger *l, int64_t *ret_number)
{
    int64_t number = 0, taken;
    int r = ask_number(l, "SELECT number FROM member_next_number", "", 0, &number);
    for (int tries = 0; r == 0 && tries <= MEMBERS_MAX; tries++, number++) {
        if (number < 1 || number > MEMBER_NUMBER_MAX)
            number = 1;
        r = ask_number(l, "SELECT number FROM member WHERE number = ?", "i", number, &taken);
        if (r == -ENOENT) {
            *ret_number = number;
            return account_run(l, "UPDATE member_next_number SET number = ?", "i", number + 1);
        }
    }
    return r < 0 ? r : ledger_fail(l, -E2BIG);
}

/* The member's own row. */
static int put_member(struct ledger *l, const struct member *m)
{
    int64_t number = 0;
    int r = member_number(l, m->name, &number);
    if (r == -ENOENT)
        r = next_number(l, &number);
    return r < 0 ? r
                 : account_run(l,
                               "INSERT INTO member VALUES (?1,?2,?3,?4,?5,?6,?7) ON CONFLICT DO UPDATE SET title = ?2, sector = ?3, prefecture = ?4,"
                               " note = ?5, changed_us = ?6",
                               "tttitii", m->name, m->title, m->sector, (int64_t)m->prefecture, m->note, m->changed_us, number);
}

/* What stands in other tables: written anew with the member. */
static int delete_parts(struct ledger *l, const char *name)
{
    static const char *const statements[] = {"DELETE FROM member_claim WHERE member = ?", "DELETE FROM member_contact WHERE member = ?",
                                             "DELETE FROM member_group WHERE member = ?"};
    int r = 0;
    for (size_t i = 0; r == 0 && i < sizeof statements / sizeof statements[0]; i++)
        r = account_run(l, statements[i], "t", name);
    return r;
}

static int put_rows(struct ledger *l, const struct member *m)
{
    int r = put_member(l, m);
    if (r == 0)
        r = delete_parts(l, m->name);
    for (unsigned i = 0; r == 0 && i < m->group_count; i++)
        r = account_run(l, "INSERT INTO member_group VALUES (?,?,?)", "tit", m->name, (int64_t)i, m->groups[i]);
    for (unsigned i = 0; r == 0 && i < m->claim_count; i++) {
        const struct member_claim *c = &m->claims[i];
        bool is_network = c->kind == MEMBER_NETWORK;
        r = account_run(l, "INSERT INTO member_claim VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING", "titbiiti", m->name, (int64_t)c->kind, c->value,
                        is_network ? c->network.addr.bytes : NULL, is_network ? (int)sizeof c->network.addr.bytes : 0,
                        (int64_t)(is_network ? c->network.bits : 0), (int64_t)c->proof, c->reference, c->proved_us);
    }
    for (unsigned i = 0; r == 0 && i < m->contact_count; i++) {
        const struct member_contact *c = &m->contacts[i];
        r = account_run(l, "INSERT INTO member_contact VALUES (?,?,?,?,?,?)", "tittti", m->name, (int64_t)i, c->name, c->mail,
                        c->is_japanese ? "ja" : "en", (int64_t)c->urgent);
    }
    return r;
}

int member_put(struct ledger *l, const struct member *m)
{
    int64_t count = 0;
    if (!is_valid(m))
        return ledger_fail(l, -EINVAL);
    int r = ledger_begin(l);
    if (r < 0)
        return r;
    r = put_rows(l, m);
    if (r == 0)
        r = ledger_read_number(l, "SELECT count(*) FROM member", &count);
    if (r == 0 && count > MEMBERS_MAX)
        r = ledger_fail(l, -E2BIG);
    if (r == 0)
        r = ledger_commit(l);
    if (r < 0)
        ledger_rollback(l);
    return r;
}

int member_delete(struct ledger *l, const char *name)
{
    int gone = 0, r = ledger_begin(l);
    if (r < 0)
        return r;
    r = delete_parts(l, name);
    if (r == 0)
        r = account_run(l, "DELETE FROM member_list WHERE kind = 0 AND owner = ?", "t", name);
    if (r == 0)
        r = account_run(l, "DELETE FROM member_challenge WHERE member = ?", "t", name);
    if (r == 0)
        r = account_run(l, "DELETE FROM member_mail WHERE member = ?", "t", name);
    if (r == 0)
        r = account_run(l, "DELETE FROM member_webhook WHERE member = ?", "t", name);
    if (r == 0)
        r = account_run(l, "DELETE FROM member WHERE name = ?", "t", name);
    if (r == 0) {
        gone = sqlite3_changes(l->db);
        r = ledger_commit(l);
    }
    if (r < 0)
        ledger_rollback(l);
    return r < 0 ? r : gone ? 0 : -ENOENT;
}

/* ---- reading ---- */

static int read_claims(struct ledger *l, struct member *m)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT kind, value, proof, reference, proved_us FROM member_claim WHERE member = ? ORDER BY kind, value", &s, "t", m->name);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1 && m->claim_count < MEMBER_CLAIMS_MAX) {
        struct member_claim *c = &m->claims[m->claim_count];
        char value[MEMBER_VALUE_MAX];
        bool fine = ledger_take_text(s, 1, value, sizeof value) == 0 && member_claim_parse(value, c) == 0 &&
                    ledger_take_text(s, 3, c->reference, sizeof c->reference) == 0;
        c->proof = (enum member_proof)sqlite3_column_int(s, 2);
        c->proved_us = sqlite3_column_int64(s, 4);
        if (!fine || (unsigned)c->proof >= MEMBER_PROOF_COUNT) {
            r = ledger_fail(l, -EBADMSG);
            break;
        }
        m->claim_count++;
    }
    sqlite3_finalize(s);
    return r < 0 ? r : 0;
}

static int read_contacts(struct ledger *l, struct member *m)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT name, mail, language, urgent FROM member_contact WHERE member = ? ORDER BY number", &s, "t", m->name);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1 && m->contact_count < MEMBER_CONTACTS_MAX) {
        struct member_contact *c = &m->contacts[m->contact_count];
        char language[4];
        if (ledger_take_text(s, 0, c->name, sizeof c->name) < 0 || ledger_take_text(s, 1, c->mail, sizeof c->mail) < 0 ||
            ledger_take_text(s, 2, language, sizeof language) < 0) {
            r = ledger_fail(l, -EBADMSG);
            break;
        }
        c->is_japanese = strcmp(language, "ja") == 0;
        c->urgent = sqlite3_column_int(s, 3) != 0;
        m->contact_count++;
    }
    sqlite3_finalize(s);
    return r < 0 ? r : 0;
}

static int read_groups(struct ledger *l, struct member *m)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT name FROM member_group WHERE member = ? ORDER BY place", &s, "t", m->name);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1 && m->group_count < MEMBER_GROUPS_MAX) {
        if (ledger_take_text(s, 0, m->groups[m->group_count++], sizeof m->groups[0]) < 0) {
            r = ledger_fail(l, -EBADMSG);
            break;
        }
    }
    sqlite3_finalize(s);
    return r < 0 ? r : 0;
}

int member_number(struct ledger *l, const char *name, int64_t *ret_number)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT number FROM member WHERE name = ?", &s, "t", name);
    return r < 0 ? r : account_number(l, s, ret_number);
}

int member_get(struct ledger *l, const char *name, struct member *m)
{
    sqlite3_stmt *s;
    int r = account_ask(l, "SELECT name, title, sector, prefecture, note, changed_us, number FROM member WHERE name = ?", &s, "t", name);
    if (r < 0)
        return r;
    r = ledger_next_row(l, s);
    memset(m, 0, sizeof *m);
    if (r == 1) {
        m->prefecture = (unsigned)sqlite3_column_int(s, 3);
        m->changed_us = sqlite3_column_int64(s, 5);
        m->number = (uint16_t)sqlite3_column_int(s, 6);
        bool fine = ledger_take_text(s, 0, m->name, sizeof m->name) == 0 && ledger_take_text(s, 1, m->title, sizeof m->title) == 0 &&
                    ledger_take_text(s, 2, m->sector, sizeof m->sector) == 0 && ledger_take_text(s, 4, m->note, sizeof m->note) == 0;
        r = fine ? 1 : ledger_fail(l, -EBADMSG);
    }
    sqlite3_finalize(s);
    if (r != 1)
        return r == 0 ? -ENOENT : r;
    r = read_claims(l, m);
    if (r == 0)
        r = read_contacts(l, m);
    return r < 0 ? r : read_groups(l, m);
}

int member_list(struct ledger *l, const char *after, unsigned max, member_each *each, void *self)
{
    sqlite3_stmt *s;
    char name[ACCOUNT_MEMBER_MAX];
    int r = account_ask(l, "SELECT name FROM member WHERE name > ? ORDER BY name LIMIT ?", &s, "ti", after ? after : "", (int64_t)max);
    if (r < 0)
        return r;
    while ((r = ledger_next_row(l, s)) == 1) {
        r = ledger_take_text(s, 0, name, sizeof name) < 0 ? ledger_fail(l, -EBADMSG) : each(self, name);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}

/* ---- whose ---- */

/* The first row's member and value. Ends the statement. */
static int take_owner(struct ledger *l, sqlite3_stmt *s, char *ret_member, char *ret_value)
{
    int r = ledger_next_row(l, s);
    if (r == 1 && (ledger_take_text(s, 0, ret_member, ACCOUNT_MEMBER_MAX) < 0 || ledger_take_text(s, 1, ret_value, MEMBER_VALUE_MAX) < 0))
        r = ledger_fail(l, -EBADMSG);
    sqlite3_finalize(s);
    return r == 1 ? 0 : r == 0 ? -ENOENT : r;
}

static int owner_of_name(struct ledger *l, const char *name, char *ret_member, char *ret_value)
{
    int r = -ENOENT;
    for (const char *at = name; at && r == -ENOENT; at = strchr(at, '.'), at = at ? at + 1 : NULL) {
        sqlite3_stmt *s;
        r = account_ask(l, "SELECT member, value FROM member_claim WHERE kind = 1 AND value = ? ORDER BY proof = 0, proved_us, member LIMIT 1", &s, "t", at);
        if (r == 0)
            r = take_owner(l, s, ret_member, ret_value);
    }
    return r;
}

static void mask(struct addr *a, unsigned bits)
{
    for (unsigned i = 0; i < sizeof a->bytes; i++) {
        unsigned left = bits > 8 * i ? bits - 8 * i : 0;
        a->bytes[i] &= (uint8_t)(left >= 8 ? 0xff : 0xff << (8 - left));
    }
}

/* By each length that there is, the longest first: a handful. */
static int owner_of_network(struct ledger *l, const struct addr_prefix *p, char *ret_member, char *ret_value)
{
    sqlite3_stmt *lengths;
    int r = account_ask(l, "SELECT DISTINCT bits FROM member_claim WHERE kind = 0 AND bits <= ? ORDER BY bits DESC", &lengths, "i", (int64_t)p->bits);
    if (r < 0)
        return r;
    int found = -ENOENT;
    while (found == -ENOENT && (r = ledger_next_row(l, lengths)) == 1) {
        sqlite3_stmt *s;
        struct addr start = p->addr;
        int64_t bits = sqlite3_column_int64(lengths, 0);
        mask(&start, (unsigned)bits);
        found = account_ask(l, "SELECT member, value FROM member_claim WHERE kind = 0 AND bits = ? AND start = ? ORDER BY proof = 0, proved_us, member LIMIT 1", &s, "ib", bits,
                            start.bytes, (int)sizeof start.bytes);
        if (found == 0)
            found = take_owner(l, s, ret_member, ret_value);
    }
    sqlite3_finalize(lengths);
    return r < 0 ? r : found;
}

int member_of(struct ledger *l, const struct subject *s, char ret_member[ACCOUNT_MEMBER_MAX], char ret_value[MEMBER_VALUE_MAX])
{
    struct addr_prefix p;
    if (s->kind == SUBJECT_DOMAIN || s->kind == SUBJECT_HOST)
        return owner_of_name(l, s->value, ret_member, ret_value);
    if ((s->kind != SUBJECT_ADDRESS && s->kind != SUBJECT_PREFIX) || addr_prefix_parse(s->value, &p) < 0)
        return -ENOENT;
    return owner_of_network(l, &p, ret_member, ret_value);
}
