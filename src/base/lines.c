/* Cuts a stream of octets into lines. */
#include "base/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void lines_init(struct lines *l, int fd)
{
    l->fd = fd;
    l->number = 0;
    l->too_long = l->at_end = false;
    l->octets = 0;
    l->from = l->to = 0;
}

static int fill(struct lines *l)
{
    if (l->from > 0) {
        memmove(l->buffer, l->buffer + l->from, l->to - l->from);
        l->to -= l->from;
        l->from = 0;
    }
    ssize_t n;
    do
        n = read(l->fd, l->buffer + l->to, sizeof l->buffer - l->to);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    l->at_end = n == 0;
    l->to += (size_t)n;
    l->octets += (uint64_t)n;
    return 0;
}

/* Drops the rest of a line that did not fit. */
static int skip_rest(struct lines *l)
{
    for (;;) {
        const char *lf = memchr(l->buffer + l->from, '\n', l->to - l->from);
        if (lf) {
            l->from = (size_t)(lf - l->buffer) + 1;
            return 0;
        }
        l->from = l->to;
        if (l->at_end)
            return 0;
        int e = fill(l);
        if (e < 0)
            return e;
    }
}

int lines_next(struct lines *l, const char **ret_line, size_t *ret_len)
{
    if (l->too_long) {
        l->too_long = false;
        int e = skip_rest(l);
        if (e < 0)
            return e;
    }
    const char *lf;
    while ((lf = memchr(l->buffer + l->from, '\n', l->to - l->from)) == NULL && !l->at_end &&
           l->to - l->from <= LINES_MAX + 1) { /* a CR that belongs to the ending may still fit */
        int e = fill(l);
        if (e < 0)
            return e;
    }
    size_t len = lf ? (size_t)(lf - l->buffer) - l->from : l->to - l->from;
    if (!lf && len == 0)
        return 0;
    const char *line = l->buffer + l->from;
    size_t ending = lf ? 1 : 0;
    if (len > 0 && line[len - 1] == '\r') {
        len--;
        ending++;
    }
    if (len > LINES_MAX) {
        l->too_long = true;
        len = LINES_MAX;
        ending = 0; /* skipped with the rest */
    }
    l->from += len + ending;
    if (l->number < UINT32_MAX)
        l->number++;
    *ret_line = line;
    *ret_len = len;
    return 1;
}
