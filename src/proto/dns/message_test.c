/* Walking and packing: messages put together by hand, packed octets counted by hand from RFC 1035 4.1. */
#include "proto/dns/message.h"

#include <errno.h>

#include "base/test.h"

/* ---- a message under construction ---- */

static uint8_t in[4096], out[4096];
static struct writer w;
static struct dns_pack_ttls ttls;

#define WIRE(text) text, sizeof(text) /* a name in wire form; the literal's terminator is the root */

enum { QUESTION_END = 33 };

/* "www.example.com" of the type, QR RD RA set; the record counts as given. */
static void begin(uint16_t flags, uint16_t qtype, uint8_t an, uint8_t ns, uint8_t ar)
{
    memset(in, 0, sizeof in);
    w = writer_of(in, sizeof in);
    const uint8_t head[] = {0xab, 0xcd, (uint8_t)(flags >> 8), (uint8_t)flags, 0, 1, 0, an, 0, ns, 0, ar};
    writer_bytes(&w, head, sizeof head);
    writer_bytes(&w, WIRE("\3www\7example\3com"));
    writer_u16(&w, qtype);
    writer_u16(&w, 1);
}

static void record(const void *owner, size_t owner_len, uint16_t type, uint32_t ttl, const void *rdata, size_t len)
{
    writer_bytes(&w, owner, owner_len);
    writer_u16(&w, type);
    writer_u16(&w, type == DNS_TYPE_OPT ? 1232 : 1);
    writer_u32(&w, ttl);
    writer_u16(&w, (uint16_t)len);
    writer_bytes(&w, rdata, len);
}

static int pack_into(bool keep_dnssec, size_t max)
{
    memset(out, 0xee, sizeof out);
    uint8_t exact[sizeof in]; /* as long as the message, so that the sanitizer sees a read past its end */
    memcpy(exact + sizeof exact - w.len, in, w.len);
    return dns_message_pack(exact + sizeof exact - w.len, w.len, keep_dnssec, out, max, &ttls);
}

static int pack(bool keep_dnssec)
{
    return pack_into(keep_dnssec, sizeof out);
}

static void check_counts(unsigned an, unsigned ns, unsigned ar)
{
    check_int(out[5], ==, 1);
    check_int(out[6] << 8 | out[7], ==, an);
    check_int(out[8] << 8 | out[9], ==, ns);
    check_int(out[10] << 8 | out[11], ==, ar);
}

/* ---- packing ---- */

TEST(a_chain_of_aliases_is_compressed)
{
    begin(0x8180, DNS_TYPE_A, 2, 0, 0);
    record(WIRE("\3www\7example\3com"), DNS_TYPE_CNAME, 300, WIRE("\3web\7example\3net"));
    record(WIRE("\3web\7example\3net"), DNS_TYPE_A, 60, "\300\0\2\1", 4);
    static const uint8_t want[] = {
        0xab, 0xcd, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0,                                        /* 0 */
        3, 'w', 'w', 'w', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1, /* 12 */
        0xc0, 12, 0, 5, 0, 1, 0, 0, 1, 44, 0, 17,                                              /* 33, TTL at 39 */
        3, 'w', 'e', 'b', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'n', 'e', 't', 0,            /* 45 */
        0xc0, 45, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,                                 /* 62, TTL at 68 */
    };
    check_int(pack(false), ==, sizeof want);
    check_bytes(out, want, sizeof want);
    check_int(ttls.count, ==, 2);
    check_int(ttls.at[0], ==, 39);
    check_int(ttls.at[1], ==, 68);
    check_int(ttls.min_s, ==, 60);
}

TEST(suffixes_are_shared_and_pointers_undone_first)
{
    begin(0x8180, DNS_TYPE_MX, 1, 0, 0);
    record("\300\14", 2, DNS_TYPE_MX, 1, "\0\12\4mail\300\20", 9); /* "mail" and the pointer to example.com at 16 */
    static const uint8_t want[] = {0xc0, 12, 0, 15, 0, 1, 0, 0, 0, 1, 0, 9, 0, 10, 4, 'm', 'a', 'i', 'l', 0xc0, 16};
    check_int(pack(false), ==, QUESTION_END + sizeof want);
    check_bytes(out + QUESTION_END, want, sizeof want);
}

/* RFC 3597 4: names in SRV data and other later types stay whole. */
TEST(names_of_later_types_are_not_compressed_but_read)
{
    begin(0x8180, DNS_TYPE_SRV, 2, 0, 0);
    record("\300\14", 2, DNS_TYPE_SRV, 1, "\0\1\0\2\0\65\300\14", 8);
    record("\300\14", 2, DNS_TYPE_DNAME, 1, "\300\20", 2);
    static const uint8_t want[] = {0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 1, 0, 23, 0, 1, 0, 2, 0, 53, 3, 'w', 'w', 'w', 7};
    check_int(pack(false), ==, QUESTION_END + 12 + 23 + 12 + 13);
    check_bytes(out + QUESTION_END, want, sizeof want);
    check_bytes(out + QUESTION_END + 12 + 23 + 10, "\0\15\7example\3com\0", 15);
}

TEST(unknown_types_are_copied_octet_by_octet)
{
    begin(0x8180, 65280, 1, 0, 0);
    record("\300\14", 2, 65280, 1, "\300\14\0\377", 4);
    check_int(pack(false), ==, QUESTION_END + 16);
    check_bytes(out + QUESTION_END + 10, "\0\4\300\14\0\377", 6);
}

TEST(names_become_lower_case_but_the_question_too)
{
    begin(0x8180, DNS_TYPE_A, 1, 0, 0);
    in[13] = 'W';
    record(WIRE("\3wWw\7EXAMPLE\3com"), DNS_TYPE_A, 1, "AbCd", 4);
    check_int(pack(false), ==, QUESTION_END + 16);
    check_bytes(out + 12, "\3www", 4);
    check_bytes(out + QUESTION_END, "\300\14", 2);
    check_bytes(out + QUESTION_END + 12, "AbCd", 4); /* data is data */
}

TEST(opt_and_tsig_are_left_out)
{
    begin(0x8180, DNS_TYPE_A, 1, 0, 3);
    record("\300\14", 2, DNS_TYPE_A, 30, "\1\2\3\4", 4);
    record("", 1, DNS_TYPE_OPT, 0x80000000u, "", 0);
    record("\300\14", 2, DNS_TYPE_AAAA, 20, "0123456789abcdef", 16);
    record("", 1, DNS_TYPE_TSIG, 0, "", 0);
    check_int(pack(true), ==, QUESTION_END + 16 + 28);
    check_counts(1, 0, 1);
    check_int(ttls.count, ==, 2);
    check_int(ttls.min_s, ==, 30); /* the additional section does not shorten the answer's life */
}

/* RFC 4035 3.2.1: unless asked for, in which case ... */
TEST(dnssec_records_are_left_out_for_who_did_not_ask)
{
    begin(0x8180, DNS_TYPE_A, 2, 2, 0);
    record("\300\14", 2, DNS_TYPE_A, 30, "\1\2\3\4", 4);
    record("\300\14", 2, DNS_TYPE_RRSIG, 30, "signature", 9);
    record("\300\14", 2, DNS_TYPE_NSEC, 30, "x", 1);
    record("\300\14", 2, DNS_TYPE_NSEC3, 30, "x", 1);
    check_int(pack(false), ==, QUESTION_END + 16);
    check_counts(1, 0, 0);
    check_int(pack(true), ==, QUESTION_END + 16 + 21 + 13 + 13);
    check_counts(2, 2, 0);
}

TEST(dnssec_records_asked_for_by_type_stay_in_the_answer)
{
    begin(0x8180, DNS_TYPE_RRSIG, 1, 1, 0);
    record("\300\14", 2, DNS_TYPE_RRSIG, 30, "signature", 9);
    record("\300\14", 2, DNS_TYPE_RRSIG, 30, "signature", 9);
    check_int(pack(false), ==, QUESTION_END + 21);
    check_counts(1, 0, 0);
    begin(0x8180, DNS_TYPE_DNSKEY, 2, 0, 0); /* keys and delegations are ordinary data */
    record("\300\14", 2, DNS_TYPE_DNSKEY, 30, "key", 3);
    record("\300\14", 2, DNS_TYPE_DS, 30, "ds", 2);
    check_int(pack(false), ==, QUESTION_END + 15 + 14);
}

/* SOA data: two names and five numbers; MINIMUM is the last. */
static void soa(uint32_t ttl, uint32_t minimum)
{
    uint8_t rdata[64];
    struct writer r = writer_of(rdata, sizeof rdata);
    writer_bytes(&r, "\2ns\300\20\300\20", 7);
    for (uint32_t i = 1; i <= 4; i++)
        writer_u32(&r, i);
    writer_u32(&r, minimum);
    record("\300\20", 2, DNS_TYPE_SOA, ttl, rdata, r.len);
}

/* RFC 2308 3 and 5: the smaller of the two, in both directions; and it is written into the record. */
TEST(a_negative_answer_lives_as_its_soa_says)
{
    static const struct {
        uint32_t ttl, minimum, want;
    } cases[] = {{3600, 60, 60}, {60, 3600, 60}, {0, 60, 0}, {60, 0, 0}, {900, 900, 900}};
    for (size_t i = 0; i < array_len(cases); i++) {
        begin(0x8183, DNS_TYPE_A, 0, 1, 0);
        soa(cases[i].ttl, cases[i].minimum);
        static const size_t len = QUESTION_END + 12 + 5 + 2 + 20;
        check_int(pack(false), ==, len);
        check_int(ttls.min_s, ==, cases[i].want);
        check_int(ttls.at[0], ==, QUESTION_END + 6);
        struct reader r = reader_of(out + ttls.at[0], 4);
        check_int(reader_u32(&r), ==, cases[i].want);
        r = reader_of(out + len - 4, 4);
        check_int(reader_u32(&r), ==, cases[i].minimum);
    }
}

TEST(an_soa_that_was_asked_for_keeps_its_ttl)
{
    begin(0x8180, DNS_TYPE_SOA, 1, 0, 0);
    soa(3600, 60);
    check(pack(false) > 0);
    check_int(ttls.min_s, ==, 3600);
}

/* RFC 2181 8 */
TEST(a_ttl_with_its_highest_bit_counts_as_zero)
{
    begin(0x8180, DNS_TYPE_A, 1, 0, 0);
    record("\300\14", 2, DNS_TYPE_A, 0x80000000u, "\1\2\3\4", 4);
    check(pack(false) > 0);
    check_int(ttls.min_s, ==, 0);
    check_bytes(out + ttls.at[0], "\0\0\0\0", 4);
}

TEST(a_message_without_records_has_no_ttl)
{
    begin(0x8183, DNS_TYPE_A, 0, 0, 0);
    check_int(pack(false), ==, QUESTION_END);
    check_int(ttls.count, ==, 0);
    check_int(ttls.min_s, ==, UINT32_MAX);
}

static void begin_three(void)
{
    begin(0x8180, DNS_TYPE_A, 2, 0, 1);
    record("\300\14", 2, DNS_TYPE_A, 30, "\1\2\3\4", 4);
    record("\300\14", 2, DNS_TYPE_A, 20, "\1\2\3\5", 4);
    record(WIRE("\1a\2bc"), DNS_TYPE_A, 10, "\1\2\3\6", 4);
}

TEST(what_does_not_fit_is_cut_at_a_record)
{
    begin_three();
    static const int whole = QUESTION_END + 16 + 16 + 20;
    check_int(pack_into(false, whole), ==, whole);
    check_int(out[2] & 2, ==, 0);

    /* RFC 2181 9: an additional record that is missing is no truncation. */
    check_int(pack_into(false, whole - 1), ==, whole - 20);
    check_int(out[2] & 2, ==, 0);
    check_counts(2, 0, 0);
    check_int(ttls.count, ==, 2);

    check_int(pack_into(false, QUESTION_END + 31), ==, QUESTION_END + 16);
    check_int(out[2] & 2, ==, 2);
    check_counts(1, 0, 0);
    check_int(ttls.min_s, ==, 30);
    check_int(pack_into(false, QUESTION_END), ==, QUESTION_END);
    check_int(out[2] & 2, ==, 2);
    check_counts(0, 0, 0);
    check_int(pack_into(false, QUESTION_END - 1), ==, -EMSGSIZE);
}

TEST(a_message_that_was_cut_before_stays_marked)
{
    begin(0x8380, DNS_TYPE_A, 0, 0, 0);
    check_int(pack(false), ==, QUESTION_END);
    check_int(out[2], ==, 0x83);
}

TEST(no_pointer_leads_past_16383)
{
    static uint8_t big_in[40000], big_out[40000];
    begin(0x8180, DNS_TYPE_TXT, 3, 0, 0);
    struct writer b = writer_of(big_in, sizeof big_in);
    writer_bytes(&b, in, w.len);
    w = b;
    static const uint8_t filler[17000];
    record("\300\14", 2, DNS_TYPE_TXT, 1, filler, sizeof filler);
    record(WIRE("\3far\4away"), DNS_TYPE_A, 1, "\1\2\3\4", 4);
    record(WIRE("\3far\4away"), DNS_TYPE_A, 1, "\1\2\3\4", 4);
    check_int(dns_message_pack(big_in, w.len, false, big_out, sizeof big_out, &ttls), ==,
              QUESTION_END + 12 + 17000 + 24 + 24);
    check_bytes(big_out + QUESTION_END + 12 + 17000 + 24, "\3far\4away\0", 10);
}

TEST(more_records_than_ttl_places_are_refused)
{
    static uint8_t big_in[40000], big_out[40000];
    for (unsigned count = DNS_PACK_TTLS_MAX; count <= DNS_PACK_TTLS_MAX + 1; count++) {
        begin(0x8180, DNS_TYPE_A, 0, 0, 0);
        struct writer b = writer_of(big_in, sizeof big_in);
        writer_bytes(&b, in, w.len);
        w = b;
        writer_put_u16(big_in + 6, (uint16_t)count);
        for (unsigned i = 0; i < count; i++)
            record("\300\14", 2, DNS_TYPE_A, 1, "\1\2\3\4", 4);
        int len = dns_message_pack(big_in, w.len, false, big_out, sizeof big_out, &ttls);
        check_int(len, ==, count == DNS_PACK_TTLS_MAX ? QUESTION_END + 16 * DNS_PACK_TTLS_MAX : -E2BIG);
    }
}

TEST(bad_messages_are_refused)
{
    begin_three();
    size_t len = w.len;
    for (w.len = 0; w.len < len; w.len++) /* cut anywhere */
        check_int(pack(false), ==, -EBADMSG);

    begin(0x8180, DNS_TYPE_A, 1, 0, 0);
    in[5] = 2;
    check_int(pack(false), ==, -EBADMSG);
    begin(0x8180, DNS_TYPE_CNAME, 1, 0, 0);
    record("\300\14", 2, DNS_TYPE_CNAME, 1, "\1a\0x", 4); /* octets after the name */
    check_int(pack(false), ==, -EBADMSG);
    begin(0x8180, DNS_TYPE_CNAME, 1, 0, 0);
    record("\300\14", 2, DNS_TYPE_CNAME, 1, "\1a", 2); /* a name that leaves its data */
    check_int(pack(false), ==, -EBADMSG);
    begin(0x8180, DNS_TYPE_MX, 1, 0, 0);
    record("\300\14", 2, DNS_TYPE_MX, 1, "\0", 1);
    check_int(pack(false), ==, -EBADMSG);
    begin(0x8180, DNS_TYPE_CNAME, 1, 0, 0);
    record("\300\14", 2, DNS_TYPE_CNAME, 1, "\300\55", 2); /* a pointer to itself, at 45 */
    check_int(pack(false), ==, -EBADMSG);
}

/* ---- walking ---- */

TEST(records_are_walked_by_section)
{
    begin(0x8180, DNS_TYPE_A, 1, 1, 1);
    record("\300\14", 2, DNS_TYPE_CNAME, 5, "\300\20", 2);
    soa(10, 10);
    record("", 1, DNS_TYPE_A, 7, "\1\2\3\4", 4);
    struct dns_walk walk;
    check_int(dns_walk_begin(&walk, in, w.len), ==, 0);
    check_int(walk.id, ==, 0xabcd);
    check_int(walk.flags, ==, 0x8180);
    check_int(walk.qtype, ==, DNS_TYPE_A);
    check_int(walk.qclass, ==, DNS_CLASS_IN);
    struct dns_record r;
    struct dns_name name;
    char text[DNS_NAME_TEXT_MAX];
    check_int(dns_walk_next(&walk, &r), ==, 1);
    check_int(r.section, ==, DNS_SECTION_ANSWER);
    check_str(dns_name_format(&r.owner, text), "www.example.com");
    check_int(dns_record_name(&walk, &r, 0, &name), ==, 0);
    check_str(dns_name_format(&name, text), "example.com");
    check_int(dns_record_name(&walk, &r, 1, &name), ==, -ENOENT);
    check_int(dns_walk_next(&walk, &r), ==, 1);
    check_int(r.section, ==, DNS_SECTION_AUTHORITY);
    check_int(dns_record_name(&walk, &r, 0, &name), ==, 0);
    check_str(dns_name_format(&name, text), "ns.example.com");
    check_int(dns_record_name(&walk, &r, 1, &name), ==, 0);
    check_str(dns_name_format(&name, text), "example.com");
    check_int(dns_walk_next(&walk, &r), ==, 1);
    check_int(r.section, ==, DNS_SECTION_ADDITIONAL);
    check_int(r.ttl, ==, 7);
    check_int(r.rdata_len, ==, 4);
    check_bytes(in + r.rdata_at, "\1\2\3\4", 4);
    check_int(dns_record_name(&walk, &r, 0, &name), ==, -ENOENT);
    check_int(dns_walk_next(&walk, &r), ==, 0);
}

/* ---- lifetime ---- */

static uint32_t lifetime_s(void)
{
    return dns_message_lifetime_s(in, w.len);
}

TEST(an_answer_lives_as_long_as_its_shortest_record)
{
    begin(0x8180, DNS_TYPE_A, 2, 1, 1);
    record("\300\14", 2, DNS_TYPE_A, 30, "\1\2\3\4", 4);
    record("\300\14", 2, DNS_TYPE_A, 20, "\1\2\3\5", 4);
    record("\300\20", 2, DNS_TYPE_NS, 10, "\300\20", 2);
    record("", 1, DNS_TYPE_OPT, 0, "", 0);
    check_int(lifetime_s(), ==, 20);
}

TEST(a_negative_answer_lives_as_its_soa_and_aliases_say)
{
    begin(0x8183, DNS_TYPE_A, 0, 1, 0);
    soa(300, 60);
    check_int(lifetime_s(), ==, 60);
    begin(0x8183, DNS_TYPE_A, 1, 1, 0);
    record("\300\14", 2, DNS_TYPE_CNAME, 5, "\300\20", 2);
    soa(300, 60);
    check_int(lifetime_s(), ==, 5);
}

TEST(what_may_not_be_kept_lives_for_nothing)
{
    begin(0x8180, DNS_TYPE_A, 0, 0, 0);
    check_int(lifetime_s(), ==, 0);
    begin(0x8182, DNS_TYPE_A, 1, 0, 0);
    record("\300\14", 2, DNS_TYPE_A, 30, "\1\2\3\4", 4);
    check_int(lifetime_s(), ==, 0);
    in[3] = 0x80;
    check_int(lifetime_s(), ==, 30);
    in[7] = 2; /* a record is missing */
    check_int(lifetime_s(), ==, 0);
    check_int(dns_message_lifetime_s(in, 11), ==, 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
