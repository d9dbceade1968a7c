/* Cuts a stream into messages and writes answers in any order: DNS over TCP, and over TLS once it is decrypted.
 *
 * Source: RFC 1035 4.2.2, RFC 7766 (pipelining, out-of-order answers), RFC 7858 3.3. */
#include <event2/buffer.h>

#include "watch/dns/stream.h"

enum { PREFIX_LEN = 2 };

void tcp_input(struct stream *c)
{
    uint32_t generation = c->generation;
    uint8_t query[PREFIX_LEN + DNS_QUERY_MAX];
    while (c->waiting < DNS_TCP_PIPELINE_MAX && evbuffer_copyout(c->in, query, PREFIX_LEN) == PREFIX_LEN) {
        size_t len = (size_t)query[0] << 8 | query[1];
        if (len < DNS_HEADER_LEN || len > DNS_QUERY_MAX) {
            stream_close_bad(c);
            return;
        }
        if (evbuffer_get_length(c->in) < PREFIX_LEN + len)
            return;
        evbuffer_remove(c->in, query, PREFIX_LEN + len);
        stream_serve(c, query + PREFIX_LEN, len, (struct stream_request){.group = -1});
        if (!stream_is_open(c, generation))
            return;
    }
    if (c->waiting >= DNS_TCP_PIPELINE_MAX)
        stream_pause(c);
}

void tcp_answer(struct stream *c, const uint8_t *answer, size_t len)
{
    uint8_t prefix[PREFIX_LEN];
    if (len == 0)
        return;
    writer_put_u16(prefix, (uint16_t)len);
    if (evbuffer_add(c->out, prefix, sizeof prefix) < 0 || evbuffer_add(c->out, answer, len) < 0)
        stream_close_bad(c);
    else
        stream_flush(c, 0);
}
