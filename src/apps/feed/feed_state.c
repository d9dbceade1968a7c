/* Reads and writes the state of a feed as JSON. */
#include "apps/feed/feed_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/feed/feed_protocol.h"
#include "base/addr.h"

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

/* What is fetched from where: another one is another feed. */
static void identify(const struct feed *f, char *ret_text)
{
    char primary[ADDR_PORT_TEXT_MAX];
    if (f->kind == FEED_ZONE)
        snprintf(ret_text, FEED_IDENTITY_MAX, "zone %s of %s", f->zone,
                 addr_port_format((const struct sockaddr *)&f->primary, primary));
    else if (f->kind == FEED_TAXII)
        snprintf(ret_text, FEED_IDENTITY_MAX, "taxii %s %s", f->url, f->collection);
    else
        snprintf(ret_text, FEED_IDENTITY_MAX, "%s%s", f->kind == FEED_MISP ? "misp " : "", f->url);
}

static uint32_t within(uint32_t value, uint32_t least, uint32_t most)
{
    return value < least ? least : value > most ? most : value;
}

void feed_state_take_soa(struct feed_state *s, const struct dns_soa *soa)
{
    s->soa = *soa;
    s->every_s = within(soa->refresh_s, FEED_REFRESH_MIN_S, FEED_REFRESH_MAX_S);
}

bool feed_state_expired(const struct feed_state *s, int64_t now_us)
{
    return s->soa.expire_s != 0 && s->schedule.ok_us != 0 &&
           now_us - s->schedule.ok_us > (int64_t)s->soa.expire_s * 1000000;
}

static void take_soa(const json_t *object, struct feed_state *s)
{
    struct dns_soa soa = {.serial = (uint32_t)take_number(object, "serial"),
                          .refresh_s = (uint32_t)take_number(object, "refresh_s"),
                          .retry_s = (uint32_t)take_number(object, "retry_s"),
                          .expire_s = (uint32_t)take_number(object, "expire_s")};
    if (soa.refresh_s != 0)
        feed_state_take_soa(s, &soa);
}

static void take_position(const json_t *p, struct feed_taxii_position *to)
{
    take_text(p, "added_after", to->added_after, sizeof to->added_after);
    take_text(p, "next", to->next, sizeof to->next);
    take_text(p, "last", to->last, sizeof to->last);
}

static json_t *position_json(const struct feed_taxii_position *p)
{
    return json_pack("{s:s, s:s, s:s}", "added_after", p->added_after, "next", p->next, "last", p->last);
}

void feed_state_load(struct feed_state *s, const struct feed *f, int folder)
{
    *s = (struct feed_state){.every_s = f->kind == FEED_ZONE ? FEED_REFRESH_MAX_S : f->every_s};
    identify(f, s->of);
    json_t *object = read_file(folder, f->name);
    const char *of = json_string_value(json_object_get(object, "of"));
    if (of && strcmp(of, s->of) == 0) {
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
        take_position(json_object_get(object, "position"), &s->position);
        take_position(json_object_get(object, "page"), &s->page);
        s->has_more = json_is_true(json_object_get(object, "more"));
        if (f->kind == FEED_ZONE)
            take_soa(object, s);
    }
    json_decref(object);
}

json_t *feed_state_json(const struct feed_state *s)
{
    json_t *object = json_pack("{s:I, s:I, s:I, s:I, s:I, s:s, s:s}", "tried_us", (json_int_t)s->schedule.tried_us, "ok_us",
                     (json_int_t)s->schedule.ok_us, "next_us", (json_int_t)s->schedule.next_us, "failures",
                     (json_int_t)s->schedule.failures, "every_s", (json_int_t)s->every_s, "error", s->error, "outcome",
                     s->outcome);
    if (object && s->soa.refresh_s != 0) {
        json_object_set_new(object, "serial", json_integer(s->soa.serial));
        json_object_set_new(object, "refresh_s", json_integer(s->soa.refresh_s));
        json_object_set_new(object, "retry_s", json_integer(s->soa.retry_s));
        json_object_set_new(object, "expire_s", json_integer(s->soa.expire_s));
    }
    return object;
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
    json_object_set_new(object, "position", position_json(&s->position));
    json_object_set_new(object, "page", position_json(&s->page));
    json_object_set_new(object, "more", json_boolean(s->has_more));
    char *text = json_dumps(object, JSON_INDENT(1));
    json_decref(object);
    int e = text ? write_whole(folder, fresh, text) : -ENOMEM;
    if (e == 0 && renameat(folder, fresh, folder, file) < 0)
        e = -errno;
    free(text);
    return e;
}
