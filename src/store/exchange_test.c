/* Exchanged objects: what is kept once, the order of date_added, filters and pages, limits, readers beside the writer. */
#include "store/exchange.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"
#include "store/exchange_impl.h"

static char dir[64], path[96];
static unsigned box; /* the collection that the tests fill */

#define T0 INT64_C(1700000000000000)

static struct exchange *open_fresh(void)
{
    struct exchange *e = NULL;
    struct exchange_collection c = {0};
    snprintf(dir, sizeof dir, "/tmp/exchange_test.XXXXXX");
    check(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/exchange.db", dir);
    check_int(exchange_open(path, &e), ==, 0);
    check_int(exchange_collection_put(e, "to-b", "for b", 1000000, 1 << 30, &c), ==, 0);
    box = c.number;
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

static struct exchange_object object(const char *id, int64_t version_us, const char *octets)
{
    return (struct exchange_object){
        .id = id, .spec_version = "2.1", .version_us = version_us, .octets = (const uint8_t *)octets, .len = strlen(octets)};
}

static int64_t put(struct exchange *e, const char *id, int64_t version_us, int64_t now_us)
{
    struct exchange_object o = object(id, version_us, "{}");
    size_t added = 9;
    check_int(exchange_put_all(e, box, &o, 1, now_us, &added), ==, 0);
    check_int(added, ==, o.is_new);
    return o.added_us;
}

/* Rows as "a1 b2": the last letter of the type's first word and the version's number. */
struct seen {
    char text[4096];
    int64_t last_us;
};

static int note(void *self, const struct exchange_row *row)
{
    struct seen *s = self;
    size_t n = strlen(s->text);
    check(row->added_us > s->last_us);
    s->last_us = row->added_us;
    snprintf(s->text + n, sizeof s->text - n, "%s%s@%lld", n ? " " : "", row->id, (long long)(row->version_us - T0));
    return 0;
}

static const char *found(struct exchange *e, const struct exchange_filter *f, unsigned limit, struct exchange_page *ret_page)
{
    static struct seen s;
    struct exchange_page page = {0};
    s = (struct seen){0};
    check_int(exchange_page(e, box, f, limit, false, note, &s, &page), ==, 0);
    if (ret_page)
        *ret_page = page;
    return s.text;
}

static const char *all(struct exchange *e)
{
    return found(e, &(struct exchange_filter){.all = true}, 100, NULL);
}

TEST(the_same_version_twice_changes_nothing)
{
    struct exchange *e = open_fresh();
    int64_t first = put(e, "a--1", T0 + 1, T0);
    check_int(put(e, "a--1", T0 + 1, T0 + 50), ==, first);
    check_str(all(e), "a--1@1");
    struct exchange_object twice[] = {object("b--1", T0, "{}"), object("b--1", T0, "{\"other\":1}")};
    size_t added = 0;
    check_int(exchange_put_all(e, box, twice, 2, T0, &added), ==, 0);
    check_int(added, ==, 1);
    check(twice[0].is_new && !twice[1].is_new);
    check_int(twice[0].added_us, ==, twice[1].added_us);
    struct exchange_collection c;
    check_int(exchange_collection_get(e, "to-b", &c), ==, 0);
    check_int(c.objects, ==, 2);
    check_int(c.octets, ==, 4);
    check_int(exchange_counters(e)->added, ==, 2);
    check_int(exchange_counters(e)->known, ==, 2);
    close_and_remove(e);
}

TEST(the_same_object_in_another_collection_is_another)
{
    struct exchange *e = open_fresh();
    struct exchange_collection c;
    check_int(exchange_collection_put(e, "to-c", "for c", 10, 100, &c), ==, 0);
    put(e, "a--1", T0, T0);
    struct exchange_object o = object("a--1", T0, "{}");
    size_t added = 0;
    check_int(exchange_put_all(e, c.number, &o, 1, T0, &added), ==, 0);
    check_int(added, ==, 1);
    check_int(o.added_us, ==, T0); /* unique within a collection only */
    check_str(all(e), "a--1@0");
    close_and_remove(e);
}

TEST(date_added_grows_when_the_clock_does_not)
{
    struct exchange *e = open_fresh();
    check_int(put(e, "a--1", T0, T0), ==, T0);
    check_int(put(e, "a--2", T0, T0), ==, T0 + 1);
    check_int(put(e, "a--3", T0, T0 - 1000000), ==, T0 + 2);
    check_int(put(e, "a--4", T0, 0), ==, T0 + 3);
    check_int(put(e, "a--5", T0, T0 + 1000), ==, T0 + 1000);
    exchange_close(e);
    check_int(exchange_open(path, &e), ==, 0);
    check_int(put(e, "a--6", T0, T0), ==, T0 + 1001); /* kept in the file */
    size_t removed = 0;
    check_int(exchange_remove(e, box, "a--6", -1, &removed), ==, 0);
    check_int(put(e, "a--6", T0, T0), ==, T0 + 1002); /* never given again */
    close_and_remove(e);
}

TEST(a_clock_that_was_never_set_still_orders)
{
    struct exchange *e = open_fresh();
    int64_t first = put(e, "a--1", T0, 5);
    check(first > 0 && put(e, "a--2", T0, 6) == first + 1);
    check_str(all(e), "a--1@0 a--2@0");
    close_and_remove(e);
}

TEST(versions_are_chosen)
{
    struct exchange *e = open_fresh();
    put(e, "a--1", T0 + 2, T0 + 10);
    put(e, "a--1", T0 + 3, T0 + 11);
    put(e, "a--1", T0 + 1, T0 + 12); /* an older one comes later */
    put(e, "b--1", T0 + 2, T0 + 13);
    check_str(found(e, &(struct exchange_filter){0}, 9, NULL), "a--1@3 b--1@2");
    check_str(found(e, &(struct exchange_filter){.last = true}, 9, NULL), "a--1@3 b--1@2");
    check_str(found(e, &(struct exchange_filter){.first = true}, 9, NULL), "a--1@1 b--1@2");
    check_str(found(e, &(struct exchange_filter){.first = true, .last = true}, 9, NULL), "a--1@3 a--1@1 b--1@2");
    check_str(all(e), "a--1@2 a--1@3 a--1@1 b--1@2");
    int64_t second = T0 + 2;
    check_str(found(e, &(struct exchange_filter){.versions_us = &second, .version_count = 1}, 9, NULL), "a--1@2 b--1@2");
    check_str(found(e, &(struct exchange_filter){.versions_us = &second, .version_count = 1, .last = true}, 9, NULL),
              "a--1@2 a--1@3 b--1@2");
    close_and_remove(e);
}

TEST(without_a_version_date_added_is_it)
{
    struct exchange *e = open_fresh();
    int64_t added = put(e, "ipv4-addr--1", 0, T0 + 7);
    check_int(put(e, "ipv4-addr--1", 0, T0 + 8), ==, added);
    check_str(all(e), "ipv4-addr--1@7");
    check_str(found(e, &(struct exchange_filter){.versions_us = &added, .version_count = 1}, 9, NULL), "ipv4-addr--1@7");
    size_t removed = 0;
    check_int(exchange_remove(e, box, "ipv4-addr--1", T0 + 8, &removed), ==, 0);
    check_int(removed, ==, 0);
    check_int(exchange_remove(e, box, "ipv4-addr--1", T0 + 7, &removed), ==, 0);
    check_int(removed, ==, 1);
    close_and_remove(e);
}

TEST(identifiers_types_and_specs_are_filtered_and_merged_in_order)
{
    struct exchange *e = open_fresh();
    put(e, "a--1", T0, T0 + 1);
    put(e, "b--1", T0, T0 + 2);
    put(e, "a--2", T0, T0 + 3);
    put(e, "c--1", T0, T0 + 4);
    struct exchange_object old = object("b--2", T0, "{}");
    size_t added;
    old.spec_version = "2.0";
    check_int(exchange_put_all(e, box, &old, 1, T0 + 5, &added), ==, 0);
    static const char *const types[] = {"c", "a", "a", "none"}, *const ids[] = {"b--2", "a--2", "a--1", "a--2", "x--1"};
    static const char *const specs[] = {"2.0", "3.0"}, *const part[] = {"a-"};
    check_str(found(e, &(struct exchange_filter){.types = types, .type_count = 4}, 9, NULL), "a--1@0 a--2@0 c--1@0");
    check_str(found(e, &(struct exchange_filter){.ids = ids, .id_count = 5}, 9, NULL), "a--1@0 a--2@0 b--2@0");
    check_str(found(e, &(struct exchange_filter){.ids = ids, .id_count = 5, .types = types, .type_count = 4}, 9, NULL),
              "a--1@0 a--2@0");
    check_str(found(e, &(struct exchange_filter){.spec_versions = specs, .spec_version_count = 2}, 9, NULL), "b--2@0");
    check_str(found(e, &(struct exchange_filter){.types = part, .type_count = 1}, 9, NULL), "");
    check_str(found(e, &(struct exchange_filter){.after_us = T0 + 3}, 9, NULL), "c--1@0 b--2@0");
    check_str(found(e, &(struct exchange_filter){.after_us = T0 + 1, .ids = ids, .id_count = 5}, 9, NULL), "a--2@0 b--2@0");
    check_str(found(e, &(struct exchange_filter){.after_us = INT64_MAX}, 9, NULL), "");
    close_and_remove(e);
}

TEST(pages_give_each_object_once_also_while_others_come)
{
    struct exchange *e = open_fresh();
    char id[32];
    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "%c--%d", 'a' + i % 3, i);
        put(e, id, T0, T0);
    }
    struct exchange_filter f = {0};
    struct exchange_page page = {.more = true};
    unsigned total = 0;
    for (int turn = 0; page.more && turn < 100; turn++) {
        found(e, &f, 7, &page);
        total += page.count;
        check(page.count <= 7 && page.first_us > f.after_us && page.last_us >= page.first_us);
        check(!page.more || page.next_us == page.last_us);
        f.after_us = page.next_us;
        if (turn == 0)
            put(e, "z--1", T0, 0);
    }
    check_int(total, ==, 21);
    found(e, &(struct exchange_filter){0}, 21, &page);
    check(!page.more && page.count == 21 && page.next_us == 0);
    found(e, &(struct exchange_filter){0}, 20, &page);
    check(page.more && page.count == 20);
    static const char *const types[] = {"a", "b"};
    found(e, &(struct exchange_filter){.types = types, .type_count = 2}, 14, &page);
    check(!page.more && page.count == 14);
    close_and_remove(e);
}

TEST(octets_come_back_as_they_were)
{
    struct exchange *e = open_fresh();
    static const char text[] = "{ \"id\":\"a--1\",\n\t\"x\":\"\xe6\x97\xa5\" }";
    struct exchange_object o = object("a--1", T0, text);
    size_t added;
    check_int(exchange_put_all(e, box, &o, 1, T0, &added), ==, 0);
    sqlite3_stmt *s;
    check_int(exchange_prepare(e, "SELECT octets FROM object", &s), ==, 0);
    check_int(sqlite3_step(s), ==, SQLITE_ROW);
    check_int(sqlite3_column_bytes(s, 0), ==, sizeof text - 1);
    check_bytes(sqlite3_column_blob(s, 0), text, sizeof text - 1);
    sqlite3_finalize(s);
    close_and_remove(e);
}

static int take_two(void *self, const struct exchange_row *row)
{
    (void)row;
    unsigned *left = self;
    return (*left)-- > 0 ? 0 : EXCHANGE_ENOUGH;
}

TEST(a_page_may_end_when_its_taker_has_enough)
{
    struct exchange *e = open_fresh();
    put(e, "a--1", T0, T0 + 1);
    put(e, "a--2", T0, T0 + 2);
    put(e, "a--3", T0, T0 + 3);
    unsigned left = 2;
    struct exchange_page page;
    check_int(exchange_page(e, box, &(struct exchange_filter){0}, 9, true, take_two, &left, &page), ==, 0);
    check(page.more && page.count == 2 && page.next_us == T0 + 2 && page.last_us == T0 + 2);
    close_and_remove(e);
}

TEST(a_batch_is_taken_whole_or_not_at_all)
{
    struct exchange *e = open_fresh();
    struct exchange_object bad[] = {object("a--1", T0, "{}"), object("nothing", T0, "{}")};
    size_t added = 7;
    check_int(exchange_put_all(e, box, bad, 2, T0, &added), ==, -EINVAL);
    check_int(added, ==, 7);
    check_str(all(e), "");
    check_int(exchange_put_all(e, 999, bad, 1, T0, &added), ==, -ENOENT);
    struct exchange_object o = object("a--1", -1, "{}");
    check_int(exchange_put_all(e, box, &o, 1, T0, &added), ==, -EINVAL);
    o = object("a--\n", T0, "{}");
    check_int(exchange_put_all(e, box, &o, 1, T0, &added), ==, -EINVAL);
    o = object("a--1", T0, "");
    check_int(exchange_put_all(e, box, &o, 1, T0, &added), ==, -EINVAL);
    o = object("a--1", T0, "{}");
    o.spec_version = "";
    check_int(exchange_put_all(e, box, &o, 1, T0, &added), ==, -EINVAL);
    check_int(exchange_counters(e)->added, ==, 0);
    check_int(put(e, "a--1", T0, T0), ==, T0);
    close_and_remove(e);
}

TEST(a_full_collection_refuses_and_says_so)
{
    struct exchange *e = open_fresh();
    struct exchange_collection c;
    check_int(exchange_collection_put(e, "to-b", "for b", 2, 1 << 20, &c), ==, 0);
    struct exchange_object three[] = {object("a--1", T0, "{}"), object("a--2", T0, "{}"), object("a--3", T0, "{}")};
    size_t added;
    check_int(exchange_put_all(e, box, three, 3, T0, &added), ==, -EDQUOT);
    check_int(exchange_put_all(e, box, three, 2, T0, &added), ==, 0);
    check_int(exchange_put_all(e, box, three, 2, T0, &added), ==, 0); /* known ones are no more than before */
    check_int(exchange_put_all(e, box, &three[2], 1, T0, &added), ==, -EDQUOT);
    check_int(exchange_counters(e)->refused_full, ==, 2);
    check_int(exchange_collection_put(e, "to-b", "for b", 9, 5, &c), ==, 0);
    check_int(exchange_put_all(e, box, &three[2], 1, T0, &added), ==, -EDQUOT); /* octets */
    close_and_remove(e);
}

TEST(versions_beyond_the_limit_push_the_oldest_out)
{
    struct exchange *e = open_fresh();
    for (int i = 1; i <= EXCHANGE_VERSIONS_MAX + 2; i++)
        put(e, "a--1", T0 + 10 * i, T0 + i);
    struct exchange_page page;
    found(e, &(struct exchange_filter){.all = true}, 1000, &page);
    check_int(page.count, ==, EXCHANGE_VERSIONS_MAX);
    check_str(found(e, &(struct exchange_filter){.first = true}, 9, NULL), "a--1@30");
    check_str(found(e, &(struct exchange_filter){0}, 9, NULL), "a--1@2580");
    check_int(put(e, "a--1", T0 + 1, T0), ==, 0); /* older than all that are kept */
    check_int(exchange_counters(e)->versions_evicted, ==, 2);
    struct exchange_collection c;
    check_int(exchange_collection_get(e, "to-b", &c), ==, 0);
    check_int(c.objects, ==, EXCHANGE_VERSIONS_MAX);
    check_int(c.octets, ==, 2 * EXCHANGE_VERSIONS_MAX);
    close_and_remove(e);
}

TEST(what_is_removed_leaves_the_right_ends)
{
    struct exchange *e = open_fresh();
    size_t removed = 0;
    put(e, "a--1", T0 + 1, T0);
    put(e, "a--1", T0 + 2, T0);
    put(e, "a--1", T0 + 3, T0);
    put(e, "a--2", T0 + 3, T0);
    check_int(exchange_remove(e, box, "a--1", T0 + 3, &removed), ==, 0);
    check_int(removed, ==, 1);
    check_str(found(e, &(struct exchange_filter){0}, 9, NULL), "a--1@2 a--2@3");
    check_int(exchange_remove(e, box, "a--1", T0 + 1, &removed), ==, 0);
    check_str(found(e, &(struct exchange_filter){.first = true}, 9, NULL), "a--1@2 a--2@3");
    check_int(exchange_remove(e, box, "a--1", -1, &removed), ==, 0);
    check_int(exchange_remove(e, box, "a--1", -1, &removed), ==, 0);
    check_int(removed, ==, 0);
    check_str(all(e), "a--2@3");
    struct exchange_collection c;
    check_int(exchange_collection_get(e, "to-b", &c), ==, 0);
    check_int(c.objects, ==, 1);
    check_int(exchange_collection_remove(e, box), ==, 0);
    check_int(exchange_collection_get(e, "to-b", &c), ==, -ENOENT);
    check_str(all(e), "");
    check_int(exchange_collection_put(e, "to-b", "for b", 9, 9, &c), ==, 0);
    check(c.number != box); /* what was is not found under it */
    close_and_remove(e);
}

TEST(a_collection_keeps_its_identifier)
{
    struct exchange *e = open_fresh();
    struct exchange_collection a, b;
    check_int(exchange_collection_get(e, "to-b", &a), ==, 0);
    check_int(strlen(a.id), ==, 36);
    check_int(a.id[14], ==, '4');
    exchange_close(e);
    check_int(exchange_open(path, &e), ==, 0);
    check_int(exchange_collection_put(e, "to-b", "another title", 5, 5, &b), ==, 0);
    check_str(b.id, a.id);
    check_str(b.title, "another title");
    check_int(exchange_collection_of_id(e, a.id, &b), ==, 0);
    check_str(b.name, "to-b");
    check_int(exchange_collection_of_id(e, "no", &b), ==, -ENOENT);
    check_int(exchange_collection_put(e, "", "t", 5, 5, &b), ==, -EINVAL);
    check_int(exchange_collection_put(e, "x", "\xff", 5, 5, &b), ==, -EINVAL);
    close_and_remove(e);
}

static int note_delivery(void *self, const struct exchange_delivery *d)
{
    struct seen *s = self;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%s:%u:%lld:%lld:%lld:%lld ", d->recipient, d->collection,
             (long long)(d->minute_us / 60000000), (long long)d->objects, (long long)d->first_us, (long long)d->last_us);
    return 0;
}

TEST(deliveries_are_added_up_by_minute)
{
    struct exchange *e = open_fresh();
    struct exchange_delivery some[] = {
        {.recipient = "b", .collection = 1, .minute_us = 60000000 * 5 + 1, .objects = 10, .first_us = 50, .last_us = 70},
        {.recipient = "b", .collection = 1, .minute_us = 60000000 * 5 + 59999999, .objects = 3, .first_us = 40, .last_us = 60},
        {.recipient = "b", .collection = 1, .minute_us = 60000000 * 6, .objects = 1, .first_us = 9, .last_us = 9},
        {.recipient = "a", .collection = 2, .minute_us = 60000000 * 6, .objects = 2, .first_us = 1, .last_us = 2},
    };
    struct seen s = {0};
    check_int(exchange_delivery_add(e, some, 4), ==, 0);
    check_int(exchange_delivery_each(e, 0, note_delivery, &s), ==, 0);
    check_str(s.text, "b:1:5:13:40:70 a:2:6:2:1:2 b:1:6:1:9:9 ");
    check_int(exchange_delivery_expire(e, 60000000 * 6), ==, 0);
    s = (struct seen){0};
    check_int(exchange_delivery_each(e, 0, note_delivery, &s), ==, 0);
    check_str(s.text, "a:2:6:2:1:2 b:1:6:1:9:9 ");
    close_and_remove(e);
}

TEST(readers_see_what_is_written_and_cannot_write)
{
    struct exchange *e = open_fresh(), *reader = NULL;
    put(e, "a--1", T0, T0);
    check_int(exchange_open_to_read(path, &reader), ==, 0);
    check_str(all(reader), "a--1@0");
    put(e, "a--2", T0, T0);
    check_str(all(reader), "a--1@0 a--2@0");
    struct exchange_object o = object("a--3", T0, "{}");
    size_t added;
    check(exchange_put_all(reader, box, &o, 1, T0, &added) < 0);
    exchange_close(reader);
    close_and_remove(e);
}

TEST(a_reader_reads_on_when_the_writer_was_killed)
{
    struct exchange *e = open_fresh(), *reader = NULL;
    exchange_close(e);
    int to[2] = {-1, -1}, from[2] = {-1, -1};
    char byte;
    check(pipe(to) == 0 && pipe(from) == 0);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct exchange *mine = NULL;
        if (exchange_open(path, &mine) < 0)
            _exit(1);
        put(mine, "a--1", T0, T0);
        if (write(from[1], "x", 1) != 1 || read(to[0], &byte, 1) != 1)
            _exit(1);
        put(mine, "a--2", T0, T0);
        if (write(from[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    check_int(read(from[0], &byte, 1), ==, 1);
    check_int(exchange_open_to_read(path, &reader), ==, 0);
    check_str(all(reader), "a--1@0");
    check_int(write(to[1], "x", 1), ==, 1);
    check_int(read(from[0], &byte, 1), ==, 1);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    check_str(all(reader), "a--1@0 a--2@0");
    struct exchange *later = NULL;
    check_int(exchange_open_to_read(path, &later), ==, 0);
    check_str(all(later), "a--1@0 a--2@0");
    exchange_close(later);
    check_int(exchange_open(path, &e), ==, 0); /* the next writer, while that reader is there */
    put(e, "a--3", T0, T0);
    check_str(all(reader), "a--1@0 a--2@0 a--3@0");
    exchange_close(reader);
    close(to[0]);
    close(to[1]);
    close(from[0]);
    close(from[1]);
    close_and_remove(e);
}

TEST(other_files_are_refused)
{
    struct exchange *e = open_fresh(), *other = NULL;
    check_int(exchange_run(e, "PRAGMA user_version = 99"), ==, 0);
    exchange_close(e);
    check_int(exchange_open(path, &other), ==, -EPROTO);
    check_int(exchange_open_to_read(path, &other), ==, -EPROTO);
    FILE *f = fopen(path, "w");
    fputs("this is no database, but long enough that it could have been one, or so it seems to whoever looks at it", f);
    fclose(f);
    check_int(exchange_open(path, &other), ==, -EBADMSG);
    unlink(path);
    check_int(exchange_open_to_read(path, &other), ==, -EACCES);
    close_and_remove(NULL);
}

TEST(what_is_taken_back_finds_room_in_a_full_collection)
{
    struct exchange *e = open_fresh();
    struct exchange_collection c;
    struct exchange_page page;
    char ids[32][16];
    size_t added;
    check_int(exchange_collection_put(e, "to-b", "for b", 32, 32 * 2, &c), ==, 0);
    for (unsigned i = 0; i < 32; i++) {
        snprintf(ids[i], sizeof ids[i], "indicator--%02u", i);
        put(e, ids[i], T0 + 1, T0);
    }
    struct exchange_object plain = object(ids[0], T0 + 2, "[]"), vital = plain;
    vital.is_vital = true;
    check_int(exchange_put_all(e, box, &plain, 1, T0, &added), ==, -EDQUOT);
    check_int(exchange_put_all(e, box, &vital, 1, T0, &added), ==, 0);
    check_int(added, ==, 1);
    check_int(exchange_counters(e)->versions_evicted, ==, 1); /* in the place of the older one */
    check_int(exchange_collection_get(e, "to-b", &c), ==, 0);
    check_int(c.objects, ==, 32);
    const char *id = ids[0];
    struct exchange_filter all = {.ids = &id, .id_count = 1, .all = true};
    check_str(found(e, &all, 10, &page), "indicator--00@2");
    /* What has no older version has the reserve, and no more: a sixteenth of 32 is 2. */
    const char *const others[] = {"identity--1", "identity--2", "identity--3"};
    for (unsigned i = 0; i < 3; i++) {
        vital = object(others[i], T0 + 1, "{}");
        vital.is_vital = true;
        check_int(exchange_put_all(e, box, &vital, 1, T0, &added), ==, i < 2 ? 0 : -EDQUOT);
    }
    for (unsigned i = 1; i < 32; i++) { /* all of them can be taken back */
        vital = object(ids[i], T0 + 2, "[]");
        vital.is_vital = true;
        check_int(exchange_put_all(e, box, &vital, 1, T0, &added), ==, 0);
    }
    struct exchange_object both[] = {object("indicator--x", T0, "{}"), object(ids[1], T0 + 3, "[]")};
    both[1].is_vital = true;
    check_int(exchange_put_all(e, box, both, 2, T0, &added), ==, -EDQUOT); /* all or none */
    close_and_remove(e);
}

TEST(a_full_disk_refuses_the_batch_and_nothing_is_lost)
{
    struct exchange *e = open_fresh();
    put(e, "a--1", T0, T0);
    int64_t pages = 0;
    check_int(exchange_read_number(e, "PRAGMA page_count", &pages), ==, 0);
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld", (long long)pages);
    check_int(exchange_run(e, sql), ==, 0);
    static char large[100000];
    memset(large, 'x', sizeof large - 1);
    struct exchange_object o[] = {object("a--2", T0, "{}"), object("a--3", T0, large)};
    size_t added;
    check_int(exchange_put_all(e, box, o, 2, T0, &added), ==, -ENOSPC);
    check_str(all(e), "a--1@0");
    check_int(put(e, "a--2", T0, T0), ==, T0 + 1);
    close_and_remove(e);
}

TEST(requests_out_of_range_are_refused)
{
    struct exchange *e = open_fresh();
    struct exchange_filter f = {0};
    struct exchange_page page;
    check_int(exchange_page(e, box, &f, 0, false, note, NULL, &page), ==, -EINVAL);
    check_int(exchange_page(e, box, &f, EXCHANGE_PAGE_MAX + 1, false, note, NULL, &page), ==, -EINVAL);
    f.id_count = EXCHANGE_WORDS_MAX + 1;
    check_int(exchange_page(e, box, &f, 1, false, note, NULL, &page), ==, -EINVAL);
    close_and_remove(e);
}

TEST(every_error_has_a_text)
{
    check_str(exchange_error_of(-EDQUOT), "the collection is full");
    check_str(exchange_error_of(-EPERM), "the store of exchanged objects failed");
    check_str(exchange_error_of(0), "no error");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
