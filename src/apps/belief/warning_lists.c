/* Reads warning lists from files into two sets: the values themselves, and the names and networks above them. */
#include "apps/belief/warning_lists.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libpsl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "judge/match/match.h"
#include "proto/json/limits.h"
#include "proto/warninglist/warning_list.h"

struct warning_lists {
    struct match_set *values, *above; /* a hit's number is that of the list */
    unsigned count;
    size_t not_matchable; /* regular expressions, and texts that are no subject */
    char names[WARNING_LISTS_MAX][WARNING_LIST_NAME_MAX];
};

static int insert(struct match_set *set, const struct subject *s, uint32_t list)
{
    int e = match_set_insert(set, s, list);
    return e == -EEXIST || e == -ENOTSUP || e == -EINVAL ? 0 : e;
}

/* Who blocks co.jp blocks what is listed below it. */
static int insert_above(struct warning_lists *w, const struct subject *s)
{
    struct subject parent = {.kind = SUBJECT_HOST};
    int e = 0;
    if (s->kind != SUBJECT_DOMAIN && s->kind != SUBJECT_HOST)
        return 0;
    for (const char *dot = strchr(s->value, '.'); dot && e == 0; dot = strchr(dot + 1, '.')) {
        snprintf(parent.value, sizeof parent.value, "%s", dot + 1);
        e = insert(w->above, &parent, w->count);
    }
    return e;
}

static int take_value(void *self, enum warning_list_type type, const char *value, size_t len)
{
    struct warning_lists *w = self;
    struct subject s;
    bool is_name = type == WARNING_LIST_HOSTNAME || type == WARNING_LIST_SUBSTRING;
    if (len > 0 && value[0] == '.' && is_name) { /* ".example": all below it */
        value++;
        len--;
    }
    if (type == WARNING_LIST_REGEX || (is_name ? subject_read(SUBJECT_DOMAIN, value, len, &s) : subject_guess(value, len, &s)) < 0) {
        w->not_matchable++;
        return 0;
    }
    /* Below a public suffix (publicsuffix.org: co.jp, duckdns.org) everybody is another: the warning is of that name alone. */
    if (s.kind == SUBJECT_DOMAIN && (type == WARNING_LIST_STRING || psl_is_public_suffix(psl_builtin(), s.value)))
        s.kind = SUBJECT_HOST;
    int e = insert(w->values, &s, w->count);
    return e == 0 ? insert_above(w, &s) : e;
}

/* 0 and the list is in; -EBADMSG and *ret_why. */
static int read_list(struct warning_lists *w, const uint8_t *octets, size_t len, const char **ret_why)
{
    static const struct json_limits limits = {
        .octets = WARNING_LIST_OCTETS_MAX, .values = WARNING_LIST_VALUES_MAX, .depth = WARNING_LIST_DEPTH_MAX};
    struct reader r = reader_of(octets, len);
    struct json_flaw flaw;
    json_t *document;
    int e = json_read(&r, &limits, &document, &flaw);
    if (e < 0) {
        *ret_why = json_flaw_text(flaw.kind);
        return e;
    }
    e = warning_list_read(document, w->names[w->count], take_value, w, ret_why);
    json_decref(document);
    w->count += e == 0;
    return e;
}

static int read_whole(int fd, uint8_t **ret_octets, size_t *ret_len)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_size > WARNING_LIST_OCTETS_MAX)
        return -EFBIG;
    uint8_t *octets = malloc((size_t)st.st_size + 1);
    size_t len = 0;
    ssize_t n = 1;
    while (octets && n > 0 && len < (size_t)st.st_size) {
        n = read(fd, octets + len, (size_t)st.st_size - len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (!octets || n < 0) {
        free(octets);
        return octets ? -EIO : -ENOMEM;
    }
    *ret_octets = octets;
    *ret_len = len;
    return 0;
}

static int read_file(struct warning_lists *w, int folder, const char *path)
{
    uint8_t *octets = NULL;
    size_t len = 0;
    const char *why = NULL;
    if (w->count == WARNING_LISTS_MAX)
        return 0;
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    int e = fd < 0 ? -errno : read_whole(fd, &octets, &len);
    if (e == 0)
        e = read_list(w, octets, len, &why);
    free(octets);
    if (fd >= 0)
        close(fd);
    if (e < 0 && e != -ENOENT)
        log_warning(_("warning list %s is left out: %s"), path, why ? _(why) : strerror(-e));
    return e == -ENOMEM ? e : 0;
}

static bool ends_with(const char *text, const char *tail)
{
    size_t len = strlen(text), tail_len = strlen(tail);
    return len > tail_len && strcmp(text + len - tail_len, tail) == 0;
}

static int read_folder(struct warning_lists *w, DIR *folder)
{
    const struct dirent *entry;
    char path[NAME_MAX + 16];
    int e = 0;
    while (e == 0 && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, ends_with(entry->d_name, ".json") ? "%s" : "%s/list.json", entry->d_name);
        e = read_file(w, dirfd(folder), path);
    }
    return e;
}

int warning_lists_read(const char *path, struct warning_lists **ret_lists)
{
    struct sip_key key;
    DIR *folder = opendir(path);
    if (!folder)
        return -errno;
    struct warning_lists *w = calloc(1, sizeof *w);
    randombytes_buf(&key, sizeof key);
    if (w) {
        w->values = match_set_new(key, 0);
        w->above = match_set_new(key, 0);
    }
    int e = w && w->values && w->above ? read_folder(w, folder) : -ENOMEM;
    closedir(folder);
    if (e < 0) {
        warning_lists_free(w);
        return e;
    }
    *ret_lists = w;
    return 0;
}

void warning_lists_free(struct warning_lists *w)
{
    if (!w)
        return;
    match_set_free(w->values);
    match_set_free(w->above);
    free(w);
}

struct found {
    const struct warning_lists *w;
    const char **names;
    unsigned count;
};

static void note(void *self, const struct match_hit *hit)
{
    struct found *f = self;
    for (unsigned i = 0; i < f->count; i++)
        if (f->names[i] == f->w->names[hit->indicator])
            return;
    if (f->count < WARNING_LISTS_HITS_MAX)
        f->names[f->count++] = f->w->names[hit->indicator];
}

unsigned warning_lists_find(const struct warning_lists *w, const struct subject *s, const char *ret_names[WARNING_LISTS_HITS_MAX])
{
    struct found found = {.w = w, .names = ret_names};
    struct subject first;
    if (!w)
        return 0;
    match_find_value(w->values, s, note, &found);
    if (s->kind == SUBJECT_DOMAIN)
        match_find_value(w->above, s, note, &found);
    if (s->kind == SUBJECT_PREFIX && subject_read(SUBJECT_ADDRESS, s->value, strcspn(s->value, "/"), &first) == 0)
        match_find_value(w->values, &first, note, &found); /* the networks around it */
    return found.count;
}

unsigned warning_lists_count(const struct warning_lists *w)
{
    return w ? w->count : 0;
}

size_t warning_lists_values(const struct warning_lists *w)
{
    return w ? match_set_count(w->values) : 0;
}
