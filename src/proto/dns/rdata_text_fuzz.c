/* Two octets of type and any data: the text is terminated, fits, and is printable ASCII. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/dns/rdata_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 65537)
        return 0;
    uint16_t type = (uint16_t)(data[0] << 8 | data[1]);
    char *text = malloc(DNS_RDATA_TEXT_MAX(size - 2));
    assert(text);
    size_t len = dns_rdata_format(type, data + 2, size - 2, text);
    assert(len > 0 && len < DNS_RDATA_TEXT_MAX(size - 2) && strlen(text) == len);
    for (size_t i = 0; i < len; i++)
        assert(text[i] >= 0x20 && text[i] < 0x7f);
    free(text);
    return 0;
}
