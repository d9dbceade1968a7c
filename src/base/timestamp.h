/* Moments as texts of RFC 3339, always UTC and with six digits: the form that the ledger, STIX and TAXII write.
 *
 * Microseconds since 1970-01-01 UTC; years 0001 to 9999. No time zone of the machine is looked at. Any thread.
 */
#ifndef HINOMI_BASE_TIMESTAMP_H
#define HINOMI_BASE_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum { TIMESTAMP_TEXT_MAX = 28 };

/* "2026-11-22T06:00:00.123456Z"; a moment outside the years above becomes the nearest inside. */
const char *timestamp_format(int64_t us, char *text);
/* Any form of RFC 3339 5.6: either case of T and Z or an offset, any number of digits (what is beyond microseconds is cut),
 * a leap second counts as the one before. -EINVAL for everything else, also 30 February. */
int timestamp_parse(const char *text, size_t len, int64_t *ret_us) must_check;

#endif
