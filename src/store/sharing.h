/* What the exit gate decided for each recipient, what it has yet to look at, and the receipts of what was given to whom.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). Indicators come into the queue with the
 * change itself, in its transaction; they leave it when every recipient's row says what became of them.
 */
#ifndef HINOMI_STORE_SHARING_H
#define HINOMI_STORE_SHARING_H

#include "base/attr.h"
#include "model/indicator.h"
#include "store/ledger.h"

enum {
    SHARING_NAME_MAX = 64,        /* of a recipient, with its terminator */
    SHARING_RECIPIENTS_MAX = 256,
    SHARING_RULES_LEN = 32,
    SHARING_WHAT_MAX = 128,
    SHARING_MARK_MAX = 40,
};

/* ---- the queue ---- */

/* Within indicator_begin. */
int sharing_queue(struct ledger *l, uint32_t indicator) must_check;
/* Numbers of at most `max` indicators; *ret_count 0: the queue is empty. */
int sharing_queue_read(struct ledger *l, unsigned max, uint32_t *ret_indicators, unsigned *ret_count) must_check;
/* Within indicator_begin. */
int sharing_queue_drop(struct ledger *l, uint32_t indicator) must_check;
/* All that are active, and all that the recipient was ever told of. Within indicator_begin. */
int sharing_queue_all(struct ledger *l, uint32_t recipient) must_check;

/* ---- recipients ---- */

/* Finds or makes it. *ret_changed: its rules were others until now, or it is new; then they are these. Within indicator_begin. */
int sharing_recipient(struct ledger *l, const char *name, const uint8_t rules[SHARING_RULES_LEN], uint32_t *ret_recipient,
                      bool *ret_changed) must_check;

/* -ENOENT: there is no recipient of that name. */
int sharing_find(struct ledger *l, const char *name, uint32_t *ret_recipient) must_check;

/* Recipients whose rules are to be found changed when they are configured next: all but those of the numbers. Within indicator_begin. */
int sharing_forget_rules(struct ledger *l, const uint32_t *but, unsigned count) must_check;

struct sharing_row {
    uint32_t indicator;
    unsigned outcome; /* of the gate */
    bool given;
    enum indicator_decision decision;
    enum claim claim; /* as it was told last */
    int64_t told; /* a hash of what was told last */
    int64_t first_us, modified_us;
};
/* -ENOENT: the gate never looked at it. */
int sharing_get(struct ledger *l, uint32_t recipient, uint32_t indicator, struct sharing_row *ret_row) must_check;
int sharing_put(struct ledger *l, uint32_t recipient, const struct sharing_row *row) must_check;
typedef int sharing_each(void *self, const char *recipient, const struct sharing_row *row);
/* Of one indicator, by recipient. */
int sharing_of(struct ledger *l, uint32_t indicator, sharing_each *each, void *self) must_check;
typedef int sharing_each_given(void *self, const struct sharing_row *row, const struct subject *subject);
/* What a recipient has now, by number, after that one. */
int sharing_given(struct ledger *l, uint32_t recipient, uint32_t after, unsigned max, sharing_each_given *each, void *self) must_check;

/* ---- what members send ---- */

/* 0: nothing was ever taken in. */
int sharing_taken(struct ledger *l, const char *member, int64_t *ret_added_us) must_check;
/* Within indicator_begin. */
int sharing_set_taken(struct ledger *l, const char *member, int64_t added_us) must_check;

/* ---- receipts ---- */

enum sharing_way { SHARING_BY_TAXII, SHARING_BY_ZONE, SHARING_BY_FILE, SHARING_WAY_COUNT };

/* A statement in the ledger that this was given to a recipient. */
struct sharing_receipt {
    uint32_t number; /* of the entry */
    char recipient[SHARING_NAME_MAX];
    enum sharing_way way;
    char what[SHARING_WHAT_MAX]; /* the collection, zone or folder */
    char first[SHARING_MARK_MAX], last[SHARING_MARK_MAX]; /* date_added of the first and last object; serials of the zone */
    uint64_t objects;                                        /* given, twice if given twice */
    int64_t made_us;
};

/* Sets number. -EINVAL: a text is empty or no UTF-8. */
int sharing_receipt_append(struct ledger *l, struct sharing_receipt *r) must_check;
typedef int sharing_each_receipt(void *self, const struct sharing_receipt *r);
/* The newest first; of one recipient, or (NULL) of all. */
int sharing_receipts(struct ledger *l, const char *recipient, unsigned max, sharing_each_receipt *each, void *self) must_check;
/* "taxii", "zone", "file". */
const char *sharing_way_word(enum sharing_way way);

#endif
