/* Answers octet by octet: RFC 1035 4.1, RFC 2308 2, RFC 6891 6.1, RFC 8482 4.2, RFC 8914 2; and their limits. */
#include "act/dns_answer/answer.h"

#include <errno.h>

#include "base/test.h"
#include "base/writer.h"

/* "wWw.Evil.test" A, with OPT: size 1232, DO. */
static const uint8_t with_edns[] = {
    0x12, 0x34, 0x01, 0x10, 0, 1, 0, 0, 0, 0, 0, 1,                                   /* RD, CD */
    3, 'w', 'W', 'w', 4, 'E', 'v', 'i', 'l', 4, 't', 'e', 's', 't', 0, 0, 1, 0, 1,    /* at 12; "evil" at 16 */
    0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0,                                            /* at 31 */
};
enum { QUESTION_LEN = 19, QUESTION_END = 31 };

static uint8_t message[sizeof with_edns], out[1300];
static struct dns_query query;

static void ask(bool edns, uint16_t qtype)
{
    memcpy(message, with_edns, sizeof message);
    message[QUESTION_END - 3] = (uint8_t)qtype;
    message[QUESTION_END - 4] = (uint8_t)(qtype >> 8);
    message[11] = edns;
    check_int(dns_query_read(message, edns ? sizeof message : QUESTION_END, &query), ==, DNS_FLAW_NONE);
    memset(out, 0xee, sizeof out);
}

/* The whole answer: header with flags and counts, the question as it came, then `rest`. */
static void check_answer(size_t len, uint16_t flags, unsigned an, unsigned ns, unsigned ar, const void *rest, size_t n)
{
    const uint8_t head[] = {0x12, 0x34, (uint8_t)(flags >> 8), (uint8_t)flags, 0, 1, 0, (uint8_t)an, 0, (uint8_t)ns,
                            0,    (uint8_t)ar};
    check_int(len, ==, QUESTION_END + n);
    check_bytes(out, head, sizeof head);
    check_bytes(out + DNS_HEADER_LEN, message + DNS_HEADER_LEN, QUESTION_LEN);
    check_bytes(out + QUESTION_END, rest, n);
}

static const struct dns_decision blocked = {
    .action = DNS_ACTION_NXDOMAIN, .label = 1, .list = 3, .verdict = {17, 4}, .ede = DNS_EDE_BLOCKED, .list_name = "ads"};

#define SOA_AT_EVIL                                                                                              \
    0xc0, 16, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0, 0, 0, 0, 1, 0, 0, 0x0e, 0x10, 0, 0, 2, 0x58, 0, 1, 0x51, \
        0x80, 0, 0, 0, 60

TEST(a_block_is_nxdomain_with_the_soa_of_the_name_that_matched_and_its_verdict)
{
    static const uint8_t want[] = {
        SOA_AT_EVIL,
        0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 27, 0, 15, 0, 23, 0, 15,
        'v', 'e', 'r', 'd', 'i', 'c', 't', ' ', '1', '7', '/', '4', ' ', 'l', 'i', 's', 't', ' ', 'a', 'd', 's'};
    ask(true, DNS_TYPE_A);
    check_answer(answer_policy(&query, message, &blocked, out, sizeof out), 0x8193, 0, 1, 1, want, sizeof want);
}

/* The text is the last thing in the answer. */
static void check_text(uint8_t wording, uint16_t list, const char *want)
{
    struct dns_decision d = blocked;
    d.wording = wording;
    d.list = list;
    ask(true, DNS_TYPE_A);
    size_t len = answer_policy(&query, message, &d, out, sizeof out), n = strlen(want);
    check(len > n + 2 && out[len - n - 4] == 0 && out[len - n - 3] == n + 2); /* the option's length: the code and the text */
    check_bytes(out + len - n, want, n);
}

TEST(the_verdict_is_named_in_the_language_of_the_clients)
{
    enum answer_wording wording = ANSWER_IN_ENGLISH;
    check_text(ANSWER_IN_ENGLISH, 0, "verdict 17/4");
    check_text(ANSWER_IN_JAPANESE, 0, "判定 17/4");
    check_text(ANSWER_IN_JAPANESE, 3, "判定 17/4 リスト ads");
    check_text(ANSWER_IN_BOTH, 0, "判定 17/4 / verdict 17/4");
    check_text(ANSWER_IN_BOTH, 3, "判定 17/4 リスト ads / verdict 17/4 list ads");
    check_text(99, 0, "verdict 17/4");
    check_int(answer_wording_parse("ja", &wording), ==, 0);
    check_int(wording, ==, ANSWER_IN_JAPANESE);
    check_int(answer_wording_parse("fr", &wording), ==, -EINVAL);
    check_int(wording, ==, ANSWER_IN_JAPANESE);
}

TEST(without_edns_there_is_no_opt)
{
    static const uint8_t want[] = {SOA_AT_EVIL};
    ask(false, DNS_TYPE_A);
    check_answer(answer_policy(&query, message, &blocked, out, sizeof out), 0x8193, 0, 1, 0, want, sizeof want);
}

TEST(nodata_is_the_same_without_the_code)
{
    static const uint8_t want[] = {SOA_AT_EVIL};
    struct dns_decision d = blocked;
    d.action = DNS_ACTION_NODATA;
    ask(false, DNS_TYPE_A);
    check_answer(answer_policy(&query, message, &d, out, sizeof out), 0x8190, 0, 1, 0, want, sizeof want);
}

TEST(a_verdict_by_hand_has_no_line_and_no_list)
{
    struct dns_decision d = {.action = DNS_ACTION_NXDOMAIN, .label = 3, .verdict = {5, 0}, .ede = DNS_EDE_CENSORED};
    ask(true, DNS_TYPE_A);
    size_t len = answer_policy(&query, message, &d, out, sizeof out);
    static const uint8_t want[] = {0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 15, 0, 15, 0, 11, 0, 16,
                                   'v', 'e', 'r', 'd', 'i', 'c', 't', ' ', '5'};
    check_int(len, ==, QUESTION_END + 34 + sizeof want);
    check_bytes(out + QUESTION_END, "\300\32", 2); /* everything is blocked: the SOA is the root's */
    check_bytes(out + QUESTION_END + 34, want, sizeof want);
}

static const uint8_t local[] = {
    0, 1, 0, 0, 0, 120, 0, 4, 203, 0, 113, 1,                                           /* A */
    0, 28, 0, 0, 0, 30, 0, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,  /* AAAA */
    0, 1, 0, 0, 0, 120, 0, 4, 203, 0, 113, 2,                                           /* A */
};

static struct dns_decision local_data(const uint8_t *data, size_t len)
{
    struct dns_decision d = blocked;
    d.action = DNS_ACTION_LOCAL_DATA;
    d.label = 0;
    d.data = data;
    d.data_len = (uint32_t)len;
    return d;
}

TEST(local_data_answers_its_type_and_says_that_it_is_made_up)
{
    static const uint8_t want[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 120, 0, 4, 203, 0, 113, 1,
                                   0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 120, 0, 4, 203, 0, 113, 2};
    struct dns_decision d = local_data(local, sizeof local);
    ask(false, DNS_TYPE_A);
    check_answer(answer_policy(&query, message, &d, out, sizeof out), 0x8190, 2, 0, 0, want, sizeof want);
    ask(true, DNS_TYPE_AAAA);
    size_t len = answer_policy(&query, message, &d, out, sizeof out);
    check_int(len, ==, QUESTION_END + 28 + 11 + 6 + 21);
    check_bytes(out + QUESTION_END + 28 + 11, "\0\17\0\27\0\4", 6); /* RFC 8914 4.5: forged answer */
    check_int(out[7], ==, 1);
}

TEST(local_data_without_the_type_is_nodata)
{
    static const uint8_t want[] = {0xc0, 12, 0, 6};
    struct dns_decision d = local_data(local, sizeof local);
    ask(false, DNS_TYPE_MX);
    check_int(answer_policy(&query, message, &d, out, sizeof out), ==, QUESTION_END + 34);
    check_bytes(out + QUESTION_END, want, sizeof want);
    check_int(out[3] & 15, ==, 0);
    check_int(out[9], ==, 1);
}

TEST(any_gets_all_local_data)
{
    struct dns_decision d = local_data(local, sizeof local);
    ask(false, DNS_TYPE_ANY);
    check_int(answer_policy(&query, message, &d, out, sizeof out), ==, QUESTION_END + 16 + 28 + 16);
    check_int(out[7], ==, 3);
}

TEST(an_alias_answers_every_type_and_a_wildcard_keeps_the_query_in_front)
{
    static const uint8_t alias[] = {0, 5, 0, 0, 0, 9, 0, 6, 4, 'w', 'a', 'l', 'l', 0};
    static const uint8_t want[] = {0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 6, 4, 'w', 'a', 'l', 'l', 0};
    struct dns_decision d = local_data(alias, sizeof alias);
    ask(false, DNS_TYPE_AAAA);
    check_answer(answer_policy(&query, message, &d, out, sizeof out), 0x8190, 1, 0, 0, want, sizeof want);

    static const uint8_t wild[] = {0, 5, 0, 0, 0, 9, 0, 8, 1, '*', 4, 'w', 'a', 'l', 'l', 0};
    static const uint8_t want_wild[] = {0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 20, 3, 'w', 'w', 'w', 4, 'e', 'v', 'i', 'l',
                                        4, 't', 'e', 's', 't', 4, 'w', 'a', 'l', 'l', 0};
    d = local_data(wild, sizeof wild);
    ask(false, DNS_TYPE_A);
    check_answer(answer_policy(&query, message, &d, out, sizeof out), 0x8190, 1, 0, 0, want_wild, sizeof want_wild);
}

TEST(a_wildcard_target_past_255_octets_leaves_no_answer_record)
{
    /* The query's name has 15 octets: 14 in front of a target of 242 and 241 after its "*." */
    for (unsigned over = 0; over < 2; over++) {
        uint8_t data[8 + 300] = {0, 5, 0, 0, 0, 9, 0, 0, 1, '*'};
        size_t len = 10;
        for (int i = 0; i < 3; i++, len += 64) {
            data[len] = 63;
            memset(data + len + 1, 'x', 63);
        }
        data[len] = (uint8_t)(47 + over); /* 3 * 64 + 48 + root = 241 after "*.": 255 with 14 in front */
        memset(data + len + 1, 'x', 47 + over);
        len += 48 + over + 1;
        data[7] = (uint8_t)(len - 8);
        struct dns_decision d = local_data(data, len);
        ask(false, DNS_TYPE_A);
        check(answer_policy(&query, message, &d, out, sizeof out) > 0);
        check_int(out[7], ==, !over);
    }
}

TEST(drop_is_no_answer_and_truncate_an_empty_one)
{
    struct dns_decision d = blocked;
    d.action = DNS_ACTION_DROP;
    ask(true, DNS_TYPE_A);
    check_int(answer_policy(&query, message, &d, out, sizeof out), ==, 0);
    d.action = DNS_ACTION_TRUNCATE;
    static const uint8_t want[] = {0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0};
    check_answer(answer_policy(&query, message, &d, out, sizeof out), 0x8390, 0, 0, 1, want, sizeof want);
}

TEST(broken_local_data_is_not_sent)
{
    struct dns_decision d = local_data(local, 11); /* cut in the first record */
    ask(false, DNS_TYPE_A);
    check_int(answer_policy(&query, message, &d, out, sizeof out), ==, QUESTION_END + 34);
    check_int(out[7], ==, 0);
}

/* RFC 2181 9, RFC 6891 7: what fits, TC, and the OPT all the same. */
TEST(data_that_does_not_fit_is_cut_with_tc_and_the_opt_stays)
{
    uint8_t data[12 * 60];
    struct writer w = writer_of(data, sizeof data);
    for (uint8_t i = 0; i < 60; i++) {
        writer_bytes(&w, "\0\1\0\0\0\74\0\4\300\0\2", 11);
        writer_u8(&w, i);
    }
    struct dns_decision d = local_data(data, sizeof data);
    for (unsigned edns = 0; edns < 2; edns++) {
        for (size_t max = 512; max < 544; max++) {
            ask(edns, DNS_TYPE_A);
            size_t len = answer_policy(&query, message, &d, out, max);
            unsigned fitting = (unsigned)((max - QUESTION_END - (edns ? 11 : 0)) / 16);
            check(len <= max && len >= QUESTION_END + fitting * 16u);
            check_int(out[7], ==, fitting);
            check_int(out[2] & 2, ==, 2);
            check_int(out[11], ==, edns);
            if (edns)
                check_bytes(out + QUESTION_END + fitting * 16u, "\0\0\51\4\320", 5);
        }
    }
}

TEST(the_longest_name_is_blocked_within_512_octets)
{
    uint8_t m[DNS_HEADER_LEN + 255 + 4 + 11] = {0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
    for (size_t i = 0; i < 254; i++)
        m[DNS_HEADER_LEN + i] = i % 2 ? 'a' : 1;
    static const uint8_t rest[] = {0, 1, 0, 1, 0, 0, 41, 2, 0, 0, 0, 0, 0, 0, 0};
    memcpy(m + DNS_HEADER_LEN + 255, rest, sizeof rest);
    check_int(dns_query_read(m, sizeof m, &query), ==, 0);
    struct dns_decision d = blocked;
    d.label = 126;
    size_t len = answer_policy(&query, m, &d, out, 512);
    check(len > 0 && len <= 512);
    check_bytes(out + DNS_HEADER_LEN + 259, "\301\10", 2); /* a pointer past 255: 12 + 2 * 126 = 264 */
}

/* "next.test", as the query's name is an alias of it. */
static struct dns_chain one_alias(void)
{
    static const uint8_t wire[] = {4, 'n', 'e', 'x', 't', 4, 't', 'e', 's', 't', 0};
    struct reader r = reader_of(wire, sizeof wire);
    struct dns_chain c;
    struct dns_name target;
    dns_chain_begin(&c, &query.name);
    check_int(dns_name_read(&r, &target), ==, 0);
    check_int(dns_chain_add(&c, 50, &target), ==, 0);
    return c;
}

/* The alias as it is written: at QUESTION_END, its target at QUESTION_END + 12. */
#define ALIAS 0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 50, 0, 11, 4, 'n', 'e', 'x', 't', 4, 't', 'e', 's', 't', 0

TEST(aliases_stand_before_the_word_on_what_they_lead_to)
{
    static const uint8_t address[] = {0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 9};
    static const uint8_t want_address[] = {ALIAS, 0xc0, QUESTION_END + 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 9};
    struct dns_decision d = local_data(address, sizeof address);
    ask(false, DNS_TYPE_A);
    struct dns_chain chain = one_alias();
    check_answer(answer_policy_behind(&query, message, &d, &chain, out, sizeof out), 0x8190, 2, 0, 0, want_address,
                 sizeof want_address);

    static const uint8_t want_block[] = {ALIAS, 0xc0, QUESTION_END + 12, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0,
                                         0, 0, 0, 1, 0, 0, 14, 16, 0, 0, 2, 88, 0, 1, 81, 128, 0, 0, 0, 60};
    d = blocked;
    d.label = 2; /* of another name than the query's: not a place in the question */
    check_answer(answer_policy_behind(&query, message, &d, &chain, out, sizeof out), 0x8193, 1, 1, 0, want_block,
                 sizeof want_block);
    /* Without room for all of it nothing but "come by TCP". */
    for (size_t max = QUESTION_END; max < QUESTION_END + sizeof want_block; max++) {
        check_int(answer_policy_behind(&query, message, &d, &chain, out, max), ==, QUESTION_END);
        check_int(out[2] & 2, ==, 2);
        check_int(out[7] + out[9], ==, 0);
    }
}

TEST(a_wildcard_target_keeps_the_name_that_the_rule_is_about)
{
    static const uint8_t wild[] = {0, 5, 0, 0, 0, 9, 0, 8, 1, '*', 4, 'w', 'a', 'l', 'l', 0};
    static const uint8_t want[] = {4, 'n', 'e', 'x', 't', 4, 't', 'e', 's', 't', 4, 'w', 'a', 'l', 'l', 0};
    struct dns_decision d = local_data(wild, sizeof wild);
    struct dns_name target;
    uint32_t ttl;
    ask(false, DNS_TYPE_A);
    struct dns_chain chain = one_alias();
    check(answer_policy_alias(&query, &chain.end, &d, &target, &ttl));
    check_int(ttl, ==, 9);
    check_int(target.len, ==, sizeof want);
    check_bytes(target.wire, want, sizeof want);
    ask(false, DNS_TYPE_CNAME);
    check(!answer_policy_alias(&query, &chain.end, &d, &target, &ttl));
}

TEST(errors_carry_their_code_and_reason)
{
    ask(true, DNS_TYPE_A);
    static const uint8_t refused[] = {0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 6, 0, 15, 0, 2, 0, 18};
    check_answer(answer_error(&query, message, DNS_RCODE_REFUSED, DNS_EDE_PROHIBITED, NULL, out, sizeof out), 0x8195, 0, 0,
                 1, refused, sizeof refused);
    static const uint8_t badvers[] = {0, 0, 41, 4, 208, 1, 0, 0x80, 0, 0, 0};
    check_answer(answer_error(&query, message, DNS_RCODE_BADVERS, DNS_EDE_NONE, NULL, out, sizeof out), 0x8190, 0, 0, 1,
                 badvers, sizeof badvers);
}

TEST(a_query_whose_question_could_not_be_read_gets_a_bare_header)
{
    static const uint8_t m[] = {0xab, 0xcd, 0x21, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    static const uint8_t want[] = {0xab, 0xcd, 0xa1, 0x84, 0, 0, 0, 0, 0, 0, 0, 0};
    check_int(dns_query_read(m, sizeof m, &query), ==, DNS_FLAW_OPCODE);
    check_int(answer_error(&query, m, DNS_RCODE_NOTIMP, DNS_EDE_NONE, NULL, out, 512), ==, sizeof want);
    check_bytes(out, want, sizeof want);
}

TEST(any_is_answered_minimally)
{
    static const uint8_t want[] = {0xc0, 12, 0, 13, 0, 1, 0, 0, 0x0e, 0x10, 0, 9, 7, 'R', 'F', 'C', '8', '4', '8', '2', 0};
    ask(false, DNS_TYPE_ANY);
    check_answer(answer_any(&query, message, out, 512), 0x8190, 1, 0, 0, want, sizeof want);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
