/* The names that no list may block: those of never-block lists, and the rules that were left out because of them.
 *
 * A rule that would block exactly a protected name, or everything below a parent of it, is left out of the image and kept
 * here as a conflict, up to PROTECTION_CONFLICTS_MAX; beyond that they are only counted. Names below a protected name may be
 * blocked. Rules that let pass are never in conflict. Filled by the thread that builds an image, then read by one other.
 */
#ifndef HINOMI_ACT_POLICY_PROTECTION_H
#define HINOMI_ACT_POLICY_PROTECTION_H

#include "act/policy/list.h"
#include "act/policy/name_set.h"

enum {
    PROTECTION_SOURCES_MAX = 300,     /* files of the configuration and lists */
    PROTECTION_NAME_MAX = 512,        /* of a source, for people */
    PROTECTION_CONFLICTS_MAX = 10000, /* more than anybody reads; some megabytes */
};

struct protection;

struct protection_conflict {
    const char *list; /* whose rule was left out; borrowed */
    uint32_t line;
    uint8_t action, scope;
    const char *name;         /* of the rule */
    const char *protected_name; /* what it would have blocked */
    const char *by;           /* the never-block list */
    uint32_t by_line;
};

struct protection *protection_new(struct sip_key key);
void protection_free(struct protection *p);
/* Reads a never-block list: the names of its rules, whatever they say of them. -E2BIG, -ENOMEM, errno of read(2). */
int protection_read(struct protection *p, const char *source, int fd, const struct list_reading *reading,
                    struct list_stats *ret_stats) must_check;

/* Must the rule be left out? ret_by, which may be NULL, is the name that it would block. */
bool protection_forbids(const struct protection *p, const struct list_rule *rule, struct name_set_entry *ret_by);
/* The same, kept as a conflict of that list when it must. */
bool protection_catches(struct protection *p, const char *list, const struct list_rule *rule, uint32_t line);

size_t protection_names(const struct protection *p);
uint64_t protection_conflicts(const struct protection *p);
/* Of one list. */
uint64_t protection_conflicts_of(const struct protection *p, const char *list);
const char *protection_source(const struct protection *p, uint16_t source);
/* Is it a protected name? */
bool protection_has(const struct protection *p, const struct dns_name *name, struct name_set_entry *ret_by);
/* Those that are kept, in the order of lists and lines; anything but 0 stops. */
typedef int protection_each_fn(const struct protection_conflict *c, void *self);
int protection_each(const struct protection *p, protection_each_fn *each, void *self);

#endif
