/* Builds, maps, checks and searches the table of members. */
#include "act/policy/member_table.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* ---- the file: little-endian, as mapped; each section starts at a multiple of 64 octets ---- */

#define MAGIC 0x424d454d4d4f4e48u /* "HNOMMEMB" */

enum { VERSION = 1, CHECKSUM_LEN = 32, SIXTEENTHS = 1 << 16, SECTION_ALIGN = 64 };

enum section {
    SECTION_MEMBERS,  /* struct member_row, by number - 1 */
    SECTION_NAMES,    /* numbers, by name */
    SECTION_PROFILES, /* struct profile_row */
    SECTION_LISTS,    /* struct member_table_list */
    SECTION_LENGTHS,  /* of IPv4: by the first sixteen bits, bit n: some network of n + 1 bits covers or lies in them */
    SECTION_IPV4,     /* struct slot4 */
    SECTION_IPV6,     /* struct slot6 */
    SECTION_COUNT
};

struct header {
    uint64_t magic;
    uint32_t version, header_len;
    uint64_t file_len, generation, networks;
    uint64_t seed; /* of the places: nobody who claims networks can know what shares one */
    uint64_t lengths6[3]; /* bit n: some network of IPv6 has n bits */
    struct {
        uint64_t at, count;
    } sections[SECTION_COUNT];
    uint8_t checksum[CHECKSUM_LEN]; /* BLAKE2b-256 of the file with these octets zero */
    uint8_t pad[40];
};
_Static_assert(sizeof(struct header) == 256, "part of the file format");

struct member_row {
    char name[MEMBER_TABLE_NAME_MAX]; /* empty: nobody has the number */
    uint16_t profile;
};
struct profile_row {
    uint32_t at, count; /* of its lists */
};
struct slot4 {
    uint32_t network; /* host order */
    uint16_t number;  /* 0: free */
    uint8_t bits, pad;
};
struct slot6 {
    uint8_t network[16];
    uint16_t number;
    uint8_t bits, pad[5];
};
_Static_assert(sizeof(struct slot4) == 8 && sizeof(struct slot6) == 24 && sizeof(struct member_row) == 66 &&
                   sizeof(struct member_table_list) == 65,
               "parts of the file format");

static const size_t row_sizes[SECTION_COUNT] = {
    [SECTION_MEMBERS] = sizeof(struct member_row),  [SECTION_NAMES] = sizeof(uint16_t),
    [SECTION_PROFILES] = sizeof(struct profile_row), [SECTION_LISTS] = sizeof(struct member_table_list),
    [SECTION_LENGTHS] = sizeof(uint32_t),           [SECTION_IPV4] = sizeof(struct slot4),
    [SECTION_IPV6] = sizeof(struct slot6),
};

static uint64_t mix(uint64_t h)
{
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

static uint64_t place4(uint64_t seed, uint32_t network, unsigned bits, uint64_t slots)
{
    uint64_t h = mix(((uint64_t)bits << 32 | network) * 0x9e3779b97f4a7c15u ^ seed);
    return (uint64_t)(((unsigned __int128)h * slots) >> 64);
}

static uint64_t place6(uint64_t seed, const uint8_t *network, unsigned bits, uint64_t slots)
{
    uint64_t halves[2];
    memcpy(halves, network, sizeof halves);
    uint64_t h = mix(mix(halves[0] * 0x9e3779b97f4a7c15u ^ seed) ^ halves[1] ^ (uint64_t)bits << 56);
    return (uint64_t)(((unsigned __int128)h * slots) >> 64);
}

static uint32_t ipv4_of(const struct addr *a)
{
    return (uint32_t)a->bytes[12] << 24 | (uint32_t)a->bytes[13] << 16 | (uint32_t)a->bytes[14] << 8 | a->bytes[15];
}

static uint32_t mask4(uint32_t address, unsigned bits)
{
    return bits == 0 ? 0 : bits >= 32 ? address : address & UINT32_MAX << (32 - bits);
}

/* ---- searching ---- */

struct member_table {
    const uint8_t *map;
    size_t len;
    bool is_mapped;
    struct header head; /* our own copy */
    const struct member_row *members;
    const uint16_t *names;
    const struct profile_row *profiles;
    const struct member_table_list *lists;
    const uint32_t *lengths;
    const struct slot4 *slots4;
    const struct slot6 *slots6;
};

static uint64_t count_of(const struct member_table *t, enum section section)
{
    return t->head.sections[section].count;
}

/* All places are asked for before the first is looked at: memory brings them side by side. */
static uint16_t find4(const struct member_table *t, uint32_t address)
{
    uint64_t slots = count_of(t, SECTION_IPV4), places[32];
    uint8_t lengths[32];
    unsigned count = 0;
    uint32_t there = t->lengths[address >> 16];
    for (unsigned bits = 32; there && bits >= MEMBER_TABLE_IPV4_WIDEST; bits--) {
        if (!(there >> (bits - 1) & 1))
            continue;
        lengths[count] = (uint8_t)bits;
        places[count] = place4(t->head.seed, mask4(address, bits), bits, slots);
        __builtin_prefetch(&t->slots4[places[count++]]);
    }
    for (unsigned k = 0; k < count; k++) {
        uint32_t network = mask4(address, lengths[k]);
        for (uint64_t i = places[k]; t->slots4[i].number; i = i + 1 == slots ? 0 : i + 1)
            if (t->slots4[i].network == network && t->slots4[i].bits == lengths[k])
                return t->slots4[i].number;
    }
    return 0;
}

static void mask6(const struct addr *a, unsigned bits, uint8_t network[16])
{
    memset(network, 0, 16);
    memcpy(network, a->bytes, bits / 8);
    if (bits % 8)
        network[bits / 8] = (uint8_t)(a->bytes[bits / 8] & 0xff00u >> bits % 8);
}

static uint16_t find6(const struct member_table *t, const struct addr *a)
{
    uint64_t slots = count_of(t, SECTION_IPV6), places[129];
    uint8_t lengths[129], network[16];
    unsigned count = 0;
    for (unsigned bits = 129; bits-- > MEMBER_TABLE_IPV6_WIDEST;) {
        if (!(t->head.lengths6[bits / 64] >> (bits % 64) & 1))
            continue;
        mask6(a, bits, network);
        lengths[count] = (uint8_t)bits;
        places[count] = place6(t->head.seed, network, bits, slots);
        __builtin_prefetch(&t->slots6[places[count++]]);
    }
    for (unsigned k = 0; k < count; k++) {
        mask6(a, lengths[k], network);
        for (uint64_t i = places[k]; t->slots6[i].number; i = i + 1 == slots ? 0 : i + 1)
            if (t->slots6[i].bits == lengths[k] && memcmp(t->slots6[i].network, network, sizeof network) == 0)
                return t->slots6[i].number;
    }
    return 0;
}

uint16_t member_table_of_client(const struct member_table *t, const struct addr *client)
{
    return !t ? 0 : addr_is_v4(client) ? find4(t, ipv4_of(client)) : find6(t, client);
}

const char *member_table_name(const struct member_table *t, unsigned number)
{
    return t && number > 0 && number <= count_of(t, SECTION_MEMBERS) ? t->members[number - 1].name : "";
}

unsigned member_table_last(const struct member_table *t)
{
    return t ? (unsigned)count_of(t, SECTION_MEMBERS) : 0;
}

uint16_t member_table_of_name(const struct member_table *t, const char *name)
{
    uint64_t low = 0, high = t ? count_of(t, SECTION_NAMES) : 0;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        int order = strcmp(member_table_name(t, t->names[middle]), name);
        if (order == 0)
            return t->names[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

unsigned member_table_profile(const struct member_table *t, unsigned number)
{
    return t && number > 0 && number <= count_of(t, SECTION_MEMBERS) ? t->members[number - 1].profile : 0;
}

unsigned member_table_profiles(const struct member_table *t)
{
    return t ? (unsigned)count_of(t, SECTION_PROFILES) : 0;
}

unsigned member_table_lists(const struct member_table *t, unsigned profile, const struct member_table_list **ret_lists)
{
    if (!t || profile == 0 || profile > count_of(t, SECTION_PROFILES))
        return 0;
    *ret_lists = t->lists + t->profiles[profile - 1].at;
    return t->profiles[profile - 1].count;
}

uint64_t member_table_generation(const struct member_table *t)
{
    return t ? t->head.generation : 0;
}

uint64_t member_table_networks(const struct member_table *t)
{
    return t ? t->head.networks : 0;
}

/* ---- opening ---- */

static bool sections_fit(const struct header *h, uint64_t len)
{
    for (int i = 0; i < SECTION_COUNT; i++) {
        uint64_t at = h->sections[i].at;
        if (at % SECTION_ALIGN != 0 || at < sizeof *h || at > len || h->sections[i].count > (len - at) / row_sizes[i])
            return false;
    }
    return h->sections[SECTION_LENGTHS].count == SIXTEENTHS && h->sections[SECTION_MEMBERS].count <= MEMBER_TABLE_NUMBER_MAX &&
           h->sections[SECTION_PROFILES].count <= MEMBER_TABLE_PROFILES_MAX && h->sections[SECTION_IPV4].count > 0 &&
           h->sections[SECTION_IPV6].count > 0;
}

static bool checksum_of(const struct header *h, const uint8_t *octets, size_t len, uint8_t ret_sum[CHECKSUM_LEN])
{
    struct header zeroed = *h;
    crypto_generichash_state state;
    memset(zeroed.checksum, 0, sizeof zeroed.checksum);
    return crypto_generichash_init(&state, NULL, 0, CHECKSUM_LEN) == 0 &&
           crypto_generichash_update(&state, (const uint8_t *)&zeroed, sizeof zeroed) == 0 &&
           crypto_generichash_update(&state, octets + sizeof zeroed, len - sizeof zeroed) == 0 &&
           crypto_generichash_final(&state, ret_sum, CHECKSUM_LEN) == 0;
}

static bool rows_are_valid(const struct member_table *t)
{
    for (uint64_t i = 0; i < count_of(t, SECTION_MEMBERS); i++)
        if (!memchr(t->members[i].name, '\0', MEMBER_TABLE_NAME_MAX) || t->members[i].profile > count_of(t, SECTION_PROFILES))
            return false;
    for (uint64_t i = 0; i < count_of(t, SECTION_NAMES); i++)
        if (t->names[i] == 0 || t->names[i] > count_of(t, SECTION_MEMBERS))
            return false;
    for (uint64_t i = 0; i < count_of(t, SECTION_PROFILES); i++)
        if (t->profiles[i].at > count_of(t, SECTION_LISTS) || t->profiles[i].count > count_of(t, SECTION_LISTS) - t->profiles[i].at)
            return false;
    for (uint64_t i = 0; i < count_of(t, SECTION_LISTS); i++)
        if (!memchr(t->lists[i].name, '\0', MEMBER_TABLE_NAME_MAX))
            return false;
    return true;
}

/* A search ends at a free slot: there must be one. */
static bool slots_are_valid(const struct member_table *t)
{
    uint64_t free4 = 0, free6 = 0;
    for (uint64_t i = 0; i < count_of(t, SECTION_IPV4); i++) {
        free4 += t->slots4[i].number == 0;
        if (t->slots4[i].number > count_of(t, SECTION_MEMBERS))
            return false;
    }
    for (uint64_t i = 0; i < count_of(t, SECTION_IPV6); i++) {
        free6 += t->slots6[i].number == 0;
        if (t->slots6[i].number > count_of(t, SECTION_MEMBERS))
            return false;
    }
    return free4 > 0 && free6 > 0;
}

static const void *section_of(const struct member_table *t, enum section section)
{
    return t->map + t->head.sections[section].at;
}

/* NULL: the table can be searched. */
static const char *take_octets(struct member_table *t, bool check_sum)
{
    uint8_t sum[CHECKSUM_LEN];
    if (t->len < sizeof t->head)
        return N_("the file is too short for a table of members");
    memcpy(&t->head, t->map, sizeof t->head);
    if (t->head.magic != MAGIC || t->head.version != VERSION || t->head.header_len != sizeof t->head)
        return N_("the file is no table of members of this version");
    if (t->head.file_len != t->len || !sections_fit(&t->head, t->len))
        return N_("a section lies outside the file");
    if (check_sum && (!checksum_of(&t->head, t->map, t->len, sum) || memcmp(sum, t->head.checksum, sizeof sum) != 0))
        return N_("the checksum does not match");
    t->members = section_of(t, SECTION_MEMBERS);
    t->names = section_of(t, SECTION_NAMES);
    t->profiles = section_of(t, SECTION_PROFILES);
    t->lists = section_of(t, SECTION_LISTS);
    t->lengths = section_of(t, SECTION_LENGTHS);
    t->slots4 = section_of(t, SECTION_IPV4);
    t->slots6 = section_of(t, SECTION_IPV6);
    return rows_are_valid(t) && slots_are_valid(t) ? NULL : N_("a row of the table of members is not valid");
}

static int finish_opening(struct member_table *t, bool check_sum, struct member_table **ret_table, const char **ret_reason)
{
    const char *flaw = take_octets(t, check_sum);
    if (flaw) {
        if (ret_reason)
            *ret_reason = flaw;
        member_table_close(t);
        return -EBADMSG;
    }
    *ret_table = t;
    return 0;
}

int member_table_open_octets(uint8_t *octets, size_t len, bool check_sum, struct member_table **ret_table, const char **ret_reason)
{
    struct member_table *t = calloc(1, sizeof *t);
    if (!t) {
        free(octets);
        return -ENOMEM;
    }
    t->map = octets;
    t->len = len;
    return finish_opening(t, check_sum, ret_table, ret_reason);
}

int member_table_open(int dir_fd, const char *file, struct member_table **ret_table, const char **ret_reason)
{
    struct stat st;
    if (ret_reason)
        *ret_reason = N_("the file cannot be opened");
    int fd = openat(dir_fd, file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct member_table *t = calloc(1, sizeof *t);
    int e = !t ? -ENOMEM : fstat(fd, &st) < 0 ? -errno : st.st_size < (off_t)sizeof t->head ? -EBADMSG : 0;
    void *map = MAP_FAILED;
    if (e == 0) {
        /* Populated here, by the control thread, so that no answering thread waits for the disk. */
        map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
        e = map == MAP_FAILED ? -errno : 0;
    }
    close(fd);
    if (e < 0) {
        free(t);
        return e;
    }
    t->map = map;
    t->len = (size_t)st.st_size;
    t->is_mapped = true;
    return finish_opening(t, true, ret_table, ret_reason);
}

void member_table_close(struct member_table *t)
{
    if (!t)
        return;
    if (t->is_mapped)
        munmap((void *)(uintptr_t)t->map, t->len);
    else
        free((void *)(uintptr_t)t->map);
    free(t);
}

/* ---- building ---- */

struct rows {
    uint8_t *base;
    size_t size; /* of one */
    uint64_t count, room;
};

struct member_table_builder {
    struct rows members, names, profiles, lists, networks4, networks6; /* networks: as slots, in the order they came */
    struct member_table_stats stats;
};

static void *add_row(struct rows *r)
{
    if (!r->base || r->count == r->room) {
        uint64_t room = r->room ? 2 * r->room : 64;
        uint8_t *larger = realloc(r->base, room * r->size);
        if (!larger)
            return NULL;
        r->base = larger;
        r->room = room;
    }
    void *row = r->base + r->count++ * r->size;
    memset(row, 0, r->size);
    return row;
}

int member_table_builder_new(struct member_table_builder **ret_builder)
{
    struct member_table_builder *b = calloc(1, sizeof *b);
    if (!b)
        return -ENOMEM;
    b->members.size = sizeof(struct member_row);
    b->names.size = sizeof(uint16_t);
    b->profiles.size = sizeof(struct profile_row);
    b->lists.size = sizeof(struct member_table_list);
    b->networks4.size = sizeof(struct slot4);
    b->networks6.size = sizeof(struct slot6);
    *ret_builder = b;
    return 0;
}

void member_table_builder_free(struct member_table_builder *b)
{
    if (!b)
        return;
    struct rows *const all[] = {&b->members, &b->names, &b->profiles, &b->lists, &b->networks4, &b->networks6};
    for (size_t i = 0; i < array_len(all); i++)
        free(all[i]->base);
    free(b);
}

static bool same_lists(const struct member_table_builder *b, const struct profile_row *p, const struct member_table_list *lists, unsigned count)
{
    const struct member_table_list *had = (const struct member_table_list *)b->lists.base + p->at;
    bool same = p->count == count;
    for (unsigned i = 0; same && i < count; i++)
        same = had[i].without == lists[i].without && strcmp(had[i].name, lists[i].name) == 0;
    return same;
}

/* Members with the same lists have one profile. 0: those of everybody. -ENOMEM. */
static int profile_of(struct member_table_builder *b, const struct member_table_list *lists, unsigned count)
{
    if (count == 0)
        return 0;
    for (uint64_t i = 0; i < b->profiles.count; i++)
        if (same_lists(b, (const struct profile_row *)b->profiles.base + i, lists, count))
            return (int)i + 1;
    if (b->profiles.count == MEMBER_TABLE_PROFILES_MAX) {
        b->stats.unlisted++;
        return 0;
    }
    uint32_t at = (uint32_t)b->lists.count;
    for (unsigned i = 0; i < count; i++) {
        struct member_table_list *row = add_row(&b->lists);
        if (!row)
            return -ENOMEM;
        snprintf(row->name, sizeof row->name, "%s", lists[i].name);
        row->without = lists[i].without;
    }
    struct profile_row *p = add_row(&b->profiles);
    if (!p)
        return -ENOMEM;
    *p = (struct profile_row){.at = at, .count = count};
    return (int)b->profiles.count;
}

static const struct member_row *member_row(const struct member_table_builder *b, unsigned number)
{
    return number > 0 && number <= b->members.count ? (const struct member_row *)b->members.base + number - 1 : NULL;
}

int member_table_add(struct member_table_builder *b, uint16_t number, const char *name, const struct member_table_list *lists, unsigned count)
{
    if (number == 0 || number > MEMBER_TABLE_NUMBER_MAX || !name[0] || strlen(name) >= MEMBER_TABLE_NAME_MAX || count > MEMBER_TABLE_LISTS_MAX ||
        (member_row(b, number) && member_row(b, number)->name[0]))
        return -EINVAL;
    while (b->members.count < number)
        if (!add_row(&b->members))
            return -ENOMEM;
    uint16_t *by_name = add_row(&b->names);
    int profile = by_name ? profile_of(b, lists, count) : -ENOMEM;
    if (profile < 0)
        return profile;
    struct member_row *m = b->members.base ? (struct member_row *)b->members.base + number - 1 : NULL;
    if (!m)
        return -ENOMEM;
    snprintf(m->name, sizeof m->name, "%s", name);
    m->profile = (uint16_t)profile;
    *by_name = number;
    b->stats.members++;
    return 0;
}

int member_table_add_network(struct member_table_builder *b, uint16_t number, const struct addr_prefix *p)
{
    bool is_v4 = addr_is_v4(&p->addr) && p->bits >= 96;
    if (!member_row(b, number) || !member_row(b, number)->name[0] || p->bits > 128)
        return -EINVAL;
    if (p->bits < (is_v4 ? 96 + MEMBER_TABLE_IPV4_WIDEST : MEMBER_TABLE_IPV6_WIDEST)) {
        b->stats.too_wide++;
        return 0;
    }
    if (b->networks4.count + b->networks6.count == MEMBER_TABLE_NETWORKS_MAX)
        return -E2BIG;
    if (is_v4) {
        struct slot4 *s = add_row(&b->networks4);
        if (s)
            *s = (struct slot4){.network = mask4(ipv4_of(&p->addr), p->bits - 96), .number = number, .bits = (uint8_t)(p->bits - 96)};
        return s ? 0 : -ENOMEM;
    }
    struct slot6 *s = add_row(&b->networks6);
    if (s) {
        *s = (struct slot6){.number = number, .bits = p->bits};
        memcpy(s->network, p->addr.bytes, sizeof s->network);
    }
    return s ? 0 : -ENOMEM;
}

static int by_name(const void *left, const void *right, void *members)
{
    const struct member_row *rows = members;
    return strcmp(rows[*(const uint16_t *)left - 1].name, rows[*(const uint16_t *)right - 1].name);
}

/* Two thirds full: a search that finds nothing looks at two or three neighbours, mostly in one cache line. */
static uint64_t slots_for(uint64_t networks)
{
    return networks + networks / 2 + 8;
}

static void set_lengths(uint32_t *lengths, const struct slot4 *s)
{
    uint32_t first = s->network >> 16, many = s->bits < 16 ? 1u << (16 - s->bits) : 1;
    for (uint32_t i = 0; i < many; i++)
        lengths[first + i] |= 1u << (s->bits - 1);
}

static void place_all4(struct member_table_builder *b, struct header *h, uint8_t *file)
{
    struct slot4 *slots = (struct slot4 *)(file + h->sections[SECTION_IPV4].at);
    uint32_t *lengths = (uint32_t *)(file + h->sections[SECTION_LENGTHS].at);
    uint64_t count = h->sections[SECTION_IPV4].count;
    for (uint64_t n = 0; n < b->networks4.count; n++) {
        const struct slot4 *s = (const struct slot4 *)b->networks4.base + n;
        uint64_t i = place4(h->seed, s->network, s->bits, count);
        while (slots[i].number && !(slots[i].network == s->network && slots[i].bits == s->bits))
            i = i + 1 == count ? 0 : i + 1;
        if (slots[i].number) {
            b->stats.taken++;
            continue;
        }
        slots[i] = *s;
        set_lengths(lengths, s);
        h->networks++;
    }
}

static void place_all6(struct member_table_builder *b, struct header *h, uint8_t *file)
{
    struct slot6 *slots = (struct slot6 *)(file + h->sections[SECTION_IPV6].at);
    uint64_t count = h->sections[SECTION_IPV6].count;
    for (uint64_t n = 0; n < b->networks6.count; n++) {
        const struct slot6 *s = (const struct slot6 *)b->networks6.base + n;
        uint64_t i = place6(h->seed, s->network, s->bits, count);
        while (slots[i].number && !(slots[i].bits == s->bits && memcmp(slots[i].network, s->network, sizeof s->network) == 0))
            i = i + 1 == count ? 0 : i + 1;
        if (slots[i].number) {
            b->stats.taken++;
            continue;
        }
        slots[i] = *s;
        h->lengths6[s->bits / 64] |= (uint64_t)1 << (s->bits % 64);
        h->networks++;
    }
}

static void lay_out(struct member_table_builder *b, struct header *h)
{
    const uint64_t counts[SECTION_COUNT] = {
        [SECTION_MEMBERS] = b->members.count, [SECTION_NAMES] = b->names.count,
        [SECTION_PROFILES] = b->profiles.count, [SECTION_LISTS] = b->lists.count,
        [SECTION_LENGTHS] = SIXTEENTHS, [SECTION_IPV4] = slots_for(b->networks4.count),
        [SECTION_IPV6] = slots_for(b->networks6.count),
    };
    uint64_t at = sizeof *h;
    for (int i = 0; i < SECTION_COUNT; i++) {
        at = (at + SECTION_ALIGN - 1) / SECTION_ALIGN * SECTION_ALIGN;
        h->sections[i].at = at;
        h->sections[i].count = counts[i];
        at += counts[i] * row_sizes[i];
    }
    h->file_len = at;
}

static void copy_rows(const struct header *h, uint8_t *file, enum section section, const struct rows *rows)
{
    if (rows->count > 0)
        memcpy(file + h->sections[section].at, rows->base, rows->count * rows->size);
}

static void fill(struct member_table_builder *b, struct header *h, uint8_t *file)
{
    if (b->names.count > 1)
        qsort_r(b->names.base, b->names.count, b->names.size, by_name, b->members.base);
    copy_rows(h, file, SECTION_MEMBERS, &b->members);
    copy_rows(h, file, SECTION_NAMES, &b->names);
    copy_rows(h, file, SECTION_PROFILES, &b->profiles);
    copy_rows(h, file, SECTION_LISTS, &b->lists);
    place_all4(b, h, file);
    place_all6(b, h, file);
    (void)!checksum_of(h, file, h->file_len, h->checksum);
    memcpy(file, h, sizeof *h);
}

/* Mapped, so that a table at its limit is not held in memory twice. */
static int write_file(struct member_table_builder *b, int fd, struct header *h)
{
    int e = -posix_fallocate(fd, 0, (off_t)h->file_len); /* a full disk is told here, not by a signal */
    if (e < 0)
        return e;
    uint8_t *map = mmap(NULL, h->file_len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    fill(b, h, map);
    munmap(map, h->file_len);
    return fsync(fd) < 0 ? -errno : 0;
}

int member_table_finish(struct member_table_builder *b, int dir_fd, const char *file, uint64_t generation, struct member_table_stats *ret_stats)
{
    char temporary[256];
    struct header h = {.magic = MAGIC, .version = VERSION, .header_len = sizeof h, .generation = generation};
    randombytes_buf(&h.seed, sizeof h.seed);
    int n = snprintf(temporary, sizeof temporary, "%s.new", file);
    if (n < 0 || (size_t)n >= sizeof temporary)
        return -ENAMETOOLONG;
    int fd = openat(dir_fd, temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return -errno;
    lay_out(b, &h);
    int e = write_file(b, fd, &h);
    close(fd);
    if (e == 0 && renameat(dir_fd, temporary, dir_fd, file) < 0)
        e = -errno;
    if (e < 0) {
        unlinkat(dir_fd, temporary, 0);
        return e;
    }
    b->stats.networks = h.networks;
    b->stats.bytes = h.file_len;
    *ret_stats = b->stats;
    return fsync(dir_fd) < 0 && errno != EINVAL ? -errno : 0;
}
