/* Opens the sockets of a worker. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "watch/dns/server.h"

enum {
    UDP_BUFFER = 4 << 20, /* rides out a pause of tens of milliseconds at full rate; the kernel may give less */
    TCP_BACKLOG = 1024,
};

static int set_option(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

bool dns_socket_is_wildcard(const struct sockaddr *sa)
{
    static const struct addr v4_any = {.bytes = {[10] = 0xff, [11] = 0xff}};
    static const struct addr v6_any = {0};
    struct addr a = addr_of_sockaddr(sa);
    return memcmp(&a, &v4_any, sizeof a) == 0 || memcmp(&a, &v6_any, sizeof a) == 0;
}

static int prepare_udp(int fd, const struct sockaddr *sa)
{
    bool v6 = sa->sa_family == AF_INET6;
    (void)set_option(fd, SOL_SOCKET, SO_RCVBUF, UDP_BUFFER); /* best effort */
    (void)set_option(fd, SOL_SOCKET, SO_SNDBUF, UDP_BUFFER);
    /* Answers are at most 1232 octets: never let a forged path MTU make fragments of them. */
    if (v6)
        (void)set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
    else
        (void)set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
    if (!dns_socket_is_wildcard(sa))
        return 0;
    return v6 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) : set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

int dns_socket_try(const struct sockaddr *sa, enum dns_transport transport)
{
    bool udp = transport == DNS_TRANSPORT_UDP;
    int fd = socket(sa->sa_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int e = udp ? 0 : set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1); /* connections that have ended are in nobody's way */
    if (e == 0 && sa->sa_family == AF_INET6)
        e = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (e == 0 && bind(fd, sa, addr_sockaddr_len(sa)) < 0)
        e = -errno;
    close(fd);
    return e;
}

int dns_socket_open(const struct sockaddr *sa, enum dns_transport transport)
{
    bool udp = transport == DNS_TRANSPORT_UDP;
    int fd = socket(sa->sa_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int e = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (e == 0 && !udp)
        e = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (e == 0 && sa->sa_family == AF_INET6)
        e = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (e == 0 && udp)
        e = prepare_udp(fd, sa);
    if (e == 0 && bind(fd, sa, addr_sockaddr_len(sa)) < 0)
        e = -errno;
    if (e == 0 && !udp && listen(fd, TCP_BACKLOG) < 0)
        e = -errno;
    if (e < 0) {
        close(fd);
        return e;
    }
    return fd;
}
