/* Gathers DNS observations column by column and gives them out as one Native block for the table `dns`.
 *
 * Bounded in rows and in bytes of names: when full it says so, and the caller takes the block and goes on. One thread.
 * All memory is reserved when it is made and touched only as rows come.
 */
#ifndef HINOMI_STORE_DNS_ROWS_H
#define HINOMI_STORE_DNS_ROWS_H

#include "base/attr.h"
#include "model/observation.h"
#include "store/native.h"

enum {
    DNS_ROWS_MAX = 65536,             /* rows of one block: the engine's own block size, near enough */
    DNS_ROWS_NAMES_MAX = 4 << 20,     /* bytes of names in one block: 64 octets for each of the most rows */
    DNS_ROWS_LABELS_MAX = 1 << 20,    /* bytes of members, and as many of groups: 15 octets for each of the most rows */
    DNS_ROWS_LABEL_MAX = 128,         /* octets of a member or group; what is longer is cut */
    DNS_ROWS_BLOCK_MAX = 10 << 20,    /* no block is longer */
    DNS_ROWS_NAME_TEXT_MAX = 4 * 255 + 1,  /* every octet escaped, and the terminator */
};

struct dns_rows;

/* rows_max 1..DNS_ROWS_MAX, names_max DNS_ROWS_NAME_TEXT_MAX..DNS_ROWS_NAMES_MAX; else -EINVAL. */
int dns_rows_new(size_t rows_max, size_t names_max, struct dns_rows **ret_rows) must_check;
void dns_rows_free(struct dns_rows *rows);

/* What a row says that the sensor does not know. */
struct dns_row_labels {
    const char *member, *group; /* may be empty */
    uint64_t seq;               /* larger than that of every row before */
};

/* -ENOBUFS when the row has no room: take the block first. The observation must be one that
 * dns_observation_get let through. */
int dns_rows_add(struct dns_rows *rows, const struct dns_observation *o, const struct dns_row_labels *labels) must_check;
size_t dns_rows_count(const struct dns_rows *rows);

/* Writes the block (native_reset is called first) and empties the rows, whatever the outcome. -ENODATA no rows,
 * -ENOMEM. Initialise `block` with DNS_ROWS_BLOCK_MAX. */
int dns_rows_take(struct dns_rows *rows, struct native *block) must_check;

/* A wire name as it is stored: lower case, labels joined by dots, no dot at the end, "." for the root. Octets other than
 * printable ASCII, and dot and backslash inside a label, become \DDD (RFC 4343 2.1), so that one name has one text and
 * a dot is always a boundary between labels. `text` has room for DNS_ROWS_NAME_TEXT_MAX. Returns the length. */
size_t dns_name_text(const uint8_t *wire, size_t len, char *text);

#endif
