/* Reads what a TAXII 2.1 server answers to a client: discovery, collections, envelopes, statuses.
 *
 * Source: TAXII 2.1 (OASIS, 2021-06-10) 3.7 (envelope), 4.1 (discovery), 4.3 (status), 5.1 (collections). The server may be hostile: every
 * text has a maximum, and what is longer is as if it were not there. Pure; any thread.
 */
#ifndef HINOMI_SHARE_FEED_TAXII_ANSWER_H
#define HINOMI_SHARE_FEED_TAXII_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum {
    TAXII_ANSWER_OCTETS_MAX = 1 << 20, /* of what is no envelope: some thousand collections */
    TAXII_ANSWER_URL_MAX = 1024,
    TAXII_ANSWER_ID_MAX = 64, /* a UUID is 36 */
    TAXII_ANSWER_ALIAS_MAX = 256,
    TAXII_ANSWER_NEXT_MAX = 512,
};

/* The API root that a discovery answer offers first: as it stands there, absolute or a path. Empty: the answer is of an API root itself. -EBADMSG: it
 * is neither. */
int taxii_answer_root(const uint8_t *octets, size_t len, char ret_url[TAXII_ANSWER_URL_MAX]) must_check;

struct taxii_answer_collection {
    char id[TAXII_ANSWER_ID_MAX];
    char alias[TAXII_ANSWER_ALIAS_MAX];
};
/* The collection that may be read and has that alias, title or identifier. -ENOENT: none; -EBADMSG. */
int taxii_answer_find(const uint8_t *octets, size_t len, const char *wanted, struct taxii_answer_collection *ret_collection) must_check;
/* Where what is told back goes: beside "to-NAME" the one with the alias "from-NAME", else the only one that may be written. -ENOENT: none, or
 * several; -EBADMSG. */
int taxii_answer_find_writable(const uint8_t *octets, size_t len, const char *read_id, struct taxii_answer_collection *ret_collection) must_check;
/* How many objects of a post were not taken; 0 while the server is still at it. -EBADMSG. */
int taxii_answer_status(const uint8_t *octets, size_t len, uint64_t *ret_failures) must_check;

/* One page, while it arrives. */
struct taxii_envelope;
struct taxii_envelope_end {
    uint64_t objects;
    bool has_more;
    char next[TAXII_ANSWER_NEXT_MAX]; /* empty: not said */
};
/* NULL without memory. */
struct taxii_envelope *taxii_envelope_new(void);
void taxii_envelope_free(struct taxii_envelope *e);
/* -EBADMSG: it is no envelope; -ENOMEM. They stay. */
int taxii_envelope_feed(struct taxii_envelope *e, const void *octets, size_t len) must_check;
int taxii_envelope_finish(struct taxii_envelope *e, struct taxii_envelope_end *ret_end) must_check;

#endif
