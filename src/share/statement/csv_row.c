/* Cuts rows and cells. */
#include "share/statement/csv_row.h"

#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/text.h"

/* A cell of the row that is read, by its place in the text. */
struct place {
    size_t from, len;
};

struct csv_cutter {
    size_t row_octets;
    int (*row)(void *self, const struct csv_row *row);
    void *self;
    uint64_t line, row_line;
    const char *flaw; /* of the row */
    size_t len, cell_from;
    char *raw; /* the octets of the first row, until its delimiter is known */
    size_t raw_len;
    char *text;
    struct place *places;
    struct csv_cell *cells;
    int result;
    unsigned columns, count;
    unsigned mark; /* octets of the byte order mark seen */
    char delimiter;
    bool is_looking;           /* for the delimiter */
    bool in_quotes, was_quote; /* the octet before was a quotation mark inside quotes: its end, or the first half of one */
    bool is_quoted;            /* the cell that is read began with a quotation mark */
    bool is_comment, has_any;  /* of the row */
    bool was_return;           /* the octet before was a carriage return outside of quotation marks: it ends the row, with a line feed or alone */
};

struct csv_cutter *csv_cutter_new(char delimiter, size_t row_octets, unsigned columns, int (*row)(void *self, const struct csv_row *row), void *self)
{
    struct csv_cutter *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    *c = (struct csv_cutter){.delimiter = delimiter, .row_octets = row_octets, .columns = columns, .row = row, .self = self, .line = 1,
                             .is_looking = delimiter == '\0'};
    c->text = malloc(row_octets);
    c->raw = malloc(row_octets);
    c->places = calloc(columns, sizeof *c->places);
    c->cells = calloc(columns, sizeof *c->cells);
    if (c->text && c->raw && c->places && c->cells)
        return c;
    csv_cutter_free(c);
    return NULL;
}

void csv_cutter_free(struct csv_cutter *c)
{
    if (!c)
        return;
    free(c->text);
    free(c->raw);
    free(c->places);
    free(c->cells);
    free(c);
}

static void end_cell(struct csv_cutter *c)
{
    size_t to = c->len;
    if (!c->flaw && c->count == c->columns)
        c->flaw = N_("the row has more columns than allowed");
    if (!c->flaw)
        c->places[c->count++] = (struct place){.from = c->cell_from, .len = to - c->cell_from};
    c->cell_from = c->len;
    c->is_quoted = false;
    c->was_quote = false;
}

static int end_row(struct csv_cutter *c)
{
    struct csv_row row = {.line = c->row_line, .flaw = c->flaw};
    bool is_row = c->has_any && !c->is_comment;
    if (is_row)
        end_cell(c);
    row.flaw = c->flaw;
    if (is_row && !c->flaw) {
        row.count = c->count;
        row.cell = c->cells;
        for (unsigned i = 0; i < c->count; i++)
            c->cells[i] = (struct csv_cell){.text = c->text + c->places[i].from, .len = c->places[i].len};
    }
    c->flaw = NULL;
    c->has_any = c->is_comment = c->in_quotes = c->was_quote = c->is_quoted = false;
    c->count = 0;
    c->len = c->cell_from = 0;
    return is_row ? c->row(c->self, &row) : 0;
}

static void put(struct csv_cutter *c, char octet)
{
    if (c->len == c->row_octets && !c->flaw)
        c->flaw = N_("the row is longer than allowed");
    if (!c->flaw)
        c->text[c->len++] = octet;
}

static bool only_blanks(const struct csv_cutter *c)
{
    for (size_t i = c->cell_from; i < c->len; i++)
        if (c->text[i] != ' ')
            return false;
    return true;
}

static int take(struct csv_cutter *c, char octet)
{
    bool is_ended = c->was_return && octet != '\n';
    c->was_return = false;
    if (is_ended) {
        c->line++;
        int result = end_row(c);
        if (result < 0)
            return result;
    }
    if (octet == '\n')
        c->line++;
    if (c->in_quotes && !c->was_quote) {
        c->was_quote = octet == '"';
        if (octet != '"')
            put(c, octet);
        return 0;
    }
    if (c->was_quote && octet == '"') {
        c->was_quote = false;
        put(c, '"');
        return 0;
    }
    c->in_quotes = c->was_quote = false;
    if (octet == '\n')
        return end_row(c);
    if (octet == '\r') {
        c->was_return = true;
        return 0;
    }
    if (!c->has_any) {
        c->has_any = true;
        c->is_comment = octet == '#';
        c->row_line = c->line;
    }
    if (c->is_comment)
        return 0;
    if (octet == c->delimiter) {
        end_cell(c);
        return 0;
    }
    if (octet == '"' && !c->is_quoted && only_blanks(c)) {
        c->len = c->cell_from;
        c->is_quoted = c->in_quotes = true;
        return 0;
    }
    /* Blanks behind the closing quotation mark are none of the cell's. */
    if (!(c->is_quoted && octet == ' '))
        put(c, octet);
    return 0;
}

/* Which delimiter is most frequent in the first row outside of quotation marks; a tie goes to the comma. */
static char frequent(const struct csv_cutter *c)
{
    static const char candidates[] = ",;\t|";
    unsigned best = 0;
    char delimiter = ',';
    for (const char *d = candidates; *d; d++) {
        unsigned count = 0;
        bool in_quotes = false;
        for (size_t i = 0; i < c->raw_len; i++) {
            in_quotes = in_quotes != (c->raw[i] == '"');
            count += !in_quotes && c->raw[i] == *d;
        }
        if (count > best) {
            best = count;
            delimiter = *d;
        }
    }
    return delimiter;
}

static int take_raw(struct csv_cutter *c)
{
    int result = 0;
    c->is_looking = false;
    c->delimiter = frequent(c);
    for (size_t i = 0; i < c->raw_len && result == 0; i++)
        result = take(c, c->raw[i]);
    return result;
}

/* Keeps the first row until it ends, and tells whether it has. Comments and empty lines before it are gone at once. */
static bool look(struct csv_cutter *c, char octet)
{
    if (c->raw_len == 0 && octet == '\n')
        c->line++;
    if (c->raw_len == 0 && (octet == '\n' || octet == '\r'))
        return false;
    c->raw[c->raw_len++] = octet;
    bool is_comment = c->raw[0] == '#', is_end = octet == '\n' || octet == '\r';
    if (is_end && is_comment) {
        c->line += octet == '\n';
        c->raw_len = 0;
        return false;
    }
    if (is_comment && c->raw_len == c->row_octets)
        c->raw_len = 1;
    return is_end || c->raw_len == c->row_octets;
}

int csv_cutter_feed(struct csv_cutter *c, const void *octets, size_t len)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    struct reader r = reader_of(octets, len);
    while (r.left > 0 && c->result == 0) {
        uint8_t octet = reader_u8(&r);
        if (c->mark < sizeof mark && octet == mark[c->mark]) {
            c->mark++;
            continue;
        }
        c->mark = sizeof mark;
        if (!c->is_looking)
            c->result = take(c, (char)octet);
        else if (look(c, (char)octet))
            c->result = take_raw(c);
    }
    return c->result;
}

int csv_cutter_finish(struct csv_cutter *c)
{
    if (c->result == 0 && c->is_looking)
        c->result = take_raw(c);
    if (c->in_quotes && !c->was_quote)
        c->flaw = N_("a quotation mark is not closed");
    if (c->result == 0)
        c->result = end_row(c);
    return c->result;
}
