/* Writes OPT records. */
#include "proto/dns/opt.h"

#include "proto/dns/message.h"

enum { EDE_HEAD_LEN = 6, ARCOUNT_AT = 10 };

bool dns_opt_append(struct writer *w, const struct dns_opt *opt)
{
    size_t room = w->full ? 0 : w->max - w->len;
    if (room < DNS_OPT_LEN)
        return false;
    size_t text_len = opt->text ? strlen(opt->text) : 0;
    bool with_ede = opt->ede != DNS_EDE_NONE && room >= DNS_OPT_LEN + EDE_HEAD_LEN;
    if (room < DNS_OPT_LEN + EDE_HEAD_LEN + text_len)
        text_len = 0;
    writer_u8(w, 0);
    writer_u16(w, DNS_TYPE_OPT);
    writer_u16(w, DNS_UDP_PAYLOAD_MAX);
    writer_u8(w, (uint8_t)(opt->rcode >> 4));
    writer_u8(w, 0);
    writer_u16(w, opt->dnssec_ok ? DNS_EDNS_DO : 0);
    writer_u16(w, (uint16_t)(with_ede ? EDE_HEAD_LEN + text_len : 0));
    if (with_ede) {
        writer_u16(w, DNS_OPTION_EDE);
        writer_u16(w, (uint16_t)(2 + text_len));
        writer_u16(w, opt->ede);
        writer_bytes(w, opt->text, text_len);
    }
    uint16_t count = (uint16_t)((unsigned)w->base[ARCOUNT_AT] << 8 | w->base[ARCOUNT_AT + 1]);
    writer_put_u16(w->base + ARCOUNT_AT, (uint16_t)(count + 1));
    return true;
}

/* Where the data of the OPT record that ends the message begins; 0: there is none. */
static size_t find_last_opt(const uint8_t *message, size_t len)
{
    struct dns_walk w;
    struct dns_record rec;
    size_t at = 0;
    if (dns_walk_begin(&w, message, len) < 0)
        return 0;
    int e;
    while ((e = dns_walk_next(&w, &rec)) > 0)
        at = rec.section == DNS_SECTION_ADDITIONAL && rec.type == DNS_TYPE_OPT && rec.rdata_at + rec.rdata_len == len
                 ? rec.rdata_at
                 : 0;
    return e < 0 ? 0 : at;
}

/* Opens room for an option at the end; NULL when there is no OPT record or no room. */
static uint8_t *add_option(uint8_t *message, size_t len, size_t max, uint16_t code, size_t data_len)
{
    size_t rdata_at = find_last_opt(message, len);
    size_t rdata_len = len - rdata_at + DNS_OPTION_HEAD_LEN + data_len;
    if (rdata_at == 0 || max < len || max - len < DNS_OPTION_HEAD_LEN + data_len || rdata_len > UINT16_MAX)
        return NULL;
    writer_put_u16(message + rdata_at - 2, (uint16_t)rdata_len);
    writer_put_u16(message + len, code);
    writer_put_u16(message + len + 2, (uint16_t)data_len);
    return message + len + DNS_OPTION_HEAD_LEN;
}

size_t dns_opt_add(uint8_t *message, size_t len, size_t max, uint16_t code, const void *data, size_t data_len)
{
    uint8_t *to = add_option(message, len, max, code, data_len);
    if (!to)
        return len;
    memcpy(to, data, data_len);
    return len + DNS_OPTION_HEAD_LEN + data_len;
}

size_t dns_opt_pad(uint8_t *message, size_t len, size_t max, size_t block)
{
    size_t fill = (block - (len + DNS_OPTION_HEAD_LEN) % block) % block;
    uint8_t *to = add_option(message, len, max, DNS_OPTION_PADDING, fill);
    if (!to)
        return len;
    memset(to, 0, fill);
    return len + DNS_OPTION_HEAD_LEN + fill;
}
