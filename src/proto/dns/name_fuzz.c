/* Names: what parses must format and parse again to the same name; what is read from a message keeps the limits.
 * First octet: text, wire, or a name at an offset (second octet) of a message. */
#include <assert.h>
#include <string.h>

#include "proto/dns/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const struct dns_name *n)
{
    assert(n->len >= 1 && n->labels <= 127);
    unsigned at = 0;
    for (unsigned i = 0; i < n->labels; i++) {
        assert(n->at[i] == at && n->wire[at] >= 1 && n->wire[at] <= DNS_LABEL_MAX);
        at += 1u + n->wire[at];
    }
    assert(n->at[n->labels] == at && n->wire[at] == 0 && n->len == at + 1);
    for (unsigned i = 0; i < n->len; i++)
        assert(n->wire[i] < 'A' || n->wire[i] > 'Z');
    char text[DNS_NAME_TEXT_MAX];
    struct dns_name again;
    dns_name_format(n, text);
    assert(strlen(text) < sizeof text);
    int e = dns_name_parse(text, strlen(text), &again);
    assert(e == 0 && dns_name_equal(n, &again) && again.labels == n->labels);
    assert(memcmp(n->at, again.at, n->labels + 1u) == 0);
    assert(dns_name_within(n, &again));
    (void)dns_name_is_hostname(n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_name n;
    size_t next;
    if (size < 2)
        return 0;
    const uint8_t *rest = data + 1;
    size_t len = size - 1;
    if (data[0] % 3 == 0) {
        if (dns_name_parse((const char *)rest, len, &n) == 0)
            check_name(&n);
    } else if (data[0] % 3 == 1) {
        struct reader r = reader_of(rest, len);
        if (dns_name_read(&r, &n) == 0) {
            assert(len - r.left == n.len);
            check_name(&n);
        }
    } else if (dns_name_read_compressed(rest, len, rest[0], &n, &next) == 0) {
        assert(next > rest[0] && next <= len);
        check_name(&n);
    }
    return 0;
}
