/* Takes the statements of a source's documents into the ledger, in batches: what is new is added, what stands already changes nothing.
 *
 * Documents come in pieces of any size; each piece is done when the call returns, so the length of a piece bounds how long the hub is busy.
 * One thread: the ledger's.
 */
#ifndef HINOMI_API_STATEMENT_INTAKE_H
#define HINOMI_API_STATEMENT_INTAKE_H

#include <jansson.h>

#include "api/intake/object_keeper.h"
#include "api/intake/statement_fate.h"
#include "share/statement/statement.h"

struct statement_intake;

struct statement_intake_options {
    struct ledger *ledger;
    struct exchange *exchange;        /* where STIX objects are kept whole; NULL: nowhere */
    struct statement_options reading; /* common.author: who says it; common.made_us: now. The map is copied */
    bool is_whole;                    /* what the source does not say here, it says no more */
    bool is_forced;                   /* also when more than shrink_percent of what stands is missing */
    unsigned shrink_percent;
};

enum { STATEMENT_INTAKE_GONE_MAX = 200000 /* documents that a source has no more, told in one intake; further ones are refused */ };

struct statement_intake_counts {
    uint64_t documents, broken, statements, fates[FATE_COUNT], refused, left_out, sightings;
};

/* -ENOMEM. */
int statement_intake_new(const struct statement_intake_options *options, struct statement_intake **ret_intake) must_check;
void statement_intake_free(struct statement_intake *in);
/* Octets of the document that is open, or the first of the next. Errors of the ledger and -ENOMEM, which stay; a document that is broken is no
 * error, it is counted. */
int statement_intake_feed(struct statement_intake *in, const void *octets, size_t len) must_check;
/* The document that is open is complete. */
int statement_intake_end_document(struct statement_intake *in) must_check;
/* All documents have come: 1: there is more to do, call again; 0: done. The errors above. */
int statement_intake_finish(struct statement_intake *in) must_check;
/* What of its STIX objects is kept whole. */
struct object_keeper_counts statement_intake_objects(const struct statement_intake *in);
const struct statement_intake_counts *statement_intake_counts(const struct statement_intake *in);
/* For people, translated: why nothing was withdrawn, or why a document is broken; NULL: all is well. Valid until free. */
const char *statement_intake_warning(const struct statement_intake *in);
const char *statement_intake_flaw(const struct statement_intake *in);
/* All of it: counts, reasons with their counts, samples of what was refused. NULL without memory. */
json_t *statement_intake_json(const struct statement_intake *in);

#endif
