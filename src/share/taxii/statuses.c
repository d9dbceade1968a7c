/* Keeps the statuses of posts in a ring: the oldest goes first. */
#include "share/taxii/statuses.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/uuid.h"

struct status {
    unsigned owner;
    char id[UUID_TEXT_MAX];
    int64_t made_us;
    char *text;
    size_t len;
};

struct statuses {
    pthread_mutex_t lock;
    unsigned max, first, count;
    size_t octets, octets_max;
    int64_t kept_us;
    struct status ring[];
};

int statuses_new(unsigned max, size_t octets_max, int64_t kept_us, struct statuses **ret_statuses)
{
    struct statuses *s = calloc(1, sizeof *s + max * sizeof s->ring[0]);
    if (!s)
        return -ENOMEM;
    pthread_mutex_init(&s->lock, NULL);
    s->max = max;
    s->octets_max = octets_max;
    s->kept_us = kept_us;
    *ret_statuses = s;
    return 0;
}

static void drop_first(struct statuses *s)
{
    struct status *gone = &s->ring[s->first];
    s->octets -= gone->len;
    free(gone->text);
    gone->text = NULL;
    s->first = (s->first + 1) % s->max;
    s->count--;
}

void statuses_free(struct statuses *s)
{
    if (!s)
        return;
    while (s->count > 0)
        drop_first(s);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* A clock that went back makes what was kept look new: the ring still bounds it. */
static int drop_old(struct statuses *s, int64_t now_us)
{
    while (s->count > 0 && now_us - s->ring[s->first].made_us > s->kept_us)
        drop_first(s);
    return 0;
}

int statuses_put(struct statuses *s, unsigned owner, const char *id, const char *text, size_t len, int64_t now_us)
{
    int evicted = 0;
    if (len > s->octets_max || strlen(id) >= UUID_TEXT_MAX)
        return -EMSGSIZE;
    char *copy = malloc(len);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, text, len);
    pthread_mutex_lock(&s->lock);
    drop_old(s, now_us);
    for (; s->count == s->max || s->octets + len > s->octets_max; evicted++)
        drop_first(s);
    struct status *to = &s->ring[(s->first + s->count++) % s->max];
    *to = (struct status){.owner = owner, .made_us = now_us, .text = copy, .len = len};
    memcpy(to->id, id, strlen(id));
    s->octets += len;
    pthread_mutex_unlock(&s->lock);
    return evicted;
}

int statuses_get(struct statuses *s, unsigned owner, const char *id, int64_t now_us, char **ret_text, size_t *ret_len)
{
    int r = -ENOENT;
    pthread_mutex_lock(&s->lock);
    drop_old(s, now_us);
    for (unsigned i = 0; r == -ENOENT && i < s->count; i++) {
        const struct status *from = &s->ring[(s->first + i) % s->max];
        if (from->owner != owner || strcmp(from->id, id) != 0)
            continue;
        char *copy = malloc(from->len);
        r = copy ? 0 : -ENOMEM;
        if (copy) {
            memcpy(copy, from->text, from->len);
            *ret_text = copy;
            *ret_len = from->len;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}
