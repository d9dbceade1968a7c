/* Turns members into rows of CSV and back. */
#include "apps/command/member_csv.h"

#include <stdlib.h>
#include <string.h>

#include "apps/command/row_reader.h"

const char *const member_csv_columns[] = {"name", "title", "sector", "prefecture", "networks", "names", "contacts", "groups", "note", NULL};

/* ---- reading ---- */

static void take_words(json_t *member, const char *column, const char *text)
{
    json_t *all = json_array();
    char *copy = strdup(text), *rest = copy, *word;
    while (copy && (word = strsep(&rest, " \t\r\n,")) != NULL)
        if (*word)
            json_array_append_new(all, json_string(word));
    free(copy);
    json_object_set_new(member, column, all);
}

/* "山田 <soc@hospital.example> ja urgent" */
static json_t *contact_of(char *text)
{
    char *mail = strchr(text, '<'), *end = mail ? strchr(mail, '>') : NULL;
    if (!mail || !end)
        return NULL;
    *mail++ = *end++ = '\0';
    text += strspn(text, " \t");
    for (size_t len = strlen(text); len > 0 && strchr(" \t", text[len - 1]); len--)
        text[len - 1] = '\0';
    const char *language = "ja";
    bool urgent = false;
    for (char *word; (word = strsep(&end, " \t\r\n")) != NULL;) {
        if (strcmp(word, "urgent") == 0)
            urgent = true;
        else if (*word)
            language = word;
    }
    return json_pack("{s:s, s:s, s:s, s:b}", "name", text, "mail", mail, "language", language, "urgent", urgent);
}

static bool take_contacts(json_t *member, const char *text)
{
    json_t *all = json_array();
    char *copy = strdup(text), *rest = copy, *one;
    bool fine = copy != NULL;
    while (fine && (one = strsep(&rest, ";")) != NULL)
        if (one[strspn(one, " \t\r\n")])
            fine = json_array_append_new(all, contact_of(one)) == 0;
    free(copy);
    json_object_set_new(member, "contacts", all);
    return fine;
}

bool member_csv_take(json_t *member, const char *column, const char *text)
{
    if (strcmp(column, "networks") == 0 || strcmp(column, "names") == 0 || strcmp(column, "groups") == 0) {
        take_words(member, column, text);
        return true;
    }
    if (strcmp(column, "contacts") == 0)
        return take_contacts(member, text);
    if (strcmp(column, "prefecture") != 0)
        return json_object_set_new(member, column, json_string(text)) == 0;
    char *end;
    long number = strtol(text, &end, 10);
    json_object_set_new(member, column, json_integer(number));
    return *end == '\0';
}

/* ---- writing ---- */

/* RFC 4180 2.6, 2.7. What a spreadsheet would reckon is made a text. */
static void print_cell(FILE *to, const char *text, bool first)
{
    if (!first)
        fputc(',', to);
    bool is_formula = *text && strchr("=+-@", *text);
    if (!is_formula && !text[strcspn(text, ",\"\r\n")]) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    if (is_formula)
        fputc('\'', to);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

void member_csv_print_head(FILE *to)
{
    for (unsigned i = 0; member_csv_columns[i]; i++)
        print_cell(to, member_csv_columns[i], i == 0);
    fputs("\r\n", to);
}

static void print_words(FILE *to, const json_t *rows)
{
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row)
    {
        fprintf(to, "%s%s", i ? " " : "", json_is_string(row) ? json_string_value(row) : row_text(row, "value"));
    }
}

static void print_contacts(FILE *to, const json_t *rows)
{
    size_t i;
    const json_t *c;
    json_array_foreach(rows, i, c)
    {
        fprintf(to, "%s%s <%s> %s%s", i ? "; " : "", row_text(c, "name"), row_text(c, "mail"), row_text(c, "language"),
                json_is_true(json_object_get(c, "urgent")) ? " urgent" : "");
    }
}

/* As one text; to be freed. */
static char *cell_of(const json_t *member, const char *column)
{
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream(&text, &len);
    if (!f)
        return NULL;
    const json_t *value = json_object_get(member, column);
    if (strcmp(column, "contacts") == 0)
        print_contacts(f, value);
    else if (json_is_array(value))
        print_words(f, value);
    else if (json_is_integer(value))
        fprintf(f, "%lld", (long long)json_integer_value(value));
    else
        fputs(row_text(member, column), f);
    fclose(f);
    return text;
}

void member_csv_print(FILE *to, const json_t *member)
{
    for (unsigned i = 0; member_csv_columns[i]; i++) {
        char *text = cell_of(member, member_csv_columns[i]);
        print_cell(to, text ? text : "", i == 0);
        free(text);
    }
    fputs("\r\n", to);
}
