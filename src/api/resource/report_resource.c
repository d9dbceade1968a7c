/* Reports of wrong blocks: send one, see what became of it, and for analysts release or refuse. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/intake/judgement.h"
#include "api/control/policy_question.h"
#include "api/intake/report_intake.h"
#include "api/web/web_call.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/indicator.h"

#define DAY_US INT64_C(86400000000)
enum { LIST_MAX = 500, SUMMARY_DAYS = 30, CAUSES_MAX = 50 };

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* ---- sending ---- */

static void refuse(struct web_call *c, enum report_flaw flaw)
{
    switch (flaw) {
    case REPORT_NO_NAME:
        web_problem(c, 400, "%s", _("name is a domain name, an address or a URL"));
        break;
    case REPORT_NO_TEXT:
        web_problem(c, 400, _("text says why the block is wrong: 1 to %d octets"), REPORT_TEXT_MAX - 1);
        break;
    case REPORT_NO_CONTACT:
        web_problem(c, 400, _("contact is one line of at most %d octets"), REPORT_CONTACT_MAX - 1);
        break;
    case REPORT_TOO_MANY:
        web_problem(c, 429, _("%d reports a day from one address; those already sent are looked at"), REPORT_OF_ADDRESS_MAX);
        break;
    case REPORT_FULL:
        web_problem(c, 503, "%s", _("no more reports can be kept now; tell your administrator"));
        break;
    default:
        web_ledger_problem(c);
    }
}

void web_post_report(struct web_call *c, const json_t *arguments)
{
    const struct account *a = &web_call_principal(c)->account;
    struct report r;
    char shown[REPORT_SHOWN_MAX], link[REPORT_SHOWN_MAX + 16];
    struct report_given given = {.name = text_of(arguments, "name"),
                                 .text = text_of(arguments, "text"),
                                 .contact = text_of(arguments, "contact"),
                                 .language = text_of(arguments, "language"),
                                 .member = a->id != 0 && a->member[0] ? a->member : NULL,
                                 .address = web_call_address(c)};
    enum report_flaw flaw = report_intake(web_call_node(c), &given, web_call_now_us(c), &r);
    if (flaw != REPORT_FINE) {
        refuse(c, flaw);
        return;
    }
    snprintf(link, sizeof link, "/report/%s", report_reference_show(r.reference, shown));
    web_reply(c, 201, json_pack("{s:s, s:s, s:s, s:b}", "reference", shown, "link", link, "name", r.name, "blocked", r.cause[0] != '\0'));
}

/* Who has the reference sees the state and the reason, and nothing that somebody wrote in the report. */
void web_get_report_state(struct web_call *c, const json_t *arguments)
{
    const char *given = text_of(arguments, "reference");
    char reference[REPORT_REFERENCE_MAX];
    struct report r = {0};
    int e = given ? report_reference_read(given, reference) : -EINVAL;
    if (e == 0)
        e = report_by_reference(web_call_node(c)->ledger, reference, &r);
    if (e == -EINVAL || e == -ENOENT)
        web_problem(c, 404, "%s", _("no report has that reference, or it is so old that it is no longer kept"));
    else if (e < 0)
        web_ledger_problem(c);
    else
        web_reply(c, 200, json_pack("{s:s, s:s, s:I, s:I}", "state", report_state_word(r.state), "reason", r.reason, "made_us", (json_int_t)r.made_us,
                                    "decided_us", (json_int_t)r.decided_us));
}

/* ---- the list ---- */

static json_t *report_json(const struct report *r)
{
    char address[ADDR_TEXT_MAX], ref[VERDICT_REF_TEXT_MAX] = "";
    if (r->verdict.id)
        verdict_ref_format(r->verdict, ref);
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:I}", "number", (json_int_t)r->number, "name", r->name,
                     "given", r->given, "text", r->text, "contact", r->contact, "language", r->language, "member", r->member, "client_ip",
                     addr_format(&r->address, address), "cause", r->cause, "verdict", ref, "made_us", (json_int_t)r->made_us, "state",
                     report_state_word(r->state), "reason", r->reason, "decided_by", r->decided_by, "decided_us", (json_int_t)r->decided_us);
}

struct listing {
    json_t *rows;
    int64_t last;
};

static int add_row(void *self, const struct report *r)
{
    struct listing *l = self;
    l->last = r->number;
    return json_array_append_new(l->rows, report_json(r)) < 0 ? -ENOMEM : 0;
}

void web_get_reports(struct web_call *c, const json_t *arguments)
{
    const char *state = text_of(arguments, "state");
    json_int_t limit = json_integer_value(json_object_get(arguments, "limit"));
    enum report_state chosen = REPORT_OPEN;
    if (state && report_state_parse(state, &chosen) < 0) {
        web_problem(c, 400, "%s", _("state is open, released or refused"));
        return;
    }
    struct report_filter filter = {.member = text_of(arguments, "member"),
                                   .state = state ? (int)chosen : -1,
                                   .before = json_integer_value(json_object_get(arguments, "after")),
                                   .limit = limit > 0 && limit <= LIST_MAX ? (unsigned)limit : 100};
    struct listing l = {.rows = json_array()};
    if (report_list(web_call_node(c)->ledger, &filter, add_row, &l) < 0) {
        json_decref(l.rows);
        web_ledger_problem(c);
        return;
    }
    json_int_t after = json_array_size(l.rows) == filter.limit ? (json_int_t)l.last : 0;
    web_reply(c, 200, json_pack("{s:o, s:I}", "rows", l.rows, "after", after));
}

static int add_cause(void *self, const struct report_cause *cause)
{
    return json_array_append_new(self, json_pack("{s:s, s:I, s:I, s:I}", "cause", cause->cause, "open", (json_int_t)cause->open, "released",
                                                 (json_int_t)cause->released, "refused", (json_int_t)cause->refused)) < 0
               ? -ENOMEM
               : 0;
}

void web_get_report_summary(struct web_call *c, const json_t *arguments)
{
    struct ledger *l = web_call_node(c)->ledger;
    const char *member = text_of(arguments, "member");
    int64_t since_us = web_call_now_us(c) - SUMMARY_DAYS * DAY_US;
    struct report_summary s;
    json_t *causes = json_array();
    if (report_summarise(l, member, since_us, &s) < 0 || report_causes(l, member, since_us, CAUSES_MAX, add_cause, causes) < 0) {
        json_decref(causes);
        web_ledger_problem(c);
        return;
    }
    web_reply(c, 200, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:o}", "open", (json_int_t)s.open, "oldest_open_us", (json_int_t)s.oldest_open_us,
                                "released", (json_int_t)s.released, "refused", (json_int_t)s.refused, "median_us", (json_int_t)s.median_us, "p90_us",
                                (json_int_t)s.p90_us, "days", SUMMARY_DAYS, "rows", causes));
}

/* ---- deciding ---- */

struct decision {
    struct web_call *call;
    struct report report;
    char name[POLICY_SUBJECT_TEXT_MAX]; /* that is released */
    char reason[VERDICT_REASON_MAX], by[VERDICT_NAME_MAX];
    uint64_t begun_ms;
    json_t *verdicts; /* made by it */
};

static void decision_free(struct decision *d)
{
    json_decref(d->verdicts);
    free(d);
}

/* The report that the path names, if it is open, and the reason; replies and gives NULL otherwise. */
static struct decision *begin(struct web_call *c, const json_t *arguments)
{
    const char *number = text_of(arguments, "id"), *reason = text_of(arguments, "reason");
    const struct account *a = &web_call_principal(c)->account;
    char *end = NULL;
    long long id = number ? strtoll(number, &end, 10) : 0;
    struct decision *d = calloc(1, sizeof *d);
    if (!d) {
        web_problem(c, 503, "%s", strerror(ENOMEM));
        return NULL;
    }
    d->call = c;
    d->begun_ms = clock_mono_ms();
    int e = number && *number && *end == '\0' ? report_by_number(web_call_node(c)->ledger, id, &d->report) : -ENOENT;
    if (e == -ENOENT)
        web_problem(c, 404, "%s", _("there is no such report"));
    else if (e < 0)
        web_ledger_problem(c);
    else if (d->report.state != REPORT_OPEN)
        web_problem(c, 409, _("%s has decided it already: %s"), d->report.decided_by, report_state_word(d->report.state));
    else if (!reason || !*reason || strlen(reason) >= sizeof d->reason)
        web_problem(c, 400, _("a reason is needed, of at most %d octets"), VERDICT_REASON_MAX - 1);
    else {
        snprintf(d->reason, sizeof d->reason, "%s", reason);
        snprintf(d->by, sizeof d->by, "%s (%s)", a->name, account_role_word(a->role));
        return d;
    }
    decision_free(d);
    return NULL;
}

/* Ends it: the report's new state, and the answer. */
static void decide(struct decision *d, bool all_of_name, enum report_state state, json_t *more)
{
    unsigned count = 0;
    struct web_call *c = d->call;
    int e = report_decide(web_call_node(c)->ledger, d->report.number, all_of_name, state, d->reason, d->by, clock_wall_us(), &count);
    if (e < 0 && e != -ENOENT) { /* -ENOENT: somebody was quicker, and it stays as that one said */
        json_decref(more);
        web_ledger_problem(c);
    } else {
        json_t *object = json_pack("{s:s, s:s, s:i}", "name", d->name[0] ? d->name : d->report.name, "state", report_state_word(state), "reports",
                                   (int)count);
        json_object_update(object, more);
        json_decref(more);
        web_reply(c, 200, object);
    }
    decision_free(d);
}

void web_post_report_refuse(struct web_call *c, const json_t *arguments)
{
    struct decision *d = begin(c, arguments);
    if (d)
        decide(d, false, REPORT_REFUSED, NULL);
}

/* ---- a release ---- */

static struct verdict verdict_of(const struct decision *d, enum claim claim)
{
    int64_t now_us = clock_wall_us();
    struct verdict v = {.claim = claim, .probability = VERDICT_CERTAIN, .tlp = VERDICT_TLP_AMBER, .made_us = now_us, .from_us = now_us,
                        .evidence_count = 1, .evidence = {{.kind = VERDICT_EVIDENCE_DOCUMENT}}};
    snprintf(v.reason, sizeof v.reason, "%s", d->reason);
    snprintf(v.author.name, sizeof v.author.name, "%s", d->by);
    snprintf(v.evidence[0].reference, sizeof v.evidence[0].reference, "report %lld", (long long)d->report.number);
    return v;
}

/* What the rule is about that blocks the name now, which may be a name above it. */
static void widen(const struct node *node, struct policy_subject_text *subject)
{
    struct dns_decision decision;
    struct dns_asker nobody = {0};
    char text[DNS_NAME_TEXT_MAX];
    if (subject->subject.trigger != DNS_TRIGGER_NAME || policy_question_decide(node->policy(node->self), subject, &nobody, &decision) < 0 ||
        !policy_question_is_block(&decision) || decision.trigger != DNS_TRIGGER_NAME || decision.label >= subject->name.labels)
        return; /* never the root: nobody means that */
    unsigned at = subject->name.at[decision.label];
    dns_name_format_wire(subject->name.wire + at, (size_t)subject->name.len - at, text);
    int e = policy_subject_parse(text, subject);
    (void)e; /* it was formatted from a name just now */
}

/* Kinds of subject with that value of which something was said: what was said of a host is judged wrong as a host. */
static unsigned kinds_of(struct ledger *l, const char *name, struct subject to[2])
{
    struct subject host;
    uint32_t id;
    struct indicator i;
    unsigned count = 0;
    if (subject_guess(name, strlen(name), &to[0]) < 0)
        return 0;
    host = to[0];
    host.kind = SUBJECT_HOST;
    bool is_domain = to[0].kind == SUBJECT_DOMAIN, has_host = is_domain && indicator_get(l, &host, &id, &i) == 0;
    if (!has_host || indicator_get(l, &to[0], &id, &i) == 0)
        count = 1;
    if (has_host)
        to[count++] = host;
    return count;
}

static void add_if_blocked(const struct policy *policy, const struct policy_subject_text *subject, unsigned group, json_t *all)
{
    char text[POLICY_GROUP_TEXT_MAX];
    struct dns_asker asker = {.group = (uint16_t)group};
    struct dns_decision d;
    if (policy_question_decide(policy, subject, &asker, &d) == 0 && policy_question_is_block(&d))
        json_array_append_new(all, json_string(policy_group_text(policy, group, text)));
}

/* Groups whose clients are still kept from it, by a rule by hand of their own. */
static json_t *still_blocked(const struct node *node, const char *name)
{
    const struct policy *policy = node->policy(node->self);
    const struct policy_image *hand = policy_layer(policy, POLICY_LAYER_HAND);
    const struct policy_list *list;
    struct policy_subject_text subject;
    json_t *all = json_array();
    if (policy_subject_parse(name, &subject) < 0)
        return all;
    for (unsigned g = 0; g <= policy_groups_count(policy_groups_get(policy)); g++)
        add_if_blocked(policy, &subject, g, all);
    unsigned last = 0; /* the lists of one member stand side by side */
    for (unsigned i = 0; hand && (list = policy_image_list(hand, i)) != NULL; i++) {
        if (list->member != last && list->member > 0)
            add_if_blocked(policy, &subject, POLICY_GROUP_OF_MEMBERS + list->member, all);
        last = list->member;
    }
    return all;
}

static void on_in_force(void *self, const char *error)
{
    struct decision *d = self;
    if (error) { /* it stays open, so that nobody is told what is not so */
        web_problem(d->call, 503, _("it stands in the ledger but is not in force yet: %s; release it again in a while"), error);
        decision_free(d);
        return;
    }
    json_t *more = json_pack("{s:I, s:O, s:o}", "took_us", (json_int_t)(clock_mono_ms() - d->begun_ms) * 1000, "verdicts", d->verdicts, "still_blocked",
                             still_blocked(web_call_node(d->call), d->name));
    decide(d, true, REPORT_RELEASED, more);
}

/* The rule by hand, and the word against whoever said so: both or neither. 0, or an error of the ledger. */
static int append(struct decision *d, struct ledger *l, const struct subject *kinds, unsigned count)
{
    struct verdict v[3];
    v[0] = verdict_of(d, CLAIM_ALLOW);
    v[0].subject = kinds[0];
    if (v[0].subject.kind == SUBJECT_HOST)
        v[0].subject.kind = SUBJECT_DOMAIN;
    int e = judgement_find_directive(l, &v[0]);
    for (unsigned i = 0; e == 0 && i < count; i++) {
        v[1 + i] = verdict_of(d, CLAIM_FALSE_POSITIVE);
        v[1 + i].subject = kinds[i];
        e = judgement_find_own(l, &v[1 + i]);
    }
    if (e == 0)
        e = ledger_append_all(l, v, 1 + count);
    for (unsigned i = 0; e == 0 && i <= count; i++)
        json_array_append_new(d->verdicts, json_integer(v[i].number));
    return e;
}

void web_post_report_release(struct web_call *c, const json_t *arguments)
{
    struct node *node = web_call_node(c);
    struct decision *d = begin(c, arguments);
    struct policy_subject_text subject;
    struct subject kinds[2];
    if (!d)
        return;
    d->verdicts = json_array();
    unsigned count = 0;
    if (policy_subject_parse(d->report.name, &subject) == 0) {
        if (json_is_true(json_object_get(arguments, "whole")))
            widen(node, &subject);
        snprintf(d->name, sizeof d->name, "%s", subject.text);
        count = kinds_of(node->ledger, d->name, kinds);
    }
    if (count == 0 || append(d, node->ledger, kinds, count) < 0) {
        web_problem(c, 503, _("the ledger refused the verdict: %s"), _(ledger_error(node->ledger)));
        decision_free(d);
        return;
    }
    node->hand_changed(node->self, on_in_force, d);
}
