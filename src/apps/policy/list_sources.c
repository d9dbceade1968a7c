/* Gathers lists from the ledger's table and compiles them. */
#include "apps/policy/list_sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

struct gather {
    struct list_sources *to;
    int data_fd;
    struct list_instead *instead;
    bool protection_only;
};

int list_sources_init(struct list_sources *s)
{
    *s = (struct list_sources){0};
    s->sources = calloc(LIST_COUNT_MAX, sizeof *s->sources);
    s->protect = calloc(LIST_COUNT_MAX + LIST_PROTECT_FILES_MAX, sizeof *s->protect);
    s->protect_names = calloc(LIST_COUNT_MAX + LIST_PROTECT_FILES_MAX, sizeof *s->protect_names);
    return s->sources && s->protect && s->protect_names ? 0 : -ENOMEM;
}

/* A never-block list, by its name and descriptor. */
static struct compile_source *add_protect(struct list_sources *s, const char *name, const struct compile_source *source)
{
    snprintf(s->protect_names[s->protect_count], sizeof s->protect_names[0], "%s", name);
    struct compile_source *to = &s->protect[s->protect_count++];
    *to = *source;
    return to;
}

void list_sources_protect(struct list_sources *s, const char *name, int fd)
{
    if (s->protect_count == LIST_PROTECT_FILES_MAX) {
        close(fd);
        return;
    }
    add_protect(s, name, &(struct compile_source){.fd = fd});
}

static int open_list(const struct gather *g, const struct list_record *r, bool other)
{
    int fd = other ? fcntl(g->instead->fd, F_DUPFD_CLOEXEC, 0) : openat(g->data_fd, r->path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && other && lseek(fd, 0, SEEK_SET) < 0) {
        int e = errno;
        close(fd);
        errno = e;
        return -1;
    }
    return fd;
}

/* As the record says, read from the descriptor. reading: NULL for as the record says that too. */
static struct compile_source source_of(const struct list_record *r, int fd, const struct list_reading *reading)
{
    struct compile_source s = {.fd = fd, .observes = r->observes};
    struct list_reading own;
    if (!reading && list_reading_parse(r->format, &own) == 0)
        reading = &own;
    if (reading) {
        s.format = reading->format;
        memcpy(s.column, reading->column, sizeof s.column);
    }
    s.list = (struct policy_list){.id = r->id, .verdict_id = r->verdict, .ede = DNS_EDE_BLOCKED, .since_us = r->imported_us};
    snprintf(s.list.name, sizeof s.list.name, "%s", r->name);
    return s;
}

static int gather_list(const struct list_record *r, void *self)
{
    struct gather *g = self;
    struct list_sources *to = g->to;
    bool other = g->instead && strcmp(g->instead->name, r->name) == 0;
    if (!r->enabled || to->count == LIST_COUNT_MAX || (g->protection_only && !r->protects))
        return 0;
    int fd = open_list(g, r, other);
    if (fd < 0) {
        log_error(_("list %s: its copy %s: %s; import it again"), r->name, r->path, strerror(errno));
        return 0;
    }
    struct compile_source s = source_of(r, fd, other ? &g->instead->reading : NULL);
    struct compile_source *kept = &to->sources[to->count];
    if (r->protects) {
        kept = add_protect(to, r->name, &s);
    } else {
        *kept = s;
        to->count++;
    }
    if (other) {
        g->instead->found = true;
        g->instead->source = kept;
    }
    return 0;
}

int list_sources_gather(struct list_sources *s, struct ledger *l, int data_fd, struct list_instead *instead)
{
    struct gather g = {s, data_fd, instead, false};
    return ledger_list_each(l, gather_list, &g);
}

int list_sources_gather_protection(struct list_sources *s, struct ledger *l, int data_fd)
{
    struct gather g = {s, data_fd, NULL, true};
    return ledger_list_each(l, gather_list, &g);
}

int list_sources_add(struct list_sources *s, const struct list_record *r, int fd)
{
    if (s->count == LIST_COUNT_MAX) {
        close(fd);
        return -EINVAL;
    }
    s->sources[s->count++] = source_of(r, fd, NULL);
    return 0;
}

/* Reads the never-block lists; the other lists are compiled with what came of it. */
static int read_protection(struct list_sources *s, struct sip_key key)
{
    if (s->protect_count == 0)
        return 0;
    s->protection = protection_new(key);
    int e = s->protection ? 0 : -ENOMEM;
    for (unsigned i = 0; e == 0 && i < s->protect_count; i++) {
        struct list_reading reading = compile_source_reading(&s->protect[i]);
        e = protection_read(s->protection, s->protect_names[i], s->protect[i].fd, &reading, &s->protect[i].stats);
    }
    for (unsigned i = 0; i < s->count; i++)
        s->sources[i].protection = s->protection;
    return e;
}

int list_sources_compile(struct list_sources *s, struct policy_builder *b, unsigned *ret_failed)
{
    int e = read_protection(s, policy_builder_key(b));
    return e < 0 ? e : policy_compile(b, s->sources, s->count, ret_failed);
}

void list_sources_close(struct list_sources *s)
{
    for (unsigned i = 0; i < s->count; i++)
        close(s->sources[i].fd);
    for (unsigned i = 0; i < s->protect_count; i++)
        close(s->protect[i].fd);
    free(s->sources);
    free(s->protect);
    free(s->protect_names);
    struct protection *kept = s->protection;
    *s = (struct list_sources){.protection = kept};
}
