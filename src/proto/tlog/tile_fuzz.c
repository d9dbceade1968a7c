/* Any text as the path of a tile: what is taken is written as it was. */
#include "proto/tlog/tile.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tile t;
    if (tile_path_parse((const char *)data, size, &t) == 0) {
        char path[TILE_PATH_MAX];
        int len = tile_path_format(&t, path);
        assert(len >= 0 && (size_t)len == size && memcmp(path, data, size) == 0 && path[len] == '\0');
    }
    return 0;
}
