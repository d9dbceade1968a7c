/* Writes OPT records. */
#include "proto/dns/opt.h"

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
