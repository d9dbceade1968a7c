/* Any octets as a form: what comes out lies in the value, is terminated, and has no control characters but those of lines. */
#include "proto/http/form.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_text(const struct http_form *f, const char *text)
{
    if (text[0] == '\0')
        return;
    if (text < f->text || text + strlen(text) >= f->text + sizeof f->text)
        abort();
    for (; *text; text++)
        if (((uint8_t)*text < ' ' && !strchr("\r\n\t", *text)) || *text == 0x7f)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct http_form f;
    if (http_form_parse(reader_of(data, len), &f) < 0)
        return 0;
    if (f.count > HTTP_FORM_FIELDS_MAX)
        abort();
    for (unsigned i = 0; i < f.count; i++) {
        check_text(&f, f.fields[i].name);
        check_text(&f, f.fields[i].value);
        if (http_form_field(&f, f.fields[i].name) != f.fields[i].value)
            abort();
    }
    return 0;
}
