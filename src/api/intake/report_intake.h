/* Takes a person's report that a block is wrong: what it is about, who sends it, and what blocks it now. One thread, the hub's loop. */
#ifndef HINOMI_API_REPORT_INTAKE_H
#define HINOMI_API_REPORT_INTAKE_H

#include "api/node.h"
#include "store/report.h"

enum { REPORT_SHOWN_MAX = 20 }; /* a reference in groups of four: "ABCD-EFGH-IJKL-MNOP" */

/* As it came; all but name, text and address may be NULL. */
struct report_given {
    const char *name; /* a name, an address or a URL */
    const char *text, *contact, *language;
    const char *member; /* of who is signed in; else it is the address's */
    struct addr address;
};

enum report_flaw {
    REPORT_FINE,
    REPORT_NO_NAME,   /* neither a name nor an address nor a URL */
    REPORT_NO_TEXT,   /* empty, too long, or no text */
    REPORT_NO_CONTACT, /* too long, or has several lines */
    REPORT_TOO_MANY,  /* from this address in 24 hours */
    REPORT_FULL,      /* too many are open, or the disk is full */
    REPORT_FAILED,    /* the ledger cannot be written now */
    REPORT_FLAW_COUNT
};

/* What a rule could be about in a name, an address or a URL. -EINVAL. */
int report_intake_subject(const char *given, struct policy_subject_text *ret_subject) must_check;
/* Who asks: the client's group. */
struct dns_asker report_intake_asker(const struct node *node, const struct addr *client);

/* Writes it down. *ret_report is what stands there; for any flaw nothing does. */
enum report_flaw report_intake(struct node *node, const struct report_given *given, int64_t now_us, struct report *ret_report) must_check;

/* How often a report was refused since the start, by its flaw (REPORT_FINE: taken). */
const uint64_t *report_intake_counts(void);

/* A reference as people write it (either case, with hyphens or blanks) as it is kept. -EINVAL. */
int report_reference_read(const char *text, char ret_reference[REPORT_REFERENCE_MAX]) must_check;
const char *report_reference_show(const char *reference, char text[REPORT_SHOWN_MAX]);

#endif
