/* Any text as a column map, and as a header for it: no column is beyond what is allowed. */
#include "share/statement/csv_map.h"

#include <assert.h>
#include <string.h>

#include "share/statement/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[512];
    struct csv_map map;
    struct csv_cell cells[3] = {{"Subject", 7}, {"  url ", 6}, {"claim", 5}};
    struct csv_row row = {.line = 1, .count = 3, .cell = cells};
    if (size >= sizeof text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const char *why = csv_map_read(text, &map);
    if (why) {
        assert(*why);
        return 0;
    }
    (void)csv_map_take_header(&map, &row);
    for (unsigned i = 0; i < CSV_FIELD_COUNT; i++) {
        struct csv_cell cell = csv_map_cell(&map, (enum csv_field)i, &row);
        assert(map.column[i].number <= STATEMENT_COLUMNS_MAX && cell.len <= 7 && (cell.len == 0 || cell.text[0] != ' '));
        assert(strlen(map.column[i].name) < CSV_NAME_MAX);
    }
    return 0;
}
