/* Numbers of tiles, and their paths. */
#include "proto/tlog/tile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "base/writer.h"

uint64_t tile_hashes(unsigned level, uint64_t size)
{
    return level < TILE_LEVELS ? size >> (8 * level) : 0;
}

unsigned tile_width(unsigned level, uint64_t index, uint64_t size)
{
    uint64_t hashes = tile_hashes(level, size);
    if (index > TILE_INDEX_MAX || hashes <= index * TILE_WIDTH)
        return 0;
    uint64_t left = hashes - index * TILE_WIDTH;
    return left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;
}

int tile_path_format(const struct tile *t, char *to)
{
    if (t->level > TILE_LEVEL_MAX || t->index > TILE_INDEX_MAX || t->width < 1 || t->width > TILE_WIDTH ||
        (t->is_entries && t->level != 0))
        return -EINVAL;
    struct writer w = writer_of(to, TILE_PATH_MAX);
    char part[16];
    int len = snprintf(part, sizeof part, "tile/%u/", t->level);
    if (t->is_entries)
        writer_bytes(&w, "tile/entries/", 13);
    else
        writer_bytes(&w, part, (size_t)len);
    uint64_t unit = 1;
    while (t->index / unit >= 1000)
        unit *= 1000;
    for (; unit > 0; unit /= 1000) {
        len = snprintf(part, sizeof part, unit > 1 ? "x%03u/" : "%03u", (unsigned)(t->index / unit % 1000));
        writer_bytes(&w, part, (size_t)len);
    }
    if (t->width < TILE_WIDTH) {
        len = snprintf(part, sizeof part, ".p/%u", t->width);
        writer_bytes(&w, part, (size_t)len);
    }
    writer_u8(&w, '\0');
    return (int)w.len - 1;
}

/* Takes a literal text when it comes next. */
static bool takes(struct reader *r, const char *text)
{
    size_t len = strlen(text);
    if (r->left < len || memcmp(r->at, text, len) != 0)
        return false;
    reader_skip(r, len);
    return true;
}

static bool is_digit_next(const struct reader *r)
{
    return r->left > 0 && *r->at >= '0' && *r->at <= '9';
}

/* Digits to a number of at most three digits; a fourth stays. */
static unsigned take_number(struct reader *r)
{
    unsigned value = 0;
    for (int i = 0; i < 3 && is_digit_next(r); i++)
        value = value * 10 + (reader_u8(r) - '0');
    return value;
}

/* Takes more than is right and lets the text be compared with what is written for it: there is one text for each tile. */
int tile_path_parse(const char *path, size_t len, struct tile *ret_tile)
{
    struct reader r = reader_of(path, len);
    struct tile t = {.width = TILE_WIDTH};
    if (len >= TILE_PATH_MAX || !takes(&r, "tile/"))
        return -EINVAL;
    if (takes(&r, "entries"))
        t.is_entries = true;
    else
        t.level = take_number(&r);
    if (!takes(&r, "/"))
        return -EINVAL;
    while (takes(&r, "x")) {
        t.index = t.index * 1000 + take_number(&r);
        if (!takes(&r, "/") || t.index > TILE_INDEX_MAX / 1000)
            return -EINVAL;
    }
    t.index = t.index * 1000 + take_number(&r);
    if (takes(&r, ".p/")) {
        t.width = take_number(&r);
        if (t.width == TILE_WIDTH)
            return -EINVAL;
    }
    char same[TILE_PATH_MAX];
    int same_len = r.left == 0 ? tile_path_format(&t, same) : -EINVAL;
    if (same_len < 0 || (size_t)same_len != len || memcmp(same, path, len) != 0)
        return -EINVAL;
    *ret_tile = t;
    return 0;
}
