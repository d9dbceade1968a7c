/* What is handed to a recipient by file: whether the exit gate lets a belief through, what may be told beside it, and the receipt.
 *
 * One thread, the hub's.
 */
#ifndef HINOMI_API_DELIVERY_H
#define HINOMI_API_DELIVERY_H

#include "api/node.h"
#include "share/export/export.h"

struct delivery {
    struct node *node;
    const char *recipient; /* borrowed */
    unsigned number;       /* of the recipient, as the node counts them */
};

/* What one indicator becomes; the item's pointers are into this one. */
struct delivery_item {
    uint32_t id;
    struct indicator indicator;
    struct verdict verdict; /* that it rests on */
    struct export_item item;
};

/* -ENOENT: no recipient of that name is configured, or NULL is given. */
int delivery_init(struct delivery *d, struct node *node, const char *recipient) must_check;
/* false: the exit gate holds it back. As the outbox tells it: the reason and times of the leading verdict, if that is no more secret than the indicator. */
bool delivery_take(const struct delivery *d, uint32_t id, const struct indicator *i, struct delivery_item *ret_item);
/* What is believed of a subject. 1: it may be told; 0: nothing is believed of it, or it is held back; an error of the ledger. */
int delivery_of_subject(const struct delivery *d, const struct subject *s, struct delivery_item *ret_item) must_check;
/* A receipt of that many objects; of none there is none. `what`: the form, and of what. An error of the ledger: nothing may be handed over. */
int delivery_receipt(const struct delivery *d, const char *what, uint64_t objects) must_check;

#endif
