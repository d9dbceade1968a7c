/* Any octets as a server's word: what is believed lies between the zone and the name, and what is written is
 * read as the same again. */
#include <assert.h>
#include <string.h>

#include "proto/dns/message.h"
#include "proto/dns/referral.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct dns_name root = {.len = 1};
    static struct dns_referral once, again;
    static uint8_t message[DNS_REFERRAL_FORMAT_MAX];
    struct dns_walk w;
    if (dns_walk_begin(&w, data, size) < 0)
        return 0;
    if (dns_referral_read(data, size, &root, &w.qname, &once) != DNS_REFERRAL_CUT)
        return 0;
    assert(once.zone.labels > 0 && dns_name_within(&w.qname, &once.zone) && once.server_count > 0);
    size_t len = dns_referral_format(DNS_REFERRAL_CUT, &once.zone, &once, message, sizeof message);
    assert(len > 0 && dns_referral_read(message, len, &root, &once.zone, &again) == DNS_REFERRAL_CUT);
    assert(again.server_count == once.server_count && again.glue_count == once.glue_count &&
           again.ttl_s == once.ttl_s);
    for (unsigned i = 0; i < once.server_count; i++)
        assert(dns_name_equal(&once.servers[i], &again.servers[i]) && once.has_glue[i] == again.has_glue[i]);
    assert(memcmp(once.glue, again.glue, once.glue_count * sizeof once.glue[0]) == 0);
    return 0;
}
