/* Measures what it costs to hold observations against active indicators: insertions, look-ups, memory.
 *
 *   match_bench [INDICATORS [OBSERVATIONS [HITS_PER_MILLE]]]     10 million, 10 million, 10
 *
 * Six tenths of the indicators are domains, the rest hosts, addresses, prefixes (24 to 31 bits) and SHA-256 hashes. Observations
 * are made before the clock starts: names of three labels and five, clients of IPv4.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "judge/match/match.h"
#include "judge/match/sightings.h"

enum { POOL = 1 << 18 }; /* observations made, 80 MB: more than any cache holds; gone through again and again */

static uint64_t state = 88172645463325252u;

static uint64_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void make_subject(uint32_t i, struct subject *s)
{
    uint64_t x = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    unsigned which = i % 10;
    if (which < 8) {
        s->kind = which < 6 ? SUBJECT_DOMAIN : SUBJECT_HOST;
        snprintf(s->value, sizeof s->value, which < 6 ? "b%07x.example" : "www.b%07x.example", i);
    } else if (i % 20 == 8) {
        s->kind = SUBJECT_ADDRESS;
        snprintf(s->value, sizeof s->value, "%u.%u.%u.%u", 1 + (unsigned)(x >> 56) % 200, (unsigned)(x >> 48) & 255,
                 (unsigned)(x >> 40) & 255, (unsigned)(x >> 32) & 255);
    } else if (i % 20 == 18) {
        s->kind = SUBJECT_PREFIX;
        unsigned bits = 24 + (unsigned)(x >> 20) % 8;
        uint32_t a = (uint32_t)(x >> 32) & ~(uint32_t)0 << (32 - bits);
        snprintf(s->value, sizeof s->value, "%u.%u.%u.%u/%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255, bits);
    } else {
        s->kind = SUBJECT_SHA256;
        snprintf(s->value, sizeof s->value, "%016" PRIx64 "%016" PRIx64 "%032x", x, x * 3, i);
    }
}

static void put_label(struct dns_observation *o, const char *label)
{
    size_t len = strlen(label);
    o->name[o->name_len++] = (uint8_t)len;
    memcpy(o->name + o->name_len, label, len);
    o->name_len += (uint8_t)len;
}

static void make_observation(struct dns_observation *o, uint32_t indicators, unsigned hits_per_mille)
{
    char label[32];
    o->name_len = 0;
    o->group = (uint32_t)(chance() % 1000);
    o->time_us = INT64_C(1700000000000000) + (int64_t)(chance() % 3600000000u);
    if (chance() % 2) {
        put_label(o, "cdn");
        put_label(o, "eu-west-1");
    }
    put_label(o, "www");
    bool hit = chance() % 1000 < hits_per_mille;
    snprintf(label, sizeof label, "%c%07x", hit ? 'b' : 'g', (unsigned)(chance() % (indicators / 10 + 1) * 10));
    put_label(o, label);
    put_label(o, "example");
    o->name[o->name_len++] = 0;
    uint32_t client = 10u << 24 | (uint32_t)(chance() & 0xffffff);
    o->client = (struct addr){{[10] = 0xff, [11] = 0xff, [12] = (uint8_t)(client >> 24), [13] = (uint8_t)(client >> 16),
                               [14] = (uint8_t)(client >> 8), [15] = (uint8_t)client}};
}

struct seen {
    const struct dns_observation *batch;
    struct sightings *sightings;
    uint64_t rows;
};

static void count_row(void *context, const struct sighting *row)
{
    (void)row;
    ((struct seen *)context)->rows++;
}

static void count_hit(void *context, const struct match_hit *hit)
{
    struct seen *s = context;
    const struct dns_observation *o = &s->batch[hit->item];
    (void)!sightings_add(s->sightings, hit->indicator, o->group, o->time_us, 1);
}

int main(int argc, char **argv)
{
    enum { BATCH = 256 };
    uint32_t indicators = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 10000000;
    uint64_t wanted = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000000;
    unsigned hits_per_mille = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 10;
    static struct subject s;
    struct match_set *m = match_set_new((struct sip_key){1, 2}, 0);
    struct dns_observation *pool = calloc(POOL, sizeof *pool);
    struct seen seen = {0};
    seen.sightings = sightings_new((struct sip_key){3, 4}, 1 << 16, count_row, &seen);
    if (!m || !pool || !seen.sightings || indicators == 0) {
        fprintf(stderr, "match_bench: out of memory, or no indicators\n");
        return 1;
    }
    uint64_t from = clock_mono_ns();
    for (uint32_t i = 0; i < indicators; i++)
        make_subject(i, &s);
    uint64_t making = clock_mono_ns() - from;
    from = clock_mono_ns();
    for (uint32_t i = 0; i < indicators; i++) {
        make_subject(i, &s);
        (void)!match_set_insert(m, &s, i);
    }
    uint64_t took = clock_mono_ns() - from - making;
    printf("insert: %zu indicators, %.2f million/s, %.1f octets each\n", match_set_count(m), 1e3 * indicators / (double)took,
           (double)match_set_bytes(m) / (double)match_set_count(m));

    for (unsigned i = 0; i < POOL; i++)
        make_observation(&pool[i], indicators, hits_per_mille);
    uint64_t hits = 0, done = 0;
    from = clock_mono_ns();
    for (size_t at = 0; done < wanted; done += BATCH, at = (at + BATCH) % POOL) {
        seen.batch = &pool[at];
        hits += match_observations(m, &pool[at], BATCH, count_hit, &seen);
    }
    took = clock_mono_ns() - from;
    printf("match: %" PRIu64 " observations, %.2f million/s, %" PRIu64 " hits\n", done, 1e3 * (double)done / (double)took, hits);

    from = clock_mono_ns();
    for (uint32_t i = 0; i < indicators; i += 10) {
        make_subject(i, &s);
        (void)!match_set_remove(m, &s, i);
    }
    took = clock_mono_ns() - from;
    struct sightings_counters c = sightings_counters(seen.sightings);
    printf("remove: %.2f million/s with making the texts; sightings: %" PRIu64 " added, %" PRIu64 " rows held, %" PRIu64 " evicted\n",
           1e3 * (indicators / 10.0) / (double)took, c.added, c.rows, c.evicted);
    sightings_free(seen.sightings);
    match_set_free(m);
    free(pool);
    return 0;
}
