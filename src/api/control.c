/* Serves the control socket. */
#include "api/control.h"

#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/channel.h"
#include "base/text.h"

enum { SOURCE_MAX = 128, ERROR_MAX = 1024, QUEUE_MAX = 2 * CONTROL_MESSAGE_MAX };

struct control_client {
    struct control_server *server;
    struct channel *channel; /* NULL: free */
    uid_t uid;
    struct control_request *request; /* being handled */
};

struct control_server {
    struct control_options o;
    struct event *listener;
    struct control_client clients[CONTROL_CLIENTS_MAX];
};

/* Outlives its client: a handler may reply when nobody listens any more. */
struct control_request {
    struct control_server *server;
    struct control_client *client; /* NULL: gone */
    char source[SOURCE_MAX];
    void (*on_data)(struct control_request *r, struct reader data, void *self);
    void (*on_end)(struct control_request *r, bool gone, void *self);
    void *self;
};

void *control_request_self(const struct control_request *r)
{
    return r->server->o.self;
}

const char *control_request_source(const struct control_request *r)
{
    return r->source;
}

void control_request_take_data(struct control_request *r,
                               void (*on_data)(struct control_request *r, struct reader data, void *self),
                               void (*on_end)(struct control_request *r, bool gone, void *self), void *self)
{
    r->on_data = on_data;
    r->on_end = on_end;
    r->self = self;
}

/* ---- replies ---- */

static void close_client(struct control_client *c)
{
    channel_free(c->channel);
    c->channel = NULL;
    struct control_request *r = c->request;
    c->request = NULL;
    if (!r)
        return;
    r->client = NULL;
    if (r->on_end) {
        void (*on_end)(struct control_request *, bool, void *) = r->on_end;
        r->on_end = NULL;
        on_end(r, true, r->self);
    }
}

static void send_or_close(struct control_client *c, uint16_t type, const char *bytes, size_t len)
{
    if (channel_send(c->channel, type, bytes, len) < 0)
        close_client(c);
}

void control_send_rows(struct control_request *r, const char *rows, size_t len)
{
    if (r->client && len > 0)
        send_or_close(r->client, CONTROL_ROWS, rows, len);
}

static void end_request(struct control_request *r, json_t *object)
{
    struct control_client *c = r->client;
    char *text = c ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    if (c) {
        c->request = NULL;
        r->client = NULL;
        if (text)
            send_or_close(c, CONTROL_REPLY, text, strlen(text));
        else
            close_client(c);
    }
    free(text);
    free(r);
}

void control_reply(struct control_request *r, json_t *object)
{
    if (!object)
        object = json_object();
    json_object_set_new(object, "ok", json_true());
    end_request(r, object);
}

void control_reply_error(struct control_request *r, const char *format, ...)
{
    char text[ERROR_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    json_t *object = json_pack("{s:b, s:s}", "ok", 0, "error", text);
    if (!object) /* the text was not UTF-8 */
        object = json_pack("{s:b, s:s}", "ok", 0, "error", "?");
    end_request(r, object);
}

/* ---- requests ---- */

static const struct control_command *find_command(const struct control_server *s, const char *name)
{
    for (const struct control_command *c = s->o.commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

/* The claimed name is shown beside the number that the kernel vouches for; only plain characters of it. */
static void name_source(struct control_request *r, const json_t *arguments, uid_t uid)
{
    const char *claimed = json_string_value(json_object_get(arguments, "user"));
    char name[33] = "";
    for (size_t i = 0; claimed && claimed[i] && i + 1 < sizeof name; i++) {
        char c = claimed[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_.@", c);
        name[i] = plain ? c : '?';
        name[i + 1] = '\0';
    }
    if (name[0])
        snprintf(r->source, sizeof r->source, "%s (uid %u)", name, (unsigned)uid);
    else
        snprintf(r->source, sizeof r->source, "uid %u", (unsigned)uid);
}

static void begin_request(struct control_client *c, struct reader payload)
{
    if (c->request || payload.left > CONTROL_REQUEST_MAX) {
        close_client(c); /* one at a time is the agreement */
        return;
    }
    struct control_request *r = calloc(1, sizeof *r);
    if (!r) {
        close_client(c);
        return;
    }
    r->server = c->server;
    r->client = c;
    c->request = r;
    json_error_t error;
    json_t *arguments = json_loadb((const char *)payload.at, payload.left, JSON_REJECT_DUPLICATES, &error);
    const char *name = json_string_value(json_object_get(arguments, "command"));
    const struct control_command *command = name ? find_command(c->server, name) : NULL;
    name_source(r, arguments, c->uid);
    if (!arguments)
        control_reply_error(r, _("not JSON: %s"), error.text);
    else if (!command)
        control_reply_error(r, _("no such command: %s"), name ? name : "");
    else
        command->handle(r, arguments);
    json_decref(arguments);
}

static void on_message(struct channel *channel, uint16_t type, struct reader payload, void *self)
{
    (void)channel;
    struct control_client *c = self;
    struct control_request *r = c->request;
    switch (type) {
    case CONTROL_REQUEST:
        begin_request(c, payload);
        break;
    case CONTROL_DATA:
        if (r && r->on_data)
            r->on_data(r, payload, r->self);
        break; /* data of a request that has been refused: let it pass */
    case CONTROL_DATA_END:
        if (r && r->on_end) {
            void (*on_end)(struct control_request *, bool, void *) = r->on_end;
            r->on_end = NULL;
            r->on_data = NULL;
            on_end(r, false, r->self);
        }
        break;
    default:
        close_client(c);
        break;
    }
}

static void on_end(struct channel *channel, int reason, void *self)
{
    (void)channel, (void)reason;
    close_client(self);
}

/* ---- connections ---- */

static bool may_ask(const struct control_server *s, uid_t uid)
{
    for (unsigned i = 0; i < s->o.user_count; i++)
        if (s->o.users[i] == uid)
            return true;
    return uid == 0 || uid == geteuid();
}

static void refuse(int fd, const char *why)
{
    json_t *object = json_pack("{s:b, s:s}", "ok", 0, "error", why);
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text && channel_send_blocking(fd, CONTROL_REPLY, text, strlen(text)) < 0)
        errno = 0; /* a full socket: it is closed anyway */
    free(text);
    json_decref(object);
    close(fd);
}

static void accept_client(struct control_server *s, int fd)
{
    struct ucred who;
    socklen_t len = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 || !may_ask(s, who.uid)) {
        refuse(fd, _("this user may not control the node: add it to control: users: in the configuration"));
        return;
    }
    struct control_client *c = NULL;
    for (size_t i = 0; i < array_len(s->clients) && !c; i++)
        if (!s->clients[i].channel)
            c = &s->clients[i];
    if (!c) {
        refuse(fd, _("too many clients on the control socket"));
        return;
    }
    *c = (struct control_client){.server = s, .uid = who.uid};
    struct channel_handler handler = {.on_message = on_message, .on_end = on_end, .self = c};
    if (channel_new(s->o.loop, fd, CONTROL_MESSAGE_MAX, QUEUE_MAX, handler, &c->channel) < 0)
        close(fd);
}

static void on_listener(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    int client = accept4((int)fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client >= 0)
        accept_client(self, client);
}

int control_server_new(const struct control_options *options, struct control_server **ret_server)
{
    struct control_server *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->o = *options;
    s->listener = event_new(options->loop, options->listen_fd, EV_READ | EV_PERSIST, on_listener, s);
    if (!s->listener || event_add(s->listener, NULL) < 0) {
        control_server_free(s);
        return -ENOMEM;
    }
    *ret_server = s;
    return 0;
}

void control_server_free(struct control_server *s)
{
    if (!s)
        return;
    if (s->listener)
        event_free(s->listener);
    for (size_t i = 0; i < array_len(s->clients); i++)
        if (s->clients[i].channel)
            close_client(&s->clients[i]);
    free(s);
}
