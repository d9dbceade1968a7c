/* What the fetch role knows of a feed, kept in a file of its own so that a restart goes on where it was. */
#ifndef HINOMI_APPS_FEED_STATE_H
#define HINOMI_APPS_FEED_STATE_H

#include <jansson.h>

#include "share/feed/schedule.h"
#include "share/feed/taxii_client.h"
#include "share/feed/url.h"
#include "share/feed/zone_client.h"

enum {
    FEED_IDENTITY_MAX = FEED_URL_MAX + FEED_ZONE_MAX + 64,
    FEED_REFRESH_MIN_S = 20, /* whatever an SOA says */
    FEED_REFRESH_MAX_S = 86400,
};

struct feed_state {
    struct feed_schedule schedule;
    uint32_t every_s;
    struct dns_soa soa;  /* of a zone: what the primary said last; all zeros: not yet */
    struct feed_tags tags; /* of what the hub has */
    char sha256[LIST_SHA256_MAX]; /* that the hub told when it took it */
    char of[FEED_IDENTITY_MAX]; /* what was fetched: another one is another feed */
    bool ready;            /* an edition waits for the hub */
    struct feed_taxii_position position; /* of TAXII: what the hub has */
    struct feed_taxii_position page;     /* of the page that waits for the hub */
    bool has_more;                       /* behind that page */
    char error[FEED_ERROR_MAX]; /* of the last try; empty: it was well */
    char outcome[16];      /* of the last try: taken, unchanged, held, discarded, failed */
};

/* Whatever cannot be used of the file is as if the feed were new. Another URL is another feed. */
void feed_state_load(struct feed_state *s, const struct feed *f, int folder);
/* The primary of a zone has told its times. */
void feed_state_take_soa(struct feed_state *s, const struct dns_soa *soa);
/* A zone that its primary has not confirmed for longer than the SOA's expire (RFC 1034 4.3.5). Never of a URL. */
bool feed_state_expired(const struct feed_state *s, int64_t now_us);
int feed_state_save(const struct feed_state *s, int folder, const char *name) must_check;
/* For people and the hub. NULL when out of memory. */
json_t *feed_state_json(const struct feed_state *s);

#endif
