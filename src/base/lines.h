/* Reads a text file line by line in bounded memory, whatever the file holds.
 *
 * A line ends with LF or CRLF; the last may lack it. A line over LINES_MAX octets is given cut, with `too_long` set.
 * NUL octets are kept: a line is octets and a length. The caller owns the descriptor. One thread.
 */
#ifndef HINOMI_BASE_LINES_H
#define HINOMI_BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum { LINES_MAX = 4096, LINES_BUFFER = 65536 };

struct lines {
    int fd;
    uint32_t number; /* of the line given last, from 1; stays at UINT32_MAX */
    bool too_long;
    bool at_end;
    uint64_t octets; /* read so far, for progress */
    size_t from, to; /* unread part of the buffer */
    char buffer[LINES_BUFFER];
};

void lines_init(struct lines *l, int fd);
/* 1 and the next line (borrowed until the next call, not terminated), 0 at the end, negative errno of read(2). */
int lines_next(struct lines *l, const char **ret_line, size_t *ret_len) must_check;

#endif
