/* Writes NOTIFY messages and keeps their times. */
#include "share/rpz/notify.h"

#include "share/rpz/soa.h"

enum { OPCODE_NOTIFY = 4 << 11 };

bool rpz_notify_due(struct rpz_notify *n, int64_t serial, uint16_t new_id, uint64_t now_ms, bool *ret_given_up)
{
    *ret_given_up = false;
    if (serial == 0)
        return false;
    if (serial != n->serial) {
        n->serial = serial;
        n->tries = 0;
        n->done = false;
        n->next_ms = n->sent ? n->sent_ms + RPZ_NOTIFY_APART_MS : now_ms;
    }
    if (n->done || now_ms < n->next_ms)
        return false;
    if (n->tries == RPZ_NOTIFY_TRIES) {
        n->done = *ret_given_up = true;
        return false;
    }
    n->id = new_id;
    n->sent = true;
    n->sent_ms = now_ms;
    n->next_ms = now_ms + ((uint64_t)RPZ_NOTIFY_FIRST_MS << n->tries);
    n->tries++;
    return true;
}

bool rpz_notify_answered(struct rpz_notify *n, uint16_t id)
{
    if (n->done || n->tries == 0 || n->id != id)
        return false;
    n->done = true;
    return true;
}

size_t rpz_notify_write(const struct rpz_zone *z, const struct addr *secondary, uint16_t id, int64_t serial, uint64_t now_s, uint8_t *to,
                        size_t max)
{
    struct writer w = writer_of(to, max);
    struct tsig tsig;
    writer_u16(&w, id);
    writer_u16(&w, OPCODE_NOTIFY | DNS_FLAG_AA);
    writer_u16(&w, 1);
    writer_u16(&w, 1);
    writer_u32(&w, 0);
    writer_bytes(&w, z->name.wire, z->name.len);
    writer_u16(&w, DNS_TYPE_SOA);
    writer_u16(&w, DNS_CLASS_IN);
    writer_u16(&w, 0xc000 | DNS_HEADER_LEN);
    writer_u16(&w, DNS_TYPE_SOA);
    writer_u16(&w, DNS_CLASS_IN);
    writer_u32(&w, RPZ_TTL_S);
    writer_u16(&w, RPZ_SOA_LEN);
    rpz_soa_write(&w, serial);
    if (z->has_key && !rpz_zone_allows(z, secondary))
        tsig_sign(&tsig, &z->key, &w, now_s);
    return w.full ? 0 : w.len;
}
