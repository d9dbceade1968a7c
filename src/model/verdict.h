/* A verdict: a statement about a subject that someone can check. Never edited; a newer one supersedes it.
 *
 * Plain values. A verdict made by hand is one ledger row. Importing a list is one verdict too ("every name in this
 * file is to be blocked, says this list"); a single name of it is cited as that verdict and the line in the file.
 * Its canonical octets, which the ledger's log proves, are in docs/formats/ledger.md.
 */
#ifndef HINOMI_MODEL_VERDICT_H
#define HINOMI_MODEL_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/claim.h"
#include "model/subject.h"

enum {
    VERDICT_NAME_MAX = 128, /* octets with the terminator, as all of these */
    VERDICT_VERSION_MAX = 64,
    VERDICT_REASON_MAX = 512,
    VERDICT_SCOPE_MAX = 72, /* as POLICY_GROUP_TEXT_MAX: a group of the configuration, or "member:" and the member's name */
    VERDICT_EVIDENCE_MAX = 8,
    VERDICT_REFERENCE_MAX = 256,
    VERDICT_HASH_LEN = 32,
    VERDICT_CERTAIN = 1000, /* probability: per mille */
};

/* RFC 9562 5.7: version 7, time in milliseconds first. */
struct verdict_id {
    uint8_t octets[16];
};
enum { VERDICT_ID_TEXT_MAX = 37 };

enum verdict_author_kind { VERDICT_BY_ANALYST, VERDICT_BY_FEED, VERDICT_BY_RULE, VERDICT_BY_MEMBER, VERDICT_AUTHOR_KIND_COUNT };

struct verdict_author {
    enum verdict_author_kind kind;
    char name[VERDICT_NAME_MAX];       /* a user, a feed or list, a rule, a member */
    char version[VERDICT_VERSION_MAX]; /* of a rule, or the edition of a feed; may be empty */
};

/* FIRST's Traffic Light Protocol 2.0; the order is that of how few may know. */
enum verdict_tlp { VERDICT_TLP_CLEAR, VERDICT_TLP_GREEN, VERDICT_TLP_AMBER, VERDICT_TLP_AMBER_STRICT, VERDICT_TLP_RED, VERDICT_TLP_COUNT };
/* Permissible Actions Protocol: how openly it may be used. */
enum verdict_pap { VERDICT_PAP_CLEAR, VERDICT_PAP_GREEN, VERDICT_PAP_AMBER, VERDICT_PAP_RED, VERDICT_PAP_COUNT };
enum verdict_severity { VERDICT_SEVERITY_UNKNOWN, VERDICT_LOW, VERDICT_MEDIUM, VERDICT_HIGH, VERDICT_CRITICAL, VERDICT_SEVERITY_COUNT };

enum verdict_evidence_kind {
    VERDICT_EVIDENCE_OBSERVATION, /* reference: a telemetry query that shows it */
    VERDICT_EVIDENCE_FILE,        /* reference: its name; the hash is of its octets */
    VERDICT_EVIDENCE_DOCUMENT,    /* reference: URL or title */
    VERDICT_EVIDENCE_OBJECT,      /* reference: STIX or MISP identifier */
    VERDICT_EVIDENCE_VERDICT,     /* reference: another verdict's identifier */
    VERDICT_EVIDENCE_KIND_COUNT
};

struct verdict_evidence {
    enum verdict_evidence_kind kind;
    bool has_sha256;
    uint8_t sha256[VERDICT_HASH_LEN];
    char reference[VERDICT_REFERENCE_MAX];
};

struct verdict {
    uint32_t number;      /* place in the ledger, from 1; what answers and people cite */
    struct verdict_id id; /* the same everywhere, also at other nodes */
    enum claim claim;
    struct subject subject;
    struct verdict_author author;
    char reason[VERDICT_REASON_MAX];
    char scope[VERDICT_SCOPE_MAX]; /* the client group it holds for, or "member:NAME": the clients of that member; empty: everybody */
    char reviewer[VERDICT_NAME_MAX]; /* who checked it; empty: nobody yet */
    uint16_t probability;            /* per mille, 1..1000: as its author sees it */
    enum verdict_severity severity;
    enum verdict_tlp tlp;
    enum verdict_pap pap;
    int64_t made_us;     /* wall clock, microseconds */
    int64_t from_us;     /* valid from */
    int64_t until_us;    /* valid until; 0: no end */
    uint32_t supersedes; /* number of the verdict it replaces; 0: none */
    unsigned evidence_count;
    struct verdict_evidence evidence[VERDICT_EVIDENCE_MAX];
};

/* What an answer cites: the verdict and, for a list, the line. Zero id: nothing is cited. */
struct verdict_ref {
    uint32_t id; /* ledger number */
    uint32_t line; /* 1-based; 0 when the verdict is not a list's */
};

/* "17" or "17/10332". Needs VERDICT_REF_TEXT_MAX bytes. */
enum { VERDICT_REF_TEXT_MAX = 24 };
const char *verdict_ref_format(struct verdict_ref ref, char *text);
/* -EINVAL unless the whole text is of that form. */
int verdict_ref_parse(const char *text, struct verdict_ref *ret_ref) must_check;

/* A version 7 identifier of that time; `random` are ten octets of chance. */
struct verdict_id verdict_id_of(int64_t wall_us, const uint8_t random[10]);
/* "0190b6e0-…"; needs VERDICT_ID_TEXT_MAX octets. */
const char *verdict_id_format(const struct verdict_id *id, char *text);
/* Any UUID of 36 octets, either case; -EINVAL. */
int verdict_id_parse(const char *text, struct verdict_id *ret_id) must_check;

/* Words for files, JSON and commands; "unknown" for an unknown number. The parsers give -EINVAL for an unknown word. */
const char *verdict_author_word(enum verdict_author_kind kind);
const char *verdict_tlp_word(enum verdict_tlp tlp); /* "clear", "green", "amber", "amber+strict", "red" */
const char *verdict_pap_word(enum verdict_pap pap);
const char *verdict_severity_word(enum verdict_severity severity);
const char *verdict_evidence_word(enum verdict_evidence_kind kind);
int verdict_author_parse(const char *word, enum verdict_author_kind *ret_kind) must_check;
int verdict_tlp_parse(const char *word, enum verdict_tlp *ret_tlp) must_check; /* either case, with or without "TLP:" */
int verdict_pap_parse(const char *word, enum verdict_pap *ret_pap) must_check; /* the same with "PAP:" */
int verdict_severity_parse(const char *word, enum verdict_severity *ret_severity) must_check;
int verdict_evidence_parse(const char *word, enum verdict_evidence_kind *ret_kind) must_check;

/* Is every field in its range and its text? (Not whether the subject is in canonical form.) */
bool verdict_valid(const struct verdict *v);

#endif
