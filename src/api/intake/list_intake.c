/* Hashes, writes aside, has examined, and decides what becomes of an edition of a list. */
#include "api/intake/list_intake.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/packed.h"
#include "base/text.h"

#define LISTS_FOLDER "lists"

struct list_intake {
    struct list_intake_options o;
    list_intake_done *done;
    void *self;
    int fd, error;
    uint64_t octets;
    const char *packed; /* why it is no text at all: N_() */
    crypto_hash_sha256_state hash;
    struct list_record record, old;
    bool known; /* `old` is in force */
    struct verdict verdict;
    struct list_held held;
    char temporary[LIST_PATH_MAX];
    json_t *samples;
};

bool list_name_is_valid(const char *name)
{
    if (!name || !*name || strlen(name) >= LIST_NAME_MAX || name[0] == '.' || name[0] == '-')
        return false;
    for (; *name; name++) {
        bool plain = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                     (*name >= '0' && *name <= '9') || strchr("-_.", *name);
        if (!plain)
            return false;
    }
    return true;
}

bool list_size_is_believed(uint32_t old_names, uint32_t names, unsigned shrink_percent, unsigned grow_percent)
{
    uint64_t old = old_names, new = names;
    if (old < LIST_SIZE_BELIEVED_BELOW)
        return true;
    if (new < old)
        return (old - new) * 100 <= old * shrink_percent;
    return (new - old) * 100 <= old * grow_percent;
}

void list_intake_drop(struct list_intake *in)
{
    if (in->fd >= 0)
        close(in->fd);
    if (in->temporary[0])
        unlinkat(in->o.node->data_fd, in->temporary, 0);
    json_decref(in->samples);
    free(in);
}

static void end(struct list_intake *in, enum list_intake_result result, const char *warning, const char *error)
{
    struct list_intake_report report = {
        .result = result,
        .record = &in->record,
        .held = &in->held,
        .samples = in->samples,
        .warning = warning,
        .error = error,
    };
    in->done(in->self, &report);
    list_intake_drop(in);
}

static void refuse(struct list_intake *in, const char *text)
{
    end(in, LIST_INTAKE_REFUSED, NULL, text);
}

static void on_in_force(void *self, const char *error)
{
    end(self, LIST_INTAKE_TAKEN, error, NULL);
}

struct verdict list_verdict(const char *name, enum verdict_author_kind by, const char *source, int64_t now_us)
{
    struct verdict v = {.claim = CLAIM_LIST,
                        .subject.kind = SUBJECT_LIST,
                        .author.kind = by,
                        .probability = VERDICT_CERTAIN,
                        .tlp = VERDICT_TLP_AMBER,
                        .made_us = now_us,
                        .from_us = now_us};
    snprintf(v.subject.value, sizeof v.subject.value, "%s", name);
    snprintf(v.author.name, sizeof v.author.name, "%s", source);
    return v;
}

int list_intake_new(const struct list_intake_options *options, struct list_intake **ret_intake, char *ret_error)
{
    static unsigned serial;
    if (!list_name_is_valid(options->name)) {
        snprintf(ret_error, LIST_INTAKE_ERROR_MAX,
                 _("a list's name has letters, digits, - _ . and at most %d of them: give one with --name"),
                 LIST_NAME_MAX - 1);
        return -EINVAL;
    }
    struct list_intake *in = calloc(1, sizeof *in);
    if (!in || !(in->samples = json_array())) {
        free(in);
        snprintf(ret_error, LIST_INTAKE_ERROR_MAX, "%s", strerror(ENOMEM));
        return -ENOMEM;
    }
    in->o = *options;
    in->fd = -1;
    in->known = ledger_list_get(options->node->ledger, options->name, &in->old) == 0;
    if (in->known && in->old.protects != options->protects) {
        snprintf(ret_error, LIST_INTAKE_ERROR_MAX, "%s",
                 in->old.protects ? _("that is a never-block list: give --never-block too, or remove it first")
                                  : _("that is a list that blocks, not a never-block list: remove it first"));
        list_intake_drop(in);
        return -EINVAL;
    }
    int64_t now_us = clock_wall_us();
    snprintf(in->record.name, sizeof in->record.name, "%s", options->name);
    in->record.enabled = true;
    in->record.protects = options->protects;
    in->record.observes = options->observes || (in->known && in->old.observes);
    in->record.imported_us = now_us;
    in->verdict = list_verdict(options->name, options->by, options->source, now_us);
    snprintf(in->verdict.reason, sizeof in->verdict.reason, "%s", options->reason);
    in->o.name = in->record.name;
    in->o.source = in->verdict.author.name;
    in->o.reason = in->verdict.reason;
    snprintf(in->temporary, sizeof in->temporary, LISTS_FOLDER "/incoming-%u", ++serial);
    crypto_hash_sha256_init(&in->hash);
    in->fd = openat(options->node->data_fd, in->temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (in->fd < 0) {
        int e = -errno;
        snprintf(ret_error, LIST_INTAKE_ERROR_MAX, "%s", strerror(-e));
        list_intake_drop(in);
        return e;
    }
    *ret_intake = in;
    return 0;
}

void list_intake_add(struct list_intake *in, const void *octets, size_t len)
{
    const uint8_t *at = octets;
    if (in->error != 0)
        return;
    if (in->octets == 0)
        in->packed = packed_reason(octets, len);
    in->octets += len;
    if (in->octets > LIST_INTAKE_OCTETS_MAX) {
        in->error = -EFBIG;
        return;
    }
    crypto_hash_sha256_update(&in->hash, at, len);
    while (len > 0) {
        ssize_t n = write(in->fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            in->error = -errno;
            return;
        }
        at += n;
        len -= (size_t)n;
    }
}

/* The place that a new list takes: behind all others. */
static int last_order(const struct list_record *r, void *self)
{
    uint16_t *order = self;
    if (r->order > *order)
        *order = r->order;
    return 0;
}

/* Puts the file in its place and the import into the ledger, in this order: a copy without a record does no harm. */
static int take(struct list_intake *in)
{
    struct ledger *ledger = in->o.node->ledger;
    struct list_held held;
    bool was_held = ledger_held_get(ledger, in->record.name, &held) == 0;
    if (in->known) {
        in->record.id = in->old.id;
        in->record.order = in->old.order;
        in->verdict.supersedes = in->old.verdict;
    } else if (ledger_list_each(ledger, last_order, &in->record.order) < 0) {
        return -EIO;
    }
    if (in->o.order >= 0)
        in->record.order = (uint16_t)in->o.order;
    if (fsync(in->fd) < 0 ||
        renameat(in->o.node->data_fd, in->temporary, in->o.node->data_fd, in->record.path) < 0)
        return -errno;
    in->temporary[0] = '\0';
    int e = ledger_list_import(ledger, &in->verdict, &in->record);
    if (e == 0 && in->known && strcmp(in->old.path, in->record.path) != 0)
        unlinkat(in->o.node->data_fd, in->old.path, 0);
    if (e == 0 && was_held && held.path[0] && strcmp(held.path, in->record.path) != 0)
        unlinkat(in->o.node->data_fd, held.path, 0);
    return e;
}

static void take_or_refuse(struct list_intake *in)
{
    int e = take(in);
    if (e < 0)
        refuse(in, e == -ENOSPC ? strerror(ENOSPC) : _(ledger_error_of(e)));
    else
        in->o.node->lists_changed(in->o.node->self, on_in_force, in);
}

/* Keeps the edition aside, in the place of one that was held before. */
static void hold(struct list_intake *in)
{
    struct node *node = in->o.node;
    struct list_held before;
    bool was_held = ledger_held_get(node->ledger, in->record.name, &before) == 0;
    struct list_held *h = &in->held;
    *h = (struct list_held){.names = in->record.names,
                            .skipped = in->record.skipped,
                            .old_names = in->old.names,
                            .since_us = in->record.imported_us};
    memcpy(h->name, in->record.name, sizeof h->name);
    memcpy(h->format, in->record.format, sizeof h->format);
    memcpy(h->sha256, in->record.sha256, sizeof h->sha256);
    snprintf(h->path, sizeof h->path, LISTS_FOLDER "/held-%s", h->name);
    snprintf(h->source, sizeof h->source, "%s", in->verdict.author.name);
    snprintf(h->reason, sizeof h->reason, "%s", in->verdict.reason);
    if (was_held && !before.discarded && strcmp(before.sha256, h->sha256) == 0)
        h->since_us = before.since_us;
    int e = fsync(in->fd) < 0 || renameat(node->data_fd, in->temporary, node->data_fd, h->path) < 0 ? -errno : 0;
    if (e == 0)
        in->temporary[0] = '\0';
    if (e == 0)
        e = ledger_held_put(node->ledger, h);
    if (e < 0)
        refuse(in, e == -ENOSPC ? strerror(ENOSPC) : _(ledger_error_of(e)));
    else
        end(in, LIST_INTAKE_HELD, NULL, NULL);
}

static bool was_discarded(struct list_intake *in)
{
    return ledger_held_get(in->o.node->ledger, in->record.name, &in->held) == 0 && in->held.discarded &&
           strcmp(in->held.sha256, in->record.sha256) == 0;
}

static void on_examined(void *self, int error, const struct compile_source *source)
{
    struct list_intake *in = self;
    if (error < 0) {
        refuse(in, strerror(-error));
        return;
    }
    for (unsigned i = 0; i < source->sample_count; i++)
        json_array_append_new(in->samples,
                              json_pack("{s:i, s:s, s:s}", "line", (int)source->samples[i].line, "reason",
                                        _(list_flaw_text(source->samples[i].flaw)), "text", source->samples[i].text));
    if (source->stats.rules == 0) {
        char text[LIST_INTAKE_ERROR_MAX];
        snprintf(text, sizeof text, _("there is not one usable name in it; say what it is with --format (%s)"),
                 LIST_FORMAT_WORDS);
        refuse(in, text);
        return;
    }
    _Static_assert((int)LIST_FORMAT_MAX >= (int)LIST_FORMAT_TEXT_MAX, "the record takes every format");
    in->o.reading.format = source->stats.format;
    list_reading_format(&in->o.reading, in->record.format);
    in->record.names = source->stats.rules > UINT32_MAX ? UINT32_MAX : (uint32_t)source->stats.rules;
    in->record.skipped = source->stats.skipped_all > UINT32_MAX ? UINT32_MAX : (uint32_t)source->stats.skipped_all;
    /* What the list is by now: another edition may have come in meanwhile. */
    in->known = ledger_list_get(in->o.node->ledger, in->record.name, &in->old) == 0;
    const struct node *node = in->o.node;
    if (in->o.force || !in->known ||
        list_size_is_believed(in->old.names, in->record.names, node->shrink_percent, node->grow_percent))
        take_or_refuse(in);
    else if (was_discarded(in))
        end(in, LIST_INTAKE_DISCARDED, NULL, NULL);
    else
        hold(in);
}

static bool is_unchanged(struct list_intake *in)
{
    struct list_reading old;
    if (in->o.force || !in->known || strcmp(in->old.sha256, in->record.sha256) != 0 ||
        list_reading_parse(in->old.format, &old) < 0)
        return false;
    /* Read in another way they are another edition. */
    return in->o.reading.format == LIST_FORMAT_AUTO ||
           (in->o.reading.format == old.format && strcmp(in->o.reading.column, old.column) == 0);
}

void list_intake_finish(struct list_intake *in, list_intake_done *done, void *self)
{
    in->done = done;
    in->self = self;
    if (in->error < 0) {
        refuse(in, strerror(-in->error));
        return;
    }
    if (in->packed) {
        refuse(in, _(in->packed));
        return;
    }
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&in->hash, hash);
    sodium_bin2hex(in->record.sha256, sizeof in->record.sha256, hash, sizeof hash);
    snprintf(in->record.path, sizeof in->record.path, LISTS_FOLDER "/%s-%s", in->record.name, in->record.sha256);
    if (is_unchanged(in)) {
        in->record = in->old;
        end(in, LIST_INTAKE_UNCHANGED, NULL, NULL);
        return;
    }
    int fd = openat(in->o.node->data_fd, in->temporary, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        refuse(in, strerror(errno));
        return;
    }
    int e = in->o.node->examine_list(in->o.node->self, fd, &in->o.reading, on_examined, in);
    if (e < 0) {
        close(fd);
        refuse(in, e == -EBUSY ? _("too many lists are being imported; try again when they are done") : strerror(-e));
    }
}

int list_intake_accept(struct node *node, const char *name, const char *source, const char *reason, list_intake_done *done,
                       void *self)
{
    struct list_held h;
    if (!list_name_is_valid(name) || ledger_held_get(node->ledger, name, &h) < 0 || h.discarded)
        return -ENOENT;
    struct list_intake *in = calloc(1, sizeof *in);
    if (!in || !(in->samples = json_array())) {
        free(in);
        return -ENOMEM;
    }
    in->done = done;
    in->self = self;
    in->o = (struct list_intake_options){.node = node, .order = -1};
    in->fd = openat(node->data_fd, h.path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0) {
        list_intake_drop(in);
        return -errno;
    }
    int64_t now_us = clock_wall_us();
    in->known = ledger_list_get(node->ledger, name, &in->old) == 0;
    in->record = (struct list_record){.enabled = true,
                                      .protects = in->known && in->old.protects,
                                      .observes = in->known && in->old.observes,
                                      .imported_us = now_us,
                                      .names = h.names,
                                      .skipped = h.skipped};
    memcpy(in->record.name, h.name, sizeof h.name);
    memcpy(in->record.format, h.format, sizeof h.format);
    memcpy(in->record.sha256, h.sha256, sizeof h.sha256);
    snprintf(in->record.path, sizeof in->record.path, LISTS_FOLDER "/%s-%s", h.name, h.sha256);
    in->verdict = list_verdict(name, VERDICT_BY_ANALYST, source, now_us);
    if (reason && *reason)
        snprintf(in->verdict.reason, sizeof in->verdict.reason, "%s", reason);
    else
        snprintf(in->verdict.reason, sizeof in->verdict.reason, _("accepted; held back of %s"), h.source);
    /* The file moves from its place among the held ones by the rename of take. */
    memcpy(in->temporary, h.path, sizeof h.path);
    int e = take(in);
    if (e < 0) {
        in->temporary[0] = '\0';
        list_intake_drop(in);
        return e;
    }
    node->lists_changed(node->self, on_in_force, in);
    return 0;
}
