/* The section `judge`: thresholds take from more general ones what they do not say, and what is wrong is refused with its place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/config/config.h"
#include "base/test.h"

static struct config config;
static char error[CONFIG_ERROR_MAX], path[] = "/tmp/hinomi-config-judge-XXXXXX";

static int load(const char *judge)
{
    static bool made;
    int fd = made ? -1 : mkstemp(path);
    if (fd >= 0)
        close(fd);
    made = true;
    FILE *f = fopen(path, "we");
    check(f != NULL);
    if (!f)
        return -1;
    fprintf(f, "judge:\n%s", judge);
    fclose(f);
    config_defaults(&config);
    error[0] = '\0';
    int e = config_load(path, &config, error);
    unlink(path);
    return e;
}

static bool refused(const char *judge, const char *line, const char *why)
{
    bool as_wanted = load(judge) < 0 && strstr(error, line) && strstr(error, why);
    if (!as_wanted)
        printf("# said: %s\n", error);
    return as_wanted;
}

static const struct score_thresholds *find(enum claim claim, enum subject_kind kind)
{
    return score_thresholds_find(&config.judge.rules, claim, kind, NULL);
}

static bool same(const struct score_rules *a, const struct score_rules *b)
{
    bool is_same = a->threshold_count == b->threshold_count;
    for (size_t i = 0; is_same && i < a->threshold_count; i++) {
        const struct score_thresholds *x = &a->thresholds[i], *y = &b->thresholds[i];
        is_same = x->claim == y->claim && x->kinds == y->kinds && x->active == y->active && x->observe == y->observe && x->ask == y->ask &&
                  x->block == y->block;
    }
    return is_same && memcmp(a->base, b->base, sizeof a->base) == 0;
}

TEST(what_is_not_given_is_as_it_was)
{
    struct score_rules rules;
    score_rules_default(&rules);
    check_int(load("  sources: []\n"), ==, 0);
    check(same(&rules, &config.judge.rules));
    check_int(config.judge.popular_max_rank, ==, CONFIG_POPULAR_RANK);
    config_defaults(&config);
    check(same(&rules, &config.judge.rules));
}

TEST(thresholds_take_from_more_general_ones)
{
    check_int(load("  thresholds:\n"
                   "    - {claim: phishing, kinds: [url], ask: 60}\n"
                   "    - {claim: phishing, block: 95}\n"
                   "    - {kinds: [address, prefix], block: 97}\n"
                   "    - {observe: 50}\n"
                   "    - {claim: spam, block: 100}\n"), ==, 0);
    check_int(find(CLAIM_PHISHING, SUBJECT_URL)->block, ==, 950);
    check_int(find(CLAIM_PHISHING, SUBJECT_URL)->ask, ==, 600);
    check_int(find(CLAIM_PHISHING, SUBJECT_URL)->observe, ==, 500);
    check_int(find(CLAIM_PHISHING, SUBJECT_ADDRESS)->block, ==, 950); /* the claim before the kind */
    check_int(find(CLAIM_C2, SUBJECT_ADDRESS)->block, ==, 970);
    check_int(find(CLAIM_C2, SUBJECT_DOMAIN)->block, ==, 900);
    check_int(find(CLAIM_C2, SUBJECT_DOMAIN)->observe, ==, 500);
    check_int(find(CLAIM_C2, SUBJECT_DOMAIN)->active, ==, 400);
    check_int(find(CLAIM_SPAM, SUBJECT_DOMAIN)->block, ==, SCORE_NEVER);
    check_int(find(CLAIM_SPAM, SUBJECT_DOMAIN)->ask, ==, 800);
    check_int(find(CLAIM_SCANNER, SUBJECT_ADDRESS)->block, ==, SCORE_NEVER);
}

TEST(what_is_given_moves_what_is_not)
{
    check_int(load("  thresholds: [{block: 60}]\n"), ==, 0);
    check_int(find(CLAIM_C2, SUBJECT_DOMAIN)->ask, ==, 600);
    check_int(find(CLAIM_C2, SUBJECT_DOMAIN)->observe, ==, 400);
    check_int(load("  thresholds: [{block: 30}]\n"), ==, 0);
    check_int(find(CLAIM_C2, SUBJECT_DOMAIN)->observe, ==, 300);
    check_int(find(CLAIM_C2, SUBJECT_DOMAIN)->active, ==, 300);
    check_int(load("  thresholds: [{ask: 95}]\n"), ==, 0);
    check_int(find(CLAIM_C2, SUBJECT_DOMAIN)->block, ==, 950);
}

TEST(what_is_wrong_is_refused_with_its_line)
{
    check(refused("  thresholds:\n    - claim: evil\n      block: 90\n", ":3:", "no claim"));
    check(refused("  thresholds:\n    - claim: benign\n      block: 90\n", ":3:", "no claim"));
    check(refused("  thresholds:\n    - claim: c2\n      kinds: [planet]\n      block: 90\n", ":4:", "no such kind"));
    check(refused("  thresholds:\n    - claim: c2\n", ":3:", "from which probability"));
    check(refused("  thresholds:\n    - block: 101\n", ":3:", "1 to 100"));
    check(refused("  thresholds:\n    - block: 0\n", ":3:", "1 to 100"));
    check(refused("  thresholds:\n    - ask: 95\n      block: 90\n", ":3:", "above block"));
    check(refused("  thresholds:\n    - observe: 95\n      ask: 90\n", ":3:", "above ask"));
    check(refused("  thresholds:\n    - {claim: c2, kinds: [url, host], block: 90}\n    - {claim: c2, kinds: [host], block: 91}\n", ":", "already"));
    check(refused("  own: [\"https://x.example/\"]\n", ":2:", "a domain name"));
    check(refused("  popular: tranco.csv\n", ":2:", "absolute"));
    check(refused("  popular: /nowhere/tranco.csv\n", ":2:", "No such file"));
    check(refused("  popular_max_rank: 5\n", ":2:", "popular"));
}

TEST(guards_are_taken)
{
    check_int(load("  own: [city.example, 192.0.2.0/24]\n  popular: /etc/passwd\n  popular_max_rank: 5\n  shared_hosting: /etc/group\n"), ==, 0);
    check_int(config.judge.own.count, ==, 2);
    check_str(config.judge.guard_lists[CONFIG_POPULAR], "/etc/passwd");
    check_str(config.judge.guard_lists[CONFIG_SHARED_HOSTING], "/etc/group");
    check_int(config.judge.popular_max_rank, ==, 5);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
