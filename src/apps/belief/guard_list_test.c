/* Guard lists: both forms of files, what a block would hit, and the limits. */
#include "apps/belief/guard_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"

static int file_of(const char *text)
{
    int fd = memfd_create("guard_list", MFD_CLOEXEC);
    check_int(write(fd, text, strlen(text)), ==, (ssize_t)strlen(text));
    check_int(lseek(fd, 0, SEEK_SET), ==, 0);
    return fd;
}

static struct guard_list *list_of(const char *text, unsigned max_rank)
{
    struct guard_list *g = NULL;
    check_int(guard_list_begin(file_of(text), max_rank, &g), ==, 0);
    check_int(guard_list_read(g, 100), ==, 0);
    return g;
}

static bool has(const struct guard_list *g, enum subject_kind kind, const char *value)
{
    struct subject s;
    check_int(subject_read(kind, value, strlen(value), &s), ==, 0);
    return guard_list_has(g, &s);
}

TEST(a_block_that_would_hit_a_name_is_held)
{
    struct guard_list *g = list_of("shop.example.com # the largest\n\nOther.Example\n", 0);
    check_int(guard_list_count(g), ==, 2);
    check(has(g, SUBJECT_DOMAIN, "shop.example.com"));
    check(has(g, SUBJECT_HOST, "shop.example.com"));
    check(has(g, SUBJECT_DOMAIN, "example.com")); /* with all below it */
    check(has(g, SUBJECT_DOMAIN, "com"));
    check(!has(g, SUBJECT_HOST, "example.com")); /* that name alone */
    check(has(g, SUBJECT_HOST, "www.other.example"));
    check(has(g, SUBJECT_DOMAIN, "www.other.example"));
    check(!has(g, SUBJECT_DOMAIN, "www.www.other.example"));
    check(!has(g, SUBJECT_DOMAIN, "evil.other.example")); /* another's */
    check(!has(g, SUBJECT_DOMAIN, "hop.example.com"));
    check(!has(g, SUBJECT_URL, "https://other.example/x"));
    guard_list_free(g);
}

TEST(ranks_are_columns_or_numbers_of_lines)
{
    struct guard_list *g = list_of("rank,domain\n1,first.example\n2,\"second.example\",more\r\n3,third.example\n", 2);
    check_int(guard_list_count(g), ==, 2);
    check_int(guard_list_skipped(g), ==, 1);
    check(has(g, SUBJECT_DOMAIN, "second.example"));
    check(!has(g, SUBJECT_DOMAIN, "third.example"));
    guard_list_free(g);
    g = list_of("first.example\nsecond.example\nthird.example\n", 2);
    check_int(guard_list_count(g), ==, 2);
    check(!has(g, SUBJECT_DOMAIN, "third.example"));
    guard_list_free(g);
}

TEST(networks_hold_what_has_addresses_in_common)
{
    struct guard_list *g = list_of("192.0.2.0/24\n198.51.100.7\n2001:db8::/32\n", 0);
    check(has(g, SUBJECT_ADDRESS, "192.0.2.200"));
    check(!has(g, SUBJECT_ADDRESS, "192.0.3.200"));
    check(has(g, SUBJECT_ADDRESS, "198.51.100.7"));
    check(has(g, SUBJECT_PREFIX, "192.0.2.128/25"));
    check(has(g, SUBJECT_PREFIX, "198.51.0.0/16"));
    check(!has(g, SUBJECT_PREFIX, "198.52.0.0/16"));
    check(has(g, SUBJECT_ADDRESS, "2001:db8::1"));
    check(!has(g, SUBJECT_DOMAIN, "example"));
    guard_list_free(g);
}

TEST(it_is_read_in_steps_and_within_limits)
{
    static char text[GUARD_LIST_NETWORKS_MAX * 20];
    struct guard_list *g = NULL;
    check_int(guard_list_begin(file_of("a.example\nb.example\nnot a name\n"), 0, &g), ==, 0);
    check_int(guard_list_read(g, 1), ==, 1);
    check_int(guard_list_count(g), ==, 1);
    check_int(guard_list_read(g, 1), ==, 1);
    check_int(guard_list_read(g, 5), ==, 0);
    check_int(guard_list_count(g), ==, 2);
    check_int(guard_list_skipped(g), ==, 1);
    guard_list_free(g);
    size_t at = 0;
    for (unsigned i = 0; i <= GUARD_LIST_NETWORKS_MAX; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "10.%u.%u.0/24\n", i >> 8, i & 255);
    check_int(guard_list_begin(file_of(text), 0, &g), ==, 0);
    check_int(guard_list_read(g, 1 << 20), ==, -E2BIG);
    guard_list_free(g);
    guard_list_free(NULL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
