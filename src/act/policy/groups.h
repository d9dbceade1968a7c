/* Client groups: which group a client belongs to, and which lists count for it in which order.
 *
 * A group is known by its clients' prefixes, by the name that a client of DNS over TLS asks the server for, or by a token
 * in the path of DNS over HTTPS; the latter two come before the first, and of prefixes the longest holds. Group 0 is of
 * all others, but those whom a member's networks make a group (member_table.h, policy.h). The table never changes after it was made; any thread may ask.
 */
#ifndef HINOMI_ACT_POLICY_GROUPS_H
#define HINOMI_ACT_POLICY_GROUPS_H

#include "act/policy/image.h"
#include "act/policy/member_table.h"

enum {
    GROUPS_MAX = 256,           /* as many as lists; each costs a kilobyte in every policy */
    GROUP_MEMBER_MAX = 64,      /* with its terminator, as all of these */
    GROUP_PREFIXES_MAX = 2048,  /* of all groups together, as all of these */
    GROUP_LISTS_MAX = 1024,
    GROUP_SERVER_NAMES_MAX = 256,
    GROUP_SERVER_NAME_MAX = 128,
    GROUP_TOKENS_MAX = 256,
    GROUP_TOKEN_MAX = 65,
    GROUP_TOKEN_MIN = 16,       /* without terminator: a token lets in whoever knows it */
};

/* The groups as configured: plain, without pointers. */
struct group_settings {
    unsigned count;
    struct {
        char name[POLICY_GROUP_NAME_MAX];
        char member[GROUP_MEMBER_MAX]; /* the organisation it belongs to; may be empty */
    } groups[GROUPS_MAX]; /* group n + 1 */
    unsigned prefix_count;
    struct {
        struct addr_prefix prefix;
        uint16_t group;
    } prefixes[GROUP_PREFIXES_MAX];
    /* A group's own lists come first, in this order; one that is taken away is not inherited. Group 0: of everybody. */
    unsigned list_count;
    struct {
        char name[POLICY_LIST_NAME_MAX];
        uint16_t group;
        bool without;
    } lists[GROUP_LISTS_MAX];
    unsigned server_name_count;
    struct {
        char name[GROUP_SERVER_NAME_MAX]; /* lower case */
        uint16_t group;
    } server_names[GROUP_SERVER_NAMES_MAX];
    unsigned token_count;
    struct {
        char token[GROUP_TOKEN_MAX];
        uint16_t group;
    } tokens[GROUP_TOKENS_MAX];
};

bool group_settings_equal(const struct group_settings *a, const struct group_settings *b);

struct policy_groups;

/* Copies the settings. -EEXIST when a prefix, name or token is given twice, -ENOMEM. */
int policy_groups_new(const struct group_settings *settings, struct policy_groups **ret_groups) must_check;
void policy_groups_free(struct policy_groups *g);

unsigned policy_groups_count(const struct policy_groups *g); /* without group 0 */
/* "" for group 0 and past the last. */
const char *policy_group_name(const struct policy_groups *g, unsigned group);
const char *policy_group_member(const struct policy_groups *g, unsigned group);
uint32_t policy_group_id(const struct policy_groups *g, unsigned group); /* dns_group_id of the name */

/* 0 when it is of no group. */
uint16_t policy_group_of_client(const struct policy_groups *g, const struct addr *client);
/* -ENOENT when no group has it; names in any case, tokens compared in constant time. */
int policy_group_of_name(const struct policy_groups *g, const char *name);
int policy_group_of_server_name(const struct policy_groups *g, const char *name, size_t len);
int policy_group_of_token(const struct policy_groups *g, const char *token, size_t len);

/* The order of an image's lists for a group, POLICY_ORDER_NONE for those that do not count. `orders` has room for
 * POLICY_LISTS_MAX. True when it is their order in the image and all count. g may be NULL: only group 0. */
bool policy_group_orders(const struct policy_groups *g, unsigned group, const struct policy_image *image,
                         uint16_t *orders);
/* The same for members with these lists, whom no group of the configuration has. */
bool policy_profile_orders(const struct policy_groups *g, const struct member_table_list *lists, unsigned count,
                           const struct policy_image *image, uint16_t *orders);

#endif
