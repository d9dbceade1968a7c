/* Finds routes, and turns what came with a request into the arguments of a command. */
#include "api/web/route.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { PREFIX_SEGMENTS = 2 }; /* "api", "v1" */

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

int web_method_parse(const char *word, enum web_method *ret_method)
{
    for (unsigned i = 0; i < WEB_METHOD_COUNT; i++) {
        if (strcmp(word, methods[i]) == 0) {
            *ret_method = (enum web_method)i;
            return 0;
        }
    }
    return -EINVAL;
}

const char *web_method_word(enum web_method method)
{
    return methods[method];
}

/* One segment of a route's path from `at` (behind its "/") on; moves it to the next "/" or the end. */
static bool segment_is(const char **at, const char *segment)
{
    size_t len = strcspn(*at, "/");
    bool is_name = **at == '{';
    bool same = is_name ? *segment != '\0' : strlen(segment) == len && memcmp(*at, segment, len) == 0;
    *at += len;
    return same;
}

static bool path_is(const char *path, const struct http_target *t)
{
    for (unsigned i = PREFIX_SEGMENTS; i < t->segment_count; i++) {
        if (*path++ != '/' || !segment_is(&path, t->segments[i]))
            return false;
    }
    return *path == '\0';
}

int route_find(enum web_method method, const struct http_target *t, const struct route **ret_route, unsigned *ret_allowed)
{
    *ret_allowed = 0;
    if (t->segment_count <= PREFIX_SEGMENTS || strcmp(t->segments[0], "api") != 0 || strcmp(t->segments[1], "v1") != 0)
        return -ENOENT;
    for (unsigned i = 0; i < route_count; i++) {
        if (!path_is(routes[i].path, t))
            continue;
        if (routes[i].method == method) {
            *ret_route = &routes[i];
            return 0;
        }
        *ret_allowed |= 1U << routes[i].method;
    }
    return *ret_allowed ? -ENOTSUP : -ENOENT;
}

/* ---- arguments ---- */

static const struct route_parameter *parameter_of(const struct route *r, const char *name)
{
    for (unsigned i = 0; i < ROUTE_PARAMETERS_MAX && r->parameters[i].name; i++)
        if (strcmp(r->parameters[i].name, name) == 0)
            return &r->parameters[i];
    return NULL;
}

static bool has_body(const struct route *r)
{
    return r->method == WEB_POST || r->method == WEB_PATCH;
}

/* A value of the query as its kind has it; NULL: it is not of its kind. */
static json_t *value_of(enum route_kind kind, const char *text)
{
    char *end;
    if (kind == ROUTE_TEXT)
        return json_string(text);
    if (kind == ROUTE_FLAG)
        return *text == '\0' || strcmp(text, "true") == 0 ? json_true() : strcmp(text, "false") == 0 ? json_false() : NULL;
    if (kind != ROUTE_NUMBER || !*text)
        return NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    return *end == '\0' && errno == 0 && (*text == '-' || (*text >= '0' && *text <= '9')) ? json_integer(number) : NULL;
}

static bool is_of_kind(enum route_kind kind, const json_t *value)
{
    switch (kind) {
    case ROUTE_TEXT:
    case ROUTE_SECRET:
        return json_is_string(value);
    case ROUTE_NUMBER:
        return json_is_integer(value);
    case ROUTE_FLAG:
        return json_is_boolean(value);
    case ROUTE_LIST:
        return json_is_array(value);
    }
    return false;
}

static const char *kind_text(enum route_kind kind)
{
    return kind == ROUTE_NUMBER ? _("must be a whole number")
           : kind == ROUTE_FLAG ? _("must be true or false")
           : kind == ROUTE_LIST ? _("must be a list")
                                : _("must be a text");
}

static int take_query(const struct route *r, const struct http_target *t, json_t *arguments, char *ret_flaw)
{
    for (unsigned i = 0; i < t->parameter_count; i++) {
        const char *name = t->parameters[i].name;
        const struct route_parameter *p = has_body(r) ? NULL : parameter_of(r, name);
        json_t *value = p ? value_of(p->kind, t->parameters[i].value) : NULL;
        if (!value) {
            snprintf(ret_flaw, ROUTE_FLAW_MAX, "%.64s: %s", name, p ? kind_text(p->kind) : _("there is no such parameter here"));
            return -EINVAL;
        }
        json_object_set_new(arguments, p->name, value);
    }
    return 0;
}

static int take_body(const struct route *r, const json_t *body, json_t *arguments, char *ret_flaw)
{
    const char *name;
    json_t *value;
    if (body && !json_is_object(body)) {
        snprintf(ret_flaw, ROUTE_FLAW_MAX, "%s", _("the body must be a JSON object"));
        return -EINVAL;
    }
    json_object_foreach((json_t *)body, name, value)
    {
        const struct route_parameter *p = parameter_of(r, name);
        if (!p || !is_of_kind(p->kind, value)) {
            snprintf(ret_flaw, ROUTE_FLAW_MAX, "%.64s: %s", name, p ? kind_text(p->kind) : _("there is no such member here"));
            return -EINVAL;
        }
        json_object_set(arguments, p->name, value);
    }
    return 0;
}

/* {names} of the path: they win over what else has that name. */
static void take_path(const struct route *r, const struct http_target *t, json_t *arguments)
{
    const char *at = r->path;
    for (unsigned i = PREFIX_SEGMENTS; i < t->segment_count && *at; i++) {
        size_t len = strcspn(++at, "/");
        if (*at == '{')
            json_object_setn_new(arguments, at + 1, len - 2, json_string(t->segments[i]));
        at += len;
    }
}

int route_arguments(const struct route *r, const struct http_target *target, const json_t *body, json_t **ret_arguments, char *ret_flaw)
{
    json_t *arguments = json_object();
    if (!arguments)
        return -ENOMEM;
    int e = take_query(r, target, arguments, ret_flaw);
    if (e == 0 && has_body(r))
        e = take_body(r, body, arguments, ret_flaw);
    if (e < 0) {
        json_decref(arguments);
        return e;
    }
    take_path(r, target, arguments);
    *ret_arguments = arguments;
    return 0;
}
