/* Answers the names that this node alone knows about: resolver.arpa, where clients ask for its encrypted transports.
 *
 * Source: RFC 9462 4 and 6.4 (the whole zone is answered here and never resolved).
 */
#include "watch/dns/worker.h"

static const struct dns_name resolver_arpa = {.len = 15, .labels = 2, .at = {0, 9, 14}, .wire = "\10resolver\4arpa"};
static const struct dns_name dns_resolver_arpa = {
    .len = 20, .labels = 3, .at = {0, 5, 14, 19}, .wire = "\4_dns\10resolver\4arpa"};

bool local_answer(const struct dns_worker *w, struct work *work)
{
    const struct dns_query *q = &work->query;
    if (!dns_name_within(&q->name, &resolver_arpa))
        return false;
    struct dns_decision d = {
        .action = DNS_ACTION_NODATA, .label = (uint8_t)(q->name.labels - resolver_arpa.labels), .ede = DNS_EDE_NONE};
    if (w->o.designated_len > 0 && dns_name_equal(&q->name, &dns_resolver_arpa)) {
        d.action = DNS_ACTION_LOCAL_DATA;
        d.data = w->o.designated;
        d.data_len = (uint32_t)w->o.designated_len;
    }
    work->answer_len = w->o.policy.answer(w->o.policy.self, q, work->message, &d, work->answer, work->answer_max);
    return true;
}
