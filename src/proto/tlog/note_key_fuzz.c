/* Any text as a key or a signer: what is taken is the same key when written, and its text can be longer only by letters' case. */
#include "proto/tlog/note_key.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[NOTE_KEY_TEXT_MAX];
    struct note_key k, same;
    if (note_key_parse((const char *)data, size, &k) == 0) {
        int len = note_key_format(&k, text), result = note_key_parse(text, (size_t)len, &same);
        assert((size_t)len == size && result == 0 && memcmp(&k, &same, sizeof k) == 0);
    }
    struct note_signer s, same_signer;
    if (note_signer_parse((const char *)data, size, &s) == 0) {
        int len = note_signer_format(&s, text), result = note_signer_parse(text, (size_t)len, &same_signer);
        assert((size_t)len == size && result == 0 && memcmp(&s, &same_signer, sizeof s) == 0);
    }
    return 0;
}
