/* The policy image: an immutable file of names and what to do with them, mapped and searched without allocation.
 *
 * Layout, limits and the checks made at opening: docs/formats/policy-image.md. A lookup touches one cache line for
 * each suffix of the name that the image could hold, plus one or two when it is there. Any number of threads may
 * search one image; the owner unmaps it when none does (act/policy/policy.h).
 */
#ifndef HINOMI_ACT_POLICY_IMAGE_H
#define HINOMI_ACT_POLICY_IMAGE_H

#include "act/policy/image_key.h"
#include "model/decision.h"

enum {
    POLICY_LISTS_MAX = 256,     /* lists in one image: a list number fits, and each costs 128 bytes */
    POLICY_MEMBER_LISTS_MAX = 40000, /* behind those: of members, two for each that can be */
    POLICY_LIST_NAME_MAX = 64,  /* with its terminator */
    POLICY_GROUP_NAME_MAX = 40, /* the same */
    POLICY_ENTRY_MAX = 4096,    /* one name with all that lists say of it; more is cut, lowest precedence first */
    POLICY_DATA_MAX = 4096,     /* local data of one rule: fits an answer */
};

/* What part of the tree a rule means; a rule for a prefix has EXACT. */
enum { POLICY_SCOPE_EXACT = 1, POLICY_SCOPE_BELOW = 2, POLICY_SCOPE_BOTH = 3 };

/* A list as the image knows it; lists stand in order of precedence. */
struct policy_list {
    uint32_t id;         /* list number; 0: made by hand, then a reference's line is the verdict */
    uint32_t verdict_id; /* the ledger's number of its import */
    uint16_t ede;        /* enum dns_ede for its blocks */
    uint8_t triggers;    /* bit n: it has rules with enum dns_trigger n; set by the builder */
    uint8_t is_zone;     /* 1: a rule on a name keeps its own wildcards above away from what is below (RFC 4592 3.3.1) */
    uint16_t member;     /* the only member it is for, by its number; 0: none. Such lists stand behind all others and have rules on names only */
    uint8_t by_member;   /* 1: the member said so; 0: the centre did */
    uint8_t is_grave;    /* 1: what it blocks a member does not let through by itself */
    int64_t since_us; /* wall clock of the import */
    char name[POLICY_LIST_NAME_MAX];
    char group[POLICY_GROUP_NAME_MAX]; /* the only group it is for; empty: whoever is not told otherwise */
};
_Static_assert(sizeof(struct policy_list) == 128, "part of the file format");

struct policy_rule {
    uint16_t list;  /* index in the image's lists */
    uint8_t action; /* enum dns_action */
    uint8_t scope;
    uint32_t data_at, data_len; /* in the data section */
    uint32_t pad0;
    int64_t from_us;  /* 0: the list's since */
    int64_t until_us; /* 0: no end */
};
_Static_assert(sizeof(struct policy_rule) == 32, "part of the file format");

struct policy_image;

struct policy_image_info {
    uint64_t names, rules, lists, bytes, generation; /* names: all subjects */
    int64_t built_us;
    struct sip_key key;
};

/* Why an image was refused; *ret_reason (may be NULL) is a static English text, N_() marked. -EBADMSG not an image or
 * damaged, -EPROTONOSUPPORT another version, or the errno of open, fstat and mmap. `check_all` also reads the whole
 * file and compares its checksum: always do so for a file that another process wrote. */
int policy_image_open(int dir_fd, const char *file, bool check_all, struct policy_image **ret_image,
                      const char **ret_reason) must_check;
int policy_image_open_fd(int fd, bool check_all, struct policy_image **ret_image, const char **ret_reason) must_check;
void policy_image_close(struct policy_image *image);
void policy_image_info(const struct policy_image *image, struct policy_image_info *ret_info);
const struct policy_list *policy_image_list(const struct policy_image *image, unsigned index);

/* The places of one name's suffixes in an image, so that a batch of names can be fetched from memory together. */
struct policy_probe {
    const struct policy_image *image;
    uint8_t count;
    uint8_t label[DNS_LABELS_MAX];
    uint64_t hash[DNS_LABELS_MAX];
};

/* Hashes the suffixes that may be in the image and asks the memory for them. */
void policy_probe_init(struct policy_probe *p, const struct policy_image *image, const struct dns_name *name);
/* The best rule for the name: lists in order, then the longest name. Rules that ended before now_us are passed over.
 * False when there is none; then *ret_decision is untouched. */
bool policy_probe_decide(const struct policy_probe *p, const struct dns_name *name, int64_t now_us,
                         struct dns_decision *ret_decision);

/* A rule that matched, and where it stands among those that could. */
struct policy_found {
    const struct policy_rule *rule; /* NULL: none */
    uint32_t line;
    uint16_t order;
    uint8_t trigger, label;
};

/* LAST: behind all lists of the image, where the word of the asker's member stands. */
enum { POLICY_ORDER_NONE = UINT16_MAX, POLICY_ORDER_LAST = UINT16_MAX - 1 };

/* A search over several subjects of one query in one image; the best is kept: the list first in order, then the trigger
 * (client, name, address, name server's name, its address: RPZ 6), then the subject searched first, then the longest. */
struct policy_search {
    const struct policy_image *image;
    const uint16_t *orders; /* by index of the list; POLICY_ORDER_NONE: not for this client. NULL: all as they stand */
    uint16_t centre, own;   /* + 1: the lists of the asker's member, which come first and last; 0: none. Needs `orders` */
    bool any_member;        /* all lists of members count */
    int64_t now_us;         /* rules that end before are passed over; INT64_MIN: none is */
    struct policy_found best, observed; /* observed: of the rules that only observe */
};
void policy_search_probe(struct policy_search *s, const struct policy_probe *p, const struct dns_name *name);
void policy_search_name(struct policy_search *s, const struct dns_name *name);
void policy_search_ns_name(struct policy_search *s, const struct dns_name *name);
/* trigger: one of those by address. */
void policy_search_address(struct policy_search *s, unsigned trigger, const struct addr *a);
/* Has the image any rule of that trigger? */
bool policy_image_has_trigger(const struct policy_image *image, unsigned trigger);
void policy_found_decision(const struct policy_image *image, const struct policy_found *found,
                           struct dns_decision *ret_decision);

/* Every rule that matches the name, in order of the labels from the whole name upwards; for explaining. */
typedef void policy_each_fn(void *self, const struct policy_list *list, const struct policy_rule *rule,
                            uint32_t line, unsigned label);
void policy_image_each_match(const struct policy_image *image, const struct dns_name *name, policy_each_fn *each,
                             void *self);

/* The same for an address, from the longest prefix. */
void policy_image_each_prefix_match(const struct policy_image *image, unsigned trigger, const struct addr *a,
                                    policy_each_fn *each, void *self);

/* Every subject of the image, in the order of its hashes, with the scopes of all its rules or-ed: those that ended too. Anything but 0
 * stops and is returned; -EBADMSG when an entry is damaged. */
typedef int policy_each_subject_fn(void *self, const struct policy_subject *subject, uint8_t scopes);
int policy_image_each_subject(const struct policy_image *image, policy_each_subject_fn *each, void *self) must_check;
/* The same scopes of exactly this subject; 0: the image has no entry of it. */
uint8_t policy_image_scopes(const struct policy_image *image, const struct policy_subject *subject);

/* Walks every entry and proves that a lookup finds it. Returns the number of entries, -EBADMSG when one is lost. */
int64_t policy_image_verify(const struct policy_image *image) must_check;

#endif
