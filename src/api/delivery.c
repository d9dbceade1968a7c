/* Decides what a recipient is handed by file, and keeps the receipt. */
#include "api/delivery.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/timestamp.h"
#include "store/indicator.h"
#include "store/sharing.h"

int delivery_init(struct delivery *d, struct node *node, const char *recipient)
{
    const char *name = NULL;
    *d = (struct delivery){.node = node, .recipient = recipient};
    while (recipient && (name = node->recipient(node->self, d->number)) != NULL && strcmp(name, recipient) != 0)
        d->number++;
    return name ? 0 : -ENOENT;
}

bool delivery_take(const struct delivery *d, uint32_t id, const struct indicator *i, struct delivery_item *ret_item)
{
    if (d->node->gate(d->node->self, d->number, i) != GATE_PASSES)
        return false;
    *ret_item = (struct delivery_item){.id = id, .indicator = *i};
    ret_item->item.indicator = &ret_item->indicator;
    const struct verdict *v = &ret_item->verdict;
    if (i->verdict && ledger_get(d->node->ledger, i->verdict, &ret_item->verdict) >= 0 && v->tlp <= i->tlp) {
        ret_item->item.reason = v->reason;
        ret_item->item.from_us = v->from_us;
        ret_item->item.until_us = v->until_us;
        ret_item->item.severity = v->severity;
    }
    return true;
}

int delivery_of_subject(const struct delivery *d, const struct subject *s, struct delivery_item *ret_item)
{
    struct indicator i;
    uint32_t id;
    int e = indicator_get(d->node->ledger, s, &id, &i);
    return e == -ENOENT ? 0 : e < 0 ? e : delivery_take(d, id, &i, ret_item);
}

int delivery_receipt(const struct delivery *d, const char *what, uint64_t objects)
{
    int64_t now_us = clock_wall_us();
    struct sharing_receipt r = {.way = SHARING_BY_FILE, .objects = objects, .made_us = now_us};
    snprintf(r.recipient, sizeof r.recipient, "%s", d->recipient);
    snprintf(r.what, sizeof r.what, "%s", what);
    timestamp_format(now_us, r.first);
    timestamp_format(now_us, r.last);
    return objects > 0 ? sharing_receipt_append(d->node->ledger, &r) : 0;
}
