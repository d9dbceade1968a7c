/* What hub and fetch say to each other over base/channel: JSON objects, one a message.
 *
 * After a connection the hub tells of each list that is a feed what it has (KNOWN), then BEGIN. The fetch role answers with
 * the STATUS of each feed, and again whenever one changes. A new edition lies in NODE_FEEDS under feed_ready_file; READY
 * says so, the hub copies and examines it, and TAKEN says what became of it; then the file is removed.
 */
#ifndef HINOMI_APPS_FEED_PROTOCOL_H
#define HINOMI_APPS_FEED_PROTOCOL_H

enum {
    HUB_FEED_KNOWN = 1, /* name, sha256 of the edition in force, held or discarded */
    HUB_FEED_BEGIN,
    HUB_FEED_NOW,   /* name: to be fetched now */
    HUB_FEED_TAKEN, /* name, result (a word of list_intake), text, sha256 */
    FEED_STATUS,    /* name, kind, source, tried_us, ok_us, next_us, failures, error, outcome, busy, asked */
    FEED_READY,     /* name */
    HUB_FEED_RETURN, /* name: what lies under FEED_RETURN_FILE is to be posted to that feed's server */
    FEED_RETURNED,  /* name, result ("taken", "refused": never to be sent again, "failed"), failures, text */
    HUB_LOOK_UP = 32, /* number, owner: TXT records that the node's own resolver is to be asked for */
    LOOKED_UP,        /* number, error (a text; empty: none), rcode, secure, sha256, texts */
    HUB_NOTICE_SEND, /* id, channel ("mail" or "webhook"), to, body: one try to tell a member (apps/notice) */
    NOTICE_DELIVERED,     /* id, result ("taken", "again", "refused": for good), text */
};

enum { FEED_MESSAGE_MAX = 256 << 10 /* a mail as a JSON text */, FEED_QUEUE_MAX = 2 << 20 };

/* Below NODE_FEEDS, after the feed's name: an edition on its way, one that is whole, and what is known of the feed. */
#define FEED_PART_FILE ".part"
#define FEED_READY_FILE ".ready"
#define FEED_STATE_FILE ".state"
#define FEED_RETURN_FILE ".return" /* an envelope for the server of the feed; written by the hub */
#define FEED_KNOWN_FILE ".known" /* events of a MISP folder that the hub has */
#define FEED_KNOWN_NEXT_FILE ".known-next" /* once it has the edition that waits */
#define FEED_SCRATCH_FILE ".scratch"
#define FEED_ZONE_FILE ".zone" /* the kept copy of a zone */

#endif
