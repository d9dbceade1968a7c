/* Rows and cells as RFC 4180 has them, what is met beside it, and what is too much; whole and in pieces. */
#include "share/statement/csv_row.h"

#include <errno.h>
#include <stdlib.h>

#include "base/test.h"

enum { ROWS = 8, TEXT = 256 };

static struct {
    unsigned rows;
    char text[ROWS][TEXT]; /* cells between < and > */
    uint64_t line[ROWS];
    int answer;
} seen;

static int see_row(void *self, const struct csv_row *row)
{
    (void)self;
    if (seen.rows < ROWS) {
        char *to = seen.text[seen.rows];
        size_t len = 0;
        if (row->flaw)
            snprintf(to, TEXT, "flaw");
        for (unsigned i = 0; i < row->count; i++)
            len += (size_t)snprintf(to + len, TEXT - len, "<%.*s>", (int)row->cell[i].len, row->cell[i].text);
        seen.line[seen.rows] = row->line;
    }
    seen.rows++;
    return seen.answer;
}

static int run(const char *text, char delimiter, size_t piece)
{
    struct csv_cutter *c = csv_cutter_new(delimiter, 24, 4, see_row, NULL);
    int result = 0;
    size_t len = strlen(text);
    memset(seen.text, 0, sizeof seen.text);
    seen.rows = 0;
    for (size_t at = 0; at < len && result == 0; at += piece) {
        size_t n = len - at < piece ? len - at : piece;
        char *copy = malloc(n); /* of its own, so that the sanitizer sees who looks past it or keeps it */
        memcpy(copy, text + at, n);
        result = csv_cutter_feed(c, copy, n);
        free(copy);
    }
    result = result < 0 ? result : csv_cutter_finish(c);
    csv_cutter_free(c);
    return result;
}

TEST(rows_are_cut_in_any_pieces)
{
    static const struct {
        const char *text;
        char delimiter;
        unsigned rows;
        const char *first, *last;
    } cases[] = {
        {"a,b\r\nc,d\r\n", ',', 2, "<a><b>", "<c><d>"},
        {"a,b\nc,d", ',', 2, "<a><b>", "<c><d>"},
        {"a,b\rc,d\r", ',', 2, "<a><b>", "<c><d>"},
        {"#;;;\ra,b\r\r\"c\rd\",e", '\0', 2, "<a><b>", "<c\rd><e>"},
        {"#;;;\r\n\r\na,b\r\nc,d\r\n", '\0', 2, "<a><b>", "<c><d>"},
        {"\"a,\"\"b\"\"\nc\",d\n", ',', 1, "<a,\"b\"\nc><d>", "<a,\"b\"\nc><d>"},
        {"a\"b, \"c\" ,\n", ',', 1, "<a\"b><c><>", "<a\"b><c><>"},
        {"\xef\xbb\xbf#c\n\n\r\n#\na\n", ',', 1, "<a>", "<a>"},
        {"a;b,c;d\n1;2,3;4\n", '\0', 2, "<a><b,c><d>", "<1><2,3><4>"},
        {"a\tb\n", '\0', 1, "<a><b>", "<a><b>"},
        {"\"a;;;\",b\n", '\0', 1, "<a;;;><b>", "<a;;;><b>"},
        {"\"\",x\n", ',', 1, "<><x>", "<><x>"},
        {"", '\0', 0, "", ""},
        {"a,b,c,d\na,b,c,d,e\nx\n", ',', 3, "<a><b><c><d>", "<x>"},
        {"0123456789012345678901234\nx\n", ',', 2, "flaw", "<x>"},
        {"012345678901234567890123\nx\n", ',', 2, "<012345678901234567890123>", "<x>"},
        {"x\n\"open\nrest", ',', 2, "<x>", "flaw"},
    };
    static const size_t pieces[] = {1, 2, 3, 1000};
    for (size_t i = 0; i < array_len(cases); i++)
        for (size_t p = 0; p < array_len(pieces); p++) {
            check_int(run(cases[i].text, cases[i].delimiter, pieces[p]), ==, 0);
            check_int(seen.rows, ==, cases[i].rows);
            check_str(seen.text[0], cases[i].first);
            if (cases[i].rows > 0)
                check_str(seen.text[cases[i].rows - 1], cases[i].last);
        }
}

TEST(rows_know_their_lines)
{
    check_int(run("# c\n\n\"a\nb\"\nc\n", '\0', 5), ==, 0);
    check_int(seen.line[0], ==, 3);
    check_int(seen.line[1], ==, 5);
    check_int(run("a\r\nb\r\nc", '\0', 5), ==, 0);
    check_int(seen.line[2], ==, 3);
    check_int(run("a\rb\rc", '\0', 5), ==, 0);
    check_int(seen.line[2], ==, 3);
}

TEST(too_many_columns_are_told_and_the_next_row_is_read)
{
    check_int(run("a,b,c,d,e\nx\n", ',', 100), ==, 0);
    check_str(seen.text[0], "flaw");
    check_str(seen.text[1], "<x>");
}

TEST(who_takes_rows_may_stop)
{
    seen.answer = -ECANCELED;
    check_int(run("a\nb\n", ',', 100), ==, -ECANCELED);
    check_int(seen.rows, ==, 1);
    seen.answer = 0;
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
