/* Points and lengths of time as people write and read them. */
#ifndef HINOMI_APPS_WHEN_H
#define HINOMI_APPS_WHEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* "90s", "30m", "1h", "7d", "2w" to microseconds; -EINVAL. */
int when_parse_duration(const char *text, int64_t *ret_us) must_check;
/* A duration from now, or "2026-12-31", "2026-12-31T18:00" (local time), with "Z" UTC; -EINVAL. */
int when_parse(const char *text, int64_t now_us, int64_t *ret_us) must_check;
/* "2026-12-31 18:00:00" local; "" for 0. Needs WHEN_TEXT_MAX octets. */
enum { WHEN_TEXT_MAX = 32 };
const char *when_format(int64_t time_us, char *text);

#endif
