/* Members over HTTP: read and written as whole documents; and whose a name, address or network is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/web/web_call.h"
#include "base/text.h"
#include "store/member.h"

enum { LIST_DEFAULT = 100, LIST_MAX = 1000 };

static struct member one; /* the hub's loop is the only thread here: too large for the stack */

/* ---- as JSON ---- */

static json_t *claims_json(const struct member *m, enum member_claim_kind kind)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < m->claim_count; i++) {
        const struct member_claim *c = &m->claims[i];
        if (c->kind == kind)
            json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:I}", "value", c->value, "proof", member_proof_word(c->proof), "reference",
                                                 c->reference, "proved_us", (json_int_t)c->proved_us));
    }
    return all;
}

static json_t *contacts_json(const struct member *m)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < m->contact_count; i++) {
        const struct member_contact *c = &m->contacts[i];
        json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:b}", "name", c->name, "mail", c->mail, "language", c->is_japanese ? "ja" : "en",
                                             "urgent", c->urgent));
    }
    return all;
}

static json_t *member_json(const struct member *m)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:s, s:I, s:o, s:o, s:o}", "name", m->name, "title", m->title, "sector", m->sector, "prefecture",
                     (int)m->prefecture, "note", m->note, "changed_us", (json_int_t)m->changed_us, "networks", claims_json(m, MEMBER_NETWORK), "names",
                     claims_json(m, MEMBER_NAME), "contacts", contacts_json(m));
}

/* ---- reading ---- */

struct listing {
    struct ledger *ledger;
    json_t *rows;
    char last[ACCOUNT_MEMBER_MAX];
    unsigned count;
};

static int add_member(void *self, const char *name)
{
    struct listing *l = self;
    int e = member_get(l->ledger, name, &one);
    if (e == 0)
        json_array_append_new(l->rows, member_json(&one));
    l->count++;
    snprintf(l->last, sizeof l->last, "%s", name);
    return e < 0 ? e : 0;
}

void web_get_members(struct web_call *c, const json_t *arguments)
{
    const char *name = json_string_value(json_object_get(arguments, "member"));
    const char *after = json_string_value(json_object_get(arguments, "after"));
    json_int_t limit = json_integer_value(json_object_get(arguments, "limit"));
    struct listing l = {.ledger = web_call_node(c)->ledger, .rows = json_array()};
    if (limit < 1 || limit > LIST_MAX)
        limit = LIST_DEFAULT;
    int e = name ? add_member(&l, name) : member_list(l.ledger, after, (unsigned)limit, add_member, &l);
    if (e < 0 && e != -ENOENT) {
        json_decref(l.rows);
        web_ledger_problem(c);
        return;
    }
    web_reply(c, 200, json_pack("{s:o, s:s}", "rows", l.rows, "after", !name && l.count == (unsigned)limit ? l.last : ""));
}

void web_get_member_of(struct web_call *c, const json_t *arguments)
{
    const char *text = json_string_value(json_object_get(arguments, "value"));
    struct ledger *ledger = web_call_node(c)->ledger;
    char name[ACCOUNT_MEMBER_MAX], value[MEMBER_VALUE_MAX];
    struct subject s;
    if (!text || subject_guess(text, strlen(text), &s) < 0) {
        web_problem(c, 400, "%s", _("value is a domain name, address or network"));
        return;
    }
    int e = member_of(ledger, &s, name, value);
    if (e == 0)
        e = member_get(ledger, name, &one);
    if (e == -ENOENT)
        web_problem(c, 404, "%s", _("it is no member's"));
    else if (e < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_pack("{s:s, s:o}", "by", value, "member", member_json(&one)));
}

/* ---- writing ---- */

/* Absent: empty. False: no text, or too long. */
static bool take_text(const json_t *object, const char *key, char *to, size_t max)
{
    const json_t *value = json_object_get(object, key);
    return !value || (json_is_string(value) && snprintf(to, max, "%s", json_string_value(value)) < (int)max);
}

/* "192.0.2.0/24", or an object with value, proof and reference. */
static bool take_claim(const json_t *row, enum member_claim_kind kind, int64_t now_us, struct member_claim *to)
{
    char proof[16] = "none";
    const char *value = json_is_string(row) ? json_string_value(row) : json_string_value(json_object_get(row, "value"));
    if (!value || member_claim_parse(value, to) < 0 || to->kind != kind || (json_is_object(row) && !take_text(row, "proof", proof, sizeof proof)) ||
        member_proof_parse(proof, &to->proof) < 0 || !take_text(row, "reference", to->reference, sizeof to->reference))
        return false;
    json_int_t proved_us = json_integer_value(json_object_get(row, "proved_us"));
    to->proved_us = to->proof == MEMBER_NO_PROOF ? 0 : proved_us > 0 ? proved_us : now_us;
    return to->proof == MEMBER_NO_PROOF || to->reference[0]; /* a proof says where it stands */
}

static const char *take_claims(const json_t *rows, enum member_claim_kind kind, int64_t now_us, struct member *m)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (m->claim_count == MEMBER_CLAIMS_MAX)
            return _("a member has at most 256 networks and names");
        if (!take_claim(row, kind, now_us, &m->claims[m->claim_count]))
            return kind == MEMBER_NETWORK ? _("networks are such as 192.0.2.0/24, or objects with value, proof (paper, mail, dns) and its reference")
                                          : _("names are such as hospital.example, or objects with value, proof (paper, mail, dns) and its reference");
        m->claim_count++;
    }
    return NULL;
}

static const char *take_contacts(const json_t *rows, struct member *m)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        char language[4] = "ja";
        struct member_contact *c = &m->contacts[m->contact_count];
        if (m->contact_count == MEMBER_CONTACTS_MAX)
            return _("a member has at most 16 contacts");
        if (!take_text(row, "name", c->name, sizeof c->name) || !take_text(row, "mail", c->mail, sizeof c->mail) || !strchr(c->mail, '@') ||
            !take_text(row, "language", language, sizeof language) || (strcmp(language, "ja") != 0 && strcmp(language, "en") != 0))
            return _("contacts are objects with name, mail, language (ja, en) and urgent");
        c->is_japanese = strcmp(language, "ja") == 0;
        c->urgent = json_is_true(json_object_get(row, "urgent"));
        m->contact_count++;
    }
    return NULL;
}

/* NULL: `one` is what the arguments say. */
static const char *take_member(const json_t *arguments, int64_t now_us)
{
    memset(&one, 0, sizeof one);
    one.changed_us = now_us;
    json_int_t prefecture = json_integer_value(json_object_get(arguments, "prefecture"));
    if (!take_text(arguments, "name", one.name, sizeof one.name) || !member_name_is_valid(one.name))
        return _("a member's name has 1 to 63 octets without control characters");
    if (!take_text(arguments, "title", one.title, sizeof one.title) || !take_text(arguments, "sector", one.sector, sizeof one.sector) ||
        !take_text(arguments, "note", one.note, sizeof one.note))
        return _("title, sector or note is too long");
    if (prefecture < 0 || prefecture > MEMBER_PREFECTURES)
        return _("prefecture is its number by JIS X 0401, 1 to 47; 0: none");
    one.prefecture = (unsigned)prefecture;
    const char *flaw = take_claims(json_object_get(arguments, "networks"), MEMBER_NETWORK, now_us, &one);
    if (!flaw)
        flaw = take_claims(json_object_get(arguments, "names"), MEMBER_NAME, now_us, &one);
    return flaw ? flaw : take_contacts(json_object_get(arguments, "contacts"), &one);
}

static void reply_changed(struct web_call *c, int error)
{
    struct node *node = web_call_node(c);
    if (error == -E2BIG)
        web_problem(c, 409, "%s", _("there are as many members as can be"));
    else if (error == -ENOENT)
        web_problem(c, 404, "%s", _("there is no such member"));
    else if (error == -EINVAL)
        web_problem(c, 400, "%s", _("a text of the member has control characters or is no UTF-8"));
    else if (error < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_object());
    if (error == 0 && node->members_changed)
        node->members_changed(node->self);
}

void web_post_member(struct web_call *c, const json_t *arguments)
{
    const char *flaw = take_member(arguments, web_call_now_us(c));
    if (flaw)
        web_problem(c, 400, "%s", flaw);
    else
        reply_changed(c, member_put(web_call_node(c)->ledger, &one));
}

void web_delete_member(struct web_call *c, const json_t *arguments)
{
    reply_changed(c, member_delete(web_call_node(c)->ledger, json_string_value(json_object_get(arguments, "name"))));
}
