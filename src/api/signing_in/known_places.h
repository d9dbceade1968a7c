/* Places from which accounts have signed in: who comes from one is not kept out by what strangers do elsewhere.
 *
 * A place is an address, of IPv6 its /64 (RFC 6177). An account that is locked because of failures stays open for its known places, each of
 * which has failures of its own. In memory: after a new start the lock of the account alone counts. At most KNOWN_PLACES_MAX; the one that was
 * used least recently gives way, so a stranger, who never gets in, fills nothing. One thread.
 */
#ifndef HINOMI_API_KNOWN_PLACES_H
#define HINOMI_API_KNOWN_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/attr.h"

enum { KNOWN_PLACES_MAX = 4096, KNOWN_PLACE_FAILURES = 5, KNOWN_PLACE_DAYS = 90 };

struct known_places;

/* NULL: out of memory. */
struct known_places *known_places_new(void);
void known_places_free(struct known_places *p);
/* The account has signed in from there. */
void known_places_add(struct known_places *p, int64_t account, const struct addr *from, int64_t now_us);
/* Has it done so within KNOWN_PLACE_DAYS, and not failed there too often since? */
bool known_places_has(const struct known_places *p, int64_t account, const struct addr *from, int64_t now_us);
/* It failed there: true when that place is known, so that the failure is its own and not the account's. */
bool known_places_failed(struct known_places *p, int64_t account, const struct addr *from);

#endif
