/* Carries what changed in belief through the exit gate to each recipient's collection, and takes back what may not be told any more.
 *
 * The queue is in the ledger's file and is filled with the change itself, so nothing is lost with a hub that is killed; an object
 * that was written but not noted down is written again and is the same. A full collection gets no new indicators, and what is taken back
 * all the same. Small steps between other events. One thread: the hub's.
 */
#ifndef HINOMI_APPS_OUTBOX_H
#define HINOMI_APPS_OUTBOX_H

#include "share/export/export.h"
#include "share/gate/gate.h"
#include "store/exchange_zone.h"
#include "store/sharing.h"

struct event_base;
struct outbox;

struct outbox_recipient {
    char name[SHARING_NAME_MAX];
    bool has_collection; /* else it takes a zone alone, and no collection is filled for it */
    struct gate_rules rules;
};

struct outbox_options {
    struct event_base *loop;
    struct ledger *ledger;
    const struct export_node *node; /* borrowed */
    void *self;
    struct exchange *(*exchange)(void *self); /* NULL: cannot be used now */
    /* What that recipient is to block, or no more; before it is noted down that it was told, so it may come again. NULL: nobody wants
     * to know. An error: all of it is tried again. */
    int (*zone)(void *self, const char *recipient, const struct exchange_zone_item *items, unsigned count);
    /* All that could be done was done; may be NULL. */
    void (*settled)(void *self);
};

int outbox_new(const struct outbox_options *options, struct outbox **ret_outbox) must_check;
void outbox_free(struct outbox *o);
/* Whose rules are others than before is looked at again as a whole. Copied. */
int outbox_configure(struct outbox *o, const struct outbox_recipient *recipients, unsigned count) must_check;
/* The queue may have become longer. */
void outbox_poke(struct outbox *o);
/* The gate's decision for one indicator now, without any effect. */
enum gate_outcome outbox_decide(struct outbox *o, const struct outbox_recipient *r, const struct indicator *i);
const struct outbox_recipient *outbox_recipients(const struct outbox *o, unsigned *ret_count);

struct outbox_status {
    uint64_t given, withdrawn, refused; /* decisions since the start */
    uint64_t failed;
};
void outbox_status_get(const struct outbox *o, struct outbox_status *ret_status);

#endif
