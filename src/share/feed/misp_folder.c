/* Reads a manifest, compares it with what is known, and fetches the difference. */
#include "share/feed/misp_folder.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_tree.h"
#include "base/text.h"

enum { VALUES_MAX = 4000000, DEPTH_MAX = 16, UUID_LEN = 36, LINE_MAX_OCTETS = 64 };

static int by_uuid(const void *a, const void *b)
{
    return strcmp(((const struct feed_misp_event *)a)->uuid, ((const struct feed_misp_event *)b)->uuid);
}

static bool take_uuid(const char *text, size_t len, char *to)
{
    if (len != UUID_LEN)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c >= 'A' && c <= 'F')
            c = (char)(c - 'A' + 'a');
        bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_hyphen ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        to[i] = c;
    }
    to[len] = '\0';
    return true;
}

static int64_t number_of(const struct json_value *v)
{
    if (json_value_is(v, JSON_TREE_INTEGER))
        return v->integer;
    const char *text = json_value_text(v);
    return text && *text >= '0' && *text <= '9' ? strtoll(text, NULL, 10) : 0;
}

int feed_misp_manifest(const uint8_t *octets, size_t len, struct feed_misp_event **ret_events, size_t *ret_count, bool *ret_is_partial)
{
    static const struct json_limits limits = {.octets = FEED_MISP_MANIFEST_OCTETS, .values = VALUES_MAX, .depth = DEPTH_MAX};
    const struct json_value *all;
    struct json_flaw flaw;
    struct reader r = reader_of(octets, len);
    struct json_tree *tree = json_tree_new();
    int e = tree ? json_tree_read(tree, &r, &limits, &all, &flaw) : -ENOMEM;
    if (e == 0 && !json_value_is(all, JSON_TREE_OBJECT))
        e = -EBADMSG;
    size_t room = e == 0 ? all->count : 0;
    room = room < FEED_MISP_EVENTS_MAX ? room : FEED_MISP_EVENTS_MAX;
    struct feed_misp_event *events = e == 0 ? calloc(room + 1, sizeof *events) : NULL;
    if (e == 0 && !events)
        e = -ENOMEM;
    *ret_count = 0;
    for (const struct json_value *v = e == 0 ? json_value_first(all) : NULL; v && *ret_count < room; v = json_value_next(v)) {
        struct feed_misp_event *event = &events[*ret_count];
        event->timestamp = number_of(json_value_member(v, "timestamp"));
        *ret_count += v->name && event->timestamp > 0 && take_uuid(v->name, v->name_len, event->uuid);
    }
    *ret_is_partial = e == 0 && *ret_count < all->count;
    json_tree_free(tree);
    if (e < 0)
        return e == -ENOMEM ? e : -EBADMSG;
    if (*ret_count > 1)
        qsort(events, *ret_count, sizeof *events, by_uuid);
    *ret_events = events;
    return 0;
}

/* ---- files ---- */

/* A whole file on the heap, terminated; NULL. */
static char *read_whole(int fd, size_t *ret_len)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0 || st.st_size > FEED_MISP_MANIFEST_OCTETS)
        return NULL;
    char *text = malloc((size_t)st.st_size + 1);
    size_t len = 0;
    ssize_t n = 1;
    while (text && n > 0 && len < (size_t)st.st_size) {
        n = pread(fd, text + len, (size_t)st.st_size - len, (off_t)len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (text)
        text[len] = '\0';
    *ret_len = len;
    return text;
}

/* Of our own file; what cannot be read is as if it were new. */
static struct feed_misp_event *read_known(int fd, size_t *ret_count)
{
    size_t len = 0, room = 1, count = 0;
    char *text = read_whole(fd, &len);
    for (size_t i = 0; text && i < len; i++)
        room += text[i] == '\n';
    struct feed_misp_event *known = calloc(room, sizeof *known);
    for (char *line = text; known && line && *line && count < room;) {
        char *end = strchrnul(line, '\n');
        if (end - line > UUID_LEN && take_uuid(line, UUID_LEN, known[count].uuid))
            known[count++].timestamp = strtoll(line + UUID_LEN, NULL, 10);
        line = *end ? end + 1 : end;
    }
    free(text);
    if (known)
        qsort(known, count, sizeof *known, by_uuid);
    *ret_count = count;
    return known;
}

static int write_text(int fd, const char *text)
{
    size_t len = strlen(text);
    ssize_t n = write(fd, text, len);
    return n == (ssize_t)len ? 0 : n < 0 ? -errno : -ENOSPC;
}

/* ---- fetching ---- */

static void url_of(const char *folder, const char *name, char *url, size_t max)
{
    size_t len = strlen(folder);
    snprintf(url, max, "%s%s%s.json", folder, len > 0 && folder[len - 1] == '/' ? "" : "/", name);
}

struct taking {
    const char *url;
    const struct feed_settings *settings;
    const atomic_bool *stop;
    int fd, known_fd;
    struct feed_misp_result *result;
    char *error;
    bool is_begun; /* something is in the edition */
};

/* In front of the next event. */
static int begin_event(struct taking *t)
{
    int e = write_text(t->fd, t->is_begun ? "," : "{\"response\":[");
    t->is_begun = true;
    return e;
}

static int fetch_event(struct taking *t, const struct feed_misp_event *event)
{
    char url[FEED_URL_MAX + 64];
    static const struct feed_tags none;
    struct feed_url_result r;
    url_of(t->url, event->uuid, url, sizeof url);
    int e = begin_event(t);
    if (e == 0)
        e = feed_url_fetch(url, t->settings, &none, t->fd, t->stop, &r, t->error);
    if (e == 0)
        t->result->events++;
    else if (t->error[0] == '\0')
        snprintf(t->error, FEED_ERROR_MAX, "%s", strerror(-e));
    return e;
}

static int take_events(struct taking *t, const struct feed_misp_event *events, size_t count, const struct feed_misp_event *known, size_t known_count)
{
    int e = 0;
    char line[LINE_MAX_OCTETS];
    for (size_t i = 0; e == 0 && i < count; i++) {
        const struct feed_misp_event *had = bsearch(&events[i], known, known_count, sizeof *known, by_uuid);
        const struct feed_misp_event *now = &events[i];
        if (!had || had->timestamp != now->timestamp) {
            if (t->result->events == FEED_MISP_AT_ONCE) {
                t->result->has_more = true;
                now = had;
            } else {
                e = fetch_event(t, now);
            }
        }
        if (e == 0 && now) {
            snprintf(line, sizeof line, "%s %" PRId64 "\n", now->uuid, now->timestamp);
            e = write_text(t->known_fd, line);
        }
    }
    return e;
}

static bool is_gone(const struct feed_misp_event *known, const struct feed_misp_event *events, size_t count)
{
    return !events || !bsearch(known, events, count, sizeof *events, by_uuid);
}

/* A manifest that has lost too much, or cannot be read as a whole, is rather broken than right. */
static void count_gone(struct taking *t, const struct feed_misp_event *events, size_t count, const struct feed_misp_event *known, size_t known_count,
                       bool is_partial)
{
    struct feed_misp_result *r = t->result;
    for (size_t i = 0; i < known_count; i++)
        r->gone += is_gone(&known[i], events, count);
    if (r->gone > 0 && is_partial)
        snprintf(r->note, sizeof r->note, _("the manifest lacks %zu events of %zu and has entries that cannot be read: nothing is withdrawn"), r->gone,
                 known_count);
    else if (r->gone * 100 > known_count * t->settings->shrink_percent)
        snprintf(r->note, sizeof r->note,
                 _("the manifest has lost %zu events of %zu: nothing is withdrawn; if that is right, raise shrink_percent of lists for one fetch"),
                 r->gone, known_count);
}

/* What is gone is told in the edition; or, if that is not believed, stays known. */
static int take_gone(struct taking *t, const struct feed_misp_event *events, size_t count, const struct feed_misp_event *known, size_t known_count)
{
    int e = 0;
    char line[LINE_MAX_OCTETS], event[2 * LINE_MAX_OCTETS];
    for (size_t i = 0; e == 0 && i < known_count; i++) {
        if (!is_gone(&known[i], events, count))
            continue;
        snprintf(line, sizeof line, "%s %" PRId64 "\n", known[i].uuid, known[i].timestamp);
        snprintf(event, sizeof event, "{\"Event\":{\"uuid\":\"%s\",\"deleted\":true}}", known[i].uuid);
        if (t->result->note[0])
            e = write_text(t->known_fd, line);
        else
            e = begin_event(t);
        if (e == 0 && !t->result->note[0])
            e = write_text(t->fd, event);
    }
    return e;
}

int feed_misp_fetch(const char *url, const struct feed_settings *settings, const struct feed_tags *tags, int old_fd, int scratch_fd, int fd,
                    int known_fd, const atomic_bool *stop, struct feed_misp_result *ret_result, char *ret_error)
{
    char manifest_url[FEED_URL_MAX + 64];
    struct feed_url_result r;
    struct feed_misp_event *events = NULL, *known = NULL;
    size_t count = 0, known_count = 0, len = 0;
    bool is_partial = false;
    struct taking t = {.url = url, .settings = settings, .stop = stop, .fd = fd, .known_fd = known_fd, .result = ret_result, .error = ret_error};
    *ret_result = (struct feed_misp_result){0};
    url_of(url, "manifest", manifest_url, sizeof manifest_url);
    int e = feed_url_fetch(manifest_url, settings, tags, scratch_fd, stop, &r, ret_error);
    ret_result->retry_s = r.retry_s;
    ret_result->tags = r.tags;
    ret_result->unchanged = r.unchanged;
    if (e < 0 || r.unchanged)
        return e;
    char *text = read_whole(scratch_fd, &len);
    e = text ? feed_misp_manifest((const uint8_t *)text, len, &events, &count, &is_partial) : -EBADMSG;
    free(text);
    if (e == -EBADMSG)
        snprintf(ret_error, FEED_ERROR_MAX, "%s", _("manifest.json is no manifest of MISP"));
    known = e == 0 ? read_known(old_fd, &known_count) : NULL;
    if (e == 0)
        e = known ? take_events(&t, events, count, known, known_count) : -ENOMEM;
    if (e == 0)
        count_gone(&t, events, count, known, known_count, is_partial);
    if (e == 0 && ret_result->gone > 0)
        e = take_gone(&t, events, count, known, known_count);
    if (e == 0 && t.is_begun)
        e = write_text(fd, "]}");
    free(events);
    free(known);
    if (ret_result->has_more || ret_result->note[0])
        ret_result->tags = (struct feed_tags){0}; /* else the rest would never be asked for */
    ret_result->unchanged = e == 0 && !t.is_begun;
    return e;
}
