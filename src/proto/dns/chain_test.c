/* Chains of aliases: followed in any order, bounded, written with pointers. */
#include "proto/dns/chain.h"

#include <errno.h>
#include <stdio.h>

#include "base/test.h"
#include "proto/dns/message.h"

static struct dns_name name_of(const char *text)
{
    struct dns_name name;
    check_int(dns_name_parse(text, strlen(text), &name), ==, 0);
    return name;
}

static struct writer begin(uint8_t *message, size_t max, const char *question, unsigned answers)
{
    struct dns_name name = name_of(question);
    struct writer w = writer_of(message, max);
    writer_u16(&w, 7);
    writer_u16(&w, DNS_FLAG_QR);
    writer_u16(&w, 1);
    writer_u16(&w, (uint16_t)answers);
    writer_u32(&w, 0);
    writer_bytes(&w, name.wire, name.len);
    writer_u16(&w, DNS_TYPE_A);
    writer_u16(&w, DNS_CLASS_IN);
    return w;
}

static void put_alias(struct writer *w, const char *owner, uint32_t ttl, const char *target)
{
    struct dns_name from = name_of(owner), to = name_of(target);
    writer_bytes(w, from.wire, from.len);
    writer_u16(w, DNS_TYPE_CNAME);
    writer_u16(w, DNS_CLASS_IN);
    writer_u32(w, ttl);
    writer_u16(w, to.len);
    writer_bytes(w, to.wire, to.len);
}

TEST(follows_whatever_the_order)
{
    uint8_t message[512];
    struct dns_name start = name_of("a.test"), want = name_of("c.test");
    struct writer w = begin(message, sizeof message, "a.test", 3);
    put_alias(&w, "b.test", 20, "c.test");
    put_alias(&w, "x.test", 20, "y.test");
    put_alias(&w, "a.test", 300, "b.test");
    struct dns_chain c;
    dns_chain_begin(&c, &start);
    check_int(dns_chain_follow(&c, message, w.len, 2, 60), ==, 0);
    check_int(c.count, ==, 2);
    check(dns_name_equal(&c.end, &want));
    check_int(dns_chain_follow(&c, message, w.len, 1, 60), ==, -ENOENT);
    check_int(dns_chain_follow(&c, message, w.len - 1, 1, 60), ==, -EBADMSG);
    check_int(c.count, ==, 2);
}

TEST(written_with_pointers_and_read_again)
{
    uint8_t message[512];
    struct dns_name start = name_of("a.test"), b = name_of("b.test"), d = name_of("d.example");
    struct dns_chain c, again;
    dns_chain_begin(&c, &start);
    check_int(dns_chain_add(&c, 60, &b), ==, 0);
    check_int(dns_chain_add(&c, 5, &d), ==, 0);
    struct writer w = begin(message, sizeof message, "a.test", 2);
    check_int(w.len, ==, 24);
    uint16_t end = dns_chain_write(&c, &w);
    check_int(end, ==, 0xc000 | (24 + 12 + 8 + 12)); /* pointer, head of 10, target; twice */
    struct dns_name read;
    size_t next;
    check_int(dns_name_read_compressed(message, w.len, end & 0x3fff, &read, &next), ==, 0);
    check(dns_name_equal(&read, &d));
    dns_chain_begin(&again, &start);
    check_int(dns_chain_follow(&again, message, w.len, 2, 3600), ==, 0);
    check_int(again.len, ==, c.len);
    check(memcmp(again.links, c.links, c.len) == 0);
}

TEST(a_loop_ends)
{
    uint8_t message[512];
    struct dns_name start = name_of("a.test");
    struct writer w = begin(message, sizeof message, "a.test", 2);
    put_alias(&w, "a.test", 20, "b.test");
    put_alias(&w, "b.test", 20, "a.test");
    struct dns_chain c;
    dns_chain_begin(&c, &start);
    check_int(dns_chain_follow(&c, message, w.len, 100, 60), ==, -E2BIG);
    check_int(c.count, ==, DNS_CHAIN_MAX);
}

TEST(long_names_are_bounded)
{
    char text[256] = "";
    for (int i = 0; i < 4; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%060d.", i);
    struct dns_name start = name_of("a.test"), target = name_of(text);
    struct dns_chain c;
    dns_chain_begin(&c, &start);
    int e, count = 0;
    while ((e = dns_chain_add(&c, 60, &target)) == 0)
        count++;
    check_int(e, ==, -E2BIG);
    check_int(count, ==, DNS_CHAIN_OCTETS / (4 + 245));
    check_int(c.count, ==, count);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
