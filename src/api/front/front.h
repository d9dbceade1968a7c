/* HTTPS in front of the API, and HTTP in front of the page of blocked names (the sinkhole): reads requests, gives out the console's files,
 * and keeps event streams open; knows no route.
 *
 * What begins with /api/ goes to the hub, everything else is a file that is built into the program. Runs libmicrohttpd's threads; the functions
 * below are called from one thread, the role's loop, and the hooks come from the others. Bounded: connections in all and of an address, octets
 * of headers, bodies and answers, streams.
 */
#ifndef HINOMI_API_FRONT_H
#define HINOMI_API_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/attr.h"
#include "base/job_queue.h"

enum {
    FRONT_LISTEN_MAX = 4,
    FRONT_THREADS_MAX = 8,
    FRONT_CONNECTIONS_MAX = 4096,
    FRONT_CONNECTIONS_OF_ADDRESS = 1500,
    FRONT_IDLE_S = 60,
    FRONT_WORD_MAX = 128,           /* of a session or a key */
    FRONT_TYPE_MAX = 96,            /* of a media type */
    FRONT_HOST_MAX = 300,           /* of a name with its port */
    FRONT_LANGUAGES_MAX = 128,      /* Accept-Language */
    FRONT_FINGERPRINT_LEN = 32,     /* SHA-256 of a certificate's DER */
    FRONT_CERTIFICATE_MAX = 2 * FRONT_FINGERPRINT_LEN + 1, /* as text: lower-case hexadecimal */
    FRONT_TARGET_MAX = 4096,
    FRONT_BODY_MAX = 16 << 20,      /* of a list that is sent */
    FRONT_FORM_MAX = 16 << 10,      /* of a form that is sent to the sinkhole */
    FRONT_SINKHOLE_CONNECTIONS_MAX = 512,
    FRONT_SINKHOLE_OF_ADDRESS = 16,
    FRONT_SINKHOLE_IDLE_S = 15,
    FRONT_BODIES_OCTETS = 64 << 20, /* of all bodies at once */
    FRONT_ANSWERS_OCTETS = 128 << 20,
    FRONT_STREAMS_MAX = 2000,
    FRONT_STREAM_QUEUE_OCTETS = 1 << 20, /* that one stream may be behind; then it loses, and is told so */
    FRONT_STREAM_S = 600,           /* then the page connects again, and is asked anew who it is */
};

#define FRONT_COOKIE "__Host-hinomi" /* of the session; RFC 6265bis 4.1.3.2: only over TLS, only this host */

/* A file of the console. */
struct front_file {
    const char *path; /* "/assets/index-4f2a.js" */
    const char *content_type, *etag;
    const uint8_t *octets, *gzip; /* gzip NULL: it would not be smaller */
    size_t len, gzip_len;
    bool is_immutable; /* its name changes with what is in it */
};

struct front;

/* A request on its way to the hub and back. */
struct front_job {
    struct job job;         /* the role's; first */
    const char *method;     /* "GET", ...; borrowed, as the words are: they last until front_done */
    const char *target, *session, *bearer, *csrf, *content_type; /* all but method and target may be NULL */
    bool is_sinkhole;
    const char *certificate;      /* fingerprint of the one that the client has shown; NULL: none */
    const char *languages, *host; /* Accept-Language; of the sinkhole: what the client thinks it is at; may be NULL */
    struct addr address;
    uint8_t *body;
    size_t body_len;
    /* The answer, written by the role before front_done. Status 0: none came. */
    struct front_reply {
        unsigned status, retry_after_s, allowed; /* bits, in the order of front_methods */
        char content_type[FRONT_TYPE_MAX];
        bool sets_session;
        char session[FRONT_WORD_MAX];
        uint32_t channel; /* not 0: instead of a body comes what is published there, until one of the two ends */
        char *body;       /* malloc'd; taken over */
        size_t len;
    } reply;
};

extern const char *const front_methods[5];

struct front_hooks {
    /* A request; false: there is no place for it. Whoever takes it calls front_done once. */
    bool (*submit)(void *self, struct front_job *job);
    /* A stream of that channel has ended. */
    void (*left)(void *self, uint32_t channel);
    void *self;
};

struct front_options {
    const int *sockets;
    unsigned socket_count, threads;
    bool is_sinkhole;               /* HTTP without TLS: whatever is asked of whatever host goes to the hub, and there are no files */
    const char *certificate, *key; /* PEM; borrowed for the call */
    bool asks_certificates;        /* clients may show one */
    const struct front_file *files; /* ended by a NULL path */
    struct front_hooks hooks;
};

struct front_counters {
    uint64_t requests, files, refused_busy, streams, stream_octets, stream_lost;
};

int front_start(const struct front_options *options, struct front **ret_front) must_check;
void front_stop(struct front *f);
/* The answer is in job->reply; the job is no longer the caller's. */
void front_done(struct front_job *job);
/* Octets for all streams of a channel, as they go to the browser (text/event-stream). */
void front_publish(struct front *f, uint32_t channel, const char *octets, size_t len);
/* Ends all streams: the hub that publishes is another. */
void front_end_streams(struct front *f);
struct front_counters front_counters_get(const struct front *f);

#endif
