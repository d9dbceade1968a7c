/* Writes indicators in the forms that others read: STIX 2.1, a MISP feed folder, and lines for hosts files, Suricata, Zeek and people.
 *
 * What may be said to whom was decided before (the exit gate): everything given here is written. Writing is streaming: items go out as
 * they come, in the memory of one item (a MISP feed keeps 40 octets of each). All values are escaped as the form demands; one that a form
 * has no place or no safe spelling for is not written, and counted. Output is the same octets for the same items in the same order.
 * One thread for each export. docs/formats/export.md has what each kind of subject becomes.
 */
#ifndef HINOMI_SHARE_EXPORT_H
#define HINOMI_SHARE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/writer.h"
#include "model/indicator.h"

enum export_format {
    EXPORT_STIX,     /* one bundle: bundle.json */
    EXPORT_MISP,     /* a feed folder: manifest.json, hashes.csv and one event, UUID.json */
    EXPORT_HOSTS,    /* hosts: 0.0.0.0 NAME, of domains and hosts */
    EXPORT_PLAIN,    /* plain.txt: one value a line */
    EXPORT_CSV,      /* indicators.csv: RFC 4180, with a header */
    EXPORT_SURICATA, /* hinomi.rules: one rule for each */
    EXPORT_ZEEK,     /* intel.dat: of the Intelligence Framework */
    EXPORT_FORMAT_COUNT
};

/* Who says it. */
struct export_node {
    const char *name; /* of the organisation: identity of STIX, Orgc of MISP */
    uint8_t space[16]; /* a UUID of the node: the namespace of the identifiers that are made here (RFC 9562 5.5) */
};

/* One indicator, and what may be told of the verdict it rests on. Borrowed for the call. Times are microseconds since 1970. */
struct export_item {
    const struct indicator *indicator;
    const char *reason;   /* NULL: none is told */
    int64_t from_us;      /* valid from; 0: since it was first said */
    int64_t until_us;     /* valid until; 0: no end */
    int64_t modified_us;  /* what is told here last changed; 0: indicator->changed_us */
    enum verdict_severity severity;
};

/* Octets for that file, in order for each file; files are told apart by name alone. A negative result ends the export. */
typedef int export_write(void *self, const char *file, const void *octets, size_t len);

struct export_counts {
    uint64_t written;
    uint64_t left_out; /* the form has no place for them */
};

struct export;

/* now_us: the time of the export. `node` and its name are borrowed until free. NULL without memory. */
struct export *export_new(enum export_format format, const struct export_node *node, int64_t now_us, export_write *write, void *self);
void export_free(struct export *e);
/* The items are of one piece of work that is called so (borrowed until free): of STIX, a grouping of the first EXPORT_GROUP_MAX; other forms have no
 * place for it. Before the first item. -ENOMEM. */
enum { EXPORT_GROUP_MAX = 1000 };
int export_group(struct export *e, const char *name) must_check;
/* 1: written; 0: left out; what `write` gave; -ENOMEM. */
int export_add(struct export *e, const struct export_item *item) must_check;
/* The end of all files. What is missing before is an export that nobody should take. */
int export_end(struct export *e) must_check;
const struct export_counts *export_counts(const struct export *e);

/* "stix", "misp", "hosts", ...; "unknown" beyond the enum. */
const char *export_format_word(enum export_format format);
/* -EINVAL when no form has that word. */
int export_format_parse(const char *word, enum export_format *ret_format) must_check;

#endif
