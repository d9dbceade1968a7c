/* Any octets as the messages of a transfer: what is told is a sequence that a secondary can apply. First octet: the kind of
 * request; then messages, each behind its length (u16). */
#include <assert.h>
#include <stdlib.h>

#include "proto/dns/transfer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct transfer *t;
    bool soa;
};

static int on_record(void *self, enum transfer_step step, const struct dns_walk *w, const struct dns_record *r)
{
    struct seen *s = self;
    assert((step == TRANSFER_SOA) == !s->soa); /* first, and once */
    s->soa = true;
    assert(dns_name_within(&r->owner, s->t->zone) && r->class == DNS_CLASS_IN);
    assert((step == TRANSFER_SOA) == (r->type == DNS_TYPE_SOA));
    assert(r->rdata_at + r->rdata_len <= w->len);
    assert((step == TRANSFER_WHOLE) ? !s->t->incremental : true);
    assert((step == TRANSFER_DELETE || step == TRANSFER_ADD) ? s->t->incremental : true);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t types[] = {DNS_TYPE_SOA, DNS_TYPE_IXFR, DNS_TYPE_AXFR};
    struct reader r = reader_of(data, size);
    struct dns_name zone, notified;
    int e = dns_name_parse("jain.ad.jp", 10, &zone);
    assert(e == 0);
    struct transfer t = {.zone = &zone, .id = 77, .have = 1, .on_record = on_record};
    struct seen seen = {.t = &t};
    t.qtype = types[reader_u8(&r) % 3];
    t.self = &seen;
    uint8_t *answer = malloc(DNS_MESSAGE_MAX);
    assert(answer);
    e = 0;
    while (e == 0 && r.left > 0) {
        struct reader m = reader_sub(&r, reader_u16(&r));
        if (m.failed)
            break;
        if (dns_notify_read(m.at, m.left, &notified) == 0)
            assert(dns_notify_answer(m.at, &notified, answer, DNS_MESSAGE_MAX) > 0);
        e = transfer_take(&t, m.at, m.left);
        assert(e < 0 || seen.soa);
    }
    free(answer);
    return 0;
}
