/* Whose clients are where: every member's number, and every network that is a member's, for the table that the resolver looks into.
 *
 * In the ledger's file; also by a thread that has opened it to read (store/ledger.h). Both walks end early when `each` gives other than 0.
 */
#ifndef HINOMI_STORE_MEMBER_NETWORK_H
#define HINOMI_STORE_MEMBER_NETWORK_H

#include "store/member.h"

/* has_lists: it, or a group of members that it is in, has lists of its own. */
typedef int member_number_each(void *self, uint16_t number, const char *name, bool has_lists);
int member_each_number(struct ledger *l, member_number_each *each, void *self) must_check;

/* Each network once, with the member that it counts for: whose is proved, of those whose was proved first. others: so many more members have the
 * same. */
typedef int member_network_each(void *self, uint16_t number, const struct addr_prefix *network, bool is_proved, unsigned others);
int member_each_network(struct ledger *l, bool only_proved, member_network_each *each, void *self) must_check;

#endif
