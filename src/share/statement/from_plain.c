/* Plain lists: one subject a line; empty lines and what follows a # at the beginning of a line are passed over. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/text.h"
#include "share/statement/statement_impl.h"

enum { LINE_OCTETS = SUBJECT_VALUE_MAX };

struct plain {
    struct statement_reader *reader;
    uint64_t lines;
    bool is_too_long; /* the line being read */
    size_t len;
    char line[LINE_OCTETS];
};

static void *open_list(struct statement_reader *r)
{
    if (!r->options.has_claim) {
        (void)statement_refuse(r, N_("a list of subjects does not say what they are: give a claim"), 0, 0);
        return NULL;
    }
    struct plain *p = calloc(1, sizeof *p);
    if (p)
        p->reader = r;
    return p;
}

static int take_line(struct plain *p)
{
    const char *from = p->line, *to = p->line + p->len;
    p->lines++;
    if (p->lines == 1 && p->len >= 3 && memcmp(from, "\xef\xbb\xbf", 3) == 0)
        from += 3;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r'))
        to--;
    if (p->is_too_long) {
        statement_leave_out(p->reader, true, p->lines, NULL, N_("the subject is too long"), from, 64);
        return 0;
    }
    if (from == to || *from == '#')
        return 0;
    (void)statement_begin(p->reader);
    int kind = p->reader->options.has_kind ? (int)p->reader->options.kind : -1;
    const char *why = statement_take_subject(p->reader, kind, from, (size_t)(to - from));
    if (why) {
        statement_leave_out(p->reader, true, p->lines, NULL, why, from, (size_t)(to - from));
        return 0;
    }
    return statement_give(p->reader, p->lines, false);
}

static int feed_list(void *form, const void *octets, size_t len)
{
    struct plain *p = form;
    struct reader r = reader_of(octets, len);
    while (r.left > 0) {
        const uint8_t *newline = memchr(r.at, '\n', r.left);
        size_t n = newline ? (size_t)(newline - r.at) : r.left, room = sizeof p->line - p->len;
        p->is_too_long = p->is_too_long || n > room;
        memcpy(p->line + p->len, r.at, n < room ? n : room);
        p->len += n < room ? n : room;
        reader_skip(&r, newline ? n + 1 : n);
        if (!newline)
            break;
        int result = take_line(p);
        if (result < 0)
            return result;
        p->len = 0;
        p->is_too_long = false;
    }
    return 0;
}

static int finish_list(void *form)
{
    struct plain *p = form;
    return p->len > 0 ? take_line(p) : 0;
}

const struct statement_form statement_plain = {.open = open_list, .close = free, .feed = feed_list, .finish = finish_list};
