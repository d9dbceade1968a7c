/* Hands the calls of a DNS worker on to the policy and to the answers. */
#include "apps/dns/dns_policy.h"

#include "act/dns_answer/answer.h"

static const void *hold(void *self, unsigned worker)
{
    return policy_hold(&((struct dns_policy_source *)self)->slot, worker);
}

static void release(void *self, unsigned worker)
{
    policy_release(&((struct dns_policy_source *)self)->slot, worker);
}

static void prepare(const void *policy, const struct dns_name *name, struct dns_probes *probes)
{
    policy_prepare(policy, name, (struct policy_probes *)probes);
}

static void decide(const void *policy, const struct dns_probes *probes, const struct dns_name *name,
                   const struct dns_asker *asker, int64_t now_us, struct dns_decision *ret_decision)
{
    policy_decide(policy, (const struct policy_probes *)probes, name, asker, now_us, ret_decision);
}

static void examine(const void *policy, const struct dns_asker *asker, int64_t now_us, const uint8_t *message,
                    size_t len, const struct dns_name_servers *servers, struct dns_decision *decision)
{
    policy_examine(policy, asker, now_us, message, len, servers, decision);
}

static bool touches(const void *policy, const uint8_t *message, size_t len, const struct dns_name_servers *servers)
{
    return policy_touches(policy, message, len, servers);
}

static uint64_t serial(const void *policy)
{
    return policy_serial(policy);
}

static bool wants_name_servers(const void *policy, const struct dns_asker *asker, const struct dns_decision *decision)
{
    return policy_wants_name_servers(policy, asker, decision);
}

static bool stands(const void *policy, const struct dns_asker *asker, const struct dns_decision *decision, bool all)
{
    return policy_stands(policy, asker, decision, all);
}

static bool has_names(const void *policy)
{
    return policy_has_names(policy);
}

static const struct policy_groups *groups_of(void *self)
{
    return ((struct dns_policy_source *)self)->groups;
}

static uint16_t group_of_client(const void *policy, const struct addr *client)
{
    return policy_group_of(policy, client);
}

static int group_of_server_name(void *self, const char *name, size_t len)
{
    return policy_group_of_server_name(groups_of(self), name, len);
}

static int group_of_token(void *self, const char *token, size_t len)
{
    return policy_group_of_token(groups_of(self), token, len);
}

static uint32_t group_id(void *self, unsigned group)
{
    return policy_observed_group(groups_of(self), group);
}

/* The decision as clients of this node are to hear of it: `d` itself, or *room. */
static const struct dns_decision *worded(const struct dns_policy_source *source, const struct dns_decision *d, struct dns_decision *room)
{
    if (likely(source->wording == ANSWER_IN_ENGLISH))
        return d;
    *room = *d;
    room->wording = (uint8_t)source->wording;
    return room;
}

static size_t answer_behind(void *self, const struct dns_query *q, const uint8_t *message, const struct dns_decision *d,
                            const struct dns_chain *chain, uint8_t *to, size_t max)
{
    const struct dns_policy_source *source = self;
    struct dns_decision blocked, told;
    return answer_policy_behind(q, message, worded(source, block_with_apply(&source->block_with, d, &blocked), &told), chain, to, max);
}

static size_t answer(void *self, const struct dns_query *q, const uint8_t *message, const struct dns_decision *d, uint8_t *to, size_t max)
{
    return answer_behind(self, q, message, d, NULL, to, max);
}

static size_t answer_followed(void *self, const struct dns_query *q, const uint8_t *message, const struct dns_decision *d, const struct dns_chain *chain,
                              const uint8_t *target_answer, size_t target_len, uint8_t *to, size_t max)
{
    struct dns_decision told;
    return answer_policy_followed(q, message, worded(self, d, &told), chain, target_answer, target_len, to, max);
}

struct dns_policy dns_policy_of(struct dns_policy_source *source)
{
    return (struct dns_policy){
        .self = source,
        .probes_size = sizeof(struct policy_probes),
        .hold = hold,
        .release = release,
        .prepare = prepare,
        .decide = decide,
        .examine = examine,
        .touches = touches,
        .serial = serial,
        .has_names = has_names,
        .wants_name_servers = wants_name_servers,
        .stands = stands,
        .has_groups = source->groups != NULL,
        .has_tokens = source->has_tokens,
        .group_of_client = group_of_client,
        .group_of_server_name = group_of_server_name,
        .group_of_token = group_of_token,
        .group_id = group_id,
        .answer = answer,
        .answer_behind = answer_behind,
        .answer_any = answer_any,
        .answer_error = answer_error,
        .alias = answer_policy_alias,
        .answer_followed = answer_followed,
    };
}
