/* Column maps: by number, by name, and every way in which one is none. */
#include "share/statement/csv_map.h"

#include "base/test.h"

static struct csv_map map;
static struct csv_cell cells[] = {{" Date ", 6}, {"URL", 3}, {"why", 3}};
static const struct csv_row row = {.line = 1, .count = 3, .cell = cells};

TEST(columns_are_found_by_number_and_name)
{
    check(!csv_map_read("subject=2,from=1,delimiter=tab", &map));
    check(!map.has_header);
    check_int(map.delimiter, ==, '\t');
    check_int(csv_map_cell(&map, CSV_SUBJECT, &row).len, ==, 3);
    check_int(csv_map_cell(&map, CSV_FROM, &row).len, ==, 4); /* without its blanks */
    check_int(csv_map_cell(&map, CSV_CLAIM, &row).len, ==, 0);
    check(!csv_map_read("subject=url,from=1,reason=missing", &map));
    check(map.has_header);
    check(!csv_map_take_header(&map, &row));
    check_int(map.column[CSV_SUBJECT].number, ==, 2);
    check_int(map.column[CSV_REASON].number, ==, 0);
    check(csv_map_read("subject=link", &map) == NULL);
    check(csv_map_take_header(&map, &row) != NULL);
    check(!csv_map_read("subject=1,header=yes,delimiter=comma", &map));
    check(map.has_header);
}

TEST(without_a_map_fields_have_their_own_names)
{
    check(!csv_map_read(NULL, &map));
    check(map.has_header);
    check_str(map.column[CSV_SUBJECT].name, "subject");
    check_str(map.column[CSV_UNTIL].name, "until");
}

TEST(what_is_no_map_is_told)
{
    static const char *const wrong[] = {"",          "subject",     "subject=",       "claim=2",        "colour=3,subject=1", "subject=1,header=maybe",
                                        "subject=x,header=no", "subject=1,delimiter=ab", "subject=1,delimiter=\"", "subject=0,header=no",
                                        "subject=0123456789012345678901234567890123456789012345678901234567890123456789x"};
    for (size_t i = 0; i < array_len(wrong); i++)
        check(csv_map_read(wrong[i], &map) != NULL);
}

TEST(a_column_beyond_the_row_is_empty)
{
    check(!csv_map_read("subject=256", &map));
    check_int(csv_map_cell(&map, CSV_SUBJECT, &row).len, ==, 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
