/* What a list would have blocked of the answers of the last days, and for whom: its edition is compiled alone in a thread, and then every name
 * that was asked for is held against it and against the policy in force.
 *
 * Nothing is changed. A name counts when the list would block it and nothing that comes before lets it through: a rule by hand, a list above it,
 * a never-block list. Names alone are compared: what a list says of addresses in answers is not in the record of names. One thread: the hub's
 * loop, in steps of a page. One effect is reckoned at a time; LIST_EFFECT_WAITING wait, and the last LIST_EFFECT_KEPT are kept.
 */
#ifndef HINOMI_APPS_LIST_EFFECT_H
#define HINOMI_APPS_LIST_EFFECT_H

#include <jansson.h>

#include "api/node.h"
#include "apps/policy/policy_manager.h"

enum {
    LIST_EFFECT_DAYS_MAX = 400,
    LIST_EFFECT_WAITING = 8,
    LIST_EFFECT_KEPT = 16,
    LIST_EFFECT_NAMES = 100,   /* shown, the most asked for */
    LIST_EFFECT_MEMBERS = 1000 /* counted apart; the rest is counted together */
};

struct list_effect;

struct list_effect_options {
    struct event_base *loop;
    struct ledger *ledger;
    int data_fd;
    struct policy_manager *policy;
    /* As struct node has it. */
    int (*ask_store)(void *self, const char *sql, size_t len, node_answer_fn *answer, void *answer_self);
    void *self;
};

int list_effect_new(const struct list_effect_options *options, struct list_effect **ret_effect) must_check;
void list_effect_free(struct list_effect *e);
/* Begins to reckon it anew; nothing happens while it is being reckoned. held: of the edition that is held back. -ENOENT: no such list or edition;
 * -EBUSY: too many wait; -EINVAL: the list is a never-block list or not enabled, or the days are out of range. */
int list_effect_start(struct list_effect *e, const char *list, bool held, unsigned days) must_check;
/* {"list", "held", "state": "waiting", "compiling", "counting", "ready" or "failed"; "days", "made_us", "error"; "rules" of the edition,
 * "looked_at": names so far;
 *  "blocked", "already", "released": {"names", "answers"} that it blocks and nothing else does; that are blocked today without it as well, by
 *  another list, rule, or of a held edition by the one in force; and that are blocked today by the edition in force and would not be any more;
 *  "members": [{"member", "names", "answers"}], "top": [{"name", "answers", "members": number, "member"}] of "blocked"}. NULL: nobody asked for it. */
json_t *list_effect_json(const struct list_effect *e, const char *list, bool held);

#endif
