/* Tells the records of upstreams' answers to whoever keeps passive DNS: once for each answer taken, never for a hit. */
#include "model/answer_record.h"
#include "watch/dns/worker.h"

static enum record_suspicion suspicion_of(const struct work *work, bool withheld)
{
    if (respond_is_blocked(work) || work->decision.action == DNS_ACTION_TRUNCATE ||
        (withheld && work->decision.action != DNS_ACTION_PASS))
        return RECORD_BLOCKED;
    return work->decision.action == DNS_ACTION_OBSERVE ? RECORD_OBSERVED : RECORD_UNSUSPECTED;
}

/* Signatures are of no use to a reader and change all the time. */
static bool is_kept(const struct dns_record *r)
{
    return r->section == DNS_SECTION_ANSWER && r->class == DNS_CLASS_IN && r->type != DNS_TYPE_RRSIG;
}

static void emit(struct dns_worker *w, const struct dns_walk *walk, const struct dns_record *r, struct answer_record *a)
{
    struct writer data = writer_of(a->data, sizeof a->data);
    if (dns_record_data(walk, r, &data) < 0 || data.full) {
        dns_count(&w->o.counters->records_left_out, 1);
        return;
    }
    uint8_t *frame = ring_reserve(w->o.ring, ANSWER_RECORD_FRAME_MAX);
    if (!frame)
        return; /* full: dropped and counted by the ring */
    a->type = r->type;
    a->ttl_s = r->ttl;
    a->data_len = (uint16_t)data.len;
    a->name_len = r->owner.len;
    memcpy(a->name, r->owner.wire, r->owner.len);
    ring_commit(w->o.ring, answer_record_put(a, frame));
}

void records_tell(struct dns_worker *w, const struct work *work, const struct dns_cache_entry *e)
{
    enum record_suspicion suspicion = suspicion_of(work, dns_cache_entry_withheld(e));
    if (!records_are_wanted(w) || (w->o.records == DNS_RECORDS_SUSPECTED && suspicion == RECORD_UNSUSPECTED))
        return;
    size_t len;
    const uint8_t *message = dns_cache_entry_message(e, &len);
    struct answer_record a;
    a.time_us = w->now_us;
    a.suspicion = (uint8_t)suspicion;
    static const struct verdict_ref none;
    a.verdict = suspicion == RECORD_UNSUSPECTED ? none : work->decision.verdict;
    struct dns_walk walk;
    struct dns_record r;
    if (dns_walk_begin(&walk, message, len) < 0)
        return;
    for (unsigned n = 0; dns_walk_next(&walk, &r) == 1;) {
        if (!is_kept(&r))
            continue;
        if (n++ < DNS_RECORDS_MAX)
            emit(w, &walk, &r, &a);
        else
            dns_count(&w->o.counters->records_left_out, 1);
    }
    worker_publish(w);
}
