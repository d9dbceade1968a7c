/* What people and programs say of a subject, weighed rather than obeyed: judge it, and list all that was said. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"

enum { VERDICTS_MAX = 1000 }; /* told of one subject; more is for an export */

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* Copies what is given and fits; false when it does not. */
static bool take_text(const json_t *arguments, const char *key, char *to, size_t max)
{
    const char *text = text_of(arguments, key);
    return !text || snprintf(to, max, "%s", text) < (int)max;
}

static const char *take_subject(const json_t *arguments, struct subject *s)
{
    const char *text = text_of(arguments, "subject"), *word = text_of(arguments, "kind");
    enum subject_kind kind;
    if (!text)
        return _("a subject is needed");
    if (word && subject_kind_parse(word, &kind) < 0)
        return _("no such kind of subject");
    int e = word ? subject_read(kind, text, strlen(text), s) : subject_guess(text, strlen(text), s);
    if (e == -ENAMETOOLONG)
        return _("the subject is too long");
    return e < 0 ? _("that is no domain, address, network, URL, e-mail address, hash or AS number; give its kind if it is something else")
                 : NULL;
}

static const char *take_levels(const json_t *arguments, struct verdict *v)
{
    const char *tlp = text_of(arguments, "tlp"), *pap = text_of(arguments, "pap"), *severity = text_of(arguments, "severity");
    const json_t *probability = json_object_get(arguments, "probability");
    if (tlp && verdict_tlp_parse(tlp, &v->tlp) < 0)
        return _("the sharing level is clear, green, amber, amber+strict or red");
    if (pap && verdict_pap_parse(pap, &v->pap) < 0)
        return _("the level of permissible action is clear, green, amber or red");
    if (severity && verdict_severity_parse(severity, &v->severity) < 0)
        return _("the severity is low, medium, high or critical");
    json_int_t value = probability ? json_integer_value(probability) : VERDICT_CERTAIN;
    if (value < 1 || value > VERDICT_CERTAIN)
        return _("the probability is 1 to 1000 per mille");
    v->probability = (uint16_t)value;
    return NULL;
}

static const char *take_evidence(const json_t *arguments, struct verdict *v)
{
    const json_t *all = json_object_get(arguments, "evidence"), *one;
    size_t i, len;
    if (json_array_size(all) > VERDICT_EVIDENCE_MAX)
        return _("at most eight pieces of evidence");
    json_array_foreach (all, i, one) {
        struct verdict_evidence *e = &v->evidence[v->evidence_count++];
        const char *kind = text_of(one, "kind"), *hash = text_of(one, "sha256");
        if (verdict_evidence_parse(kind ? kind : "document", &e->kind) < 0 ||
            !take_text(one, "reference", e->reference, sizeof e->reference))
            return _("a piece of evidence has a kind (observation, file, document, object, verdict) and a reference of at most 255 octets");
        e->has_sha256 = hash != NULL;
        if (hash && (sodium_hex2bin(e->sha256, sizeof e->sha256, hash, strlen(hash), NULL, &len, NULL) != 0 ||
                     len != sizeof e->sha256))
            return _("the hash of evidence is SHA-256 in hexadecimal");
    }
    return NULL;
}

/* The newest of the same author and claim that stands: one's own opinion is replaced, not doubled. */
static int keep_own(const struct verdict *v, void *self)
{
    struct verdict *own = self;
    if (v->claim != own->claim || v->subject.kind != own->subject.kind || v->author.kind != own->author.kind ||
        strcmp(v->author.name, own->author.name) != 0)
        return 0;
    own->number = v->number;
    return 1;
}

static const char *take_all(struct control_request *request, const json_t *arguments, struct verdict *v)
{
    const char *claim = text_of(arguments, "claim");
    const char *wrong = take_subject(arguments, &v->subject);
    if (wrong)
        return wrong;
    if (!claim || claim_parse(claim, &v->claim) < 0)
        return _("no such claim; \"hinomi help judge\" has them");
    if (claim_traits(v->claim)->group == CLAIM_DIRECTIVE)
        return _("that is for hinomi block, allow and import");
    if (!text_of(arguments, "reason") || !*text_of(arguments, "reason") ||
        !take_text(arguments, "reason", v->reason, sizeof v->reason))
        return _("a reason is needed, of at most 511 octets");
    v->until_us = json_integer_value(json_object_get(arguments, "until_us"));
    if (v->until_us != 0 && v->until_us <= v->from_us)
        return _("the end lies in the past");
    snprintf(v->author.name, sizeof v->author.name, "%s", control_request_source(request));
    wrong = take_levels(arguments, v);
    return wrong ? wrong : take_evidence(arguments, v);
}

static void handle_judge(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    int64_t now_us = clock_wall_us();
    struct verdict v = {.tlp = VERDICT_TLP_AMBER, .made_us = now_us, .from_us = now_us};
    const char *wrong = take_all(request, arguments, &v);
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        return;
    }
    struct verdict own = v;
    if (ledger_find_subject(node->ledger, v.subject.value, keep_own, &own) < 0) {
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    v.supersedes = own.number;
    if (ledger_append(node->ledger, &v) < 0) {
        control_reply_error(request, _("the ledger refused the verdict: %s"), _(ledger_error(node->ledger)));
        return;
    }
    control_reply(request, json_pack("{s:o}", "verdict", api_verdict_json(&v)));
}

struct gathering {
    struct node *node;
    json_t *verdicts;
    const struct subject *subject;
};

static int gather(const struct verdict *v, void *self)
{
    struct gathering *g = self;
    uint32_t by = 0;
    if (v->subject.kind != g->subject->kind)
        return 0;
    json_t *object = api_verdict_json(v);
    int e = ledger_superseded_by(g->node->ledger, v->number, &by);
    if (object && e == 0)
        json_object_set_new(object, "superseded_by", json_integer(by));
    json_array_append_new(g->verdicts, object ? object : json_null());
    return json_array_size(g->verdicts) >= VERDICTS_MAX;
}

static void handle_verdicts(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    struct subject subject;
    const char *wrong = take_subject(arguments, &subject);
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        return;
    }
    struct gathering g = {.node = node, .verdicts = json_array(), .subject = &subject};
    if (ledger_find_subject(node->ledger, subject.value, gather, &g) < 0) {
        json_decref(g.verdicts);
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    control_reply(request, json_pack("{s:s, s:s, s:o}", "kind", subject_kind_word(subject.kind), "subject", subject.value,
                                     "verdicts", g.verdicts));
}

const struct control_command judgement_commands[] = {
    {"judge", handle_judge},
    {"verdicts", handle_verdicts},
    {0},
};
