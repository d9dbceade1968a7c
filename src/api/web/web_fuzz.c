/* Any request over HTTP, signed in or not: each gets one answer, JSON where it says so, and nothing is left behind. */
#include <assert.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/web/route.h"
#include "api/web/web.h"
#include "api/web/web_call.h"
#include "base/clock.h"
#include "share/export/export.h"
#include "store/notice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event_base *loop;
static struct web *web;
static struct node node;
static struct control_command commands[64];
static char session[WEB_WORD_TEXT_MAX], csrf[WEB_WORD_TEXT_MAX];
static unsigned answers;

static void handle_echo(struct control_request *r, const json_t *arguments)
{
    control_send_rows(r, "{\"client_ip\":\"::ffff:1.2.3.4\",\"action\":2}\n", strlen("{\"client_ip\":\"::ffff:1.2.3.4\",\"action\":2}\n"));
    control_reply(r, json_pack("{s:s, s:o}", "source", control_request_source(r), "arguments", json_deep_copy(arguments)));
}

static json_t *no_status(void *self)
{
    (void)self;
    return json_object();
}

static const struct notice_rules *some_rules(void *self)
{
    static const struct notice_rules rules = {.fixed_after_us = 1000000, .no_effect_after_us = 2000000};
    (void)self;
    return &rules;
}

static void no_news(void *self, const struct notice *n)
{
    (void)self, (void)n;
}

static int not_sent(void *self, int64_t id, struct notice *ret_notice)
{
    (void)self;
    return notice_get(node.ledger, id, ret_notice, NULL);
}

static void no_digest(void *self)
{
    (void)self;
}

static const struct policy *no_policy(void *self)
{
    (void)self;
    static struct policy *none;
    if (!none)
        none = policy_new(NULL, NULL, NULL, NULL);
    assert(none);
    return none;
}

static struct addr as_it_is(void *self, const struct addr *client)
{
    (void)self;
    return *client;
}

static void at_once(void *self, node_done_fn *done, void *done_self)
{
    (void)self;
    done(done_self, NULL);
}

static const char *one_recipient(void *self, unsigned number)
{
    (void)self;
    return number == 0 ? "partner" : NULL;
}

static const struct export_node *some_identity(void *self)
{
    static const struct export_node identity = {.name = "node"};
    (void)self;
    return &identity;
}

static enum gate_outcome open_gate(void *self, unsigned recipient, const struct indicator *i)
{
    (void)self, (void)recipient, (void)i;
    return GATE_PASSES;
}

static void publish(void *self, uint32_t channel, const char *octets, size_t len)
{
    (void)self, (void)channel, (void)octets, (void)len;
}

/* Each command of the table of routes, as one that tells what it was given. */
static void make_commands(void)
{
    size_t n = 0;
    for (unsigned i = 0; i < route_count; i++)
        if (routes[i].command && n + 1 < sizeof commands / sizeof commands[0])
            commands[n++] = (struct control_command){routes[i].command, handle_echo};
}

static void begin(void)
{
    char path[] = "/tmp/hinomi-web-fuzz.XXXXXX", file[64];
    char *folder = mkdtemp(path);
    assert(folder);
    snprintf(file, sizeof file, "%s/ledger.db", folder);
    int e = ledger_open(file, &node.ledger);
    assert(e == 0);
    node.status = no_status;
    node.notice_rules = some_rules;
    node.notice_changed = no_news;
    node.notice_send = not_sent;
    node.notice_digest = no_digest;
    node.policy = no_policy;
    node.stored_client = as_it_is;
    node.hand_changed = at_once;
    node.recipient = one_recipient;
    node.identity = some_identity;
    node.gate = open_gate;
    loop = event_base_new();
    make_commands();
    struct web_options o = {.loop = loop, .node = &node, .commands = commands, .publish = publish, .patience = 1e9};
    e = web_new(&o, &web);
    assert(e == 0);
    struct account a = {.name = "root", .role = ACCOUNT_ADMINISTRATOR, .password = "x"};
    uint8_t digest[ACCOUNT_DIGEST_LEN];
    e = account_add(node.ledger, &a);
    assert(e == 0);
    web_word_make(session, digest);
    web_csrf_of(session, csrf);
    e = account_session_add(node.ledger, digest, a.id, clock_wall_us(), INT64_MAX);
    assert(e == 0);
    struct case_record c = {.made_us = 1, .title = "one", .made_by = "root"};
    e = case_add(node.ledger, &c, a.id, a.name);
    assert(e == 0);
}

static void on_done(void *self, const struct web_answer *a)
{
    (void)self;
    answers++;
    assert(a->status >= 200 && a->status < 600);
    if (a->channel != 0)
        web_leave(web, a->channel);
    if (a->len == 0)
        return;
    json_t *value = json_loadb(a->body, a->len, JSON_DECODE_ANY, NULL);
    assert(json_is_object(value));
    json_decref(value);
}

/* The next line, terminated; what is too long is cut. */
static const char *line(struct reader *r, char *to, size_t max)
{
    size_t len = 0;
    while (r->left > 0) {
        uint8_t c = reader_u8(r);
        if (c == '\n')
            break;
        if (len + 1 < max && c != '\0')
            to[len++] = (char)c;
    }
    to[len] = '\0';
    return to;
}

/* A request as text: method, target, which credentials ("s": the session, "b": a key), content type, and the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char method[16], target[8192], who[8], type[64];
    if (!loop)
        begin();
    struct reader r = reader_of(data, size);
    struct web_request request = {.method = line(&r, method, sizeof method)};
    line(&r, target, sizeof target);
    request.target = reader_of(target, strlen(target));
    line(&r, who, sizeof who);
    request.content_type = line(&r, type, sizeof type);
    request.session = strchr(who, 's') ? session : NULL;
    request.csrf = strchr(who, 'c') ? csrf : NULL;
    request.bearer = strchr(who, 'b') ? "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" : NULL;
    request.body = r;
    struct web_call *call = NULL;
    unsigned before = answers;
    web_ask(web, &request, on_done, NULL, &call);
    assert(call ? answers == before : answers == before + 1);
    if (call)
        web_call_forget(call); /* a password is being hashed: who asked has left */
    event_base_loop(loop, EVLOOP_NONBLOCK);
    return 0;
}
