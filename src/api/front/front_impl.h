/* What the files of the front share: the server with its counters, and its streams. */
#ifndef HINOMI_API_FRONT_IMPL_H
#define HINOMI_API_FRONT_IMPL_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "api/front/front.h"

struct stream;

struct front {
    struct front_options o;
    struct MHD_Daemon *daemons[FRONT_LISTEN_MAX];
    unsigned daemon_count;
    _Atomic size_t body_octets, answer_octets; /* on their way */
    _Atomic uint64_t requests, files, refused_busy, stream_count, stream_octets, stream_lost;
    pthread_mutex_t lock; /* of the list, and of what is in each stream */
    struct stream *streams;
};

/* stream.c: the answer that goes on for as long as the channel does; NULL: out of memory, or too many. */
struct MHD_Response *front_stream_response(struct front *f, struct MHD_Connection *connection, uint32_t channel);

#endif
