/* CSV: one statement for each row, by a map of the columns. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "share/statement/claim_word.h"
#include "share/statement/csv_map.h"
#include "share/statement/csv_row.h"
#include "share/statement/share_level.h"
#include "share/statement/statement_impl.h"

enum { WORD_MAX = 64, US = 1000000 };

struct csv {
    struct statement_reader *reader;
    struct csv_cutter *cutter;
    struct csv_map map;
    bool has_header; /* was seen */
};

/* The cell as a text; false when it does not fit or has a NUL. */
static bool cell_text(struct csv_cell cell, char *to, size_t max)
{
    if (cell.len >= max || memchr(cell.text, '\0', cell.len))
        return false;
    memcpy(to, cell.text, cell.len);
    to[cell.len] = '\0';
    return true;
}

/* RFC 3339; a day alone; a day with / between, and a time without a zone, which is UTC; seconds since 1970. 0: none; -EINVAL. */
static int read_time(struct csv_cell cell, int64_t *ret_us)
{
    char text[WORD_MAX], whole[WORD_MAX + 16];
    int64_t us = 0;
    if (cell.len == 0)
        return 0;
    if (!cell_text(cell, text, sizeof text))
        return -EINVAL;
    if (strspn(text, "0123456789") == cell.len && cell.len >= 9 && cell.len <= 11) {
        *ret_us = strtoll(text, NULL, 10) * US;
        return 0;
    }
    if (cell.len < 10)
        return -EINVAL;
    if (text[4] == '/' && text[7] == '/')
        text[4] = text[7] = '-';
    if (cell.len > 10 && text[10] == ' ')
        text[10] = 'T';
    const char *rest = cell.len == 10 ? "T00:00:00Z" : cell.len == 16 ? ":00Z" : strpbrk(text + 10, "Zz+") || strchr(text + 10, '-') ? "" : "Z";
    snprintf(whole, sizeof whole, "%s%s", text, rest);
    if (timestamp_parse(whole, strlen(whole), &us) < 0 || us <= 0)
        return -EINVAL;
    *ret_us = us;
    return 0;
}

static const char *take_claim(const struct csv *c, const struct csv_row *row, struct verdict *v)
{
    struct csv_cell cell = csv_map_cell(&c->map, CSV_CLAIM, row);
    char word[WORD_MAX];
    enum claim claim;
    if (cell.len == 0)
        return c->reader->options.has_claim ? NULL : N_("the row does not say what the subject is: give a claim");
    if (!cell_text(cell, word, sizeof word) || (claim_parse(word, &claim) < 0 && claim_word_parse(word, cell.len, &claim) < 0))
        return N_("the claim of the row is not known");
    if (claim_traits(claim)->group == CLAIM_DIRECTIVE)
        return N_("a document cannot say what is to be blocked or allowed; that is for hinomi block, allow and import");
    v->claim = claim;
    return NULL;
}

static const char *take_levels(const struct csv *c, const struct csv_row *row, struct verdict *v)
{
    char word[WORD_MAX], *end;
    struct csv_cell cell = csv_map_cell(&c->map, CSV_PROBABILITY, row);
    if (cell.len > 0) {
        double percent = cell_text(cell, word, sizeof word) ? strtod(word, &end) : 0;
        if (!(percent >= 0.1 && percent <= 100) || (*end && strcmp(end, "%") != 0))
            return N_("the probability of the row is not 0.1 to 100 per cent");
        v->probability = (uint16_t)(percent * 10 + 0.5);
    }
    cell = csv_map_cell(&c->map, CSV_SEVERITY, row);
    if (cell.len > 0 && (!cell_text(cell, word, sizeof word) || verdict_severity_parse(word, &v->severity) < 0))
        return N_("the severity is low, medium, high or critical");
    cell = csv_map_cell(&c->map, CSV_TLP, row);
    if (cell.len > 0 && (!cell_text(cell, word, sizeof word) || verdict_tlp_parse(word, &v->tlp) < 0))
        return N_("the sharing level is clear, green, amber, amber+strict or red");
    cell = csv_map_cell(&c->map, CSV_PAP, row);
    if (cell.len > 0 && (!cell_text(cell, word, sizeof word) || verdict_pap_parse(word, &v->pap) < 0))
        return N_("the level of permissible action is clear, green, amber or red");
    return NULL;
}

static const char *take_subject(const struct csv *c, const struct csv_row *row)
{
    struct csv_cell cell = csv_map_cell(&c->map, CSV_SUBJECT, row), kind_cell = csv_map_cell(&c->map, CSV_KIND, row);
    char word[WORD_MAX];
    enum subject_kind kind = c->reader->options.kind;
    bool has_kind = c->reader->options.has_kind;
    if (cell.len == 0)
        return N_("the row has no subject");
    if (kind_cell.len > 0) {
        has_kind = true;
        if (!cell_text(kind_cell, word, sizeof word) || subject_kind_parse(word, &kind) < 0)
            return N_("no such kind of subject");
    }
    return statement_take_subject(c->reader, has_kind ? (int)kind : -1, cell.text, cell.len);
}

static const char *take_times(const struct csv *c, const struct csv_row *row, bool *ret_has_time)
{
    int64_t made_us = 0, from_us = 0, until_us = 0;
    if (read_time(csv_map_cell(&c->map, CSV_MADE, row), &made_us) < 0 || read_time(csv_map_cell(&c->map, CSV_FROM, row), &from_us) < 0 ||
        read_time(csv_map_cell(&c->map, CSV_UNTIL, row), &until_us) < 0)
        return N_("a time is of the form 2026-12-31, 2026-12-31 18:00:00 or 2026-12-31T18:00:00+09:00");
    made_us = made_us ? made_us : from_us;
    *ret_has_time = made_us != 0;
    statement_set_times(c->reader, made_us, from_us, until_us);
    return NULL;
}

static int take_row(void *self, const struct csv_row *row)
{
    struct csv *c = self;
    struct statement_reader *r = c->reader;
    if (!row->flaw && c->map.has_header && !c->has_header) {
        const char *why = csv_map_take_header(&c->map, row);
        c->has_header = true;
        return why ? statement_refuse(r, why, row->line, 0) : 0;
    }
    struct verdict *v = statement_begin(r);
    struct csv_cell subject = csv_map_cell(&c->map, CSV_SUBJECT, row); /* empty when the row has a flaw, and so no cells */
    bool has_time = false;
    const char *why = row->flaw ? row->flaw : take_subject(c, row);
    why = why ? why : take_claim(c, row, v);
    why = why ? why : take_levels(c, row, v);
    why = why ? why : take_times(c, row, &has_time);
    if (why) {
        statement_leave_out(r, true, row->line, NULL, why, subject.text, subject.len);
        return 0;
    }
    struct csv_cell reason = csv_map_cell(&c->map, CSV_REASON, row), evidence = csv_map_cell(&c->map, CSV_EVIDENCE, row);
    char reference[VERDICT_REFERENCE_MAX];
    statement_add_reason(v, "", reason.text, reason.len);
    if (evidence.len > 0 && cell_text(evidence, reference, sizeof reference))
        statement_add_evidence(v, VERDICT_EVIDENCE_DOCUMENT, reference);
    return statement_give(r, row->line, has_time);
}

static void close_rows(void *form)
{
    struct csv *c = form;
    csv_cutter_free(c->cutter);
    free(c);
}

static void *open_rows(struct statement_reader *r)
{
    struct csv_map map;
    const char *why = csv_map_read(r->options.map, &map);
    if (why) {
        (void)statement_refuse(r, why, 0, 0);
        return NULL;
    }
    struct csv *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->reader = r;
    c->map = map;
    c->cutter = csv_cutter_new(map.delimiter, STATEMENT_ROW_OCTETS, STATEMENT_COLUMNS_MAX, take_row, c);
    if (c->cutter)
        return c;
    free(c);
    return NULL;
}

static int feed_rows(void *form, const void *octets, size_t len)
{
    struct csv *c = form;
    return csv_cutter_feed(c->cutter, octets, len);
}

static int finish_rows(void *form)
{
    struct csv *c = form;
    return csv_cutter_finish(c->cutter);
}

const char *statement_map_check(const char *map)
{
    struct csv_map read;
    return csv_map_read(map, &read);
}

const struct statement_form statement_csv = {.open = open_rows, .close = close_rows, .feed = feed_rows, .finish = finish_rows};
