/* Any octets as a client's query: what is said of them holds. */
#include <assert.h>
#include <string.h>

#include "proto/dns/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_query q;
    enum dns_flaw flaw = dns_query_read(data, size, &q);
    assert(flaw < DNS_FLAW_COUNT && q.flaw == flaw && q.udp_size >= DNS_UDP_PLAIN_MAX);
    assert((flaw == DNS_FLAW_SHORT) == (size < DNS_HEADER_LEN));
    if (q.question_len > 0) {
        assert(DNS_HEADER_LEN + (size_t)q.question_len <= size && q.question_len == q.name.len + 4);
        assert(data[DNS_HEADER_LEN + q.name.len - 1] == 0);
    } else {
        assert(flaw != DNS_FLAW_NONE);
    }
    assert(q.edns || (!q.dnssec_ok && q.edns_version == 0));
    assert(!q.has_server_cookie || q.has_cookie);
    assert(q.edns || (!q.has_cookie && !q.keepalive));
    return 0;
}
