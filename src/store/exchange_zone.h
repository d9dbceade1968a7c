/* Zones in the store of exchanged objects: for each recipient the names and addresses that it is to block, and a journal of changes.
 *
 * Knows subjects and serials, no DNS: names of zones and forms of records belong to share/rpz. A zone is for a recipient of the
 * configuration; it is filled in steps from what the recipient has, then served, and follows each change; when it is configured no
 * more it is emptied in steps, and keeps its serial. What is given twice is given once, so a change may be repeated after a crash.
 *
 * Serials are 64-bit here and only grow: the wall clock in seconds, or one more than the last. The low 32 bits are the zone's serial
 * (RFC 1982). Each call of exchange_zone_put that changes something makes one, with rules and journal in one transaction. The journal
 * has at most EXCHANGE_ZONE_CHANGES_MAX rows: then the oldest serials go, and are counted.
 *
 * Threads, handles and errors as in store/exchange.h.
 */
#ifndef HINOMI_STORE_EXCHANGE_ZONE_H
#define HINOMI_STORE_EXCHANGE_ZONE_H

#include "model/subject.h"
#include "store/exchange.h"

enum {
    EXCHANGE_ZONES_MAX = 1024,             /* ever: a zone whose recipient left keeps its number and serial */
    EXCHANGE_ZONE_RULES_MAX = 20000000,    /* values of a zone; what is beyond is left out, and counted */
    EXCHANGE_ZONE_CHANGES_MAX = 1000000,   /* rows of the journal of a zone */
    EXCHANGE_ZONE_BATCH_MAX = 1024,        /* changes of one exchange_zone_put, and so rows of one serial */
    EXCHANGE_ZONE_NAME_MAX = 256,          /* text of a zone's name, with the terminator */
    EXCHANGE_ZONE_DELIVERIES_MAX = 100000, /* rows that wait for their receipts; then the oldest go, and are counted */
};

enum exchange_zone_state { EXCHANGE_ZONE_EMPTYING, EXCHANGE_ZONE_FILLING, EXCHANGE_ZONE_SERVED };

struct exchange_zone {
    unsigned number;
    char recipient[EXCHANGE_NAME_MAX];
    enum exchange_zone_state state;
    uint32_t place;          /* while it is filled: how far it is */
    int64_t serial, oldest;  /* 0: never served; the journal tells what came after `oldest` */
    int64_t rules, changes;
};

/* Whether a subject has a place in a zone at all: domain, host, address, prefix. */
bool exchange_zone_has_place(const struct subject *s);

/* ---- writing ---- */

/* Finds the zone of that recipient, or makes it, to be filled. -E2BIG: there are EXCHANGE_ZONES_MAX. */
int exchange_zone_open(struct exchange *e, const char *recipient, struct exchange_zone *ret_zone) must_check;
typedef int exchange_each_zone(void *self, const struct exchange_zone *z);
int exchange_zone_each(struct exchange *e, exchange_each_zone *each, void *self) must_check;
/* It is no longer served and is to be emptied. */
int exchange_zone_retire(struct exchange *e, unsigned zone) must_check;
/* Takes at most `max` rows out. *ret_empty: it was the last; then it can be filled. */
int exchange_zone_empty(struct exchange *e, unsigned zone, unsigned max, bool *ret_empty) must_check;

struct exchange_zone_item {
    const struct subject *subject;
    bool given; /* it is in the zone from now on, else not */
};

/* While it is filled: no serial, no journal. `place`: how far it is with these; done: it is served from now on, under a new serial. */
int exchange_zone_fill(struct exchange *e, unsigned zone, const struct exchange_zone_item *items, unsigned count, uint32_t place,
                       bool done, int64_t now_s) must_check;
/* Of at most EXCHANGE_ZONE_BATCH_MAX subjects; those without a place are passed over. *ret_serial: of the zone after it. */
int exchange_zone_put(struct exchange *e, unsigned zone, const struct exchange_zone_item *items, unsigned count, int64_t now_s,
                      int64_t *ret_serial) must_check;

/* ---- reading ---- */

/* By recipient; -ENOENT. */
int exchange_zone_get(struct exchange *e, const char *recipient, struct exchange_zone *ret_zone) must_check;

enum exchange_zone_form { EXCHANGE_ZONE_NAME, EXCHANGE_ZONE_ADDRESS };
/* Records of a value. An address has the first alone. */
enum { EXCHANGE_ZONE_ITSELF = 1, EXCHANGE_ZONE_BELOW = 2 };

/* Where a reading is; all zero: at the beginning. */
struct exchange_zone_place {
    int64_t serial; /* of differences */
    int form;
    char value[EXCHANGE_ZONE_NAME_MAX];
    bool begun;
};

/* One value, borrowed for the call. */
struct exchange_zone_row {
    int64_t serial; /* of differences: the one that it came with */
    enum exchange_zone_form form;
    const char *value;
    unsigned was, now; /* sets of records; of the whole zone: `now` alone */
};
typedef int exchange_each_zone_row(void *self, const struct exchange_zone_row *row);

/* The next values, `max` at most looked at, of the zone as it was at `serial`, though it has changed since: what the journal says
 * is undone. Each call is a short transaction, so a reader that stands still holds nothing up. 1: there may be more, 0: that was the
 * last; -ESTALE: the journal does not reach back to that serial any more, or the zone is no longer served. */
int exchange_zone_whole(struct exchange *e, unsigned zone, int64_t serial, unsigned max, struct exchange_zone_place *at,
                        exchange_each_zone_row *each, void *self) must_check;
/* The rows of the next serial after at->serial and up to `last`, which becomes at->serial. 1: there was one, 0: none; -ESTALE. */
int exchange_zone_step(struct exchange *e, unsigned zone, int64_t last, struct exchange_zone_place *at, exchange_each_zone_row *each,
                       void *self) must_check;
/* Does the journal begin at that serial, exactly, and how many rows are between it and the last (counted to `max`)? -ENOENT: it
 * does not. */
int exchange_zone_span(struct exchange *e, const struct exchange_zone *z, int64_t from, int64_t max, int64_t *ret_rows) must_check;

/* ---- deliveries: transfers that were completed ---- */

struct exchange_zone_delivery {
    char recipient[EXCHANGE_NAME_MAX];
    char zone[EXCHANGE_ZONE_NAME_MAX];
    int64_t minute_us;                /* any moment of the minute */
    int64_t records;
    int64_t first_serial, last_serial; /* 32 bits, as they were told; first 0: the whole zone */
};

/* Adds to the row of that minute, recipient and zone. */
int exchange_zone_delivery_add(struct exchange *e, const struct exchange_zone_delivery *d) must_check;
typedef int exchange_each_zone_delivery(void *self, const struct exchange_zone_delivery *d);
/* Of minutes before, oldest first. */
int exchange_zone_delivery_each(struct exchange *e, int64_t before_us, exchange_each_zone_delivery *each, void *self) must_check;
/* Its receipt is written. */
int exchange_zone_delivery_drop(struct exchange *e, const struct exchange_zone_delivery *d) must_check;

#endif
