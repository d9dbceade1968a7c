/* Reads, writes and compares domain names. */
#include "proto/dns/name.h"

#include <errno.h>
#include <string.h>

/* Lower-cases the eight octets of a word at once: 0x20 is set in every octet that is 'A'..'Z'. Length octets are at
 * most 63 and so below 'A': a whole wire name can be put through this without looking at labels. */
static uint64_t lower_word(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t low7 = word & (ones * 0x7f);
    uint64_t at_least_a = low7 + ones * (0x80 - 'A');
    uint64_t above_z = low7 + ones * (0x80 - 'Z' - 1);
    uint64_t upper = at_least_a & ~above_z & ~word & (ones * 0x80);
    return word | upper >> 2;
}

static void lower_copy(uint8_t *to, const uint8_t *from, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, from + i, 8);
        word = lower_word(word);
        memcpy(to + i, &word, 8);
    }
    for (; i < n; i++)
        to[i] = from[i] >= 'A' && from[i] <= 'Z' ? from[i] | 0x20 : from[i];
}

int dns_name_read(struct reader *r, struct dns_name *ret_name)
{
    struct reader start = *r;
    unsigned labels = 0;
    size_t len = 0;
    for (;;) {
        uint8_t label = reader_u8(r);
        if (r->failed || label > DNS_LABEL_MAX || len + 1 + label > DNS_NAME_MAX)
            break;
        ret_name->at[labels] = (uint8_t)len;
        len += 1u + label;
        if (label == 0) {
            ret_name->len = (uint8_t)len;
            ret_name->labels = (uint8_t)labels;
            lower_copy(ret_name->wire, start.at, len);
            return 0;
        }
        reader_skip(r, label);
        labels++;
    }
    reader_fail(r);
    return -EBADMSG;
}

int dns_name_read_compressed(const uint8_t *message, size_t len, size_t at, struct dns_name *ret_name,
                             size_t *ret_next)
{
    struct dns_name name = {0};
    size_t next = 0, name_len = 0, earliest = at;
    if (at > len)
        return -EBADMSG;
    struct reader r = reader_of(message + at, len - at);
    for (;;) {
        uint8_t label = reader_u8(&r);
        if (r.failed)
            return -EBADMSG;
        if ((label & 0xc0) == 0xc0) {
            size_t target = (size_t)(label & 0x3f) << 8 | reader_u8(&r);
            if (r.failed || target >= earliest)
                return -EBADMSG;
            if (!next)
                next = (size_t)(r.at - message);
            earliest = target;
            r = reader_of(message + target, len - target);
            continue;
        }
        if (label > DNS_LABEL_MAX || name_len + 1 + label > DNS_NAME_MAX)
            return -EBADMSG;
        const uint8_t *octets = reader_take(&r, label);
        if (!octets)
            return -EBADMSG;
        name.at[name.labels] = (uint8_t)name_len;
        name.wire[name_len] = label;
        lower_copy(name.wire + name_len + 1, octets, label);
        name_len += 1u + label;
        if (label == 0)
            break;
        name.labels++;
    }
    name.len = (uint8_t)name_len;
    *ret_name = name;
    *ret_next = next ? next : (size_t)(r.at - message);
    return 0;
}

/* One octet of text at *p, escapes resolved; -1 when the escape is broken. */
static int text_octet(const char **p, const char *end)
{
    unsigned char c = (unsigned char)*(*p)++;
    if (c != '\\')
        return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    if (*p == end)
        return -1;
    c = (unsigned char)*(*p)++;
    if (c < '0' || c > '9')
        return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    if (end - *p < 2)
        return -1;
    unsigned value = c - '0';
    for (int i = 0; i < 2; i++) {
        c = (unsigned char)*(*p)++;
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    if (value > 255)
        return -1;
    return value >= 'A' && value <= 'Z' ? (int)(value | 0x20) : (int)value;
}

int dns_name_parse(const char *text, size_t n, struct dns_name *ret_name)
{
    const char *p = text, *end = text + n;
    if (n == 0)
        return -EINVAL;
    ret_name->labels = 0;
    size_t len = 0;
    if (n == 1 && *p == '.')
        p = end;
    while (p < end) {
        size_t head = len++;
        if (len >= DNS_NAME_MAX)
            return -EINVAL;
        while (p < end && *p != '.') {
            int octet = text_octet(&p, end);
            if (octet < 0 || len >= DNS_NAME_MAX - 1 || len - head > DNS_LABEL_MAX)
                return -EINVAL;
            ret_name->wire[len++] = (uint8_t)octet;
        }
        if (len - head == 1)
            return -EINVAL;
        ret_name->wire[head] = (uint8_t)(len - head - 1);
        ret_name->at[ret_name->labels++] = (uint8_t)head;
        if (p < end)
            p++;
    }
    ret_name->at[ret_name->labels] = (uint8_t)len;
    ret_name->wire[len++] = 0;
    ret_name->len = (uint8_t)len;
    return 0;
}

const char *dns_name_format_wire(const uint8_t *wire, size_t len, char *text)
{
    struct reader r = reader_of(wire, len);
    char *out = text;
    for (;;) {
        uint8_t label = reader_u8(&r);
        if (label == 0)
            break;
        if (out > text)
            *out++ = '.';
        for (; label > 0; label--) {
            uint8_t c = reader_u8(&r);
            if (r.failed || out - text > DNS_NAME_TEXT_MAX - 8)
                break;
            if (c <= 0x20 || c >= 0x7f) {
                *out++ = '\\';
                *out++ = (char)('0' + c / 100);
                *out++ = (char)('0' + c / 10 % 10);
                *out++ = (char)('0' + c % 10);
            } else {
                if (strchr(".\\\"();@$", c))
                    *out++ = '\\';
                *out++ = (char)c;
            }
        }
    }
    if (out == text)
        *out++ = '.';
    *out = '\0';
    return text;
}

const char *dns_name_format(const struct dns_name *name, char *text)
{
    return dns_name_format_wire(name->wire, name->len, text);
}

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
    return a->len == b->len && memcmp(a->wire, b->wire, a->len) == 0;
}

bool dns_name_within(const struct dns_name *name, const struct dns_name *zone)
{
    if (zone->labels > name->labels)
        return false;
    uint8_t start = name->at[name->labels - zone->labels];
    return name->len - start == zone->len && memcmp(name->wire + start, zone->wire, zone->len) == 0;
}

bool dns_name_is_hostname(const struct dns_name *name)
{
    for (unsigned i = 0; i < name->labels; i++) {
        const uint8_t *label = name->wire + name->at[i];
        for (unsigned k = 1; k <= label[0]; k++) {
            uint8_t c = label[k];
            bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!fine)
                return false;
        }
    }
    return name->labels > 0;
}
