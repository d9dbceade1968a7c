/* Parses, formats and compares Internet addresses. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool addr_is_v4(const struct addr *a)
{
    return memcmp(a->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

bool addr_is_loopback(const struct addr *a)
{
    static const struct addr v6 = {.bytes = {[15] = 1}};
    return addr_is_v4(a) ? a->bytes[12] == 127 : memcmp(a, &v6, sizeof v6) == 0;
}

static bool v4_is_private(const uint8_t *octets)
{
    static const struct {
        uint8_t octets[4], bits;
    } table[] = {
        {{0, 0, 0, 0}, 8},      /* "this network", RFC 791 3.2 */
        {{10, 0, 0, 0}, 8},     /* RFC 1918 */
        {{100, 64, 0, 0}, 10},  /* shared, RFC 6598 */
        {{127, 0, 0, 0}, 8},    /* loopback, RFC 1122 3.2.1.3 */
        {{169, 254, 0, 0}, 16}, /* link-local, RFC 3927 */
        {{172, 16, 0, 0}, 12},  /* RFC 1918 */
        {{192, 168, 0, 0}, 16}, /* RFC 1918 */
        {{198, 18, 0, 0}, 15},  /* benchmarking, RFC 2544 */
        {{255, 255, 255, 255}, 32},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct addr_prefix p = {.bits = table[i].bits};
        struct addr a = {.bytes = {0}};
        memcpy(p.addr.bytes, table[i].octets, 4);
        memcpy(a.bytes, octets, 4);
        if (addr_prefix_has(&p, &a))
            return true;
    }
    return false;
}

bool addr_is_private(const struct addr *a)
{
    /* embedded: where an IPv4 address stands in it, which is then looked at; 0: all of it is private. */
    static const struct {
        struct addr_prefix prefix;
        uint8_t embedded;
    } table[] = {
        {{{{0}}, 96}, 12},                                /* "::", "::1", IPv4-compatible, RFC 4291 */
        {{{{[10] = 0xff, 0xff}}, 96}, 12},                /* IPv4-mapped */
        {{{{0x00, 0x64, 0xff, 0x9b}}, 96}, 12},           /* NAT64, RFC 6052 */
        {{{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}}, 48}, 0}, /* NAT64 of one's own, RFC 8215 */
        {{{{0x20, 0x02}}, 16}, 2},                        /* 6to4, RFC 3056 */
        {{{{0xfc}}, 7}, 0},                               /* RFC 4193 */
        {{{{0xfe, 0x80}}, 10}, 0},                        /* link-local, RFC 4291 2.5.6 */
        {{{{0xfe, 0xc0}}, 10}, 0},                        /* site-local, RFC 3879 */
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (addr_prefix_has(&table[i].prefix, a))
            return table[i].embedded == 0 || v4_is_private(a->bytes + table[i].embedded);
    return false;
}

bool addr_prefix_has(const struct addr_prefix *p, const struct addr *a)
{
    unsigned whole = p->bits / 8, rest = p->bits % 8;
    if (memcmp(p->addr.bytes, a->bytes, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));
    return ((p->addr.bytes[whole] ^ a->bytes[whole]) & mask) == 0;
}

int addr_parse(const char *text, struct addr *ret_addr)
{
    struct addr a;
    if (inet_pton(AF_INET6, text, a.bytes) == 1) {
        *ret_addr = a;
        return 0;
    }
    memcpy(a.bytes, mapped_prefix, sizeof mapped_prefix);
    if (inet_pton(AF_INET, text, a.bytes + 12) != 1)
        return -EINVAL;
    *ret_addr = a;
    return 0;
}

/* A decimal of one to `digits_max` digits and nothing else; -1 otherwise. */
static int parse_decimal(const char *text, int digits_max)
{
    int value = 0, digits = 0;
    for (; *text >= '0' && *text <= '9' && digits < digits_max; text++, digits++)
        value = value * 10 + (*text - '0');
    return digits > 0 && *text == '\0' ? value : -1;
}

int addr_prefix_parse(const char *text, struct addr_prefix *ret_prefix)
{
    char host[ADDR_TEXT_MAX];
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    if (len >= sizeof host)
        return -EINVAL;
    memcpy(host, text, len);
    host[len] = '\0';

    struct addr_prefix p;
    int r = addr_parse(host, &p.addr);
    if (r < 0)
        return r;
    int width = strchr(host, ':') ? 128 : 32; /* of the form that was written: ::ffff:192.0.2.0/120 */
    int bits = width;
    if (slash) {
        bits = parse_decimal(slash + 1, 3);
        if (bits < 0 || bits > width)
            return -EINVAL;
    }
    p.bits = (uint8_t)(width == 32 ? 96 + bits : bits);
    for (unsigned bit = p.bits; bit < 128; bit++)
        if (p.addr.bytes[bit / 8] & (0x80 >> (bit % 8)))
            return -EINVAL;
    *ret_prefix = p;
    return 0;
}

int addr_port_parse(const char *text, int default_port, struct sockaddr_storage *ret_sa)
{
    char host[ADDR_TEXT_MAX];
    const char *end, *start = text;
    if (*text == '[') {
        start = text + 1;
        end = strchr(start, ']');
        if (!end)
            return -EINVAL;
    } else {
        end = strchr(text, ':');
        if (!end || strchr(end + 1, ':')) /* none, or a bare IPv6 address */
            end = text + strlen(text);
    }
    size_t len = (size_t)(end - start);
    if (len >= sizeof host)
        return -EINVAL;
    memcpy(host, start, len);
    host[len] = '\0';

    const char *after = *text == '[' ? end + 1 : end;
    int port = default_port;
    if (*after == ':') {
        port = parse_decimal(after + 1, 5);
        if (port == 0 && default_port != 0)
            return -EINVAL;
    } else if (*after != '\0') {
        return -EINVAL;
    }
    if (port < 0 || port > 65535)
        return -EINVAL;

    struct sockaddr_storage sa = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&sa;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&sa;
    if (*text != '[' && inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
    } else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
    } else {
        return -EINVAL;
    }
    *ret_sa = sa;
    return 0;
}

const char *addr_format(const struct addr *a, char *text)
{
    if (addr_is_v4(a))
        inet_ntop(AF_INET, a->bytes + 12, text, ADDR_TEXT_MAX);
    else
        inet_ntop(AF_INET6, a->bytes, text, ADDR_TEXT_MAX);
    return text;
}

struct addr addr_of_sockaddr(const struct sockaddr *sa)
{
    struct addr a = {0};
    if (sa->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
        memcpy(a.bytes, mapped_prefix, sizeof mapped_prefix);
        memcpy(a.bytes + 12, &v4->sin_addr, 4);
    } else if (sa->sa_family == AF_INET6) {
        memcpy(a.bytes, &((const struct sockaddr_in6 *)sa)->sin6_addr, 16);
    }
    return a;
}

void addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *ret_sa)
{
    struct sockaddr_storage sa = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&sa;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&sa;
    if (addr_is_v4(a)) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        memcpy(&v4->sin_addr, a->bytes + 12, 4);
    } else {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        memcpy(&v6->sin6_addr, a->bytes, 16);
    }
    *ret_sa = sa;
}

uint16_t addr_port_of_sockaddr(const struct sockaddr *sa)
{
    return ntohs(sa->sa_family == AF_INET6 ? ((const struct sockaddr_in6 *)sa)->sin6_port
                                           : ((const struct sockaddr_in *)sa)->sin_port);
}

socklen_t addr_sockaddr_len(const struct sockaddr *sa)
{
    return sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

const char *addr_port_format(const struct sockaddr *sa, char *text)
{
    char host[ADDR_TEXT_MAX];
    struct addr a = addr_of_sockaddr(sa);
    bool v6 = sa->sa_family == AF_INET6 && !addr_is_v4(&a);
    snprintf(text, ADDR_PORT_TEXT_MAX, v6 ? "[%s]:%u" : "%s:%u", addr_format(&a, host),
             addr_port_of_sockaddr(sa));
    return text;
}
