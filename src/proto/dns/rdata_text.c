/* Writes record data as text, type by type. */
#include "proto/dns/rdata_text.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/addr.h"
#include "proto/dns/name.h"

struct out {
    char *text;
    size_t len, max;
    bool bad; /* the data is not of its type, or has no room */
};

static void put(struct out *o, const char *format, ...) printf_like(2, 3);

static void put(struct out *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(o->text + o->len, o->max - o->len, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= o->max - o->len)
        o->bad = true;
    else
        o->len += (size_t)n;
}

static void put_name(struct out *o, struct reader *r)
{
    struct dns_name name;
    char text[DNS_NAME_TEXT_MAX];
    if (dns_name_read(r, &name) == 0)
        put(o, "%s", dns_name_format(&name, text));
}

/* What stands between quotes, RFC 1035 5.1. */
static void put_quoted(struct out *o, struct reader octets)
{
    put(o, "\"");
    while (octets.left > 0 && !o->bad) {
        uint8_t c = reader_u8(&octets);
        if (c == '"' || c == '\\')
            put(o, "\\%c", c);
        else if (c >= 0x20 && c < 0x7f)
            put(o, "%c", c);
        else
            put(o, "\\%03u", c);
    }
    put(o, "\"");
}

static void put_ipv4(struct out *o, struct reader *r)
{
    const uint8_t *p = reader_take(r, 4);
    if (p)
        put(o, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
}

static void put_ipv6(struct out *o, struct reader *r)
{
    char text[INET6_ADDRSTRLEN];
    const uint8_t *p = reader_take(r, 16);
    if (p && inet_ntop(AF_INET6, p, text, sizeof text))
        put(o, "%s", text);
}

static void put_texts(struct out *o, struct reader *r)
{
    bool first = true;
    do {
        if (!first)
            put(o, " ");
        put_quoted(o, reader_sub(r, reader_u8(r)));
        first = false;
    } while (r->left > 0 && !o->bad);
}

/* ---- SVCB and HTTPS ---- */

enum { SVC_MANDATORY, SVC_ALPN, SVC_NO_DEFAULT_ALPN, SVC_PORT, SVC_IPV4HINT, SVC_ECH, SVC_IPV6HINT };

static bool is_alpn_plain(struct reader id)
{
    while (id.left > 0) {
        uint8_t c = reader_u8(&id);
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == ',')
            return false;
    }
    return true;
}

/* Ids that would need two kinds of escapes are left to the form of an unknown key, which says the same. */
static bool put_alpn(struct out *o, struct reader value)
{
    size_t before = o->len;
    put(o, "alpn=\"");
    for (bool first = true; value.left > 0; first = false) {
        struct reader id = reader_sub(&value, reader_u8(&value));
        if (id.left == 0 || !is_alpn_plain(id)) {
            o->len = before;
            return false;
        }
        put(o, "%s%.*s", first ? "" : ",", (int)id.left, (const char *)id.at);
    }
    put(o, "\"");
    return true;
}

static void put_addresses(struct out *o, const char *word, struct reader value, void (*put_one)(struct out *, struct reader *))
{
    put(o, "%s=", word);
    for (bool first = true; value.left > 0 && !o->bad; first = false) {
        put(o, "%s", first ? "" : ",");
        put_one(o, &value);
    }
}

static bool put_known(struct out *o, uint16_t key, struct reader value)
{
    switch (key) {
    case SVC_ALPN:
        return value.left > 0 && put_alpn(o, value);
    case SVC_NO_DEFAULT_ALPN:
        if (value.left == 0)
            put(o, "no-default-alpn");
        return value.left == 0;
    case SVC_PORT:
        if (value.left != 2)
            return false;
        put(o, "port=%u", reader_u16(&value));
        return true;
    case SVC_IPV4HINT:
        if (value.left == 0 || value.left % 4 != 0)
            return false;
        put_addresses(o, "ipv4hint", value, put_ipv4);
        return true;
    case SVC_IPV6HINT:
        if (value.left == 0 || value.left % 16 != 0)
            return false;
        put_addresses(o, "ipv6hint", value, put_ipv6);
        return true;
    default:
        return false;
    }
}

static void put_service(struct out *o, struct reader *r)
{
    put(o, "%u ", reader_u16(r));
    put_name(o, r);
    while (r->left > 0 && !o->bad) {
        uint16_t key = reader_u16(r);
        struct reader value = reader_sub(r, reader_u16(r));
        put(o, " ");
        if (r->failed || put_known(o, key, value))
            continue;
        put(o, "key%u", key);
        if (value.left > 0) {
            put(o, "=");
            put_quoted(o, value);
        }
    }
}

/* ---- by type ---- */

/* Numbers of 2 and 4 octets, names, in order. */
static void put_layout(struct out *o, struct reader *r, const char *layout)
{
    for (const char *part = layout; *part; part++) {
        if (part > layout)
            put(o, " ");
        if (*part == '2')
            put(o, "%u", reader_u16(r));
        else if (*part == '4')
            put(o, "%u", (unsigned)reader_u32(r));
        else
            put_name(o, r);
    }
}

static bool put_by_type(struct out *o, uint16_t type, struct reader *r)
{
    switch (type) {
    case DNS_TYPE_A:
        put_ipv4(o, r);
        return true;
    case DNS_TYPE_AAAA:
        put_ipv6(o, r);
        return true;
    case DNS_TYPE_NS:
    case DNS_TYPE_CNAME:
    case DNS_TYPE_DNAME:
    case DNS_TYPE_PTR:
        put_layout(o, r, "n");
        return true;
    case DNS_TYPE_MX:
        put_layout(o, r, "2n");
        return true;
    case DNS_TYPE_SRV:
        put_layout(o, r, "222n");
        return true;
    case DNS_TYPE_SOA:
        put_layout(o, r, "nn44444");
        return true;
    case DNS_TYPE_TXT:
    case DNS_TYPE_SPF:
        put_texts(o, r);
        return true;
    case DNS_TYPE_SVCB:
    case DNS_TYPE_HTTPS:
        put_service(o, r);
        return true;
    default:
        return false;
    }
}

static void put_unknown(struct out *o, struct reader r)
{
    put(o, "\\# %zu", r.left);
    if (r.left > 0)
        put(o, " ");
    while (r.left > 0)
        put(o, "%02x", reader_u8(&r));
}

size_t dns_rdata_format(uint16_t type, const uint8_t *data, size_t len, char *text)
{
    struct out o = {.text = text, .max = DNS_RDATA_TEXT_MAX(len)};
    struct reader r = reader_of(data, len);
    bool known = put_by_type(&o, type, &r);
    if (!known || o.bad || r.failed || r.left > 0) {
        o.len = 0;
        o.bad = false;
        put_unknown(&o, reader_of(data, len));
    }
    return o.len;
}
