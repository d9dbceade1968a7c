/* Answers NOTIFY (RFC 1996): a primary says that a zone of ours has changed, and somebody else looks. */
#include "proto/dns/transfer.h"
#include "watch/dns/worker.h"

/* What it says is not believed: it only makes us ask the primary sooner. So the address is enough, and what a forged one can do is
 * bounded by whoever takes the news. Over DoH nobody notifies. */
bool notify_answer(struct dns_worker *w, struct work *work)
{
    struct dns_name zone;
    if (!w->o.notify.take || work->transport == DNS_TRANSPORT_DOH ||
        dns_notify_read(work->message, work->message_len, &zone) < 0)
        return false;
    if (!w->o.notify.take(w->o.notify.self, &work->asker.client, &zone)) {
        dns_count(&w->o.counters->notify_refused, 1);
        return false; /* as any other message that is no query */
    }
    dns_count(&w->o.counters->notify_taken, 1);
    work->answer_len = dns_notify_answer(work->message, &zone, work->answer, work->answer_max);
    work->state = WORK_DONE;
    return true;
}
