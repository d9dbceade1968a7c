/* Reads triggers from the labels of an owner. */
#include "act/policy/rpz_owner.h"

#include <errno.h>

#include "base/reader.h"

static bool label_is(const struct dns_name *name, unsigned label, const char *text)
{
    const uint8_t *at = name->wire + name->at[label];
    return at[0] == strlen(text) && memcmp(at + 1, text, at[0]) == 0;
}

/* Drops the last label. */
static void cut_last(struct dns_name *name)
{
    name->labels--;
    name->len = (uint8_t)(name->at[name->labels] + 1);
    name->wire[name->at[name->labels]] = 0;
}

/* Drops a leading "*" label; false when there is none. */
static bool cut_wildcard(struct dns_name *name)
{
    if (name->labels == 0 || !label_is(name, 0, "*"))
        return false;
    name->len = (uint8_t)(name->len - 2);
    name->labels--;
    memmove(name->wire, name->wire + 2, name->len);
    for (unsigned i = 0; i <= name->labels; i++)
        name->at[i] = (uint8_t)(name->at[i + 1] - 2);
    return true;
}

/* A label as a number without leading zeros; false when it is none or past max. */
static bool label_number(const struct dns_name *name, unsigned label, unsigned base, unsigned max, unsigned *ret_value)
{
    const uint8_t *at = name->wire + name->at[label];
    unsigned n = at[0], value = 0;
    if (n == 0 || n > 4 || (n > 1 && at[1] == '0'))
        return false;
    for (unsigned i = 1; i <= n; i++) {
        unsigned c = at[i], digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
        if (digit >= base)
            return false;
        value = value * base + digit;
    }
    *ret_value = value;
    return value <= max;
}

/* "24.0.2.0.192": bits, then the octets from the last. */
static bool read_v4(const struct dns_name *name, struct addr_prefix *ret_prefix)
{
    unsigned bits, octet;
    if (!label_number(name, 0, 10, 32, &bits))
        return false;
    *ret_prefix = (struct addr_prefix){.bits = (uint8_t)(96 + bits)};
    ret_prefix->addr.bytes[10] = ret_prefix->addr.bytes[11] = 0xff;
    for (unsigned i = 0; i < 4; i++) {
        if (!label_number(name, 4 - i, 10, 255, &octet))
            return false;
        ret_prefix->addr.bytes[12 + i] = (uint8_t)octet;
    }
    return true;
}

/* "32.zz.db8.2001": bits, then the words from the last; "zz" stands for as many zeros as are missing. */
static bool read_v6(const struct dns_name *name, struct addr_prefix *ret_prefix)
{
    enum { WORDS = 8 };
    unsigned bits, words[WORDS], count = 0, zeros_at = WORDS;
    if (name->labels > 1 + WORDS || !label_number(name, 0, 10, 128, &bits))
        return false;
    for (unsigned i = name->labels; i-- > 1;) {
        if (label_is(name, i, "zz")) {
            if (zeros_at != WORDS)
                return false;
            zeros_at = count;
        } else if (!label_number(name, i, 16, 0xffff, &words[count++])) {
            return false;
        }
    }
    if (zeros_at == WORDS ? count != WORDS : count >= WORDS)
        return false;
    *ret_prefix = (struct addr_prefix){.bits = (uint8_t)bits};
    for (unsigned i = 0; i < count; i++) {
        unsigned word = i < zeros_at ? i : i + WORDS - count;
        ret_prefix->addr.bytes[2 * word] = (uint8_t)(words[i] >> 8);
        ret_prefix->addr.bytes[2 * word + 1] = (uint8_t)words[i];
    }
    return true;
}

/* A prefix with other bits set behind it is a slip of who wrote it: BIND refuses it, too. */
static bool has_host_bits(const struct addr_prefix *p)
{
    for (unsigned bit = p->bits; bit < 128; bit++)
        if (p->addr.bytes[bit / 8] & 0x80u >> bit % 8)
            return true;
    return false;
}

static int read_prefix(const struct dns_name *name, struct addr_prefix *ret_prefix)
{
    bool is_v4 = name->labels == 5 && read_v4(name, ret_prefix);
    if (!is_v4 && (name->labels < 2 || !read_v6(name, ret_prefix)))
        return -EINVAL;
    return has_host_bits(ret_prefix) ? -EINVAL : 0;
}

int rpz_owner_read(const struct dns_name *owner, struct rpz_owner *ret_owner)
{
    static const struct {
        const char *label;
        uint8_t trigger;
    } triggers[] = {
        {"rpz-client-ip", DNS_TRIGGER_CLIENT},
        {"rpz-ip", DNS_TRIGGER_ADDRESS},
        {"rpz-nsdname", DNS_TRIGGER_NS_NAME},
        {"rpz-nsip", DNS_TRIGGER_NS_ADDRESS},
    };
    *ret_owner = (struct rpz_owner){.trigger = DNS_TRIGGER_NAME, .name = *owner};
    for (size_t i = 0; i < array_len(triggers); i++)
        if (owner->labels > 0 && label_is(owner, owner->labels - 1u, triggers[i].label))
            ret_owner->trigger = triggers[i].trigger;
    if (ret_owner->trigger != DNS_TRIGGER_NAME)
        cut_last(&ret_owner->name);
    if (ret_owner->trigger != DNS_TRIGGER_NAME && ret_owner->trigger != DNS_TRIGGER_NS_NAME)
        return read_prefix(&ret_owner->name, &ret_owner->prefix);
    ret_owner->wildcard = cut_wildcard(&ret_owner->name);
    return 0;
}
