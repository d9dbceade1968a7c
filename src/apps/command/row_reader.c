/* Splits blocks of rows and gives each to its printer. */
#include "apps/command/row_reader.h"

#include <stdlib.h>
#include <string.h>

#include "apps/command/control_client.h"
#include "apps/command/harmless.h"

int64_t row_number(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    const char *text = json_string_value(value); /* engines differ in quoting 64-bit numbers */
    return text ? strtoll(text, NULL, 10) : json_integer_value(value);
}

static void print(const struct row_reader *rows, json_t *row)
{
    harmless_make(row);
    rows->print(row);
}

void row_reader_take(void *self, const char *bytes, size_t len)
{
    struct row_reader *rows = self;
    while (len > 0) {
        const char *lf = memchr(bytes, '\n', len);
        size_t n = lf ? (size_t)(lf - bytes) : len;
        json_t *row = n > 0 ? json_loadb(bytes, n, 0, NULL) : NULL;
        if (row) {
            rows->count++;
            int64_t seq = row_number(row, "seq");
            if (seq > rows->last_seq)
                rows->last_seq = seq;
            if (rows->take)
                rows->take(rows->self, row);
            else if (rows->json)
                control_client_print_json(row);
            else
                print(rows, row);
            json_decref(row);
        }
        bytes += n + (lf ? 1 : 0);
        len -= n + (lf ? 1 : 0);
    }
}

const char *row_text(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}
