/* The body of an answer while it grows: JSON as text, with a limit.
 *
 * After a failure (no memory, the limit) it is `broken`, and everything added is dropped: look once, at the end. One thread.
 */
#ifndef HINOMI_SHARE_TAXII_BODY_H
#define HINOMI_SHARE_TAXII_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct body {
    char *text; /* on the heap; body_free, or the taker's */
    size_t len, room, max;
    bool broken;
};

static inline struct body body_of(size_t max)
{
    return (struct body){.max = max};
}

void body_free(struct body *b);
void body_octets(struct body *b, const void *octets, size_t len);
void body_text(struct body *b, const char *text);
void body_number(struct body *b, uint64_t number);
/* In quotes, escaped (RFC 8259 7). The text is UTF-8. */
void body_string(struct body *b, const char *text);
/* "2026-11-22T06:00:00.123456Z"; `version`: as STIX writes times, with three digits where they say it all. */
void body_time(struct body *b, int64_t us);
void body_version(struct body *b, int64_t us);

#endif
