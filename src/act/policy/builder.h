/* Builds a policy image from rules given in any order, by external sort in bounded memory.
 *
 * Names are collected in memory, sorted by hash, spilled to unnamed files beside the image when memory_max is
 * reached, merged, and written once in order. The finished file is checked against nothing but written whole, fsynced
 * and renamed, so a reader sees the old image or the new one. One thread; the builder owns everything given to it.
 */
#ifndef HINOMI_ACT_POLICY_BUILDER_H
#define HINOMI_ACT_POLICY_BUILDER_H

#include "act/policy/image.h"

struct policy_builder;

struct policy_builder_options {
    int dir_fd;            /* where the image and its spill files are made; borrowed */
    size_t memory_max;     /* octets for collecting names; at least 1 MiB */
    struct sip_key key;    /* secret of the node: names that share a bucket cannot be made up */
    uint64_t generation;   /* told to readers */
    int64_t now_us;
};

struct policy_build_stats {
    uint64_t names;      /* in the image */
    uint64_t duplicates; /* rules that said again what their list had already said of the name */
    uint64_t cut;        /* rules left out because a name had too many */
    uint64_t spills;
    uint64_t bytes;
};

int policy_builder_new(const struct policy_builder_options *options, struct policy_builder **ret_builder) must_check;
void policy_builder_free(struct policy_builder *b);

/* The node's secret, for other tables that lists fill. */
struct sip_key policy_builder_key(const struct policy_builder *b);

/* Adds a list; the first has the highest precedence. Those of members come last, -EINVAL. Returns its index, -E2BIG past
 * POLICY_LISTS_MAX, of members POLICY_MEMBER_LISTS_MAX more. */
int policy_builder_list(struct policy_builder *b, const struct policy_list *list) must_check;

/* What is to be done with a name. Equal rules are kept once. */
struct policy_rule_spec {
    uint16_t list; /* index from policy_builder_list */
    uint8_t action, scope;
    uint32_t data_len;
    const uint8_t *data; /* copied; NULL without */
    int64_t from_us, until_us;
};
/* -EINVAL for a value outside its range, -ENOSPC on a full disk, -ENOMEM. */
int policy_builder_add_subject(struct policy_builder *b, const struct policy_subject *subject,
                               const struct policy_rule_spec *rule, uint32_t line) must_check;
/* The same for the query's name. */
int policy_builder_add(struct policy_builder *b, const struct dns_name *name, const struct policy_rule_spec *rule,
                       uint32_t line) must_check;

/* Writes the image to `file` in the folder. The builder is spent afterwards. */
int policy_builder_finish(struct policy_builder *b, const char *file, struct policy_build_stats *ret_stats) must_check;
/* The same without a name in the folder: ret_fd is the image, gone when closed. */
int policy_builder_finish_fd(struct policy_builder *b, int *ret_fd, struct policy_build_stats *ret_stats) must_check;

#endif
