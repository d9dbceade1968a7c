/* Building: precedence, scopes, joining, duplicates, cuts, spills; and 200,000 random rules against a plain reference. */
#include "act/policy/builder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "act/policy/data.h"
#include "act/policy/image_bench.h"
#include "act/policy/image_format.h"

enum { NX = DNS_ACTION_NXDOMAIN, PASS = DNS_ACTION_PASS, DROP = DNS_ACTION_DROP };
enum { EXACT = POLICY_SCOPE_EXACT, BELOW = POLICY_SCOPE_BELOW, BOTH = POLICY_SCOPE_BOTH };

/* ---- what rules mean ---- */

TEST(scopes_mean_the_name_what_is_below_or_both)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    bench_add(&b, "exact.test", NX, EXACT, 1);
    bench_add(&b, "below.test", NX, BELOW, 2);
    bench_add(&b, "both.test", NX, BOTH, 3);
    struct policy_image *im = bench_open(&b);
    check_str(bench_decide(im, "EXACT.test"), "nxdomain 10/1 exact.test");
    check_str(bench_decide(im, "x.exact.test"), "none");
    check_str(bench_decide(im, "below.test"), "none");
    check_str(bench_decide(im, "x.below.test"), "nxdomain 10/2 below.test");
    check_str(bench_decide(im, "z.y.x.below.test"), "nxdomain 10/2 below.test");
    check_str(bench_decide(im, "both.test"), "nxdomain 10/3 both.test");
    check_str(bench_decide(im, "x.both.test"), "nxdomain 10/3 both.test");
    check_str(bench_decide(im, "test"), "none");
    check_str(bench_decide(im, "xboth.test"), "none");
    check_str(bench_decide(im, "."), "none");
    policy_image_close(im);
}

TEST(the_earlier_list_wins_and_within_a_list_the_longer_name)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "first");
    bench_add(&b, "a.test", NX, BOTH, 1);
    bench_add(&b, "ok.a.test", PASS, BOTH, 2);
    bench_list(&b, 6, "second");
    bench_add(&b, "x.a.test", PASS, BOTH, 1);
    bench_add(&b, "b.test", DROP, BOTH, 2);
    struct policy_image *im = bench_open(&b);
    check_str(bench_decide(im, "x.a.test"), "nxdomain 10/1 a.test"); /* the longer name, but of a later list */
    check_str(bench_decide(im, "w.ok.a.test"), "pass 10/2 ok.a.test");
    check_str(bench_decide(im, "b.test"), "drop 20/2 b.test");
    policy_image_close(im);
}

/* RPZ says a name and what is below it with two records. */
TEST(a_name_and_its_wildcard_are_joined_and_a_later_pass_changes_nothing)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "first");
    bench_add(&b, "a.example", NX, EXACT, 4);
    bench_add(&b, "a.example", NX, BELOW, 5);
    bench_list(&b, 6, "second");
    bench_add(&b, "a.example", PASS, BOTH, 1);
    struct policy_image *im = bench_open(&b);
    check_int(b.stats.names, ==, 1);
    check_int(b.stats.duplicates, ==, 0);
    check_str(bench_decide(im, "a.example"), "nxdomain 10/4 a.example");
    check_str(bench_decide(im, "x.a.example"), "nxdomain 10/4 a.example");
    policy_image_close(im);
}

TEST(a_name_and_its_wildcard_may_say_different_things)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "first");
    bench_add(&b, "a.example", PASS, EXACT, 4);
    bench_add(&b, "a.example", NX, BELOW, 5);
    bench_list(&b, 6, "second");
    bench_add(&b, "a.example", DROP, BOTH, 1);
    struct policy_image *im = bench_open(&b);
    check_str(bench_decide(im, "a.example"), "pass 10/4 a.example");
    check_str(bench_decide(im, "x.a.example"), "nxdomain 10/5 a.example");
    policy_image_close(im);
}

TEST(each_list_covers_the_scope_that_the_earlier_left_open)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "first");
    bench_add(&b, "a.example", PASS, EXACT, 4);
    bench_list(&b, 6, "second");
    bench_add(&b, "a.example", NX, BOTH, 1);
    struct policy_image *im = bench_open(&b);
    check_str(bench_decide(im, "a.example"), "pass 10/4 a.example");
    check_str(bench_decide(im, "x.a.example"), "nxdomain 20/1 a.example");
    policy_image_close(im);
}

TEST(what_a_list_says_again_is_a_duplicate_and_the_first_word_holds)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    bench_add(&b, "a.example", NX, BOTH, 1);
    bench_add(&b, "a.example", NX, BOTH, 2);
    bench_add(&b, "A.EXAMPLE.", NX, EXACT, 3);
    bench_add(&b, "a.example", PASS, BOTH, 4);
    bench_add(&b, "b.example", NX, EXACT, 5);
    struct policy_image *im = bench_open(&b);
    check_int(b.stats.names, ==, 2);
    check_int(b.stats.duplicates, ==, 3);
    check_str(bench_decide(im, "x.a.example"), "nxdomain 10/1 a.example");
    policy_image_close(im);
}

TEST(the_root_stands_for_everything_but_itself)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    bench_add(&b, ".", NX, BELOW, 1);
    bench_add(&b, "ok.test", PASS, BOTH, 2);
    struct policy_image *im = bench_open(&b);
    check_int(policy_image_verify(im), ==, 2);
    check_str(bench_decide(im, "com"), "nxdomain 10/1 .");
    check_str(bench_decide(im, "a.b.c.d.e"), "nxdomain 10/1 .");
    check_str(bench_decide(im, "x.ok.test"), "pass 10/2 ok.test");
    check_str(bench_decide(im, "."), "none");
    policy_image_close(im);
}

TEST(names_of_127_labels_and_labels_of_63_octets_are_found)
{
    char deep[256] = "", wide[256] = "";
    for (int i = 0; i < 254; i++)
        deep[i] = i % 2 ? '.' : 'a';
    memset(wide, 'x', 63);
    snprintf(wide + 63, sizeof wide - 63, ".test");
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    bench_add(&b, deep, NX, EXACT, 1);
    bench_add(&b, wide, NX, BOTH, 2);
    struct policy_image *im = bench_open(&b);
    check(strncmp(bench_decide(im, deep), "nxdomain 10/1 a.", 16) == 0);
    check_str(bench_decide(im, deep + 2), "none");
    wide[62] = 'y';
    check_str(bench_decide(im, wide), "none");
    wide[62] = 'x';
    check(strncmp(bench_decide(im, wide), "nxdomain 10/2 x", 15) == 0);
    policy_image_close(im);
}

/* ---- rules that end ---- */

TEST(a_rule_ends_at_its_time_and_the_next_one_speaks)
{
    struct bench b = bench_begin();
    bench_list(&b, 0, "hand"); /* by hand: the line is the verdict */
    bench_add_spec(&b, "a.test", (struct policy_rule_spec){.action = NX, .scope = BOTH, .until_us = 100}, 7);
    bench_list(&b, 3, "list");
    bench_add(&b, "test", PASS, BOTH, 2);
    struct policy_image *im = bench_open(&b);
    check_str(bench_decide_at(im, "x.a.test", 99), "nxdomain 7 a.test");
    check_str(bench_decide_at(im, "x.a.test", 100), "pass 10/2 test");
    check_str(bench_decide_at(im, "x.a.test", INT64_MAX), "pass 10/2 test");
    policy_image_close(im);
}

TEST(a_longer_rule_of_the_same_list_goes_on_where_a_shorter_one_ends)
{
    struct bench b = bench_begin();
    bench_list(&b, 0, "hand");
    bench_add_spec(&b, "a.test", (struct policy_rule_spec){.action = NX, .scope = BOTH, .until_us = 100}, 7);
    bench_add_spec(&b, "a.test", (struct policy_rule_spec){.action = NX, .scope = BOTH, .until_us = 50}, 8);
    bench_add_spec(&b, "a.test", (struct policy_rule_spec){.action = PASS, .scope = BOTH, .until_us = 200}, 9);
    bench_add_spec(&b, "a.test", (struct policy_rule_spec){.action = DROP, .scope = BOTH}, 10);
    bench_add_spec(&b, "a.test", (struct policy_rule_spec){.action = NX, .scope = BOTH}, 11);
    struct policy_image *im = bench_open(&b);
    check_str(bench_decide_at(im, "a.test", 99), "nxdomain 7 a.test");
    check_str(bench_decide_at(im, "a.test", 100), "pass 9 a.test");
    check_str(bench_decide_at(im, "a.test", 200), "drop 10 a.test");
    check_int(b.stats.duplicates, ==, 2);
    policy_image_close(im);
}

/* ---- local data ---- */

static size_t put_a(uint8_t *data, uint32_t ttl, uint8_t last)
{
    const uint8_t rdata[] = {192, 0, 2, last};
    struct writer w = writer_of(data, 64);
    policy_data_put(&w, &(struct policy_data_record){.type = DNS_TYPE_A, .ttl = ttl, .len = 4, .rdata = rdata});
    return w.len;
}

static void add_a(struct bench *b, const char *name, uint8_t last, uint32_t line)
{
    uint8_t data[64];
    uint32_t len = (uint32_t)put_a(data, 60, last);
    bench_add_spec(b, name,
                   (struct policy_rule_spec){
                       .action = DNS_ACTION_LOCAL_DATA, .scope = EXACT, .data = data, .data_len = len},
                   line);
}

/* The last octets of the addresses, as text. */
static const char *addresses(const struct policy_image *im, const char *text)
{
    static char said[1024];
    struct dns_name name = bench_name(text);
    struct policy_probe p;
    struct dns_decision d = {0};
    policy_probe_init(&p, im, &name);
    said[0] = '\0';
    if (!policy_probe_decide(&p, &name, 0, &d))
        return "none";
    struct reader r = reader_of(d.data, d.data_len);
    struct policy_data_record record;
    while (policy_data_next(&r, &record) && strlen(said) < sizeof said - 8)
        snprintf(said + strlen(said), 8, " %u", record.rdata[3]);
    check(!r.failed);
    return said;
}

TEST(local_data_of_several_lines_is_joined_and_no_record_stands_twice)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    add_a(&b, "a.test", 1, 1);
    add_a(&b, "a.test", 2, 2);
    add_a(&b, "b.test", 9, 3);
    add_a(&b, "a.test", 1, 4);
    add_a(&b, "a.test", 3, 5);
    add_a(&b, "a.test", 3, 6);
    struct policy_image *im = bench_open(&b);
    check_str(addresses(im, "a.test"), " 1 2 3");
    check_str(addresses(im, "b.test"), " 9");
    check_str(bench_decide(im, "a.test"), "local-data 10/1 a.test");
    check_str(bench_decide(im, "x.a.test"), "none");
    check_int(b.stats.duplicates, ==, 2);
    policy_image_close(im);
}

TEST(local_data_of_two_lists_is_not_mixed)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "first");
    add_a(&b, "a.test", 1, 1);
    bench_list(&b, 6, "second");
    add_a(&b, "a.test", 2, 1);
    struct policy_image *im = bench_open(&b);
    check_str(addresses(im, "a.test"), " 1");
    policy_image_close(im);
}

TEST(a_block_and_data_for_one_owner_the_first_holds)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    bench_add(&b, "a.test", NX, EXACT, 1);
    add_a(&b, "a.test", 1, 2);
    add_a(&b, "b.test", 1, 3);
    bench_add(&b, "b.test", NX, EXACT, 4);
    struct policy_image *im = bench_open(&b);
    check_str(bench_decide(im, "a.test"), "nxdomain 10/1 a.test");
    check_str(bench_decide(im, "b.test"), "local-data 10/3 b.test");
    check_int(b.stats.duplicates, ==, 2);
    policy_image_close(im);
}

TEST(data_past_its_limit_is_cut_and_counted)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    uint8_t data[1024 + 8];
    for (uint8_t i = 0; i < 4; i++) {
        uint8_t rdata[1024];
        memset(rdata, i, sizeof rdata);
        struct writer w = writer_of(data, sizeof data);
        policy_data_put(&w, &(struct policy_data_record){.type = DNS_TYPE_TXT, .len = 1024, .rdata = rdata});
        bench_add_spec(&b, "a.test",
                       (struct policy_rule_spec){
                           .action = DNS_ACTION_LOCAL_DATA, .scope = EXACT, .data = data, .data_len = (uint32_t)w.len},
                       i + 1u);
    }
    struct policy_image *im = bench_open(&b);
    check_str(addresses(im, "a.test"), " 0 1 2");
    check_int(b.stats.cut, ==, 1);
    policy_image_close(im);
}

/* ---- limits ---- */

TEST(values_outside_their_range_are_refused)
{
    struct bench b = bench_begin();
    struct dns_name n = bench_name("a.test");
    struct policy_rule_spec good = {.action = NX, .scope = BOTH};
    check_int(policy_builder_add(b.builder, &n, &good, 1), ==, -EINVAL); /* no list yet */
    bench_list(&b, 3, "list");
    struct policy_rule_spec bad[] = {good, good, good, good, good};
    bad[0].list = 1;
    bad[1].action = DNS_ACTION_COUNT;
    bad[2].scope = 0;
    bad[3].scope = 4;
    bad[4].data = (const uint8_t *)"";
    bad[4].data_len = POLICY_DATA_MAX + 1;
    for (size_t i = 0; i < array_len(bad); i++)
        check_int(policy_builder_add(b.builder, &n, &bad[i], 1), ==, -EINVAL);
    check_int(policy_builder_add(b.builder, &n, &good, 1), ==, 0);
    struct policy_builder *none = NULL;
    struct policy_builder_options small = {.dir_fd = b.dir_fd, .memory_max = (1 << 20) - 1};
    check_int(policy_builder_new(&small, &none), ==, -EINVAL);
    check(none == NULL);
    policy_image_close(bench_open(&b));
}

TEST(as_many_lists_as_there_may_be_speak_of_one_name)
{
    struct bench b = bench_begin();
    for (unsigned i = 0; i < POLICY_LISTS_MAX; i++) {
        bench_list(&b, 3 * (i + 1), "list");
        bench_add(&b, "a.test", i + 1 < POLICY_LISTS_MAX ? NX : PASS, i + 1 < POLICY_LISTS_MAX ? EXACT : BOTH, i + 1);
    }
    struct policy_list more = {.id = 9999};
    check_int(policy_builder_list(b.builder, &more), ==, -E2BIG);
    struct policy_image *im = bench_open(&b);
    check_int(b.stats.cut, ==, 0);
    check_str(bench_decide(im, "a.test"), "nxdomain 10/1 a.test");
    check_str(bench_decide(im, "x.a.test"), "pass 2560/256 a.test");
    policy_image_close(im);
}

TEST(references_past_the_entry_are_cut_lowest_precedence_first_and_counted)
{
    struct bench b = bench_begin();
    for (unsigned i = 0; i < POLICY_LISTS_MAX; i++) {
        bench_list(&b, 3 * (i + 1), "list");
        bench_add(&b, "a.test", NX, EXACT, UINT32_MAX);
        bench_add(&b, "a.test", PASS, BELOW, UINT32_MAX);
    }
    struct policy_image *im = bench_open(&b);
    check(b.stats.cut > 0);
    check_str(bench_decide(im, "a.test"), "nxdomain 10/4294967295 a.test");
    check_str(bench_decide(im, "x.a.test"), "pass 10/4294967295 a.test");
    policy_image_close(im);
}

TEST(an_image_of_nothing_decides_nothing)
{
    struct bench b = bench_begin();
    struct policy_image *im = bench_open(&b);
    check_int(b.stats.names, ==, 0);
    check_str(bench_decide(im, "a.test"), "none");
    check_str(bench_decide(im, "."), "none");
    policy_image_close(im);
}

/* ---- buckets ---- */

/* Names that all hash to one bucket fill it and those after it, also past the last. */
static void crowd(uint64_t bucket)
{
    enum { NAMES = 80 }; /* 80 / 8 + 1 = 11 buckets */
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    char names[NAMES][16];
    unsigned n = 0;
    for (unsigned i = 0; n < NAMES; i++) {
        snprintf(names[n], sizeof names[n], "n%u.test", i);
        struct dns_name name = bench_name(names[n]);
        if (policy_bucket_of(policy_name_hash(bench_key, &name), NAMES / POLICY_BUCKET_LOAD + 1) != bucket)
            continue;
        bench_add(&b, names[n], NX, EXACT, n + 1);
        n++;
    }
    struct policy_image *im = bench_open(&b);
    for (unsigned i = 0; i < NAMES; i++) {
        char want[64];
        snprintf(want, sizeof want, "nxdomain 10/%u %s", i + 1, names[i]);
        check_str(bench_decide(im, names[i]), want);
    }
    check_str(bench_decide(im, "absent.test"), "none");
    policy_image_close(im);
}

TEST(crowded_buckets_overflow_and_lose_no_name)
{
    crowd(0);
    crowd(5);
    crowd(10);
}

/* ---- 200,000 random rules ---- */

enum { RULES = 200000, LISTS = 6, QUERIES = 100000 };

struct plain_rule {
    char name[32];
    uint8_t list, action, scope;
    uint32_t line;
};

static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((random_state >> 33) % n);
}

static void random_name(char *text, size_t max)
{
    unsigned labels = random_below(100) == 0 ? 0 : 1 + random_below(3);
    text[0] = '\0';
    for (unsigned i = 0; i < labels; i++)
        snprintf(text + strlen(text), max - strlen(text), "l%u.", random_below(45));
    snprintf(text + strlen(text), max - strlen(text), "t%u", random_below(2000));
}

static struct plain_rule *random_rules(void)
{
    struct plain_rule *rules = calloc(RULES, sizeof *rules);
    check(rules != NULL);
    random_state = 20261122;
    for (uint32_t i = 0; rules && i < RULES; i++) {
        static const uint8_t actions[] = {DNS_ACTION_NXDOMAIN, DNS_ACTION_NODATA, DNS_ACTION_PASS, DNS_ACTION_DROP};
        random_name(rules[i].name, sizeof rules[i].name);
        rules[i].list = (uint8_t)random_below(LISTS);
        rules[i].action = actions[random_below(array_len(actions))];
        rules[i].scope = (uint8_t)(1 + random_below(3));
        rules[i].line = i + 1; /* tells every rule apart */
    }
    return rules;
}

static int by_name_list_line(const void *x, const void *y)
{
    const struct plain_rule *a = x, *b = y;
    int order = strcmp(a->name, b->name);
    order = order ? order : (a->list > b->list) - (a->list < b->list);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}

static size_t first_of(const struct plain_rule *sorted, const char *name)
{
    size_t low = 0, high = RULES;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (strcmp(sorted[mid].name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The reference: of every suffix, longest first, what the lists say; the lowest list wins. Works on text alone. */
static const struct plain_rule *plain_decide(const struct plain_rule *sorted, const char *name)
{
    const struct plain_rule *best = NULL;
    for (const char *suffix = name; suffix; suffix = strchr(suffix, '.') ? strchr(suffix, '.') + 1 : NULL) {
        uint8_t scope = suffix == name ? EXACT : BELOW;
        for (size_t i = first_of(sorted, suffix); i < RULES && strcmp(sorted[i].name, suffix) == 0; i++) {
            if (!(sorted[i].scope & scope))
                continue;
            if (!best || sorted[i].list < best->list)
                best = &sorted[i];
            break;
        }
    }
    return best;
}

static struct bench build_random(const struct plain_rule *rules, size_t memory_max)
{
    struct bench b = bench_begin_with(memory_max);
    for (unsigned i = 0; i < LISTS; i++)
        bench_list(&b, 3 * (i + 1), "list");
    for (size_t i = 0; i < RULES; i++) {
        b.list = rules[i].list;
        bench_add(&b, rules[i].name, rules[i].action, rules[i].scope, rules[i].line);
    }
    return b;
}

TEST(random_rules_decide_as_the_plain_reference_does)
{
    autofree struct plain_rule *rules = random_rules();
    struct bench b = build_random(rules, 64 << 20);
    struct policy_image *im = bench_open(&b);
    autofree struct plain_rule *sorted = random_rules();
    qsort(sorted, RULES, sizeof *sorted, by_name_list_line);
    uint64_t distinct = 1;
    for (size_t i = 1; i < RULES; i++)
        distinct += strcmp(sorted[i].name, sorted[i - 1].name) != 0;
    check_int(b.stats.names, ==, distinct);
    check_int(policy_image_verify(im), ==, distinct);

    unsigned wrong = 0, decided = 0;
    for (unsigned i = 0; i < QUERIES + RULES; i++) {
        char text[64];
        if (i < RULES)
            snprintf(text, sizeof text, "%s", rules[i].name);
        else
            random_name(text, sizeof text);
        if (i % 3 == 0) {
            char below[sizeof text];
            snprintf(below, sizeof below, "l%u.%.40s", random_below(45), text);
            memcpy(text, below, sizeof text);
        }
        struct dns_name name = bench_name(text);
        struct policy_probe p;
        struct dns_decision d;
        policy_probe_init(&p, im, &name);
        bool found = policy_probe_decide(&p, &name, 0, &d);
        const struct plain_rule *want = plain_decide(sorted, text);
        decided += found;
        if (found != (want != NULL)) {
            wrong++;
        } else if (found) {
            char matched[DNS_NAME_TEXT_MAX];
            dns_name_format_wire(name.wire + name.at[d.label], (size_t)name.len - name.at[d.label], matched);
            const struct plain_rule *cited = &rules[d.verdict.line - 1];
            wrong += d.list != 3 * (want->list + 1) || d.action != want->action || strcmp(matched, want->name) != 0 ||
                     cited->list != want->list || cited->action != want->action || strcmp(cited->name, matched) != 0;
        }
    }
    check_int(wrong, ==, 0);
    check(decided > QUERIES && decided < QUERIES + RULES - 1000);
    policy_image_close(im);
}

static uint8_t *map_file(int fd, size_t *ret_len)
{
    struct stat st;
    check_int(fstat(fd, &st), ==, 0);
    *ret_len = (size_t)st.st_size;
    void *map = mmap(NULL, *ret_len, PROT_READ, MAP_SHARED, fd, 0);
    check(map != MAP_FAILED);
    return map;
}

TEST(spilling_makes_the_same_image)
{
    autofree struct plain_rule *rules = random_rules();
    struct bench roomy = build_random(rules, 64 << 20), tight = build_random(rules, 1 << 20);
    int fds[2] = {bench_finish(&roomy), bench_finish(&tight)};
    check_int(roomy.stats.spills, ==, 0);
    check(tight.stats.spills >= 10);
    size_t len[2];
    uint8_t *map[2] = {map_file(fds[0], &len[0]), map_file(fds[1], &len[1])};
    check_int(len[0], ==, len[1]);
    check(len[0] == len[1] && memcmp(map[0], map[1], len[0]) == 0);

    /* At a load of 8 of 14 some buckets overflow; the reference test above went through them. */
    const struct policy_header *h = (const struct policy_header *)map[0];
    const struct policy_bucket *buckets = (const struct policy_bucket *)(map[0] + h->bucket_section.at);
    unsigned overflows = 0;
    for (uint64_t i = 0; i < h->buckets_all; i++)
        overflows += buckets[i].overflows;
    check(overflows > 0);
    for (int i = 0; i < 2; i++) {
        munmap(map[i], len[i]);
        close(fds[i]);
    }
}

/* Cuts the first unnamed file that this process has open. */
static bool cut_a_spill(void)
{
    DIR *d = opendir("/proc/self/fd");
    bool cut = false;
    for (const struct dirent *entry; d && !cut && (entry = readdir(d));) {
        char path[64], target[256];
        snprintf(path, sizeof path, "/proc/self/fd/%.16s", entry->d_name);
        ssize_t n = readlink(path, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        if (strstr(target, "(deleted)"))
            cut = truncate(path, 1000) == 0;
    }
    if (d)
        closedir(d);
    return cut;
}

TEST(names_that_cannot_be_read_back_are_an_error_not_a_smaller_image)
{
    autofree struct plain_rule *rules = random_rules();
    struct bench b = build_random(rules, 1 << 20);
    check(cut_a_spill());
    int fd = -1;
    check_int(policy_builder_finish_fd(b.builder, &fd, &b.stats), ==, -EIO);
    check_int(fd, ==, -1);
    policy_builder_free(b.builder);
    close(b.dir_fd);
}

/* ---- the file ---- */

TEST(the_file_appears_whole_under_its_name_and_leaves_no_other)
{
    char folder[] = "/tmp/hinomi-builder-XXXXXX";
    check(mkdtemp(folder) != NULL);
    struct bench b = bench_begin();
    close(b.dir_fd);
    policy_builder_free(b.builder);
    int dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int round = 0; round < 2; round++) { /* the second replaces the first */
        struct policy_builder_options o = {.dir_fd = dir_fd, .memory_max = 1 << 20, .key = bench_key};
        check_int(policy_builder_new(&o, &b.builder), ==, 0);
        bench_list(&b, 3, "list");
        bench_add(&b, round ? "b.test" : "a.test", NX, BOTH, 1);
        check_int(policy_builder_finish(b.builder, "image", &b.stats), ==, 0);
        policy_builder_free(b.builder);
        struct policy_image *im = NULL;
        check_int(policy_image_open(dir_fd, "image", true, &im, NULL), ==, 0);
        check_str(bench_decide(im, "b.test"), round ? "nxdomain 10/1 b.test" : "none");
        policy_image_close(im);
    }
    check_int(unlinkat(dir_fd, "image", 0), ==, 0);
    close(dir_fd);
    check_int(rmdir(folder), ==, 0); /* nothing else was in it */
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
