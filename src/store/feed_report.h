/* What is to be told back to feeds: how often their indicators were met here, and which of them people here judged wrong or right.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). Rows of one feed are gathered by object and hour
 * until they are sealed; what is sealed stays as it is until it is dropped, so that it can be sent again with the same identifiers.
 */
#ifndef HINOMI_STORE_FEED_REPORT_H
#define HINOMI_STORE_FEED_REPORT_H

#include "store/ledger.h"

enum {
    FEED_REPORT_FEED_MAX = 64, /* octets with the terminator */
    FEED_REPORT_ROWS_MAX = 100000, /* of one feed; further ones are -ENOBUFS */
};

enum feed_report_what { FEED_REPORT_MET, FEED_REPORT_WRONG, FEED_REPORT_RIGHT, FEED_REPORT_WHAT_COUNT }; /* stored */

struct feed_report {
    int64_t number;
    enum feed_report_what what;
    char ref[VERDICT_REFERENCE_MAX];
    uint32_t hour; /* FEED_REPORT_MET; else the number of the verdict */
    uint64_t count;
    int64_t first_us, last_us;
};

/* Within indicator_begin. Added to the row of the same object and hour that is not sealed yet. -ENOBUFS: too many wait. */
int feed_report_add(struct ledger *l, const char *feed, const struct feed_report *r) must_check;
/* Seals the oldest `max` rows, if none are sealed; *ret_count: how many are. */
int feed_report_seal(struct ledger *l, const char *feed, unsigned max, unsigned *ret_count) must_check;
typedef int feed_report_each(void *self, const struct feed_report *r);
/* Borrowed for the call; anything but 0 stops and is returned. */
int feed_report_sealed(struct ledger *l, const char *feed, feed_report_each *each, void *self) must_check;
int feed_report_drop_sealed(struct ledger *l, const char *feed) must_check;
/* Rows that wait, sealed or not. */
int feed_report_waiting(struct ledger *l, const char *feed, uint64_t *ret_count) must_check;

/* Up to which entry judgements were looked for; one that is not known yet begins at the end of the ledger. */
int feed_report_mark_get(struct ledger *l, const char *feed, uint32_t *ret_number) must_check;
int feed_report_mark_set(struct ledger *l, const char *feed, uint32_t number) must_check;
/* Verdicts "false positive" and "confirmed" behind that number, `max` at most, oldest first; *ret_last: of the last one looked at, or the last
 * of the ledger. */
int feed_report_appraisals(struct ledger *l, uint32_t after, unsigned max, ledger_each_verdict *each, void *self, uint32_t *ret_last) must_check;

/* So many more sightings of subjects of that source. Within indicator_begin. */
int feed_report_hit(struct ledger *l, enum verdict_author_kind kind, const char *name, uint64_t count) must_check;

#endif
