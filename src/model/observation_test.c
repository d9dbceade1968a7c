/* Observation frames: exact bytes, every truncation, every field that can be wrong. */
#include "model/observation.h"

#include <errno.h>

#include "base/test.h"

/* docs/formats/observation-frames.md, octet by octet. */
static const uint8_t sample_frame[] = {
    1, 2,                                           /* kind, version */
    2, 3, 5, 1,                                     /* dot, nodata, rcode, from cache */
    0x00, 0x41,                                     /* type 65 */
    0x00, 0x06, 0x0a, 0x24, 0x18, 0x1e, 0x40, 0x07, /* 1700000000000007 us */
    0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
    0x00, 0x00, 0x00, 0x11,                         /* verdict 17 */
    0x00, 0x00, 0x28, 0x5c,                         /* line 10332 */
    0x00, 0x01, 0x00, 0x02,                         /* 65538 us */
    0xbf, 0x9c, 0xf9, 0x68,                         /* group */
    0x01, 0x02,                                     /* list 258 */
    2,                                              /* an address */
    11, 4, 'e', 'v', 'i', 'l', 4, 't', 'e', 's', 't', 0,
};

enum { NAME_AT = 52 };
_Static_assert(sizeof sample_frame == NAME_AT + 11, "fixed part and name");

static struct dns_observation sample(void)
{
    struct dns_observation o;
    memset(&o, 0, sizeof o);
    o.time_us = 1700000000000007;
    o.qtype = 65;
    o.rcode = 5;
    o.transport = DNS_TRANSPORT_DOT;
    o.action = DNS_ACTION_NODATA;
    o.from_cache = 1;
    o.list = 258;
    o.group = 0xbf9cf968;
    o.trigger = DNS_TRIGGER_ADDRESS;
    o.verdict = (struct verdict_ref){.id = 17, .line = 10332};
    o.latency_us = 65538;
    o.name_len = 11;
    memcpy(o.name, "\4evil\4test", 11);
    check_int(addr_parse("2001:db8::1", &o.client), ==, 0);
    return o;
}

TEST(a_frame_has_the_documented_bytes)
{
    uint8_t frame[DNS_OBSERVATION_FRAME_MAX];
    struct dns_observation o = sample();
    check_int(dns_observation_put(&o, frame), ==, sizeof sample_frame);
    check_bytes(frame, sample_frame, sizeof sample_frame);
}

TEST(a_frame_gives_the_observation_back)
{
    struct dns_observation o = sample(), got;
    check_int(dns_observation_get(sample_frame, sizeof sample_frame, &got), ==, 0);
    check_int(got.time_us, ==, o.time_us);
    check_bytes(&got.client, &o.client, sizeof o.client);
    check_int(got.qtype, ==, o.qtype);
    check_int(got.rcode, ==, o.rcode);
    check_int(got.transport, ==, o.transport);
    check_int(got.action, ==, o.action);
    check_int(got.from_cache, ==, o.from_cache);
    check_int(got.list, ==, o.list);
    check_int(got.group, ==, o.group);
    check_int(got.trigger, ==, o.trigger);
    check_int(got.verdict.id, ==, o.verdict.id);
    check_int(got.verdict.line, ==, o.verdict.line);
    check_int(got.latency_us, ==, o.latency_us);
    check_int(got.name_len, ==, o.name_len);
    check_bytes(got.name, o.name, sizeof o.name);
}

TEST(every_truncation_and_a_surplus_octet_are_refused)
{
    struct dns_observation got;
    for (size_t n = 0; n < sizeof sample_frame; n++) {
        /* On the heap at its exact size, so that a sanitizer sees a read past it. */
        autofree uint8_t *cut = malloc(n ? n : 1);
        memcpy(cut, sample_frame, n);
        check_int(dns_observation_get(cut, n, &got), ==, -EBADMSG);
    }
    uint8_t longer[sizeof sample_frame + 1] = {0};
    memcpy(longer, sample_frame, sizeof sample_frame);
    check_int(dns_observation_get(longer, sizeof longer, &got), ==, -EBADMSG);
}

TEST(values_out_of_range_are_refused)
{
    static const struct {
        size_t at;
        uint8_t value;
    } cases[] = {
        {0, 0},           /* kind */
        {0, 2},
        {1, 0},           /* version */
        {1, 1},
        {1, 3},
        {2, DNS_TRANSPORT_COUNT},
        {3, DNS_ACTION_COUNT},
        {4, 16},          /* rcode */
        {5, 2},           /* from cache */
        {8, 0x80},        /* time before 1970 */
        {50, DNS_TRIGGER_COUNT},
        {51, 0},          /* no name */
        {51, 10},         /* name cut before its root */
        {51, 12},         /* name longer than the frame */
        {NAME_AT, 3},     /* labels that do not meet the end */
        {NAME_AT, 0},     /* root in the middle */
        {NAME_AT, 64},    /* not a length */
        {NAME_AT, 0xc0},  /* a compression pointer */
        {NAME_AT + 10, 1} /* no root at the end */
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        uint8_t frame[sizeof sample_frame];
        struct dns_observation got = {.name_len = 99};
        memcpy(frame, sample_frame, sizeof frame);
        frame[cases[i].at] = cases[i].value;
        check_int(dns_observation_get(frame, sizeof frame, &got), ==, -EBADMSG);
        check_int(got.name_len, ==, 99); /* untouched on failure */
    }
}

TEST(the_longest_name_and_the_root_fit)
{
    struct dns_observation o = sample(), got;
    uint8_t frame[DNS_OBSERVATION_FRAME_MAX];
    memset(o.name, 'a', sizeof o.name);
    o.name[0] = o.name[64] = o.name[128] = 63;
    o.name[192] = 61;
    o.name[254] = 0;
    o.name_len = 255;
    size_t len = dns_observation_put(&o, frame);
    check_int(len, ==, NAME_AT + 255);
    check_int(len, <=, DNS_OBSERVATION_FRAME_MAX);
    check_int(dns_observation_get(frame, len, &got), ==, 0);
    check_bytes(got.name, o.name, sizeof o.name);
    o.name[0] = 0;
    o.name_len = 1;
    len = dns_observation_put(&o, frame);
    check_int(len, ==, NAME_AT + 1);
    check_int(dns_observation_get(frame, len, &got), ==, 0);
    check_int(got.name_len, ==, 1);
}

TEST(words_exist_for_all_and_unknown_for_the_rest)
{
    check_str(dns_transport_word(DNS_TRANSPORT_UDP), "udp");
    check_str(dns_transport_word(DNS_TRANSPORT_DOH), "doh");
    check_str(dns_transport_word(DNS_TRANSPORT_COUNT), "unknown");
    check_str(dns_action_word(DNS_ACTION_NONE), "none");
    check_str(dns_action_word(DNS_ACTION_LOCAL_DATA), "local-data");
    check_str(dns_action_word(DNS_ACTION_TRUNCATE), "truncate");
    check_str(dns_action_word(DNS_ACTION_OBSERVE), "observe");
    check_str(dns_action_word(255), "unknown");
    check_str(dns_trigger_word(DNS_TRIGGER_NAME), "name");
    check_str(dns_trigger_word(DNS_TRIGGER_NS_ADDRESS), "ns-address");
    check_str(dns_trigger_word(DNS_TRIGGER_COUNT), "unknown");
}

/* The published test vectors of FNV-1a, 32 bits. */
TEST(a_group_has_the_number_of_its_name)
{
    check_int(dns_group_id(""), ==, 0);
    check_int(dns_group_id("a"), ==, 0xe40c292c);
    check_int(dns_group_id("foobar"), ==, 0xbf9cf968);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
