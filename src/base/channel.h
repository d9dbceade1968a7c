/* Framed messages over a connected Unix stream socket, inside a libevent loop: between roles, and with the control client.
 *
 * A message is u32 length (of what follows), u16 type, payload; big-endian. The peer may be lying or dying: a frame
 * longer than the agreed maximum and a closed or broken socket end the channel, and its owner is told once by on_end
 * (it then calls channel_free, from inside the callback or later). What a peer does not read waits in a bounded queue;
 * whether a full queue means "drop this message" or "free this channel" is the owner's choice.
 * One thread (the loop's). The channel owns its descriptor.
 */
#ifndef HINOMI_BASE_CHANNEL_H
#define HINOMI_BASE_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/reader.h"

struct event_base;
struct channel;

struct channel_handler {
    /* payload is borrowed for the call. The handler may call channel_send and channel_free. */
    void (*on_message)(struct channel *c, uint16_t type, struct reader payload, void *self);
    /* reason: negative errno; -ECONNRESET the peer closed, -EMSGSIZE frame too long, -EBADMSG no frame at all. Not
     * called after channel_free. */
    void (*on_end)(struct channel *c, int reason, void *self);
    void *self;
};

/* Takes the connected, non-blocking descriptor (on failure it stays the caller's). message_max bounds one payload in
 * either direction, queue_max the bytes waiting to be sent, each message with its six octets of head. */
int channel_new(struct event_base *loop, int fd, size_t message_max, size_t queue_max,
                struct channel_handler handler, struct channel **ret_channel) must_check;
void channel_free(struct channel *c);

/* Queues a message. -EMSGSIZE, -ENOBUFS (queue full: nothing was queued, the channel lives on), -ECONNRESET (it has
 * ended), -ENOMEM. Never calls back. */
int channel_send(struct channel *c, uint16_t type, const void *payload, size_t len) must_check;
/* Bytes waiting to be sent. */
size_t channel_queued(const struct channel *c);

/* Without a loop, for command-line clients: blocking send and receive on a plain descriptor. recv allocates the
 * payload (free it); -ETIMEDOUT when nothing whole arrived in timeout_ms (negative: wait for ever). */
int channel_send_blocking(int fd, uint16_t type, const void *payload, size_t len) must_check;
int channel_recv_blocking(int fd, size_t message_max, int timeout_ms, uint16_t *ret_type, uint8_t **ret_payload,
                          size_t *ret_len) must_check;

#endif
