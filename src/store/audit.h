/* Who read and changed what: entries of the ledger, each with a few rows, provable as all entries are.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). docs/formats/ledger.md.
 */
#ifndef HINOMI_STORE_AUDIT_H
#define HINOMI_STORE_AUDIT_H

#include "model/account.h"
#include "store/ledger.h"

enum {
    AUDIT_WHAT_MAX = 64,   /* "GET /log", with the terminator */
    AUDIT_ABOUT_MAX = 256, /* what was asked for, or changed to */
    AUDIT_ROWS_MAX = 48,   /* of one entry */
};

struct audit_row {
    char account[ACCOUNT_NAME_MAX];
    enum account_role role;
    char what[AUDIT_WHAT_MAX], about[AUDIT_ABOUT_MAX];
    uint64_t count; /* so often the same */
    int64_t first_us, last_us;
};

/* One entry with 1 to AUDIT_ROWS_MAX rows, all of one account or of several. */
int audit_append(struct ledger *l, int64_t made_us, const struct audit_row *rows, unsigned count) must_check;
typedef int audit_each(void *self, uint32_t entry, const struct audit_row *row);
/* Rows of entries below `before` (0: of all), the newest entry first, until `max` entries have been read. */
int audit_list(struct ledger *l, uint32_t before, unsigned max, audit_each *each, void *self) must_check;

#endif
