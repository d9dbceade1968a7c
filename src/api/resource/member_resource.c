/* Members, over HTTP and for commands: read and written as whole documents; and whose a name, address or network is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/web/web_call.h"
#include "base/clock.h"
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

static json_t *groups_json(const struct member *m)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < m->group_count; i++)
        json_array_append_new(all, json_string(m->groups[i]));
    return all;
}

static json_t *member_json(const struct member *m)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:s, s:I, s:o, s:o, s:o, s:o}", "name", m->name, "title", m->title, "sector", m->sector, "prefecture",
                     (int)m->prefecture, "note", m->note, "changed_us", (json_int_t)m->changed_us, "networks", claims_json(m, MEMBER_NETWORK), "names",
                     claims_json(m, MEMBER_NAME), "contacts", contacts_json(m), "groups", groups_json(m));
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

/* The note is for the centre alone. */
static void take_notes_away(json_t *members)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(members, "rows"), i, row)
    {
        json_object_set_new(row, "note", json_string(""));
    }
}

/* NULL: the ledger's error. */
static json_t *list_members(const struct node *node, const json_t *arguments)
{
    const char *name = json_string_value(json_object_get(arguments, "member"));
    const char *after = json_string_value(json_object_get(arguments, "after"));
    json_int_t limit = json_integer_value(json_object_get(arguments, "limit"));
    struct listing l = {.ledger = node->ledger, .rows = json_array()};
    if (limit < 1 || limit > LIST_MAX)
        limit = LIST_DEFAULT;
    int e = name ? add_member(&l, name) : member_list(l.ledger, after, (unsigned)limit, add_member, &l);
    if (e < 0 && e != -ENOENT) {
        json_decref(l.rows);
        return NULL;
    }
    return json_pack("{s:o, s:s}", "rows", l.rows, "after", !name && l.count == (unsigned)limit ? l.last : "");
}

void web_get_members(struct web_call *c, const json_t *arguments)
{
    json_t *found = list_members(web_call_node(c), arguments);
    if (found && web_call_principal(c)->access != ACCESS_ALL)
        take_notes_away(found);
    if (found)
        web_reply(c, 200, found);
    else
        web_ledger_problem(c);
}

static void handle_members(struct control_request *request, const json_t *arguments)
{
    const struct node *node = control_request_self(request);
    json_t *found = list_members(node, arguments);
    if (found)
        control_reply(request, found);
    else
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
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

static const char *take_groups(const json_t *rows, struct member *m)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *name = json_string_value(row);
        if (m->group_count == MEMBER_GROUPS_MAX)
            return _("a member is in at most 8 groups of members");
        if (!name || !member_name_is_valid(name))
            return _("groups of members have names of 1 to 63 octets without control characters");
        snprintf(m->groups[m->group_count++], sizeof m->groups[0], "%s", name);
    }
    return NULL;
}

/* Does the row say nothing new of the claim's proof? */
static bool is_as_before(const json_t *row, const struct member_claim *before, const struct member_claim *now)
{
    if (before->kind != now->kind || strcmp(before->value, now->value) != 0)
        return false;
    return json_is_string(row) || (!json_object_get(row, "proved_us") && before->proof == now->proof && strcmp(before->reference, now->reference) == 0);
}

/* What stands in `before` and the arguments do not say: the groups, and the proof of what is named without a word on it, or with the same. */
static void keep_from(const struct member *before, const json_t *arguments, struct member *m)
{
    size_t said = 0, names_at = json_array_size(json_object_get(arguments, "networks"));
    if (!json_object_get(arguments, "groups")) {
        m->group_count = before->group_count;
        memcpy(m->groups, before->groups, sizeof m->groups);
    }
    for (unsigned i = 0; i < m->claim_count; i++, said++) {
        const json_t *row = said < names_at ? json_array_get(json_object_get(arguments, "networks"), said)
                                            : json_array_get(json_object_get(arguments, "names"), said - names_at);
        for (unsigned k = 0; k < before->claim_count; k++)
            if (is_as_before(row, &before->claims[k], &m->claims[i]))
                m->claims[i] = before->claims[k];
    }
}

/* Only who has looked can say that a record was found. */
static bool has_new_proof_by_dns(const struct member *before, const struct member *m)
{
    bool found = false;
    for (unsigned i = 0; i < m->claim_count; i++) {
        bool had = m->claims[i].proof != MEMBER_BY_DNS;
        for (unsigned k = 0; !had && k < before->claim_count; k++)
            had = before->claims[k].proof == MEMBER_BY_DNS && before->claims[k].kind == m->claims[i].kind &&
                  strcmp(before->claims[k].value, m->claims[i].value) == 0;
        found = found || !had;
    }
    return found;
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
    if (!flaw)
        flaw = take_groups(json_object_get(arguments, "groups"), &one);
    return flaw ? flaw : take_contacts(json_object_get(arguments, "contacts"), &one);
}

/* 0; -EINVAL and a text; or the ledger's error. */
static int put_member(struct node *node, const json_t *arguments, int64_t now_us, const char **ret_flaw)
{
    static struct member before;
    *ret_flaw = take_member(arguments, now_us);
    if (*ret_flaw)
        return -EINVAL;
    int e = member_get(node->ledger, one.name, &before);
    if (e < 0 && e != -ENOENT)
        return e;
    if (e == 0)
        keep_from(&before, arguments, &one);
    else
        memset(&before, 0, sizeof before);
    if (has_new_proof_by_dns(&before, &one)) {
        *ret_flaw = _("proof is paper, mail or none; a proof by DNS is looked for");
        return -EINVAL;
    }
    e = member_put(node->ledger, &one);
    if (e == -EINVAL)
        *ret_flaw = _("a text of the member has control characters or is no UTF-8");
    if (e == 0 && node->members_changed)
        node->members_changed(node->self);
    return e;
}

static int remove_member(struct node *node, const char *name)
{
    int e = member_delete(node->ledger, name);
    if (e == 0 && node->members_changed)
        node->members_changed(node->self);
    return e;
}

static const char *refusal(int error, const char *flaw)
{
    return flaw ? flaw : error == -E2BIG ? _("there are as many members as can be") : error == -ENOENT ? _("there is no such member") : NULL;
}

static void reply_changed(struct web_call *c, int error, const char *flaw)
{
    const char *text = refusal(error, flaw);
    if (text)
        web_problem(c, error == -E2BIG ? 409 : error == -ENOENT ? 404 : 400, "%s", text);
    else if (error < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_object());
}

void web_post_member(struct web_call *c, const json_t *arguments)
{
    const char *flaw;
    int e = put_member(web_call_node(c), arguments, web_call_now_us(c), &flaw);
    reply_changed(c, e, flaw);
}

void web_delete_member(struct web_call *c, const json_t *arguments)
{
    reply_changed(c, remove_member(web_call_node(c), json_string_value(json_object_get(arguments, "name"))), NULL);
}

static void end_command(struct control_request *request, int error, const char *flaw)
{
    const struct node *node = control_request_self(request);
    const char *text = refusal(error, flaw);
    if (error == 0)
        control_reply(request, json_object());
    else if (text)
        control_reply_error(request, "%s", text);
    else
        control_reply_error(request, _("the ledger cannot be written: %s"), _(ledger_error(node->ledger)));
}

static void handle_put(struct control_request *request, const json_t *arguments)
{
    const char *flaw;
    int e = put_member(control_request_self(request), arguments, clock_wall_us(), &flaw);
    end_command(request, e, flaw);
}

static void handle_remove(struct control_request *request, const json_t *arguments)
{
    const char *name = json_string_value(json_object_get(arguments, "name"));
    end_command(request, remove_member(control_request_self(request), name ? name : ""), NULL);
}

const struct control_command member_commands[] = {
    {"members", handle_members},
    {"member-put", handle_put},
    {"member-remove", handle_remove},
    {0},
};
