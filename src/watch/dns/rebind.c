/* Looks for private addresses in answers. */
#include "watch/dns/rebind.h"

#include "base/addr.h"

/* Names that no public zone holds: RFC 6761 6.3, RFC 6762, RFC 8375, and the board of ICANN on "internal" (2024). */
static const struct dns_name own_names[] = {
    {.len = 11, .labels = 1, .at = {0, 10}, .wire = "\11localhost"},
    {.len = 7, .labels = 1, .at = {0, 6}, .wire = "\5local"},
    {.len = 10, .labels = 1, .at = {0, 9}, .wire = "\10internal"},
    {.len = 11, .labels = 2, .at = {0, 5, 10}, .wire = "\4home\4arpa"},
};

bool rebind_may(const struct dns_private_names *names, const struct dns_name *name)
{
    for (size_t i = 0; i < array_len(own_names); i++)
        if (dns_name_within(name, &own_names[i]))
            return true;
    for (unsigned i = 0; i < names->count; i++)
        if (dns_name_within(name, &names->at[i]))
            return true;
    return false;
}

static bool is_private(const uint8_t *octets, size_t len)
{
    struct addr a = {.bytes = {[10] = 0xff, [11] = 0xff}};
    memcpy(a.bytes + sizeof a.bytes - len, octets, len);
    return addr_is_private(&a);
}

/* RFC 9460 2.2: priority, target, then keys with their values. */
static bool hints_are_private(struct reader r)
{
    enum { IPV4_HINT = 4, IPV6_HINT = 6 };
    struct dns_name target;
    reader_skip(&r, 2);
    if (dns_name_read(&r, &target) < 0)
        return false;
    while (r.left > 0) {
        uint16_t key = reader_u16(&r);
        struct reader value = reader_sub(&r, reader_u16(&r));
        size_t len = key == IPV4_HINT ? 4 : 16;
        while ((key == IPV4_HINT || key == IPV6_HINT) && value.left >= len)
            if (is_private(reader_take(&value, len), len))
                return true;
    }
    return false;
}

bool rebind_has_private(const uint8_t *message, size_t len)
{
    struct dns_walk w;
    struct dns_record r;
    if (dns_walk_begin(&w, message, len) < 0)
        return false;
    while (dns_walk_next(&w, &r) > 0 && r.section == DNS_SECTION_ANSWER) {
        const uint8_t *data = message + r.rdata_at;
        if ((r.type == DNS_TYPE_A && r.rdata_len == 4) || (r.type == DNS_TYPE_AAAA && r.rdata_len == 16)) {
            if (is_private(data, r.rdata_len))
                return true;
        } else if ((r.type == DNS_TYPE_SVCB || r.type == DNS_TYPE_HTTPS) &&
                   hints_are_private(reader_of(data, r.rdata_len))) {
            return true;
        }
    }
    return false;
}
