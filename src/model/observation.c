/* Puts a DNS observation into its frame and takes it out again, checked. */
#include "model/observation.h"

#include <errno.h>

#include "base/reader.h"
#include "base/writer.h"

#define FRAME_VERSION 2  /* second octet: of this layout */

static const char *const transport_words[] = {
    [DNS_TRANSPORT_UDP] = "udp",
    [DNS_TRANSPORT_TCP] = "tcp",
    [DNS_TRANSPORT_DOT] = "dot",
    [DNS_TRANSPORT_DOH] = "doh",
};
_Static_assert(array_len(transport_words) == DNS_TRANSPORT_COUNT, "one word per transport");

static const char *const action_words[] = {
    [DNS_ACTION_NONE] = "none",
    [DNS_ACTION_PASS] = "pass",
    [DNS_ACTION_NXDOMAIN] = "nxdomain",
    [DNS_ACTION_NODATA] = "nodata",
    [DNS_ACTION_LOCAL_DATA] = "local-data",
    [DNS_ACTION_REFUSED] = "refused",
    [DNS_ACTION_DROP] = "drop",
    [DNS_ACTION_TRUNCATE] = "truncate",
    [DNS_ACTION_OBSERVE] = "observe",
};
_Static_assert(array_len(action_words) == DNS_ACTION_COUNT, "one word per action");

static const char *const trigger_words[] = {
    [DNS_TRIGGER_NAME] = "name",       [DNS_TRIGGER_CLIENT] = "client",         [DNS_TRIGGER_ADDRESS] = "address",
    [DNS_TRIGGER_NS_NAME] = "ns-name", [DNS_TRIGGER_NS_ADDRESS] = "ns-address",
};
_Static_assert(array_len(trigger_words) == DNS_TRIGGER_COUNT, "one word per trigger");

const char *dns_transport_word(unsigned transport)
{
    return transport < DNS_TRANSPORT_COUNT ? transport_words[transport] : "unknown";
}

const char *dns_action_word(unsigned action)
{
    return action < DNS_ACTION_COUNT ? action_words[action] : "unknown";
}

const char *dns_trigger_word(unsigned trigger)
{
    return trigger < DNS_TRIGGER_COUNT ? trigger_words[trigger] : "unknown";
}

uint32_t dns_group_id(const char *name)
{
    if (!*name)
        return 0;
    /* FNV-1a: names are the operator's own, and the configuration refuses two of the same number. */
    uint32_t h = 2166136261u;
    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 16777619u;
    h = h < DNS_GROUP_OF_MEMBERS ? h : h - DNS_GROUP_OF_MEMBERS;
    return h ? h : 1;
}

size_t dns_observation_put(const struct dns_observation *o, uint8_t *frame)
{
    struct writer w = writer_of(frame, DNS_OBSERVATION_FRAME_MAX);
    writer_u8(&w, OBSERVATION_KIND_ANSWER);
    writer_u8(&w, FRAME_VERSION);
    writer_u8(&w, o->transport);
    writer_u8(&w, o->action);
    writer_u8(&w, o->rcode);
    writer_u8(&w, o->from_cache);
    writer_u16(&w, o->qtype);
    writer_u64(&w, (uint64_t)o->time_us);
    writer_bytes(&w, o->client.bytes, sizeof o->client.bytes);
    writer_u32(&w, o->verdict.id);
    writer_u32(&w, o->verdict.line);
    writer_u32(&w, o->latency_us);
    writer_u32(&w, o->group);
    writer_u16(&w, o->list);
    writer_u8(&w, o->trigger);
    writer_u8(&w, o->name_len);
    writer_bytes(&w, o->name, o->name_len);
    return w.len;
}

bool observation_name_is_whole(const uint8_t *name, size_t len)
{
    struct reader r = reader_of(name, len);
    while (r.left > 0) {
        uint8_t label = reader_u8(&r);
        if (label == 0)
            return r.left == 0;
        if (label > 63)
            return false;
        reader_skip(&r, label);
    }
    return false;
}

int dns_observation_get(const uint8_t *frame, size_t len, struct dns_observation *ret_o)
{
    struct reader r = reader_of(frame, len);
    uint8_t kind = reader_u8(&r);
    uint8_t version = reader_u8(&r);
    if (kind != OBSERVATION_KIND_ANSWER || version != FRAME_VERSION)
        return -EBADMSG;
    struct dns_observation o;
    o.transport = reader_u8(&r);
    o.action = reader_u8(&r);
    o.rcode = reader_u8(&r);
    o.from_cache = reader_u8(&r);
    o.qtype = reader_u16(&r);
    o.time_us = (int64_t)reader_u64(&r);
    reader_copy(&r, o.client.bytes, sizeof o.client.bytes);
    o.verdict.id = reader_u32(&r);
    o.verdict.line = reader_u32(&r);
    o.latency_us = reader_u32(&r);
    o.group = reader_u32(&r);
    o.list = reader_u16(&r);
    o.trigger = reader_u8(&r);
    o.name_len = reader_u8(&r);
    const uint8_t *name = reader_take(&r, o.name_len);
    if (r.failed || r.left > 0 || o.transport >= DNS_TRANSPORT_COUNT || o.action >= DNS_ACTION_COUNT ||
        o.trigger >= DNS_TRIGGER_COUNT || o.rcode > 15 || o.from_cache > 1 || o.time_us < 0 || !observation_name_is_whole(name, o.name_len))
        return -EBADMSG;
    memcpy(o.name, name, o.name_len);
    memset(o.name + o.name_len, 0, sizeof o.name - o.name_len);
    *ret_o = o;
    return 0;
}
