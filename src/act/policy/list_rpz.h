/* Reads the lines of an RPZ zone file into rules.
 *
 * Source: draft-vixie-dnsop-dns-rpz-00 3 and 4 (actions and triggers), RFC 1035 5.1 (zone files: $ORIGIN, $TTL, @, blank
 * owner, parentheses, comments). A trigger by address that is no prefix is LIST_FLAW_TRIGGER.
 */
#ifndef HINOMI_ACT_POLICY_LIST_RPZ_H
#define HINOMI_ACT_POLICY_LIST_RPZ_H

#include "act/policy/list.h"

struct list_rpz;

struct list_rpz *list_rpz_new(struct list_handler handler);
void list_rpz_free(struct list_rpz *z);
/* 0, or the handler's negative result. */
int list_rpz_line(struct list_rpz *z, const char *line, size_t len, uint32_t number) must_check;

#endif
