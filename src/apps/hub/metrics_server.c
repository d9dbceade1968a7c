/* Serves the metrics page. */
#include "apps/hub/metrics_server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct page_client {
    struct metrics_server *server;
    struct bufferevent *stream; /* NULL: free */
    uint64_t number;            /* the lower the older */
    bool answered;
};

struct metrics_server {
    struct event_base *loop;
    struct event *listener;
    int fd;
    char *(*text)(void *self);
    void *self;
    uint64_t next_number;
    struct page_client clients[METRICS_CLIENTS_MAX];
};

static void drop(struct page_client *c)
{
    if (c->stream)
        bufferevent_free(c->stream);
    c->stream = NULL;
}

static void answer(struct page_client *c, const char *status, const char *type, const char *body)
{
    c->answered = true;
    bufferevent_disable(c->stream, EV_READ);
    evbuffer_add_printf(bufferevent_get_output(c->stream),
                        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, type,
                        strlen(body), body);
}

static void answer_error(struct page_client *c, const char *status)
{
    answer(c, status, "text/plain; charset=utf-8", "GET /metrics\n");
}

static void answer_request(struct page_client *c, const char *line)
{
    static const char get[] = "GET ", path[] = "/metrics";
    if (strncmp(line, get, sizeof get - 1) != 0) {
        answer_error(c, "405 Method Not Allowed");
        return;
    }
    const char *target = line + sizeof get - 1, *end = target + strcspn(target, " ?");
    if ((size_t)(end - target) != sizeof path - 1 || strncmp(target, path, sizeof path - 1) != 0) {
        answer_error(c, "404 Not Found");
        return;
    }
    char *text = c->server->text(c->server->self);
    if (text)
        answer(c, "200 OK", "text/plain; version=0.0.4; charset=utf-8", text);
    else
        answer_error(c, "503 Service Unavailable");
    free(text);
}

static void on_read(struct bufferevent *stream, void *self)
{
    struct page_client *c = self;
    struct evbuffer *in = bufferevent_get_input(stream);
    if (c->answered)
        return;
    struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
    if (end.pos < 0 && evbuffer_get_length(in) < METRICS_REQUEST_MAX)
        return;
    if (end.pos < 0) {
        answer_error(c, "431 Request Header Fields Too Large");
        return;
    }
    char *line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF_STRICT);
    if (line)
        answer_request(c, line);
    free(line);
}

static void on_written(struct bufferevent *stream, void *self)
{
    (void)stream;
    struct page_client *c = self;
    if (c->answered)
        drop(c);
}

static void on_event(struct bufferevent *stream, short what, void *self)
{
    (void)stream, (void)what; /* the end, an error, or no patience left */
    drop(self);
}

/* A free place, or that of the oldest. */
static struct page_client *take_place(struct metrics_server *s)
{
    struct page_client *oldest = &s->clients[0];
    for (size_t i = 0; i < METRICS_CLIENTS_MAX; i++) {
        if (!s->clients[i].stream)
            return &s->clients[i];
        if (s->clients[i].number < oldest->number)
            oldest = &s->clients[i];
    }
    drop(oldest);
    return oldest;
}

static void on_listener(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct metrics_server *s = self;
    int client = accept4((int)fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0)
        return;
    struct page_client *c = take_place(s);
    *c = (struct page_client){.server = s, .number = s->next_number++};
    c->stream = bufferevent_socket_new(s->loop, client, BEV_OPT_CLOSE_ON_FREE);
    if (!c->stream) {
        close(client);
        return;
    }
    static const struct timeval patience = {.tv_sec = METRICS_PATIENCE_S};
    bufferevent_setcb(c->stream, on_read, on_written, on_event, c);
    bufferevent_setwatermark(c->stream, EV_READ, 0, METRICS_REQUEST_MAX);
    bufferevent_set_timeouts(c->stream, &patience, &patience);
    bufferevent_enable(c->stream, EV_READ | EV_WRITE);
}

int metrics_server_new(struct event_base *loop, int listen_fd, char *(*text)(void *self), void *self,
                       struct metrics_server **ret_server)
{
    struct metrics_server *s = calloc(1, sizeof *s);
    if (!s) {
        close(listen_fd);
        return -ENOMEM;
    }
    s->loop = loop;
    s->fd = listen_fd;
    s->text = text;
    s->self = self;
    s->listener = event_new(loop, listen_fd, EV_READ | EV_PERSIST, on_listener, s);
    if (!s->listener || event_add(s->listener, NULL) < 0) {
        metrics_server_free(s);
        return -ENOMEM;
    }
    *ret_server = s;
    return 0;
}

void metrics_server_free(struct metrics_server *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < METRICS_CLIENTS_MAX; i++)
        drop(&s->clients[i]);
    if (s->listener)
        event_free(s->listener);
    close(s->fd);
    free(s);
}
