/* Walks over JSON and cleans its texts. */
#include "apps/command/harmless.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static bool is_obeyed(uint32_t c)
{
    bool is_control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
    bool is_direction = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return is_control || is_direction;
}

/* Writes the text to `to` (NULL: nowhere), which has room for it. Its new length. */
static size_t clean(const char *text, size_t len, char *to, bool *ret_changed)
{
    struct reader r = reader_of(text, len);
    size_t n = 0;
    *ret_changed = false;
    while (r.left > 0) {
        const uint8_t *at = r.at;
        bool is_bad = is_obeyed(utf8_take(&r));
        size_t octets = is_bad ? 1 : (size_t)(r.at - at);
        if (to)
            memcpy(to + n, is_bad ? "?" : (const char *)at, octets);
        n += octets;
        *ret_changed |= is_bad;
    }
    return n;
}

static void clean_text(json_t *value)
{
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    bool changed;
    (void)clean(text, len, NULL, &changed);
    if (!changed)
        return;
    char *to = malloc(len + 1);
    size_t n = to ? clean(text, len, to, &changed) : 0;
    json_string_setn_nocheck(value, to ? to : "", n);
    free(to);
}

void harmless_make(json_t *value)
{
    const char *key;
    json_t *one;
    size_t i;
    if (json_is_string(value))
        clean_text(value);
    json_array_foreach(value, i, one)
    {
        harmless_make(one);
    }
    json_object_foreach(value, key, one)
    {
        if (strcmp(key, "object") != 0)
            harmless_make(one);
    }
}
