/* Any octets as a target: what comes out lies in the value, is terminated, and has no control characters. */
#include "proto/http/target.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_text(const struct http_target *t, const char *text)
{
    if (text[0] == '\0')
        return;
    if (text < t->text || text + strlen(text) >= t->text + sizeof t->text)
        abort();
    for (; *text; text++)
        if ((uint8_t)*text < ' ' || *text == 0x7f)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct http_target t;
    if (http_target_parse(reader_of(data, len), &t) < 0)
        return 0;
    if (t.segment_count < 1 || t.segment_count > HTTP_SEGMENTS_MAX || t.parameter_count > HTTP_PARAMETERS_MAX)
        abort();
    for (unsigned i = 0; i < t.segment_count; i++)
        check_text(&t, t.segments[i]);
    for (unsigned i = 0; i < t.parameter_count; i++) {
        check_text(&t, t.parameters[i].name);
        check_text(&t, t.parameters[i].value);
        if (http_target_parameter(&t, t.parameters[i].name) != t.parameters[i].value)
            abort();
    }
    return 0;
}
