/* What the fetch role knows of a feed, kept in a file of its own so that a restart goes on where it was. */
#ifndef HINOMI_APPS_FEED_STATE_H
#define HINOMI_APPS_FEED_STATE_H

#include <jansson.h>

#include "share/feed/schedule.h"
#include "share/feed/url.h"

struct feed_state {
    struct feed_schedule schedule;
    uint32_t every_s;
    struct feed_tags tags; /* of what the hub has */
    char sha256[LIST_SHA256_MAX]; /* that the hub told when it took it */
    char of[FEED_URL_MAX]; /* what was fetched: another one is another feed */
    bool ready;            /* an edition waits for the hub */
    char error[FEED_ERROR_MAX]; /* of the last try; empty: it was well */
    char outcome[16];      /* of the last try: taken, unchanged, held, discarded, failed */
};

/* Whatever cannot be used of the file is as if the feed were new. Another URL is another feed. */
void feed_state_load(struct feed_state *s, const struct feed *f, int folder);
int feed_state_save(const struct feed_state *s, int folder, const char *name) must_check;
/* For people and the hub. NULL when out of memory. */
json_t *feed_state_json(const struct feed_state *s);

#endif
