/* Short messages with descriptors between the parent and a role, over a Unix SOCK_SEQPACKET pair.
 *
 * A message is a kind and a number, up to HANDOVER_TEXT_MAX octets, and up to HANDOVER_FDS_MAX descriptors; the receiver
 * owns those it gets. Blocking or not as the descriptor is. Any thread, one at a time for each end.
 */
#ifndef HINOMI_BASE_HANDOVER_H
#define HINOMI_BASE_HANDOVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum {
    HANDOVER_FDS_MAX = 128, /* the kernel takes 253 */
    HANDOVER_TEXT_MAX = 512,
};

struct handover {
    uint32_t kind, number;
    unsigned fd_count;
    int fds[HANDOVER_FDS_MAX];
    size_t text_len;
    char text[HANDOVER_TEXT_MAX]; /* terminated when received */
};

/* A connected pair, close-on-exec. */
int handover_pair(int ret_fds[2]) must_check;
int handover_send(int fd, const struct handover *m) must_check;
/* 1 a message, 0 the other side has closed, negative errno (-EAGAIN on a non-blocking descriptor, -EBADMSG). */
int handover_recv(int fd, struct handover *ret_message) must_check;
/* Closes the descriptors of a message that is not wanted. */
void handover_drop(struct handover *m);

#endif
