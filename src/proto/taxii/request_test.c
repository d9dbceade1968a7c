/* Requests to a TAXII server: paths, filters with every edge, media types, credentials. */
#include "proto/taxii/request.h"

#include "base/test.h"

#define UUID "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
#define ID "indicator--" UUID
enum { EVERY = 31 };

static struct taxii_target target;

static int path_status(const char *path)
{
    return (int)taxii_path_parse(path, strlen(path), &target);
}

TEST(paths_of_the_standard_are_known)
{
    static const struct {
        const char *path;
        enum taxii_resource resource;
    } rows[] = {
        {"/taxii2/", TAXII_DISCOVERY},
        {"/taxii2", TAXII_DISCOVERY},
        {"/api/", TAXII_API_ROOT},
        {"/api/status/" UUID "/", TAXII_STATUS},
        {"/api/collections/", TAXII_COLLECTIONS},
        {"/api/collections/" UUID "/", TAXII_COLLECTION},
        {"/api/collections/" UUID, TAXII_COLLECTION},
        {"/api/collections/" UUID "/manifest/", TAXII_MANIFEST},
        {"/api/collections/" UUID "/objects/", TAXII_OBJECTS},
        {"/api/collections/" UUID "/objects/" ID "/", TAXII_OBJECT},
        {"/api/collections/" UUID "/objects/" ID "/versions/", TAXII_VERSIONS},
        {"/api/collections/" UUID "/objects/" ID "/versions", TAXII_VERSIONS},
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        check_int(path_status(rows[i].path), ==, TAXII_OK);
        check_int(target.resource, ==, rows[i].resource);
    }
    check_int(path_status("/api/collections/" UUID "/objects/" ID "/"), ==, TAXII_OK);
    check_str(target.id, UUID);
    check_str(target.object_id, ID);
}

TEST(other_paths_are_not_found)
{
    static const char *const paths[] = {"", "/", "//", "/taxii2//", "/taxii", "/api/x/", "/api/collections/x/", "/api//collections/",
                                        "/api/status/", "/api/collections/" UUID "//", "/api/collections/" UUID "/objects//",
                                        "/api/collections/91A7B528-80eb-42ed-a74d-c6fbd5a26116/",
                                        "/api/collections/" UUID "/objects/x/", "/api/collections/" UUID "/objects/--" UUID "/",
                                        "/api/collections/" UUID "/objects/a--b--" UUID "/",
                                        "/api/collections/" UUID "/objects/" ID "/versions/x", "/api/collections/../", "/taxii2/ "};
    for (size_t i = 0; i < array_len(paths); i++)
        check_int(path_status(paths[i]), ==, TAXII_NOT_FOUND);
}

static struct taxii_query query;
static const char *reason;

static int query_status(const char *text, unsigned filters)
{
    return (int)taxii_query_parse(text, strlen(text), filters, &query, &reason);
}

TEST(filters_are_read)
{
    check_int(query_status("limit=7&next=abc&added_after=2016-02-21T05:01:01.000000Z&match[type]=indicator,malware&match%5Bid%5D=" ID
                           "&match[version]=first,2016-01-01T01:01:01.000Z,all&match[spec_version]=2.0,2.1&other=x",
                           EVERY),
              ==, TAXII_OK);
    check_int(query.limit, ==, 7);
    check_str(query.next, "abc");
    check(query.has_added_after);
    check_int(query.added_after_us, ==, INT64_C(1456030861000000));
    check_int(query.types.count, ==, 2);
    check_str(query.types.word[1], "malware");
    check_int(query.ids.count, ==, 1);
    check_str(query.ids.word[0], ID);
    check(query.first && query.all && !query.last);
    check_int(query.version_count, ==, 1);
    check_int(query.versions_us[0], ==, INT64_C(1451610061000000));
    check_str(query.spec_versions.word[0], "2.0");
    check_int(query_status("", EVERY), ==, TAXII_OK);
    check(query.limit == 0 && !query.next[0] && !query.has_added_after && query.ids.count == 0);
    check_int(query_status("added_after=2016-02-21T06:01:01%2B01:00", EVERY), ==, TAXII_OK);
    check_int(query.added_after_us, ==, INT64_C(1456030861000000));
    check_int(query_status("added_after=2016-02-21T06:01:01+01:00", EVERY), ==, TAXII_OK);
    check_int(query_status("limit=99999999999999999999999", EVERY), ==, TAXII_OK);
    check_int(query.limit, ==, UINT32_MAX);
    check_int(query_status("a&&=&b=", EVERY), ==, TAXII_OK);
}

TEST(malformed_filters_are_bad_requests)
{
    static const char *const texts[] = {
        "limit=", "limit=0", "limit=-1", "limit=7x", "limit=1&limit=1", "limit", "next=", "added_after=", "added_after=yesterday",
        "added_after=2016-02-30T00:00:00Z", "match[type]=", "match[type]=indicator,", "match[type]=a", "match[type]=In",
        "match[type]=a--b", "match[id]=x", "match[id]=indicator--1", "match[version]=", "match[version]=newest",
        "match[version]=first,,last", "match[spec_version]=2", "match[spec_version]=2.1.0", "match[spec_version]=x", "match[name]=x",
        "match[]=x", "limit=%", "limit=%4", "limit=%zz", "match[type]=%00", "%00=1", "limit=1%00", "match[type]=abc&match%5btype%5d=abc"};
    for (size_t i = 0; i < array_len(texts); i++) {
        int status = query_status(texts[i], EVERY);
        if (status != TAXII_BAD_REQUEST)
            printf("# %s\n", texts[i]);
        check_int(status, ==, TAXII_BAD_REQUEST);
        check(reason && reason[0]);
    }
    check_int(query_status("match[id]=" ID ",", EVERY), ==, TAXII_BAD_REQUEST);
    check_int(query_status("match[id]=" ID, TAXII_MATCH_VERSION), ==, TAXII_BAD_REQUEST);
    check_int(query_status("limit=1", TAXII_MATCH_VERSION), ==, TAXII_OK); /* no meaning here: ignored */
}

TEST(too_much_is_refused)
{
    static char text[2 * TAXII_TARGET_MAX];
    size_t n = (size_t)snprintf(text, sizeof text, "match[type]=abc");
    for (int i = 1; i < TAXII_WORDS_MAX; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, ",abc");
    check_int(query_status(text, EVERY), ==, TAXII_OK);
    check_int(query.types.count, ==, TAXII_WORDS_MAX);
    snprintf(text + n, sizeof text - n, ",abc");
    check_int(query_status(text, EVERY), ==, TAXII_BAD_REQUEST);
    memset(text, 'a', sizeof text - 1);
    check_int(taxii_query_parse(text, TAXII_TARGET_MAX - 1, EVERY, &query, &reason), ==, TAXII_OK);
    check_int(taxii_query_parse(text, TAXII_TARGET_MAX, EVERY, &query, &reason), ==, TAXII_URI_TOO_LONG);
    memset(text, '1', TAXII_NEXT_MAX + 5);
    snprintf(text, 6, "next=");
    text[5] = '1';
    check_int(taxii_query_parse(text, TAXII_NEXT_MAX + 5, EVERY, &query, &reason), ==, TAXII_BAD_REQUEST);
    check_int(taxii_query_parse(text, TAXII_NEXT_MAX + 4, EVERY, &query, &reason), ==, TAXII_OK);
}

TEST(accept_is_negotiated)
{
    static const char *const yes[] = {
        "application/taxii+json;version=2.1", "application/taxii+json; version=2.1", "application/taxii+json", "*/*", "application/*",
        "Application/TAXII+JSON;Version=\"2.1\"", "text/html, application/*;q=0.1", "text/html,*/*;q=0.8", "application/taxii+json;q=1.000",
        "application/taxii+json;version=2.0, application/taxii+json;version=2.1;q=0.5", "application/taxii+json;version=2.1, */*;q=0",
        "", " , ", "text/html;a=\"x,y\", */*", "application/taxii+json;version=2.1;q=0.001", "application/taxii+json;q=0, application/taxii+json;version=2.1"};
    static const char *const no[] = {
        "application/taxii+json;version=2.0", "application/json", "text/html", "*/*;q=0", "application/taxii+json;version=2.1;q=0, */*",
        "application/*;q=0.000", "application/taxii+json;version=", "*/json", "text/*", "*", "application/taxii+json;q=x", "*/*;q=2", "*/*;q=1.5",
        "application/taxii+json;version=2.1.", "application/taxii+jsonx", "text/html;a=\"x, */*", "*/*;q=", "*/*;q=0.0000001"};
    for (size_t i = 0; i < array_len(yes); i++) {
        if (taxii_accept_check(yes[i]) != TAXII_OK)
            printf("# %s\n", yes[i]);
        check_int(taxii_accept_check(yes[i]), ==, TAXII_OK);
    }
    for (size_t i = 0; i < array_len(no); i++) {
        if (taxii_accept_check(no[i]) != TAXII_NOT_ACCEPTABLE)
            printf("# %s\n", no[i]);
        check_int(taxii_accept_check(no[i]), ==, TAXII_NOT_ACCEPTABLE);
    }
    check_int(taxii_accept_check(NULL), ==, TAXII_OK);
}

TEST(content_types_are_checked)
{
    check_int(taxii_content_type_check("application/taxii+json;version=2.1"), ==, TAXII_OK);
    check_int(taxii_content_type_check("application/taxii+json"), ==, TAXII_OK);
    check_int(taxii_content_type_check("application/taxii+json; charset=utf-8; version=\"2.1\""), ==, TAXII_OK);
    check_int(taxii_content_type_check("application/taxii+json;version=2.0"), ==, TAXII_UNSUPPORTED_MEDIA_TYPE);
    check_int(taxii_content_type_check("application/json"), ==, TAXII_UNSUPPORTED_MEDIA_TYPE);
    check_int(taxii_content_type_check("*/*"), ==, TAXII_UNSUPPORTED_MEDIA_TYPE);
    check_int(taxii_content_type_check(""), ==, TAXII_UNSUPPORTED_MEDIA_TYPE);
    check_int(taxii_content_type_check(NULL), ==, TAXII_UNSUPPORTED_MEDIA_TYPE);
}

TEST(credentials_are_read)
{
    struct taxii_credentials c;
    check_int(taxii_authorization_parse("Bearer abc.def", &c), ==, 0);
    check_str(c.user, "");
    check_str(c.secret, "abc.def");
    check_int(taxii_authorization_parse("bearer  x", &c), ==, 0);
    check_str(c.secret, "x");
    check_int(taxii_authorization_parse("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", &c), ==, 0); /* RFC 7617 2 */
    check_str(c.user, "Aladdin");
    check_str(c.secret, "open sesame");
    check_int(c.secret_len, ==, 11);
    static const char *const bad[] = {"", "Bearer", "Bearer ", "Basic", "Basic x", "Basic QWxhZGRpbg==", "Digest x", "Bearerx", "Basic Og==",
                                      "Basic YTo=", "Basic OmE=", "Basic YQA6Yg==" /* a NUL in it */};
    for (size_t i = 0; i < array_len(bad); i++)
        check(taxii_authorization_parse(bad[i], &c) < 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
