/* Serves the control socket. */
#include "api/control/control.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/control/request.h"
#include "base/channel.h"
#include "base/text.h"

enum { QUEUE_MAX = 2 * CONTROL_MESSAGE_MAX };

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

/* ---- replies ---- */

static void close_client(struct control_client *c)
{
    channel_free(c->channel);
    c->channel = NULL;
    struct control_request *r = c->request;
    c->request = NULL;
    if (r)
        control_request_forget(r);
}

static void send_or_close(struct control_client *c, uint16_t type, const char *bytes, size_t len)
{
    if (channel_send(c->channel, type, bytes, len) < 0)
        close_client(c);
}

static void on_rows(void *self, const char *rows, size_t len)
{
    send_or_close(self, CONTROL_ROWS, rows, len);
}

static void on_reply(void *self, json_t *object)
{
    struct control_client *c = self;
    char *text = json_dumps(object, JSON_COMPACT);
    c->request = NULL;
    if (text)
        send_or_close(c, CONTROL_REPLY, text, strlen(text));
    else
        close_client(c);
    free(text);
}

static const struct control_sink socket_sink = {.rows = on_rows, .end = on_reply};

/* ---- requests ---- */

/* The claimed name is shown beside the number that the kernel vouches for; only plain characters of it. */
static void name_source(const json_t *arguments, uid_t uid, char source[CONTROL_SOURCE_MAX])
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
        snprintf(source, CONTROL_SOURCE_MAX, "%s (uid %u)", name, (unsigned)uid);
    else
        snprintf(source, CONTROL_SOURCE_MAX, "uid %u", (unsigned)uid);
}

static void begin_request(struct control_client *c, struct reader payload)
{
    if (c->request || payload.left > CONTROL_REQUEST_MAX) {
        close_client(c); /* one at a time is the agreement */
        return;
    }
    char source[CONTROL_SOURCE_MAX];
    json_error_t error;
    json_t *arguments = json_loadb((const char *)payload.at, payload.left, JSON_REJECT_DUPLICATES, &error);
    const char *name = json_string_value(json_object_get(arguments, "command"));
    const struct control_command *command = name ? control_command_find(c->server->o.commands, name) : NULL;
    name_source(arguments, c->uid, source);
    struct control_request *r = control_request_new(c->server->o.self, source, &socket_sink, c);
    if (!r) {
        json_decref(arguments);
        close_client(c);
        return;
    }
    c->request = r;
    if (!arguments)
        control_reply_error(r, _("not JSON: %s"), error.text);
    else if (!command)
        control_reply_error(r, _("no such command: %s"), name ? name : "");
    else if (c->server->o.note && c->server->o.note(c->server->o.self, source, command->name, arguments) < 0)
        control_reply_error(r, "%s", _("nothing is changed, since who changes it cannot be written into the ledger; see \"hinomi status\""));
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
        if (r)
            control_request_data(r, payload);
        break; /* data of a request that has been refused: let it pass */
    case CONTROL_DATA_END:
        if (r)
            control_request_data_end(r);
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
