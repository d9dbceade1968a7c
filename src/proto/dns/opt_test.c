/* OPT records octet by octet: RFC 6891 6.1.2 and 6.1.3, RFC 8914 2. */
#include "proto/dns/opt.h"

#include "base/test.h"

static uint8_t message[128];
static struct writer out;

static bool append(size_t max, const struct dns_opt *opt)
{
    memset(message, 0, sizeof message);
    out = writer_of(message, max);
    writer_grab(&out, DNS_HEADER_LEN);
    return dns_opt_append(&out, opt);
}

TEST(the_bare_record_has_eleven_octets_and_is_counted)
{
    static const uint8_t want[] = {0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0};
    check(append(sizeof message, &(struct dns_opt){.ede = DNS_EDE_NONE}));
    check_int(out.len, ==, DNS_HEADER_LEN + sizeof want);
    check_bytes(message + DNS_HEADER_LEN, want, sizeof want);
    check_int(message[11], ==, 1);
}

TEST(do_is_copied_and_the_upper_bits_of_the_code_go_here)
{
    static const uint8_t want[] = {0, 0, 41, 0x04, 0xd0, 1, 0, 0x80, 0, 0, 0};
    check(append(sizeof message,
                 &(struct dns_opt){.rcode = DNS_RCODE_BADVERS, .dnssec_ok = true, .ede = DNS_EDE_NONE}));
    check_bytes(message + DNS_HEADER_LEN, want, sizeof want);
}

TEST(an_extended_error_is_code_and_text_without_a_terminator)
{
    static const uint8_t want[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 10, 0, 15, 0, 6, 0, 15, 'w', 'h', 'y', '!'};
    check(append(sizeof message, &(struct dns_opt){.ede = DNS_EDE_BLOCKED, .text = "why!"}));
    check_int(out.len, ==, DNS_HEADER_LEN + sizeof want);
    check_bytes(message + DNS_HEADER_LEN, want, sizeof want);
}

TEST(the_error_zero_is_an_error)
{
    static const uint8_t want[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 6, 0, 15, 0, 2, 0, 0};
    check(append(sizeof message, &(struct dns_opt){.ede = DNS_EDE_OTHER}));
    check_int(out.len, ==, DNS_HEADER_LEN + sizeof want);
    check_bytes(message + DNS_HEADER_LEN, want, sizeof want);
}

TEST(what_does_not_fit_is_left_out_text_first)
{
    const struct dns_opt opt = {.ede = DNS_EDE_BLOCKED, .text = "why!"};
    check(append(DNS_HEADER_LEN + 21, &opt));
    check_int(out.len, ==, DNS_HEADER_LEN + 21);
    check(append(DNS_HEADER_LEN + 20, &opt));
    check_int(out.len, ==, DNS_HEADER_LEN + 17);
    check_int(message[DNS_HEADER_LEN + 10], ==, 6);
    check(append(DNS_HEADER_LEN + 16, &opt));
    check_int(out.len, ==, DNS_HEADER_LEN + 11);
    check_int(message[DNS_HEADER_LEN + 10], ==, 0);
    check(append(DNS_HEADER_LEN + 11, &opt));
    check(!append(DNS_HEADER_LEN + 10, &opt));
    check_int(out.len, ==, DNS_HEADER_LEN);
    check_int(message[11], ==, 0);
    check(!out.full);
}

TEST(a_full_message_stays_as_it_is)
{
    check(append(64, &(struct dns_opt){.ede = DNS_EDE_NONE}));
    size_t len = out.len;
    out.full = true;
    check(!dns_opt_append(&out, &(struct dns_opt){.ede = DNS_EDE_NONE}));
    check_int(out.len, ==, len);
    check_int(message[11], ==, 1);
}

TEST(the_count_carries_into_its_upper_octet)
{
    check(append(64, &(struct dns_opt){.ede = DNS_EDE_NONE}));
    message[11] = 0xff;
    check(dns_opt_append(&out, &(struct dns_opt){.ede = DNS_EDE_NONE}));
    check_int(message[10], ==, 1);
    check_int(message[11], ==, 0);
}

/* A whole answer without records for the root, its OPT record last; 28 octets. */
static const uint8_t answer[] = {0xab, 0xcd, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1,
                                 0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0};

TEST(padding_fills_up_to_the_block)
{
    static const uint8_t option[] = {0, 12, 0, 32, 0, 0};
    memset(message, 0xee, sizeof message);
    memcpy(message, answer, sizeof answer);
    check_int(dns_opt_pad(message, sizeof answer, sizeof message, 64), ==, 64);
    check_bytes(message, answer, sizeof answer - 2);
    check_int(message[26] << 8 | message[27], ==, 36);
    check_bytes(message + sizeof answer, option, sizeof option);
    check_int(message[63], ==, 0);
    check_int(message[64], ==, 0xee);
}

TEST(padding_may_be_an_empty_option_or_go_to_the_next_block)
{
    memcpy(message, answer, sizeof answer);
    check_int(dns_opt_pad(message, sizeof answer, sizeof message, 32), ==, 32);
    check_int(message[31], ==, 0);
    memcpy(message, answer, sizeof answer);
    check_int(dns_opt_pad(message, sizeof answer, sizeof message, 30), ==, 60);
}

TEST(padding_leaves_alone_what_it_cannot_pad)
{
    memcpy(message, answer, sizeof answer);
    check_int(dns_opt_pad(message, sizeof answer, 63, 64), ==, sizeof answer);
    check_bytes(message, answer, sizeof answer);
    check_int(dns_opt_pad(message, 12, sizeof message, 64), ==, 12);
    message[11] = 0;
    check_int(dns_opt_pad(message, 17, sizeof message, 64), ==, 17); /* no OPT record */
    message[11] = 2;
    check_int(dns_opt_pad(message, sizeof answer, sizeof message, 64), ==, sizeof answer); /* a record is missing */
}

TEST(an_option_is_added_behind_what_the_record_holds)
{
    static const uint8_t want[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 13, 0, 15, 0, 2, 0, 15, 0, 11, 0, 3, 7, 8, 9};
    append(sizeof message, &(struct dns_opt){.ede = DNS_EDE_BLOCKED});

    static const uint8_t question[] = {0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1};
    uint8_t whole[sizeof question + sizeof want];
    size_t opt_len = out.len - DNS_HEADER_LEN, len = sizeof question + opt_len;
    memcpy(whole, question, sizeof question);
    memcpy(whole + sizeof question, message + DNS_HEADER_LEN, opt_len);
    check_int(dns_opt_add(whole, len, sizeof whole - 1, 11, "\7\10\11", 3), ==, len); /* no room */
    check_int(dns_opt_add(whole, len, sizeof whole, 11, "\7\10\11", 3), ==, sizeof whole);
    check_bytes(whole + sizeof question, want, sizeof want);
    static const uint8_t none[] = {0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1};
    uint8_t bare[64];
    memcpy(bare, none, sizeof none);
    check_int(dns_opt_add(bare, sizeof none, sizeof bare, 11, "", 0), ==, sizeof none);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
