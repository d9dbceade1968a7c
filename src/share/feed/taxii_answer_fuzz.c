/* Fuzzes the answers of TAXII servers: whatever comes, identifiers and marks that come out are fit for a request. */
#include <stdlib.h>
#include <string.h>

#include "share/feed/taxii_answer.h"

static void hold(bool what)
{
    if (!what)
        abort();
}

static void hold_word(const char *text, size_t max)
{
    hold(strnlen(text, max) < max);
    for (; *text; text++)
        hold((unsigned char)*text > 0x20 && (unsigned char)*text < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char url[TAXII_ANSWER_URL_MAX];
    struct taxii_answer_collection found;
    struct taxii_envelope_end end;
    uint64_t failures;
    if (taxii_answer_root(data, size, url) == 0)
        hold_word(url, sizeof url);
    if (taxii_answer_find(data, size, "to-b", &found) == 0)
        hold_word(found.id, sizeof found.id);
    if (taxii_answer_find_writable(data, size, "00000000-0000-4000-8000-000000000001", &found) == 0)
        hold_word(found.id, sizeof found.id);
    if (taxii_answer_status(data, size, &failures) == 0)
        hold(failures <= INT64_MAX);
    struct taxii_envelope *e = taxii_envelope_new();
    if (!e)
        return 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < size; i += 7)
        r = taxii_envelope_feed(e, data + i, size - i < 7 ? size - i : 7);
    if (r == 0 && taxii_envelope_finish(e, &end) == 0)
        hold_word(end.next, sizeof end.next);
    taxii_envelope_free(e);
    return 0;
}
