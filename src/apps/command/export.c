/* hinomi export: what may be told to a recipient, as files in the forms that others read. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/command/client_options.h"
#include "apps/command/command.h"
#include "apps/command/progress.h"
#include "apps/command/row_reader.h"
#include "base/clock.h"
#include "base/text.h"
#include "share/export/export.h"

enum { FILES_MAX = 8 };

/* One of the files that the form has; written aside, and renamed when all are whole. */
struct file {
    char name[NAME_MAX + 1];
    FILE *stream;
};

struct exporting {
    const char *folder;
    const char *number; /* of the case whose subjects are written; NULL: all that may be told */
    struct export *export;
    struct file files[FILES_MAX];
    unsigned file_count;
    int error; /* errno of a file, or of an item */
    uint64_t rows;
};

static int write_file(void *self, const char *name, const void *octets, size_t len)
{
    struct exporting *x = self;
    char path[PATH_MAX];
    unsigned i = 0;
    while (i < x->file_count && strcmp(x->files[i].name, name) != 0)
        i++;
    if (i == FILES_MAX)
        return -E2BIG;
    if (i == x->file_count) {
        if (snprintf(path, sizeof path, "%s/%s.part", x->folder, name) >= (int)sizeof path)
            return -ENAMETOOLONG;
        FILE *stream = fopen(path, "we");
        if (!stream)
            return -errno;
        snprintf(x->files[i].name, sizeof x->files[i].name, "%s", name);
        x->files[x->file_count++].stream = stream;
    }
    return fwrite(octets, 1, len, x->files[i].stream) == len ? 0 : -errno;
}

/* The indicator of a row; false: it is none. */
static bool indicator_of(const json_t *row, struct indicator *i)
{
    const char *value = row_text(row, "subject");
    *i = (struct indicator){.state = INDICATOR_ACTIVE};
    return subject_kind_parse(row_text(row, "kind"), &i->subject.kind) == 0 &&
           snprintf(i->subject.value, sizeof i->subject.value, "%s", value) < (int)sizeof i->subject.value &&
           claim_parse(row_text(row, "claim"), &i->claim) == 0 && indicator_decision_parse(row_text(row, "advice"), &i->decision) == 0 &&
           verdict_tlp_parse(row_text(row, "tlp"), &i->tlp) == 0 && verdict_pap_parse(row_text(row, "pap"), &i->pap) == 0;
}

static void add_row(struct exporting *x, const json_t *row)
{
    struct indicator i;
    if (x->error < 0)
        return;
    if (!indicator_of(row, &i)) {
        x->error = -EBADMSG;
        return;
    }
    i.probability = (uint16_t)row_number(row, "probability");
    i.verdict = (uint32_t)row_number(row, "verdict");
    i.first_us = row_number(row, "first_us");
    i.last_us = row_number(row, "last_us");
    i.changed_us = row_number(row, "changed_us");
    struct export_item item = {.indicator = &i, .from_us = row_number(row, "from_us"), .until_us = row_number(row, "until_us")};
    item.reason = *row_text(row, "reason") ? row_text(row, "reason") : NULL;
    if (*row_text(row, "severity") && verdict_severity_parse(row_text(row, "severity"), &item.severity) < 0)
        item.severity = VERDICT_SEVERITY_UNKNOWN;
    int e = export_add(x->export, &item);
    x->error = e < 0 ? e : 0;
    x->rows++;
}

/* A control_rows_fn. */
static void take_rows(void *self, const char *bytes, size_t len)
{
    struct exporting *x = self;
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t n = end ? (size_t)(end - bytes) : len;
        json_t *row = json_loadb(bytes, n, 0, NULL);
        add_row(x, row);
        json_decref(row);
        bytes += end ? n + 1 : n;
        len -= end ? n + 1 : n;
    }
}

/* All pages; false after a message. */
static bool fetch(const struct control_client_options *o, const char *recipient, enum export_format format, struct exporting *x)
{
    struct progress progress;
    json_int_t after = 0;
    bool more = true, fine = true;
    progress_init(&progress, _("exporting"), 0, !o->json);
    while (more && fine && x->error == 0) {
        int fd = control_client_connect(o);
        json_t *reply = fd < 0 ? NULL
                               : control_client_ask(fd, o, "export",
                                                    json_pack("{s:s, s:s, s:I, s:s*}", "recipient", recipient, "format",
                                                              export_format_word(format), "after", after, "case", x->number),
                                                    take_rows, x, CONTROL_WAIT_LONG_MS);
        if (fd >= 0)
            close(fd);
        fine = reply != NULL;
        after = row_number(reply, "after");
        more = after > 0;
        json_decref(reply);
        progress_show(&progress, x->rows);
    }
    progress_done(&progress);
    return fine;
}

/* Renames what is whole, or removes what is not. */
static int close_files(struct exporting *x, bool whole)
{
    char part[PATH_MAX], path[PATH_MAX];
    for (unsigned i = 0; i < x->file_count; i++) {
        struct file *f = &x->files[i];
        if (fflush(f->stream) != 0 || fsync(fileno(f->stream)) < 0)
            x->error = x->error ? x->error : -errno;
        fclose(f->stream);
    }
    for (unsigned i = 0; i < x->file_count; i++) {
        snprintf(part, sizeof part, "%s/%s.part", x->folder, x->files[i].name);
        snprintf(path, sizeof path, "%s/%s", x->folder, x->files[i].name);
        if (!whole || x->error < 0)
            unlink(part);
        else if (rename(part, path) < 0)
            x->error = -errno;
    }
    return x->error;
}

int command_export(int argc, char **argv)
{
    struct control_client_options o;
    const char *number = NULL;
    const struct client_option own[] = {{"case", 'c', &number, NULL}, {0}};
    enum export_format format;
    char group[64];
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (argc - first != 3)
        return command_usage(argv[0], _("give a recipient, a format and a folder"));
    if (export_format_parse(argv[first + 1], &format) < 0)
        return command_usage(argv[0], _("the format is stix, misp, hosts, plain, csv, suricata or zeek"));
    struct exporting x = {.folder = argv[first + 2], .number = number};
    snprintf(group, sizeof group, "case %.32s", number ? number : "");
    if (mkdir(x.folder, 0777) < 0 && errno != EEXIST)
        return command_failed("%s: %s", x.folder, strerror(errno));
    /* Who says it is told by the node. */
    int fd = control_client_connect(&o);
    json_t *identity = fd < 0 ? NULL : control_client_ask(fd, &o, "identity", json_object(), NULL, NULL, CONTROL_WAIT_MS);
    if (fd >= 0)
        close(fd);
    if (!identity)
        return EXIT_FAILED;
    struct export_node node = {.name = row_text(identity, "name")};
    for (size_t i = 0; i < sizeof node.space && strlen(row_text(identity, "space")) == 2 * sizeof node.space; i++) {
        char octet[3] = {row_text(identity, "space")[2 * i], row_text(identity, "space")[2 * i + 1], '\0'};
        node.space[i] = (uint8_t)strtoul(octet, NULL, 16);
    }
    x.export = export_new(format, &node, clock_wall_us(), write_file, &x);
    bool fine = x.export && (!number || export_group(x.export, group) == 0) && fetch(&o, argv[first], format, &x);
    if (fine && x.error == 0)
        x.error = export_end(x.export);
    struct export_counts counts = x.export ? *export_counts(x.export) : (struct export_counts){0};
    export_free(x.export);
    json_decref(identity);
    if (close_files(&x, fine) < 0)
        return command_failed("%s: %s", x.folder, strerror(-x.error));
    if (!fine)
        return EXIT_FAILED;
    if (o.json)
        printf("{\"ok\": true, \"written\": %" PRIu64 ", \"left_out\": %" PRIu64 "}\n", counts.written, counts.left_out);
    else
        printf(_("%" PRIu64 " indicators in %s; %" PRIu64 " have no place in that form\n"), counts.written, x.folder, counts.left_out);
    return EXIT_FINE;
}
