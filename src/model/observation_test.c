/* Observation frames: exact octets, back to the same value, and every way to be wrong refused. */
#include "model/observation.h"

#include <errno.h>

#include "base/test.h"

static struct dns_observation example(void)
{
    struct dns_observation o = {
        .time_us = 0x0102030405060708,
        .client = {.bytes = {[10] = 0xff, 0xff, 192, 0, 2, 1}},
        .qtype = 28,
        .rcode = 3,
        .transport = DNS_TRANSPORT_DOT,
        .action = DNS_ACTION_NXDOMAIN,
        .from_cache = 1,
        .list = 0x1122,
        .verdict = {.id = 0x33445566, .line = 0x778899aa},
        .latency_us = 0xbbccddee,
        .name_len = 9,
    };
    memcpy(o.name, "\7example\0", 9);
    return o;
}

static const uint8_t example_frame[] = {
    1,    1,    DNS_TRANSPORT_DOT, DNS_ACTION_NXDOMAIN, 3, 1, 0, 28, /* kind, version, ..., qtype */
    1,    2,    3,    4,    5,    6,    7,    8,                     /* time */
    0,    0,    0,    0,    0,    0,    0,    0,    0, 0, 0xff, 0xff, 192, 0, 2, 1,
    0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x11, 0x22,
    9,    7,    'e',  'x',  'a',  'm',  'p',  'l',  'e', 0,
};
enum { AT_VERSION = 1, AT_TRANSPORT = 2, AT_ACTION, AT_RCODE, AT_FROM_CACHE, AT_TIME = 8, AT_NAME_LEN = 46, AT_NAME };

TEST(frame_has_its_documented_octets_and_reads_back)
{
    struct dns_observation o = example(), back;
    uint8_t frame[DNS_OBSERVATION_FRAME_MAX];
    check_int(dns_observation_put(&o, frame), ==, sizeof example_frame);
    check_bytes(frame, example_frame, sizeof example_frame);
    check_int(dns_observation_get(frame, sizeof example_frame, &back), ==, 0);
    check(back.time_us == o.time_us && back.qtype == o.qtype && back.rcode == o.rcode);
    check(back.transport == o.transport && back.action == o.action && back.from_cache == o.from_cache);
    check(back.list == o.list && back.verdict.id == o.verdict.id && back.verdict.line == o.verdict.line);
    check(back.latency_us == o.latency_us && back.name_len == o.name_len);
    check_bytes(back.client.bytes, o.client.bytes, 16);
    check_bytes(back.name, o.name, sizeof o.name);
}

TEST(every_frame_cut_short_or_made_longer_is_refused)
{
    uint8_t frame[sizeof example_frame + 1];
    struct dns_observation o;
    memcpy(frame, example_frame, sizeof example_frame);
    frame[sizeof example_frame] = 0;
    for (size_t n = 0; n <= sizeof frame; n++)
        check_int(dns_observation_get(frame, n, &o), ==, n == sizeof example_frame ? 0 : -EBADMSG);
}

TEST(each_octet_out_of_its_range_is_refused_and_output_untouched)
{
    static const struct {
        size_t at;
        uint8_t value;
    } rows[] = {
        {0, 0},
        {0, 2},
        {AT_VERSION, 2},
        {AT_TRANSPORT, DNS_TRANSPORT_COUNT},
        {AT_ACTION, DNS_ACTION_COUNT},
        {AT_RCODE, 16},
        {AT_FROM_CACHE, 2},
        {AT_TIME, 0x80}, /* before 1970 */
        {AT_NAME_LEN, 0},
        {AT_NAME_LEN, 8},
        {AT_NAME_LEN, 10},
        {AT_NAME, 8},    /* a label past the end */
        {AT_NAME, 6},    /* the root is not where it should be */
        {AT_NAME, 64},   /* no label is that long */
        {AT_NAME, 0xc0}, /* compression is for the wire */
        {AT_NAME, 0},    /* octets after the root */
    };
    for (size_t i = 0; i < array_len(rows); i++) {
        uint8_t frame[sizeof example_frame];
        memcpy(frame, example_frame, sizeof frame);
        frame[rows[i].at] = rows[i].value;
        struct dns_observation o = {.latency_us = 77};
        int r = dns_observation_get(frame, sizeof frame, &o);
        if (r != -EBADMSG)
            printf("# row %zu accepted\n", i);
        check_int(r, ==, -EBADMSG);
        check_int(o.latency_us, ==, 77);
    }
}

TEST(the_shortest_and_the_longest_name_fit)
{
    struct dns_observation o = example(), back;
    uint8_t frame[DNS_OBSERVATION_FRAME_MAX];
    memset(o.name, 0, sizeof o.name);
    o.name_len = 1;
    check_int(dns_observation_get(frame, dns_observation_put(&o, frame), &back), ==, 0);
    check_int(back.name_len, ==, 1);
    o.name_len = 255;
    memset(o.name, 'a', sizeof o.name);
    o.name[0] = o.name[64] = o.name[128] = 63;
    o.name[192] = 61;
    o.name[254] = 0;
    size_t n = dns_observation_put(&o, frame);
    check(n <= sizeof frame);
    check_int(dns_observation_get(frame, n, &back), ==, 0);
    check_bytes(back.name, o.name, 255);
}

TEST(words_are_there_for_every_value_and_beyond)
{
    check_str(dns_transport_word(DNS_TRANSPORT_UDP), "udp");
    check_str(dns_transport_word(DNS_TRANSPORT_DOH), "doh");
    check_str(dns_transport_word(DNS_TRANSPORT_COUNT), "unknown");
    check_str(dns_action_word(DNS_ACTION_NONE), "none");
    check_str(dns_action_word(DNS_ACTION_TRUNCATE), "truncate");
    check_str(dns_action_word(DNS_ACTION_COUNT), "unknown");
    for (unsigned i = 0; i < DNS_ACTION_COUNT; i++)
        check(dns_action_word(i) != NULL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
