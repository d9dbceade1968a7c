/* Fetches from a MISP feed folder the events that are new or have changed, and tells which are gone: manifest.json names them with their times.
 *
 * Source: MISP core format (draft-dulaunoy-misp-core-format) 3, manifest. What was taken before is a text of lines "UUID TIMESTAMP". Blocks like
 * feed_url_fetch; one thread for each call.
 */
#ifndef HINOMI_SHARE_FEED_MISP_FOLDER_H
#define HINOMI_SHARE_FEED_MISP_FOLDER_H

#include "share/feed/url.h"

enum {
    FEED_MISP_MANIFEST_OCTETS = 64 << 20,
    FEED_MISP_EVENTS_MAX = 200000, /* of a manifest; further ones are not looked at */
    FEED_MISP_AT_ONCE = 200,       /* events in one edition */
};

struct feed_misp_event {
    char uuid[37]; /* lower case */
    int64_t timestamp;
};

/* The events of a manifest, by UUID, into a new array of the caller's (free). Entries without a UUID or time are passed over, as those beyond
 * the limit; then *ret_is_partial. -EBADMSG: it is no manifest; -ENOMEM. */
int feed_misp_manifest(const uint8_t *octets, size_t len, struct feed_misp_event **ret_events, size_t *ret_count, bool *ret_is_partial) must_check;

struct feed_misp_result {
    bool unchanged;        /* nothing was written */
    bool has_more;         /* there are more changed events than fit into one edition */
    struct feed_tags tags; /* of the manifest */
    uint32_t retry_s;
    size_t events;         /* in the edition */
    size_t gone;           /* events that were known and are not in the manifest; in the edition, unless: */
    char note[FEED_ERROR_MAX]; /* why they are not, for people; empty: all is well. They stay known, and the manifest is asked for again */
};

/* Writes {"response":[EVENT, ...]} to fd, with {"Event":{"uuid":UUID,"deleted":true}} of what is gone, and to known_fd what is known once that was taken. scratch_fd: an empty file for the manifest; old_fd:
 * what was known, or -1. Errors and texts as feed_url_fetch. */
int feed_misp_fetch(const char *url, const struct feed_settings *settings, const struct feed_tags *tags, int old_fd, int scratch_fd, int fd,
                    int known_fd, const atomic_bool *stop, struct feed_misp_result *ret_result, char *ret_error) must_check;

#endif
