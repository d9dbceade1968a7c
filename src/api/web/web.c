/* Takes requests over HTTP the one way that they all go. */
#include "api/web/web.h"

#include <ctype.h>
#include <errno.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/web/audit_trail.h"
#include "api/signing_in/known_places.h"
#include "api/signing_in/rate_limit.h"
#include "api/control/request.h"
#include "api/web/route.h"
#include "api/web/row_words.h"
#include "api/web/web_call.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "proto/json/limits.h"

enum { EXPIRE_EVERY_S = 600, FIRST_WORD_HOURS = 24, CSRF_LEN = 24, PROBLEM_MAX = 1024 };

/* A burst that a page in a browser needs, and a rate that keeps the hub's loop free for others. */
static const double account_rate = 200, account_burst = 1000, stranger_rate = 10, stranger_burst = 60;

struct web {
    struct web_options o;
    struct password_worker *passwords;
    struct live *live;
    struct audit_trail *audit;
    struct rate_limit *accounts, *strangers;
    struct known_places *places;
    struct event *expiry;
    unsigned call_count;
    struct web_call *running; /* whose command is being begun; NULL again when it has ended at once */
    uint64_t requests, refused_sign_in, refused_permission, refused_rate, refused_busy;
};

struct web_call {
    struct web *web;
    web_done_fn *done; /* NULL: nobody waits for it */
    void *self;
    struct web_call **slot; /* of who waits: emptied at the end */
    const struct route *route;
    struct web_principal principal;
    struct control_request *request; /* being handled */
    struct case_record case_record;  /* of WALL_CASE; number 0: the path names none */
    enum case_access case_access;
    int64_t now_us;
    struct addr address;
    char source[CONTROL_SOURCE_MAX];
    char word[WEB_WORD_TEXT_MAX]; /* of the session that it came with */
    bool sets_session;
    char session[WEB_WORD_TEXT_MAX];
    char *rows;
    size_t rows_len, rows_max;
    bool too_long;
};

/* ---- words ---- */

static void digest_of(const char *word, const char *purpose, uint8_t *ret_digest, size_t len)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, (const unsigned char *)purpose, strlen(purpose), len);
    crypto_generichash_update(&state, (const unsigned char *)word, strlen(word));
    crypto_generichash_final(&state, ret_digest, len);
}

void web_word_make(char ret_word[WEB_WORD_TEXT_MAX], uint8_t ret_digest[ACCOUNT_DIGEST_LEN])
{
    uint8_t chance[WEB_WORD_LEN];
    randombytes_buf(chance, sizeof chance);
    sodium_bin2base64(ret_word, WEB_WORD_TEXT_MAX, chance, sizeof chance, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(chance, sizeof chance);
    digest_of(ret_word, "hinomi word 0001", ret_digest, ACCOUNT_DIGEST_LEN);
}

int web_word_digest(const char *word, uint8_t ret_digest[ACCOUNT_DIGEST_LEN])
{
    if (strlen(word) != sodium_base64_ENCODED_LEN(WEB_WORD_LEN, sodium_base64_VARIANT_URLSAFE_NO_PADDING) - 1)
        return -EINVAL;
    digest_of(word, "hinomi word 0001", ret_digest, ACCOUNT_DIGEST_LEN);
    return 0;
}

int web_certificate_digest(const char *fingerprint, uint8_t ret_digest[ACCOUNT_DIGEST_LEN])
{
    char plain[2 * WEB_FINGERPRINT_LEN + 1];
    size_t len = 0;
    for (const char *at = fingerprint; *at; at++) {
        if (*at == ':')
            continue;
        if (!isxdigit((unsigned char)*at) || len == sizeof plain - 1)
            return -EINVAL;
        plain[len++] = (char)tolower((unsigned char)*at);
    }
    if (len != sizeof plain - 1)
        return -EINVAL;
    plain[len] = '\0';
    digest_of(plain, "hinomi certificate 0001", ret_digest, ACCOUNT_DIGEST_LEN);
    return 0;
}

void web_csrf_of(const char *word, char ret_text[WEB_WORD_TEXT_MAX])
{
    uint8_t digest[CSRF_LEN];
    digest_of(word, "hinomi csrf 0001", digest, sizeof digest);
    sodium_bin2base64(ret_text, WEB_WORD_TEXT_MAX, digest, sizeof digest, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* ---- replies ---- */

static void end_call(struct web_call *c, const struct web_answer *answer)
{
    if (c->done) {
        *c->slot = NULL;
        c->done(c->self, answer);
    }
    if (c->web->running == c)
        c->web->running = NULL;
    c->web->call_count--;
    sodium_memzero(c->session, sizeof c->session);
    sodium_memzero(c->word, sizeof c->word);
    free(c->rows);
    free(c);
}

static void answer_text(struct web_call *c, unsigned status, const char *content_type, const char *body, size_t len, unsigned retry_after_s)
{
    struct web_answer answer = {.status = status,
                                .content_type = content_type,
                                .body = body,
                                .len = len,
                                .retry_after_s = retry_after_s,
                                .sets_session = c->sets_session,
                                .session = c->session};
    end_call(c, &answer);
}

void web_reply(struct web_call *c, unsigned status, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    if (text)
        answer_text(c, status, "application/json", text, strlen(text), 0);
    else
        web_problem(c, 503, "%s", strerror(ENOMEM));
    free(text);
}

void web_reply_stream(struct web_call *c, uint32_t channel)
{
    if (!c->done) /* nobody would ever leave it */
        live_leave(c->web->live, channel);
    struct web_answer answer = {.status = 200, .content_type = "text/event-stream", .body = "", .channel = channel};
    end_call(c, &answer);
}

static const char *title_of(unsigned status)
{
    static const struct {
        unsigned status;
        const char *title;
    } titles[] = {{400, "Bad Request"},       {401, "Unauthorized"},         {403, "Forbidden"},         {404, "Not Found"},
                  {405, "Method Not Allowed"}, {409, "Conflict"},            {413, "Content Too Large"}, {415, "Unsupported Media Type"},
                  {422, "Unprocessable Content"}, {429, "Too Many Requests"}, {503, "Service Unavailable"}};
    for (size_t i = 0; i < array_len(titles); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

static char *problem_text(unsigned status, const char *detail)
{
    json_t *object = json_pack("{s:s, s:i, s:s}", "title", title_of(status), "status", (int)status, "detail", detail);
    if (!object) /* the text was not UTF-8 */
        object = json_pack("{s:s, s:i}", "title", title_of(status), "status", (int)status);
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    return text;
}

static void answer_problem(struct web_call *c, unsigned status, const char *detail, unsigned retry_after_s)
{
    char *text = problem_text(status, detail);
    answer_text(c, status, "application/problem+json", text ? text : "{}", text ? strlen(text) : 2, retry_after_s);
    free(text);
}

void web_problem(struct web_call *c, unsigned status, const char *format, ...)
{
    char detail[PROBLEM_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    answer_problem(c, status, detail, 0);
}

void web_ledger_problem(struct web_call *c)
{
    web_problem(c, 503, _("the ledger cannot be read: %s"), _(ledger_error(c->web->o.node->ledger)));
}

/* ---- what handlers ask ---- */

struct node *web_call_node(const struct web_call *c)
{
    return c->web->o.node;
}

const struct web_principal *web_call_principal(const struct web_call *c)
{
    return &c->principal;
}

struct known_places *web_call_places(const struct web_call *c)
{
    return c->web->places;
}

struct password_worker *web_call_passwords(const struct web_call *c)
{
    return c->web->passwords;
}

int64_t web_call_now_us(const struct web_call *c)
{
    return c->now_us;
}

struct addr web_call_address(const struct web_call *c)
{
    return c->address;
}

const struct case_record *web_call_case(const struct web_call *c, enum case_access *ret_access)
{
    *ret_access = c->case_access;
    return c->case_record.number ? &c->case_record : NULL;
}

struct live *web_call_live(const struct web_call *c)
{
    return c->web->live;
}

struct audit_trail *web_call_audit(const struct web_call *c)
{
    return c->web->audit;
}

const char *web_call_session_word(const struct web_call *c)
{
    return c->principal.account.id != 0 && !c->principal.by_token ? c->word : NULL;
}

void web_call_set_session(struct web_call *c, const char *word)
{
    c->sets_session = true;
    snprintf(c->session, sizeof c->session, "%s", word ? word : "");
}

void web_call_forget(struct web_call *c)
{
    c->done = NULL;
    if (!c->request)
        return; /* a handler of ours still has it, and ends it */
    control_request_forget(c->request); /* it replies to nobody, and we would not hear of it */
    c->request = NULL;
    end_call(c, NULL);
}

/* ---- commands ---- */

static void add_rows(struct web_call *c, const char *rows, size_t len)
{
    if (c->too_long || c->rows_len + len > WEB_REPLY_MAX) {
        c->too_long = true;
        return;
    }
    if (c->rows_len + len > c->rows_max) {
        size_t max = 2 * (c->rows_len + len);
        char *more = realloc(c->rows, max);
        c->too_long = !more;
        if (!more)
            return;
        c->rows = more;
        c->rows_max = max;
    }
    memcpy(c->rows + c->rows_len, rows, len);
    c->rows_len += len;
}

static void add_in_words(struct web_call *c, const char *row, size_t len)
{
    json_t *object = json_loadb(row, len, 0, NULL);
    row_words(object);
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text) {
        add_rows(c, text, strlen(text));
        add_rows(c, "\n", 1);
    }
    free(text);
    json_decref(object);
}

static void on_rows(void *self, const char *rows, size_t len)
{
    struct web_call *c = self;
    if (!c->route->in_words) {
        add_rows(c, rows, len);
        return;
    }
    for (const char *end; len > 0; rows = end) {
        const char *newline = memchr(rows, '\n', len);
        end = newline ? newline + 1 : rows + len;
        add_in_words(c, rows, (size_t)(end - rows));
        len -= (size_t)(end - rows);
    }
}

/* Rows, one a line, become the elements of an array; a line's end cannot stand in JSON text otherwise. */
static char *join(const struct web_call *c, const char *rest, size_t *ret_len)
{
    static const char head[] = "{\"rows\":[";
    size_t rest_len = strlen(rest), rows_len = c->rows_len;
    char *text = malloc(sizeof head + rows_len + rest_len + 4);
    if (!text)
        return NULL;
    memcpy(text, head, sizeof head - 1);
    char *to = text + sizeof head - 1;
    while (rows_len > 0 && c->rows[rows_len - 1] == '\n')
        rows_len--;
    for (size_t i = 0; i < rows_len; i++)
        *to++ = c->rows[i] == '\n' ? ',' : c->rows[i];
    *to++ = ']';
    if (rest_len > 2) /* not "{}" */
        *to++ = ',';
    memcpy(to, rest + 1, rest_len - 1);
    *ret_len = (size_t)(to - text) + rest_len - 1;
    return text;
}

static void reply_rows(struct web_call *c, const char *rest)
{
    size_t len = 0;
    char *text = join(c, rest, &len);
    if (text)
        answer_text(c, 200, "application/json", text, len, 0);
    else
        web_problem(c, 503, "%s", strerror(ENOMEM));
    free(text);
}

static void on_reply(void *self, json_t *reply)
{
    struct web_call *c = self;
    const char *error = json_string_value(json_object_get(reply, "error"));
    c->request = NULL;
    if (error) {
        web_problem(c, 422, "%s", error);
        return;
    }
    if (c->too_long) {
        web_problem(c, 413, "%s", _("that is too much for one answer: ask for fewer rows"));
        return;
    }
    json_object_del(reply, "ok");
    if (!c->route->gives_rows) {
        web_reply(c, 200, json_incref(reply));
        return;
    }
    char *rest = json_dumps(reply, JSON_COMPACT);
    reply_rows(c, rest ? rest : "{}");
    free(rest);
}

static const struct control_sink web_sink = {.rows = on_rows, .end = on_reply};

static void run_command(struct web_call *c, const struct web_request *request, const json_t *arguments)
{
    const struct control_command *command = control_command_find(c->web->o.commands, c->route->command);
    struct control_request *r = command ? control_request_new(c->web->o.node, c->source, &web_sink, c) : NULL;
    if (!r) {
        web_problem(c, 503, "%s", strerror(ENOMEM));
        return;
    }
    c->request = r;
    struct web *w = c->web;
    w->running = c;
    command->handle(r, arguments);
    if (w->running == c && c->route->takes_file) {
        control_request_data(r, request->body);
        if (w->running == c)
            control_request_data_end(r);
    }
    w->running = NULL;
}

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

static bool take_turn(struct web_call *c, const struct web_request *request, unsigned *ret_wait_ms)
{
    uint64_t mono_ms = clock_mono_ms();
    const struct account *a = &c->principal.account;
    if (a->id == 0) {
        /* Of IPv6, who has one address has its /64 (RFC 6177). */
        size_t len = addr_is_v4(&request->address) ? sizeof request->address : 8;
        return rate_limit_take(c->web->strangers, request->address.bytes, len, mono_ms, ret_wait_ms);
    }
    int64_t key[2] = {a->id, c->principal.token};
    return rate_limit_take(c->web->accounts, key, sizeof key, mono_ms, ret_wait_ms);
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
    if (audit_trail_wants(c->route) && audit_trail_note(c->web->audit, &c->principal.account, c->route, arguments, c->now_us) < 0)
        web_ledger_problem(c);
    else if (c->route->handle)
        c->route->handle(c, arguments);
    else
        run_command(c, request, arguments);
    json_decref(arguments);
}

static void refuse_method(struct web_call *c, unsigned allowed)
{
    char *text = problem_text(405, _("that can be done only with other methods"));
    struct web_answer answer = {.status = 405,
                                .content_type = "application/problem+json",
                                .body = text ? text : "{}",
                                .len = text ? strlen(text) : 2,
                                .allowed = allowed};
    end_call(c, &answer);
    free(text);
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
        refuse_method(c, allowed);
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
    c->now_us = clock_wall_us();
    c->address = request->address;
    c->done = done;
    c->self = self;
    c->slot = ret_call;
    *ret_call = c;
    unsigned wait_ms;
    int who = find_principal(c, request);
    if (!take_turn(c, request, &wait_ms)) {
        w->refused_rate++;
        answer_problem(c, 429, _("too many requests; come again a little later"), wait_ms / 1000 + 1);
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
