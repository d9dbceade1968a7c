/* Carries a handler's rows and its one reply to whoever asked, if he still listens. */
#include "api/control/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERROR_MAX = 1024 };

/* Outlives who asked: a handler may reply when nobody listens any more. */
struct control_request {
    void *node;
    const struct control_sink *sink; /* NULL: gone */
    void *sink_self;
    char source[CONTROL_SOURCE_MAX];
    void (*on_data)(struct control_request *r, struct reader data, void *self);
    void (*on_end)(struct control_request *r, bool gone, void *self);
    void *self;
};

struct control_request *control_request_new(void *node, const char *source, const struct control_sink *sink, void *sink_self)
{
    struct control_request *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->node = node;
    r->sink = sink;
    r->sink_self = sink_self;
    snprintf(r->source, sizeof r->source, "%s", source);
    return r;
}

void *control_request_self(const struct control_request *r)
{
    return r->node;
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

static void end_data(struct control_request *r, bool gone)
{
    void (*on_end)(struct control_request *, bool, void *) = r->on_end;
    r->on_end = NULL;
    r->on_data = NULL;
    if (on_end)
        on_end(r, gone, r->self);
}

void control_request_forget(struct control_request *r)
{
    r->sink = NULL;
    end_data(r, true);
}

void control_request_data(struct control_request *r, struct reader data)
{
    if (r->on_data)
        r->on_data(r, data, r->self);
}

void control_request_data_end(struct control_request *r)
{
    end_data(r, false);
}

void control_send_rows(struct control_request *r, const char *rows, size_t len)
{
    if (r->sink && len > 0)
        r->sink->rows(r->sink_self, rows, len);
}

static void end_request(struct control_request *r, json_t *object)
{
    const struct control_sink *sink = r->sink;
    r->sink = NULL;
    if (sink)
        sink->end(r->sink_self, object);
    json_decref(object);
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

const struct control_command *control_command_find(const struct control_command *commands, const char *name)
{
    for (const struct control_command *c = commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}
