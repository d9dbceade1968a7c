/* The policy in force: layers, swapping while a worker holds, and under threads. */
#include "act/policy/policy.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "act/policy/image_bench.h"

static struct policy_image *one_rule(const char *name, uint8_t action, uint32_t line)
{
    struct bench b = bench_begin_with(1 << 20);
    bench_list(&b, 3, "list");
    bench_add(&b, name, action, POLICY_SCOPE_BOTH, line);
    return bench_open(&b);
}

static struct dns_decision decide(const struct policy *p, const char *text)
{
    struct dns_name name = bench_name(text);
    struct policy_probes probes;
    struct dns_decision d;
    memset(&d, 0xee, sizeof d);
    policy_prepare(p, &name, &probes);
    static const struct dns_asker asker;
    policy_decide(p, &probes, &name, &asker, 0, &d);
    return d;
}

TEST(what_is_made_by_hand_comes_before_the_lists)
{
    struct policy *p = policy_new(one_rule("a.test", DNS_ACTION_PASS, 1), one_rule("x.a.test", DNS_ACTION_NXDOMAIN, 2), NULL, NULL);
    check(p != NULL);
    check_int(decide(p, "x.a.test").action, ==, DNS_ACTION_PASS); /* though the lists name it more closely */
    policy_free(p);
}

TEST(a_layer_that_has_nothing_leaves_the_word_to_the_next)
{
    struct policy *p = policy_new(one_rule("b.test", DNS_ACTION_PASS, 1), one_rule("a.test", DNS_ACTION_NXDOMAIN, 2), NULL, NULL);
    check_int(decide(p, "x.a.test").action, ==, DNS_ACTION_NXDOMAIN);
    struct dns_decision d = decide(p, "c.test");
    check_int(d.action, ==, DNS_ACTION_NONE);
    check_int(d.list, ==, 0);
    check_int(d.verdict.id, ==, 0);
    policy_free(p);
}

TEST(empty_layers_decide_nothing)
{
    struct policy *p = policy_new(NULL, NULL, NULL, NULL);
    check_int(decide(p, "a.test").action, ==, DNS_ACTION_NONE);
    check(policy_layer(p, POLICY_LAYER_HAND) == NULL);
    policy_free(p);
    policy_free(NULL);
}

TEST(one_layer_is_replaced_and_the_other_shared)
{
    struct policy *old = policy_new(NULL, one_rule("a.test", DNS_ACTION_NXDOMAIN, 1), NULL, NULL);
    struct policy *new = policy_with_layer(old, POLICY_LAYER_HAND, one_rule("a.test", DNS_ACTION_PASS, 2));
    check(policy_layer(new, POLICY_LAYER_LISTS) == policy_layer(old, POLICY_LAYER_LISTS));
    check_int(decide(old, "a.test").action, ==, DNS_ACTION_NXDOMAIN);
    check_int(decide(new, "a.test").action, ==, DNS_ACTION_PASS);
    policy_free(old);
    struct policy *third = policy_with_layer(new, POLICY_LAYER_HAND, NULL);
    policy_free(new);
    check_int(decide(third, "a.test").action, ==, DNS_ACTION_NXDOMAIN); /* the shared image still lives */
    policy_free(third);
}

TEST(a_policy_that_is_held_outlives_its_swap)
{
    struct policy_slot slot;
    policy_slot_init(&slot, policy_new(NULL, one_rule("a.test", DNS_ACTION_NXDOMAIN, 1), NULL, NULL));
    check(policy_slot_reclaim(&slot));
    const struct policy *held = policy_hold(&slot, 5);
    check_int(policy_slot_swap(&slot, policy_new(NULL, one_rule("a.test", DNS_ACTION_DROP, 2), NULL, NULL)), ==, 0);
    check(!policy_slot_reclaim(&slot));
    struct policy *third = policy_new(NULL, NULL, NULL, NULL);
    check_int(policy_slot_swap(&slot, third), ==, -EBUSY);
    check_int(decide(held, "a.test").action, ==, DNS_ACTION_NXDOMAIN);
    check_int(decide(policy_hold(&slot, 6), "a.test").action, ==, DNS_ACTION_DROP);
    policy_release(&slot, 5);
    check(policy_slot_reclaim(&slot));
    policy_release(&slot, 6);
    check_int(policy_slot_swap(&slot, third), ==, 0);
    policy_slot_done(&slot);
}

/* ---- threads: every image says of "a.test" its own line in two lists' worth of places ---- */

enum { WORKERS = 3, SWAPS = 200 };

struct share {
    struct policy_slot slot;
    atomic_bool stop;
    atomic_uint wrong, batches;
};

static const struct dns_asker asker;

struct worker {
    struct share *share;
    unsigned number;
};

static void *work(void *self)
{
    struct worker *w = self;
    struct dns_name name = bench_name("x.a.test");
    uint32_t last = 0;
    while (!atomic_load(&w->share->stop)) {
        const struct policy *p = policy_hold(&w->share->slot, w->number);
        struct policy_probes probes;
        struct dns_decision first, again;
        policy_prepare(p, &name, &probes);
        policy_decide(p, &probes, &name, &asker, 0, &first);
        policy_decide(p, &probes, &name, &asker, 0, &again);
        /* One policy in a batch, and never an older one than before. */
        if (first.action != DNS_ACTION_NXDOMAIN || again.verdict.line != first.verdict.line || first.verdict.line < last)
            atomic_fetch_add(&w->share->wrong, 1);
        last = first.verdict.line;
        policy_release(&w->share->slot, w->number);
        atomic_fetch_add(&w->share->batches, 1);
    }
    return NULL;
}

TEST(workers_go_on_while_policies_are_swapped_and_freed)
{
    struct share *s = calloc(1, sizeof *s);
    check(s != NULL);
    policy_slot_init(&s->slot, policy_new(NULL, one_rule("a.test", DNS_ACTION_NXDOMAIN, 1), NULL, NULL));
    pthread_t threads[WORKERS];
    struct worker workers[WORKERS];
    for (unsigned i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){.share = s, .number = i};
        check_int(pthread_create(&threads[i], NULL, work, &workers[i]), ==, 0);
    }
    for (uint32_t i = 2; i <= SWAPS; i++) {
        struct policy *next = policy_new(NULL, one_rule("a.test", DNS_ACTION_NXDOMAIN, i), NULL, NULL);
        while (policy_slot_swap(&s->slot, next) == -EBUSY)
            sched_yield();
    }
    while (!policy_slot_reclaim(&s->slot))
        sched_yield();
    atomic_store(&s->stop, true);
    for (unsigned i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    check_int(atomic_load(&s->wrong), ==, 0);
    check(atomic_load(&s->batches) > 0);
    policy_slot_done(&s->slot);
    free(s);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
