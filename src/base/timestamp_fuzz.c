/* Any octets as a timestamp: what is taken comes back through its text. */
#include <assert.h>
#include <string.h>

#include "base/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char text[TIMESTAMP_TEXT_MAX];
    int64_t us, again;
    if (timestamp_parse((const char *)bytes, len, &us) < 0)
        return 0;
    timestamp_format(us, text);
    assert(timestamp_parse(text, strlen(text), &again) == 0);
    /* An offset may lead out of the years that can be written. */
    assert(again == us || strncmp(text, "0001-01-01", 10) == 0 || strncmp(text, "9999-12-31", 10) == 0);
    return 0;
}
