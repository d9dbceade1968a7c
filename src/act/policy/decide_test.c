/* Decisions by address, and what an answer changes: keys, prefixes, orders, rules that only observe. */
#include <errno.h>
#include <stdlib.h>

#include "act/policy/image_bench.h"
#include "act/policy/policy.h"
#include "base/writer.h"

static void add_prefix(struct bench *b, unsigned trigger, const char *text, uint8_t action, uint32_t line)
{
    struct addr_prefix prefix;
    check_int(addr_prefix_parse(text, &prefix), ==, 0);
    struct policy_subject subject = {.trigger = (uint8_t)trigger, .prefix = &prefix};
    struct policy_rule_spec spec = {.list = (uint16_t)b->list, .action = action, .scope = POLICY_SCOPE_EXACT};
    check_int(policy_builder_add_subject(b->builder, &subject, &spec, line), ==, 0);
}

static void add_server(struct bench *b, const char *text, uint8_t action, uint8_t scope, uint32_t line)
{
    struct dns_name name = bench_name(text);
    struct policy_subject subject = {.trigger = DNS_TRIGGER_NS_NAME, .name = &name};
    struct policy_rule_spec spec = {.list = (uint16_t)b->list, .action = action, .scope = scope};
    check_int(policy_builder_add_subject(b->builder, &subject, &spec, line), ==, 0);
}

static uint32_t find_address(const struct policy_image *im, unsigned trigger, const char *text)
{
    struct addr a;
    struct policy_search s = {.image = im};
    check_int(addr_parse(text, &a), ==, 0);
    policy_search_address(&s, trigger, &a);
    return s.best.rule ? s.best.line : 0;
}

TEST(of_an_address_the_longest_prefix_holds_and_each_trigger_has_its_own)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "192.0.2.0/24", DNS_ACTION_NXDOMAIN, 1);
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "192.0.2.128/25", DNS_ACTION_PASS, 2);
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "2001:db8::/33", DNS_ACTION_NXDOMAIN, 3);
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "::/0", DNS_ACTION_NXDOMAIN, 4);
    add_prefix(&b, DNS_TRIGGER_CLIENT, "192.0.2.1", DNS_ACTION_DROP, 5);
    struct policy_image *im = bench_open(&b);
    check_int(find_address(im, DNS_TRIGGER_ADDRESS, "192.0.2.127"), ==, 1);
    check_int(find_address(im, DNS_TRIGGER_ADDRESS, "192.0.2.128"), ==, 2);
    check_int(find_address(im, DNS_TRIGGER_ADDRESS, "192.0.3.1"), ==, 0); /* ::/0 is of IPv6 */
    check_int(find_address(im, DNS_TRIGGER_ADDRESS, "2001:db8:7fff::1"), ==, 3);
    check_int(find_address(im, DNS_TRIGGER_ADDRESS, "2001:db8:8000::1"), ==, 4);
    check_int(find_address(im, DNS_TRIGGER_CLIENT, "192.0.2.1"), ==, 5);
    check_int(find_address(im, DNS_TRIGGER_NS_ADDRESS, "192.0.2.1"), ==, 0);
    check(policy_image_has_trigger(im, DNS_TRIGGER_CLIENT));
    check(!policy_image_has_trigger(im, DNS_TRIGGER_NS_ADDRESS));
    check(!policy_image_has_trigger(im, DNS_TRIGGER_NAME));
    check_int(policy_image_list(im, 0)->triggers, ==, 1 << DNS_TRIGGER_ADDRESS | 1 << DNS_TRIGGER_CLIENT);
    policy_image_close(im);
}

TEST(many_prefixes_in_one_image_are_all_found)
{
    struct bench b = bench_begin_with(1 << 20); /* spills */
    bench_list(&b, 3, "list");
    char text[ADDR_TEXT_MAX];
    enum { COUNT = 20000 };
    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(text, sizeof text, "10.%u.%u.0/24", i >> 8, i & 0xff);
        add_prefix(&b, DNS_TRIGGER_ADDRESS, text, DNS_ACTION_NXDOMAIN, i + 1);
    }
    struct policy_image *im = bench_open(&b);
    for (unsigned i = 0; i < COUNT; i += 7) {
        snprintf(text, sizeof text, "10.%u.%u.9", i >> 8, i & 0xff);
        check_int(find_address(im, DNS_TRIGGER_ADDRESS, text), ==, i + 1);
    }
    policy_image_close(im);
}

/* ---- answers ---- */

struct message {
    struct writer w;
    uint8_t octets[2048];
    unsigned records;
};

static void begin(struct message *m, const char *name, uint16_t type)
{
    struct dns_name n = bench_name(name);
    m->w = writer_of(m->octets, sizeof m->octets);
    m->records = 0;
    writer_u16(&m->w, 0);
    writer_u16(&m->w, 0x8180);
    writer_u16(&m->w, 1);
    writer_u16(&m->w, 0);
    writer_u32(&m->w, 0);
    writer_bytes(&m->w, n.wire, n.len);
    writer_u16(&m->w, type);
    writer_u16(&m->w, DNS_CLASS_IN);
}

static void put(struct message *m, const char *owner, uint16_t type, const void *data, size_t len)
{
    struct dns_name n = bench_name(owner);
    writer_bytes(&m->w, n.wire, n.len);
    writer_u16(&m->w, type);
    writer_u16(&m->w, DNS_CLASS_IN);
    writer_u32(&m->w, 60);
    writer_u16(&m->w, (uint16_t)len);
    writer_bytes(&m->w, data, len);
    writer_put_u16(m->octets + 6, (uint16_t)++m->records);
}

/* "ACTION LINE TRIGGER", or "none". */
static const char *examine(const struct policy *p, const struct message *m, const struct dns_name_servers *servers,
                           const char *client)
{
    static char text[64];
    struct dns_asker asker = {0};
    struct dns_decision d;
    struct policy_probes *probes = malloc(sizeof *probes);
    struct dns_name name;
    struct reader r = reader_of(m->octets + 12, m->w.len - 12);
    check(probes && dns_name_read(&r, &name) == 0);
    check_int(addr_parse(client, &asker.client), ==, 0);
    policy_prepare(p, &name, probes);
    policy_decide(p, probes, &name, &asker, 100, &d);
    if (!d.final)
        policy_examine(p, &asker, 100, m->octets, m->w.len, servers, &d);
    free(probes);
    if (d.action == DNS_ACTION_NONE)
        return "none";
    snprintf(text, sizeof text, "%s %u %s", dns_action_word(d.action), d.verdict.line, dns_trigger_word(d.trigger));
    return text;
}

TEST(an_answer_is_held_against_the_rules)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "list");
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "203.0.113.0/24", DNS_ACTION_NXDOMAIN, 1);
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "2001:db8:bad::/48", DNS_ACTION_NODATA, 2);
    bench_add(&b, "evil.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 3);
    add_server(&b, "dns.evil.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BELOW, 4);
    add_prefix(&b, DNS_TRIGGER_NS_ADDRESS, "198.51.100.53", DNS_ACTION_NXDOMAIN, 5);
    struct policy *p = policy_new(NULL, bench_open(&b), NULL, NULL);
    struct message m;
    begin(&m, "a.test", DNS_TYPE_A);
    put(&m, "a.test", DNS_TYPE_A, "\xc0\x00\x02\x01", 4);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "none");
    struct dns_name_servers none = {0};
    check(policy_touches(p, m.octets, m.w.len, NULL)); /* its servers are not known */
    check(!policy_touches(p, m.octets, m.w.len, &none));
    put(&m, "a.test", DNS_TYPE_A, "\xcb\x00\x71\x07", 4);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "nxdomain 1 address");
    check(policy_touches(p, m.octets, m.w.len, &none));

    begin(&m, "a.test", DNS_TYPE_A);
    put(&m, "a.test", DNS_TYPE_CNAME, "\1x\4evil\4test", 13);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "nxdomain 3 name");

    /* RFC 9460: priority 1, target ".", ipv6hint (6) of 16 octets. */
    begin(&m, "a.test", DNS_TYPE_HTTPS);
    put(&m, "a.test", DNS_TYPE_HTTPS, "\0\1\0\0\6\0\x10\x20\x01\x0d\xb8\x0b\xad\0\0\0\0\0\0\0\0\0\1", 23);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "nodata 2 address");

    begin(&m, "a.test", DNS_TYPE_A);
    struct dns_name server = bench_name("ns1.dns.evil.test");
    struct dns_name_servers servers = {.names = &server, .name_count = 1};
    check_str(examine(p, &m, &servers, "192.0.2.1"), "nxdomain 4 ns-name");
    server = bench_name("dns.evil.test"); /* only what is below it */
    check_str(examine(p, &m, &servers, "192.0.2.1"), "none");
    struct addr address;
    check_int(addr_parse("198.51.100.53", &address), ==, 0);
    servers = (struct dns_name_servers){.addresses = &address, .address_count = 1};
    check_str(examine(p, &m, &servers, "192.0.2.1"), "nxdomain 5 ns-address");
    policy_free(p);
}

TEST(triggers_stand_in_the_order_of_rpz_within_a_list_and_lists_before_triggers)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "first");
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "203.0.113.7", DNS_ACTION_NODATA, 1);
    bench_list(&b, 6, "second");
    add_prefix(&b, DNS_TRIGGER_CLIENT, "192.0.2.1", DNS_ACTION_DROP, 2);
    bench_add(&b, "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 3);
    struct policy *p = policy_new(NULL, bench_open(&b), NULL, NULL);
    struct message m;
    begin(&m, "a.test", DNS_TYPE_A);
    put(&m, "a.test", DNS_TYPE_A, "\xc0\x00\x02\x01", 4);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "drop 2 client");
    check_str(examine(p, &m, NULL, "192.0.2.2"), "nxdomain 3 name");
    put(&m, "a.test", DNS_TYPE_A, "\xcb\x00\x71\x07", 4);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "nodata 1 address"); /* the first list, though by an answer */
    policy_free(p);
}

TEST(of_a_chain_the_first_name_with_a_rule_decides_before_the_lists_order)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "first");
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "203.0.113.7", DNS_ACTION_NODATA, 1);
    bench_add(&b, "last.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 2);
    bench_list(&b, 6, "second");
    bench_add(&b, "middle.test", DNS_ACTION_DROP, POLICY_SCOPE_BOTH, 3);
    bench_add(&b, "start.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 4);
    struct policy *p = policy_new(NULL, bench_open(&b), NULL, NULL);
    struct message m;
    begin(&m, "a.test", DNS_TYPE_A);
    put(&m, "middle.test", DNS_TYPE_CNAME, "\4last\4test", 11); /* in any order */
    put(&m, "a.test", DNS_TYPE_CNAME, "\6middle\4test", 13);
    put(&m, "last.test", DNS_TYPE_A, "\xcb\x00\x71\x07", 4);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "drop 3 name");
    /* The query's own name comes before its chain and the addresses at its end. */
    begin(&m, "start.test", DNS_TYPE_A);
    put(&m, "start.test", DNS_TYPE_CNAME, "\4last\4test", 11);
    put(&m, "last.test", DNS_TYPE_A, "\xcb\x00\x71\x07", 4);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "pass 4 name");
    /* For one name, the last, it is the list's order that counts. */
    begin(&m, "b.test", DNS_TYPE_A);
    put(&m, "b.test", DNS_TYPE_CNAME, "\5other\4test", 12);
    put(&m, "other.test", DNS_TYPE_A, "\xcb\x00\x71\x07", 4);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "nodata 1 address");
    /* Behind a policy's own alias addresses are as the policy wants them. */
    struct dns_asker asker = {.behind = true, .redirected = true};
    struct dns_decision d = {.order = INT32_MAX};
    policy_examine(p, &asker, 100, m.octets, m.w.len, NULL, &d);
    check_int(d.action, ==, DNS_ACTION_NONE);
    policy_free(p);
}

TEST(a_rule_that_observes_stands_in_nobodys_way)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "first");
    bench_add(&b, "a.test", DNS_ACTION_OBSERVE, POLICY_SCOPE_BOTH, 1);
    bench_add(&b, "b.test", DNS_ACTION_OBSERVE, POLICY_SCOPE_BOTH, 2);
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "203.0.113.7", DNS_ACTION_OBSERVE, 3);
    bench_list(&b, 6, "second");
    bench_add(&b, "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 4);
    struct policy *p = policy_new(NULL, bench_open(&b), NULL, NULL);
    struct message m;
    begin(&m, "x.a.test", DNS_TYPE_A);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "nxdomain 4 name");
    begin(&m, "b.test", DNS_TYPE_A);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "observe 2 name");
    begin(&m, "c.test", DNS_TYPE_A);
    put(&m, "c.test", DNS_TYPE_A, "\xcb\x00\x71\x07", 4);
    check_str(examine(p, &m, NULL, "192.0.2.1"), "observe 3 address");
    policy_free(p);
}

static bool stands(const struct policy *p, const struct message *m, const struct dns_name_servers *servers, int64_t now_us,
                   bool all, const char *want)
{
    struct dns_asker asker = {0};
    struct dns_decision d = {.order = INT32_MAX};
    policy_examine(p, &asker, now_us, m->octets, m->w.len, servers, &d);
    check_str(dns_action_word(d.action), want);
    return policy_stands(p, &asker, &d, all);
}

TEST(a_decision_by_servers_stands_unless_an_address_or_an_unknown_server_may_come_before)
{
    struct bench b = bench_begin();
    struct dns_name ends = bench_name("ends.test"), server = bench_name("ns.bad.test");
    struct dns_name_servers servers = {.names = &server, .name_count = 1};
    bench_list(&b, 3, "first");
    add_server(&b, "ns.good.test", DNS_ACTION_PASS, POLICY_SCOPE_EXACT, 1);
    bench_list(&b, 6, "second");
    add_server(&b, "ns.bad.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_EXACT, 2);
    struct policy_subject subject = {.trigger = DNS_TRIGGER_NS_NAME, .name = &ends};
    struct policy_rule_spec spec = {
        .list = (uint16_t)b.list, .action = DNS_ACTION_DROP, .scope = POLICY_SCOPE_EXACT, .until_us = 1000};
    check_int(policy_builder_add_subject(b.builder, &subject, &spec, 3), ==, 0);
    bench_list(&b, 9, "third");
    add_server(&b, "ns.ugly.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_EXACT, 4);
    add_prefix(&b, DNS_TRIGGER_ADDRESS, "203.0.113.7", DNS_ACTION_PASS, 5);
    struct policy *p = policy_new(NULL, bench_open(&b), NULL, NULL);
    struct message m;
    begin(&m, "a.test", DNS_TYPE_A);
    check(stands(p, &m, &servers, 100, true, "nxdomain"));
    check(!stands(p, &m, &servers, 100, false, "nxdomain")); /* ns.good.test may be one of them */
    server = bench_name("ns.good.test");
    check(stands(p, &m, &servers, 100, false, "pass"));
    server = bench_name("ns.ugly.test");
    check(!stands(p, &m, &servers, 100, true, "nxdomain")); /* 203.0.113.7 comes before, in the same list */
    server = ends;
    check(stands(p, &m, &servers, 999, true, "drop"));
    check(!stands(p, &m, &servers, 1000, true, "none")); /* the rule has ended */
    policy_free(p);
}

TEST(serials_differ)
{
    struct policy *a = policy_new(NULL, NULL, NULL, NULL), *b = policy_with_layer(a, POLICY_LAYER_HAND, NULL);
    check(policy_serial(a) != 0 && policy_serial(a) != policy_serial(b));
    policy_free(a);
    policy_free(b);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
