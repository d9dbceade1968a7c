/* Tiles: the examples of c2sp.org/tlog-tiles, and paths that are none. */
#include "proto/tlog/tile.h"

#include <errno.h>

#include "base/test.h"

TEST(paths_both_ways)
{
    static const struct {
        struct tile tile;
        const char *path;
    } cases[] = {
        {{.level = 0, .index = 1234067, .width = 256}, "tile/0/x001/x234/067"},
        {{.level = 0, .index = 0, .width = 256}, "tile/0/000"},
        {{.level = 0, .index = 273, .width = 112}, "tile/0/273.p/112"},
        {{.level = 1, .index = 1, .width = 17}, "tile/1/001.p/17"},
        {{.level = 2, .index = 0, .width = 1}, "tile/2/000.p/1"},
        {{.level = 5, .index = 123456078, .width = 2}, "tile/5/x123/x456/078.p/2"},
        {{.level = 63, .index = 1000, .width = 255}, "tile/63/x001/000.p/255"},
        {{.is_entries = true, .index = 3057500, .width = 256}, "tile/entries/x003/x057/500"},
        {{.is_entries = true, .index = 999, .width = 9}, "tile/entries/999.p/9"},
        {{.is_entries = true, .index = TILE_INDEX_MAX, .width = 255}, "tile/entries/x036/x028/x797/x018/x963/967.p/255"},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        char path[TILE_PATH_MAX];
        check_int(tile_path_format(&cases[i].tile, path), ==, strlen(cases[i].path));
        check_str(path, cases[i].path);
        struct tile t;
        check_int(tile_path_parse(path, strlen(path), &t), ==, 0);
        check_int(t.is_entries, ==, cases[i].tile.is_entries);
        check_int(t.level, ==, cases[i].tile.level);
        check_int(t.index, ==, cases[i].tile.index);
        check_int(t.width, ==, cases[i].tile.width);
    }
}

TEST(one_text_for_each_tile)
{
    static const char *const wrong[] = {
        "",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1234067",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/a/000",
        "tile/5/123/456/078",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/x001/",
        "tile/0/x001/x067",
        "tile/0/x01/067",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000 ",
        "/tile/0/000",
        "Tile/0/000",
        "tile/entries/",
        "tile/entries/0/000",
        "tile/data/000",
        "tile/0/x036/x028/x797/x018/x963/968", /* beyond the largest tree */
        "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/999",
    };
    struct tile t;
    for (size_t i = 0; i < array_len(wrong); i++)
        check_int(tile_path_parse(wrong[i], strlen(wrong[i]), &t), ==, -EINVAL);
    check_int(tile_path_parse("tile/0/000", 9, &t), ==, -EINVAL);
    check_int(tile_path_parse(NULL, 0, &t), ==, -EINVAL);
}

TEST(no_path_for_no_tile)
{
    char path[TILE_PATH_MAX];
    check_int(tile_path_format(&(struct tile){.width = 0}, path), ==, -EINVAL);
    check_int(tile_path_format(&(struct tile){.width = 257}, path), ==, -EINVAL);
    check_int(tile_path_format(&(struct tile){.level = 64, .width = 1}, path), ==, -EINVAL);
    check_int(tile_path_format(&(struct tile){.is_entries = true, .level = 1, .width = 1}, path), ==, -EINVAL);
    check_int(tile_path_format(&(struct tile){.index = TILE_INDEX_MAX + 1, .width = 1}, path), ==, -EINVAL);
}

/* "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of width 112, one full
 * level 1 tile, one partial level 1 tile of width 17, and one partial level 2 tile of width 1" */
TEST(the_tiles_of_seventy_thousand_leaves)
{
    check_int(tile_width(0, 272, 70000), ==, 256);
    check_int(tile_width(0, 273, 70000), ==, 112);
    check_int(tile_width(0, 274, 70000), ==, 0);
    check_int(tile_width(1, 0, 70000), ==, 256);
    check_int(tile_width(1, 1, 70000), ==, 17);
    check_int(tile_width(1, 2, 70000), ==, 0);
    check_int(tile_width(2, 0, 70000), ==, 1);
    check_int(tile_width(3, 0, 70000), ==, 0);
    check_int(tile_hashes(0, 70000), ==, 70000);
    check_int(tile_hashes(1, 70000), ==, 273);
}

TEST(a_tree_of_one_whole_tile_has_a_second_level)
{
    check_int(tile_width(0, 0, 255), ==, 255);
    check_int(tile_width(1, 0, 255), ==, 0);
    check_int(tile_width(0, 0, 256), ==, 256);
    check_int(tile_width(0, 1, 256), ==, 0);
    check_int(tile_width(1, 0, 256), ==, 1);
    check_int(tile_width(0, 0, 0), ==, 0);
    check_int(tile_width(8, 0, UINT64_MAX), ==, 0);
    check_int(tile_width(7, 0, UINT64_MAX >> 1), ==, 127);
    check_int(tile_width(0, UINT64_MAX, UINT64_MAX), ==, 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
