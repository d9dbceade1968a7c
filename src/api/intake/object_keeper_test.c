/* Objects of sources: kept as they came, once, apart from those of others; what cannot be kept is counted. */
#include "api/intake/object_keeper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"

#define T0 INT64_C(1700000000000000)
static char dir[64], path[96];

static struct exchange *open_fresh(void)
{
    struct exchange *e = NULL;
    snprintf(dir, sizeof dir, "/tmp/object_keeper_test.XXXXXX");
    check(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/exchange.db", dir);
    check_int(exchange_open(path, &e), ==, 0);
    return e;
}

static void close_and_remove(struct exchange *e)
{
    exchange_close(e);
    static const char *const tails[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < array_len(tails); i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", path, tails[i]);
        unlink(file);
    }
    rmdir(dir);
}

static struct object_keeper_counts keep(struct exchange *e, const char *source, const char *const *ids, unsigned count, const char *octets)
{
    struct object_keeper *k;
    check_int(object_keeper_new(e, source, &k), ==, 0);
    for (unsigned i = 0; i < count; i++)
        check_int(object_keeper_take(k, ids[i], "2.1", T0, (const uint8_t *)octets, strlen(octets)), ==, 0);
    object_keeper_flush(k);
    struct object_keeper_counts counts = object_keeper_counts(k);
    object_keeper_free(k);
    return counts;
}

static int take_octets(void *self, const struct exchange_row *row)
{
    snprintf(self, 64, "%s %.*s", row->spec_version, (int)row->len, (const char *)row->octets);
    return 0;
}

static void read_back(struct exchange *e, const char *source, const char *id, char *ret_text)
{
    struct exchange_collection c;
    struct exchange_page page;
    const struct exchange_filter of = {.ids = &id, .id_count = 1};
    *ret_text = '\0';
    check_int(exchange_collection_of_source(e, source, &c), ==, 0);
    check_str(c.title, source);
    check_int(exchange_page(e, c.number, &of, 1, true, take_octets, ret_text, &page), ==, 0);
}

TEST(an_object_is_kept_once_for_each_source_as_it_came)
{
    struct exchange *e = open_fresh();
    static const char *const ids[] = {"indicator--1", "malware--2", "not-of-stix"};
    char text[64];
    struct object_keeper_counts c = keep(e, "one", ids, 3, "{ \"a\" : 1 }");
    check_int(c.kept, ==, 2);
    check_int(c.not_kept, ==, 0);
    c = keep(e, "one", ids, 3, "{\"forged\":1}"); /* the same version: what came first stays */
    check_int(c.kept, ==, 0);
    check_int(c.known, ==, 2);
    c = keep(e, "日本の情報源", ids, 1, "{\"b\":2}"); /* nobody speaks for another source */
    check_int(c.kept, ==, 1);
    read_back(e, "one", "indicator--1", text);
    check_str(text, "2.1 { \"a\" : 1 }");
    read_back(e, "日本の情報源", "indicator--1", text);
    check_str(text, "2.1 {\"b\":2}");
    close_and_remove(e);
}

TEST(more_than_a_batch_is_kept_on_the_way)
{
    struct exchange *e = open_fresh();
    struct object_keeper *k;
    char id[32];
    check_int(object_keeper_new(e, "many", &k), ==, 0);
    for (unsigned i = 0; i < 2500; i++) {
        snprintf(id, sizeof id, "indicator--%u", i);
        check_int(object_keeper_take(k, id, "2.1", T0, (const uint8_t *)"{}", 2), ==, 0);
    }
    check_int(object_keeper_counts(k).kept, ==, 2000);
    object_keeper_flush(k);
    check_int(object_keeper_counts(k).kept, ==, 2500);
    object_keeper_free(k);
    close_and_remove(e);
}

TEST(what_cannot_be_kept_is_counted_with_its_reason)
{
    struct exchange *e = open_fresh();
    struct object_keeper *k;
    static const char *const ids[] = {"indicator--1", "indicator--2"};
    struct exchange_collection c;
    struct object_keeper_counts counts = keep(NULL, "one", ids, 2, "{}");
    check_int(counts.not_kept, ==, 2);
    check(counts.why != NULL);
    check_int(object_keeper_new(e, "one", &k), ==, 0);
    check_int(object_keeper_take(k, ids[0], "2.1", -1, (const uint8_t *)"{}", 2), ==, 0);
    check_int(object_keeper_take(k, ids[0], "", T0, (const uint8_t *)"{}", 2), ==, 0);
    check_int(object_keeper_counts(k).not_kept, ==, 2);
    check_int(object_keeper_take(k, ids[0], "2.1", T0, (const uint8_t *)"{}", 2), ==, 0);
    check_int(object_keeper_take(k, "indicator--with blanks", "2.1", T0, (const uint8_t *)"{}", 2), ==, 0);
    check_int(object_keeper_take(k, ids[1], "2.1", T0, (const uint8_t *)"{}", 2), ==, 0);
    object_keeper_flush(k); /* one that is not fit does not take the others with it */
    check_int(object_keeper_counts(k).not_kept, ==, 3);
    check_int(object_keeper_counts(k).kept, ==, 2);
    object_keeper_free(k);
    /* Sources do not use up the collections of recipients. */
    for (unsigned i = 1; i < EXCHANGE_SOURCES_MAX; i++) { /* and "one" */
        char source[32];
        snprintf(source, sizeof source, "source %u", i);
        check_int(exchange_collection_of_source(e, source, &c), ==, 0);
    }
    counts = keep(e, "one more", ids, 2, "{}");
    check_int(counts.not_kept, ==, 2);
    check_str(counts.why, exchange_error_of(-E2BIG));
    check_int(keep(e, "source 1", ids, 2, "{}").kept, ==, 2);
    close_and_remove(e);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
