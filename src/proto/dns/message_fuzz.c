/* Any octets as a message: walking stays inside; what packs fits, packs again to the same octets, and its TTL places are
 * right. First octet: DNSSEC records kept or not, and how much room there is. */
#include <assert.h>
#include <string.h>

#include "proto/dns/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const uint8_t *message, size_t len)
{
    struct dns_walk w;
    struct dns_record rec;
    struct dns_name name;
    if (dns_walk_begin(&w, message, len) < 0)
        return;
    while (dns_walk_next(&w, &rec) > 0) {
        assert(rec.rdata_at <= len && rec.rdata_len <= len - rec.rdata_at);
        for (unsigned n = 0; n < 3; n++)
            if (dns_record_name(&w, &rec, n, &name) == 0)
                assert(name.len >= 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t once[DNS_MESSAGE_MAX], twice[DNS_MESSAGE_MAX];
    static const size_t rooms[] = {DNS_MESSAGE_MAX, DNS_UDP_PAYLOAD_MAX, DNS_UDP_PLAIN_MAX, 64};
    if (size < 1)
        return 0;
    bool keep_dnssec = data[0] & 1;
    size_t room = rooms[data[0] >> 1 & 3];
    const uint8_t *message = data + 1;
    walk(message, size - 1);

    struct dns_pack_ttls ttls, again;
    int len = dns_message_pack(message, size - 1, keep_dnssec, once, room, &ttls);
    if (len < 0)
        return 0;
    assert((size_t)len <= room);
    for (unsigned i = 0; i < ttls.count; i++) {
        assert(ttls.at[i] >= DNS_HEADER_LEN + 5 && ttls.at[i] + 6 <= len && (i == 0 || ttls.at[i] > ttls.at[i - 1]));
        assert(once[ttls.at[i]] < 0x80);
    }
    walk(once, (size_t)len);
    int second = dns_message_pack(once, (size_t)len, keep_dnssec, twice, room, &again);
    assert(second == len && memcmp(once, twice, (size_t)len) == 0);
    assert(again.count == ttls.count && again.min_s == ttls.min_s);
    return 0;
}
