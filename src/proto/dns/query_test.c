/* A client's query: what is read of it, and each flaw from a packet made by hand. */
#include "proto/dns/query.h"

#include "base/test.h"

/* "www.example.com IN A", id 0x1234, RD and AD, with OPT: size 1232, DO, a cookie option. */
static const uint8_t whole[] = {
    0x12, 0x34, 0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 1,                             /* header */
    3, 'w', 'w', 'W', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'C', 'o', 'm', 0, /* QNAME at 12 */
    0, 1, 0, 1,                                                                 /* QTYPE, QCLASS */
    0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 12,                                 /* OPT at 33 */
    0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8,                                        /* cookie */
};
enum { QUESTION_END = 33, OPT_LEN = 11 };

static struct dns_query query;

static enum dns_flaw read_octets(const uint8_t *m, size_t len)
{
    memset(&query, 0xee, sizeof query);
    uint8_t exact[600];
    memcpy(exact, m, len);
    enum dns_flaw flaw = dns_query_read(exact, len, &query);
    check_int(query.flaw, ==, flaw);
    return flaw;
}

/* The packet with one octet changed. */
static enum dns_flaw with(size_t at, uint8_t value)
{
    uint8_t m[sizeof whole];
    memcpy(m, whole, sizeof m);
    m[at] = value;
    return read_octets(m, sizeof m);
}

/* The first n octets, then `more`; arcount as given. */
static enum dns_flaw joined(size_t n, const void *more, size_t more_len, uint8_t arcount)
{
    uint8_t m[600];
    memcpy(m, whole, n);
    memcpy(m + n, more, more_len);
    m[11] = arcount;
    return read_octets(m, n + more_len);
}

TEST(a_whole_query_is_read)
{
    check_int(read_octets(whole, sizeof whole), ==, DNS_FLAW_NONE);
    check_int(query.id, ==, 0x1234);
    check_int(query.flags, ==, DNS_FLAG_RD | DNS_FLAG_AD);
    check_int(query.qtype, ==, DNS_TYPE_A);
    check_int(query.qclass, ==, DNS_CLASS_IN);
    check_int(query.question_len, ==, QUESTION_END - DNS_HEADER_LEN);
    check(query.edns && query.dnssec_ok);
    check_int(query.udp_size, ==, 1232);
    check_int(query.edns_version, ==, 0);
    check_bytes(query.name.wire, "\3www\7example\3com", 17);
    check(query.has_cookie && !query.has_server_cookie);
    check_bytes(query.client_cookie, "\1\2\3\4\5\6\7\10", 8);
}

TEST(without_edns_the_size_is_512)
{
    check_int(joined(QUESTION_END, "", 0, 0), ==, DNS_FLAW_NONE);
    check(!query.edns && !query.dnssec_ok);
    check_int(query.udp_size, ==, 512);
}

/* RFC 6891 6.2.3: values below 512 are 512. */
TEST(a_smaller_edns_size_is_512)
{
    check_int(with(QUESTION_END + 3, 0x01), ==, DNS_FLAW_NONE);
    check_int(query.udp_size, ==, 512);
    check_int(with(QUESTION_END + 3, 0xff), ==, DNS_FLAW_NONE);
    check_int(query.udp_size, ==, 0xffd0);
}

TEST(only_the_highest_flag_of_edns_is_do)
{
    check_int(with(QUESTION_END + 7, 0x7f), ==, DNS_FLAW_NONE);
    check(query.edns && !query.dnssec_ok);
}

TEST(every_cut_of_a_query_has_its_flaw)
{
    for (size_t n = 0; n < sizeof whole; n++) {
        enum dns_flaw want = n < DNS_HEADER_LEN ? DNS_FLAW_SHORT : n < QUESTION_END ? DNS_FLAW_NAME : DNS_FLAW_RECORD;
        check_int(read_octets(whole, n), ==, want);
        check_int(query.question_len, ==, n < QUESTION_END ? 0 : QUESTION_END - DNS_HEADER_LEN);
    }
}

TEST(what_could_be_read_stands_beside_the_flaw)
{
    check_int(read_octets(whole, sizeof whole - 1), ==, DNS_FLAW_RECORD);
    check_int(query.id, ==, 0x1234);
    check_int(query.qtype, ==, DNS_TYPE_A);
    check_int(query.name.labels, ==, 3);
}

TEST(a_response_is_a_flaw_whatever_else_it_is)
{
    check_int(with(2, 0x81), ==, DNS_FLAW_RESPONSE);
    check_int(with(2, 0xf9), ==, DNS_FLAW_RESPONSE);
    check_int(query.question_len, ==, 0);
}

TEST(another_opcode_is_a_flaw)
{
    for (unsigned opcode = 1; opcode < 16; opcode++) {
        check_int(with(2, (uint8_t)(opcode << 3 | 1)), ==, DNS_FLAW_OPCODE);
        check_int(query.id, ==, 0x1234);
    }
}

TEST(one_question_and_no_answer_make_a_query)
{
    static const struct {
        size_t at;
        uint8_t value;
    } cases[] = {{5, 0}, {5, 2}, {4, 1}, {7, 1}, {6, 1}, {9, 1}, {8, 1}};
    for (size_t i = 0; i < array_len(cases); i++)
        check_int(with(cases[i].at, cases[i].value), ==, DNS_FLAW_COUNTS);
}

TEST(a_name_that_breaks_the_rules_is_a_flaw)
{
    check_int(with(12, 0xc0), ==, DNS_FLAW_NAME); /* a pointer in the question */
    check_int(with(12, 64), ==, DNS_FLAW_NAME);
    check_int(with(12, 63), ==, DNS_FLAW_NAME); /* runs out of the message */
}

TEST(a_record_that_does_not_fit_is_a_flaw)
{
    check_int(with(QUESTION_END + 10, 13), ==, DNS_FLAW_RECORD); /* data longer than what is there */
    check_int(with(QUESTION_END + 9, 1), ==, DNS_FLAW_RECORD);
    check_int(with(11, 2), ==, DNS_FLAW_RECORD);                 /* one more promised */
    check_int(with(10, 255), ==, DNS_FLAW_RECORD);
    check_int(joined(QUESTION_END, "\300\041\0\1\0\1\0\0\0\0\0\0", 12, 1), ==, DNS_FLAW_RECORD); /* points to itself */
}

TEST(other_additional_records_are_passed_over)
{
    /* A record of the question's name by a pointer, then OPT. */
    uint8_t more[16 + OPT_LEN] = "\300\014\0\1\0\1\0\0\0\12\0\4\300\0\2\1";
    memcpy(more + 16, whole + QUESTION_END, OPT_LEN);
    more[16 + 10] = 0;
    check_int(joined(QUESTION_END, more, sizeof more, 2), ==, DNS_FLAW_NONE);
    check(query.edns && query.dnssec_ok);
}

TEST(opt_stands_once_and_at_the_root)
{
    static const uint8_t twice[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
    check_int(joined(QUESTION_END, twice, sizeof twice, 2), ==, DNS_FLAW_OPT);
    static const uint8_t named[] = {1, 'a', 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
    check_int(joined(QUESTION_END, named, sizeof named, 1), ==, DNS_FLAW_OPT);
    static const uint8_t pointed[] = {0xc0, 12, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
    check_int(joined(QUESTION_END, pointed, sizeof pointed, 1), ==, DNS_FLAW_OPT);
    static const uint8_t to_root[] = {0xc0, 28, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
    check_int(joined(QUESTION_END, to_root, sizeof to_root, 1), ==, DNS_FLAW_NONE);
}

TEST(another_version_of_edns_is_a_flaw_that_knows_its_opt)
{
    check_int(with(QUESTION_END + 6, 1), ==, DNS_FLAW_VERSION);
    check(query.edns);
    check_int(query.edns_version, ==, 1);
    check_int(with(QUESTION_END + 6, 255), ==, DNS_FLAW_VERSION);
    check_int(with(QUESTION_END + 5, 255), ==, DNS_FLAW_NONE); /* the upper bits of a response code mean nothing here */
}

TEST(octets_after_the_last_record_are_a_flaw)
{
    check_int(with(11, 0), ==, DNS_FLAW_TRAILING);
    check_int(joined(sizeof whole, "", 1, 1), ==, DNS_FLAW_TRAILING);
    check_int(joined(QUESTION_END, "\0", 1, 0), ==, DNS_FLAW_TRAILING);
}

/* "www.example.com" with one option in its OPT record; `promised`: the option's own length field. */
static enum dns_flaw with_option(uint8_t code, uint8_t promised, size_t len)
{
    uint8_t more[OPT_LEN + 4 + 64] = {0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, (uint8_t)(4 + len), 0, code, 0, promised};
    for (size_t i = 0; i < len; i++)
        more[OPT_LEN + 4 + i] = (uint8_t)(i + 1);
    return joined(QUESTION_END, more, OPT_LEN + 4 + len, 1);
}

/* RFC 7873 4: 8 octets, or 8 and 8 to 32. */
TEST(a_cookie_has_the_length_of_one)
{
    for (uint8_t len = 0; len <= 48; len++) {
        bool good = len == 8 || (len >= 16 && len <= 40);
        check_int(with_option(10, len, len), ==, good ? DNS_FLAW_NONE : DNS_FLAW_OPTION);
        check_int(query.has_cookie, ==, good);
        check_int(query.has_server_cookie, ==, len == 24);
    }
    with_option(10, 24, 24);
    check_bytes(query.client_cookie, "\1\2\3\4\5\6\7\10", 8);
    check_bytes(query.server_cookie, "\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30", 16);
    check_int(with_option(9, 3, 3), ==, DNS_FLAW_NONE); /* another option */
    check(!query.has_cookie);
    check(!query.keepalive);
}

/* RFC 7828 3.2.1 */
TEST(keepalive_in_a_query_is_empty)
{
    check_int(with_option(11, 0, 0), ==, DNS_FLAW_NONE);
    check(query.keepalive);
    check_int(with_option(11, 2, 2), ==, DNS_FLAW_OPTION);
}

TEST(an_option_ends_inside_its_record)
{
    check_int(with_option(10, 9, 8), ==, DNS_FLAW_OPTION);
    check_int(with_option(10, 24, 8), ==, DNS_FLAW_OPTION);
    check_int(with_option(3, 7, 8), ==, DNS_FLAW_OPTION); /* one octet too many: no head of another */
}

TEST(of_two_cookies_the_first_counts)
{
    static const uint8_t more[] = {0,  0, 41, 4, 208, 0, 0, 0, 0, 0, 24, 0, 10, 0, 8, 1, 2, 3,
                                   4,  5, 6,  7, 8,   0, 10, 0, 8, 9, 9, 9, 9, 9,  9, 9, 9};
    check_int(joined(QUESTION_END, more, sizeof more, 1), ==, DNS_FLAW_NONE);
    check_bytes(query.client_cookie, "\1\2\3\4\5\6\7\10", 8);
}

TEST(the_longest_name_is_a_query)
{
    uint8_t m[DNS_HEADER_LEN + DNS_NAME_MAX + 4] = {0, 1, 1, 0, 0, 1};
    for (size_t i = 0; i < 254; i++)
        m[DNS_HEADER_LEN + i] = i % 2 ? 'a' : 1;
    m[sizeof m - 3] = 28;
    m[sizeof m - 1] = 1;
    check_int(read_octets(m, sizeof m), ==, DNS_FLAW_NONE);
    check_int(query.name.len, ==, 255);
    check_int(query.qtype, ==, DNS_TYPE_AAAA);
    check_int(query.question_len, ==, 259);
}

TEST(each_flaw_has_a_word)
{
    check_str(dns_flaw_word(DNS_FLAW_NONE), "none");
    check_str(dns_flaw_word(DNS_FLAW_TRAILING), "trailing");
    check_str(dns_flaw_word(DNS_FLAW_OPTION), "option");
    check_str(dns_flaw_word(DNS_FLAW_COUNT), "unknown");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
