/* Single STIX 2.1 objects of ours, as JSON text: the indicator of one subject, the identity of the node, the TLP 2.0 markings.
 *
 * Source: STIX 2.1 2.9 (identifiers), 3.2, 4.5, 4.7, 7.2, 9 (patterns); OASIS, STIX extension definition for TLP 2.0, 2022-10-01. An
 * identifier is the UUIDv5 (RFC 9562 5.5) of "KIND VALUE" in the node's namespace: the same subject has the same identifier in every
 * export and in TAXII, and its versions differ by `modified`. Written without white space. Pure; any thread.
 */
#ifndef HINOMI_SHARE_EXPORT_EXPORT_STIX_H
#define HINOMI_SHARE_EXPORT_EXPORT_STIX_H

#include "base/attr.h"
#include "base/writer.h"
#include "share/export/export.h"

enum {
    EXPORT_STIX_ID_MAX = 64, /* octets of our identifiers with the terminator: "marking-definition--" and a UUID */
    /* An indicator: a value and a reason, at worst six octets for each of theirs, the value twice and quoted; and the rest. */
    EXPORT_STIX_MAX = 40960,
};

/* "indicator--UUID" of that subject. */
const char *export_stix_id(const struct export_node *node, const struct subject *subject, char text[EXPORT_STIX_ID_MAX]);
/* "identity--UUID" of the node itself. */
const char *export_stix_identity_id(const struct export_node *node, char text[EXPORT_STIX_ID_MAX]);
/* The time of its version: never before it was created. */
int64_t export_stix_modified_us(const struct export_item *item);

/* -EOPNOTSUPP: STIX has no pattern for that kind of subject (JA3, JA4, asset, software, list); -EMSGSIZE: the writer is full; -EILSEQ: a text is
 * not UTF-8. After an error the writer holds a part that means nothing. */
int export_stix_indicator(const struct export_node *node, const struct export_item *item, struct writer *w) must_check;
/* The pattern alone, without JSON's escapes. The same errors. */
int export_stix_pattern(const struct subject *subject, struct writer *w) must_check;
int export_stix_identity(const struct export_node *node, struct writer *w) must_check;
/* A grouping (STIX 2.1 4.4) of indicators, by their identifiers. */
int export_stix_grouping(const struct export_node *node, const char *name, int64_t now_us, enum verdict_tlp tlp, char (*ids)[EXPORT_STIX_ID_MAX], size_t count,
                         struct writer *w) must_check;
/* The marking definition of that level. */
int export_stix_marking(enum verdict_tlp tlp, struct writer *w) must_check;

#endif
