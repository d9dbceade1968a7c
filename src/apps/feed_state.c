/* Reads and writes the state of a feed as JSON. */
#include "apps/feed_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/feed_protocol.h"

enum { STATE_OCTETS_MAX = 16384 };

static void take_text(const json_t *object, const char *key, char *to, size_t max)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text && strlen(text) < max)
        snprintf(to, max, "%s", text);
}

static int64_t take_number(const json_t *object, const char *key)
{
    int64_t n = json_integer_value(json_object_get(object, key));
    return n < 0 ? 0 : n;
}

static json_t *read_file(int folder, const char *name)
{
    char file[LIST_NAME_MAX + 16];
    static char octets[STATE_OCTETS_MAX];
    snprintf(file, sizeof file, "%s" FEED_STATE_FILE, name);
    int fd = openat(folder, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? -1 : read(fd, octets, sizeof octets);
    if (fd >= 0)
        close(fd);
    return n > 0 ? json_loadb(octets, (size_t)n, 0, NULL) : NULL;
}

static const char *identity(const struct feed *f)
{
    return f->url;
}

void feed_state_load(struct feed_state *s, const struct feed *f, int folder)
{
    *s = (struct feed_state){.every_s = f->every_s};
    json_t *object = read_file(folder, f->name);
    const char *of = json_string_value(json_object_get(object, "of"));
    if (of && strcmp(of, identity(f)) == 0) {
        s->schedule.tried_us = take_number(object, "tried_us");
        s->schedule.ok_us = take_number(object, "ok_us");
        s->schedule.next_us = take_number(object, "next_us");
        s->schedule.failures = (uint32_t)take_number(object, "failures");
        s->ready = json_is_true(json_object_get(object, "ready"));
        take_text(object, "etag", s->tags.etag, sizeof s->tags.etag);
        take_text(object, "last_modified", s->tags.last_modified, sizeof s->tags.last_modified);
        take_text(object, "sha256", s->sha256, sizeof s->sha256);
        take_text(object, "error", s->error, sizeof s->error);
        take_text(object, "outcome", s->outcome, sizeof s->outcome);
    }
    snprintf(s->of, sizeof s->of, "%s", identity(f));
    json_decref(object);
}

json_t *feed_state_json(const struct feed_state *s)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:s, s:s}", "tried_us", (json_int_t)s->schedule.tried_us, "ok_us",
                     (json_int_t)s->schedule.ok_us, "next_us", (json_int_t)s->schedule.next_us, "failures",
                     (json_int_t)s->schedule.failures, "every_s", (json_int_t)s->every_s, "error", s->error, "outcome",
                     s->outcome);
}

static int write_whole(int folder, const char *file, const char *text)
{
    int fd = openat(folder, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return -errno;
    size_t len = strlen(text);
    ssize_t n = write(fd, text, len);
    int e = n < 0 ? -errno : (size_t)n != len ? -ENOSPC : fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return e;
}

int feed_state_save(const struct feed_state *s, int folder, const char *name)
{
    char file[LIST_NAME_MAX + 16], fresh[LIST_NAME_MAX + 24];
    snprintf(file, sizeof file, "%s" FEED_STATE_FILE, name);
    snprintf(fresh, sizeof fresh, "%s.new", file);
    json_t *object = feed_state_json(s);
    if (!object)
        return -ENOMEM;
    json_object_set_new(object, "of", json_string(s->of));
    json_object_set_new(object, "etag", json_string(s->tags.etag));
    json_object_set_new(object, "last_modified", json_string(s->tags.last_modified));
    json_object_set_new(object, "sha256", json_string(s->sha256));
    json_object_set_new(object, "ready", json_boolean(s->ready));
    char *text = json_dumps(object, JSON_INDENT(1));
    json_decref(object);
    int e = text ? write_whole(folder, fresh, text) : -ENOMEM;
    if (e == 0 && renameat(folder, fresh, folder, file) < 0)
        e = -errno;
    free(text);
    return e;
}
