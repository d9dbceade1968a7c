/* Values that are often reported wrongly: the warning lists of a folder, and which of them has a subject.
 *
 * Read as a whole, once; thereafter nothing is allocated. One thread.
 */
#ifndef HINOMI_APPS_WARNING_LISTS_H
#define HINOMI_APPS_WARNING_LISTS_H

#include <stddef.h>

#include "base/attr.h"
#include "model/subject.h"

enum { WARNING_LISTS_MAX = 1024, WARNING_LISTS_HITS_MAX = 8 };

struct warning_lists;

/* Every *.json of the folder, and every list.json one level below. Files that are no warning lists are logged and left out.
 * -ENOMEM; the errno of the folder. */
int warning_lists_read(const char *folder, struct warning_lists **ret_lists) must_check;
void warning_lists_free(struct warning_lists *w);
/* The names of lists that have the subject, something above it or, of a domain, something below it. How many; 0 for NULL. A URL on a
 * popular host is no such subject: what stands there may well be bad. */
unsigned warning_lists_find(const struct warning_lists *w, const struct subject *s, const char *ret_names[WARNING_LISTS_HITS_MAX]);
unsigned warning_lists_count(const struct warning_lists *w);
size_t warning_lists_values(const struct warning_lists *w);

#endif
