/* Builds one SQL statement in the caller's buffer, and is the one place that turns values into literals.
 *
 * Statements must run unchanged in the embedded engine and on an old cluster, which has no query parameters; so every
 * text that came from outside goes through sql_literal, and nothing else puts quotes into a statement. A statement that
 * does not fit sets `full`; look once at the end with sql_finish. Ours are constant texts and short names: no caller
 * of this should ever see full.
 */
#ifndef HINOMI_STORE_SQL_TEXT_H
#define HINOMI_STORE_SQL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum { SQL_TEXT_MAX = 16384 }; /* room for every statement built here */

struct sql {
    char *text;
    size_t len, max;
    bool full;
};

struct sql sql_of(char *buffer, size_t max);
/* Formats trusted text and numbers only; the format is a constant. */
void sql_add(struct sql *s, const char *format, ...) printf_like(2, 3);
/* 'text', escaped. */
void sql_literal(struct sql *s, const char *text);
/* A FixedString(len) constant. */
void sql_fixed(struct sql *s, const uint8_t *bytes, size_t len);
/* Whether a statement is of the plain kind that is built here: one statement, single-quoted literals only, no comment, no
 * INTO OUTFILE. The engine writes such files even when it is told to only read, so what comes to it from another
 * process is looked at once more. */
bool sql_is_plain(const char *sql);
/* The length of the finished, terminated statement, or -E2BIG. */
int sql_finish(struct sql *s) must_check;

#endif
