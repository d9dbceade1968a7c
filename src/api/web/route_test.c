/* Routes: what is found, which arguments are made of a request, the walls, and that the document describes them. */
#include "api/web/answer.h"
#include "api/web/route.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"

static const char *document; /* path, from the command line */

static int find(enum web_method method, const char *text, struct http_target *ret_target, const struct route **ret_route, unsigned *ret_allowed)
{
    int e = http_target_parse(reader_of(text, strlen(text)), ret_target);
    return e < 0 ? e : route_find(method, ret_target, ret_route, ret_allowed);
}

TEST(a_route_is_found_by_method_and_path)
{
    static struct http_target target;
    const struct route *r = NULL;
    unsigned allowed = 0;
    check_int(find(WEB_POST, "/api/v1/lists/a%2Fb/accept", &target, &r, &allowed), ==, 0);
    check_str(r ? r->command : NULL, "accept");
    check_int(find(WEB_GET, "/api/v1/lists/a/accept", &target, &r, &allowed), ==, -ENOTSUP);
    check_int(allowed, ==, 1U << WEB_POST);
    check_int(find(WEB_GET, "/api/v1/verdicts", &target, &r, &allowed), ==, 0);
    check_str(r ? r->command : NULL, "verdicts");
    check_int(find(WEB_DELETE, "/api/v1/verdicts", &target, &r, &allowed), ==, -ENOTSUP);
    check_int(allowed, ==, (1U << WEB_GET | 1U << WEB_POST));
    static const char *const none[] = {"/", "/api/v1", "/api/v1/", "/api/v2/log", "/api/v1/log/", "/api/v1/log/x", "/api/v1/lists//accept", "/api/v1/lists/a/b"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        check_int(find(WEB_GET, none[i], &target, &r, &allowed), ==, -ENOENT);
}

static json_t *arguments(enum web_method method, const char *text, const char *body, char *flaw)
{
    static struct http_target target;
    const struct route *r = NULL;
    unsigned allowed = 0;
    json_t *object = body ? json_loads(body, JSON_DECODE_ANY, NULL) : NULL, *result = NULL;
    check_int(find(method, text, &target, &r, &allowed), ==, 0);
    int e = route_arguments(r, &target, object, &result, flaw);
    json_decref(object);
    return e < 0 ? NULL : result;
}

TEST(arguments_come_from_path_query_and_body)
{
    char flaw[ROUTE_FLAW_MAX];
    json_t *a = arguments(WEB_GET, "/api/v1/log?name=a.example&below&limit=5&since_us=-1", NULL, flaw);
    check_str(json_string_value(json_object_get(a, "name")), "a.example");
    check(json_is_true(json_object_get(a, "below")));
    check_int(json_integer_value(json_object_get(a, "limit")), ==, 5);
    check_int(json_integer_value(json_object_get(a, "since_us")), ==, -1);
    json_decref(a);
    a = arguments(WEB_POST, "/api/v1/rules/block", "{\"name\":\"b.example\",\"until_us\":7,\"force\":true}", flaw);
    check_str(json_string_value(json_object_get(a, "name")), "b.example");
    check_int(json_integer_value(json_object_get(a, "until_us")), ==, 7);
    check(json_is_true(json_object_get(a, "force")));
    json_decref(a);
    a = arguments(WEB_PUT, "/api/v1/lists/my%20list?format=hosts", NULL, flaw);
    check_str(json_string_value(json_object_get(a, "name")), "my list");
    check_str(json_string_value(json_object_get(a, "format")), "hosts");
    json_decref(a);
}

TEST(what_is_unknown_or_of_another_kind_is_refused_by_name)
{
    char flaw[ROUTE_FLAW_MAX];
    static const struct {
        enum web_method method;
        const char *target, *body, *about;
    } cases[] = {{WEB_GET, "/api/v1/log?nmae=a", NULL, "nmae: "},
                 {WEB_GET, "/api/v1/log?limit=many", NULL, "limit: "},
                 {WEB_GET, "/api/v1/log?limit=+5", NULL, "limit: "},
                 {WEB_GET, "/api/v1/log?limit=99999999999999999999", NULL, "limit: "},
                 {WEB_GET, "/api/v1/log?below=yes", NULL, "below: "},
                 {WEB_POST, "/api/v1/rules/block?name=a", NULL, "name: "},
                 {WEB_POST, "/api/v1/rules/block", "{\"name\":5}", "name: "},
                 {WEB_POST, "/api/v1/rules/block", "{\"command\":\"allow\"}", "command: "},
                 {WEB_POST, "/api/v1/rules/block", "{\"user\":\"somebody\"}", "user: "},
                 {WEB_POST, "/api/v1/verdicts", "{\"source\":\"a feed\"}", "source: "},
                 {WEB_POST, "/api/v1/rules/block", "[1]", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *a = arguments(cases[i].method, cases[i].target, cases[i].body, flaw);
        check(a == NULL);
        check(strncmp(flaw, cases[i].about, strlen(cases[i].about)) == 0);
        json_decref(a);
    }
}

/* Who may see only its own must meet a wall wherever it may come. */
TEST(every_route_that_is_open_to_members_has_a_wall)
{
    for (unsigned i = 0; i < route_count; i++) {
        bool is_own = false;
        for (unsigned role = 0; role < ACCOUNT_ROLE_COUNT; role++)
            is_own = is_own || permission_access(routes[i].permission, (enum account_role)role) == ACCESS_OWN;
        if (is_own && routes[i].wall == WALL_NONE)
            printf("# %s has none\n", routes[i].path);
        check(!is_own || routes[i].wall != WALL_NONE);
        bool takes_member = false;
        for (unsigned k = 0; k < ROUTE_PARAMETERS_MAX && routes[i].parameters[k].name; k++)
            takes_member = takes_member || strcmp(routes[i].parameters[k].name, "member") == 0;
        check(routes[i].wall != WALL_MEMBER || takes_member);
        check(routes[i].wall != WALL_NAME || strstr(routes[i].path, "{name}") != NULL);
        bool is_of_case = strncmp(routes[i].path, "/cases/", strlen("/cases/")) == 0, names_case = strstr(routes[i].path, "/cases/{number}") == routes[i].path;
        check(is_of_case == names_case); /* the wall goes by it */
        check(!is_of_case || routes[i].wall == WALL_CASE || routes[i].wall == WALL_CASE_PEOPLE || routes[i].wall == WALL_CASE_ANSWER);
    }
}

TEST(each_route_stands_once_and_leads_somewhere)
{
    for (unsigned i = 0; i < route_count; i++) {
        check((routes[i].command != NULL) != (routes[i].handle != NULL));
        check(routes[i].text && routes[i].text[0]);
        for (unsigned k = 0; k < i; k++)
            check(routes[i].method != routes[k].method || strcmp(routes[i].path, routes[k].path) != 0);
    }
}

TEST(shapes_become_schemas)
{
    static const char *const broken[] = {"", "x", "{a}", "{a:}", "{a:t", "[t", "{a:t}}", "[]", "{a b:t}", "{a:q}", ">", ">t", ">[t]", ">>{}"};
    for (unsigned i = 0; i < array_len(broken); i++)
        check(answer_shape_schema(broken[i]) == NULL);
    json_t *schema = answer_shape_schema("{name:t count?:n~ rows:[Verdict] by:{*:f} ...}");
    json_t *wanted = json_loads("{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},"
                                "\"count\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"null\"}]},"
                                "\"rows\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Verdict\"}},"
                                "\"by\":{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":{\"type\":\"number\"}}},"
                                "\"required\":[\"name\",\"rows\",\"by\"]}",
                                0, NULL);
    check(schema && wanted && json_equal(schema, wanted));
    json_decref(schema);
    json_decref(wanted);
}

TEST(each_answer_is_well_formed_and_of_a_route)
{
    for (const struct named_shape *s = named_shapes; s->name; s++) {
        json_t *schema = answer_shape_schema(s->shape);
        if (!schema)
            printf("# %s\n", s->name);
        check(schema != NULL);
        json_decref(schema);
    }
    for (const struct answer *a = answers; a->path; a++) {
        bool found = false;
        for (unsigned i = 0; i < route_count; i++)
            found = found || (routes[i].method == a->method && strcmp(routes[i].path, a->path) == 0);
        json_t *schema = answer_shape_schema(a->shape);
        if (!found || !schema)
            printf("# %s\n", a->path);
        check(found && schema);
        json_decref(schema);
    }
}

TEST(the_document_describes_these_routes)
{
    json_t *written = json_load_file(document, 0, NULL), *made = route_openapi();
    check(written != NULL);
    check(made != NULL);
    if (!json_equal(written, made))
        printf("# write it anew: build/hinomi web-api >docs/formats/openapi.json\n");
    check(json_equal(written, made));
    json_decref(written);
    json_decref(made);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        document = argv[1];
    return test_main(1, argv);
}
