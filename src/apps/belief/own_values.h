/* The names and networks of the node's own organisation and its members, as configured: what is said against them is looked at by a person.
 *
 * Plain functions on a plain value; any thread.
 */
#ifndef HINOMI_APPS_OWN_VALUES_H
#define HINOMI_APPS_OWN_VALUES_H

#include <stdbool.h>

#include "base/attr.h"
#include "model/subject.h"

enum { OWN_VALUES_MAX = 256, OWN_VALUE_MAX = 256 /* octets with the terminator: a name */ };

struct own_values {
    unsigned count;
    struct {
        enum subject_kind kind; /* domain, address or prefix */
        char value[OWN_VALUE_MAX];
    } values[OWN_VALUES_MAX];
};

/* A name, an address or a prefix. -EINVAL, -E2BIG. */
int own_values_add(struct own_values *o, const char *text) must_check;
/* Is the subject one of them, below one, or does it have one in it? Of a URL, its host. */
bool own_values_have(const struct own_values *o, const struct subject *s);

#endif
