/* Reads column maps. */
#include "share/statement/csv_map.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "share/statement/statement.h"

static const char *const fields[] = {
    [CSV_SUBJECT] = "subject", [CSV_KIND] = "kind",     [CSV_CLAIM] = "claim",       [CSV_PROBABILITY] = "probability",
    [CSV_SEVERITY] = "severity", [CSV_TLP] = "tlp",     [CSV_PAP] = "pap",           [CSV_REASON] = "reason",
    [CSV_EVIDENCE] = "evidence", [CSV_MADE] = "made",   [CSV_FROM] = "from",         [CSV_UNTIL] = "until",
};
static_assert(array_len(fields) == CSV_FIELD_COUNT, "each field has its word");

/* 0: it is no number of a column. */
static unsigned number_of(const char *text, size_t len)
{
    unsigned number = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || number > STATEMENT_COLUMNS_MAX)
            return 0;
        number = number * 10 + (unsigned)(text[i] - '0');
    }
    return number <= STATEMENT_COLUMNS_MAX ? number : 0;
}

static bool is_word(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

static const char *take_delimiter(const char *value, size_t len, struct csv_map *map)
{
    if (is_word(value, len, "tab"))
        map->delimiter = '\t';
    else if (is_word(value, len, "comma"))
        map->delimiter = ',';
    else if (len == 1 && *value != '"' && *value > ' ')
        map->delimiter = *value;
    else
        return N_("the delimiter of a column map is one character, or \"tab\" or \"comma\"");
    return NULL;
}

/* One "field=column". */
static const char *take_part(const char *part, size_t len, struct csv_map *map, bool *header_said)
{
    const char *equal = memchr(part, '=', len);
    if (!equal || equal + 1 == part + len)
        return N_("a column map is of the form FIELD=COLUMN,FIELD=COLUMN, a column being a number from 1 or a name of the header");
    size_t name_len = (size_t)(equal - part), value_len = len - name_len - 1;
    const char *value = equal + 1;
    if (is_word(part, name_len, "delimiter"))
        return take_delimiter(value, value_len, map);
    if (is_word(part, name_len, "header")) {
        *header_said = true;
        map->has_header = is_word(value, value_len, "yes");
        return map->has_header || is_word(value, value_len, "no") ? NULL : N_("header is yes or no");
    }
    for (unsigned i = 0; i < CSV_FIELD_COUNT; i++) {
        if (!is_word(part, name_len, fields[i]))
            continue;
        if (value_len >= CSV_NAME_MAX)
            return N_("the name of a column is too long; give its number");
        map->column[i].number = number_of(value, value_len);
        bool is_number = map->column[i].number > 0;
        memcpy(map->column[i].name, value, is_number ? 0 : value_len);
        map->column[i].name[is_number ? 0 : value_len] = '\0';
        return NULL;
    }
    return N_("a column map has the fields subject, kind, claim, probability, severity, tlp, pap, reason, evidence, made, from, until, delimiter, header");
}

const char *csv_map_read(const char *text, struct csv_map *ret_map)
{
    struct csv_map map = {0};
    bool header_said = false, needs_header = !text;
    for (unsigned i = 0; i < CSV_FIELD_COUNT && !text; i++)
        memcpy(map.column[i].name, fields[i], strlen(fields[i]) + 1);
    while (text && *text) {
        /* A comma as the delimiter itself is written out, so that commas part the fields alone. */
        size_t len = strcspn(text, ",");
        const char *why = take_part(text, len, &map, &header_said);
        if (why)
            return why;
        text += len;
        text += *text == ',';
    }
    for (unsigned i = 0; i < CSV_FIELD_COUNT; i++)
        needs_header = needs_header || map.column[i].name[0];
    if (!map.column[CSV_SUBJECT].name[0] && map.column[CSV_SUBJECT].number == CSV_COLUMN_NONE)
        return N_("a column map must say where the subject is: subject=COLUMN");
    if (needs_header && header_said && !map.has_header)
        return N_("columns by name need a header; give their numbers");
    map.has_header = needs_header || map.has_header;
    *ret_map = map;
    return NULL;
}

static struct csv_cell trim(struct csv_cell cell)
{
    while (cell.len > 0 && (*cell.text == ' ' || *cell.text == '\t')) {
        cell.text++;
        cell.len--;
    }
    while (cell.len > 0 && (cell.text[cell.len - 1] == ' ' || cell.text[cell.len - 1] == '\t'))
        cell.len--;
    return cell;
}

const char *csv_map_take_header(struct csv_map *map, const struct csv_row *header)
{
    for (unsigned i = 0; i < CSV_FIELD_COUNT; i++)
        for (unsigned c = 0; c < header->count && map->column[i].name[0] && map->column[i].number == CSV_COLUMN_NONE; c++) {
            struct csv_cell name = trim(header->cell[c]);
            if (is_word(name.text, name.len, map->column[i].name))
                map->column[i].number = c + 1;
        }
    if (map->column[CSV_SUBJECT].number == CSV_COLUMN_NONE)
        return N_("the header has no column of the name that the column map gives for the subject");
    return NULL;
}

struct csv_cell csv_map_cell(const struct csv_map *map, enum csv_field field, const struct csv_row *row)
{
    unsigned number = map->column[field].number;
    if (number == CSV_COLUMN_NONE || number > row->count)
        return (struct csv_cell){.text = "", .len = 0};
    return trim(row->cell[number - 1]);
}
