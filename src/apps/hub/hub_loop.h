/* Closes the loop inside the hub: what is said becomes belief, belief becomes policy and goes through the gate to others, what is met
 * and what others answer changes belief again.
 *
 * Wiring of the keepers, no logic of its own. One thread: the hub's.
 */
#ifndef HINOMI_APPS_HUB_LOOP_H
#define HINOMI_APPS_HUB_LOOP_H

#include "apps/belief/belief_keeper.h"
#include "apps/exchange/exchange_service.h"
#include "apps/feed/feed_service.h"
#include "apps/belief/look_back.h"
#include "apps/belief/place_counter.h"
#include "apps/exchange/member_intake.h"
#include "apps/exchange/outbox.h"
#include "apps/notice/notice_keeper.h"
#include "apps/policy/policy_manager.h"
#include "apps/belief/sighting_keeper.h"
#include "apps/belief/warning_lists.h"

struct hub_loop;

struct hub_loop_options {
    struct event_base *loop;
    struct ledger *ledger;
    struct policy_manager *policy;
    struct store_client *store;
    int data_fd;
    const struct note_signer *signer; /* whose key is the node's identity */
};

/* `config`: borrowed until hub_loop_configure gives another. */
int hub_loop_new(const struct hub_loop_options *options, const struct config *config, struct hub_loop **ret_loop) must_check;
void hub_loop_free(struct hub_loop *h);
/* The store of exchanged objects is served from now on; NULL: no longer. */
int hub_loop_share(struct hub_loop *h, struct exchange_service *exchange) must_check;
/* By which feeds are told what was met of theirs. */
void hub_loop_feeds(struct hub_loop *h, struct feed_service *feeds);
/* Of struct feed_service_options. */
void hub_loop_returned(void *self, const char *feed, enum feed_return_result result, uint64_t failures, const char *text);
/* The same. */
void hub_loop_sent(void *self, const json_t *result);
/* Another configuration is in force. */
void hub_loop_configure(struct hub_loop *h, const struct config *config);
/* The files of the configuration's guard lists, by enum config_guard_list; they are taken. Also once after hub_loop_new. */
void hub_loop_take_files(struct hub_loop *h, const int fds[CONFIG_GUARD_LISTS]);
/* What belongs to members is another now. */
void hub_loop_members_changed(struct hub_loop *h);
/* Other never-block lists are in force. */
void hub_loop_guards_changed(struct hub_loop *h);
/* An exchange_posted_fn, and an exchange_removing_fn. */
void hub_loop_posted(void *self, const char *recipient, size_t added);
int hub_loop_removing(void *self, const char *recipient, unsigned collection, const char *id, const int64_t *versions_us,
                      unsigned count) must_check;

struct notice_keeper *hub_loop_notices(struct hub_loop *h);
struct belief_keeper *hub_loop_belief(struct hub_loop *h);
struct sighting_keeper *hub_loop_sightings(struct hub_loop *h);
struct outbox *hub_loop_outbox(struct hub_loop *h);
/* How all of them are, for "hinomi status"; hub_loop_status.c. */
json_t *hub_loop_json(struct hub_loop *h);
const struct warning_lists *hub_loop_warnings(const struct hub_loop *h);
struct look_back *hub_loop_look_back(struct hub_loop *h);
struct member_intake *hub_loop_members(struct hub_loop *h);
const struct feed_return *hub_loop_return(const struct hub_loop *h);
const struct place_counter *hub_loop_places(const struct hub_loop *h);
const struct export_node *hub_loop_identity(const struct hub_loop *h);

#endif
