/* Measures what it costs to tell whose client an address is: building the table of members, its size, and look-ups beside those in the groups of
 * the configuration.
 *
 *   member_table_bench [MEMBERS [NETWORKS]]     20000, 256 of each
 *
 * Nine tenths of the networks are of IPv4 with 20 to 30 bits, the rest of IPv6 with 40 to 64. Half of the addresses that are looked up lie in one.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act/policy/groups.h"
#include "base/clock.h"

enum { POOL = 1 << 20, ROUNDS = 8 };

static uint64_t state = 88172645463325252u;

static uint64_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static struct addr_prefix network(void)
{
    struct addr_prefix p = {.addr = {.bytes = {[10] = 0xff, [11] = 0xff}}};
    bool is_v4 = chance() % 10 != 0;
    uint64_t x = chance();
    if (is_v4) {
        p.bits = (uint8_t)(96 + 20 + x % 11);
        p.addr.bytes[12] = (uint8_t)(1 + (x >> 8) % 220);
        memcpy(p.addr.bytes + 13, (uint8_t *)&x + 2, 3);
    } else {
        p.bits = (uint8_t)(40 + x % 25);
        memset(&p.addr, 0, sizeof p.addr);
        p.addr.bytes[0] = 0x2a;
        memcpy(p.addr.bytes + 1, (uint8_t *)&x + 1, 7);
    }
    for (unsigned bit = p.bits; bit < 128; bit++)
        p.addr.bytes[bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
    return p;
}

static struct addr pool[POOL];

static void fill_pool(const struct addr_prefix *all, size_t count, bool v6)
{
    for (size_t i = 0; i < POOL; i++) {
        const struct addr_prefix *p = &all[chance() % count];
        for (unsigned tries = 0; addr_is_v4(&p->addr) == v6 && tries < 1000; tries++)
            p = &all[chance() % count];
        pool[i] = p->addr;
        if (i % 2)
            pool[i].bytes[v6 ? 4 : 13] ^= (uint8_t)(1 + chance() % 255); /* mostly nobody's */
    }
}

static unsigned sum;

static double of_table(const struct member_table *t)
{
    uint64_t start = clock_mono_ns();
    for (unsigned round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < POOL; i++)
            sum += member_table_of_client(t, &pool[i]);
    return (double)(clock_mono_ns() - start) / ROUNDS / POOL;
}

static double of_groups(const struct policy_groups *g)
{
    uint64_t start = clock_mono_ns();
    for (unsigned round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < POOL; i++)
            sum += policy_group_of_client(g, &pool[i]);
    return (double)(clock_mono_ns() - start) / ROUNDS / POOL;
}

static struct policy_groups *groups_of(const struct addr_prefix *all, size_t count)
{
    static struct group_settings s;
    struct policy_groups *g = NULL;
    s.count = 1;
    snprintf(s.groups[0].name, sizeof s.groups[0].name, "one");
    for (size_t i = 0; i < count && s.prefix_count < GROUP_PREFIXES_MAX; i++) {
        bool twin = false;
        for (unsigned k = 0; k < s.prefix_count; k++)
            twin = twin || (s.prefixes[k].prefix.bits == all[i].bits && memcmp(&s.prefixes[k].prefix.addr, &all[i].addr, 16) == 0);
        if (twin)
            continue;
        s.prefixes[s.prefix_count].prefix = all[i];
        s.prefixes[s.prefix_count++].group = 1;
    }
    return policy_groups_new(&s, &g) == 0 ? g : NULL;
}

int main(int argc, char **argv)
{
    unsigned members = argc > 1 ? (unsigned)atoi(argv[1]) : 20000, each = argc > 2 ? (unsigned)atoi(argv[2]) : 256;
    size_t count = (size_t)members * each;
    struct addr_prefix *all = malloc(count * sizeof *all);
    struct member_table_builder *b;
    struct member_table_stats stats;
    struct member_table *t;
    char folder[] = "/tmp/member_table_bench.XXXXXX", name[32];
    if (!all || !mkdtemp(folder) || member_table_builder_new(&b) < 0)
        return 1;
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < count; i++)
        all[i] = network();
    uint64_t start = clock_mono_ns();
    for (unsigned m = 1; m <= members; m++) {
        snprintf(name, sizeof name, "member%u", m);
        if (member_table_add(b, (uint16_t)m, name, NULL, 0) < 0)
            return 1;
        for (unsigned k = 0; k < each; k++)
            if (member_table_add_network(b, (uint16_t)m, &all[(size_t)(m - 1) * each + k]) < 0)
                return 1;
    }
    if (member_table_finish(b, dir, "members", 1, &stats) < 0)
        return 1;
    uint64_t built = clock_mono_ns();
    if (member_table_open(dir, "members", &t, NULL) < 0)
        return 1;
    uint64_t opened = clock_mono_ns();
    printf("%u members, %" PRIu64 " networks: built in %.0f ms, %.1f MiB, opened in %.0f ms\n", members, stats.networks, (double)(built - start) / 1e6,
           (double)stats.bytes / 1048576, (double)(opened - built) / 1e6);
    struct policy_groups *g = groups_of(all, count);
    for (int v6 = 0; v6 < 2; v6++) {
        fill_pool(all, count, v6);
        printf("IPv%d: %.0f ns in the table, %.0f ns in %d networks of the configuration\n", v6 ? 6 : 4, of_table(t), g ? of_groups(g) : 0.0, GROUP_PREFIXES_MAX);
    }
    unlinkat(dir, "members", 0);
    rmdir(folder);
    return sum == 0;
}
