/* Writes SVCB records of a node's own transports. */
#include "apps/dns/designated.h"

#include <string.h>

#include "base/writer.h"

enum { TTL_S = 300, ALPN = 1, PORT = 3, IPV4_HINT = 4, IPV6_HINT = 6, DOH_PATH = 7 }; /* RFC 9460 14.3.2, RFC 9461 5 */

/* In the order in which a client shall prefer them: DNS over TLS costs both sides less. */
static const struct {
    enum dns_listen_kind kind;
    const char *alpn, *path;
} transports[] = {
    {DNS_LISTEN_TLS, "dot", NULL},
    {DNS_LISTEN_HTTPS, "h2", "/dns-query{?dns}"},
};

static void put_param(struct writer *w, uint16_t key, const void *value, size_t len)
{
    writer_u16(w, key);
    writer_u16(w, (uint16_t)len);
    writer_bytes(w, value, len);
}

/* The addresses of that port, of one family. */
static void put_hints(struct writer *w, const struct dns_listen *l, uint16_t port, bool v4)
{
    uint8_t value[DNS_LISTEN_MAX * 16];
    size_t len = 0, each = v4 ? 4 : 16;
    for (unsigned i = 0; i < l->count; i++) {
        const struct sockaddr *sa = (const struct sockaddr *)&l->at[i];
        struct addr a = addr_of_sockaddr(sa);
        if (addr_port_of_sockaddr(sa) != port || addr_is_v4(&a) != v4 || dns_socket_is_wildcard(sa))
            continue;
        memcpy(value + len, a.bytes + sizeof a.bytes - each, each);
        len += each;
    }
    if (len > 0)
        put_param(w, v4 ? IPV4_HINT : IPV6_HINT, value, len);
}

static void put_record(struct writer *w, const struct dns_listen *l, const struct dns_name *target, uint16_t port,
                       size_t transport, uint16_t priority)
{
    writer_u16(w, DNS_TYPE_SVCB);
    writer_u32(w, TTL_S);
    size_t len_at = w->len;
    writer_u16(w, 0);
    writer_u16(w, priority);
    writer_bytes(w, target->wire, target->len);
    char alpn[8];
    size_t alpn_len = strlen(transports[transport].alpn);
    alpn[0] = (char)alpn_len;
    memcpy(alpn + 1, transports[transport].alpn, alpn_len);
    put_param(w, ALPN, alpn, alpn_len + 1);
    uint8_t port_octets[2];
    writer_put_u16(port_octets, port);
    put_param(w, PORT, port_octets, sizeof port_octets);
    put_hints(w, l, port, true);
    put_hints(w, l, port, false);
    if (transports[transport].path)
        put_param(w, DOH_PATH, transports[transport].path, strlen(transports[transport].path));
    if (!w->full)
        writer_put_u16(w->base + len_at, (uint16_t)(w->len - len_at - 2));
}

static bool seen_before(const struct dns_listen *l, unsigned n, uint16_t port)
{
    for (unsigned i = 0; i < n; i++)
        if (addr_port_of_sockaddr((const struct sockaddr *)&l->at[i]) == port)
            return true;
    return false;
}

size_t designated_put(const struct dns_service_options *o, const char *name, uint8_t *to)
{
    struct dns_name target;
    struct writer w = writer_of(to, DESIGNATED_MAX);
    uint16_t priority = 0;
    if (!name || dns_name_parse(name, strlen(name), &target) < 0)
        return 0;
    for (size_t t = 0; t < array_len(transports); t++) {
        const struct dns_listen *l = &o->listen[transports[t].kind];
        for (unsigned i = 0; i < l->count; i++) {
            uint16_t port = addr_port_of_sockaddr((const struct sockaddr *)&l->at[i]);
            if (!seen_before(l, i, port))
                put_record(&w, l, &target, port, t, ++priority);
        }
    }
    return w.full ? 0 : w.len;
}
