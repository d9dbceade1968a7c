/* A set of names that is asked two things of a rule's name: is it in the set, and is one of the set below it?
 *
 * Each name keeps a scope, a source and a line for whoever explains. Open addressing over the names and all their parents,
 * with a keyed hash and the names themselves compared: exact. About 50 octets a name; filled once, then read by any thread.
 */
#ifndef HINOMI_ACT_POLICY_NAME_SET_H
#define HINOMI_ACT_POLICY_NAME_SET_H

#include <stdbool.h>

#include "base/sip.h"
#include "proto/dns/name.h"

enum { NAME_SET_MAX = 8 << 20 }; /* names: some 400 MB; the longest popularity list in use has one million */

struct name_set;

/* A name of the set, and what was said of it. */
struct name_set_entry {
    struct dns_name name;
    uint8_t scope; /* POLICY_SCOPE_*: as added, of all that added the name */
    uint16_t source;
    uint32_t line; /* of the first that added it */
};

/* NULL: out of memory. */
struct name_set *name_set_new(struct sip_key key);
void name_set_free(struct name_set *s);
/* -E2BIG past NAME_SET_MAX, -ENOMEM. */
int name_set_add(struct name_set *s, const struct dns_name *name, uint8_t scope, uint16_t source, uint32_t line) must_check;
size_t name_set_count(const struct name_set *s);
size_t name_set_bytes(const struct name_set *s);

/* The scope that the name that starts at this label was added with; 0: it was not. ret_entry may be NULL. */
uint8_t name_set_find(const struct name_set *s, const struct dns_name *name, unsigned label,
                      struct name_set_entry *ret_entry);
/* Is a name of the set below this one? ret_entry, which may be NULL, is one of them. */
bool name_set_has_below(const struct name_set *s, const struct dns_name *name, struct name_set_entry *ret_entry);

#endif
