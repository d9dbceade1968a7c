/* What people and programs say of a subject, weighed rather than obeyed: judge it, and list all that was said. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "api/belief.h"
#include "api/intake/judgement.h"
#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/indicator.h"

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

static const char *read_subject(const char *text, size_t len, const char *word, struct subject *s)
{
    enum subject_kind kind;
    if (word && subject_kind_parse(word, &kind) < 0)
        return _("no such kind of subject");
    int e = word ? subject_read(kind, text, len, s) : subject_guess(text, len, s);
    if (e == -ENAMETOOLONG)
        return _("the subject is too long");
    if (e == 0 && !word && !subject_is_usual(s))
        return _("nobody asks for such a name or URL; if it is meant so, give its kind");
    return e < 0 ? _("that is no domain, address, network, URL, e-mail address, hash or AS number; give its kind if it is something else")
                 : NULL;
}

const char *judgement_take_subject(const json_t *arguments, struct subject *s)
{
    const char *text = text_of(arguments, "subject");
    return text ? read_subject(text, strlen(text), text_of(arguments, "kind"), s) : _("a subject is needed");
}

const char *judgement_find_subject(struct ledger *l, const json_t *arguments, struct subject *s)
{
    const char *wrong = judgement_take_subject(arguments, s);
    struct indicator i;
    uint32_t id;
    if (wrong || s->kind != SUBJECT_DOMAIN || text_of(arguments, "kind") || indicator_get(l, s, &id, &i) != -ENOENT)
        return wrong;
    struct subject host = *s;
    host.kind = SUBJECT_HOST;
    if (indicator_get(l, &host, &id, &i) == 0)
        *s = host;
    return NULL;
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
    json_array_foreach(all, i, one)
    {
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

bool judgement_says_the_same(const struct verdict *a, const struct verdict *b)
{
    return a->probability == b->probability && a->severity == b->severity && a->tlp == b->tlp && a->pap == b->pap &&
           a->until_us == b->until_us && strcmp(a->reason, b->reason) == 0;
}

int judgement_find_own(struct ledger *l, struct verdict *v)
{
    struct verdict found;
    int e = ledger_standing(l, v, &found);
    v->supersedes = e == 0 ? found.number : 0;
    return e == -ENOENT ? 0 : e;
}

const char *judgement_read(struct control_request *request, const json_t *arguments, struct verdict *v)
{
    return judgement_read_as(control_request_source(request), arguments, v);
}

const char *judgement_read_as(const char *who, const json_t *arguments, struct verdict *v)
{
    const char *claim = text_of(arguments, "claim"), *feed = text_of(arguments, "source");
    int64_t now_us = clock_wall_us();
    *v = (struct verdict){.tlp = VERDICT_TLP_AMBER, .made_us = now_us, .from_us = now_us};
    bool is_many = json_is_true(json_object_get(arguments, "many"));
    v->claim = CLAIM_MALICIOUS;
    if ((claim || !is_many) && (!claim || claim_parse(claim, &v->claim) < 0))
        return _("no such claim; \"hinomi help judge\" has them");
    if (claim_traits(v->claim)->group == CLAIM_DIRECTIVE)
        return _("that is for hinomi block, allow and import");
    bool has_reason = text_of(arguments, "reason") && *text_of(arguments, "reason");
    if ((!has_reason && !is_many) || !take_text(arguments, "reason", v->reason, sizeof v->reason))
        return _("a reason is needed, of at most 511 octets");
    v->until_us = json_integer_value(json_object_get(arguments, "until_us"));
    if (v->until_us != 0 && v->until_us <= v->from_us)
        return _("the end lies in the past");
    v->author.kind = feed ? VERDICT_BY_FEED : VERDICT_BY_ANALYST;
    if ((feed && !*feed) || snprintf(v->author.name, sizeof v->author.name, "%s", feed ? feed : who) >=
                                (int)sizeof v->author.name)
        return _("a source has a name of at most 127 octets");
    if (!has_reason) /* the document's own, or: because they say so */
        memcpy(v->reason, v->author.name, sizeof v->author.name);
    const char *wrong = take_levels(arguments, v);
    return wrong ? wrong : take_evidence(arguments, v);
}

static void handle_judge(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    struct verdict v;
    const char *wrong = judgement_read(request, arguments, &v);
    if (!wrong && json_is_true(json_object_get(arguments, "many"))) {
        judgement_intake_begin(request, node, arguments, &v);
        return;
    }
    /* What speaks for a name is meant for what was said against it, be that the domain or the host alone. */
    if (!wrong)
        wrong = claim_traits(v.claim)->against && v.claim != CLAIM_CONFIRMED ? judgement_take_subject(arguments, &v.subject)
                                                                              : judgement_find_subject(node->ledger, arguments, &v.subject);
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        return;
    }
    if (judgement_find_own(node->ledger, &v) < 0) {
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
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
    bool more;             /* older verdicts were left out */
};

static int gather(const struct verdict *v, void *self)
{
    struct gathering *g = self;
    uint32_t by = 0;
    if (v->subject.kind != g->subject->kind)
        return 0;
    if (json_array_size(g->verdicts) == VERDICTS_MAX) {
        g->more = true;
        return 1;
    }
    json_t *object = api_verdict_json(v);
    int e = ledger_superseded_by(g->node->ledger, v->number, &by);
    if (object && e == 0)
        json_object_set_new(object, "superseded_by", json_integer(by));
    json_array_append_new(g->verdicts, object ? object : json_null());
    return 0;
}

static json_t *warnings_json(struct node *node, const struct subject *s)
{
    const char *names[NODE_WARNINGS_MAX];
    unsigned count = node->warnings(node->self, s, names);
    json_t *all = json_array();
    for (unsigned i = 0; i < count; i++)
        json_array_append_new(all, json_string(names[i]));
    return all;
}

static void handle_verdicts(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    struct subject subject = {.kind = SUBJECT_DOMAIN};
    const char *wrong = judgement_find_subject(node->ledger, arguments, &subject);
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        return;
    }
    struct gathering g = {.node = node, .verdicts = json_array(), .subject = &subject};
    struct belief *belief = node->belief(node->self);
    uint32_t id = 0;
    int e = ledger_find_subject(node->ledger, subject.value, gather, &g);
    if (e >= 0)
        e = belief_gather(belief, node->ledger, &subject, &id);
    if (e < 0) {
        json_decref(g.verdicts);
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    control_reply(request, json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:o*, s:o*}", "kind", subject_kind_word(subject.kind), "subject", subject.value,
                                     "more", g.more, "verdicts", g.verdicts, "sightings",
                                     api_sightings_json(node->ledger, id), "warning_lists", warnings_json(node, &subject),
                                     "belief",
                                     id ? belief_json(belief, clock_wall_us()) : NULL, "without",
                                     id ? belief_without_json(belief, clock_wall_us()) : NULL));
}

const struct control_command judgement_commands[] = {
    {"judge", handle_judge},
    {"verdicts", handle_verdicts},
    {0},
};
