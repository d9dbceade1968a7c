/* Passes descriptors from process to process. */
#include "base/handover.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

struct head {
    uint32_t kind, number, text_len;
};

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(HANDOVER_FDS_MAX * sizeof(int))];
};

int handover_pair(int ret_fds[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_fds) < 0 ? -errno : 0;
}

int handover_send(int fd, const struct handover *m)
{
    if (m->fd_count > HANDOVER_FDS_MAX || m->text_len >= HANDOVER_TEXT_MAX)
        return -EMSGSIZE;
    struct head head = {m->kind, m->number, (uint32_t)m->text_len};
    struct iovec iov[] = {{&head, sizeof head}, {(void *)(uintptr_t)m->text, m->text_len}};
    union control control;
    struct msghdr h = {.msg_iov = iov, .msg_iovlen = 2};
    if (m->fd_count > 0) {
        memset(&control, 0, sizeof control);
        h.msg_control = control.bytes;
        h.msg_controllen = CMSG_SPACE(m->fd_count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&h);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(m->fd_count * sizeof(int));
        memcpy(CMSG_DATA(c), m->fds, m->fd_count * sizeof(int));
    }
    ssize_t n;
    do
        n = sendmsg(fd, &h, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

static void take_fds(struct msghdr *h, struct handover *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        const unsigned char *data = CMSG_DATA(c);
        for (size_t i = 0; i < n && m->fd_count < HANDOVER_FDS_MAX; i++)
            memcpy(&m->fds[m->fd_count++], data + i * sizeof(int), sizeof(int));
    }
}

int handover_recv(int fd, struct handover *ret_message)
{
    struct handover *m = ret_message;
    struct head head;
    union control control;
    struct iovec iov[] = {{&head, sizeof head}, {m->text, sizeof m->text - 1}};
    struct msghdr h = {.msg_iov = iov, .msg_iovlen = 2, .msg_control = control.bytes, .msg_controllen = sizeof control};
    ssize_t n;
    do
        n = recvmsg(fd, &h, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    m->fd_count = 0;
    take_fds(&h, m);
    if (n == 0 && m->fd_count == 0)
        return 0;
    bool whole = n >= (ssize_t)sizeof head && (size_t)n - sizeof head == head.text_len &&
                 !(h.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    if (!whole) {
        handover_drop(m);
        return -EBADMSG;
    }
    m->kind = head.kind;
    m->number = head.number;
    m->text_len = head.text_len;
    m->text[m->text_len] = '\0';
    return 1;
}

void handover_drop(struct handover *m)
{
    for (unsigned i = 0; i < m->fd_count; i++)
        close(m->fds[i]);
    m->fd_count = 0;
}
