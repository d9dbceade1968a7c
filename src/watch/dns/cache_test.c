/* The cache: what is kept comes back as it must for each query, ages, is bounded, and a scan does not empty it. */
#include "watch/dns/cache.h"

#include <errno.h>
#include <stdlib.h>

#include "base/test.h"

enum { CACHE_BYTES = 1 << 20 };

static struct dns_cache *cache;
static uint8_t message[600], out[DNS_MESSAGE_MAX];
static size_t message_len;
static struct dns_query query;

static void open_cache(size_t bytes)
{
    check_int(dns_cache_new(bytes, (struct sip_key){1, 2}, &cache), ==, 0);
}

struct asking {
    uint16_t flags;
    bool edns, dnssec_ok;
};

/* A query for the name in its letter case. */
static void ask(const char *text, uint16_t type, struct asking a)
{
    struct dns_name n;
    check_int(dns_name_parse(text, strlen(text), &n), ==, 0);
    struct writer w = writer_of(message, sizeof message);
    writer_u16(&w, 0x1234);
    writer_u16(&w, a.flags);
    writer_u16(&w, 1);
    writer_u32(&w, 0);
    writer_u16(&w, a.edns);
    for (size_t i = 0; i < n.len; i++)
        writer_u8(&w, i > 0 && i + 1 < n.len && text[i - 1] != '.' ? (uint8_t)text[i - 1] : n.wire[i]);
    writer_u16(&w, type);
    writer_u16(&w, 1);
    if (a.edns)
        writer_bytes(&w, a.dnssec_ok ? "\0\0\51\4\320\0\0\200\0\0\0" : "\0\0\51\4\320\0\0\0\0\0\0", 11);
    message_len = w.len;
    check_int(dns_query_read(message, message_len, &query), ==, DNS_FLAW_NONE);
}

/* What is put: a positive answer with one address of that TTL, and `filler` octets of a TXT record when not 0. */
struct answer {
    uint32_t ttl;
    uint16_t flags, ede, filler;
    bool secure;
    uint8_t last;
};

static int put(struct answer a, uint32_t now_s)
{
    static uint8_t octets[DNS_MESSAGE_MAX];
    struct writer w = writer_of(octets, sizeof octets);
    struct dns_pack_ttls ttls = {.count = 0, .min_s = a.ttl};
    writer_u16(&w, 0);
    writer_u16(&w, a.flags);
    writer_u16(&w, 1);
    writer_u16(&w, 1 + (a.filler > 0));
    writer_u32(&w, 0);
    writer_bytes(&w, query.name.wire, query.name.len);
    writer_u16(&w, query.qtype);
    writer_u16(&w, 1);
    for (int i = 0; i < 1 + (a.filler > 0); i++) {
        writer_bytes(&w, i ? "\300\14\0\20\0\1" : "\300\14\0\1\0\1", 6);
        ttls.at[ttls.count++] = (uint16_t)w.len;
        writer_u32(&w, a.ttl + (i ? 5 : 0));
        writer_u16(&w, i ? a.filler : 4);
        for (int k = 0; k < (i ? a.filler : 4); k++)
            writer_u8(&w, a.last);
    }
    const struct dns_cache_answer answer = {
        .message = octets, .len = w.len, .ttls = &ttls, .ttl_s = a.ttl, .secure = a.secure, .ede = a.ede};
    return dns_cache_put(cache, dns_cache_hash(cache, &query), &query, &answer, now_s);
}

static struct dns_cache_entry *find(void)
{
    return dns_cache_find(cache, dns_cache_hash(cache, &query), &query);
}

static size_t write_out(uint32_t now_s, uint32_t stale_ttl_s, size_t max)
{
    struct dns_cache_entry *e = find();
    check(e != NULL);
    memset(out, 0xee, sizeof out);
    return e ? dns_cache_entry_write(e, &query, message, now_s, stale_ttl_s, out, max) : 0;
}

static const struct answer plain = {.ttl = 300, .flags = 0x8180, .ede = DNS_EDE_NONE, .last = 7};

TEST(what_is_put_is_found_by_name_type_and_do)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){0});
    check(find() == NULL);
    check_int(put(plain, 1000), ==, 0);
    check(find() != NULL);
    ask("WWW.Test", 1, (struct asking){.edns = true});
    check(find() != NULL);
    ask("www.test", 28, (struct asking){0});
    check(find() == NULL);
    ask("www.test", 1, (struct asking){.edns = true, .dnssec_ok = true});
    check(find() == NULL);
    ask("ww.test", 1, (struct asking){0});
    check(find() == NULL);
    check_int(dns_cache_stats_get(cache).entries, ==, 1);
    dns_cache_free(cache);
}

TEST(an_answer_takes_the_identifier_flags_and_letters_of_its_query)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){0});
    check_int(put(plain, 1000), ==, 0);
    ask("www.test", 1, (struct asking){.flags = DNS_FLAG_CD});
    check_int(put(plain, 1000), ==, 0);
    ask("wWw.TEst", 1, (struct asking){.flags = DNS_FLAG_RD | DNS_FLAG_CD});
    static const uint8_t want[] = {0x12, 0x34, 0x81, 0x90, 0, 1, 0, 1, 0, 0, 0, 0,
                                   3, 'w', 'W', 'w', 4, 'T', 'E', 's', 't', 0, 0, 1, 0, 1,
                                   0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0x2b, 0, 4, 7, 7, 7, 7};
    check_int(write_out(1001, 0, 512), ==, sizeof want);
    check_bytes(out, want, sizeof want);
    ask("www.test", 1, (struct asking){.edns = true});
    static const uint8_t opt[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0};
    check_int(write_out(1001, 0, 512), ==, sizeof want + sizeof opt);
    check_bytes(out + sizeof want, opt, sizeof opt);
    check_int(out[11], ==, 1);
    check_int(out[2], ==, 0x80); /* RD was not set */
    dns_cache_free(cache);
}

static uint32_t ttl_at(size_t at)
{
    struct reader r = reader_of(out + at, 4);
    return reader_u32(&r);
}

TEST(ttls_count_down_to_zero_and_freshness_below)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){0});
    struct answer a = plain;
    a.filler = 10;
    check_int(put(a, 1000), ==, 0);
    static const struct {
        uint32_t now;
        uint32_t first, second;
        int64_t fresh;
    } cases[] = {{1000, 300, 305, 300}, {1001, 299, 304, 299}, {1299, 1, 6, 1},
                 {1300, 0, 5, 0},       {1303, 0, 2, -3},      {900000, 0, 0, -898700}};
    for (size_t i = 0; i < array_len(cases); i++) {
        check(write_out(cases[i].now, 0, 512) > 0);
        check_int(ttl_at(32), ==, cases[i].first);
        check_int(ttl_at(48), ==, cases[i].second);
        check_int(dns_cache_entry_fresh_s(find(), cases[i].now), ==, cases[i].fresh);
    }
    dns_cache_free(cache);
}

/* RFC 8767 4, RFC 8914 4.4 */
TEST(a_stale_answer_has_the_given_ttl_and_says_so)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){.edns = true});
    check_int(put(plain, 1000), ==, 0);
    size_t len = write_out(9000, 30, 512);
    check_int(ttl_at(32), ==, 30);
    static const uint8_t opt[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 6, 0, 15, 0, 2, 0, 3};
    check_int(len, ==, 42 + sizeof opt);
    check_bytes(out + 42, opt, sizeof opt);
    dns_cache_free(cache);
}

TEST(the_kept_extended_error_is_told)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){.edns = true});
    struct answer a = plain;
    a.ede = DNS_EDE_DNSSEC_BOGUS;
    a.flags = 0x8182;
    check_int(put(a, 1000), ==, 0);
    check(write_out(1000, 0, 512) > 0);
    check_int(dns_cache_entry_rcode(find()), ==, DNS_RCODE_SERVFAIL);
    check_int(out[3] & 15, ==, DNS_RCODE_SERVFAIL);
    check_bytes(out + 42 + 9, "\0\6\0\17\0\2\0\6", 8);
    dns_cache_free(cache);
}

/* RFC 6840 5.8: AD for validated data, to who set AD or DO. */
TEST(ad_is_set_for_secure_answers_to_who_asked)
{
    static const struct {
        bool secure;
        struct asking a;
        bool ad;
    } cases[] = {
        {true, {.flags = DNS_FLAG_AD}, true}, {true, {.edns = true, .dnssec_ok = true}, true},
        {true, {.edns = true}, false},        {true, {0}, false},
        {false, {.flags = DNS_FLAG_AD}, false}, {false, {.edns = true, .dnssec_ok = true}, false},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        open_cache(CACHE_BYTES);
        ask("www.test", 1, cases[i].a);
        struct answer a = plain;
        a.secure = cases[i].secure;
        a.flags |= DNS_FLAG_AD; /* the upstream's own word counts for nothing */
        check_int(put(a, 1000), ==, 0);
        check(write_out(1000, 0, 512) > 0);
        check_int((out[3] & DNS_FLAG_AD) != 0, ==, cases[i].ad);
        dns_cache_free(cache);
    }
}

TEST(what_does_not_fit_is_cut_to_its_question_with_tc)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){0});
    struct answer a = plain;
    a.filler = 512 - 42 - 12;
    check_int(put(a, 1000), ==, 0);
    check_int(write_out(1000, 0, 512), ==, 512);
    check_int(out[2] & 2, ==, 0);
    check_int(write_out(1000, 0, 511), ==, 26);
    static const uint8_t head[] = {0x12, 0x34, 0x82, 0x80, 0, 1, 0, 0, 0, 0, 0, 0};
    check_bytes(out, head, sizeof head);
    ask("www.test", 1, (struct asking){.edns = true}); /* the OPT no longer fits beside it */
    check_int(write_out(1000, 0, 522), ==, 26 + 11);
    check_int(out[2] & 2, ==, 2);
    check_int(out[11], ==, 1);
    check_int(write_out(1000, 0, 523), ==, 523);
    dns_cache_free(cache);
}

TEST(a_newer_answer_takes_the_place_of_an_older)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){0});
    for (uint8_t i = 0; i < 100; i++) {
        struct answer a = plain;
        a.last = i;
        check_int(put(a, 1000 + i), ==, 0);
        check(write_out(1000 + i, 0, 512) > 0);
        check_int(out[41], ==, i);
        check_int(ttl_at(32), ==, 300);
    }
    dns_cache_free(cache);
}

TEST(hold_off_ends_at_its_second)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){0});
    check_int(put(plain, 1000), ==, 0);
    check_int(dns_cache_entry_state(find(), 2000), ==, DNS_CACHE_EXPIRED);
    dns_cache_entry_hold_off(find(), 2030);
    check_int(dns_cache_entry_state(find(), 2029), ==, DNS_CACHE_HELD_OFF);
    check_int(dns_cache_entry_state(find(), 2030), ==, DNS_CACHE_EXPIRED);
    check_int(put(plain, 2010), ==, 0); /* a new answer starts anew */
    check_int(dns_cache_entry_state(find(), 2010), ==, DNS_CACHE_FRESH);
    check_int(dns_cache_entry_state(find(), 2310), ==, DNS_CACHE_EXPIRED);
    dns_cache_free(cache);
}

TEST(an_answer_much_asked_for_is_said_once_to_be_near_its_end)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){0});
    check_int(put(plain, 1000), ==, 0); /* 300 seconds */
    check_int(dns_cache_entry_state(find(), 1290), ==, DNS_CACHE_FRESH); /* asked for once */
    check_int(dns_cache_entry_state(find(), 1270), ==, DNS_CACHE_FRESH); /* a tenth is left */
    check_int(dns_cache_entry_state(find(), 1271), ==, DNS_CACHE_AGING);
    check_int(dns_cache_entry_state(find(), 1272), ==, DNS_CACHE_FRESH); /* somebody is at it */
    check_int(put(plain, 1273), ==, 0);
    check_int(dns_cache_entry_state(find(), 1274), ==, DNS_CACHE_FRESH);
    check_int(dns_cache_entry_state(find(), 1572), ==, DNS_CACHE_AGING);
    struct answer brief = plain;
    brief.ttl = 9;
    check_int(put(brief, 2000), ==, 0);
    for (uint32_t s = 0; s < 9; s++)
        check_int(dns_cache_entry_state(find(), 2000 + s), ==, DNS_CACHE_FRESH);
    dns_cache_free(cache);
}

TEST(who_checks_signatures_itself_has_answers_of_its_own)
{
    open_cache(CACHE_BYTES);
    ask("www.test", 1, (struct asking){0});
    check_int(put(plain, 1000), ==, 0);
    check(find() != NULL);
    ask("www.test", 1, (struct asking){.flags = DNS_FLAG_CD});
    check(find() == NULL);
    check_int(put(plain, 1000), ==, 0);
    for (int i = 0; i < 5; i++)
        check_int(dns_cache_entry_state(find(), 1299), ==, DNS_CACHE_FRESH); /* not refreshed */
    dns_cache_free(cache);
}

TEST(a_cache_below_a_mebibyte_is_refused)
{
    struct dns_cache *none = NULL;
    check_int(dns_cache_new(CACHE_BYTES - 1, (struct sip_key){1, 2}, &none), ==, -EINVAL);
    check(none == NULL);
    dns_cache_free(NULL);
}

/* ---- bounds ---- */

static void ask_number(const char *prefix, unsigned i)
{
    char text[64];
    snprintf(text, sizeof text, "%s%u.test", prefix, i);
    ask(text, 1, (struct asking){0});
}

TEST(octets_never_pass_the_maximum_and_the_counts_agree)
{
    open_cache(CACHE_BYTES);
    unsigned state = 1, puts = 0;
    for (unsigned i = 0; i < 40000; i++) {
        state = state * 1103515245 + 12345;
        struct answer a = plain;
        a.filler = i % 97 == 0 ? 60000 : (uint16_t)(state >> 20);
        ask_number("n", state >> 16 & 0x3fff); /* refreshed as well as new */
        check_int(put(a, i), ==, 0);
        puts++;
        check(find() != NULL);
        struct dns_cache_stats s = dns_cache_stats_get(cache);
        if (s.bytes > CACHE_BYTES || s.entries + s.evicted != puts) {
            check_int(s.bytes, <=, CACHE_BYTES);
            check_int(s.entries + s.evicted, ==, puts);
            break;
        }
    }
    check(dns_cache_stats_get(cache).evicted > 0);
    dns_cache_free(cache);
}

TEST(small_answers_are_bounded_by_the_table_as_well)
{
    open_cache(CACHE_BYTES);
    for (unsigned i = 0; i < 20000; i++) {
        ask_number("", i);
        check_int(put(plain, 0), ==, 0);
    }
    struct dns_cache_stats s = dns_cache_stats_get(cache);
    check_int(s.bytes, <=, CACHE_BYTES);
    check_int(s.entries, >, 2000);
    check_int(s.entries, <=, 4096 * 3 / 4);
    dns_cache_free(cache);
}

/* What is evicted is gone, what is not is found: after each put a sample of all names agrees with the number kept. */
TEST(every_entry_that_is_counted_can_be_found)
{
    open_cache(CACHE_BYTES);
    enum { NAMES = 12000 };
    for (unsigned i = 0; i < NAMES; i++) {
        ask_number("", i);
        check_int(put(plain, 0), ==, 0);
    }
    unsigned found = 0;
    for (unsigned i = 0; i < NAMES; i++) {
        ask_number("", i);
        struct dns_cache_entry *e = find();
        found += e != NULL;
        if (e)
            check_int(dns_cache_entry_write(e, &query, message, 0, 0, out, 512), >, 0);
    }
    check_int(found, ==, dns_cache_stats_get(cache).entries);
    dns_cache_free(cache);
}

/* ---- a scan ---- */

enum { HOT = 1000, SCAN = 100000, BETWEEN = 50 };

/* A look-up as the worker does it: what is missing is resolved and kept. True for a hit. */
static bool look_up(void)
{
    if (find())
        return true;
    check_int(put(plain, 0), ==, 0);
    return false;
}

/* 1000 names asked for again and again while 100,000 others are asked for once each. The cache holds about 3000. With
 * 50 one-time names between two hot ones, a hot name comes back after 50,000 others: a queue ordered by recency alone
 * (LRU) has dropped it every time. S3-FIFO keeps what was asked for again in its main queue, where one-time names do not
 * get (Yang et al., section 4.1); the hot set takes a third of the cache and must stay nearly whole: at least 95 of 100. */
TEST(a_scan_does_not_push_out_what_is_asked_for_again)
{
    open_cache(CACHE_BYTES);
    for (int round = 0; round < 4; round++) {
        for (unsigned i = 0; i < HOT; i++) {
            ask_number("hot", i);
            look_up();
        }
    }
    unsigned hits = 0, asked = 0;
    for (unsigned i = 0; i < SCAN; i++) {
        ask_number("once", i);
        check(!look_up());
        if (i % BETWEEN == 0) {
            ask_number("hot", asked++ % HOT);
            hits += look_up();
        }
    }
    check_int(asked, ==, SCAN / BETWEEN);
    check_int(hits * 100, >=, asked * 95);
    dns_cache_free(cache);
}

/* A name that comes back soon after it was dropped is remembered by its ghost, and goes to the main queue at once. */
TEST(a_name_that_comes_back_soon_is_kept_longer)
{
    open_cache(CACHE_BYTES);
    ask_number("back", 0);
    check_int(put(plain, 0), ==, 0);
    unsigned i = 0;
    for (; i < 20000; i++) {
        ask_number("once", i);
        check_int(put(plain, 0), ==, 0);
        ask_number("back", 0);
        if (i % 16 == 0 && dns_cache_stats_get(cache).evicted > 200)
            break;
    }
    check(find() == NULL); /* the first in, and so the first out */
    check_int(put(plain, 0), ==, 0);
    for (unsigned k = 0; k < 20000; k++) {
        ask_number("later", k);
        check_int(put(plain, 0), ==, 0);
    }
    ask_number("back", 0);
    check(find() != NULL);
    dns_cache_free(cache);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
