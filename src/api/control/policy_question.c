/* Asks the policy in force. */
#include "api/control/policy_question.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/dns_query.h"

int policy_question_decide(const struct policy *policy, const struct policy_subject_text *subject, const struct dns_asker *asker,
                           struct dns_decision *ret_decision)
{
    int64_t now_us = clock_wall_us();
    if (subject->subject.trigger != DNS_TRIGGER_NAME) {
        policy_decide_address(policy, &subject->prefix.addr, asker, now_us, ret_decision);
        return 0;
    }
    struct policy_probes *probes = malloc(sizeof *probes);
    if (!probes)
        return -ENOMEM;
    policy_prepare(policy, &subject->name, probes);
    policy_decide(policy, probes, &subject->name, asker, now_us, ret_decision);
    free(probes);
    return 0;
}

bool policy_question_is_block(const struct dns_decision *d)
{
    return (DNS_ACTION_BIT(d->action) & DNS_ACTIONS_BLOCKED) != 0;
}
