/* The hub's part of sharing: the only writer of the exchange store; does what the share role asks for.
 *
 * One thread, the hub's loop. Opens DATA/exchange/exchange.db, keeps a collection "to-NAME" for each recipient of the
 * configuration and "from-NAME" for those that may send. Without a usable file the node runs on and nothing is shared; the log says
 * why, and every minute it is tried anew.
 */
#ifndef HINOMI_APPS_EXCHANGE_SERVICE_H
#define HINOMI_APPS_EXCHANGE_SERVICE_H

#include <jansson.h>

#include "apps/config/config.h"
#include "store/exchange.h"

struct event_base;
struct exchange_service;

/* Called when a recipient has posted `added` objects that were not there before, once they are on disk and it has been told so. */
typedef void exchange_posted_fn(void *self, const char *recipient, size_t added);
/* Called before a recipient's versions of an object are removed; an error: they stay, and it is told to come again. */
typedef int exchange_removing_fn(void *self, const char *recipient, unsigned collection, const char *id, const int64_t *versions_us,
                                 unsigned count);

struct exchange_service_options {
    struct event_base *loop;
    exchange_removing_fn *removing; /* NULL: the same */
    exchange_posted_fn *posted; /* NULL: nobody wants to know */
    void *self;
};

/* `config` lives as long as the service, or until exchange_service_configure gives another. */
int exchange_service_new(const struct exchange_service_options *options, const struct config *config,
                         struct exchange_service **ret_service) must_check;
void exchange_service_free(struct exchange_service *s);
/* Another configuration is in force. Collections of recipients that are no more stay, unseen by anybody. */
void exchange_service_configure(struct exchange_service *s, const struct config *config);
/* Takes the descriptor of a channel to a share role; on an error it stays the caller's. */
int exchange_service_connect(struct exchange_service *s, int fd) must_check;
/* The store, for who fills "to-" collections; NULL: cannot be used now. */
struct exchange *exchange_service_store(struct exchange_service *s);
/* For "hinomi status"; a new object. */
json_t *exchange_service_json(const struct exchange_service *s);

#endif
