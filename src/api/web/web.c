/* Takes requests over HTTP the one way that they all go. */
#include "api/web/web.h"

#include <errno.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/web/audit_trail.h"
#include "api/signing_in/known_places.h"
#include "api/signing_in/rate_limit.h"
#include "api/web/route.h"
#include "api/web/web_impl.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/json/limits.h"

enum { EXPIRE_EVERY_S = 600, FIRST_WORD_HOURS = 24 };

/* A burst that a page in a browser needs, and a rate that keeps the hub's loop free for others. */
static const double account_rate = 200, account_burst = 1000, stranger_rate = 10, stranger_burst = 60;

/* ---- who asks ---- */

static void name_source(struct web_call *c)
{
    const struct account *a = &c->principal.account;
    snprintf(c->source, sizeof c->source, "%s (%s)", a->name, account_role_word(a->role));
}

static int find_session(struct web_call *c, const struct web_request *request)
{
    struct ledger *l = c->web->o.node->ledger;
    char csrf[WEB_WORD_TEXT_MAX];
    int e = web_word_digest(request->session, c->principal.digest);
    if (e == 0)
        e = account_session_find(l, c->principal.digest, c->now_us, WEB_SESSION_IDLE_S * INT64_C(1000000), &c->principal.account);
    if (e < 0)
        return e == -EINVAL ? -ENOENT : e;
    snprintf(c->word, sizeof c->word, "%s", request->session);
    web_csrf_of(request->session, csrf);
    bool changes = strcmp(request->method, "GET") != 0;
    if (changes && (!request->csrf || strlen(request->csrf) != strlen(csrf) || sodium_memcmp(request->csrf, csrf, strlen(csrf)) != 0))
        return -EPERM;
    return 0;
}

/* By the word that it came with, or by the certificate that it has shown. */
static int find_token(struct web_call *c, const struct web_request *request)
{
    uint8_t digest[ACCOUNT_DIGEST_LEN];
    struct account_token token;
    int e = request->bearer ? web_word_digest(request->bearer, digest) : web_certificate_digest(request->certificate, digest);
    if (e == 0)
        e = account_token_find(c->web->o.node->ledger, digest, c->now_us, &token, &c->principal.account);
    if (e == 0) {
        c->principal.by_token = true;
        c->principal.scope = token.scope;
        c->principal.token = token.id;
    }
    return e == -EINVAL ? -ENOENT : e;
}

/* -ENOENT: nobody is signed in; -EPERM: what stands against forged requests is missing. */
static int find_principal(struct web_call *c, const struct web_request *request)
{
    int e = request->bearer        ? find_token(c, request)
            : request->session     ? find_session(c, request)
            : request->certificate ? find_token(c, request)
                                   : -ENOENT;
    if (e < 0)
        c->principal = (struct web_principal){0};
    else
        name_source(c);
    return e;
}

static bool is_permitted(struct web_call *c)
{
    struct web_principal *p = &c->principal;
    p->access = permission_access(c->route->permission, p->account.role);
    if (p->by_token && !(p->scope & UINT64_C(1) << c->route->permission))
        p->access = ACCESS_NONE;
    /* Who may see only its own does not come to what has no wall, even if somebody adds such a route. */
    return p->access == ACCESS_ALL || (p->access == ACCESS_OWN && c->route->wall != WALL_NONE);
}

/* ---- requests ---- */

/* Of IPv6, who has one address has its /64 (RFC 6177). */
static size_t place_len(const struct addr *a)
{
    return addr_is_v4(a) ? sizeof *a : 8;
}

static bool take_turn(struct web_call *c, const struct web_request *request, unsigned *ret_wait_ms)
{
    uint64_t mono_ms = clock_mono_ms();
    const struct account *a = &c->principal.account;
    if (a->id == 0)
        return rate_limit_take(c->web->strangers, request->address.bytes, place_len(&request->address), mono_ms, ret_wait_ms);
    int64_t key[2] = {a->id, c->principal.token};
    return rate_limit_take(c->web->accounts, key, sizeof key, mono_ms, ret_wait_ms);
}

/* What takes a while - a password, a question to the telemetry store - is done for all in one queue: nobody fills it alone. */
static bool has_room(const struct web_call *c)
{
    unsigned of_place = 0, of_account = 0, of_member = 0;
    const struct account *a = &c->principal.account;
    for (const struct web_call *o = c->web->calls; o; o = o->next) {
        const struct account *b = &o->principal.account;
        if (o == c || (a->id == 0) != (b->id == 0))
            continue;
        of_place += a->id == 0 && memcmp(c->address.bytes, o->address.bytes, place_len(&c->address)) == 0;
        of_account += a->id != 0 && a->id == b->id;
        of_member += a->member[0] && strcmp(a->member, b->member) == 0;
    }
    return of_place < WEB_CALLS_OF_STRANGERS && of_account < WEB_CALLS_OF_ACCOUNT && of_member < WEB_CALLS_OF_MEMBER;
}

static bool is_json(const char *content_type)
{
    static const char json[] = "application/json";
    return content_type && strncmp(content_type, json, strlen(json)) == 0 && (content_type[strlen(json)] == '\0' || content_type[strlen(json)] == ';' || content_type[strlen(json)] == ' ');
}

/* NULL in *ret_body: there is none. */
static bool take_body(struct web_call *c, const struct web_request *request, json_t **ret_body)
{
    static const struct json_limits limits = {.octets = WEB_BODY_MAX, .values = 4096, .depth = 8};
    struct reader body = request->body;
    struct json_flaw flaw;
    *ret_body = NULL;
    if (body.left == 0 || c->route->takes_file)
        return true;
    if (!is_json(request->content_type)) {
        web_problem(c, 415, "%s", _("the body must be JSON: Content-Type: application/json"));
        return false;
    }
    if (json_read(&body, &limits, ret_body, &flaw) < 0) {
        web_problem(c, 400, _("the body is not JSON that we read: line %zu, column %zu: %s"), flaw.line, flaw.column, flaw.detail);
        return false;
    }
    return true;
}

/* Replies when the account may not. */
static bool pass_case_wall(struct web_call *c, const json_t *arguments)
{
    const struct account *a = &c->principal.account;
    struct case_viewer v = {.account = a->id, .role = a->role, .name = a->name, .member = a->member};
    bool changes = c->route->method != WEB_GET && c->route->wall != WALL_CASE_ANSWER, admits = c->route->wall == WALL_CASE_PEOPLE;
    int e = case_wall_find(c->web->o.node->ledger, &v, arguments, case_wall_needed(&v, arguments, changes, admits), &c->case_record, &c->case_access);
    if (e == 0)
        return true;
    c->web->refused_permission++;
    if (e == -ENOENT)
        web_problem(c, 404, "%s", _("there is no such case"));
    else if (e == -EACCES)
        web_problem(c, 403, "%s", _("it is restricted: as an administrator you can admit yourself to it, which stands in the ledger"));
    else if (e == -EPERM)
        web_problem(c, 403, "%s", _("you may read this case, not change it"));
    else
        web_ledger_problem(c);
    return false;
}

static int note(struct web_call *c, const json_t *arguments)
{
    bool is_of_cases = c->route->permission == PERMIT_CASES_CHANGE || c->case_record.number != 0;
    json_t *noted = is_of_cases ? case_wall_noted(arguments, c->case_record.is_restricted) : json_copy((json_t *)arguments);
    int e = noted ? audit_trail_note(c->web->audit, &c->principal.account, c->route, noted, c->now_us) : -ENOMEM;
    json_decref(noted);
    return e;
}

static void run_route(struct web_call *c, const struct web_request *request, const struct http_target *target)
{
    char flaw[ROUTE_FLAW_MAX];
    json_t *body, *arguments;
    if (!take_body(c, request, &body))
        return;
    int e = route_arguments(c->route, target, body, &arguments, flaw);
    json_decref(body);
    if (e < 0) {
        web_problem(c, e == -EINVAL ? 400 : 503, "%s", e == -EINVAL ? flaw : strerror(-e));
        return;
    }
    if (c->principal.access == ACCESS_OWN && c->route->wall == WALL_MEMBER)
        json_object_set_new(arguments, "member", json_string(c->principal.account.member));
    if (c->principal.access == ACCESS_OWN && c->route->wall == WALL_NAME &&
        strcmp(json_string_value(json_object_get(arguments, "name")), c->principal.account.member) != 0) {
        c->web->refused_permission++;
        web_problem(c, 403, "%s", _("that is another member's"));
        json_decref(arguments);
        return;
    }
    bool names_case = (c->route->wall == WALL_CASE || c->route->wall == WALL_CASE_PEOPLE || c->route->wall == WALL_CASE_ANSWER) && json_object_get(arguments, "number");
    if (names_case && !pass_case_wall(c, arguments)) {
        json_decref(arguments);
        return;
    }
    bool is_noted = !audit_trail_wants(c->route) || note(c, arguments) == 0;
    if (c->principal.access == ACCESS_OWN && c->route->wall == WALL_NAME)
        json_object_set_new(arguments, "is_own", json_true()); /* what such a command tells of other members is not for this one */
    if (!is_noted)
        web_ledger_problem(c);
    else if (c->route->handle)
        c->route->handle(c, arguments);
    else
        web_call_run(c, request, arguments);
    json_decref(arguments);
}

/* The call has a principal, if there is one, and its turn. */
static void dispatch(struct web_call *c, const struct web_request *request, int who)
{
    static struct http_target target;
    enum web_method method;
    unsigned allowed = 0;
    int e = http_target_parse(request->target, &target);
    if (e < 0) {
        web_problem(c, 400, "%s", _("the address is not one that we read"));
        return;
    }
    e = web_method_parse(request->method, &method);
    e = route_find(e == 0 ? method : WEB_METHOD_COUNT, &target, &c->route, &allowed);
    if (e == -ENOTSUP) {
        web_refuse_method(c, allowed);
        return;
    }
    if (e < 0) {
        web_problem(c, 404, "%s", _("there is nothing at that address; /api/v1/openapi.json describes what there is"));
        return;
    }
    if (c->route->permission == PERMIT_ANYONE) {
        c->principal.access = ACCESS_ALL;
        run_route(c, request, &target);
        return;
    }
    if (who < 0) {
        c->web->refused_sign_in++;
        if (who == -EPERM)
            web_problem(c, 403, "%s", _("the header X-CSRF-Token is missing or not the one of GET /api/v1/session"));
        else if (who == -ENOENT)
            web_problem(c, 401, "%s", _("sign in first, or give a key that is good"));
        else
            web_ledger_problem(c);
        return;
    }
    if (!is_permitted(c)) {
        c->web->refused_permission++;
        web_problem(c, 403, _("the role %s may not do that, or this key has no scope for it (%s)"), account_role_word(c->principal.account.role),
                    permission_word(c->route->permission));
        return;
    }
    run_route(c, request, &target);
}

static void take(struct web *w, const struct web_request *request, web_done_fn *done, void *self, struct web_call **ret_call)
{
    struct web_call *c = w->call_count < WEB_CALLS_MAX ? calloc(1, sizeof *c) : NULL;
    *ret_call = NULL;
    w->requests++;
    if (!c) {
        static const char busy[] = "{\"title\":\"Service Unavailable\",\"status\":503}";
        w->refused_busy++;
        done(self, &(struct web_answer){
                       .status = 503, .content_type = "application/problem+json", .body = busy, .len = sizeof busy - 1, .retry_after_s = 1});
        return;
    }
    w->call_count++;
    c->web = w;
    c->next = w->calls;
    c->at = &w->calls;
    if (c->next)
        c->next->at = &c->next;
    w->calls = c;
    c->now_us = clock_wall_us();
    c->address = request->address;
    c->done = done;
    c->self = self;
    c->slot = ret_call;
    *ret_call = c;
    unsigned wait_ms;
    int who = find_principal(c, request);
    if (!take_turn(c, request, &wait_ms) || !has_room(c)) {
        w->refused_rate++;
        web_problem_later(c, 429, _("too many requests; come again a little later"), wait_ms / 1000 + 1);
        return;
    }
    dispatch(c, request, who);
}

/* What answers at once speaks the reader's language; what the store answers later, the node's. */
void web_ask(struct web *w, const struct web_request *request, web_done_fn *done, void *self, struct web_call **ret_call)
{
    text_speak(text_language_of(request->languages, text_language_own()));
    take(w, request, done, self, ret_call);
    text_speak_own();
}

/* ---- making ---- */

static void on_expiry(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct web *w = self;
    if (account_expire(w->o.node->ledger, clock_wall_us()) < 0)
        log_debug("what has run out stays a while");
}

int web_new(const struct web_options *options, struct web **ret_web)
{
    static const struct timeval period = {.tv_sec = EXPIRE_EVERY_S};
    struct web *w = calloc(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->o = *options;
    double times = options->patience > 0 ? options->patience : 1;
    int e = rate_limit_new(times * account_rate, times * account_burst, &w->accounts);
    if (e == 0)
        e = rate_limit_new(times * stranger_rate, times * stranger_burst, &w->strangers);
    w->places = e == 0 ? known_places_new() : NULL;
    if (e == 0 && !w->places)
        e = -ENOMEM;
    if (e == 0)
        e = password_worker_new(options->loop, &w->passwords);
    if (e == 0)
        e = audit_trail_new(options->loop, options->node->ledger, &w->audit);
    if (e == 0)
        e = live_new(options->loop, options->node, options->publish, options->publish_self, &w->live);
    w->expiry = e == 0 ? event_new(options->loop, -1, EV_PERSIST, on_expiry, w) : NULL;
    if (e == 0 && (!w->expiry || event_add(w->expiry, &period) < 0))
        e = -ENOMEM;
    if (e < 0) {
        web_free(w);
        return e;
    }
    *ret_web = w;
    return 0;
}

void web_free(struct web *w)
{
    if (!w)
        return;
    password_worker_free(w->passwords);
    live_free(w->live);
    audit_trail_free(w->audit);
    known_places_free(w->places);
    rate_limit_free(w->accounts);
    rate_limit_free(w->strangers);
    if (w->expiry)
        event_free(w->expiry);
    free(w);
}

void web_leave(struct web *w, uint32_t channel)
{
    live_leave(w->live, channel);
}

void web_leave_all(struct web *w)
{
    live_leave_all(w->live);
}

struct live *web_live(struct web *w)
{
    return w->live;
}

int web_first_word(struct web *w, char *ret_word, size_t max)
{
    unsigned count;
    char word[WEB_WORD_TEXT_MAX];
    uint8_t digest[ACCOUNT_DIGEST_LEN];
    int64_t now_us = clock_wall_us();
    int e = account_count(w->o.node->ledger, ACCOUNT_ADMINISTRATOR, &count);
    if (e < 0 || count > 0)
        return e < 0 ? e : -EEXIST;
    web_word_make(word, digest);
    e = account_uninvite(w->o.node->ledger, ACCOUNT_ADMINISTRATOR);
    if (e < 0)
        return e;
    struct account_invitation i = {
        .role = ACCOUNT_ADMINISTRATOR, .made_us = now_us, .until_us = now_us + FIRST_WORD_HOURS * INT64_C(3600000000)};
    e = account_invite(w->o.node->ledger, digest, &i);
    if (e == 0 && snprintf(ret_word, max, "%s", word) >= (int)max)
        e = -EMSGSIZE;
    return e;
}

json_t *web_status_json(const struct web *w)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "requests", (json_int_t)w->requests, "waiting", (json_int_t)w->call_count, "refused_sign_in",
                     (json_int_t)w->refused_sign_in, "refused_permission", (json_int_t)w->refused_permission, "refused_rate",
                     (json_int_t)w->refused_rate, "refused_busy", (json_int_t)w->refused_busy);
}
