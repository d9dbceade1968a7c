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
/* The length of the finished, terminated statement, or -E2BIG. */
int sql_finish(struct sql *s) must_check;

#endif
