/* The marking definitions of the Traffic Light Protocol, which have fixed identifiers.
 *
 * Source: STIX 2.1 7.2.1.4 (TLP 1.0); OASIS, STIX extension definition for TLP 2.0, 2022-10-01. Version 1.0's white is clear of 2.0.
 * Its amber has no wider twin in 2.0 and stays amber. Pure; any thread.
 */
#ifndef HINOMI_PROTO_STIX_TLP_H
#define HINOMI_PROTO_STIX_TLP_H

#include "base/attr.h"

/* In the order of how few may know. */
enum stix_tlp { STIX_TLP_NONE, STIX_TLP_CLEAR, STIX_TLP_GREEN, STIX_TLP_AMBER, STIX_TLP_AMBER_STRICT, STIX_TLP_RED, STIX_TLP_COUNT };

/* The property of a marking definition that holds the colour in version 2.0. */
#define STIX_TLP_EXTENSION "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

/* Of "marking-definition--...", either version; STIX_TLP_NONE: it is another marking. */
enum stix_tlp stix_tlp_of_id(const char *id);
/* The identifier in version 2.0; NULL for STIX_TLP_NONE. */
const char *stix_tlp_id(enum stix_tlp tlp);
/* "clear" (or "white"), "green", "amber", "amber+strict", "red"; STIX_TLP_NONE: another word. */
enum stix_tlp stix_tlp_of_word(const char *word);

#endif
