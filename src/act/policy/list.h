/* Reads a block list line by line into rules: RPZ zone files, hosts files, plain names, adblock filters, CSV, and the
 * configuration of dnsmasq and unbound.
 *
 * A bad line is reported with its number and reason and skipped; the list goes on. Sources: RPZ
 * (draft-vixie-dnsop-dns-rpz-00), zone files (RFC 1035 5.1), hosts(5), CSV (RFC 4180), dnsmasq(8), unbound.conf(5),
 * adblock syntax (list_adblock.c). One thread; borrowed values live for the call.
 */
#ifndef HINOMI_ACT_POLICY_LIST_H
#define HINOMI_ACT_POLICY_LIST_H

#include "act/policy/image.h"
#include "base/lines.h"

enum list_format {
    LIST_FORMAT_AUTO,  /* decided from the first lines */
    LIST_FORMAT_NAMES, /* one name a line: it and everything below it; "*." or "." in front is the same */
    LIST_FORMAT_HOSTS, /* address, names: exactly these names; an address that is not loopback or 0 is local data */
    LIST_FORMAT_RPZ,
    LIST_FORMAT_ADBLOCK, /* "||name^": it and everything below; "@@" in front: let it pass */
    LIST_FORMAT_CSV,     /* one column: names as in NAMES, or URLs, whose host is meant exactly */
    LIST_FORMAT_DNSMASQ, /* address=/name/, server=/name/, local=/name/ */
    LIST_FORMAT_UNBOUND, /* local-zone: and local-data: */
    LIST_FORMAT_COUNT
};

enum {
    LIST_COLUMN_MAX = 48,      /* name or number of a CSV column, with its terminator */
    LIST_FORMAT_TEXT_MAX = 64, /* "csv:COLUMN" */
};

/* How a list is to be read. */
struct list_reading {
    enum list_format format;
    char column[LIST_COLUMN_MAX]; /* CSV: a header's name or a number from 1; empty: the first that has names or URLs */
};

/* Why a line was skipped. */
enum list_flaw {
    LIST_FLAW_NAME,      /* not a domain name */
    LIST_FLAW_ADDRESS,   /* an address, not a name */
    LIST_FLAW_TOO_LONG,  /* line over LINES_MAX */
    LIST_FLAW_SYNTAX,    /* not in the list's format */
    LIST_FLAW_TYPE,      /* a record type that local data cannot have here */
    LIST_FLAW_TRIGGER,   /* an RPZ trigger by address that is no prefix */
    LIST_FLAW_OUTSIDE,   /* an RPZ owner outside its zone */
    LIST_FLAW_MEANING,   /* a rule, but not one that blocks or passes a domain */
    LIST_FLAW_COLUMN,    /* a CSV record without the column */
    LIST_FLAW_COUNT
};

struct list_rule {
    uint8_t trigger;                  /* enum dns_trigger; only RPZ has others than the name */
    const struct dns_name *name;      /* of a trigger by name */
    const struct addr_prefix *prefix; /* of one by address */
    uint8_t action, scope;
    const uint8_t *data; /* act/policy/data.h; NULL without */
    uint32_t data_len;
};

struct list_handler {
    /* Negative ends the reading with that result. */
    int (*on_rule)(void *self, const struct list_rule *rule, uint32_t line);
    void (*on_skip)(void *self, enum list_flaw flaw, uint32_t line, const char *text, size_t len);
    void *self;
};

struct list_stats {
    uint64_t rules;
    uint64_t skipped[LIST_FLAW_COUNT];
    uint64_t skipped_all;
    uint32_t lines;
    enum list_format format; /* as given, or as found */
};

/* Reads the whole file from its current place. Returns 0, the handler's negative result, or errno of read(2).
 * LIST_FORMAT_AUTO needs a seekable descriptor. */
int list_read(int fd, enum list_format format, struct list_handler handler, struct list_stats *ret_stats) must_check;

/* The same, with the column of a CSV file. */
int list_read_as(int fd, const struct list_reading *how, struct list_handler handler, struct list_stats *ret_stats)
    must_check;

/* The format that LIST_FORMAT_AUTO would be; the place in the file stays. Needs a seekable descriptor. */
int list_find_format(int fd, enum list_format *ret_format) must_check;

const char *list_format_word(enum list_format format);
/* One of LIST_FORMAT_WORDS; -EINVAL. */
int list_format_parse(const char *word, enum list_format *ret_format) must_check;
#define LIST_FORMAT_WORDS "auto, names, hosts, rpz, adblock, csv, dnsmasq, unbound"
/* A format's word, or "csv:COLUMN"; -EINVAL. */
int list_reading_parse(const char *text, struct list_reading *ret_reading) must_check;
/* LIST_FORMAT_TEXT_MAX octets. */
const char *list_reading_format(const struct list_reading *r, char *text);
/* A short English reason, N_() marked: give it to _(). */
const char *list_flaw_text(enum list_flaw flaw);

#endif
