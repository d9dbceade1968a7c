/* Reads CSV records (RFC 4180) and takes the name, or the host of the URL, in one column.
 *
 * A URL stands for exactly its host; a name for itself and everything below it, as in a list of plain names. A field in
 * quotes may hold commas, doubled quotes and line ends; a record's rule has the number of the line it begins on. Lines
 * that begin with '#' are comments, as feeds write them.
 */
#include "act/policy/list_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    FIELD_MAX = 2304,       /* of the column's field: longer than any URL that browsers take; the rest is cut */
    COLUMNS_MAX = 256,
    RECORD_LINES_MAX = 64,  /* then a quote was left open, and reading goes on behind the line it stood on */
};

struct list_csv {
    char column_name[LIST_COLUMN_MAX];
    unsigned column;   /* from 0 */
    bool column_known;
    bool first_seen;   /* a record has been read: the next is no header */
    /* the record being read */
    bool in_quotes, was_quoted, after_quotes, broken;
    unsigned field, lines;
    uint32_t begins;
    size_t len;
    char text[FIELD_MAX];
    /* of the first record: what each column holds, to choose by */
    unsigned named_column, valued_column; /* COLUMNS_MAX: none */
};

struct list_csv *list_csv_new(const char *column)
{
    struct list_csv *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    char *end;
    unsigned long number = strtoul(column, &end, 10);
    if (*column >= '0' && *column <= '9' && *end == '\0') {
        c->column_known = true;
        c->column = number >= 1 && number <= COLUMNS_MAX ? (unsigned)number - 1 : COLUMNS_MAX;
    } else {
        snprintf(c->column_name, sizeof c->column_name, "%s", column);
    }
    return c;
}

void list_csv_free(struct list_csv *c)
{
    free(c);
}

/* "http://user@host:80/path?query" to its host; false when there is no "://". */
static bool url_host(const struct list_word *w, struct list_word *ret_host)
{
    const char *p = memmem(w->at, w->len, "://", 3), *end = w->at + w->len;
    if (!p || p == w->at)
        return false;
    p += 3;
    const char *to = p;
    while (to < end && !strchr("/?#\\", *to))
        to++;
    const char *at = memrchr(p, '@', (size_t)(to - p));
    if (at)
        p = at + 1;
    if (p < to && *p == '[') { /* an IPv6 address */
        const char *close = memchr(p, ']', (size_t)(to - p));
        *ret_host = (struct list_word){p + 1, close ? (size_t)(close - p - 1) : 0};
        return true;
    }
    const char *colon = memchr(p, ':', (size_t)(to - p));
    *ret_host = (struct list_word){p, (size_t)((colon ? colon : to) - p)};
    return true;
}

/* Could a first record with this field be data and no header? */
static bool is_value(const struct list_word *w)
{
    struct list_word host;
    struct dns_name name;
    if (url_host(w, &host))
        return true;
    if (!memchr(w->at, '.', w->len) || list_word_name(w, &name) != LIST_FLAW_COUNT)
        return false;
    const uint8_t *top = name.wire + name.at[name.labels - 1u]; /* "1.5", "31.12.2026": numbers, not names */
    return top[top[0]] < '0' || top[top[0]] > '9';
}

static bool is_usual_header(const struct list_word *w)
{
    static const char *const words[] = {"domain", "domains", "domain_name", "domainname", "host",      "hostname",
                                        "fqdn",   "url",     "uri",         "name",       "indicator", "ioc_value"};
    for (size_t i = 0; i < array_len(words); i++)
        if (list_word_is(w, words[i]))
            return true;
    return false;
}

static bool must_keep(const struct list_csv *c)
{
    return !c->column_known || c->field == c->column;
}

static void keep(struct list_csv *c, char octet)
{
    if (must_keep(c) && c->len < FIELD_MAX)
        c->text[c->len++] = octet;
}

/* The record's field is whole: while the column is not known, looks whether this is it. */
static void end_field(struct list_csv *c)
{
    struct list_word w = list_trim(c->text, c->text + c->len);
    if (!c->column_known && c->field < COLUMNS_MAX) {
        bool named = c->column_name[0] ? list_word_is(&w, c->column_name) : is_usual_header(&w);
        if (named && !c->first_seen && c->named_column == COLUMNS_MAX)
            c->named_column = c->field;
        if (is_value(&w) && c->valued_column == COLUMNS_MAX && !c->column_name[0]) {
            c->valued_column = c->field;
            c->column = c->field; /* what follows is not kept: this field may be the record's */
            c->column_known = true;
        }
    }
    if (!c->column_known)
        c->len = 0;
    c->field++;
}

static void begin_record(struct list_csv *c, uint32_t line)
{
    c->in_quotes = c->was_quoted = c->after_quotes = c->broken = false;
    c->field = 0;
    c->lines = 0;
    c->len = 0;
    c->begins = line;
    c->named_column = c->valued_column = COLUMNS_MAX;
}

static void read_octets(struct list_csv *c, const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char o = line[i];
        if (c->in_quotes) {
            if (o != '"') {
                keep(c, o);
            } else if (i + 1 < len && line[i + 1] == '"') {
                keep(c, '"');
                i++;
            } else {
                c->in_quotes = false;
                c->after_quotes = true;
            }
        } else if (o == ',') {
            end_field(c);
            c->was_quoted = c->after_quotes = false;
        } else if (o == '"' && !c->was_quoted && (!must_keep(c) || c->len == 0)) {
            c->in_quotes = c->was_quoted = true;
        } else if (c->after_quotes && o != ' ' && o != '\t') {
            c->broken = true; /* "a"b */
        } else if (!c->after_quotes) {
            keep(c, o);
        }
    }
}

static void skip_record(struct list_csv *c, struct list_run *run, enum list_flaw flaw, const char *line, size_t len)
{
    uint32_t now = run->line;
    run->line = c->begins;
    list_skip(run, flaw, line, len);
    run->line = now;
}

static int give_field(struct list_csv *c, struct list_run *run, const char *line, size_t len)
{
    struct list_word w = list_trim(c->text, c->text + c->len), host;
    bool url = url_host(&w, &host);
    struct dns_name name;
    enum list_flaw flaw = list_word_name(url ? &host : &w, &name);
    if (flaw != LIST_FLAW_COUNT) {
        skip_record(c, run, flaw, line, len);
        return 0;
    }
    uint32_t now = run->line;
    run->line = c->begins;
    int e = list_give(run, &(struct list_rule){.name = &name,
                                               .action = DNS_ACTION_NXDOMAIN,
                                               .scope = url ? POLICY_SCOPE_EXACT : POLICY_SCOPE_BOTH});
    run->line = now;
    return e;
}

/* The record is whole. The line is its last one, to show when it is skipped. */
static int end_record(struct list_csv *c, struct list_run *run, const char *line, size_t len)
{
    bool first = !c->first_seen;
    c->first_seen = true;
    if (c->broken || c->in_quotes) {
        skip_record(c, run, LIST_FLAW_SYNTAX, line, len);
        return 0;
    }
    if (first && c->named_column != COLUMNS_MAX && c->valued_column == COLUMNS_MAX) {
        c->column = c->named_column;
        c->column_known = true;
        return 0; /* the header */
    }
    if (!c->column_known) {
        if (first && !c->column_name[0])
            return 0; /* a header of other words; the column shows itself later */
        skip_record(c, run, LIST_FLAW_COLUMN, line, len);
        return 0;
    }
    if (c->column >= c->field) {
        skip_record(c, run, LIST_FLAW_COLUMN, line, len);
        return 0;
    }
    struct list_word w = list_trim(c->text, c->text + c->len);
    if (first && !is_value(&w))
        return 0; /* the header over a column given by its number */
    return give_field(c, run, line, len);
}

int list_csv_line(struct list_csv *c, struct list_run *run, const char *line, size_t len)
{
    if (c->lines == 0) {
        struct list_word w = list_trim(line, line + len);
        if (w.len == 0 || *w.at == '#')
            return 0;
        begin_record(c, run->line);
    } else {
        keep(c, '\n');
    }
    read_octets(c, line, len);
    if (c->in_quotes && ++c->lines < RECORD_LINES_MAX)
        return 0;
    if (!c->in_quotes)
        end_field(c);
    c->lines = 0;
    return end_record(c, run, line, len);
}

int list_csv_end(struct list_csv *c, struct list_run *run)
{
    if (c->lines == 0)
        return 0;
    c->lines = 0;
    return end_record(c, run, "", 0);
}
