/* Finds out a list's format and hands each line to the reader of that format. */
#include "act/policy/list.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "act/policy/list_line.h"
#include "act/policy/list_rpz.h"
#include "base/text.h"

static const char *const format_words[] = {
    [LIST_FORMAT_AUTO] = "auto",       [LIST_FORMAT_NAMES] = "names",     [LIST_FORMAT_HOSTS] = "hosts",
    [LIST_FORMAT_RPZ] = "rpz",         [LIST_FORMAT_ADBLOCK] = "adblock", [LIST_FORMAT_CSV] = "csv",
    [LIST_FORMAT_DNSMASQ] = "dnsmasq", [LIST_FORMAT_UNBOUND] = "unbound",
};
_Static_assert(array_len(format_words) == LIST_FORMAT_COUNT, "one word per format");

static const char *const flaw_texts[] = {
    [LIST_FLAW_NAME] = N_("not a domain name"),
    [LIST_FLAW_ADDRESS] = N_("an address, not a name"),
    [LIST_FLAW_TOO_LONG] = N_("line too long"),
    [LIST_FLAW_SYNTAX] = N_("not in the list's format"),
    [LIST_FLAW_TYPE] = N_("record type not usable as local data"),
    [LIST_FLAW_TRIGGER] = N_("RPZ trigger that is not a prefix"),
    [LIST_FLAW_OUTSIDE] = N_("owner outside the zone"),
    [LIST_FLAW_MEANING] = N_("not a rule about a whole domain"),
    [LIST_FLAW_COLUMN] = N_("no such column"),
};
_Static_assert(array_len(flaw_texts) == LIST_FLAW_COUNT, "one text per flaw");

const char *list_format_word(enum list_format format)
{
    return (unsigned)format < LIST_FORMAT_COUNT ? format_words[format] : "unknown";
}

int list_format_parse(const char *word, enum list_format *ret_format)
{
    for (unsigned i = 0; i < LIST_FORMAT_COUNT; i++) {
        if (strcmp(format_words[i], word) == 0) {
            *ret_format = (enum list_format)i;
            return 0;
        }
    }
    return -EINVAL;
}

int list_reading_parse(const char *text, struct list_reading *ret_reading)
{
    struct list_reading r = {0};
    char word[LIST_FORMAT_TEXT_MAX];
    const char *colon = strchr(text, ':');
    size_t len = colon ? (size_t)(colon - text) : strlen(text);
    if (len >= sizeof word)
        return -EINVAL;
    memcpy(word, text, len);
    word[len] = '\0';
    if (list_format_parse(word, &r.format) < 0)
        return -EINVAL;
    if (colon) {
        size_t column_len = strlen(colon + 1);
        if (r.format != LIST_FORMAT_CSV || column_len == 0 || column_len >= sizeof r.column)
            return -EINVAL;
        memcpy(r.column, colon + 1, column_len);
        bool number = strspn(r.column, "0123456789") == column_len;
        if (number && (strtoul(r.column, NULL, 10) < 1 || column_len > 3))
            return -EINVAL;
    }
    *ret_reading = r;
    return 0;
}

const char *list_reading_format(const struct list_reading *r, char *text)
{
    const char *word = list_format_word(r->format);
    if (r->format == LIST_FORMAT_CSV && r->column[0])
        snprintf(text, LIST_FORMAT_TEXT_MAX, "%s:%s", word, r->column);
    else
        snprintf(text, LIST_FORMAT_TEXT_MAX, "%s", word);
    return text;
}

const char *list_flaw_text(enum list_flaw flaw)
{
    return (unsigned)flaw < LIST_FLAW_COUNT ? flaw_texts[flaw] : "unknown";
}

/* The mark that some editors put before UTF-8 text is no part of the first line. */
static void drop_mark(uint32_t number, const char **line, size_t *len)
{
    if (number == 1 && *len >= 3 && memcmp(*line, "\xef\xbb\xbf", 3) == 0) {
        *line += 3;
        *len -= 3;
    }
}

/* ---- which format ---- */

enum { LOOK_LINES = 200 };

static bool starts_with(const char *line, size_t len, const char *start)
{
    size_t n = strlen(start);
    return len >= n && memcmp(line, start, n) == 0;
}

/* What begins a line of one format and no other. */
static enum list_format format_of_start(const char *line, size_t len)
{
    static const struct {
        const char *start;
        enum list_format format;
    } starts[] = {
        {"[Adblock", LIST_FORMAT_ADBLOCK},   {"||", LIST_FORMAT_ADBLOCK},         {"@@", LIST_FORMAT_ADBLOCK},
        {"##", LIST_FORMAT_ADBLOCK},         {"address=/", LIST_FORMAT_DNSMASQ},  {"server=/", LIST_FORMAT_DNSMASQ},
        {"local=/", LIST_FORMAT_DNSMASQ},    {"local-zone:", LIST_FORMAT_UNBOUND}, {"local-data:", LIST_FORMAT_UNBOUND},
        {"server:", LIST_FORMAT_UNBOUND},
    };
    for (size_t i = 0; i < array_len(starts); i++)
        if (starts_with(line, len, starts[i].start))
            return starts[i].format;
    return LIST_FORMAT_AUTO;
}

/* A zone file gives itself away by a directive or by a record type after the owner; a hosts file by its address; CSV by a
 * comma or a URL, since no name has either. AUTO: the line says nothing. */
static enum list_format line_format(const char *line, size_t len)
{
    const char *at = line, *end = line + len;
    struct list_word all = list_trim(line, end), w;
    enum list_format format = format_of_start(all.at, all.len);
    if (format != LIST_FORMAT_AUTO)
        return format;
    if (!list_next_word(&at, end, &w) || *w.at == '!' || *w.at == ';')
        return LIST_FORMAT_AUTO;
    if (list_word_is(&w, "$ORIGIN") || list_word_is(&w, "$TTL"))
        return LIST_FORMAT_RPZ;
    struct addr addr;
    bool starts_with_addr = list_word_addr(&w, &addr);
    bool more = false;
    struct list_word next;
    while (list_next_word(&at, end, &next)) {
        more = true;
        if (list_word_is(&next, "SOA") || list_word_is(&next, "CNAME"))
            return LIST_FORMAT_RPZ;
    }
    if (starts_with_addr)
        return more ? LIST_FORMAT_HOSTS : LIST_FORMAT_AUTO;
    if (memchr(line, ',', (size_t)(at - line)) || memmem(w.at, w.len, "://", 3))
        return LIST_FORMAT_CSV;
    return LIST_FORMAT_NAMES;
}

int list_find_format(int fd, enum list_format *ret_format)
{
    struct lines *l = malloc(sizeof *l);
    if (!l)
        return -ENOMEM;
    off_t start = lseek(fd, 0, SEEK_CUR);
    lines_init(l, fd);
    enum list_format format = LIST_FORMAT_AUTO;
    const char *line;
    size_t len;
    int e = 1;
    while (format == LIST_FORMAT_AUTO && l->number < LOOK_LINES && (e = lines_next(l, &line, &len)) > 0) {
        drop_mark(l->number, &line, &len);
        format = line_format(line, len);
    }
    free(l);
    if (e < 0)
        return e;
    *ret_format = format == LIST_FORMAT_AUTO ? LIST_FORMAT_NAMES : format;
    return lseek(fd, start, SEEK_SET) < 0 ? -errno : 0;
}

/* ---- all ---- */

static int forward_rule(void *self, const struct list_rule *rule, uint32_t line)
{
    struct list_run *run = self;
    run->line = line;
    return list_give(run, rule);
}

static void forward_skip(void *self, enum list_flaw flaw, uint32_t line, const char *text, size_t len)
{
    struct list_run *run = self;
    run->line = line;
    list_skip(run, flaw, text, len);
}

/* A reading of one list: the readers that keep something from line to line. */
struct readers {
    enum list_format format;
    struct list_rpz *rpz;
    struct list_csv *csv;
};

static int make_readers(const struct list_reading *how, struct list_run *run, struct readers *ret_readers)
{
    struct readers r = {.format = how->format};
    if (how->format == LIST_FORMAT_RPZ)
        r.rpz = list_rpz_new((struct list_handler){.on_rule = forward_rule, .on_skip = forward_skip, .self = run});
    if (how->format == LIST_FORMAT_CSV)
        r.csv = list_csv_new(how->column);
    *ret_readers = r;
    return (how->format == LIST_FORMAT_RPZ && !r.rpz) || (how->format == LIST_FORMAT_CSV && !r.csv) ? -ENOMEM : 0;
}

static int read_line(struct readers *r, struct list_run *run, const char *line, size_t len)
{
    switch (r->format) {
    case LIST_FORMAT_RPZ:
        return list_rpz_line(r->rpz, line, len, run->line);
    case LIST_FORMAT_HOSTS:
        return list_hosts_line(run, line, len);
    case LIST_FORMAT_ADBLOCK:
        return list_adblock_line(run, line, len);
    case LIST_FORMAT_CSV:
        return list_csv_line(r->csv, run, line, len);
    case LIST_FORMAT_DNSMASQ:
        return list_dnsmasq_line(run, line, len);
    case LIST_FORMAT_UNBOUND:
        return list_unbound_line(run, line, len);
    default:
        return list_names_line(run, line, len);
    }
}

static int read_lines(struct lines *l, struct readers *r, struct list_run *run)
{
    const char *line;
    size_t len;
    int e, handled = 0;
    while (handled >= 0 && (e = lines_next(l, &line, &len)) > 0) {
        run->line = l->number;
        drop_mark(l->number, &line, &len);
        if (!l->too_long) {
            handled = read_line(r, run, line, len);
        } else {
            if (r->csv) /* a record that this line is part of ends here */
                handled = list_csv_end(r->csv, run);
            list_skip(run, LIST_FLAW_TOO_LONG, line, 80);
        }
    }
    if (handled >= 0 && e == 0 && r->csv)
        handled = list_csv_end(r->csv, run);
    return handled < 0 ? handled : e;
}

int list_read_as(int fd, const struct list_reading *how, struct list_handler handler, struct list_stats *ret_stats)
{
    struct list_stats stats = {0};
    struct list_reading found = *how;
    if (how->format == LIST_FORMAT_AUTO) {
        int e = list_find_format(fd, &found.format);
        if (e < 0)
            return e;
    }
    stats.format = found.format;
    struct list_run run = {.handler = handler, .stats = &stats};
    struct readers readers;
    autofree struct lines *l = malloc(sizeof *l);
    int e = make_readers(&found, &run, &readers);
    if (e == 0 && !l)
        e = -ENOMEM;
    if (e == 0) {
        lines_init(l, fd);
        e = read_lines(l, &readers, &run);
        stats.lines = l->number;
        *ret_stats = stats;
    }
    list_rpz_free(readers.rpz);
    list_csv_free(readers.csv);
    return e;
}

int list_read(int fd, enum list_format format, struct list_handler handler, struct list_stats *ret_stats)
{
    return list_read_as(fd, &(struct list_reading){.format = format}, handler, ret_stats);
}
