/* The table of members: whose clients an address belongs to, as an immutable file that is mapped and searched without allocation.
 *
 * A member is known by its number (store/member.h). Of networks the longest holds. The hub builds the file beside the old one and renames
 * it; any number of threads may search one table; the owner closes it when none does (act/policy/policy.h). docs/formats/member-table.md.
 */
#ifndef HINOMI_ACT_POLICY_MEMBER_TABLE_H
#define HINOMI_ACT_POLICY_MEMBER_TABLE_H

#include "act/policy/image.h"

enum {
    MEMBER_TABLE_NAME_MAX = 64,      /* with the terminator, as names of members and of lists */
    MEMBER_TABLE_NUMBER_MAX = 65000, /* with the groups of the configuration they fit sixteen bits */
    MEMBER_TABLE_PROFILES_MAX = 256, /* different sets of lists: each costs 1.5 KiB in every policy */
    MEMBER_TABLE_LISTS_MAX = 512,    /* of one profile */
    MEMBER_TABLE_NETWORKS_MAX = 20000 * 256,
    /* A network that is wider is nobody's own: by a slip it would make all clients those of one member. */
    MEMBER_TABLE_IPV4_WIDEST = 8,
    MEMBER_TABLE_IPV6_WIDEST = 16,
};

struct member_table;
struct member_table_builder;

/* ---- building: one thread ---- */

struct member_table_stats {
    uint64_t members, networks, bytes;
    uint64_t taken;    /* networks left out because another member has the same */
    uint64_t too_wide; /* networks left out because they are */
    uint64_t unlisted; /* members whose lists are one set more than MEMBER_TABLE_PROFILES_MAX: they have those of everybody */
};

/* -ENOMEM. */
int member_table_builder_new(struct member_table_builder **ret_builder) must_check;
void member_table_builder_free(struct member_table_builder *b);

struct member_table_list {
    char name[MEMBER_TABLE_NAME_MAX];
    bool without; /* not inherited */
};
/* lists: what counts for the member before, or not of, the lists of everybody. -EINVAL: a number or name out of range, or given before. */
int member_table_add(struct member_table_builder *b, uint16_t number, const char *name, const struct member_table_list *lists,
                     unsigned count) must_check;
/* Of a member that was added; of the same network the first holds. -EINVAL, -E2BIG, -ENOMEM. */
int member_table_add_network(struct member_table_builder *b, uint16_t number, const struct addr_prefix *network) must_check;
/* Writes `file` in the folder. The builder is spent afterwards. */
int member_table_finish(struct member_table_builder *b, int dir_fd, const char *file, uint64_t generation, struct member_table_stats *ret_stats) must_check;

/* ---- searching: any thread ---- */

/* As policy_image_open. */
int member_table_open(int dir_fd, const char *file, struct member_table **ret_table, const char **ret_reason) must_check;
/* Takes over the octets, which were made by malloc. check_sum: whether the checksum must be right. */
int member_table_open_octets(uint8_t *octets, size_t len, bool check_sum, struct member_table **ret_table, const char **ret_reason) must_check;
void member_table_close(struct member_table *t);
uint64_t member_table_generation(const struct member_table *t);
uint64_t member_table_networks(const struct member_table *t);

/* The member's number; 0: nobody's. */
uint16_t member_table_of_client(const struct member_table *t, const struct addr *client);
/* 0: no such member. */
uint16_t member_table_of_name(const struct member_table *t, const char *name);
/* "" when there is no such number. */
const char *member_table_name(const struct member_table *t, unsigned number);
/* The highest number that a member has. */
unsigned member_table_last(const struct member_table *t);

/* Sets of lists, from 1 to member_table_profiles; 0: those of everybody. */
unsigned member_table_profile(const struct member_table *t, unsigned number);
unsigned member_table_profiles(const struct member_table *t);
/* The profile's lists, in order; how many. */
unsigned member_table_lists(const struct member_table *t, unsigned profile, const struct member_table_list **ret_lists);

#endif
