/* Reads plain names and hosts files, finds out a list's format, and hands zone lines to the RPZ reader. */
#include "act/policy/list.h"

#include <errno.h>
#include <unistd.h>

#include "act/policy/data.h"
#include "act/policy/list_rpz.h"
#include "base/addr.h"
#include "base/text.h"

static const char *const format_words[] = {
    [LIST_FORMAT_AUTO] = "auto",
    [LIST_FORMAT_NAMES] = "names",
    [LIST_FORMAT_HOSTS] = "hosts",
    [LIST_FORMAT_RPZ] = "rpz",
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

const char *list_flaw_text(enum list_flaw flaw)
{
    return (unsigned)flaw < LIST_FLAW_COUNT ? flaw_texts[flaw] : "unknown";
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The next word of a line, up to blank, '#' or the end; false when there is none. */
static bool next_word(const char **at, const char *end, const char **ret_word, size_t *ret_len)
{
    const char *p = *at;
    while (p < end && is_blank(*p))
        p++;
    const char *start = p;
    while (p < end && !is_blank(*p) && *p != '#')
        p++;
    *at = p;
    *ret_word = start;
    *ret_len = (size_t)(p - start);
    return p > start;
}

static bool word_is_addr(const char *word, size_t len, struct addr *ret_addr)
{
    char text[ADDR_TEXT_MAX];
    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, word, len);
    text[len] = '\0';
    return addr_parse(text, ret_addr) == 0;
}

struct list_run {
    struct list_handler handler;
    struct list_stats *stats;
    uint32_t line;
};

static void skip(struct list_run *run, enum list_flaw flaw, const char *text, size_t len)
{
    run->stats->skipped[flaw]++;
    run->stats->skipped_all++;
    if (run->handler.on_skip)
        run->handler.on_skip(run->handler.self, flaw, run->line, text, len);
}

/* ---- plain names ---- */

static int read_names_line(struct list_run *run, const char *line, size_t len)
{
    const char *at = line, *end = line + len, *word;
    size_t word_len;
    if (!next_word(&at, end, &word, &word_len) || *word == '!' || *word == ';')
        return 0;
    if (word_len > 2 && word[0] == '*' && word[1] == '.') {
        word += 2;
        word_len -= 2;
    } else if (word_len > 1 && word[0] == '.') {
        word++;
        word_len--;
    }
    struct addr addr;
    struct dns_name name;
    if (word_is_addr(word, word_len, &addr)) {
        skip(run, LIST_FLAW_ADDRESS, line, len);
        return 0;
    }
    const char *more;
    size_t more_len;
    if (dns_name_parse(word, word_len, &name) < 0 || !dns_name_is_hostname(&name)) {
        skip(run, LIST_FLAW_NAME, line, len);
        return 0;
    }
    if (next_word(&at, end, &more, &more_len) && *more != ';') {
        skip(run, LIST_FLAW_SYNTAX, line, len);
        return 0;
    }
    struct list_rule rule = {.name = &name, .action = DNS_ACTION_NXDOMAIN, .scope = POLICY_SCOPE_BOTH};
    run->stats->rules++;
    return run->handler.on_rule(run->handler.self, &rule, run->line);
}

/* ---- hosts ---- */

/* Names that stand in every hosts file for the machine itself. */
static bool is_own_name(const char *word, size_t len)
{
    static const char *const own[] = {
        "localhost",    "localhost.localdomain", "local",         "broadcasthost", "ip6-localhost",
        "ip6-loopback", "ip6-localnet",          "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters",
        "ip6-allhosts", "0.0.0.0",
    };
    for (size_t i = 0; i < array_len(own); i++)
        if (strlen(own[i]) == len && memcmp(own[i], word, len) == 0)
            return true;
    return false;
}

static bool addr_means_block(const struct addr *a)
{
    static const struct addr unspecified = {0};
    static const struct addr zero = {.bytes = {[10] = 0xff, [11] = 0xff}};
    return addr_is_loopback(a) || memcmp(a, &unspecified, sizeof *a) == 0 || memcmp(a, &zero, sizeof *a) == 0;
}

enum { HOSTS_TTL_S = 300 };

static int read_hosts_line(struct list_run *run, const char *line, size_t len)
{
    const char *at = line, *end = line + len, *word;
    size_t word_len;
    if (!next_word(&at, end, &word, &word_len))
        return 0;
    struct addr addr;
    if (!word_is_addr(word, word_len, &addr)) {
        skip(run, LIST_FLAW_SYNTAX, line, len);
        return 0;
    }
    uint8_t data[64];
    struct writer w = writer_of(data, sizeof data);
    bool v4 = addr_is_v4(&addr);
    policy_data_put(&w, &(struct policy_data_record){
                            .type = v4 ? DNS_TYPE_A : DNS_TYPE_AAAA,
                            .ttl = HOSTS_TTL_S,
                            .len = v4 ? 4 : 16,
                            .rdata = v4 ? addr.bytes + 12 : addr.bytes,
                        });
    bool block = addr_means_block(&addr), any = false;
    while (next_word(&at, end, &word, &word_len)) {
        any = true;
        if (is_own_name(word, word_len))
            continue;
        struct addr other;
        struct dns_name name;
        if (word_is_addr(word, word_len, &other)) {
            skip(run, LIST_FLAW_ADDRESS, line, len);
            continue;
        }
        if (dns_name_parse(word, word_len, &name) < 0 || !dns_name_is_hostname(&name)) {
            skip(run, LIST_FLAW_NAME, line, len);
            continue;
        }
        struct list_rule rule = {
            .name = &name,
            .action = block ? DNS_ACTION_NXDOMAIN : DNS_ACTION_LOCAL_DATA,
            .scope = POLICY_SCOPE_EXACT,
            .data = block ? NULL : data,
            .data_len = block ? 0 : (uint32_t)w.len,
        };
        run->stats->rules++;
        int e = run->handler.on_rule(run->handler.self, &rule, run->line);
        if (e < 0)
            return e;
    }
    if (!any)
        skip(run, LIST_FLAW_SYNTAX, line, len);
    return 0;
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

static bool word_is(const char *word, size_t len, const char *other)
{
    return strlen(other) == len && strncasecmp(word, other, len) == 0;
}

/* A zone file gives itself away by a directive or by a record type after the owner; a hosts file by its address. */
static enum list_format line_format(const char *line, size_t len)
{
    const char *at = line, *end = line + len, *word;
    size_t word_len;
    if (!next_word(&at, end, &word, &word_len) || *word == '#' || *word == '!' || *word == ';')
        return LIST_FORMAT_AUTO;
    if (word_is(word, word_len, "$ORIGIN") || word_is(word, word_len, "$TTL"))
        return LIST_FORMAT_RPZ;
    struct addr addr;
    bool starts_with_addr = word_is_addr(word, word_len, &addr);
    bool more = false;
    while (next_word(&at, end, &word, &word_len)) {
        more = true;
        if (word_is(word, word_len, "SOA") || word_is(word, word_len, "CNAME"))
            return LIST_FORMAT_RPZ;
    }
    if (starts_with_addr)
        return more ? LIST_FORMAT_HOSTS : LIST_FORMAT_AUTO;
    return LIST_FORMAT_NAMES;
}

static int find_format(int fd, enum list_format *ret_format)
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
    run->stats->rules++;
    return run->handler.on_rule(run->handler.self, rule, line);
}

static void forward_skip(void *self, enum list_flaw flaw, uint32_t line, const char *text, size_t len)
{
    struct list_run *run = self;
    run->line = line;
    skip(run, flaw, text, len);
}

int list_read(int fd, enum list_format format, struct list_handler handler, struct list_stats *ret_stats)
{
    struct list_stats stats = {0};
    if (format == LIST_FORMAT_AUTO) {
        int e = find_format(fd, &format);
        if (e < 0)
            return e;
    }
    stats.format = format;
    struct list_run run = {.handler = handler, .stats = &stats};
    struct list_rpz *rpz = NULL;
    autofree struct lines *l = malloc(sizeof *l);
    if (!l || (format == LIST_FORMAT_RPZ && !(rpz = list_rpz_new((struct list_handler){
                                                  .on_rule = forward_rule, .on_skip = forward_skip, .self = &run}))))
        return -ENOMEM;
    lines_init(l, fd);
    const char *line;
    size_t len;
    int e, handled = 0;
    while (handled >= 0 && (e = lines_next(l, &line, &len)) > 0) {
        run.line = l->number;
        drop_mark(l->number, &line, &len);
        if (l->too_long)
            skip(&run, LIST_FLAW_TOO_LONG, line, 80);
        else if (format == LIST_FORMAT_RPZ)
            handled = list_rpz_line(rpz, line, len, l->number);
        else if (format == LIST_FORMAT_HOSTS)
            handled = read_hosts_line(&run, line, len);
        else
            handled = read_names_line(&run, line, len);
    }
    list_rpz_free(rpz);
    stats.lines = l->number;
    *ret_stats = stats;
    return handled < 0 ? handled : e;
}
