/* Keeps clients from asking too much, and from asking in another's name: rate limit and cookies.
 *
 * Source: RFC 7873 5.2 (cookies), RFC 7828 3.2.2 (idle time of a connection). A client that has proven its address, by a
 * connection or by a cookie of ours, is told that it asks too much; to one that has not, which may be the victim of whoever
 * forges its address, little or nothing is sent.
 */
#include "watch/dns/worker.h"

static uint32_t wall_s(const struct dns_worker *w)
{
    return (uint32_t)(w->now_us / 1000000);
}

static void refuse(struct dns_worker *w, struct work *work, bool proven)
{
    struct dns_counters *c = w->o.counters;
    if (proven) {
        dns_count(&c->rate_refused, 1);
        respond_with_error(w, work, DNS_RCODE_REFUSED, DNS_EDE_OTHER, "too many queries");
    } else if (work->query.has_cookie) { /* RFC 7873 5.2.3 and 5.2.4: it gets a cookie, and is known the next time */
        dns_count(&c->bad_cookies, 1);
        respond_with_error(w, work, DNS_RCODE_BADCOOKIE, DNS_EDE_NONE, NULL);
    } else if (w->rate_slips++ % DNS_RATE_SLIP == 0) {
        dns_count(&c->rate_truncated, 1);
        respond_with_error(w, work, DNS_RCODE_NOERROR, DNS_EDE_NONE, NULL);
        if (work->answer_len > 0)
            work->answer[2] |= DNS_FLAG_TC >> 8;
        work->decision.action = DNS_ACTION_TRUNCATE;
    } else {
        dns_count(&c->rate_dropped, 1);
        work->decision = (struct dns_decision){.action = DNS_ACTION_DROP};
        work->state = WORK_DONE;
    }
}

bool guard_admit(struct dns_worker *w, struct work *work)
{
    if (!w->o.rate.loopback && addr_is_loopback(&work->asker.client))
        return true;
    bool proven = work->transport != DNS_TRANSPORT_UDP ||
                  (unlikely(work->query.has_server_cookie) &&
                   dns_cookie_check(&w->o.cookies, &work->query, &work->asker.client, wall_s(w)));
    if (likely(dns_rate_take(w->rate, &work->asker.client, proven, w->mono_ns)))
        return true;
    refuse(w, work, proven);
    return false;
}

size_t guard_add_options(struct dns_worker *w, const struct dns_query *q, enum dns_transport transport,
                         const struct addr *client, uint8_t *answer, size_t len)
{
    if (len == 0)
        return 0;
    if (q->has_cookie && w->o.cookies.count > 0) {
        uint8_t data[DNS_COOKIE_LEN];
        bool valid = dns_cookie_check(&w->o.cookies, q, client, wall_s(w));
        dns_cookie_make(&w->o.cookies, q, client, wall_s(w), valid, data);
        len = dns_opt_add(answer, len, len + GUARD_OPTIONS_MAX, DNS_OPTION_COOKIE, data, sizeof data);
    }
    /* RFC 7828 3.2: not over UDP; RFC 8484 leaves a connection's time to HTTP. */
    if (q->keepalive && (transport == DNS_TRANSPORT_TCP || transport == DNS_TRANSPORT_DOT)) {
        uint8_t tenths[2];
        writer_put_u16(tenths, DNS_TCP_IDLE_S * 10);
        len = dns_opt_add(answer, len, len + GUARD_OPTIONS_MAX, DNS_OPTION_KEEPALIVE, tenths, sizeof tenths);
    }
    return len;
}
