/* Any octets as a verdict: what is read can be written, and the written form reads back as the same octets. */
#include <assert.h>
#include <string.h>

#include "store/verdict_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct verdict v, again;
    static uint8_t first[VERDICT_FORM_MAX], second[VERDICT_FORM_MAX];
    static const struct verdict_id none;
    struct verdict_id replaced, replaced_again;
    if (verdict_form_read(bytes, len, &v, &replaced) < 0)
        return 0;
    const struct verdict_id *of = memcmp(&replaced, &none, sizeof none) ? &replaced : NULL;
    struct writer w = writer_of(first, sizeof first);
    assert(verdict_form_write(&v, of, &w) == 0);
    assert(verdict_form_read(first, w.len, &again, &replaced_again) == 0);
    assert(memcmp(&replaced, &replaced_again, sizeof replaced) == 0);
    struct writer w2 = writer_of(second, sizeof second);
    assert(verdict_form_write(&again, of, &w2) == 0 && w2.len == w.len && memcmp(first, second, w.len) == 0);
    return 0;
}
