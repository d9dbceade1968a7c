/* Any octets as what a client of DNS over HTTPS sends: requests are served once each, within their limits, and nothing is
 * kept when the stream closes. stream.c's part is played here, so that no socket and no TLS stands before it. */
#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>

#include "watch/dns/stream.h"
#include "watch/dns/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHUNK = 700, LATER_MAX = DNS_TCP_PIPELINE_MAX };

static struct dns_counters counters;
static bool closed;
static struct {
    int32_t id;
    uint8_t answer[64];
    size_t len;
} later[LATER_MAX];

/* Every other query is answered at once, the rest after all octets have come. */
void stream_serve(struct stream *c, const uint8_t *message, size_t len, struct stream_request request)
{
    assert(len >= DNS_HEADER_LEN && len <= DNS_QUERY_MAX && !(message[2] & DNS_FLAG_QR >> 8));
    assert(request.group == -1 || request.group == 7);
    uint8_t answer[DNS_HEADER_LEN] = {message[0], message[1], 0x80};
    if (message[1] & 1 && c->waiting < LATER_MAX) {
        later[c->waiting].id = request.id;
        later[c->waiting].len = sizeof answer;
        memcpy(later[c->waiting].answer, answer, sizeof answer);
        c->waiting++;
        return;
    }
    doh_answer(c, request.id, answer, message[1] & 2 ? 0 : sizeof answer);
}

void stream_flush(struct stream *c, size_t held)
{
    assert(held <= (size_t)LATER_MAX * 64 + ((size_t)DNS_DOH_STREAMS_MAX * DNS_HEADER_LEN));
    evbuffer_drain(c->out, evbuffer_get_length(c->out));
}

void stream_pause(struct stream *c)
{
    c->paused = true;
}

void stream_close(struct stream *c)
{
    closed = true;
    c->generation++;
}

void stream_close_bad(struct stream *c)
{
    stream_close(c);
}

bool tls_session_ready(const struct tls_session *s)
{
    (void)s;
    return true;
}

static int group_of_token(void *self, const char *token, size_t len)
{
    (void)self;
    return len == 3 && memcmp(token, "abc", 3) == 0 ? 7 : -ENOENT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_worker *w = calloc(1, sizeof *w);
    assert(w);
    w->o.counters = &counters;
    w->o.policy = (struct dns_policy){.has_tokens = true, .group_of_token = group_of_token};
    struct stream c = {.worker = w, .transport = DNS_TRANSPORT_DOH, .in = evbuffer_new(), .out = evbuffer_new()};
    int e = doh_open(&c);
    assert(e == 0);
    closed = false;
    for (size_t at = 0; at < size && !closed && !c.ended && !c.paused; at += CHUNK) {
        evbuffer_add(c.in, data + at, size - at < CHUNK ? size - at : CHUNK);
        doh_input(&c);
        assert(w->doh_requests <= DNS_DOH_STREAMS_MAX);
    }
    for (unsigned i = 0; i < c.waiting && !closed; i++)
        doh_answer(&c, later[i].id, later[i].answer, later[i].len);
    if (!closed)
        doh_end(&c);
    doh_close(&c);
    assert(w->doh_requests == 0);
    evbuffer_free(c.in);
    evbuffer_free(c.out);
    free(w);
    return 0;
}
