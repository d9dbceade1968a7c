/* The table of members: the longest network of whoever came first, for every length of both kinds; damage is refused. */
#include "act/policy/member_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

static char folder[64];

static int open_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/member_table.XXXXXX");
    check(mkdtemp(folder) != NULL);
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void remove_folder(int dir)
{
    unlinkat(dir, "members", 0);
    close(dir);
    check_int(rmdir(folder), ==, 0); /* nothing else was left in it */
}

static struct addr_prefix prefix(const char *text)
{
    struct addr_prefix p = {0};
    check_int(addr_prefix_parse(text, &p), ==, 0);
    return p;
}

static void add(struct member_table_builder *b, uint16_t number, const char *network)
{
    struct addr_prefix p = prefix(network);
    check_int(member_table_add_network(b, number, &p), ==, 0);
}

static unsigned of(const struct member_table *t, const char *address)
{
    struct addr a;
    check_int(addr_parse(address, &a), ==, 0);
    return member_table_of_client(t, &a);
}

static struct member_table_builder *three(void)
{
    static const struct member_table_list lists[] = {{.name = "medical"}, {.name = "social", .without = true}};
    struct member_table_builder *b;
    check_int(member_table_builder_new(&b), ==, 0);
    check_int(member_table_add(b, 1, "hospital", lists, 2), ==, 0);
    check_int(member_table_add(b, 4, "ward", lists, 2), ==, 0);
    check_int(member_table_add(b, 2, "bank", NULL, 0), ==, 0);
    return b;
}

static struct member_table *finish(struct member_table_builder *b, int dir, struct member_table_stats *ret_stats)
{
    struct member_table *t = NULL;
    const char *reason = "";
    check_int(member_table_finish(b, dir, "members", 7, ret_stats), ==, 0);
    member_table_builder_free(b);
    check_int(member_table_open(dir, "members", &t, &reason), ==, 0);
    return t;
}

TEST(the_longest_network_holds_and_of_the_same_the_first)
{
    int dir = open_folder();
    struct member_table_stats stats;
    struct member_table_builder *b = three();
    add(b, 1, "192.0.2.0/24");
    add(b, 4, "192.0.2.128/25");
    add(b, 2, "192.0.2.128/25");
    add(b, 2, "10.0.0.0/8");
    add(b, 4, "10.255.255.255/32");
    add(b, 2, "2001:db8::/32");
    add(b, 1, "2001:db8:0:1::/64");
    struct member_table *t = finish(b, dir, &stats);
    check_int(stats.networks, ==, 6);
    check_int(stats.taken, ==, 1);
    check_int(stats.members, ==, 3);
    check_int(of(t, "192.0.2.1"), ==, 1);
    check_int(of(t, "192.0.2.128"), ==, 4);
    check_int(of(t, "192.0.2.127"), ==, 1);
    check_int(of(t, "192.0.3.0"), ==, 0);
    check_int(of(t, "10.0.0.0"), ==, 2);
    check_int(of(t, "10.255.255.254"), ==, 2);
    check_int(of(t, "10.255.255.255"), ==, 4);
    check_int(of(t, "9.255.255.255"), ==, 0);
    check_int(of(t, "11.0.0.0"), ==, 0);
    check_int(of(t, "2001:db8::1"), ==, 2);
    check_int(of(t, "2001:db8:0:1::1"), ==, 1);
    check_int(of(t, "2001:db9::"), ==, 0);
    check_int(member_table_generation(t), ==, 7);
    member_table_close(t);
    remove_folder(dir);
}

TEST(names_and_lists_are_found)
{
    int dir = open_folder();
    struct member_table_stats stats;
    const struct member_table_list *lists = NULL;
    struct member_table *t = finish(three(), dir, &stats);
    check_int(member_table_of_name(t, "bank"), ==, 2);
    check_int(member_table_of_name(t, "hospital"), ==, 1);
    check_int(member_table_of_name(t, "ward"), ==, 4);
    check_int(member_table_of_name(t, "war"), ==, 0);
    check_str(member_table_name(t, 4), "ward");
    check_str(member_table_name(t, 3), "");
    check_str(member_table_name(t, 5), "");
    check_str(member_table_name(t, 0), "");
    check_int(member_table_last(t), ==, 4);
    check_int(member_table_profiles(t), ==, 1);
    check_int(member_table_profile(t, 1), ==, 1);
    check_int(member_table_profile(t, 4), ==, 1); /* the same lists: one profile */
    check_int(member_table_profile(t, 2), ==, 0);
    check_int(member_table_lists(t, 1, &lists), ==, 2);
    check_str(lists[1].name, "social");
    check(lists[1].without && !lists[0].without);
    check_int(member_table_lists(t, 2, &lists), ==, 0);
    check_int(of(t, "192.0.2.1"), ==, 0); /* nobody has a network */
    check_int(of(t, "::1"), ==, 0);
    member_table_close(t);
    remove_folder(dir);
}

TEST(every_length_is_found_and_only_within_it)
{
    int dir = open_folder();
    struct member_table_stats stats;
    struct member_table_builder *b;
    check_int(member_table_builder_new(&b), ==, 0);
    for (uint16_t bits = MEMBER_TABLE_IPV4_WIDEST; bits <= 32; bits++) {
        char name[16], network[32];
        snprintf(name, sizeof name, "m%u", bits);
        snprintf(network, sizeof network, "%u.0.0.0/%u", bits, bits);
        check_int(member_table_add(b, bits, name, NULL, 0), ==, 0);
        add(b, bits, network);
    }
    struct member_table *t = finish(b, dir, &stats);
    for (unsigned bits = MEMBER_TABLE_IPV4_WIDEST; bits <= 32; bits++) {
        struct addr a = prefix("0.0.0.0/32").addr;
        uint32_t last = (uint32_t)((1ull << (32 - bits)) - 1);
        a.bytes[12] = (uint8_t)bits;
        check_int(member_table_of_client(t, &a), ==, bits);
        a.bytes[13] = (uint8_t)(last >> 16);
        a.bytes[14] = (uint8_t)(last >> 8);
        a.bytes[15] = (uint8_t)last;
        check_int(member_table_of_client(t, &a), ==, bits);
        if (bits > 8) {
            uint32_t next = last + 1;
            a.bytes[13] = (uint8_t)(next >> 16);
            a.bytes[14] = (uint8_t)(next >> 8);
            a.bytes[15] = (uint8_t)next;
            check_int(member_table_of_client(t, &a), ==, 0);
        }
    }
    member_table_close(t);
    remove_folder(dir);
}

TEST(what_is_too_wide_or_nobodys_is_left_out)
{
    int dir = open_folder();
    struct member_table_stats stats;
    struct member_table_builder *b = three();
    struct addr_prefix p = prefix("198.51.100.0/24");
    add(b, 1, "0.0.0.0/0");
    add(b, 1, "126.0.0.0/7");
    add(b, 1, "::/0");
    add(b, 1, "2000::/15");
    check_int(member_table_add_network(b, 3, &p), ==, -EINVAL);
    check_int(member_table_add_network(b, 0, &p), ==, -EINVAL);
    check_int(member_table_add(b, 1, "again", NULL, 0), ==, -EINVAL);
    check_int(member_table_add(b, 0, "zero", NULL, 0), ==, -EINVAL);
    check_int(member_table_add(b, MEMBER_TABLE_NUMBER_MAX + 1, "far", NULL, 0), ==, -EINVAL);
    struct member_table *t = finish(b, dir, &stats);
    check_int(stats.too_wide, ==, 4);
    check_int(of(t, "8.8.8.8"), ==, 0);
    check_int(of(t, "2001:db8::1"), ==, 0);
    member_table_close(t);
    remove_folder(dir);
}

TEST(as_many_sets_of_lists_as_there_may_be)
{
    int dir = open_folder();
    struct member_table_stats stats;
    struct member_table_builder *b;
    check_int(member_table_builder_new(&b), ==, 0);
    for (unsigned i = 1; i <= MEMBER_TABLE_PROFILES_MAX + 2; i++) {
        struct member_table_list one = {0};
        char name[16];
        snprintf(name, sizeof name, "m%u", i);
        snprintf(one.name, sizeof one.name, "list%u", i);
        check_int(member_table_add(b, (uint16_t)i, name, &one, 1), ==, 0);
    }
    struct member_table *t = finish(b, dir, &stats);
    check_int(stats.unlisted, ==, 2);
    check_int(member_table_profiles(t), ==, MEMBER_TABLE_PROFILES_MAX);
    check_int(member_table_profile(t, MEMBER_TABLE_PROFILES_MAX + 1), ==, 0);
    member_table_close(t);
    remove_folder(dir);
}

static uint64_t state = 88172645463325252u;

static uint64_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* From a small space, so that networks lie in each other and are claimed twice. */
static struct addr_prefix some_network(void)
{
    struct addr_prefix p = {.addr = {.bytes = {[10] = 0xff, [11] = 0xff, [12] = 10}}};
    uint64_t x = chance();
    if (x & 1) {
        p.bits = (uint8_t)(96 + 8 + (x >> 8) % 25);
        p.addr.bytes[13] = (uint8_t)((x >> 16) % 3);
        p.addr.bytes[14] = (uint8_t)((x >> 24) % 5);
        p.addr.bytes[15] = (uint8_t)(x >> 32);
    } else {
        p = (struct addr_prefix){.bits = (uint8_t)(16 + (x >> 8) % 113)};
        p.addr.bytes[0] = 0x20;
        p.addr.bytes[(x >> 16) % 16] |= (uint8_t)((x >> 24) % 4);
        p.addr.bytes[15] |= (uint8_t)((x >> 32) % 4);
    }
    for (unsigned bit = p.bits; bit < 128; bit++)
        p.addr.bytes[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
    return p;
}

static bool holds(const struct addr_prefix *p, const struct addr *a)
{
    if (addr_is_v4(&p->addr) != addr_is_v4(a))
        return false;
    for (unsigned bit = 0; bit < p->bits; bit++)
        if ((p->addr.bytes[bit / 8] ^ a->bytes[bit / 8]) & 0x80 >> bit % 8)
            return false;
    return true;
}

TEST(every_look_up_is_as_that_of_a_plain_walk)
{
    enum { NETWORKS = 400, ASKED = 20000 };
    static struct addr_prefix all[NETWORKS];
    static uint16_t owner[NETWORKS];
    int dir = open_folder();
    struct member_table_stats stats;
    struct member_table_builder *b;
    check_int(member_table_builder_new(&b), ==, 0);
    for (uint16_t i = 1; i <= 9; i++)
        check_int(member_table_add(b, i, (char[]){(char)('a' + i), '\0'}, NULL, 0), ==, 0);
    for (unsigned i = 0; i < NETWORKS; i++) {
        all[i] = some_network();
        owner[i] = (uint16_t)(1 + chance() % 9);
        check_int(member_table_add_network(b, owner[i], &all[i]), ==, 0);
    }
    struct member_table *t = finish(b, dir, &stats);
    check_int(stats.networks + stats.taken, ==, NETWORKS);
    for (unsigned n = 0; n < ASKED; n++) {
        struct addr a = some_network().addr;
        a.bytes[15] ^= (uint8_t)(chance() % 3);
        int best = -1;
        for (int i = 0; i < NETWORKS; i++)
            if (holds(&all[i], &a) && (best < 0 || all[i].bits > all[best].bits))
                best = i;
        check_int(member_table_of_client(t, &a), ==, best < 0 ? 0 : owner[best]);
    }
    member_table_close(t);
    remove_folder(dir);
}

static uint8_t *read_whole(int dir, size_t *ret_len)
{
    int fd = openat(dir, "members", O_RDONLY | O_CLOEXEC);
    struct stat st;
    check_int(fstat(fd, &st), ==, 0);
    uint8_t *octets = malloc((size_t)st.st_size);
    check_int(read(fd, octets, (size_t)st.st_size), ==, st.st_size);
    close(fd);
    *ret_len = (size_t)st.st_size;
    return octets;
}

TEST(a_file_that_was_changed_or_cut_is_refused)
{
    int dir = open_folder();
    struct member_table_stats stats;
    struct member_table_builder *b = three();
    add(b, 1, "192.0.2.0/24");
    member_table_close(finish(b, dir, &stats));
    size_t len;
    uint8_t *whole = read_whole(dir, &len);
    for (size_t at = 0; at < len; at += at < 600 ? 1 : 4099) {
        struct member_table *t = NULL;
        const char *reason = NULL;
        uint8_t *copy = malloc(len);
        memcpy(copy, whole, len);
        copy[at] ^= 0x40;
        check_int(member_table_open_octets(copy, len, true, &t, &reason), ==, -EBADMSG);
        check(reason != NULL);
        copy = malloc(at + 1);
        memcpy(copy, whole, at);
        check_int(member_table_open_octets(copy, at, true, &t, &reason), ==, -EBADMSG);
    }
    free(whole);
    remove_folder(dir);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
