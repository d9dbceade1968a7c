/* The condition that a row's column `name` is the name that an operator typed, or below it. */
#ifndef HINOMI_STORE_SQL_NAME_H
#define HINOMI_STORE_SQL_NAME_H

#include <stdbool.h>

#include "base/attr.h"
#include "store/sql_text.h"

/* Adds " AND (name = ...)"; nothing for "below the root". Any case, final dot or not; -EINVAL when no stored name can be
 * that long, or it is empty. */
int sql_add_name(struct sql *s, const char *name, bool below) must_check;

#endif
