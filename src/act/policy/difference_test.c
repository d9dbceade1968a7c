/* What two policies decide otherwise: by hand, and against asking each name of a small world. */
#include "act/policy/difference.h"

#include <errno.h>
#include <stdlib.h>

#include "act/policy/image_bench.h"

static char told[4096];

static int note(void *self, const struct policy_flip *f)
{
    (void)self;
    char text[DNS_NAME_TEXT_MAX] = "address";
    size_t at = strlen(told);
    if (f->subject->trigger == DNS_TRIGGER_NAME)
        dns_name_format_wire(f->subject->name->wire, f->subject->name->len, text);
    if (f->blocks != policy_action_blocks(f->after->action) || f->blocks == policy_action_blocks(f->before->action))
        return -EINVAL;
    snprintf(told + at, sizeof told - at, "%s%s%s ", f->blocks ? "+" : "-",
             f->scope == POLICY_SCOPE_BELOW ? "*." : f->scope == POLICY_SCOPE_EXACT ? "=" : "", text);
    return 0;
}

/* The two policies are spent. */
static const char *flips(struct policy *before, struct policy *after, uint16_t group, struct policy_difference *ret_difference)
{
    told[0] = '\0';
    check_int(policy_difference(before, after, group, 0, note, NULL, ret_difference), ==, 0);
    policy_free(before);
    policy_free(after);
    return told;
}

static struct policy_image *one(const char *list, const char *name, uint8_t action, uint8_t scope)
{
    struct bench b = bench_begin_with(1 << 20);
    bench_list(&b, 3, list);
    if (name)
        bench_add(&b, name, action, scope, 1);
    return bench_open(&b);
}

TEST(what_is_added_is_blocked_and_what_is_gone_is_not)
{
    struct policy_difference d;
    struct policy *before = policy_new(NULL, one("l", "old.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH), NULL, NULL);
    struct policy *after = policy_new(NULL, one("l", "new.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH), NULL, NULL);
    check_str(flips(before, after, 0, &d), "-old.test +new.test ");
    check_int(d.looked_at, ==, 2);
    check_int(d.blocked, ==, 1);
    check_int(d.released, ==, 1);
}

TEST(what_is_said_by_hand_stays)
{
    struct policy_difference d;
    struct policy *before = policy_new(one("h", "new.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH), one("l", NULL, 0, 0), NULL, NULL);
    struct policy *after = policy_new(one("h", "new.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH),
                                      one("l", "new.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH), NULL, NULL);
    check_str(flips(before, after, 0, &d), "");
    check_int(d.looked_at, ==, 1);
}

TEST(what_is_believed_still_blocks_and_a_list_may_let_it_through)
{
    struct policy_difference d;
    struct policy *before = policy_new(NULL, one("l", "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH),
                                       one("b", "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH), NULL);
    struct policy *after = policy_with_layer(before, POLICY_LAYER_LISTS, one("l", NULL, 0, 0));
    check_str(flips(before, after, 0, &d), ""); /* the belief holds it */
    before = policy_new(NULL, one("l", NULL, 0, 0), one("b", "x.a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH), NULL);
    after = policy_with_layer(before, POLICY_LAYER_LISTS, one("l", "a.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH));
    check_str(flips(before, after, 0, &d), "-x.a.test "); /* though no list names it */
}

TEST(a_name_alone_and_what_is_below_it_are_two_things)
{
    struct policy_difference d;
    struct policy *before = policy_new(NULL, one("l", "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_EXACT), NULL, NULL);
    struct policy *after = policy_new(NULL, one("l", "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH), NULL, NULL);
    check_str(flips(before, after, 0, &d), "+*.a.test ");
    before = policy_new(NULL, one("l", "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BELOW), NULL, NULL);
    after = policy_new(NULL, one("l", "a.test", DNS_ACTION_OBSERVE, POLICY_SCOPE_BELOW), NULL, NULL);
    check_str(flips(before, after, 0, &d), "-*.a.test ");
}

TEST(rules_of_other_triggers_are_counted)
{
    struct policy_difference d;
    struct addr_prefix prefix;
    check_int(addr_prefix_parse("192.0.2.0/24", &prefix), ==, 0);
    struct bench b = bench_begin_with(1 << 20);
    bench_list(&b, 3, "l");
    for (unsigned trigger = DNS_TRIGGER_CLIENT; trigger <= DNS_TRIGGER_ADDRESS; trigger++) {
        struct policy_subject s = {.trigger = (uint8_t)trigger, .prefix = &prefix};
        struct policy_rule_spec spec = {.action = DNS_ACTION_NXDOMAIN, .scope = POLICY_SCOPE_EXACT};
        check_int(policy_builder_add_subject(b.builder, &s, &spec, 1), ==, 0);
    }
    struct policy *before = policy_new(NULL, one("l", NULL, 0, 0), NULL, NULL), *after = policy_new(NULL, bench_open(&b), NULL, NULL);
    check_str(flips(before, after, 0, &d), "+=address ");
    check_int(d.looked_at, ==, 1);
    check_int(d.not_compared, ==, 1);
}

TEST(a_list_that_is_for_a_group_counts_for_the_group_alone)
{
    static struct group_settings settings;
    struct policy_groups *g = NULL;
    struct policy_difference d;
    settings.count = 1;
    snprintf(settings.groups[0].name, sizeof settings.groups[0].name, "schools");
    settings.list_count = 2;
    snprintf(settings.lists[0].name, sizeof settings.lists[0].name, "l");
    settings.lists[0].group = 1;
    snprintf(settings.lists[1].name, sizeof settings.lists[1].name, "l");
    settings.lists[1].without = true; /* of group 0 */
    check_int(policy_groups_new(&settings, &g), ==, 0);
    for (uint16_t group = 0; group < 2; group++) {
        struct policy *before = policy_new(NULL, one("l", NULL, 0, 0), NULL, g);
        struct policy *after = policy_new(NULL, one("l", "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_EXACT), NULL, g);
        check_str(flips(before, after, group, &d), group ? "+=a.test " : "");
    }
    policy_groups_free(g);
}

/* ---- against every name of a small world ---- */

enum { LABELS = 3, WORLD = LABELS + LABELS * LABELS + LABELS * LABELS * LABELS };

static void world_name(unsigned n, char text[32])
{
    text[0] = '\0';
    for (unsigned count = 1, size = LABELS;; count++, size *= LABELS) {
        if (n < size) {
            for (unsigned i = 0; i < count; i++, n /= LABELS)
                snprintf(text + strlen(text), 32 - strlen(text), "%s%c", i ? "." : "", 'a' + (char)(n % LABELS));
            return;
        }
        n -= size;
    }
}

static struct policy_image *random_image(unsigned *seed)
{
    static const uint8_t actions[] = {DNS_ACTION_NXDOMAIN, DNS_ACTION_PASS, DNS_ACTION_OBSERVE, DNS_ACTION_NODATA};
    struct bench b = bench_begin_with(1 << 20);
    char text[32];
    for (unsigned list = 1; list <= 2; list++) {
        bench_list(&b, list, list == 1 ? "one" : "two");
        for (unsigned n = (unsigned)rand_r(seed) % 6; n-- > 0;) {
            world_name((unsigned)rand_r(seed) % WORLD, text);
            bench_add(&b, text, actions[(unsigned)rand_r(seed) % array_len(actions)], (uint8_t)(1 + (unsigned)rand_r(seed) % 3), n);
        }
    }
    return bench_open(&b);
}

static bool blocks(const struct policy *p, const char *text)
{
    struct dns_name name = bench_name(text);
    struct dns_decision d;
    policy_decide_name(p, &name, 0, 0, &d);
    return policy_action_blocks(d.action);
}

/* No flip is told that is none (note sees to that), and a name that is decided otherwise is told, or one above it is that stands for it. */
TEST(nothing_that_flips_is_left_out)
{
    unsigned seed = 4711, flipped = 0;
    for (unsigned round = 0; round < 500; round++) {
        struct policy_difference d;
        struct policy *before = policy_new(NULL, random_image(&seed), random_image(&seed), NULL);
        struct policy *after = policy_with_layer(before, POLICY_LAYER_LISTS, random_image(&seed));
        told[0] = '\0';
        check_int(policy_difference(before, after, 0, 0, note, NULL, &d), ==, 0);
        for (unsigned n = 0; n < WORLD; n++) {
            char text[32], alone[48], whole[48];
            world_name(n, text);
            if (blocks(before, text) == blocks(after, text))
                continue;
            flipped++;
            bool found = false;
            for (const char *above = text; !found && above; above = strchr(above, '.')) {
                above += *above == '.';
                const char *sign = blocks(after, text) ? "+" : "-";
                snprintf(alone, sizeof alone, "%s%s%s ", sign, above == text ? "=" : "*.", above);
                snprintf(whole, sizeof whole, "%s%s ", sign, above);
                found = strstr(told, alone) || strstr(told, whole);
            }
            if (!found)
                printf("round %u: %s is not in: %s\n", round, text, told);
            check(found);
        }
        policy_free(before);
        policy_free(after);
    }
    check_int(flipped, >, 1000);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
