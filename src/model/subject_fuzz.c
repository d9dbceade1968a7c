/* Any octets as each kind of subject: what is taken fits, and its canonical form is canonical. */
#include "model/subject.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct subject once, twice;
    for (unsigned k = 0; k < SUBJECT_KIND_COUNT; k++) {
        if (subject_read((enum subject_kind)k, (const char *)bytes, len, &once) < 0)
            continue;
        size_t n = strlen(once.value);
        assert(n > 0 && n < sizeof once.value);
        assert(subject_read(once.kind, once.value, n, &twice) == 0);
        assert(subject_equal(&once, &twice));
    }
    (void)!subject_guess((const char *)bytes, len, &once);
    return 0;
}
