/* Members as rows of CSV: what the console writes and reads, too. Networks, names and groups are separated by blanks, contacts are
 * "name <mail> language urgent", separated by semicolons. */
#ifndef HINOMI_APPS_MEMBER_CSV_H
#define HINOMI_APPS_MEMBER_CSV_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The columns' names, ended by NULL. */
extern const char *const member_csv_columns[];
/* The cell of that column as the command "member-put" takes it. False: it is not of its form. */
bool member_csv_take(json_t *member, const char *column, const char *text);
void member_csv_print_head(FILE *to);
void member_csv_print(FILE *to, const json_t *member);

#endif
