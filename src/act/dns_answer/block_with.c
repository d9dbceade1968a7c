/* Reads what blocked names are answered with, and turns decisions into it. */
#include "act/dns_answer/block_with.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "act/dns_answer/answer.h"
#include "base/writer.h"

enum { IPV4_AT = 12 /* in an IPv4-mapped address, RFC 4291 2.5.5.2 */ };

static void put_address(struct writer *w, const struct addr *a)
{
    uint8_t octets[16];
    memcpy(octets, a, sizeof octets);
    bool v4 = addr_is_v4(a);
    writer_u16(w, v4 ? DNS_TYPE_A : DNS_TYPE_AAAA);
    writer_u32(w, ANSWER_BLOCKED_TTL_S);
    writer_u16(w, v4 ? 4 : 16);
    writer_bytes(w, octets + (v4 ? IPV4_AT : 0), v4 ? 4 : 16);
}

static int take_address(const char *text, size_t len, struct writer *w)
{
    char word[ADDR_TEXT_MAX];
    struct addr a;
    if (len >= sizeof word)
        return -EINVAL;
    memcpy(word, text, len);
    word[len] = '\0';
    if (addr_parse(word, &a) < 0)
        return -EINVAL;
    put_address(w, &a);
    return w->full ? -E2BIG : 0;
}

int block_with_parse(const char *text, struct block_with *ret_block)
{
    static const char between[] = " ,\t";
    struct block_with b;
    memset(&b, 0, sizeof b); /* all of it: compared as octets */
    if (strcmp(text, "nxdomain") == 0 || strcmp(text, "nodata") == 0) {
        b.kind = text[1] == 'x' ? BLOCK_WITH_NXDOMAIN : BLOCK_WITH_NODATA;
        *ret_block = b;
        return 0;
    }
    struct writer w = writer_of(b.data, sizeof b.data);
    unsigned count = 0;
    for (const char *at = text + strspn(text, between); *at; at += strspn(at, between)) {
        size_t len = strcspn(at, between);
        int e = count++ == BLOCK_WITH_ADDRESSES_MAX ? -E2BIG : take_address(at, len, &w);
        if (e < 0)
            return e;
        at += len;
    }
    if (count == 0)
        return -EINVAL;
    b.kind = BLOCK_WITH_ADDRESSES;
    b.data_len = (uint32_t)w.len;
    *ret_block = b;
    return 0;
}

const struct dns_decision *block_with_apply(const struct block_with *b, const struct dns_decision *d, struct dns_decision *room)
{
    if (b->kind == BLOCK_WITH_NXDOMAIN || d->action != DNS_ACTION_NXDOMAIN)
        return d;
    *room = *d;
    if (b->kind == BLOCK_WITH_NODATA) {
        room->action = DNS_ACTION_NODATA;
        return room;
    }
    room->action = DNS_ACTION_LOCAL_DATA;
    room->is_sinkhole = true;
    room->data = b->data;
    room->data_len = b->data_len;
    return room;
}
