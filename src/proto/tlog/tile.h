/* Where the hashes and entries of a log lie as files: tiles of 256 hashes, bundles of 256 entries, and their paths.
 *
 * Source: c2sp.org/tlog-tiles. A tile of level l holds hashes of tree level 8 l (merkle.h): hash i of tile n is stored hash
 * 256 n + i of that level. The rightmost of a level is partial, and is written again under another name as it grows; a tile is
 * never empty. Pure; borrowed text without a terminator comes in, terminated text goes out.
 */
#ifndef HINOMI_PROTO_TLOG_TILE_H
#define HINOMI_PROTO_TLOG_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum {
    TILE_WIDTH = 256,
    TILE_LEVELS = 8,    /* that a tree below 2^63 leaves can have; a path may say up to 63 */
    TILE_LEVEL_MAX = 63,
    TILE_PATH_MAX = 64, /* with its terminator; the longest is 47 */
};

#define TILE_INDEX_MAX (UINT64_MAX >> 9) /* of level 0 in the largest tree */

struct tile {
    bool is_entries; /* a bundle of entries; level is 0 */
    unsigned level;  /* 0 to TILE_LEVEL_MAX */
    uint64_t index;  /* up to TILE_INDEX_MAX */
    unsigned width;  /* 1 to TILE_WIDTH hashes or entries; below TILE_WIDTH: partial */
};

/* How many hashes the tiles of a level hold in a tree of that many leaves, in all. */
uint64_t tile_hashes(unsigned level, uint64_t size);
/* How wide a tile is in that tree: TILE_WIDTH, less when it is partial, 0 when it is not there. */
unsigned tile_width(unsigned level, uint64_t index, uint64_t size);

/* "tile/0/x001/x234/067.p/5", into TILE_PATH_MAX octets; returns its length. -EINVAL: no such tile. */
int tile_path_format(const struct tile *t, char *to) must_check;
/* Takes exactly what tile_path_format writes. -EINVAL. */
int tile_path_parse(const char *path, size_t len, struct tile *ret_tile) must_check;

#endif
