/* The routes of the API over HTTP: one table that says for each what it takes, who may, and which command or handler answers.
 *
 * docs/formats/openapi.json is written from this table (`hinomi api --openapi`), and a test holds the file to it. Pure.
 */
#ifndef HINOMI_API_ROUTE_H
#define HINOMI_API_ROUTE_H

#include <jansson.h>

#include "api/web/permission.h"
#include "base/attr.h"
#include "proto/http/target.h"

enum web_method { WEB_GET, WEB_POST, WEB_PUT, WEB_PATCH, WEB_DELETE, WEB_METHOD_COUNT };

enum route_kind { ROUTE_TEXT, ROUTE_NUMBER, ROUTE_FLAG, ROUTE_LIST, ROUTE_SECRET /* a text that no log may have */ };

enum { ROUTE_PARAMETERS_MAX = 16, ROUTE_PATH_PARAMETERS_MAX = 2 };

/* A parameter of the query (GET, DELETE, PUT) or a member of the JSON object in the body (POST, PATCH). */
struct route_parameter {
    const char *name;
    enum route_kind kind;
    const char *text; /* what it is, English, for the document */
};

/* How an account that may see only its member's own is kept to it. */
enum route_wall {
    WALL_NONE,   /* such an account does not come here, or everything here is its own */
    WALL_MEMBER, /* the argument `member` is its own, whatever it asked for */
    WALL_NAME,   /* the path's {name} must be its own */
    WALL_CASE,   /* everybody: the path's {number} must be a case that the account may see, and to change it may write; without {number}, what is listed */
    WALL_CASE_PEOPLE, /* the same, but an administrator may admit itself to any */
    WALL_CASE_ANSWER, /* the same, but whom it is shown to may answer */
};

struct web_call;
/* Answers at once or later, once: web_call.h. `arguments` is borrowed for the call. */
typedef void route_handler_fn(struct web_call *call, const json_t *arguments);

struct route {
    const char *path; /* below /api/v1, with {names} */
    enum web_method method;
    enum permission permission;
    enum route_wall wall;
    bool gives_rows; /* of a command: its answer has `rows`, an array */
    bool in_words;   /* its rows are those of the telemetry store: row_words.h */
    bool takes_file; /* PUT: the body is a file for the command */
    const char *command;       /* of the control socket; NULL: `handle` */
    route_handler_fn *handle;
    const char *text; /* what it does, English, for the document */
    struct route_parameter parameters[ROUTE_PARAMETERS_MAX]; /* ended by a NULL name; those of the path are not among them */
};

extern const struct route routes[];
extern const unsigned route_count;

/* "GET", ...; -EINVAL. */
int web_method_parse(const char *word, enum web_method *ret_method) must_check;
const char *web_method_word(enum web_method method);

/* -ENOENT: no such path; -ENOTSUP: there is, but not with that method: *ret_allowed has bits of enum web_method. */
int route_find(enum web_method method, const struct http_target *target, const struct route **ret_route, unsigned *ret_allowed) must_check;

enum { ROUTE_FLAW_MAX = 200 };
/* What the route's command gets: from the path, the query, and the body (NULL: none), all of which must be known and of their kind. The
 * caller's own. -EINVAL: *ret_flaw (ROUTE_FLAW_MAX octets) says what is wrong with which; -ENOMEM. */
int route_arguments(const struct route *r, const struct http_target *target, const json_t *body, json_t **ret_arguments, char *ret_flaw) must_check;

/* The description of the API: OpenAPI 3.1. A new object; NULL: out of memory. */
json_t *route_openapi(void);

#endif
