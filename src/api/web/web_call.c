/* What a request is while it is being answered: its replies, what handlers ask of it, and the command that it runs. */
#include "api/web/web_call.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/control/request.h"
#include "api/web/row_words.h"
#include "api/web/web_impl.h"
#include "base/text.h"

enum { CSRF_LEN = 24, PROBLEM_MAX = 1024 };

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
    *c->at = c->next;
    if (c->next)
        c->next->at = c->at;
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

void web_problem_later(struct web_call *c, unsigned status, const char *detail, unsigned retry_after_s)
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
    web_problem_later(c, status, detail, 0);
}

void web_ledger_problem(struct web_call *c)
{
    web_problem(c, 503, _("the ledger cannot be read: %s"), _(ledger_error(c->web->o.node->ledger)));
}

void web_refuse_method(struct web_call *c, unsigned allowed)
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

void web_call_run(struct web_call *c, const struct web_request *request, const json_t *arguments)
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
