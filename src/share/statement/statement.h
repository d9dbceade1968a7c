/* Turns a document of intelligence that arrives in pieces into statements: one verdict for each subject that it speaks of.
 *
 * Forms: STIX 2.0 and 2.1 (docs/formats/stix.md), MISP events (misp.md), CSV with a map of its columns (csv-map.md), plain lists. Reading is
 * streaming and bounded: the memory of one object, event, row or line, whatever the length of the document. Nothing that is left out is
 * left out silently: each part that gives no statement is told with its reason. No clock, no ledger: who is the author, which verdict is
 * replaced and what stands already are the caller's matters. One thread for each reader.
 */
#ifndef HINOMI_SHARE_STATEMENT_H
#define HINOMI_SHARE_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/verdict.h"

enum statement_format {
    STATEMENT_AUTO, /* found by looking at the first octets */
    STATEMENT_STIX,
    STATEMENT_MISP,
    STATEMENT_CSV,
    STATEMENT_PLAIN,
    STATEMENT_FORMAT_COUNT
};

enum {
    STATEMENT_LOOK_OCTETS = 4096,      /* that are kept to find the format */
    STATEMENT_EVENT_OCTETS = 1 << 25,  /* of one event of MISP, which has to be seen as a whole: its tags stand at the end */
    STATEMENT_EVENT_VALUES = 1500000,  /* of the JSON of one event: about 70,000 attributes */
    STATEMENT_OBJECTS_MAX = 100000000, /* of one document; ten times the indicators that a node holds */
    STATEMENT_MARKINGS_MAX = 512,      /* marking definitions of one document that are remembered; by others is said "amber" */
    STATEMENT_COLUMNS_MAX = 256,
    STATEMENT_ROW_OCTETS = 65536,
};

struct statement_options {
    enum statement_format format;
    /* What holds where the document does not say it: claim (if has_claim), probability, severity, TLP, PAP, reason, until_us, scope, and evidence
     * that is added to each. made_us is now: what the document says of times is never later. Author and id are not looked at. */
    struct verdict common;
    bool has_claim;     /* else a claim that is not said is "malicious" in STIX and MISP, and refused in CSV and plain lists */
    bool hosts_of_urls; /* a URL is a statement about its host, an address or a name */
    bool is_fresh;      /* all is said now, whatever times of making the document gives: it does not fade from then on */
    bool unmarked;      /* MISP: also attributes that are not marked for detection (to_ids) */
    bool has_kind;      /* plain lists and CSV: every subject is of that kind; else it is found by its form */
    enum subject_kind kind;
    const char *map; /* CSV: column map; NULL: the columns have the names of the fields. Copied. */
};

struct statement {
    const struct verdict *verdict; /* without number, id, author, supersedes. until_us == from_us: the source takes back what it said */
    bool has_time;                 /* made_us is what the document says: a later one is a newer edition, also if it says just the same */
    uint64_t number;               /* object, attribute, row or line, from 1 */
};

struct statement_left_out {
    bool is_refused;     /* malformed; else it is well and of no use here */
    uint64_t number;     /* as above */
    const char *id;      /* of the object or attribute; "" when there is none */
    const char *why;     /* N_() text, one of few: may be counted by its pointer */
    const char *part;    /* of the document, not terminated */
    size_t len;
};

struct statement_sighting {
    const char *ref; /* identifier of what was sighted */
    int64_t count, first_us, last_us; /* wall clock; 0: not said */
};

/* Everything is borrowed for the call. Negative results end the reading, and are given back; not -EBADMSG. */
struct statement_calls {
    int (*statement)(void *self, const struct statement *s);
    /* STIX objects of all types, MISP events: to be kept whole. spec_version: "2.0", "2.1", as TAXII 2.1 has it; "" of MISP. modified_us 0: it has
     * no versions. May be NULL. */
    int (*keep)(void *self, const char *id, const char *spec_version, int64_t modified_us, const uint8_t *octets, size_t len);
    void (*left_out)(void *self, const struct statement_left_out *l); /* may be NULL */
    void (*sighting)(void *self, const struct statement_sighting *s); /* may be NULL */
    /* The source has that document of its (MISP: event) no more: all that was said with it as evidence is over. Negative results as above. May be
     * NULL. */
    int (*gone)(void *self, const char *id);
};

struct statement_flaw {
    const char *why;       /* N_() text */
    uint64_t line, column; /* from 1; 0: of the document as a whole */
};

struct statement_reader;

/* NULL without memory. Options that cannot be (a map) are refused with the first octets. */
struct statement_reader *statement_open(const struct statement_options *options, const struct statement_calls *calls, void *self);
void statement_close(struct statement_reader *r);
/* Errors, which stay: -EBADMSG (see statement_flaw), -ENOMEM, and what a call gave. */
int statement_feed(struct statement_reader *r, const void *octets, size_t len) must_check;
/* The document is complete. */
int statement_finish(struct statement_reader *r) must_check;
/* After -EBADMSG: why the rest of the document cannot be read; what came before stays. */
const struct statement_flaw *statement_flaw_of(const struct statement_reader *r);
/* As found; STATEMENT_AUTO: not yet. */
enum statement_format statement_format_of(const struct statement_reader *r);

/* "auto", "stix", "misp", "csv", "plain". */
const char *statement_format_word(enum statement_format format);
/* -EINVAL when no format has that word. */
int statement_format_parse(const char *word, enum statement_format *ret_format) must_check;
/* Could this be a column map? NULL, or why not: N_() text. */
const char *statement_map_check(const char *map);

#endif
