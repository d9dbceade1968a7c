/* URLs in canonical form, for subject.c (RFC 3986 6.2.2 and 6.2.3).
 *
 * Only what has an authority ("scheme://host…") is taken: others point to nothing that can be watched or blocked.
 */
#ifndef HINOMI_MODEL_SUBJECT_URL_H
#define HINOMI_MODEL_SUBJECT_URL_H

#include <stddef.h>

#include "base/attr.h"

/* -EINVAL when it is no such URL, -ENAMETOOLONG when it does not fit in `max` octets with its terminator. */
int subject_read_url(const char *text, size_t len, char *to, size_t max) must_check;
/* A name in lower case without its last dot; `to` has room for 254 octets. -EINVAL. */
int subject_read_name(const char *text, size_t len, char *to) must_check;

#endif
