/* Reads a STIX bundle as an import will: counts what it comes to, and says how fast.
 *
 *   stix_bench FILE            a file of yours, read in pieces of 64 KiB
 *   stix_bench --list FILE     also each pattern's matchers, or the reason why there are none
 *   stix_bench --make N        writes a bundle with N made-up indicators to the standard output
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/json_tree.h"
#include "proto/stix/bundle.h"
#include "proto/stix/matchers.h"
#include "proto/stix/object.h"
#include "proto/stix/pattern.h"

enum { PIECE = 65536 };

struct import {
    struct json_tree *tree;
    bool only_bundle, is_listed;
    uint64_t indicators, other, broken, flawed, foreign, bad_patterns, matchers, partial, without;
    uint64_t by_why[STIX_WHY_COUNT];
};

static struct stix_pattern pattern;
static struct stix_matchers matchers;

static void list(const struct stix_object *o)
{
    printf("%s\n", o->pattern);
    for (unsigned i = 0; i < matchers.count; i++)
        printf("    %s %.*s%s\n", stix_match_word(matchers.matcher[i].match), matchers.matcher[i].value.len, matchers.matcher[i].value.at,
               matchers.matcher[i].also.len ? " (also requires more)" : "");
    if (matchers.why != STIX_WHY_NONE)
        printf("    not matchable: %s: %.*s\n", stix_why_text(matchers.why), matchers.why_part.len, matchers.why_part.at);
}

static void take_pattern(struct import *in, const struct stix_object *o)
{
    struct reader r = reader_of(o->pattern, strlen(o->pattern));
    struct stix_pattern_flaw flaw;
    in->indicators++;
    if (strcmp(o->pattern_type, "stix") != 0) {
        in->foreign++;
        return;
    }
    if (stix_pattern_read(&r, &pattern, &flaw) < 0) {
        in->bad_patterns++;
        printf("%s: %s at %zu: %s\n", o->id, stix_pattern_flaw_text(flaw.kind), flaw.offset, o->pattern);
        return;
    }
    unsigned count = stix_matchers_of(&pattern, &matchers);
    in->matchers += count;
    in->without += count == 0;
    in->partial += count > 0 && matchers.matcher[0].also.len > 0;
    in->by_why[matchers.why]++;
    if (in->is_listed)
        list(o);
}

static int take_object(void *arg, const struct stix_bundle_object *object)
{
    static const struct json_limits limits = {.octets = STIX_BUNDLE_OBJECT_MAX, .values = 100000, .depth = STIX_BUNDLE_DEPTH_MAX};
    struct import *in = arg;
    struct reader r = reader_of(object->octets, object->len);
    struct json_flaw flaw;
    struct stix_object_flaw object_flaw;
    struct stix_object o;
    const struct json_value *value;
    if (in->only_bundle)
        return 0;
    if (json_tree_read(in->tree, &r, &limits, &value, &flaw) < 0) {
        in->broken++;
        return 0;
    }
    if (stix_object_read(value, &o, &object_flaw) < 0) {
        in->flawed++;
        printf("object %llu: %s: %s\n", (unsigned long long)object->number, object_flaw.member, stix_object_flaw_text(object_flaw.kind));
    } else if (o.type == STIX_INDICATOR) {
        take_pattern(in, &o);
    } else {
        in->other++;
    }
    return 0;
}

static void tell_skipped(void *arg, uint64_t number, const struct stix_bundle_flaw *flaw)
{
    (void)arg;
    printf("object %llu, line %llu: %s\n", (unsigned long long)number, (unsigned long long)flaw->place.line, stix_bundle_flaw_text(flaw->kind));
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int read_all(FILE *file, struct import *in, const char *what)
{
    static const struct stix_bundle_calls calls = {.object = take_object, .skipped = tell_skipped};
    static const struct stix_bundle_limits limits = {.object_octets = STIX_BUNDLE_OBJECT_MAX, .objects = 100000000, .depth = STIX_BUNDLE_DEPTH_MAX};
    static uint8_t piece[PIECE];
    struct stix_bundle *b = stix_bundle_new(&limits, &calls, in);
    double begin = now_s();
    int result = b ? 0 : -ENOMEM;
    size_t n;
    rewind(file);
    while (result == 0 && (n = fread(piece, 1, sizeof piece, file)) > 0)
        result = stix_bundle_feed(b, piece, n);
    result = result == 0 ? stix_bundle_finish(b) : result;
    double took = now_s() - begin;
    if (result == -EBADMSG) {
        const struct stix_bundle_flaw *flaw = stix_bundle_flaw(b);
        printf("line %llu, column %llu: %s\n", (unsigned long long)flaw->place.line, (unsigned long long)flaw->place.column,
               stix_bundle_flaw_text(flaw->kind));
    }
    if (b) {
        const struct stix_bundle_counts *c = stix_bundle_counts(b);
        printf("%s: %.1f MB, %llu objects, %llu skipped, %.2f s, %.0f MB/s, %.0f objects/s\n", what, (double)c->octets / 1e6,
               (unsigned long long)c->objects, (unsigned long long)c->skipped, took, (double)c->octets / 1e6 / took, (double)c->objects / took);
    }
    stix_bundle_free(b);
    return result;
}

static int make(unsigned long count)
{
    printf("{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000000\",\"objects\":[");
    for (unsigned long i = 0; i < count; i++)
        printf("%s\n{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-%012lx\","
               "\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\",\"name\":\"made up\","
               "\"indicator_types\":[\"malicious-activity\"],\"pattern_type\":\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\","
               "\"pattern\":\"[domain-name:value = 'n%lu.example.com' OR domain-name:value = 'm%lu.example.com']\","
               "\"object_marking_refs\":[\"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\"]}",
               i ? "," : "", i, i, i);
    printf("\n]}\n");
    return 0;
}

int main(int argc, char **argv)
{
    struct import in = {.only_bundle = true};
    if (argc == 3 && strcmp(argv[1], "--make") == 0)
        return make(strtoul(argv[2], NULL, 10));
    bool is_listed = argc == 3 && strcmp(argv[1], "--list") == 0;
    FILE *file = argc == 2 || is_listed ? fopen(argv[argc - 1], "r") : NULL;
    if (!file) {
        fprintf(stderr, "usage: stix_bench [--list] FILE | --make N\n");
        return 2;
    }
    int result = read_all(file, &in, "bundle alone");
    in = (struct import){.tree = json_tree_new(), .is_listed = is_listed};
    result = result == 0 ? read_all(file, &in, "bundle, JSON, object, pattern, matchers") : result;
    printf("indicators %llu, other objects %llu, broken JSON %llu, flawed %llu\n", (unsigned long long)in.indicators, (unsigned long long)in.other,
           (unsigned long long)in.broken, (unsigned long long)in.flawed);
    printf("patterns: other languages %llu, flawed %llu, without matcher %llu, with conditions %llu; matchers %llu\n", (unsigned long long)in.foreign,
           (unsigned long long)in.bad_patterns, (unsigned long long)in.without, (unsigned long long)in.partial, (unsigned long long)in.matchers);
    for (unsigned why = STIX_WHY_NONE + 1; why < STIX_WHY_COUNT; why++)
        if (in.by_why[why] > 0)
            printf("    %llu: %s\n", (unsigned long long)in.by_why[why], stix_why_text((enum stix_why)why));
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("resident at most: %ld KiB\n", usage.ru_maxrss);
    json_tree_free(in.tree);
    fclose(file);
    return result < 0;
}
