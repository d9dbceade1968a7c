/* Which column of a CSV file says what: "subject=URL,from=1,reason=description,delimiter=tab".
 *
 * docs/formats/csv-map.md has the fields. A column is a number from 1, or a name of the header in any letter case. Pure; any thread.
 */
#ifndef HINOMI_SHARE_STATEMENT_CSV_MAP_H
#define HINOMI_SHARE_STATEMENT_CSV_MAP_H

#include <stdbool.h>

#include "base/attr.h"
#include "share/statement/csv_row.h"

enum csv_field {
    CSV_SUBJECT,
    CSV_KIND,
    CSV_CLAIM,
    CSV_PROBABILITY,
    CSV_SEVERITY,
    CSV_TLP,
    CSV_PAP,
    CSV_REASON,
    CSV_EVIDENCE,
    CSV_MADE,
    CSV_FROM,
    CSV_UNTIL,
    CSV_FIELD_COUNT
};

enum { CSV_NAME_MAX = 64, CSV_COLUMN_NONE = 0 };

struct csv_map {
    char delimiter; /* '\0': to be found */
    bool has_header;
    struct {
        unsigned number;         /* from 1; CSV_COLUMN_NONE: to be found by name, or not there */
        char name[CSV_NAME_MAX]; /* empty: by number, or not there */
    } column[CSV_FIELD_COUNT];
};

/* NULL text: every field stands in the column of its own name. NULL, or why it is no map: N_() text. */
const char *csv_map_read(const char *text, struct csv_map *ret_map);
/* Finds the columns by their names. NULL, or why that fails: N_() text. */
const char *csv_map_take_header(struct csv_map *map, const struct csv_row *header);
/* The cell without blanks around it; len 0 when there is none. */
struct csv_cell csv_map_cell(const struct csv_map *map, enum csv_field field, const struct csv_row *row);

#endif
