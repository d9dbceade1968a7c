/* Keeps known places in one table, the least recently used first to go. */
#include "api/signing_in/known_places.h"

#include <stdlib.h>
#include <string.h>

struct place {
    int64_t account; /* 0: free */
    uint8_t from[16];
    int64_t used_us;
    unsigned failures;
};

struct known_places {
    struct place all[KNOWN_PLACES_MAX];
};

struct known_places *known_places_new(void)
{
    return calloc(1, sizeof(struct known_places));
}

void known_places_free(struct known_places *p)
{
    free(p);
}

static void part_of(const struct addr *from, uint8_t part[16])
{
    memset(part, 0, 16);
    memcpy(part, from->bytes, addr_is_v4(from) ? 16 : 8);
}

static struct place *find(const struct known_places *p, int64_t account, const struct addr *from)
{
    uint8_t part[16];
    part_of(from, part);
    for (unsigned i = 0; i < KNOWN_PLACES_MAX; i++)
        if (p->all[i].account == account && memcmp(p->all[i].from, part, sizeof part) == 0)
            return (struct place *)&p->all[i];
    return NULL;
}

void known_places_add(struct known_places *p, int64_t account, const struct addr *from, int64_t now_us)
{
    struct place *at = find(p, account, from);
    for (unsigned i = 0; !at && i < KNOWN_PLACES_MAX; i++)
        if (p->all[i].account == 0)
            at = &p->all[i];
    if (!at) {
        at = &p->all[0];
        for (unsigned i = 1; i < KNOWN_PLACES_MAX; i++)
            if (p->all[i].used_us < at->used_us)
                at = &p->all[i];
    }
    *at = (struct place){.account = account, .used_us = now_us};
    part_of(from, at->from);
}

bool known_places_has(const struct known_places *p, int64_t account, const struct addr *from, int64_t now_us)
{
    const struct place *at = find(p, account, from);
    return at && at->failures < KNOWN_PLACE_FAILURES && now_us - at->used_us < KNOWN_PLACE_DAYS * INT64_C(86400000000);
}

bool known_places_failed(struct known_places *p, int64_t account, const struct addr *from)
{
    struct place *at = find(p, account, from);
    if (!at || at->failures >= KNOWN_PLACE_FAILURES)
        return false;
    at->failures++;
    return true;
}
