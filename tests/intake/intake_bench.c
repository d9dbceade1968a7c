/* Reads a document of intelligence as an import will: counts what it comes to, lists it if asked, and says how fast.
 *
 *   intake_bench [--list] [--unmarked] [--map MAP] [--claim CLAIM] [--hosts] FILE...
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "share/statement/statement.h"

enum { PIECE = 65536, WHYS = 64 };

static struct {
    bool is_listed;
    uint64_t statements, withdrawn, kept, sightings, refused, left_out;
    struct {
        const char *why;
        uint64_t count;
    } why[WHYS];
} seen;

static int see_statement(void *self, const struct statement *s)
{
    const struct verdict *v = s->verdict;
    (void)self;
    seen.statements++;
    seen.withdrawn += v->until_us == v->from_us;
    if (seen.is_listed)
        printf("%s\t%s\t%s\t%u\t%s\t%s\t%s\n", subject_kind_word(v->subject.kind), v->subject.value, claim_traits(v->claim)->word, v->probability,
               verdict_tlp_word(v->tlp), v->evidence_count > 0 ? v->evidence[0].reference : "", v->reason);
    return verdict_valid(v) || !v->author.name[0] ? 0 : -EINVAL;
}

static int see_object(void *self, const char *id, const char *spec_version, int64_t modified_us, const uint8_t *octets, size_t len)
{
    (void)self, (void)id, (void)spec_version, (void)modified_us, (void)octets, (void)len;
    seen.kept++;
    return 0;
}

static void see_left_out(void *self, const struct statement_left_out *l)
{
    (void)self;
    seen.refused += l->is_refused;
    seen.left_out += !l->is_refused;
    for (unsigned i = 0; i < WHYS; i++)
        if (!seen.why[i].why || seen.why[i].why == l->why) {
            seen.why[i].why = l->why;
            seen.why[i].count++;
            break;
        }
}

static void see_sighting(void *self, const struct statement_sighting *s)
{
    (void)self, (void)s;
    seen.sightings++;
}

static int read_file(const char *path, const struct statement_options *options, uint64_t *octets)
{
    static const struct statement_calls calls = {.statement = see_statement, .keep = see_object, .left_out = see_left_out, .sighting = see_sighting};
    static uint8_t piece[PIECE];
    FILE *file = fopen(path, "r");
    struct statement_reader *r = file ? statement_open(options, &calls, NULL) : NULL;
    int result = r ? 0 : -EIO;
    for (size_t n; result == 0 && (n = fread(piece, 1, sizeof piece, file)) > 0; *octets += n)
        result = statement_feed(r, piece, n);
    result = result == 0 ? statement_finish(r) : result;
    if (r && result == -EBADMSG)
        fprintf(stderr, "%s:%" PRIu64 ":%" PRIu64 ": %s\n", path, statement_flaw_of(r)->line, statement_flaw_of(r)->column, statement_flaw_of(r)->why);
    statement_close(r);
    if (file)
        fclose(file);
    return result;
}

int main(int argc, char **argv)
{
    struct statement_options options = {.common = {.probability = VERDICT_CERTAIN, .tlp = VERDICT_TLP_AMBER, .made_us = clock_wall_us()}};
    uint64_t octets = 0, start = clock_mono_ns();
    int result = 0, files = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0)
            seen.is_listed = true;
        else if (strcmp(argv[i], "--unmarked") == 0)
            options.unmarked = true;
        else if (strcmp(argv[i], "--hosts") == 0)
            options.hosts_of_urls = true;
        else if (strcmp(argv[i], "--map") == 0 && i + 1 < argc)
            options.map = argv[++i];
        else if (strcmp(argv[i], "--claim") == 0 && i + 1 < argc)
            options.has_claim = claim_parse(argv[++i], &options.common.claim) == 0;
        else if (read_file(argv[i], &options, &octets) < 0 || ++files == 0)
            result = 1;
    }
    double took = (double)(clock_mono_ns() - start) / 1e9;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "%d files, %.1f MB in %.2f s: %.0f statements/s, %.0f MB/s, resident at most %ld KiB\n", files, (double)octets / 1e6, took,
            (double)seen.statements / took, (double)octets / 1e6 / took, usage.ru_maxrss);
    fprintf(stderr, "%" PRIu64 " statements (%" PRIu64 " withdraw), %" PRIu64 " objects or events, %" PRIu64 " sightings, %" PRIu64 " refused, %" PRIu64 " left out\n",
            seen.statements, seen.withdrawn, seen.kept, seen.sightings, seen.refused, seen.left_out);
    for (unsigned i = 0; i < WHYS && seen.why[i].why; i++)
        fprintf(stderr, "    %" PRIu64 ": %s\n", seen.why[i].count, seen.why[i].why);
    return result;
}
