/* The TAXII service without sockets: who sees what, pages, removal, posts in pieces, statuses and their limits. */
#include "share/taxii/service.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"
#include "share/taxii/body.h"
#include "share/taxii/post.h"
#include "share/taxii/statuses.h"

#define T0 INT64_C(1700000000000000)
#define UUID "00000000-0000-4000-8000-00000000000"

static char dir[64], path[96];
static struct exchange *store;
static struct taxii_service *service;
static struct exchange_collection to_b, from_b, to_c;
static struct taxii_reply reply;
static struct taxii_post *post;
static struct taxii_removal removal;

static void set_up(void)
{
    static const struct taxii_recipient recipients[] = {{.name = "b", .may_send = true}, {.name = "c"}};
    snprintf(dir, sizeof dir, "/tmp/taxii_test.XXXXXX");
    check(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/x.db", dir);
    check_int(exchange_open(path, &store), ==, 0);
    check_int(exchange_collection_put(store, "to-b", "for b", 1000, 1 << 20, &to_b), ==, 0);
    check_int(exchange_collection_put(store, "from-b", "of b", 1000, 1 << 20, &from_b), ==, 0);
    check_int(exchange_collection_put(store, "to-c", "for \"c\"", 1000, 1 << 20, &to_c), ==, 0);
    check_int(taxii_service_new("test", recipients, 2, &service), ==, 0);
    check_int(taxii_service_set_secret(service, 0, "secret-of-recipient-b", 21), ==, 0);
    check_int(taxii_service_set_secret(service, 1, "secret-of-recipient-c", 21), ==, 0);
    reply = (struct taxii_reply){0};
}

static void tear_down(void)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    free(reply.body);
    reply.body = NULL;
    taxii_service_free(service);
    exchange_close(store);
    for (size_t i = 0; i < array_len(tails); i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", path, tails[i]);
        unlink(file);
    }
    rmdir(dir);
}

static enum taxii_outcome ask_as(const char *authorization, enum taxii_method method, const char *target)
{
    struct taxii_request request = {.method = method, .target = target, .authorization = authorization, .now_us = T0,
                                    .content_type = TAXII_MEDIA_TYPE};
    free(reply.body);
    return taxii_service_ask(service, store, &request, &reply, &post, &removal);
}

static int get_as(const char *who, const char *target)
{
    char authorization[64];
    snprintf(authorization, sizeof authorization, "Bearer secret-of-recipient-%s", who);
    check_int(ask_as(authorization, TAXII_GET, target), ==, TAXII_REPLY);
    return (int)reply.status;
}

static const char *in(const struct exchange_collection *c, const char *rest)
{
    static char target[1024];
    snprintf(target, sizeof target, "/api/collections/%s/%s", c->id, rest);
    return target;
}

static bool says(const char *text)
{
    return reply.body && memmem(reply.body, reply.len, text, strlen(text)) != NULL;
}

static json_t *json(void)
{
    json_error_t error;
    json_t *value = json_loadb(reply.body, reply.len, JSON_REJECT_DUPLICATES, &error);
    check(value != NULL);
    return value;
}

static void put(const struct exchange_collection *c, const char *id, int64_t version_us, int64_t now_us)
{
    char octets[200];
    size_t added;
    snprintf(octets, sizeof octets, "{\"id\":\"%s\"}", id);
    struct exchange_object o = {.id = id, .spec_version = "2.1", .version_us = version_us, .octets = (const uint8_t *)octets, .len = strlen(octets)};
    check_int(exchange_put_all(store, c->number, &o, 1, now_us, &added), ==, 0);
}

TEST(only_who_has_a_token_is_answered)
{
    set_up();
    static const char *const bad[] = {NULL, "", "Bearer x", "Bearer secret-of-recipient-d", "Bearer secret-of-recipient-", "Basic Yjp4"};
    for (size_t i = 0; i < array_len(bad); i++) {
        check_int(ask_as(bad[i], TAXII_GET, "/taxii2/"), ==, TAXII_REPLY);
        check_int(reply.status, ==, TAXII_UNAUTHORIZED);
        check(reply.challenge);
    }
    check_int(get_as("b", "/taxii2/"), ==, TAXII_OK);
    check_int(taxii_service_set_secret(service, 0, "short", 5), ==, -EINVAL);
    check_int(taxii_service_set_secret(service, 0, NULL, 0), ==, 0);
    check_int(get_as("b", "/taxii2/"), ==, TAXII_UNAUTHORIZED);
    check_int(taxii_service_counters(service)->refused_credentials, ==, array_len(bad) + 1);
    tear_down();
}

static int get_with(const char *authorization, const uint8_t *fingerprint)
{
    struct taxii_peer peer = {.is_read = true, .has_certificate = fingerprint != NULL};
    if (fingerprint)
        memcpy(peer.fingerprint, fingerprint, sizeof peer.fingerprint);
    struct taxii_request request = {.method = TAXII_GET, .target = "/taxii2/", .authorization = authorization, .now_us = T0, .peer = &peer};
    free(reply.body);
    check_int(taxii_service_ask(service, store, &request, &reply, &post, &removal), ==, TAXII_REPLY);
    return (int)reply.status;
}

TEST(certificates_are_asked_for_besides_a_token_or_alone)
{
    static const uint8_t of_b[TAXII_FINGERPRINT_LEN] = {1, 2, 3}, of_c[TAXII_FINGERPRINT_LEN] = {1, 2, 4}, zeros[TAXII_FINGERPRINT_LEN];
    struct taxii_recipient recipients[] = {{.name = "b", .has_fingerprint = true}, {.name = "c", .without_token = true, .has_fingerprint = true}, {.name = "d"}};
    memcpy(recipients[0].fingerprint, of_b, sizeof of_b);
    memcpy(recipients[1].fingerprint, of_c, sizeof of_c);
    set_up();
    taxii_service_free(service);
    check_int(taxii_service_new("test", recipients, 3, &service), ==, 0);
    check_int(taxii_service_set_secret(service, 0, "secret-of-recipient-b", 21), ==, 0);
    check_int(taxii_service_set_secret(service, 2, "secret-of-recipient-d", 21), ==, 0);
    check_int(get_with("Bearer secret-of-recipient-b", of_b), ==, TAXII_OK);
    check_int(get_with("Bearer secret-of-recipient-b", of_c), ==, TAXII_UNAUTHORIZED);
    check_int(get_with("Bearer secret-of-recipient-b", NULL), ==, TAXII_UNAUTHORIZED);
    check_int(get_with(NULL, of_b), ==, TAXII_UNAUTHORIZED); /* the token is needed too */
    check_int(get_with(NULL, of_c), ==, TAXII_OK);
    check_int(get_with("Bearer secret-of-recipient-x", of_c), ==, TAXII_UNAUTHORIZED);
    check_int(get_with(NULL, zeros), ==, TAXII_UNAUTHORIZED);
    check_int(get_with(NULL, NULL), ==, TAXII_UNAUTHORIZED);
    check_int(get_with("Bearer secret-of-recipient-d", of_c), ==, TAXII_OK); /* who needs none may show one */
    tear_down();
}

TEST(others_are_not_there)
{
    set_up();
    put(&to_c, "malware--" UUID "1", T0, T0);
    check_int(get_as("b", in(&to_c, "")), ==, TAXII_NOT_FOUND);
    char *nothing = strndup(reply.body, reply.len);
    check_int(get_as("b", "/api/collections/" UUID "1/"), ==, TAXII_NOT_FOUND);
    check(strlen(nothing) == reply.len && memcmp(nothing, reply.body, reply.len) == 0);
    free(nothing);
    check_int(get_as("b", in(&to_c, "objects/")), ==, TAXII_NOT_FOUND);
    check_int(get_as("b", in(&to_c, "objects/malware--" UUID "1/")), ==, TAXII_NOT_FOUND);
    check_int(get_as("c", in(&from_b, "")), ==, TAXII_NOT_FOUND);
    check_int(get_as("c", in(&to_c, "objects/")), ==, TAXII_OK);
    struct exchange_collection from_c; /* of a time when it was allowed to send */
    check_int(exchange_collection_put(store, "from-c", "of c", 1000, 1 << 20, &from_c), ==, 0);
    check_int(get_as("c", in(&from_c, "")), ==, TAXII_NOT_FOUND);
    check_int(get_as("b", "/api/collections/"), ==, TAXII_OK);
    json_t *value = json();
    check_int(json_array_size(json_object_get(value, "collections")), ==, 2);
    json_decref(value);
    check(!says("for \\\"c\\\""));
    check_int(get_as("c", "/api/collections/"), ==, TAXII_OK);
    check(says("for \\\"c\\\"") && !says("of b"));
    tear_down();
}

TEST(pages_carry_their_dates_and_are_deliveries)
{
    set_up();
    put(&to_b, "malware--" UUID "1", T0, T0 + 1);
    put(&to_b, "malware--" UUID "2", T0 + 1500, T0 + 2);
    put(&to_b, "malware--" UUID "3", 0, T0 + 3);
    check_int(get_as("b", in(&to_b, "objects/?limit=2")), ==, TAXII_OK);
    check(reply.first_us == T0 + 1 && reply.last_us == T0 + 2);
    check(reply.delivered && reply.delivery.objects == 2 && reply.delivery.collection == to_b.number);
    check_str(reply.delivery.recipient, "b");
    json_t *value = json();
    check(json_is_true(json_object_get(value, "more")));
    check_int(json_array_size(json_object_get(value, "objects")), ==, 2);
    char target[100];
    snprintf(target, sizeof target, "objects/?limit=9&next=%s", json_string_value(json_object_get(value, "next")));
    json_decref(value);
    check_int(get_as("b", in(&to_b, target)), ==, TAXII_OK);
    check(says("\"more\":false") && says("malware--" UUID "3") && !says("malware--" UUID "1"));
    check_int(get_as("b", in(&from_b, target)), ==, TAXII_BAD_REQUEST); /* the mark of another collection */
    snprintf(target, sizeof target, "objects/?next=%032d", 1);
    check_int(get_as("b", in(&to_b, target)), ==, TAXII_BAD_REQUEST);
    check_int(get_as("b", in(&to_b, "manifest/")), ==, TAXII_OK);
    check(!reply.delivered && reply.last_us == T0 + 3);
    check(says("\"date_added\":\"2023-11-14T22:13:20.000002Z\",\"version\":\"2023-11-14T22:13:20.001500Z\""));
    check(says("\"version\":\"2023-11-14T22:13:20.000Z\"") && says("\"version\":\"2023-11-14T22:13:20.000003Z\""));
    check_int(get_as("b", in(&to_b, "objects/malware--" UUID "3/versions/")), ==, TAXII_OK);
    check(says("{\"versions\":[\"2023-11-14T22:13:20.000003Z\"],\"more\":false}"));
    check_int(get_as("b", in(&to_b, "objects/malware--" UUID "1/?added_after=2024-01-01T00:00:00Z")), ==, TAXII_OK);
    check(says("{\"more\":false}") && reply.first_us == 0 && !reply.delivered);
    check_int(get_as("b", in(&to_b, "objects/malware--" UUID "9/")), ==, TAXII_NOT_FOUND);
    tear_down();
}

TEST(a_page_ends_when_it_is_large)
{
    set_up();
    static char octets[EXCHANGE_OBJECT_MAX];
    memset(octets, ' ', sizeof octets);
    octets[0] = '{';
    octets[sizeof octets - 1] = '}';
    check_int(exchange_collection_put(store, "to-b", "for b", 1000, 1 << 30, &to_b), ==, 0);
    for (int i = 0; i < 10; i++) {
        char id[64];
        size_t added;
        snprintf(id, sizeof id, "malware--" UUID "%d", i);
        struct exchange_object o = {.id = id, .spec_version = "2.1", .version_us = T0, .octets = (const uint8_t *)octets, .len = sizeof octets};
        check_int(exchange_put_all(store, to_b.number, &o, 1, T0, &added), ==, 0);
    }
    check_int(get_as("b", in(&to_b, "objects/")), ==, TAXII_OK);
    check(says("\"more\":true"));
    check_int(reply.delivery.objects, ==, 7); /* eight would be more than 8 MiB with what is between them */
    tear_down();
}

TEST(removal_is_for_own_objects)
{
    set_up();
    put(&to_b, "malware--" UUID "1", T0, T0 + 1);
    put(&from_b, "malware--" UUID "1", T0, T0 + 1);
    put(&from_b, "malware--" UUID "1", T0 + 5, T0 + 2);
    static const char b[] = "Bearer secret-of-recipient-b";
    check_int(ask_as(b, TAXII_DELETE, in(&to_b, "objects/malware--" UUID "1/")), ==, TAXII_REPLY);
    check_int(reply.status, ==, TAXII_FORBIDDEN);
    check_int(ask_as(b, TAXII_DELETE, in(&from_b, "objects/malware--" UUID "1/")), ==, TAXII_REMOVE);
    check(removal.count == 2 && removal.recipient == 0 && removal.collection == from_b.number);
    check_int(ask_as(b, TAXII_DELETE, in(&from_b, "objects/malware--" UUID "1/?match[version]=last")), ==, TAXII_REMOVE);
    check(removal.count == 1 && removal.versions_us[0] == T0 + 5);
    check_int(ask_as(b, TAXII_DELETE, in(&from_b, "objects/malware--" UUID "2/")), ==, TAXII_REPLY);
    check_int(reply.status, ==, TAXII_NOT_FOUND);
    check_int(ask_as(b, TAXII_DELETE, "/api/"), ==, TAXII_REPLY);
    check(reply.status == TAXII_METHOD_NOT_ALLOWED && reply.allow == TAXII_GET);
    tear_down();
}

TEST(without_a_store_some_things_can_still_be_said)
{
    set_up();
    struct exchange *kept = store;
    store = NULL;
    check_int(get_as("b", "/taxii2/"), ==, TAXII_OK);
    check_int(get_as("b", in(&to_b, "objects/")), ==, TAXII_UNAVAILABLE);
    check(reply.retry_after_s > 0);
    store = kept;
    tear_down();
}

/* ---- posts ---- */

static void begin_post(void)
{
    check_int(ask_as("Bearer secret-of-recipient-b", TAXII_POST, in(&from_b, "objects/")), ==, TAXII_POSTED);
}

/* Feeds the text in pieces of that size; whether it is an envelope. */
static bool feed(const char *text, size_t piece)
{
    for (size_t at = 0, len = strlen(text); at < len; at += piece)
        taxii_post_feed(post, text + at, len - at < piece ? len - at : piece);
    return taxii_post_finish(post, &reply);
}

/* As the hub does it. */
static unsigned store_chunks(int pretend)
{
    const uint8_t *octets;
    size_t len;
    unsigned count, total = 0;
    while ((octets = taxii_post_chunk(post, &len, &count)) != NULL) {
        struct reader r = reader_of(octets, len);
        static struct exchange_object objects[TAXII_CHUNK_OBJECTS];
        size_t n = 0, added = 0;
        while (n < TAXII_CHUNK_OBJECTS && taxii_chunk_read(&r, &objects[n]) == 1)
            n++;
        check_int(n, ==, count);
        check(r.left == 0 && !r.failed);
        int e = pretend ? pretend : exchange_put_all(store, taxii_post_collection(post), objects, n, T0, &added);
        if (!taxii_post_result(post, e))
            break;
        total += (unsigned)added;
    }
    return total;
}

#define GOOD(n) "{\"type\":\"ipv4-addr\",\"spec_version\":\"2.1\",\"id\":\"ipv4-addr--" UUID n "\",\"value\":\"192.0.2." n "\"}"

TEST(a_post_says_what_became_of_each_object)
{
    static const char envelope[] = "{\"objects\":[" GOOD("1") ",{\"type\":\"malware\"}," GOOD("2") ",{\"a\":1,\"a\":2},3]}";
    for (size_t piece = 1; piece < 200; piece += 33) {
        set_up();
        begin_post();
        check(feed(envelope, piece));
        check_int(store_chunks(0), ==, 2);
        taxii_post_reply(post, &reply);
        check_int(reply.status, ==, TAXII_ACCEPTED);
        json_t *value = json();
        check_int(json_integer_value(json_object_get(value, "total_count")), ==, 5);
        check_int(json_integer_value(json_object_get(value, "success_count")), ==, 2);
        check_int(json_integer_value(json_object_get(value, "failure_count")), ==, 3);
        check_int(json_array_size(json_object_get(value, "successes")), ==, 2);
        check_int(json_array_size(json_object_get(value, "failures")), ==, 3);
        char target[100];
        snprintf(target, sizeof target, "/api/status/%s/", json_string_value(json_object_get(value, "id")));
        char *text = strndup(reply.body, reply.len);
        check_int(get_as("b", target), ==, TAXII_OK);
        check(reply.len == strlen(text) && memcmp(text, reply.body, reply.len) == 0);
        check_int(get_as("c", target), ==, TAXII_NOT_FOUND);
        free(text);
        json_decref(value);
        taxii_post_free(post);
        tear_down();
    }
}

TEST(what_cannot_be_written_is_told)
{
    set_up();
    begin_post();
    check(feed("{\"objects\":[" GOOD("1") "]}", 50));
    store_chunks(-EDQUOT);
    taxii_post_reply(post, &reply);
    check(says("\"failure_count\":1") && says("object 1") == false && says("the collection is full"));
    taxii_post_free(post);
    begin_post();
    check(feed("{\"objects\":[" GOOD("1") "]}", 50));
    check(!taxii_post_result(post, -ENOSPC)); /* not the object's fault: the whole post is refused */
    taxii_post_free(post);
    tear_down();
}

TEST(what_is_no_envelope_is_refused)
{
    static const char *const bad[] = {"", "{", "[]", "{}", "null", "{\"objects\":[", "{\"objects\":[]}x", GOOD("1"), "{\"objects\":[],\"objects\":[]}"};
    set_up();
    for (size_t i = 0; i < array_len(bad); i++) {
        begin_post();
        if (feed(bad[i], 3))
            printf("# taken: %s\n", bad[i]);
        check_int(reply.status, ==, TAXII_BAD_REQUEST);
        taxii_post_free(post);
    }
    begin_post();
    check(feed("{\"objects\":[]}", 3));
    check_int(store_chunks(0), ==, 0);
    taxii_post_reply(post, &reply);
    check(says("\"total_count\":0"));
    taxii_post_free(post);
    tear_down();
}

TEST(a_body_that_is_too_large_is_refused)
{
    set_up();
    begin_post();
    static char blanks[1 << 20];
    memset(blanks, ' ', sizeof blanks);
    for (int i = 0; i < 17; i++)
        taxii_post_feed(post, blanks, sizeof blanks);
    check(!taxii_post_finish(post, &reply));
    check_int(reply.status, ==, TAXII_CONTENT_TOO_LARGE);
    taxii_post_free(post);
    struct taxii_request request = {.method = TAXII_POST, .target = in(&from_b, "objects/"), .authorization = "Bearer secret-of-recipient-b",
                                    .content_type = TAXII_MEDIA_TYPE, .content_length = TAXII_CONTENT_MAX + 1, .now_us = T0};
    free(reply.body);
    check_int(taxii_service_ask(service, store, &request, &reply, &post, &removal), ==, TAXII_REPLY);
    check_int(reply.status, ==, TAXII_CONTENT_TOO_LARGE);
    free(reply.body);
    request.content_length = 0;
    request.content_encoding = "gzip";
    check_int(taxii_service_ask(service, store, &request, &reply, &post, &removal), ==, TAXII_REPLY);
    check_int(reply.status, ==, TAXII_UNSUPPORTED_MEDIA_TYPE);
    tear_down();
}

TEST(all_posts_together_have_a_limit)
{
    set_up();
    static struct taxii_post *posts[TAXII_POSTS_OCTETS / EXCHANGE_OBJECT_MAX + 1];
    size_t n = 0;
    while (n < array_len(posts) && taxii_post_new(service, 0, from_b.number, T0, &posts[n]) == 0)
        n++;
    check_int(n, ==, TAXII_POSTS_OCTETS / EXCHANGE_OBJECT_MAX);
    check_int(ask_as("Bearer secret-of-recipient-b", TAXII_POST, in(&from_b, "objects/")), ==, TAXII_REPLY);
    check_int(reply.status, ==, TAXII_UNAVAILABLE);
    while (n > 0)
        taxii_post_free(posts[--n]);
    begin_post();
    taxii_post_free(post);
    tear_down();
}

TEST(chunks_that_lie_are_refused)
{
    static const uint8_t bad[][12] = {{0}, {0, 1}, {0, 3, '2', '.', '1'}, {0, 3, '2', 0, '1', 0}, {0xff, 0xff, 'x'}};
    for (size_t i = 0; i < array_len(bad); i++) {
        struct exchange_object o;
        struct reader r = reader_of(bad[i], sizeof bad[i]);
        check_int(taxii_chunk_read(&r, &o), ==, -EBADMSG);
    }
}

/* ---- statuses, bodies ---- */

TEST(statuses_go_by_age_count_and_size)
{
    struct statuses *s;
    char *text;
    size_t len;
    check_int(statuses_new(3, 10, 100, &s), ==, 0);
    check_int(statuses_put(s, 1, "a", "one", 3, 0), ==, 0);
    check_int(statuses_put(s, 1, "b", "two", 3, 50), ==, 0);
    check_int(statuses_get(s, 2, "a", 50, &text, &len), ==, -ENOENT);
    check_int(statuses_get(s, 1, "a", 50, &text, &len), ==, 0);
    check(len == 3 && memcmp(text, "one", 3) == 0);
    free(text);
    check_int(statuses_get(s, 1, "a", 101, &text, &len), ==, -ENOENT); /* too old, and gone */
    check_int(statuses_get(s, 1, "a", 50, &text, &len), ==, -ENOENT);
    check_int(statuses_put(s, 1, "c", "12345678", 8, 60), ==, 1);
    check_int(statuses_get(s, 1, "b", 60, &text, &len), ==, -ENOENT);
    check_int(statuses_put(s, 1, "d", "12345678901", 11, 60), ==, -EMSGSIZE);
    for (int i = 0; i < 3; i++)
        check(statuses_put(s, 1, "e", "", 0, 60) >= 0);
    check_int(statuses_get(s, 1, "c", 60, &text, &len), ==, -ENOENT); /* the fourth pushed it out */
    statuses_free(s);
}

TEST(bodies_escape_and_end_at_their_limit)
{
    struct body b = body_of(100);
    body_string(&b, "a\"b\\c\n\x01\xe6\x97\xa5");
    check_int(b.len, ==, strlen("\"a\\\"b\\\\c\\u000a\\u0001\xe6\x97\xa5\""));
    check(memcmp(b.text, "\"a\\\"b\\\\c\\u000a\\u0001\xe6\x97\xa5\"", b.len) == 0);
    body_octets(&b, "x", 100);
    check(b.broken);
    body_free(&b);
}

TEST(names_of_recipients)
{
    check(taxii_name_is_valid("node-b") && taxii_name_is_valid("9"));
    check(!taxii_name_is_valid("") && !taxii_name_is_valid("-b") && !taxii_name_is_valid("Node") && !taxii_name_is_valid("a.b") &&
          !taxii_name_is_valid("a/b") && !taxii_name_is_valid("123456789012345678901234567890123456789012345678"));
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
