/* A clock that stands still until told, and sockets whose other end is the scenario. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fake_world.h"

/* ---- clock ---- */

static int64_t mono_us, wall_us;

void world_clock_init(void)
{
    mono_us = 3600 * INT64_C(1000000);
    wall_us = 1767225600 * INT64_C(1000000);
}

void world_clock_pass(int64_t us)
{
    mono_us += us;
    wall_us += us;
}

void world_clock_set_wall(int64_t us)
{
    wall_us = us;
}

int64_t world_clock_wall_us(void)
{
    return wall_us;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    int64_t us = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? wall_us : mono_us;
    *ret_time = (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    return 0;
}

/* ---- network ---- */

enum { DATAGRAMS_MAX = 64, CONNECTIONS_MAX = 64, ANSWERS_MAX = 64, DATAGRAM_MAX = 1500 };

struct datagram {
    struct sockaddr_storage from;
    size_t len;
    uint8_t octets[DATAGRAM_MAX];
};

struct connection {
    int ours, theirs; /* theirs: until the worker accepts it */
    struct addr from;
};

static int udp_fd = -1, tcp_fd = -1; /* readable while there is something for the worker */
static struct datagram inbox[DATAGRAMS_MAX];
static unsigned inbox_count;
static struct connection connections[CONNECTIONS_MAX];
static unsigned connection_count, accepted_count;
static struct world_answer *answers[ANSWERS_MAX];
static unsigned answer_count;

static struct sockaddr_storage sockaddr_of(const struct addr *a)
{
    char text[ADDR_TEXT_MAX], with_port[ADDR_PORT_TEXT_MAX + 8];
    struct sockaddr_storage sa;
    snprintf(with_port, sizeof with_port, addr_is_v4(a) ? "%s:%d" : "[%s]:%d", addr_format(a, text), WORLD_CLIENT_PORT);
    int e = addr_port_parse(with_port, -1, &sa);
    assert(e == 0);
    return sa;
}

static void set_readable(int fd, bool readable)
{
    uint64_t value = 1;
    ssize_t n = readable ? write(fd, &value, sizeof value) : read(fd, &value, sizeof value);
    assert(n == sizeof value || errno == EAGAIN);
}

void world_network_open(int *ret_udp, int *ret_tcp)
{
    udp_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    tcp_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert(udp_fd >= 0 && tcp_fd >= 0);
    *ret_udp = udp_fd;
    *ret_tcp = tcp_fd;
}

void world_network_close(void)
{
    while (accepted_count < connection_count)
        close(connections[accepted_count++].theirs);
    while (connection_count > 0)
        close(connections[--connection_count].ours);
    while (answer_count > 0)
        free(answers[--answer_count]);
    inbox_count = accepted_count = 0;
    close(udp_fd);
    close(tcp_fd);
}

void world_send_udp(const struct addr *from, const uint8_t *query, size_t len)
{
    assert(inbox_count < DATAGRAMS_MAX && len <= DATAGRAM_MAX);
    struct datagram *d = &inbox[inbox_count++];
    d->from = sockaddr_of(from);
    d->len = len;
    memcpy(d->octets, query, len);
    set_readable(udp_fd, true);
}

void world_send_tcp(const struct addr *from, const uint8_t *query, size_t len, bool half_close)
{
    assert(connection_count < CONNECTIONS_MAX);
    int pair[2];
    int e = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair);
    assert(e == 0);
    connections[connection_count++] = (struct connection){.ours = pair[0], .theirs = pair[1], .from = *from};
    const uint8_t prefix[] = {(uint8_t)(len >> 8), (uint8_t)len};
    ssize_t n = write(pair[0], prefix, sizeof prefix);
    assert(n == sizeof prefix);
    n = write(pair[0], query, len);
    assert(n == (ssize_t)len);
    if (half_close)
        shutdown(pair[0], SHUT_WR);
    set_readable(tcp_fd, true);
}

static void keep_answer(const struct addr *to, bool tcp, const void *octets, size_t len)
{
    assert(answer_count < ANSWERS_MAX && len <= DNS_MESSAGE_MAX);
    struct world_answer *a = malloc(sizeof *a);
    assert(a);
    a->to = *to;
    a->tcp = tcp;
    a->len = len;
    memcpy(a->octets, octets, len);
    answers[answer_count++] = a;
}

static void take_stream(const struct connection *c)
{
    static uint8_t octets[2 + DNS_MESSAGE_MAX];
    ssize_t n = recv(c->ours, octets, sizeof octets, MSG_PEEK);
    if (n < 2)
        return;
    size_t len = (size_t)octets[0] << 8 | octets[1];
    if ((size_t)n < 2 + len)
        return;
    n = recv(c->ours, octets, 2 + len, 0);
    assert((size_t)n == 2 + len);
    keep_answer(&c->from, true, octets + 2, len);
}

bool world_take_answer(struct world_answer *ret_answer)
{
    for (unsigned i = 0; i < accepted_count; i++)
        take_stream(&connections[i]);
    if (answer_count == 0)
        return false;
    *ret_answer = *answers[0];
    free(answers[0]);
    answer_count--;
    memmove(answers, answers + 1, answer_count * sizeof answers[0]);
    return true;
}

/* ---- the C library's, as the worker calls them ---- */

static void copy_sockaddr(struct msghdr *h, const struct sockaddr_storage *from)
{
    h->msg_namelen = addr_sockaddr_len((const struct sockaddr *)from);
    memcpy(h->msg_name, from, h->msg_namelen);
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned max, int flags, struct timespec *timeout)
{
    (void)flags, (void)timeout;
    assert(fd == udp_fd);
    unsigned n = 0;
    for (; n < max && n < inbox_count; n++) {
        struct msghdr *h = &messages[n].msg_hdr;
        size_t room = h->msg_iov[0].iov_len, len = inbox[n].len;
        memcpy(h->msg_iov[0].iov_base, inbox[n].octets, len < room ? len : room);
        copy_sockaddr(h, &inbox[n].from);
        h->msg_flags = len > room ? MSG_TRUNC : 0;
        h->msg_controllen = 0;
        messages[n].msg_len = (unsigned)(len < room ? len : room);
    }
    inbox_count -= n;
    memmove(inbox, inbox + n, inbox_count * sizeof inbox[0]);
    if (inbox_count == 0)
        set_readable(udp_fd, false);
    if (n > 0)
        return (int)n;
    errno = EAGAIN;
    return -1;
}

ssize_t sendmsg(int fd, const struct msghdr *h, int flags)
{
    (void)flags;
    assert(fd == udp_fd && h->msg_iovlen == 1 && addr_port_of_sockaddr(h->msg_name) == WORLD_CLIENT_PORT);
    struct addr to = addr_of_sockaddr(h->msg_name);
    keep_answer(&to, false, h->msg_iov[0].iov_base, h->msg_iov[0].iov_len);
    return (ssize_t)h->msg_iov[0].iov_len;
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    for (unsigned i = 0; i < count; i++)
        messages[i].msg_len = (unsigned)sendmsg(fd, &messages[i].msg_hdr, flags);
    return (int)count;
}

int accept4(int fd, struct sockaddr *from, socklen_t *len, int flags)
{
    (void)flags;
    assert(fd == tcp_fd);
    if (accepted_count == connection_count) {
        set_readable(tcp_fd, false);
        errno = EAGAIN;
        return -1;
    }
    const struct connection *c = &connections[accepted_count++];
    struct sockaddr_storage sa = sockaddr_of(&c->from);
    *len = addr_sockaddr_len((const struct sockaddr *)&sa);
    memcpy(from, &sa, *len);
    return c->theirs;
}
