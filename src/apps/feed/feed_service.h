/* The hub's side of feeds: takes new editions from the fetch role the way of an import, and knows how each feed is.
 *
 * One thread: the hub's loop. What the fetch role says is not trusted: its files are copied before they are examined, and its
 * words are only shown.
 */
#ifndef HINOMI_APPS_FEED_SERVICE_H
#define HINOMI_APPS_FEED_SERVICE_H

#include "api/node.h"
#include "apps/config/config.h"
#include "apps/feed/feed_return.h"

struct event_base;
struct feed_service;

struct feed_service_options {
    struct event_base *loop;
    struct node *node;
    /* A post of FEED_RETURN_FILE has ended. */
    void (*returned)(void *self, const char *feed, enum feed_return_result result, uint64_t failures, const char *text);
    /* A try to tell a member has ended (NOTICE_DELIVERED); NULL: the role that sends has. */
    void (*sent)(void *self, const json_t *result);
    void *self;
};

int feed_service_new(const struct feed_service_options *options, const struct config *c, struct feed_service **ret_service)
    must_check;
void feed_service_free(struct feed_service *s);
/* Another configuration: feeds that are not in it are forgotten. */
void feed_service_configure(struct feed_service *s, const struct config *c);
/* A new channel to the fetch role; takes the descriptor. */
int feed_service_connect(struct feed_service *s, int fd) must_check;
/* Has what lies under the feed's FEED_RETURN_FILE posted; `returned` tells the end. -ENOTCONN, -ENOENT. */
int feed_service_return(struct feed_service *s, const char *name) must_check;
/* As struct node's look_up. */
int feed_service_look_up(struct feed_service *s, const char *owner, node_looked_up_fn *done, void *self) must_check;
/* Has a member told (HUB_NOTICE_SEND); the wish is taken over. -ENOTCONN. */
int feed_service_notify(struct feed_service *s, json_t *wish) must_check;
/* An array: each feed with its name, source, times and errors. NULL when out of memory. */
json_t *feed_service_json(const struct feed_service *s);
/* Fetches one feed, or with NULL all, now; `done` gets an array as of feed_service_json when each has been tried. -ENOENT no such
 * feed, -ENOTCONN the fetch role is being started, -EBUSY too many wait. */
int feed_service_fetch(struct feed_service *s, const char *name, node_fetched_fn *done, void *self) must_check;

#endif
