/* Writes the condition on a column of names. */
#include "store/sql_name.h"

#include <errno.h>
#include <string.h>

#include "store/dns_rows.h"

/* The stored text of the name that was asked for; -EINVAL when no stored name can be that long. */
static int normal_name(const char *name, char *ret_text)
{
    size_t len = strnlen(name, DNS_ROWS_NAME_TEXT_MAX + 1);
    if (len > 1 && len <= DNS_ROWS_NAME_TEXT_MAX && name[len - 1] == '.')
        len--;
    if (len == 0 || len >= DNS_ROWS_NAME_TEXT_MAX)
        return -EINVAL;
    for (size_t i = 0; i < len; i++)
        ret_text[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
    ret_text[len] = '\0';
    return 0;
}

int sql_add_name(struct sql *s, const char *name, bool below)
{
    char text[DNS_ROWS_NAME_TEXT_MAX + 1];
    int r = normal_name(name, text + 1);
    if (r < 0)
        return r;
    if (below && strcmp(text + 1, ".") == 0)
        return 0; /* all names are below the root */
    text[0] = '.';
    sql_add(s, " AND (name = ");
    sql_literal(s, text + 1);
    if (below) {
        sql_add(s, " OR endsWith(name, ");
        sql_literal(s, text);
        sql_add(s, ")");
    }
    sql_add(s, ")");
    return 0;
}
