/* Lists: import, show, remove. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"
#include "proto/dns/dns.h"

#define LISTS_FOLDER "lists"

enum {
    IMPORT_OCTETS_MAX = 2000000000, /* two gigabytes: some fifty million names */
    NAME_LEN_MAX = LIST_NAME_MAX - 1,
};

/* One import on its way: bytes come in, are hashed and written aside, then read for what is in them, then taken. */
struct import {
    struct control_request *request;
    struct node *node;
    int fd;
    uint64_t octets;
    crypto_hash_sha256_state hash;
    struct list_reading reading;
    int error;
    struct list_record record;
    struct verdict verdict;
    char temporary[LIST_PATH_MAX];
    json_t *samples;
};

static void drop_import(struct import *im)
{
    if (im->fd >= 0)
        close(im->fd);
    if (im->temporary[0])
        unlinkat(im->node->data_fd, im->temporary, 0);
    json_decref(im->samples);
    free(im);
}

static void refuse_import(struct import *im, const char *text)
{
    control_reply_error(im->request, "%s", text);
    drop_import(im);
}

static void on_data(struct control_request *request, struct reader data, void *self)
{
    (void)request;
    struct import *im = self;
    if (im->error != 0)
        return;
    im->octets += data.left;
    if (im->octets > IMPORT_OCTETS_MAX) {
        im->error = -EFBIG;
        return;
    }
    crypto_hash_sha256_update(&im->hash, data.at, data.left);
    while (data.left > 0) {
        ssize_t n = write(im->fd, data.at, data.left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            im->error = -errno;
            return;
        }
        reader_skip(&data, (size_t)n);
    }
}

/* A list's name: what stands in answers to clients; plain characters only. */
static bool name_is_valid(const char *name)
{
    if (!name || !*name || strlen(name) > NAME_LEN_MAX || name[0] == '.' || name[0] == '-')
        return false;
    for (; *name; name++) {
        bool plain = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                     (*name >= '0' && *name <= '9') || strchr("-_.", *name);
        if (!plain)
            return false;
    }
    return true;
}

static json_t *list_json(const struct list_record *r)
{
    return json_pack("{s:i, s:s, s:s, s:i, s:b, s:i, s:i, s:i, s:I, s:s}", "id", (int)r->id, "name", r->name, "format",
                     r->format, "order", (int)r->order, "enabled", r->enabled, "verdict", (int)r->verdict, "names",
                     (int)r->names, "skipped", (int)r->skipped, "imported_us", (json_int_t)r->imported_us, "sha256",
                     r->sha256);
}

static void on_in_force(void *self, const char *error)
{
    struct import *im = self;
    json_t *object = json_pack("{s:o, s:O, s:b}", "list", list_json(&im->record), "samples", im->samples, "in_force",
                               error == NULL);
    if (object && error)
        json_object_set_new(object, "warning", json_string(error));
    control_reply(im->request, object);
    im->temporary[0] = '\0';
    drop_import(im);
}

/* Puts the file in its place and the import into the ledger, in this order: a copy without a record does no harm. */
static int take_import(struct import *im)
{
    struct list_record old;
    bool known = ledger_list_get(im->node->ledger, im->record.name, &old) == 0;
    if (known) {
        im->record.id = old.id;
        im->record.order = old.order;
        im->verdict.supersedes = old.verdict;
    }
    if (fsync(im->fd) < 0 ||
        renameat(im->node->data_fd, im->temporary, im->node->data_fd, im->record.path) < 0)
        return -errno;
    im->temporary[0] = '\0';
    int e = ledger_list_import(im->node->ledger, &im->verdict, &im->record);
    if (e == 0 && known && strcmp(old.path, im->record.path) != 0)
        unlinkat(im->node->data_fd, old.path, 0);
    return e;
}

static void on_examined(void *self, int error, const struct compile_source *source)
{
    struct import *im = self;
    if (error < 0) {
        refuse_import(im, strerror(-error));
        return;
    }
    for (unsigned i = 0; i < source->sample_count; i++)
        json_array_append_new(im->samples,
                              json_pack("{s:i, s:s, s:s}", "line", (int)source->samples[i].line, "reason",
                                        _(list_flaw_text(source->samples[i].flaw)), "text", source->samples[i].text));
    if (source->stats.rules == 0) {
        char text[200];
        snprintf(text, sizeof text, _("there is not one usable name in it; say what it is with --format (%s)"),
                 LIST_FORMAT_WORDS);
        refuse_import(im, text);
        return;
    }
    _Static_assert((int)LIST_FORMAT_MAX >= (int)LIST_FORMAT_TEXT_MAX, "the record takes every format");
    im->reading.format = source->stats.format;
    list_reading_format(&im->reading, im->record.format);
    im->record.names = source->stats.rules > UINT32_MAX ? UINT32_MAX : (uint32_t)source->stats.rules;
    im->record.skipped = source->stats.skipped_all > UINT32_MAX ? UINT32_MAX : (uint32_t)source->stats.skipped_all;
    int e = take_import(im);
    if (e < 0) {
        refuse_import(im, e == -ENOSPC ? strerror(ENOSPC) : _(ledger_error(im->node->ledger)));
        return;
    }
    im->node->lists_changed(im->node->self, on_in_force, im);
}

static void on_data_end(struct control_request *request, bool gone, void *self)
{
    (void)request;
    struct import *im = self;
    if (gone || im->error < 0) {
        refuse_import(im, im->error ? strerror(-im->error) : "gone");
        return;
    }
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&im->hash, hash);
    sodium_bin2hex(im->record.sha256, sizeof im->record.sha256, hash, sizeof hash);
    snprintf(im->record.path, sizeof im->record.path, LISTS_FOLDER "/%s-%s", im->record.name, im->record.sha256);
    int fd = openat(im->node->data_fd, im->temporary, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        refuse_import(im, strerror(errno));
        return;
    }
    int e = im->node->examine_list(im->node->self, fd, &im->reading, on_examined, im);
    if (e < 0) {
        close(fd);
        refuse_import(im, e == -EBUSY ? _("another list is being imported; try again when it is done")
                                      : strerror(-e));
    }
}

static void handle_import(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *name = json_string_value(json_object_get(arguments, "name"));
    const char *format = json_string_value(json_object_get(arguments, "format"));
    const char *reason = json_string_value(json_object_get(arguments, "reason"));
    static unsigned serial;
    if (!name_is_valid(name)) {
        control_reply_error(request, _("a list's name has letters, digits, - _ . and at most %d of them: give one with "
                                       "--name"),
                            NAME_LEN_MAX);
        return;
    }
    struct import *im = calloc(1, sizeof *im);
    if (!im || !(im->samples = json_array())) {
        free(im);
        control_reply_error(request, "%s", strerror(ENOMEM));
        return;
    }
    im->request = request;
    im->node = node;
    im->fd = -1;
    if (format && list_reading_parse(format, &im->reading) < 0) {
        char text[160];
        snprintf(text, sizeof text, _("no such format: it is one of %s; a CSV column is named as csv:COLUMN"),
                 LIST_FORMAT_WORDS);
        refuse_import(im, text);
        return;
    }
    int64_t now_us = clock_wall_us();
    snprintf(im->record.name, sizeof im->record.name, "%s", name);
    im->record.enabled = true;
    im->record.imported_us = now_us;
    im->verdict = (struct verdict){.claim = VERDICT_CLAIM_LIST, .made_us = now_us, .from_us = now_us};
    snprintf(im->verdict.subject, sizeof im->verdict.subject, "%s", name);
    snprintf(im->verdict.source, sizeof im->verdict.source, "%s", control_request_source(request));
    snprintf(im->verdict.reason, sizeof im->verdict.reason, "%s", reason && *reason ? reason : _("imported"));
    snprintf(im->temporary, sizeof im->temporary, LISTS_FOLDER "/incoming-%u", ++serial);
    crypto_hash_sha256_init(&im->hash);
    im->fd = openat(node->data_fd, im->temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (im->fd < 0) {
        refuse_import(im, strerror(errno));
        return;
    }
    control_request_take_data(request, on_data, on_data_end, im);
}

/* ---- show, remove ---- */

static int add_list(const struct list_record *r, void *self)
{
    json_array_append_new(self, list_json(r));
    return 0;
}

static void handle_lists(struct control_request *request, const json_t *arguments)
{
    (void)arguments;
    struct node *node = control_request_self(request);
    json_t *lists = json_array();
    if (ledger_list_each(node->ledger, add_list, lists) < 0) {
        json_decref(lists);
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    control_reply(request, json_pack("{s:o}", "lists", lists));
}

static void on_removed(void *self, const char *error)
{
    json_t *object = json_pack("{s:b}", "in_force", error == NULL);
    if (object && error)
        json_object_set_new(object, "warning", json_string(error));
    control_reply(self, object);
}

static void handle_remove(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *name = json_string_value(json_object_get(arguments, "name"));
    const char *reason = json_string_value(json_object_get(arguments, "reason"));
    struct list_record record;
    int64_t now_us = clock_wall_us();
    struct verdict why = {.made_us = now_us, .from_us = now_us};
    snprintf(why.source, sizeof why.source, "%s", control_request_source(request));
    snprintf(why.reason, sizeof why.reason, "%s", reason && *reason ? reason : _("removed"));
    if (!name || ledger_list_get(node->ledger, name, &record) < 0) {
        control_reply_error(request, _("no list of that name; \"hinomi lists\" shows those there are"));
        return;
    }
    if (ledger_list_remove(node->ledger, name, &why) < 0) {
        control_reply_error(request, _("the ledger refused the verdict: %s"), _(ledger_error(node->ledger)));
        return;
    }
    unlinkat(node->data_fd, record.path, 0);
    node->lists_changed(node->self, on_removed, request);
}

const struct control_command list_commands[] = {
    {"import", handle_import},
    {"lists", handle_lists},
    {"remove", handle_remove},
    {0},
};
