/* Writes tiles, entry bundles and the checkpoint. */
#include "apps/command/ledger_export.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/tlog/entry_bundle.h"
#include "proto/tlog/tile.h"

struct export {
    struct ledger *ledger;
    const struct ledger_checkpoint *checkpoint;
    const char *folder;
    struct progress *progress;
    char *what; /* the file at hand, PATH_MAX octets */
    FILE *f;
};

static int make_folders(char *path)
{
    for (char *p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        int e = mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
        *p = '/';
        if (e < 0)
            return e;
    }
    return 0;
}

static int name_file(struct export *x, const char *name)
{
    return snprintf(x->what, PATH_MAX, "%s/%s", x->folder, name) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Aside first: a file of that name is always whole. */
static int open_aside(struct export *x)
{
    char aside[PATH_MAX + 4];
    snprintf(aside, sizeof aside, "%s.new", x->what);
    int e = make_folders(aside);
    if (e < 0)
        return e;
    x->f = fopen(aside, "we");
    return x->f ? 0 : -errno;
}

static int close_aside(struct export *x, int e)
{
    char aside[PATH_MAX + 4];
    snprintf(aside, sizeof aside, "%s.new", x->what);
    if (e == 0 && (fflush(x->f) != 0 || fsync(fileno(x->f)) < 0))
        e = -errno;
    fclose(x->f);
    x->f = NULL;
    if (e == 0 && rename(aside, x->what) < 0)
        e = -errno;
    if (e < 0)
        unlink(aside);
    return e;
}

static int put(FILE *f, const void *octets, size_t len)
{
    return len == 0 || fwrite(octets, len, 1, f) == 1 ? 0 : -EIO;
}

static int put_entry(void *self, uint32_t number, const uint8_t *octets, size_t len)
{
    struct export *x = self;
    (void)number;
    uint8_t head[2] = {(uint8_t)(len >> 8), (uint8_t)len};
    int e = len > ENTRY_MAX ? -EBADMSG : put(x->f, head, sizeof head);
    return e < 0 ? e : put(x->f, octets, len);
}

static int write_tile(struct export *x, const struct tile *t)
{
    char name[TILE_PATH_MAX];
    uint8_t hashes[TILE_WIDTH][LEDGER_HASH_LEN];
    int e = tile_path_format(t, name) < 0 ? -EINVAL : name_file(x, name);
    if (e == 0 && access(x->what, F_OK) == 0)
        return 0; /* a tile of that name and width never changes */
    if (e == 0)
        e = open_aside(x);
    if (e < 0)
        return e;
    if (t->is_entries) {
        e = ledger_entries(x->ledger, t->index * TILE_WIDTH, t->width, put_entry, x);
    } else {
        e = ledger_hashes(x->ledger, 8 * t->level, t->index * TILE_WIDTH, t->width, hashes);
        if (e == 0)
            e = put(x->f, hashes, (size_t)t->width * LEDGER_HASH_LEN);
    }
    return close_aside(x, e);
}

static int write_level(struct export *x, unsigned level, bool entries)
{
    uint64_t size = x->checkpoint->size;
    struct tile t = {.level = level, .is_entries = entries};
    int e = 0;
    for (; e == 0 && (t.width = tile_width(level, t.index, size)) > 0; t.index++) {
        e = write_tile(x, &t);
        if (entries)
            progress_show(x->progress, t.index * TILE_WIDTH + t.width);
    }
    return e;
}

int ledger_export(struct ledger *l, const struct ledger_checkpoint *c, const char *folder, struct progress *progress,
                  char *ret_what)
{
    struct export x = {.ledger = l, .checkpoint = c, .folder = folder, .progress = progress, .what = ret_what};
    int e = name_file(&x, "checkpoint");
    for (unsigned level = 0; e == 0 && tile_hashes(level, c->size) > 0; level++)
        e = write_level(&x, level, false);
    if (e == 0)
        e = write_level(&x, 0, true);
    if (e == 0)
        e = name_file(&x, "checkpoint");
    if (e == 0)
        e = open_aside(&x);
    return e == 0 ? close_aside(&x, put(x.f, c->note, strlen(c->note))) : e;
}
