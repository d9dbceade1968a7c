/* Gathers the differences of a zone and applies them to its kept copy. */
#include "share/feed/zone_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"

int zone_copy_soa(int fd, struct dns_soa *ret_soa)
{
    struct lines *l = malloc(sizeof *l);
    char text[ZONE_LINE_MAX];
    const char *line;
    size_t len;
    if (!l)
        return -ENOMEM;
    if (lseek(fd, 0, SEEK_SET) < 0) {
        free(l);
        return -errno;
    }
    lines_init(l, fd);
    int e = lines_next(l, &line, &len);
    if (e == 1 && !l->too_long && len < sizeof text) {
        memcpy(text, line, len);
        text[len] = '\0';
        e = zone_text_soa(text, ret_soa);
    } else if (e >= 0) {
        e = -EINVAL;
    }
    free(l);
    return e;
}

/* ---- a table of lines ---- */

enum state { NO_CHANGE, GOES, COMES, GONE };

struct slot {
    uint32_t at; /* of the line in the text, plus one; 0: free */
    uint16_t len;
    uint8_t state;
    uint32_t tag;
};

struct zone_diff {
    struct sip_key key;
    struct slot *slots;
    size_t slot_count, used;
    char *text;
    size_t text_len, text_max;
};

enum { SLOTS_FIRST = 256, TEXT_FIRST = 1 << 14 };

struct zone_diff *zone_diff_new(struct sip_key key)
{
    struct zone_diff *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->key = key;
    d->slot_count = SLOTS_FIRST;
    d->text_max = TEXT_FIRST;
    d->slots = calloc(d->slot_count, sizeof *d->slots);
    d->text = malloc(d->text_max);
    if (d->slots && d->text)
        return d;
    zone_diff_free(d);
    return NULL;
}

void zone_diff_free(struct zone_diff *d)
{
    if (!d)
        return;
    free(d->slots);
    free(d->text);
    free(d);
}

static struct slot *find(const struct zone_diff *d, const char *line, size_t len, uint32_t *ret_tag)
{
    uint64_t hash = sip_hash(d->key, line, len);
    size_t at = (size_t)hash & (d->slot_count - 1);
    *ret_tag = (uint32_t)(hash >> 32);
    for (;; at = (at + 1) & (d->slot_count - 1)) {
        struct slot *s = &d->slots[at];
        if (s->at == 0 || (s->tag == *ret_tag && s->len == len && memcmp(d->text + s->at - 1, line, len) == 0))
            return s;
    }
}

static int grow_slots(struct zone_diff *d)
{
    struct zone_diff bigger = *d;
    bigger.slot_count = d->slot_count * 2;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (!bigger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < d->slot_count; i++) {
        uint32_t tag;
        if (d->slots[i].at)
            *find(&bigger, d->text + d->slots[i].at - 1, d->slots[i].len, &tag) = d->slots[i];
    }
    free(d->slots);
    *d = bigger;
    return 0;
}

/* Keeps the text of a line; its place plus one. */
static int64_t keep_text(struct zone_diff *d, const char *line, size_t len)
{
    if (d->text_len + len > ZONE_DIFF_OCTETS_MAX)
        return -E2BIG;
    if (d->text_len + len > d->text_max) {
        size_t max = d->text_max * 2;
        char *text = realloc(d->text, max);
        if (!text)
            return -ENOMEM;
        d->text = text;
        d->text_max = max;
    }
    memcpy(d->text + d->text_len, line, len);
    d->text_len += len;
    return (int64_t)(d->text_len - len) + 1;
}

int zone_diff_add(struct zone_diff *d, bool comes, const char *line, size_t len)
{
    if (len == 0 || len >= ZONE_LINE_MAX)
        return -E2BIG;
    if (d->used >= d->slot_count / 4 * 3) {
        int e = grow_slots(d);
        if (e < 0)
            return e;
    }
    uint32_t tag;
    struct slot *s = find(d, line, len, &tag);
    if (s->at == 0) {
        int64_t at = keep_text(d, line, len);
        if (at < 0)
            return (int)at;
        *s = (struct slot){.at = (uint32_t)at, .len = (uint16_t)len, .state = NO_CHANGE, .tag = tag};
        d->used++;
    }
    /* What came in one step may go in the next, and the other way round. */
    if (s->state == (comes ? COMES : GOES))
        return -ESTALE;
    s->state = s->state == NO_CHANGE ? comes ? COMES : GOES : NO_CHANGE;
    return 0;
}

/* One record of the old zone. */
static int apply_line(struct zone_diff *d, const char *line, size_t len, FILE *to)
{
    uint32_t tag;
    struct slot *s = find(d, line, len, &tag);
    if (s->at && s->state == GOES) {
        s->state = GONE;
        return 0;
    }
    if (s->at && s->state != NO_CHANGE)
        return -ESTALE; /* comes, and is there; or goes, and is there twice */
    return fwrite(line, 1, len, to) == len && fputc('\n', to) != EOF ? 0 : -EIO;
}

static int by_place(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* Those that came, in the order in which they did. */
static int write_new(const struct zone_diff *d, FILE *to)
{
    size_t count = 0;
    struct slot *s = calloc(d->used ? d->used : 1, sizeof *s);
    if (!s)
        return -ENOMEM;
    int e = 0;
    for (size_t i = 0; e == 0 && i < d->slot_count; i++) {
        if (d->slots[i].at && d->slots[i].state == GOES)
            e = -ESTALE; /* was not there */
        else if (d->slots[i].at && d->slots[i].state == COMES)
            s[count++] = d->slots[i];
    }
    qsort(s, count, sizeof *s, by_place);
    for (size_t i = 0; e == 0 && i < count; i++)
        if (fwrite(d->text + s[i].at - 1, 1, s[i].len, to) != s[i].len || fputc('\n', to) == EOF)
            e = -EIO;
    free(s);
    return e;
}

int zone_diff_apply(struct zone_diff *d, const char *soa, int old_fd, FILE *to)
{
    struct lines *l = malloc(sizeof *l);
    const char *line;
    size_t len;
    if (!l)
        return -ENOMEM;
    int e = lseek(old_fd, 0, SEEK_SET) < 0 ? -errno : 0;
    if (e == 0 && fprintf(to, "%s\n", soa) < 0)
        e = -EIO;
    lines_init(l, old_fd);
    while (e == 0 && (e = lines_next(l, &line, &len)) > 0)
        e = l->too_long ? -ESTALE : l->number == 1 ? 0 : apply_line(d, line, len, to);
    free(l);
    return e < 0 ? e : write_new(d, to);
}
