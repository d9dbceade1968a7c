/* When which secondary is told that its zone has changed (RFC 1996): at once, not more than once a second, and again until it answers.
 *
 * Pure: time is an argument (monotonic milliseconds), the message is written for the caller to send.
 */
#ifndef HINOMI_SHARE_RPZ_NOTIFY_H
#define HINOMI_SHARE_RPZ_NOTIFY_H

#include "share/rpz/zones.h"

enum {
    RPZ_NOTIFY_APART_MS = 1000,
    RPZ_NOTIFY_FIRST_MS = 2000, /* then twice as long each time */
    RPZ_NOTIFY_TRIES = 6,       /* about a minute; a secondary that is away asks by itself when it is back */
    RPZ_NOTIFY_MESSAGE_MAX = DNS_HEADER_LEN + RPZ_QUESTION_MAX + 64 + TSIG_RECORD_MAX,
};

/* One secondary; all zero: nothing was ever told. */
struct rpz_notify {
    int64_t serial;     /* that it is told of */
    uint16_t id;
    unsigned tries;     /* of this serial */
    bool done;          /* it has answered, or all tries were made */
    bool sent;          /* ever */
    uint64_t sent_ms, next_ms;
};

/* The zone's serial, 0: not served. True: a message is to be sent now; then n->id and n->tries are the new ones. *ret_given_up: the
 * last try had no answer. */
bool rpz_notify_due(struct rpz_notify *n, int64_t serial, uint16_t new_id, uint64_t now_ms, bool *ret_given_up);
/* An answer came. False: to nothing that was asked. */
bool rpz_notify_answered(struct rpz_notify *n, uint16_t id);
/* The message, with the new SOA (RFC 1996 3.7). Signed when the zone has a key, but not to one that may transfer without: it may know
 * none, and Unbound takes nothing that is signed. How many octets, 0: it does not fit. */
size_t rpz_notify_write(const struct rpz_zone *z, const struct addr *secondary, uint16_t id, int64_t serial, uint64_t now_s, uint8_t *to,
                        size_t max);

#endif
