/* Any octets as a stream of signed answers: whatever comes, nothing is believed that is not signed. First octet: the
 * algorithm; then messages, each behind its length (u16). */
#include <assert.h>

#include "proto/dns/transfer.h"
#include "proto/dns/tsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of(data, size);
    struct tsig_key key = {.algorithm = reader_u8(&r) % TSIG_ALGORITHM_COUNT, .secret = {1, 2, 3}, .secret_len = 3};
    uint8_t request[512];
    struct writer w = writer_of(request, sizeof request);
    struct tsig t;
    int e = dns_name_parse("key.example", 11, &key.name);
    assert(e == 0);
    transfer_write_request(&w, 0x1234, &key.name, DNS_TYPE_AXFR, 0);
    tsig_sign(&t, &key, &w, 1700000000);
    assert(!w.full);
    while (r.left > 0) {
        struct reader m = reader_sub(&r, reader_u16(&r));
        if (m.failed || tsig_verify(&t, m.at, m.left, 1700000000) < 0)
            break;
        assert(t.begun);
    }
    return 0;
}
