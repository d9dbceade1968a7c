/* What a statement changes in the ledger: it is new, replaces what its author said before, takes it back, or changes nothing.
 *
 * One place for documents, feeds and what members send. One thread: the ledger's.
 */
#ifndef HINOMI_API_STATEMENT_FATE_H
#define HINOMI_API_STATEMENT_FATE_H

#include "store/ledger.h"

enum statement_fate {
    FATE_ADDED,
    FATE_REPLACED,  /* the source says something else than before, or says it anew */
    FATE_WITHDRAWN, /* the source takes back what it said */
    FATE_UNCHANGED,
    FATE_ENDED,     /* it was over before it came */
    FATE_COUNT
};

struct statement_edition {
    bool has_time; /* made_us is what the document says: editions are told by it */
    bool is_whole; /* the document is all that its source says now: what it took back before and says here is said again */
    int64_t now_us;
    /* Was that verdict said again already in this intake? NULL: never. */
    bool (*is_touched)(void *self, uint32_t number);
    void *self;
};

/* For ledger_append_chosen: looks for what the author of v said before, sets v->supersedes and *ret_fate; *ret_found is the number of what was
 * found, or 0. 1: to be appended; 0: not; an error of the ledger. */
int statement_fate_choose(struct ledger *l, struct verdict *v, const struct statement_edition *e, enum statement_fate *ret_fate,
                          uint32_t *ret_found) must_check;
/* Does it take back what was said? */
bool statement_is_withdrawal(const struct verdict *v);
/* "added", "replaced", ... */
const char *statement_fate_word(enum statement_fate fate);

#endif
