/* Describes the routes as an OpenAPI document. Source: OpenAPI Specification 3.1.1, 4.8. */
#include <stdio.h>
#include <string.h>

#include "api/front/front.h"
#include "api/web/answer.h"
#include "api/web/route.h"
#include "api/web/web_call.h"

static const char *type_of(enum route_kind kind)
{
    static const char *const types[] = {[ROUTE_TEXT] = "string", [ROUTE_NUMBER] = "integer", [ROUTE_FLAG] = "boolean", [ROUTE_LIST] = "array", [ROUTE_SECRET] = "string"};
    return types[kind];
}

static json_t *schema_of(const struct route_parameter *p)
{
    json_t *schema = json_pack("{s:s}", "type", type_of(p->kind));
    if (p->kind == ROUTE_LIST)
        json_object_set_new(schema, "items", json_object());
    if (p->kind == ROUTE_SECRET)
        json_object_set_new(schema, "format", json_string("password"));
    return schema;
}

static void add_path_parameters(const char *path, json_t *parameters)
{
    for (const char *at = strchr(path, '{'); at; at = strchr(at + 1, '{'))
        json_array_append_new(parameters, json_pack("{s:s%, s:s, s:b, s:{s:s}}", "name", at + 1, strcspn(at + 1, "}"), "in", "path", "required", 1,
                                                    "schema", "type", "string"));
}

static json_t *answer_of(const char *text, const char *media, const char *schema)
{
    char ref[64];
    snprintf(ref, sizeof ref, "#/components/schemas/%s", schema);
    return json_pack("{s:s, s:{s:{s:{s:s}}}}", "description", text, "content", media, "schema", "$ref", ref);
}

static json_t *answers_of(const struct route *r)
{
    json_t *all = json_object(), *schema = answer_schema(r);
    const char *text = answer_is_stream(r) ? "events: each has the name of one of these, and its value as data" : "done";
    const char *media = answer_is_stream(r) ? "text/event-stream" : "application/json";
    json_object_set_new(all, "200",
                        schema ? json_pack("{s:s, s:{s:{s:o}}}", "description", text, "content", media, "schema", schema)
                               : answer_of("done", "application/json", r->gives_rows ? "Rows" : "Object"));
    json_object_set_new(all, "default", answer_of("what was wrong, for a person to read", "application/problem+json", "Problem"));
    return all;
}

static json_t *roles_of(enum permission permission)
{
    json_t *roles = json_object();
    for (unsigned i = 0; i < ACCOUNT_ROLE_COUNT; i++) {
        enum access access = permission_access(permission, (enum account_role)i);
        if (access != ACCESS_NONE)
            json_object_set_new(roles, account_role_word(i), json_string(access == ACCESS_OWN ? "own" : "all"));
    }
    return roles;
}

static json_t *body_of(const struct route *r)
{
    json_t *properties = json_object();
    for (unsigned i = 0; i < ROUTE_PARAMETERS_MAX && r->parameters[i].name; i++) {
        json_t *schema = schema_of(&r->parameters[i]);
        json_object_set_new(schema, "description", json_string(r->parameters[i].text));
        json_object_set_new(properties, r->parameters[i].name, schema);
    }
    return json_pack("{s:{s:{s:{s:s, s:o, s:b}}}}", "content", "application/json", "schema", "type", "object", "properties", properties,
                     "additionalProperties", 0);
}

static json_t *operation_of(const struct route *r)
{
    bool has_body = r->method == WEB_POST || r->method == WEB_PATCH;
    json_t *parameters = json_array();
    json_t *operation = json_pack("{s:s, s:s, s:o, s:o}", "summary", r->text, "x-permission", permission_word(r->permission), "x-roles",
                                  roles_of(r->permission), "responses", answers_of(r));
    add_path_parameters(r->path, parameters);
    for (unsigned i = 0; !has_body && i < ROUTE_PARAMETERS_MAX && r->parameters[i].name; i++)
        json_array_append_new(parameters, json_pack("{s:s, s:s, s:s, s:o}", "name", r->parameters[i].name, "in", "query", "description",
                                                    r->parameters[i].text, "schema", schema_of(&r->parameters[i])));
    json_object_set_new(operation, "parameters", parameters);
    if (has_body && r->parameters[0].name)
        json_object_set_new(operation, "requestBody", body_of(r));
    if (r->takes_file)
        json_object_set_new(operation, "requestBody", json_pack("{s:{s:{}}}", "content", "application/octet-stream"));
    if (r->permission == PERMIT_ANYONE)
        json_object_set_new(operation, "security", json_array());
    return operation;
}

static json_t *components(void)
{
    json_t *all = json_pack("{s:{s:{s:s}, s:{s:s, s:{s:{s:s, s:{s:s}}}}, s:{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}}}},"
                     " s:{s:{s:s, s:s, s:s}, s:{s:s, s:s}}}",
                     "schemas", "Object", "type", "object", "Rows", "type", "object", "properties", "rows", "type", "array", "items", "type", "object",
                     "Problem", "type", "object", "properties", "title", "type", "string", "status", "type", "integer", "detail", "type", "string",
                     "securitySchemes", "session", "type", "apiKey", "in", "cookie", "name", FRONT_COOKIE, "key", "type", "http", "scheme", "bearer");
    answer_add_named(json_object_get(all, "schemas"));
    return all;
}

json_t *route_openapi(void)
{
    json_t *paths = json_object();
    for (unsigned i = 0; i < route_count; i++) {
        static const char *const words[] = {"get", "post", "put", "patch", "delete"};
        json_t *path = json_object_get(paths, routes[i].path);
        if (!path) {
            path = json_object();
            json_object_set_new(paths, routes[i].path, path);
        }
        json_object_set_new(path, words[routes[i].method], operation_of(&routes[i]));
    }
    return json_pack("{s:s, s:{s:s, s:s, s:s}, s:[{s:s}], s:[{s:[]}, {s:[]}], s:o, s:o}", "openapi", "3.1.0", "info", "title", "hinomi", "version", "1",
                     "description",
                     "Everything a hinomi node knows. Times are microseconds since 1970-01-01 UTC. Changes with a session cookie need the header "
                     "X-CSRF-Token, from GET /session. Errors are problem+json (RFC 9457).",
                     "servers", "url", "/api/v1", "security", "session", "key", "paths", paths, "components", components());
}

void web_get_openapi(struct web_call *c, const json_t *arguments)
{
    (void)arguments;
    web_reply(c, 200, route_openapi());
}
