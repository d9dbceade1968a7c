/* Reads any octets as an answer about TXT records. */
#include <assert.h>
#include <string.h>

#include "share/feed/txt_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
    struct txt_answer a;
    struct dns_name name;
    if (dns_name_parse("_h.example", 10, &name) < 0 || len < 2)
        return 0;
    if (txt_answer_read(octets, len, &name, (uint16_t)(octets[0] << 8 | octets[1]), &a) < 0)
        return 0;
    assert(a.count <= TXT_COUNT_MAX);
    for (unsigned i = 0; i < a.count; i++)
        for (const char *at = a.text[i]; *at; at++)
            assert(*at >= ' ' && *at <= '~' && memchr(a.text[i], '\0', TXT_TEXT_MAX));
    return 0;
}
