/* Measures the ledger: verdicts a second in batches and one by one, how long it takes to open, find, prove and verify.
 *
 *   ledger_bench FILE [VERDICTS]    (100000) appended to FILE, which is made when it is not there, and stays
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "proto/tlog/note_key.h"
#include "proto/tlog/proof_file.h"
#include "store/ledger.h"

enum { BATCH = 1000, SINGLES = 2000, PROOFS = 200, LOOKUPS = 1000 };

static double seconds_since(uint64_t start_ns)
{
    return (double)(clock_mono_ns() - start_ns) / 1e9;
}

/* Of this process: what other work on the machine does not change. */
static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill(struct verdict *v, uint64_t number)
{
    *v = (struct verdict){.claim = CLAIM_PHISHING, .probability = 800, .tlp = VERDICT_TLP_GREEN, .made_us = clock_wall_us(),
                          .author = {VERDICT_BY_FEED, "urls", "2026-11-22"}, .reason = "listed by the feed"};
    v->from_us = v->made_us;
    /* Scattered, as names in a feed are. */
    snprintf(v->subject.value, sizeof v->subject.value, "h%016" PRIx64 ".example.com", number * UINT64_C(0x9e3779b97f4a7c15));
}

static int append(struct ledger *l, uint64_t count)
{
    struct verdict *v = calloc(BATCH, sizeof *v);
    uint64_t start = clock_mono_ns(), number = (uint64_t)clock_wall_us();
    int e = v ? 0 : -1;
    double processor = processor_seconds();
    for (uint64_t done = 0; e == 0 && done < count; done += BATCH) {
        for (unsigned i = 0; i < BATCH; i++)
            fill(&v[i], number++);
        e = ledger_append_all(l, v, BATCH);
    }
    if (e == 0)
        printf("batches of %d: %.0f verdicts/s, %.0f for each second of processor time\n", BATCH, (double)count / seconds_since(start),
               (double)count / (processor_seconds() - processor));
    start = clock_mono_ns();
    for (unsigned i = 0; e == 0 && i < SINGLES; i++) {
        fill(v, number++);
        e = ledger_append(l, v);
    }
    if (e == 0)
        printf("one by one: %.0f verdicts/s\n", SINGLES / seconds_since(start));
    free(v);
    return e;
}

static int prove(struct ledger *l)
{
    static const uint8_t seed[NOTE_KEY_OCTETS];
    static struct ledger_checkpoint checkpoint;
    struct note_signer signer;
    uint8_t *proof = malloc(PROOF_FILE_MAX);
    int e = proof && note_signer_init(&signer, NOTE_ED25519, "bench", seed) == 0 ? 0 : -1;
    if (e == 0)
        e = ledger_checkpoint_make(l, &signer, 1, &checkpoint);
    uint64_t start = clock_mono_ns();
    for (unsigned i = 0; e == 0 && i < PROOFS; i++) {
        struct writer w = writer_of(proof, PROOF_FILE_MAX);
        e = ledger_prove(l, 1 + (uint32_t)(checkpoint.size / PROOFS * i), &checkpoint, &w);
    }
    printf("a proof of %" PRIu64 " entries: %.2f ms\n", checkpoint.size, seconds_since(start) * 1e3 / PROOFS);
    free(proof);
    return e;
}

static int count_one(const struct verdict *v, void *self)
{
    (void)v;
    ++*(uint64_t *)self;
    return 0;
}

/* All that was said of values that are there, and of others. */
static int look_up(struct ledger *l)
{
    uint64_t found = 0, all = 0, longest = 0, size;
    uint8_t root[LEDGER_HASH_LEN];
    int e = 0;
    ledger_root(l, &size, root);
    for (uint64_t i = 0; e == 0 && i < LOOKUPS; i++) {
        struct verdict v;
        fill(&v, i);
        if (i % 2 == 0)
            e = ledger_get(l, (uint32_t)(1 + size / LOOKUPS * i), &v);
        if (e < 0)
            break;
        uint64_t from = clock_mono_ns();
        e = ledger_find_subject(l, v.subject.value, count_one, &found);
        uint64_t took = clock_mono_ns() - from;
        longest = took > longest ? took : longest;
        all += took;
    }
    printf("what was said of a value: %.3f ms, at most %.2f ms (%" PRIu64 " of %d found)\n", (double)all / 1e6 / LOOKUPS,
           (double)longest / 1e6, found, LOOKUPS);
    return e;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
    struct ledger *l;
    uint32_t bad;
    if (argc < 2 || ledger_open(argv[1], &l) < 0) {
        fprintf(stderr, "usage: ledger_bench FILE [VERDICTS]\n");
        return 2;
    }
    int e = append(l, count);
    ledger_close(l);
    uint64_t start = clock_mono_ns();
    if (e < 0 || ledger_open(argv[1], &l) < 0)
        return 1;
    printf("opened in %.1f ms\n", seconds_since(start) * 1e3);
    e = look_up(l);
    if (e == 0)
        e = prove(l);
    start = clock_mono_ns();
    if (e == 0)
        e = ledger_verify(l, NULL, NULL, &bad);
    printf("verified in %.1f s: %s\n", seconds_since(start), e == 0 ? "as it was written" : "wrong");
    ledger_close(l);
    return e < 0;
}
