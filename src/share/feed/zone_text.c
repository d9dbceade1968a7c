/* Writes records as text. */
#include "share/feed/zone_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

struct line {
    char *text;
    size_t len;
    bool full;
};

static printf_like(2, 3) void put(struct line *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->len, ZONE_LINE_MAX - l->len, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= ZONE_LINE_MAX - l->len)
        l->full = true;
    else
        l->len += (size_t)n;
}

static void put_name(struct line *l, const struct dns_name *name)
{
    char text[DNS_NAME_TEXT_MAX];
    put(l, name->labels == 0 ? "%s" : "%s.", dns_name_format(name, text));
}

/* RFC 3597 5 */
static void put_octets(struct line *l, const uint8_t *octets, size_t len)
{
    put(l, "\\# %zu", len);
    for (size_t i = 0; i < len && !l->full; i++)
        put(l, i == 0 ? " %02x" : "%02x", octets[i]);
}

/* Character strings in quotes; false when they do not fill the data. */
static bool put_strings(struct line *l, const uint8_t *octets, size_t len)
{
    struct reader r = reader_of(octets, len);
    bool first = true;
    while (r.left > 0) {
        struct reader s = reader_sub(&r, reader_u8(&r));
        if (s.failed)
            return false;
        put(l, first ? "\"" : " \"");
        while (s.left > 0) {
            uint8_t c = reader_u8(&s);
            put(l, c < 0x20 || c >= 0x7f ? "\\%03u" : c == '"' || c == '\\' ? "\\%c" : "%c", c);
        }
        put(l, "\"");
        first = false;
    }
    return !first;
}

static bool put_names(struct line *l, const struct dns_walk *w, const struct dns_record *r, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct dns_name name;
        if (dns_record_name(w, r, i, &name) < 0)
            return false;
        if (i > 0)
            put(l, " ");
        put_name(l, &name);
    }
    return true;
}

static bool put_soa(struct line *l, const struct dns_walk *w, const struct dns_record *r)
{
    struct dns_soa soa;
    if (dns_soa_read(w, r, &soa) < 0 || !put_names(l, w, r, 2))
        return false;
    put(l, " %u %u %u %u %u", soa.serial, soa.refresh_s, soa.retry_s, soa.expire_s, soa.minimum_s);
    return true;
}

static bool put_addr(struct line *l, int family, const uint8_t *octets, size_t len)
{
    char text[INET6_ADDRSTRLEN];
    if (len != (family == AF_INET ? 4u : 16u) || !inet_ntop(family, octets, text, sizeof text))
        return false;
    put(l, "%s", text);
    return true;
}

/* False when the data is not what its type says. */
static bool put_data(struct line *l, const struct dns_walk *w, const struct dns_record *r)
{
    const uint8_t *octets = w->message + r->rdata_at;
    switch (r->type) {
    case DNS_TYPE_A:
        return put_addr(l, AF_INET, octets, r->rdata_len);
    case DNS_TYPE_AAAA:
        return put_addr(l, AF_INET6, octets, r->rdata_len);
    case DNS_TYPE_CNAME:
    case DNS_TYPE_NS:
    case DNS_TYPE_PTR:
        return put_names(l, w, r, 1);
    case DNS_TYPE_MX:
        if (r->rdata_len < 3)
            return false;
        put(l, "%u ", (unsigned)octets[0] << 8 | octets[1]);
        return put_names(l, w, r, 1);
    case DNS_TYPE_TXT:
        return put_strings(l, octets, r->rdata_len);
    case DNS_TYPE_SOA:
        return put_soa(l, w, r);
    default:
        put_octets(l, octets, r->rdata_len);
        return true;
    }
}

static bool is_written_by_name(uint16_t type)
{
    static const uint16_t types[] = {DNS_TYPE_A,   DNS_TYPE_AAAA, DNS_TYPE_CNAME, DNS_TYPE_NS,
                                     DNS_TYPE_PTR, DNS_TYPE_MX,   DNS_TYPE_TXT,   DNS_TYPE_SOA};
    for (size_t i = 0; i < array_len(types); i++)
        if (types[i] == type)
            return true;
    return false;
}

int zone_text_format(const struct dns_walk *w, const struct dns_record *r, char *ret_line)
{
    struct line l = {.text = ret_line};
    char type[DNS_TYPE_TEXT_MAX];
    put_name(&l, &r->owner);
    if (is_written_by_name(r->type))
        put(&l, " %u IN %s ", r->ttl, dns_type_format(r->type, type));
    else
        put(&l, " %u IN TYPE%u ", r->ttl, r->type);
    if (!put_data(&l, w, r))
        return -EBADMSG;
    return l.full ? -E2BIG : (int)l.len;
}

/* The next word of a line that has one blank between words; NULL at its end. */
static const char *next_word(const char *at)
{
    const char *blank = at ? strchr(at, ' ') : NULL;
    return blank ? blank + 1 : NULL;
}

/* A number that ends at a blank or at the end. */
static bool take_number(const char **at, uint32_t *ret_number)
{
    char *end = NULL;
    if (!*at || **at < '0' || **at > '9')
        return false;
    unsigned long long n = strtoull(*at, &end, 10);
    if (n > UINT32_MAX || (*end != ' ' && *end != '\0'))
        return false;
    *ret_number = (uint32_t)n;
    *at = *end ? end + 1 : NULL;
    return true;
}

int zone_text_soa(const char *line, struct dns_soa *ret_soa)
{
    struct dns_soa s;
    uint32_t ttl;
    const char *at = next_word(line);
    if (!take_number(&at, &ttl) || !at || strncmp(at, "IN SOA ", 7) != 0)
        return -EINVAL;
    at = next_word(next_word(at + 7));
    if (!take_number(&at, &s.serial) || !take_number(&at, &s.refresh_s) || !take_number(&at, &s.retry_s) ||
        !take_number(&at, &s.expire_s) || !take_number(&at, &s.minimum_s) || at)
        return -EINVAL;
    *ret_soa = s;
    return 0;
}
