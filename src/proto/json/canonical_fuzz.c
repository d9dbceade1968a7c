/* Any JSON: its canonical form is read as the same value, and is its own canonical form. */
#include "proto/json/canonical.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 1 << 20 };

/* All numbers as doubles, so that a large one can be read again: the text does not tell an integer from a real. */
static json_t *load(const uint8_t *text, size_t len)
{
    return json_loadb((const char *)text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    json_t *value = load(data, size);
    uint8_t *text = NULL;
    size_t len = 0;
    if (value && json_canonical_new(value, TEXT_MAX, &text, &len) == 0) {
        json_t *again = load(text, len);
        assert(again && json_equal(value, again));
        uint8_t *same = NULL;
        size_t same_len = 0;
        int result = json_canonical_new(again, TEXT_MAX, &same, &same_len);
        assert(result == 0 && same_len == len && memcmp(same, text, len) == 0);
        json_decref(again);
        free(same);
    }
    free(text);
    json_decref(value);

    /* As the program reads it: an integer is the same text as the double of its value. */
    value = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);
    text = NULL;
    if (value && json_canonical_new(value, TEXT_MAX, &text, &len) == 0) {
        json_t *as_real = load(text, len);
        uint8_t *same = NULL;
        size_t same_len = 0;
        int result = json_canonical_new(as_real, TEXT_MAX, &same, &same_len);
        assert(result == 0 && same_len == len && memcmp(same, text, len) == 0);
        json_decref(as_real);
        free(same);
    }
    free(text);
    json_decref(value);
    return 0;
}
