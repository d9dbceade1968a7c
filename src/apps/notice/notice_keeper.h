/* Keeps notices going: findings become notices, members are told, and it is watched whether that helped.
 *
 * Wires finder, teller and watcher to each other and to time; ends campaigns. One thread, the hub's.
 */
#ifndef HINOMI_APPS_NOTICE_KEEPER_H
#define HINOMI_APPS_NOTICE_KEEPER_H

#include <jansson.h>

#include "apps/config/config.h"
#include "apps/store/store_client.h"
#include "judge/notice/notice.h"
#include "model/indicator.h"
#include "store/indicator.h"

struct event_base;
struct notice_keeper;

struct notice_keeper_options {
    struct event_base *loop;
    struct ledger *ledger;
    struct store_client *store;
    void *self;
    int (*send)(void *self, json_t *wish); /* to the role that sends; taken over. -ENOTCONN */
    void (*flush)(void *self);             /* sightings until now go to disk */
};

int notice_keeper_new(const struct notice_keeper_options *options, const struct config *config, struct notice_keeper **ret_keeper) must_check;
void notice_keeper_free(struct notice_keeper *k);
void notice_keeper_configure(struct notice_keeper *k, const struct config *config);
/* Who hears of notices that change; both NULL: nobody. json: one line, as the member may see it. */
void notice_keeper_listen(struct notice_keeper *k, void (*told)(void *self, const char *member, bool is_hidden, const char *json), void *self);

/* Within the transaction that wrote the sighting. Errors of the ledger. */
int notice_keeper_met(struct notice_keeper *k, const struct indicator_sighting *s) must_check;
void notice_keeper_indicator_changed(struct notice_keeper *k, uint32_t id, const struct indicator *was, bool was_known, const struct indicator *now);
/* A try to send has ended; NULL: the role that sends has. */
void notice_keeper_sent(struct notice_keeper *k, const json_t *result);

/* Of struct node. */
const struct notice_rules *notice_keeper_rules(const struct notice_keeper *k);
void notice_keeper_changed(struct notice_keeper *k, const struct notice *n);
int notice_keeper_send(struct notice_keeper *k, int64_t id, struct notice *ret_notice) must_check;
void notice_keeper_digest(struct notice_keeper *k);
const char *notice_keeper_webhook_flaw(const struct notice_keeper *k, const char *url);
/* For "hinomi status"; a new object. */
json_t *notice_keeper_json(struct notice_keeper *k);

#endif
