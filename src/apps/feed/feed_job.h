/* One try to fetch a feed, in a thread of its own. */
#ifndef HINOMI_APPS_FEED_JOB_H
#define HINOMI_APPS_FEED_JOB_H

#include "apps/feed/feed_state.h"
#include "share/feed/taxii_client.h"

struct feed_job;

struct feed_job_result {
    int error; /* negative errno, with a text */
    char text[FEED_ERROR_MAX];
    char note[FEED_ERROR_MAX]; /* without an error: what is wrong with the feed all the same; empty: nothing */
    uint32_t retry_s; /* that the server asks to wait after an error */
    bool unchanged;   /* else the new edition lies in the folder as NAME.ready */
    struct feed_tags tags;
    struct dns_soa soa;  /* of a zone */
    bool incremental;
    uint64_t records;
    struct feed_taxii_result taxii;
};

/* When it has ended, its address is written to done_fd. key: NULL without. Everything but the descriptors and the client is copied.
 * taxii: of FEED_TAXII, not used elsewhere until the end; posts: what lies under FEED_RETURN_FILE, instead of fetching. */
int feed_job_start(const struct feed *feed, const struct feed_settings *settings, const struct feed_state *state,
                   const struct tsig_key *key, struct feed_taxii *taxii, bool posts, int folder, int done_fd, struct feed_job **ret_job)
    must_check;
/* Once its address has come: frees it. */
void feed_job_end(struct feed_job *job, struct feed_job_result *ret_result);

#endif
