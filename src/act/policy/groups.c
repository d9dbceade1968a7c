/* Finds a client's group, and the order of lists for a group. */
#include "act/policy/groups.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <strings.h>

enum { TABLE_SIZE = 2 * GROUP_PREFIXES_MAX }; /* at most half full */

struct slot {
    struct addr addr;
    uint16_t group; /* + 1; 0: free */
    uint8_t bits;
};

static bool same_prefix(const struct addr_prefix *a, const struct addr_prefix *b)
{
    return a->bits == b->bits && memcmp(&a->addr, &b->addr, sizeof a->addr) == 0;
}

bool group_settings_equal(const struct group_settings *a, const struct group_settings *b)
{
    bool same = a->count == b->count && a->prefix_count == b->prefix_count && a->list_count == b->list_count &&
                a->server_name_count == b->server_name_count && a->token_count == b->token_count;
    for (unsigned i = 0; same && i < a->count; i++)
        same = strcmp(a->groups[i].name, b->groups[i].name) == 0 &&
               strcmp(a->groups[i].member, b->groups[i].member) == 0;
    for (unsigned i = 0; same && i < a->prefix_count; i++)
        same = a->prefixes[i].group == b->prefixes[i].group &&
               same_prefix(&a->prefixes[i].prefix, &b->prefixes[i].prefix);
    for (unsigned i = 0; same && i < a->list_count; i++)
        same = a->lists[i].group == b->lists[i].group && a->lists[i].without == b->lists[i].without &&
               strcmp(a->lists[i].name, b->lists[i].name) == 0;
    for (unsigned i = 0; same && i < a->server_name_count; i++)
        same = a->server_names[i].group == b->server_names[i].group &&
               strcmp(a->server_names[i].name, b->server_names[i].name) == 0;
    for (unsigned i = 0; same && i < a->token_count; i++)
        same = a->tokens[i].group == b->tokens[i].group && strcmp(a->tokens[i].token, b->tokens[i].token) == 0;
    return same;
}

struct policy_groups {
    struct group_settings s;
    uint32_t ids[GROUPS_MAX];
    uint8_t lengths[129]; /* of prefixes that are there, the longest first */
    unsigned length_count;
    struct slot table[TABLE_SIZE];
};

static struct addr masked(const struct addr *a, unsigned bits)
{
    struct addr m = {0};
    memcpy(m.bytes, a->bytes, bits / 8);
    if (bits % 8)
        m.bytes[bits / 8] = (uint8_t)(a->bytes[bits / 8] & (0xff00u >> bits % 8));
    return m;
}

/* Prefixes are the operator's own: nobody else can choose what shares a slot. */
static struct slot *find_slot(const struct policy_groups *g, const struct addr *a, unsigned bits)
{
    uint64_t halves[2];
    memcpy(halves, a->bytes, sizeof halves);
    uint64_t h = (halves[0] * 0x9e3779b97f4a7c15u ^ halves[1]) * 0xd6e8feb86659fd93u + bits;
    size_t i = (h ^ h >> 32) % TABLE_SIZE;
    while (g->table[i].group != 0 &&
           !(g->table[i].bits == bits && memcmp(&g->table[i].addr, a, sizeof *a) == 0))
        i = (i + 1) % TABLE_SIZE;
    return (struct slot *)(uintptr_t)&g->table[i];
}

static int add_prefixes(struct policy_groups *g)
{
    bool present[129] = {false};
    for (unsigned i = 0; i < g->s.prefix_count; i++) {
        const struct addr_prefix *p = &g->s.prefixes[i].prefix;
        struct slot *s = find_slot(g, &p->addr, p->bits);
        if (s->group != 0)
            return -EEXIST;
        *s = (struct slot){.addr = p->addr, .bits = p->bits, .group = (uint16_t)(g->s.prefixes[i].group + 1)};
        present[p->bits] = true;
    }
    for (unsigned bits = 129; bits-- > 0;)
        if (present[bits])
            g->lengths[g->length_count++] = (uint8_t)bits;
    return 0;
}

static bool has_twins(const struct group_settings *s)
{
    for (unsigned i = 0; i < s->server_name_count; i++)
        for (unsigned k = 0; k < i; k++)
            if (strcasecmp(s->server_names[i].name, s->server_names[k].name) == 0)
                return true;
    for (unsigned i = 0; i < s->token_count; i++)
        for (unsigned k = 0; k < i; k++)
            if (strcmp(s->tokens[i].token, s->tokens[k].token) == 0)
                return true;
    for (unsigned i = 0; i < s->count; i++)
        for (unsigned k = 0; k < i; k++)
            if (dns_group_id(s->groups[i].name) == dns_group_id(s->groups[k].name))
                return true;
    return false;
}

int policy_groups_new(const struct group_settings *settings, struct policy_groups **ret_groups)
{
    struct policy_groups *g = calloc(1, sizeof *g);
    if (!g)
        return -ENOMEM;
    g->s = *settings;
    for (unsigned i = 0; i < g->s.count; i++)
        g->ids[i] = dns_group_id(g->s.groups[i].name);
    int e = has_twins(&g->s) ? -EEXIST : add_prefixes(g);
    if (e < 0) {
        free(g);
        return e;
    }
    *ret_groups = g;
    return 0;
}

void policy_groups_free(struct policy_groups *g)
{
    if (g)
        sodium_memzero(&g->s, sizeof g->s); /* the tokens */
    free(g);
}

unsigned policy_groups_count(const struct policy_groups *g)
{
    return g ? g->s.count : 0;
}

const char *policy_group_name(const struct policy_groups *g, unsigned group)
{
    return group > 0 && group <= policy_groups_count(g) ? g->s.groups[group - 1].name : "";
}

const char *policy_group_member(const struct policy_groups *g, unsigned group)
{
    return group > 0 && group <= policy_groups_count(g) ? g->s.groups[group - 1].member : "";
}

uint32_t policy_group_id(const struct policy_groups *g, unsigned group)
{
    return group > 0 && group <= policy_groups_count(g) ? g->ids[group - 1] : 0;
}

uint16_t policy_group_of_client(const struct policy_groups *g, const struct addr *client)
{
    unsigned shortest = addr_is_v4(client) ? 96 : 0; /* a prefix of IPv6 that holds all of IPv4 does not mean it */
    for (unsigned i = 0; i < g->length_count && g->lengths[i] >= shortest; i++) {
        struct addr a = masked(client, g->lengths[i]);
        const struct slot *s = find_slot(g, &a, g->lengths[i]);
        if (s->group != 0)
            return (uint16_t)(s->group - 1);
    }
    return 0;
}

int policy_group_of_name(const struct policy_groups *g, const char *name)
{
    for (unsigned i = 0; i < policy_groups_count(g); i++)
        if (strcmp(g->s.groups[i].name, name) == 0)
            return (int)i + 1;
    return -ENOENT;
}

int policy_group_of_server_name(const struct policy_groups *g, const char *name, size_t len)
{
    for (unsigned i = 0; i < g->s.server_name_count; i++)
        if (strlen(g->s.server_names[i].name) == len && strncasecmp(g->s.server_names[i].name, name, len) == 0)
            return g->s.server_names[i].group;
    return -ENOENT;
}

int policy_group_of_token(const struct policy_groups *g, const char *token, size_t len)
{
    int found = -ENOENT;
    for (unsigned i = 0; i < g->s.token_count; i++)
        if (strlen(g->s.tokens[i].token) == len && sodium_memcmp(g->s.tokens[i].token, token, len) == 0)
            found = g->s.tokens[i].group;
    return found;
}

/* ---- which lists count ---- */

/* What a group of the configuration, or a set of lists of members, says of lists. */
struct view_of_lists {
    const struct policy_groups *g; /* may be NULL */
    unsigned group;
    const struct member_table_list *lists; /* NULL: those of the group */
    unsigned count;
};

/* The place among its own lists, from 0; -ENOENT. */
static int own_place(const struct view_of_lists *v, const char *list)
{
    int place = 0;
    for (unsigned i = 0; v->lists && i < v->count; i++) {
        if (v->lists[i].without)
            continue;
        if (strcmp(v->lists[i].name, list) == 0)
            return place;
        place++;
    }
    for (unsigned i = 0; !v->lists && v->g && i < v->g->s.list_count; i++) {
        if (v->g->s.lists[i].group != v->group || v->g->s.lists[i].without)
            continue;
        if (strcmp(v->g->s.lists[i].name, list) == 0)
            return place;
        place++;
    }
    return -ENOENT;
}

static bool taken_away(const struct view_of_lists *v, const char *list)
{
    for (unsigned i = 0; v->g && i < v->g->s.list_count; i++)
        if (v->g->s.lists[i].without && (v->g->s.lists[i].group == v->group || v->g->s.lists[i].group == 0) &&
            strcmp(v->g->s.lists[i].name, list) == 0)
            return true;
    for (unsigned i = 0; v->lists && i < v->count; i++)
        if (v->lists[i].without && strcmp(v->lists[i].name, list) == 0)
            return true;
    return false;
}

static bool view_orders(const struct view_of_lists *v, const struct policy_image *image, uint16_t *orders)
{
    /* First the lists that are only for this group, then its own, then those of everybody. */
    enum { OWN_AT = POLICY_LISTS_MAX, INHERITED_AT = OWN_AT + GROUP_LISTS_MAX };
    _Static_assert((int)MEMBER_TABLE_LISTS_MAX <= (int)GROUP_LISTS_MAX, "own lists come before those of everybody");
    const char *name = policy_group_name(v->g, v->group);
    const struct policy_list *list;
    bool plain = true;
    unsigned i = 0;
    for (; i < POLICY_LISTS_MAX && (list = policy_image_list(image, i)) != NULL && list->member == 0; i++) {
        int own = own_place(v, list->name);
        if (list->group[0])
            orders[i] = strcmp(list->group, name) == 0 ? (uint16_t)i : (uint16_t)POLICY_ORDER_NONE;
        else if (own >= 0)
            orders[i] = (uint16_t)(OWN_AT + own);
        else if (taken_away(v, list->name))
            orders[i] = POLICY_ORDER_NONE;
        else
            orders[i] = (uint16_t)(INHERITED_AT + i);
        plain = plain && orders[i] != POLICY_ORDER_NONE && (i == 0 || orders[i] > orders[i - 1]);
    }
    for (; i < POLICY_LISTS_MAX; i++)
        orders[i] = POLICY_ORDER_NONE; /* a rule cannot have it: the image was checked */
    return plain;
}

bool policy_group_orders(const struct policy_groups *g, unsigned group, const struct policy_image *image, uint16_t *orders)
{
    const struct view_of_lists v = {.g = g, .group = group};
    return view_orders(&v, image, orders);
}

bool policy_profile_orders(const struct policy_groups *g, const struct member_table_list *lists, unsigned count,
                           const struct policy_image *image, uint16_t *orders)
{
    const struct view_of_lists v = {.g = g, .lists = lists, .count = count};
    return view_orders(&v, image, orders);
}
