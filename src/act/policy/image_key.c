/* Reads and writes the keys of a policy image. */
#include "act/policy/image_key.h"

#include <errno.h>

#include "base/reader.h"

static bool is_by_name(unsigned trigger)
{
    return trigger == DNS_TRIGGER_NAME || trigger == DNS_TRIGGER_NS_NAME;
}

static int read_name(const uint8_t *octets, size_t len, struct dns_name *ret_name)
{
    uint8_t wire[DNS_NAME_MAX + 1];
    if (len >= DNS_NAME_MAX)
        return -EBADMSG;
    memcpy(wire, octets, len);
    wire[len] = 0;
    struct reader whole = reader_of(wire, len + 1);
    return dns_name_read(&whole, ret_name) < 0 || whole.left > 0 ? -EBADMSG : 0;
}

int policy_key_read(struct sip_key key, const uint8_t *octets, size_t len, struct policy_key_parts *ret_parts)
{
    if (len == 0 || !(octets[0] & POLICY_KEY_MARK)) {
        ret_parts->trigger = DNS_TRIGGER_NAME;
        if (read_name(octets, len, &ret_parts->name) < 0)
            return -EBADMSG;
        ret_parts->hash = policy_name_hash(key, &ret_parts->name);
        return 0;
    }
    struct reader r = reader_of(octets, len);
    ret_parts->trigger = reader_u8(&r) & (uint8_t)~POLICY_KEY_MARK;
    ret_parts->hash = policy_marked_hash(key, octets, len);
    if (ret_parts->trigger >= DNS_TRIGGER_COUNT || ret_parts->trigger == DNS_TRIGGER_NAME)
        return -EBADMSG;
    if (is_by_name(ret_parts->trigger))
        return read_name(r.at, r.left, &ret_parts->name);
    ret_parts->prefix.bits = reader_u8(&r);
    reader_copy(&r, ret_parts->prefix.addr.bytes, sizeof ret_parts->prefix.addr.bytes);
    uint8_t again[POLICY_KEY_PREFIX_LEN];
    if (r.failed || r.left > 0 || ret_parts->prefix.bits > 128)
        return -EBADMSG;
    policy_key_of_prefix(ret_parts->trigger, &ret_parts->prefix.addr, ret_parts->prefix.bits, again);
    return memcmp(again, octets, sizeof again) == 0 ? 0 : -EBADMSG; /* bits past the prefix are zero */
}

int policy_key_write(const struct policy_subject *subject, uint8_t *octets)
{
    if (subject->trigger >= DNS_TRIGGER_COUNT)
        return -EINVAL;
    if (is_by_name(subject->trigger) ? !subject->name : !subject->prefix || subject->prefix->bits > 128)
        return -EINVAL;
    if (subject->trigger == DNS_TRIGGER_NAME) {
        memcpy(octets, subject->name->wire, subject->name->len - 1u);
        return subject->name->len - 1;
    }
    if (subject->trigger == DNS_TRIGGER_NS_NAME)
        return (int)policy_key_of_ns_name(subject->name->wire, subject->name->len - 1u, octets);
    return (int)policy_key_of_prefix(subject->trigger, &subject->prefix->addr, subject->prefix->bits, octets);
}
