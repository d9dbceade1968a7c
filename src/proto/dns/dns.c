/* Words of DNS types and response codes. */
#include "proto/dns/dns.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <strings.h>

#include "base/attr.h"

static const struct {
    uint16_t type;
    const char *word;
} type_table[] = {
    {DNS_TYPE_A, "A"},         {DNS_TYPE_NS, "NS"},         {DNS_TYPE_CNAME, "CNAME"},
    {DNS_TYPE_SOA, "SOA"},     {DNS_TYPE_MB, "MB"},         {DNS_TYPE_MG, "MG"},
    {DNS_TYPE_MR, "MR"},       {DNS_TYPE_PTR, "PTR"},       {DNS_TYPE_HINFO, "HINFO"},
    {DNS_TYPE_MINFO, "MINFO"}, {DNS_TYPE_MX, "MX"},         {DNS_TYPE_TXT, "TXT"},
    {DNS_TYPE_RP, "RP"},       {DNS_TYPE_AFSDB, "AFSDB"},   {DNS_TYPE_AAAA, "AAAA"},
    {DNS_TYPE_SRV, "SRV"},     {DNS_TYPE_NAPTR, "NAPTR"},   {DNS_TYPE_KX, "KX"},
    {DNS_TYPE_DNAME, "DNAME"}, {DNS_TYPE_OPT, "OPT"},       {DNS_TYPE_DS, "DS"},
    {DNS_TYPE_RRSIG, "RRSIG"}, {DNS_TYPE_NSEC, "NSEC"},     {DNS_TYPE_DNSKEY, "DNSKEY"},
    {DNS_TYPE_NSEC3, "NSEC3"}, {DNS_TYPE_NSEC3PARAM, "NSEC3PARAM"}, {DNS_TYPE_TLSA, "TLSA"},
    {DNS_TYPE_CDS, "CDS"},     {DNS_TYPE_CDNSKEY, "CDNSKEY"}, {DNS_TYPE_SVCB, "SVCB"},
    {DNS_TYPE_HTTPS, "HTTPS"}, {DNS_TYPE_SPF, "SPF"},       {DNS_TYPE_TKEY, "TKEY"},
    {DNS_TYPE_TSIG, "TSIG"},   {DNS_TYPE_IXFR, "IXFR"},     {DNS_TYPE_AXFR, "AXFR"},
    {DNS_TYPE_MAILB, "MAILB"}, {DNS_TYPE_MAILA, "MAILA"},   {DNS_TYPE_ANY, "ANY"},
    {DNS_TYPE_CAA, "CAA"},
};

static const char *const rcode_words[] = {
    [DNS_RCODE_NOERROR] = "NOERROR", [DNS_RCODE_FORMERR] = "FORMERR", [DNS_RCODE_SERVFAIL] = "SERVFAIL",
    [DNS_RCODE_NXDOMAIN] = "NXDOMAIN", [DNS_RCODE_NOTIMP] = "NOTIMP", [DNS_RCODE_REFUSED] = "REFUSED",
    [DNS_RCODE_BADVERS] = "BADVERS",   [DNS_RCODE_BADCOOKIE] = "BADCOOKIE",
};

const char *dns_type_format(uint16_t type, char *text)
{
    for (size_t i = 0; i < array_len(type_table); i++) {
        if (type_table[i].type == type) {
            snprintf(text, DNS_TYPE_TEXT_MAX, "%s", type_table[i].word);
            return text;
        }
    }
    snprintf(text, DNS_TYPE_TEXT_MAX, "TYPE%u", type);
    return text;
}

int dns_type_parse(const char *text, uint16_t *ret_type)
{
    for (size_t i = 0; i < array_len(type_table); i++) {
        if (strcasecmp(type_table[i].word, text) == 0) {
            *ret_type = type_table[i].type;
            return 0;
        }
    }
    if (strncasecmp(text, "TYPE", 4) != 0 || text[4] == '\0')
        return -EINVAL;
    uint32_t value = 0;
    for (const char *p = text + 4; *p; p++) {
        if (*p < '0' || *p > '9')
            return -EINVAL;
        value = value * 10 + (uint32_t)(*p - '0');
        if (value > UINT16_MAX)
            return -EINVAL;
    }
    *ret_type = (uint16_t)value;
    return 0;
}

const char *dns_rcode_format(unsigned rcode, char *text)
{
    if (rcode < array_len(rcode_words) && rcode_words[rcode])
        snprintf(text, DNS_TYPE_TEXT_MAX, "%s", rcode_words[rcode]);
    else
        snprintf(text, DNS_TYPE_TEXT_MAX, "RCODE%u", rcode & 0xfff);
    return text;
}
