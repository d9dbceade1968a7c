/* Puts into the ledger what was given to whom: a receipt for each recipient and minute, once that minute is over.
 *
 * The share role tells of the pages that it serves; the store of exchanged objects has them by minute. How far the receipts go is
 * what the newest receipt of a recipient says, so nothing is written twice nor lost with a hub that is killed. One thread: the hub's.
 */
#ifndef HINOMI_APPS_RECEIPT_KEEPER_H
#define HINOMI_APPS_RECEIPT_KEEPER_H

#include "store/exchange.h"
#include "store/ledger.h"

struct event_base;
struct receipt_keeper;

struct receipt_keeper_options {
    struct event_base *loop;
    struct ledger *ledger;
    struct exchange *(*exchange)(void *self); /* NULL: cannot be used now */
    void *self;
};

int receipt_keeper_new(const struct receipt_keeper_options *options, struct receipt_keeper **ret_keeper) must_check;
void receipt_keeper_free(struct receipt_keeper *k);

#endif
