/* Keeps the names of the zones that are answered here. */
#include "watch/dns/own_zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const single[] = {
    "localhost",
    "test",
    "invalid",
    "onion",
    "home.arpa",
    "0.in-addr.arpa",
    "10.in-addr.arpa",
    "127.in-addr.arpa",
    "254.169.in-addr.arpa",
    "168.192.in-addr.arpa",
    "2.0.192.in-addr.arpa",
    "100.51.198.in-addr.arpa",
    "113.0.203.in-addr.arpa",
    "255.255.255.255.in-addr.arpa",
    "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa", /* :: */
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa", /* ::1 */
    "d.f.ip6.arpa",
    "8.e.f.ip6.arpa",
    "9.e.f.ip6.arpa",
    "a.e.f.ip6.arpa",
    "b.e.f.ip6.arpa",
    "8.b.d.0.1.0.0.2.ip6.arpa",
};

/* Rows of reverse zones: 172.16.0.0/12 and 100.64.0.0/10. */
static const struct {
    unsigned from, to;
    const char *below;
} rows[] = {{16, 31, "172.in-addr.arpa"}, {64, 127, "100.in-addr.arpa"}};

enum { ZONES_MAX = array_len(single) + 16 + 64 };

struct own_zones {
    unsigned count;
    struct dns_name zones[ZONES_MAX];
};

static void add(struct own_zones *z, const char *text)
{
    if (z->count < ZONES_MAX && dns_name_parse(text, strlen(text), &z->zones[z->count]) == 0)
        z->count++;
}

struct own_zones *own_zones_new(void)
{
    struct own_zones *z = calloc(1, sizeof *z);
    if (!z)
        return NULL;
    for (size_t i = 0; i < array_len(single); i++)
        add(z, single[i]);
    for (size_t i = 0; i < array_len(rows); i++) {
        for (unsigned n = rows[i].from; n <= rows[i].to; n++) {
            char text[32];
            snprintf(text, sizeof text, "%u.%s", n, rows[i].below);
            add(z, text);
        }
    }
    return z;
}

void own_zones_free(struct own_zones *z)
{
    free(z);
}

bool own_zones_have(const struct own_zones *z, const struct dns_name *name)
{
    for (unsigned i = 0; i < z->count; i++)
        if (dns_name_within(name, &z->zones[i]))
            return true;
    return false;
}
