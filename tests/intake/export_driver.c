/* Writes what documents say in a form of export, for trying the forms with those who read them.
 *
 *   export_driver FORMAT FOLDER FILE...    FORMAT of stix misp hosts plain csv suricata zeek; FILEs as hinomi judge --from takes them
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "share/export/export.h"
#include "share/statement/statement.h"

enum { PIECE = 65536, FILES = 32 };

struct driver {
    const char *folder;
    struct export *export;
    struct {
        char name[64];
        FILE *file;
    } files[FILES];
};

static int write_file(void *self, const char *name, const void *octets, size_t len)
{
    struct driver *d = self;
    char path[4096];
    unsigned i = 0;
    while (i < FILES - 1 && d->files[i].file && strcmp(d->files[i].name, name) != 0)
        i++;
    if (!d->files[i].file) {
        snprintf(path, sizeof path, "%s/%s", d->folder, name);
        snprintf(d->files[i].name, sizeof d->files[i].name, "%s", name);
        d->files[i].file = fopen(path, "w");
    }
    return d->files[i].file && fwrite(octets, 1, len, d->files[i].file) == len ? 0 : -errno;
}

static int take_statement(void *self, const struct statement *s)
{
    struct driver *d = self;
    const struct verdict *v = s->verdict;
    struct indicator in = {.subject = v->subject, .claim = v->claim, .state = INDICATOR_ACTIVE, .probability = v->probability, .tlp = v->tlp,
                           .pap = v->pap, .first_us = v->made_us, .changed_us = v->made_us};
    struct export_item item = {.indicator = &in, .reason = v->reason, .from_us = v->from_us, .until_us = v->until_us, .severity = v->severity};
    int r = export_add(d->export, &item);
    return r < 0 ? r : 0;
}

static int read_file(const char *path, struct driver *d)
{
    static const struct statement_calls calls = {.statement = take_statement};
    static uint8_t piece[PIECE];
    struct statement_options options = {.common = {.claim = CLAIM_MALICIOUS, .probability = 800, .tlp = VERDICT_TLP_GREEN, .made_us = clock_wall_us()},
                                        .has_claim = true, .unmarked = true};
    FILE *file = fopen(path, "r");
    struct statement_reader *r = file ? statement_open(&options, &calls, d) : NULL;
    int result = r ? 0 : -EIO;
    for (size_t n; result == 0 && (n = fread(piece, 1, sizeof piece, file)) > 0;)
        result = statement_feed(r, piece, n);
    result = result == 0 ? statement_finish(r) : result;
    statement_close(r);
    if (file)
        fclose(file);
    return result;
}

int main(int argc, char **argv)
{
    static struct driver d;
    enum export_format format;
    static const struct export_node node = {.name = "a node of hinomi", .space = {0x68, 0x69, 0x6e, 0x6f, 0x6d, 0x69}};
    if (argc < 4 || export_format_parse(argv[1], &format) < 0) {
        fprintf(stderr, "usage: export_driver stix|misp|hosts|plain|csv|suricata|zeek FOLDER FILE...\n");
        return 2;
    }
    d.folder = argv[2];
    d.export = export_new(format, &node, clock_wall_us(), write_file, &d);
    int result = d.export ? 0 : -ENOMEM;
    uint64_t start = clock_mono_ns();
    for (int i = 3; i < argc && result == 0; i++)
        result = read_file(argv[i], &d);
    result = result == 0 ? export_end(d.export) : result;
    for (unsigned i = 0; i < FILES; i++)
        if (d.files[i].file && fclose(d.files[i].file) != 0)
            result = -EIO;
    if (result < 0) {
        fprintf(stderr, "export_driver: %s\n", strerror(-result));
        return 1;
    }
    const struct export_counts *c = export_counts(d.export);
    printf("%" PRIu64 " written, %" PRIu64 " left out, %.0f a second\n", c->written, c->left_out,
           (double)c->written / ((double)(clock_mono_ns() - start) / 1e9));
    export_free(d.export);
    return 0;
}
