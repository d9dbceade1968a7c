/* Writes the page of blocked names. */
#include "api/sinkhole/sinkhole.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/sinkhole/html.h"
#include "api/control/policy_question.h"
#include "api/intake/report_intake.h"
#include "api/sinkhole/sinkhole_texts.h"
#include "base/clock.h"
#include "proto/http/form.h"
#include "proto/http/target.h"

#define REPORT_PATH "hinomi-report"
#define STYLE_PATH "hinomi-style.css"

enum { PAGE_MAX = 24 << 10, COME_AGAIN_S = 60 /* as long as the answer lives that led here */ };

struct sinkhole {
    struct node *node;
    struct http_target target;
    struct http_form form;
    char page[PAGE_MAX];
};

/* One answer in the making. */
struct page {
    struct sinkhole *s;
    struct writer w;
    enum text_language language;
    unsigned status;
};

static const char *say(const struct page *p, enum sinkhole_text text)
{
    return sinkhole_text(text, p->language);
}

static void begin_page(struct page *p, enum sinkhole_text title)
{
    p->w = writer_of(p->s->page, sizeof p->s->page);
    html_raw(&p->w, "<!DOCTYPE html>\n<html lang=\"");
    html_raw(&p->w, p->language == TEXT_JA ? "ja" : "en");
    html_raw(&p->w, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">"
                    "<link rel=\"stylesheet\" href=\"/" STYLE_PATH "\"><title>");
    html_text(&p->w, say(p, title));
    html_raw(&p->w, "</title></head><body>\n<h1>");
    html_text(&p->w, say(p, title));
    html_raw(&p->w, "</h1>\n");
}

static void element(struct page *p, const char *tag, const char *text)
{
    html_raw(&p->w, "<");
    html_raw(&p->w, tag);
    html_raw(&p->w, ">");
    html_text(&p->w, text);
    html_raw(&p->w, "</");
    html_raw(&p->w, tag);
    html_raw(&p->w, ">\n");
}

static void name_and(struct page *p, const char *name, enum sinkhole_text text)
{
    html_raw(&p->w, "<p><span class=\"name\">");
    html_text(&p->w, name);
    html_raw(&p->w, "</span>");
    html_text(&p->w, say(p, text));
    html_raw(&p->w, "</p>\n");
}

/* ---- what was blocked ---- */

/* The host that was asked for, without its port; -EINVAL: no name that the policy could be asked about. */
static int read_host(const char *host, struct policy_subject_text *ret_subject)
{
    char name[REPORT_NAME_MAX];
    size_t len = host ? strcspn(host, ":") : 0;
    if (len == 0 || len >= sizeof name)
        return -EINVAL;
    memcpy(name, host, len);
    name[len] = '\0';
    int e = report_intake_subject(name, ret_subject);
    return e < 0 || ret_subject->subject.trigger != DNS_TRIGGER_NAME ? -EINVAL : 0;
}

/* What is claimed of it: of an indicator what is believed, else what the verdict says. */
static enum claim claim_of(const struct page *p, const struct dns_decision *d)
{
    struct verdict v;
    return d->verdict.id != 0 && ledger_get(p->s->node->ledger, d->verdict.id, &v) == 0 ? v.claim : CLAIM_BLOCK;
}

static void row(struct page *p, enum sinkhole_text head, const char *text)
{
    element(p, "dt", say(p, head));
    element(p, "dd", text);
}

static void advice(struct page *p, enum claim claim)
{
    element(p, "h2", say(p, SINKHOLE_WHAT_TO_DO));
    if (sinkhole_is_infection(claim))
        element(p, "p", say(p, SINKHOLE_INFECTED));
    html_raw(&p->w, "<dl>\n");
    row(p, SINKHOLE_PC_HEAD, say(p, SINKHOLE_PC));
    row(p, SINKHOLE_PHONE_HEAD, say(p, SINKHOLE_PHONE));
    row(p, SINKHOLE_THING_HEAD, say(p, SINKHOLE_THING));
    html_raw(&p->w, "</dl>\n");
}

static void form(struct page *p)
{
    element(p, "h2", say(p, SINKHOLE_WRONG_HEAD));
    element(p, "p", say(p, SINKHOLE_WRONG));
    html_raw(&p->w, "<form method=\"post\" action=\"/" REPORT_PATH "\"><label for=\"t\">");
    html_text(&p->w, say(p, SINKHOLE_TEXT_LABEL));
    html_raw(&p->w, "</label><textarea id=\"t\" name=\"text\" rows=\"4\" cols=\"40\" maxlength=\"660\"></textarea><label for=\"c\">");
    html_text(&p->w, say(p, SINKHOLE_CONTACT_LABEL));
    html_raw(&p->w, "</label><input id=\"c\" name=\"contact\" maxlength=\"80\"><button type=\"submit\">");
    html_text(&p->w, say(p, SINKHOLE_SEND));
    html_raw(&p->w, "</button></form>\n");
}

static void blocked_page(struct page *p, const struct sinkhole_request *r)
{
    struct policy_subject_text subject;
    struct dns_decision d = {0};
    struct dns_asker asker = report_intake_asker(p->s->node, &r->address);
    char ref[VERDICT_REF_TEXT_MAX];
    begin_page(p, SINKHOLE_TITLE);
    if (read_host(r->host, &subject) < 0) {
        p->status = 403;
        element(p, "p", say(p, SINKHOLE_NO_NAME));
        return;
    }
    if (policy_question_decide(p->s->node->policy(p->s->node->self), &subject, &asker, &d) < 0 || !policy_question_is_block(&d)) {
        p->status = 503;
        name_and(p, subject.text, SINKHOLE_NOT_BLOCKED);
        return;
    }
    p->status = 403;
    enum claim claim = claim_of(p, &d);
    name_and(p, subject.text, SINKHOLE_BLOCKED);
    html_raw(&p->w, "<div class=\"why\">");
    element(p, "p", sinkhole_why(claim, p->language));
    html_raw(&p->w, "<dl>\n");
    if (d.list && d.list_name)
        row(p, SINKHOLE_LIST, d.list_name);
    if (d.verdict.id)
        row(p, SINKHOLE_VERDICT, verdict_ref_format(d.verdict, ref));
    html_raw(&p->w, "</dl></div>\n");
    advice(p, claim);
    form(p);
}

/* ---- reports ---- */

static void problem_page(struct page *p, unsigned status, enum sinkhole_text text)
{
    p->status = status;
    begin_page(p, SINKHOLE_WRONG_HEAD);
    element(p, "p", say(p, text));
    html_raw(&p->w, "<p><a href=\"/\">");
    html_text(&p->w, say(p, SINKHOLE_BACK));
    html_raw(&p->w, "</a></p>\n");
}

static void sent_page(struct page *p, const struct report *r)
{
    char shown[REPORT_SHOWN_MAX];
    p->status = 201;
    begin_page(p, SINKHOLE_WRONG_HEAD);
    html_raw(&p->w, "<div class=\"done\">");
    element(p, "p", say(p, SINKHOLE_SENT));
    html_raw(&p->w, "<p class=\"name\" id=\"reference\">");
    html_text(&p->w, report_reference_show(r->reference, shown));
    html_raw(&p->w, "</p>");
    element(p, "p", say(p, SINKHOLE_KEEP));
    html_raw(&p->w, "<p><a href=\"/" REPORT_PATH "/");
    html_text(&p->w, shown);
    html_raw(&p->w, "\">");
    html_text(&p->w, say(p, SINKHOLE_STATE_LINK));
    html_raw(&p->w, "</a></p></div>\n");
}

static void take_report(struct page *p, const struct sinkhole_request *r)
{
    static const char type[] = "application/x-www-form-urlencoded";
    static const struct {
        unsigned status;
        enum sinkhole_text text;
    } refusals[REPORT_FLAW_COUNT] = {
        [REPORT_NO_NAME] = {400, SINKHOLE_NO_NAME}, [REPORT_NO_TEXT] = {400, SINKHOLE_NO_TEXT}, [REPORT_NO_CONTACT] = {400, SINKHOLE_NO_CONTACT},
        [REPORT_TOO_MANY] = {429, SINKHOLE_TOO_MANY}, [REPORT_FULL] = {503, SINKHOLE_FAILED}, [REPORT_FAILED] = {503, SINKHOLE_FAILED},
    };
    struct policy_subject_text subject;
    struct report report;
    if (!r->content_type || strncasecmp(r->content_type, type, strlen(type)) != 0 || http_form_parse(r->body, &p->s->form) < 0) {
        problem_page(p, 400, SINKHOLE_NO_TEXT);
        return;
    }
    if (read_host(r->host, &subject) < 0) {
        problem_page(p, 400, SINKHOLE_NO_NAME);
        return;
    }
    struct report_given given = {.name = subject.text,
                                 .text = http_form_field(&p->s->form, "text"),
                                 .contact = http_form_field(&p->s->form, "contact"),
                                 .language = p->language == TEXT_JA ? "ja" : "en",
                                 .address = r->address};
    enum report_flaw flaw = report_intake(p->s->node, &given, clock_wall_us(), &report);
    if (flaw == REPORT_FINE)
        sent_page(p, &report);
    else
        problem_page(p, refusals[flaw].status, refusals[flaw].text);
}

static void state_page(struct page *p, const char *given)
{
    static const enum sinkhole_text states[REPORT_STATE_COUNT] = {SINKHOLE_STATE_OPEN, SINKHOLE_STATE_RELEASED, SINKHOLE_STATE_REFUSED};
    char reference[REPORT_REFERENCE_MAX], shown[REPORT_SHOWN_MAX];
    struct report r = {0};
    int e = report_reference_read(given, reference);
    if (e == 0)
        e = report_by_reference(p->s->node->ledger, reference, &r);
    begin_page(p, SINKHOLE_STATE_TITLE);
    if (e < 0) {
        p->status = e == -EINVAL || e == -ENOENT ? 404 : 503;
        element(p, "p", say(p, p->status == 404 ? SINKHOLE_STATE_NONE : SINKHOLE_FAILED));
        return;
    }
    p->status = 200;
    html_raw(&p->w, "<p class=\"name\">");
    html_text(&p->w, report_reference_show(reference, shown));
    html_raw(&p->w, "</p>\n<p id=\"state\" class=\"");
    html_raw(&p->w, report_state_word(r.state));
    html_raw(&p->w, "\">");
    html_text(&p->w, say(p, states[r.state]));
    html_raw(&p->w, "</p>\n");
    if (r.reason[0]) {
        element(p, "h2", say(p, SINKHOLE_ANSWER));
        element(p, "p", r.reason);
    }
}

/* ---- requests ---- */

static void answer_page(struct page *p, const struct sinkhole_request *r)
{
    const struct http_target *t = &p->s->target;
    bool is_read = http_target_parse(r->target, &p->s->target) == 0;
    bool is_report = is_read && strcmp(t->segments[0], REPORT_PATH) == 0;
    if (is_report && t->segment_count == 1 && strcmp(r->method, "POST") == 0)
        take_report(p, r);
    else if (is_report && t->segment_count == 2)
        state_page(p, t->segments[1]);
    else
        blocked_page(p, r);
}

void sinkhole_answer(struct sinkhole *s, const struct sinkhole_request *r, struct web_answer *ret_answer)
{
    static const char style[] = "/" STYLE_PATH;
    if (r->target.left == strlen(style) && memcmp(r->target.at, style, strlen(style)) == 0) {
        *ret_answer = (struct web_answer){.status = 200, .content_type = "text/css", .body = sinkhole_style, .len = strlen(sinkhole_style)};
        return;
    }
    struct page p = {.s = s, .language = text_language_of(r->languages, TEXT_EN)};
    answer_page(&p, r);
    html_raw(&p.w, "</body></html>\n");
    *ret_answer = (struct web_answer){.status = p.status,
                                      .content_type = "text/html; charset=utf-8",
                                      .body = s->page,
                                      .len = p.w.len,
                                      .retry_after_s = p.status == 503 || p.status == 429 ? COME_AGAIN_S : 0};
}

int sinkhole_new(struct node *node, struct sinkhole **ret_sinkhole)
{
    struct sinkhole *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->node = node;
    *ret_sinkhole = s;
    return 0;
}

void sinkhole_free(struct sinkhole *s)
{
    free(s);
}
