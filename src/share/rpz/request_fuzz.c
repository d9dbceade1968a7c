/* Any octets as a request to the server of zones: read without harm, and what is read fits the octets. */
#include <stdlib.h>

#include "share/rpz/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rpz_request r;
    uint16_t id;
    struct dns_name zone;
    if (size > RPZ_REQUEST_MAX)
        return 0;
    int rcode = rpz_request_read(data, size, &r);
    if (rcode >= 0 && (rcode > DNS_RCODE_BADVERS || r.question_len + DNS_HEADER_LEN > size))
        abort();
    if (rcode == DNS_RCODE_NOERROR && (r.question_len != r.zone.len + 4u || memcmp(r.question, data + DNS_HEADER_LEN, r.question_len) != 0))
        abort();
    if (rpz_notify_answer_read(data, size, &id, &zone) && rcode >= 0)
        abort(); /* never both */
    return 0;
}
