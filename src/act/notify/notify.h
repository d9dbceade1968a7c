/* What a member is told of notices, as a mail (RFC 5322) or as a JSON document for its machines: values in, text out.
 *
 * Names, titles and subjects come from others: nothing of them can end a header, add one, or address somebody else. Nothing here asks the time,
 * draws a number or opens a socket. Any thread.
 */
#ifndef HINOMI_ACT_NOTIFY_H
#define HINOMI_ACT_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/notice.h"
#include "model/subject.h"

enum {
    NOTIFY_ADDRESS_MAX = 255, /* RFC 5321 4.5.3.1.3, with the terminator */
    NOTIFY_URL_MAX = 512,
    NOTIFY_MAIL_MAX = 96 << 10, /* octets of a whole mail */
    NOTIFY_ROWS_MAX = 30,       /* subjects of one notice that a mail lists; the page has all */
    NOTIFY_NOTICES_MAX = 50,    /* of one mail */
};

enum notify_language { NOTIFY_EN, NOTIFY_JA, NOTIFY_LANGUAGE_COUNT };

/* Can the text stand as an address in headers and in SMTP: a dot-atom, "@", a domain name (RFC 5321 4.1.2 without quoted strings and literals), all
 * ASCII? */
bool notify_address_is_valid(const char *address);
/* Printable ASCII without blanks, of less than NOTIFY_URL_MAX octets. */
bool notify_link_is_valid(const char *link);

struct notify_row {
    enum subject_kind kind;
    const char *value; /* NULL: it may not be named (TLP) */
    uint64_t hits;
    int64_t first_us, last_us;
};

struct notify_notice {
    const struct notice *notice;
    const char *text; /* of its campaign, in the reader's language; NULL: none */
    const struct notify_row *rows;
    unsigned row_count; /* NOTIFY_ROWS_MAX at most are written */
    bool is_reported;   /* of one's own: reported, and no person has confirmed it yet */
};

struct notify_mail {
    const char *from, *to;              /* addresses */
    const char *from_name, *to_name;    /* for people; NULL or empty: none */
    const char *member_title;
    const char *message_id;             /* the part before "@": letters, digits and dots; the domain is that of `from` */
    const char *link;                   /* NULL: none */
    int64_t date_us;
    enum notify_language language;
    bool is_urgent;
    const struct notify_notice *notices;
    unsigned notice_count;
    unsigned more; /* notices that found no room */
};

/* Writes the mail with CRLF; its length. -EINVAL: an address cannot be one, or a text is no UTF-8 in a place where that cannot be mended; -EMSGSIZE. */
int notify_mail_write(const struct notify_mail *m, char *to, size_t max) must_check;
/* The JSON document for a webhook (docs/formats/notice.md): `delivery` is the same for each try. Its length; -EMSGSIZE. */
int notify_json_write(const struct notify_mail *m, int64_t delivery, char *to, size_t max) must_check;

/* For people: what the claim means for who met the subject, or has it. */
const char *notify_claim_text(enum notice_kind kind, enum claim claim, enum notify_language language);

#endif
