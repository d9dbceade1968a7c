/* Gathers objects, and writes them when there are many. */
#include "api/intake/object_keeper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { BATCH = 1000, BATCH_OCTETS = 4 << 20 };

struct object_keeper {
    struct exchange *store;
    unsigned collection;
    bool is_found, is_over; /* the collection; nothing more can be kept */
    char source[EXCHANGE_TITLE_MAX];
    struct exchange_object objects[BATCH];
    size_t count, octets;
    struct object_keeper_counts counts;
};

int object_keeper_new(struct exchange *store, const char *source, struct object_keeper **ret_keeper)
{
    struct object_keeper *k = calloc(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    k->store = store;
    snprintf(k->source, sizeof k->source, "%s", source);
    *ret_keeper = k;
    return 0;
}

static void drop(struct object_keeper *k)
{
    for (size_t i = 0; i < k->count; i++)
        free((void *)(uintptr_t)k->objects[i].octets);
    k->count = k->octets = 0;
}

void object_keeper_free(struct object_keeper *k)
{
    if (!k)
        return;
    drop(k);
    free(k);
}

static int find_collection(struct object_keeper *k)
{
    struct exchange_collection c;
    if (k->is_found)
        return 0;
    int e = exchange_collection_of_source(k->store, k->source, &c);
    k->collection = e == 0 ? c.number : 0;
    k->is_found = e == 0;
    return e;
}

static void fail(struct object_keeper *k, const char *why, size_t count)
{
    k->counts.not_kept += count;
    if (!k->counts.why)
        k->counts.why = why;
}

static int put(struct object_keeper *k, struct exchange_object *objects, size_t count)
{
    size_t added = 0;
    int e = exchange_put_all(k->store, k->collection, objects, count, clock_wall_us(), &added);
    if (e == 0) {
        k->counts.kept += added;
        k->counts.known += count - added;
    }
    return e;
}

/* One by one, since one of them is not fit: it does not take the others with it. */
static int put_each(struct object_keeper *k)
{
    int e = 0;
    for (size_t i = 0; e == 0 && i < k->count; i++) {
        e = put(k, &k->objects[i], 1);
        if (e == -EINVAL) {
            fail(k, exchange_error_of(e), 1);
            e = 0;
        } else if (e < 0) {
            fail(k, exchange_error_of(e), k->count - i);
        }
    }
    return e;
}

void object_keeper_flush(struct object_keeper *k)
{
    if (k->count == 0)
        return;
    int e = find_collection(k);
    if (e == 0)
        e = put(k, k->objects, k->count);
    if (e == -EINVAL && k->is_found)
        e = put_each(k);
    else if (e < 0)
        fail(k, exchange_error_of(e), k->count);
    k->is_over = e < 0; /* a store that is full or broken is not asked for each thousand of millions */
    drop(k);
}

static bool fits(const char *id, const char *spec_version, int64_t version_us, size_t len)
{
    return strlen(id) < EXCHANGE_ID_MAX && strlen(spec_version) < EXCHANGE_SPEC_MAX && *spec_version && version_us >= 0 && len > 0 &&
           len <= EXCHANGE_OBJECT_MAX;
}

int object_keeper_take(struct object_keeper *k, const char *id, const char *spec_version, int64_t version_us, const uint8_t *octets, size_t len)
{
    if (!strstr(id, "--"))
        return 0;
    if (!k->store || k->is_over || !fits(id, spec_version, version_us, len)) {
        fail(k, k->store ? N_("an identifier, version or time is not fit to be kept") : N_("the store of exchanged objects cannot be used"), 1);
        return 0;
    }
    size_t id_len = strlen(id) + 1, spec_len = strlen(spec_version) + 1;
    char *copy = malloc(len + id_len + spec_len);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, octets, len);
    memcpy(copy + len, id, id_len);
    memcpy(copy + len + id_len, spec_version, spec_len);
    k->objects[k->count++] = (struct exchange_object){.id = copy + len,
                                                      .spec_version = copy + len + id_len,
                                                      .version_us = version_us,
                                                      .octets = (const uint8_t *)copy,
                                                      .len = len};
    k->octets += len;
    if (k->count == BATCH || k->octets >= BATCH_OCTETS)
        object_keeper_flush(k);
    return 0;
}

struct object_keeper_counts object_keeper_counts(const struct object_keeper *k)
{
    return k->counts;
}
