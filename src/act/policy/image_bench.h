/* For the tests of this folder: small images from a few rules, and decisions as text.
 *
 *     struct bench b = bench_begin();
 *     bench_list(&b, 3, "ads");
 *     bench_add(&b, "a.example", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 7);
 *     struct policy_image *im = bench_open(&b);
 *     check_str(bench_decide(im, "x.a.example"), "nxdomain 10/7 a.example");
 */
#ifndef HINOMI_ACT_POLICY_IMAGE_BENCH_H
#define HINOMI_ACT_POLICY_IMAGE_BENCH_H

#include <fcntl.h>
#include <unistd.h>

#include "act/policy/builder.h"
#include "base/test.h"

struct bench {
    struct policy_builder *builder;
    int dir_fd, list;
    struct policy_build_stats stats;
};

static const struct sip_key bench_key = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};

static inline struct bench bench_begin_with(size_t memory_max)
{
    struct bench b = {.dir_fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .list = -1};
    struct policy_builder_options o = {
        .dir_fd = b.dir_fd, .memory_max = memory_max, .key = bench_key, .generation = 42, .now_us = 1700000000000000};
    check_int(policy_builder_new(&o, &b.builder), ==, 0);
    return b;
}

static inline struct bench bench_begin(void)
{
    return bench_begin_with(4 << 20);
}

/* Following rules are of this list; its verdict is number * 10 / 3 rounded down, as 3 gives 10. Number 0: by hand. */
static inline void bench_list(struct bench *b, uint32_t id, const char *name)
{
    struct policy_list l = {.id = id, .verdict_id = id * 10 / 3, .ede = DNS_EDE_BLOCKED, .since_us = 1000};
    snprintf(l.name, sizeof l.name, "%s", name);
    b->list = policy_builder_list(b->builder, &l);
    check(b->list >= 0);
}

static inline struct dns_name bench_name(const char *text)
{
    struct dns_name n;
    check_int(dns_name_parse(text, strlen(text), &n), ==, 0);
    return n;
}

static inline void bench_add_spec(struct bench *b, const char *name, struct policy_rule_spec spec, uint32_t line)
{
    struct dns_name n = bench_name(name);
    spec.list = (uint16_t)b->list;
    check_int(policy_builder_add(b->builder, &n, &spec, line), ==, 0);
}

static inline void bench_add(struct bench *b, const char *name, uint8_t action, uint8_t scope, uint32_t line)
{
    bench_add_spec(b, name, (struct policy_rule_spec){.action = action, .scope = scope}, line);
}

/* Spends the builder; the descriptor of the finished image. */
static inline int bench_finish(struct bench *b)
{
    int fd = -1;
    check_int(policy_builder_finish_fd(b->builder, &fd, &b->stats), ==, 0);
    policy_builder_free(b->builder);
    close(b->dir_fd);
    b->builder = NULL;
    return fd;
}

static inline struct policy_image *bench_open(struct bench *b)
{
    int fd = bench_finish(b);
    struct policy_image *im = NULL;
    const char *reason = NULL;
    check_int(policy_image_open_fd(fd, true, &im, &reason), ==, 0);
    check(reason == NULL);
    close(fd);
    check_int(policy_image_verify(im), ==, b->stats.names);
    return im;
}

/* "ACTION VERDICT NAME-THAT-MATCHED", or "none". */
static inline const char *bench_decide_at(const struct policy_image *im, const char *text, int64_t now_us)
{
    static char said[DNS_NAME_TEXT_MAX + 64];
    char ref[VERDICT_REF_TEXT_MAX], matched[DNS_NAME_TEXT_MAX];
    struct dns_name name = bench_name(text);
    struct policy_probe p;
    struct dns_decision d;
    policy_probe_init(&p, im, &name);
    if (!policy_probe_decide(&p, &name, now_us, &d))
        return "none";
    unsigned at = name.at[d.label];
    snprintf(said, sizeof said, "%s %s %s", dns_action_word(d.action), verdict_ref_format(d.verdict, ref),
             dns_name_format_wire(name.wire + at, name.len - at, matched));
    return said;
}

static inline const char *bench_decide(const struct policy_image *im, const char *text)
{
    return bench_decide_at(im, text, 0);
}

#endif
