/* Opens the sockets of a worker. */
#include <errno.h>
#include <netinet/tcp.h>
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

static int prepare_udp(int fd, const struct sockaddr *sa)
{
    (void)set_option(fd, SOL_SOCKET, SO_RCVBUF, UDP_BUFFER); /* best effort */
    (void)set_option(fd, SOL_SOCKET, SO_SNDBUF, UDP_BUFFER);
    if (sa->sa_family == AF_INET6) {
        /* Answers are at most 1232 octets: never let the path make fragments of them. */
        (void)set_option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
        return set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    }
    (void)set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
    return 0;
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
