/* Reads a client's query. */
#include "proto/dns/query.h"

static const char *const flaw_words[] = {
    [DNS_FLAW_NONE] = "none",         [DNS_FLAW_SHORT] = "short",     [DNS_FLAW_RESPONSE] = "response",
    [DNS_FLAW_OPCODE] = "opcode",     [DNS_FLAW_COUNTS] = "counts",   [DNS_FLAW_NAME] = "name",
    [DNS_FLAW_RECORD] = "record",     [DNS_FLAW_OPT] = "opt",         [DNS_FLAW_VERSION] = "version",
    [DNS_FLAW_TRAILING] = "trailing", [DNS_FLAW_OPTION] = "option",
};
_Static_assert(array_len(flaw_words) == DNS_FLAW_COUNT, "one word per flaw");

const char *dns_flaw_word(enum dns_flaw flaw)
{
    return (unsigned)flaw < DNS_FLAW_COUNT ? flaw_words[flaw] : "unknown";
}

/* RFC 7873 5.2.2: any other length is malformed. */
static bool read_cookie(struct dns_query *q, struct reader *option)
{
    size_t server_len = option->left - DNS_CLIENT_COOKIE_LEN; /* looked at only when that is no underflow */
    if (option->left != DNS_CLIENT_COOKIE_LEN &&
        (option->left < DNS_CLIENT_COOKIE_LEN + DNS_SERVER_COOKIE_MIN || server_len > DNS_SERVER_COOKIE_MAX))
        return false;
    if (q->has_cookie)
        return true; /* RFC 7873 5.2: only the first counts */
    q->has_cookie = true;
    reader_copy(option, q->client_cookie, sizeof q->client_cookie);
    q->has_server_cookie = option->left == sizeof q->server_cookie; /* of another length: not one of ours */
    if (q->has_server_cookie)
        reader_copy(option, q->server_cookie, sizeof q->server_cookie);
    return true;
}

/* The options that are answered; all others are skipped. False: malformed. */
static bool read_options(struct dns_query *q, struct reader r)
{
    while (r.left > 0) {
        uint16_t code = reader_u16(&r);
        struct reader option = reader_sub(&r, reader_u16(&r));
        if (r.failed)
            return false;
        if (code == DNS_OPTION_COOKIE && !read_cookie(q, &option))
            return false;
        if (code == DNS_OPTION_KEEPALIVE) {
            if (option.left > 0) /* RFC 7828 3.2.1: a client must not name a time */
                return false;
            q->keepalive = true;
        }
    }
    return !r.failed;
}

/* The fixed part of an OPT record. */
static void read_opt(struct dns_query *q, uint16_t class, uint32_t ttl)
{
    q->edns = true;
    q->udp_size = class < DNS_UDP_PLAIN_MAX ? DNS_UDP_PLAIN_MAX : class;
    q->edns_version = (uint8_t)(ttl >> 16);
    q->dnssec_ok = (ttl & DNS_EDNS_DO) != 0;
}

static enum dns_flaw read_additional(struct dns_query *q, const uint8_t *message, size_t len, struct reader *r,
                                     unsigned count)
{
    for (; count > 0; count--) {
        struct dns_name owner;
        size_t next;
        if (dns_name_read_compressed(message, len, (size_t)(r->at - message), &owner, &next) < 0)
            return DNS_FLAW_RECORD;
        reader_skip(r, next - (size_t)(r->at - message));
        uint16_t type = reader_u16(r);
        uint16_t class = reader_u16(r);
        uint32_t ttl = reader_u32(r);
        struct reader data = reader_sub(r, reader_u16(r));
        if (r->failed)
            return DNS_FLAW_RECORD;
        if (type != DNS_TYPE_OPT)
            continue;
        if (q->edns || owner.labels > 0)
            return DNS_FLAW_OPT;
        read_opt(q, class, ttl);
        if (unlikely(data.left > 0) && q->edns_version == 0 && !read_options(q, data))
            return DNS_FLAW_OPTION;
    }
    return DNS_FLAW_NONE;
}

static enum dns_flaw read_query(const uint8_t *message, size_t len, struct dns_query *q)
{
    struct reader r = reader_of(message, len);
    q->id = reader_u16(&r);
    q->flags = reader_u16(&r);
    uint16_t questions = reader_u16(&r);
    uint16_t answers = reader_u16(&r);
    uint16_t authorities = reader_u16(&r);
    uint16_t additionals = reader_u16(&r);
    if (r.failed)
        return DNS_FLAW_SHORT;
    if (q->flags & DNS_FLAG_QR)
        return DNS_FLAW_RESPONSE;
    if (q->flags & DNS_FLAG_OPCODE)
        return DNS_FLAW_OPCODE;
    if (questions != 1 || answers != 0 || authorities != 0)
        return DNS_FLAW_COUNTS;
    if (dns_name_read(&r, &q->name) < 0)
        return DNS_FLAW_NAME;
    uint16_t qtype = reader_u16(&r);
    uint16_t qclass = reader_u16(&r);
    if (r.failed)
        return DNS_FLAW_NAME;
    q->qtype = qtype;
    q->qclass = qclass;
    q->question_len = (uint16_t)(q->name.len + 4);
    enum dns_flaw flaw = read_additional(q, message, len, &r, additionals);
    if (flaw != DNS_FLAW_NONE)
        return flaw;
    if (r.left > 0)
        return DNS_FLAW_TRAILING;
    return q->edns_version > 0 ? DNS_FLAW_VERSION : DNS_FLAW_NONE;
}

enum dns_flaw dns_query_read(const uint8_t *message, size_t len, struct dns_query *ret_query)
{
    struct dns_query *q = ret_query;
    q->id = q->flags = q->qtype = q->qclass = q->question_len = 0;
    q->udp_size = DNS_UDP_PLAIN_MAX;
    q->edns = q->dnssec_ok = false;
    q->edns_version = 0;
    q->has_cookie = q->has_server_cookie = q->keepalive = false;
    enum dns_flaw flaw = read_query(message, len, q);
    q->flaw = (uint8_t)flaw;
    return flaw;
}
