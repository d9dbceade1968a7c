/* Addresses as text: what parses must format, and parse again to the same value. First octet: which form. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_addr(const char *text)
{
    struct addr a, b;
    char again[ADDR_TEXT_MAX];
    if (addr_parse(text, &a) < 0)
        return;
    int r = addr_parse(addr_format(&a, again), &b);
    assert(r == 0 && memcmp(&a, &b, sizeof a) == 0);
}

static void fuzz_prefix(const char *text)
{
    struct addr_prefix p;
    if (addr_prefix_parse(text, &p) < 0)
        return;
    assert(p.bits <= 128);
    assert(addr_prefix_has(&p, &p.addr));
}

static void fuzz_port(const char *text, int default_port)
{
    struct sockaddr_storage a, b;
    char again[ADDR_PORT_TEXT_MAX];
    if (addr_port_parse(text, default_port, &a) < 0)
        return;
    const struct sockaddr *sa = (const struct sockaddr *)&a;
    int r = addr_port_parse(addr_port_format(sa, again), 0, &b);
    assert(r == 0);
    struct addr x = addr_of_sockaddr(sa), y = addr_of_sockaddr((const struct sockaddr *)&b);
    assert(memcmp(&x, &y, sizeof x) == 0);
    assert(addr_port_of_sockaddr(sa) == addr_port_of_sockaddr((const struct sockaddr *)&b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[128];
    if (size < 1 || size > sizeof text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0] % 4) {
    case 0:
        fuzz_addr(text);
        break;
    case 1:
        fuzz_prefix(text);
        break;
    case 2:
        fuzz_port(text, 53);
        break;
    default:
        fuzz_port(text, -1);
    }
    return 0;
}
