/* Names: every edge of every length, compression that goes wrong, escapes, letter case of every octet. */
#include "proto/dns/name.h"

#include <errno.h>

#include "base/test.h"

static int parse(const char *text, struct dns_name *name)
{
    return dns_name_parse(text, strlen(text), name);
}

static void check_parses(const char *text, const char *want)
{
    struct dns_name name;
    char again[DNS_NAME_TEXT_MAX];
    check_int(parse(text, &name), ==, 0);
    check_str(dns_name_format(&name, again), want);
}

static void append(char *text, size_t max, const char *more)
{
    size_t len = strlen(text);
    snprintf(text + len, max - len, "%s", more);
}

/* Appends n octets 'x' and a dot. */
static void put_label(char *text, size_t n)
{
    size_t len = strlen(text);
    memset(text + len, 'x', n);
    text[len + n] = '.';
    text[len + n + 1] = '\0';
}

TEST(text_becomes_wire_octets_with_label_places)
{
    static const uint8_t want[] = "\3www\7example\3com";
    struct dns_name n;
    check_int(parse("WWW.Example.com", &n), ==, 0);
    check_int(n.len, ==, sizeof want);
    check_bytes(n.wire, want, sizeof want);
    check_int(n.labels, ==, 3);
    static const uint8_t at[] = {0, 4, 12, 16};
    check_bytes(n.at, at, sizeof at);
}

TEST(root_is_one_octet)
{
    struct dns_name n;
    char text[DNS_NAME_TEXT_MAX];
    check_int(parse(".", &n), ==, 0);
    check_int(n.len, ==, 1);
    check_int(n.wire[0], ==, 0);
    check_int(n.labels, ==, 0);
    check_int(n.at[0], ==, 0);
    check_str(dns_name_format(&n, text), ".");
}

TEST(final_dot_changes_nothing)
{
    struct dns_name a, b;
    check_int(parse("example.com", &a), ==, 0);
    check_int(parse("example.com.", &b), ==, 0);
    check(dns_name_equal(&a, &b));
}

TEST(empty_labels_are_refused)
{
    static const char *const bad[] = {"", "..", ".a", "a..b", "a..", "..a", ". "};
    struct dns_name n;
    for (size_t i = 0; i < array_len(bad); i++)
        check_int(parse(bad[i], &n), ==, -EINVAL);
}

TEST(a_label_has_63_octets_and_not_64)
{
    char text[256] = "";
    struct dns_name n;
    put_label(text, 63);
    check_int(parse(text, &n), ==, 0);
    check_int(n.wire[0], ==, 63);
    check_int(n.len, ==, 65);
    text[0] = '\0';
    put_label(text, 64);
    check_int(parse(text, &n), ==, -EINVAL);
    text[64] = '\0'; /* and without the final dot */
    check_int(parse(text, &n), ==, -EINVAL);
}

TEST(a_name_has_255_octets_and_not_256)
{
    char text[512] = "";
    struct dns_name n;
    for (int i = 0; i < 3; i++)
        put_label(text, 63);
    put_label(text, 61); /* 3 * 64 + 62 + root = 255 */
    check_int(parse(text, &n), ==, 0);
    check_int(n.len, ==, 255);
    text[strlen(text) - 2] = '\0';
    check_int(parse(text, &n), ==, 0);
    check_int(n.len, ==, 254);
    append(text, sizeof text, "xx");
    check_int(parse(text, &n), ==, -EINVAL);
    append(text, sizeof text, ".");
    check_int(parse(text, &n), ==, -EINVAL);
}

TEST(a_name_has_127_labels_and_not_128)
{
    char text[512] = "";
    struct dns_name n;
    for (int i = 0; i < 127; i++)
        put_label(text, 1);
    check_int(parse(text, &n), ==, 0);
    check_int(n.len, ==, 255);
    check_int(n.labels, ==, 127);
    check_int(n.at[127], ==, 254);
    put_label(text, 1);
    check_int(parse(text, &n), ==, -EINVAL);
}

/* RFC 1035 5.1, RFC 4343 2.1 */
TEST(escapes_are_resolved)
{
    struct dns_name n;
    check_int(parse("a\\.b.\\099\\000\\255\\\\", &n), ==, 0);
    check_int(n.labels, ==, 2);
    check_bytes(n.wire, "\3a.b\4c\0\377\\\0", 10);
    check_int(parse("\\065.\\A", &n), ==, 0); /* an escaped letter is the letter */
    check_bytes(n.wire, "\1a\1a", 5);
}

TEST(broken_escapes_are_refused)
{
    static const char *const bad[] = {"\\", "a\\", "\\1", "\\12", "\\256", "\\999", "\\1a2", "\\12a", "a.\\"};
    struct dns_name n;
    for (size_t i = 0; i < array_len(bad); i++)
        check_int(parse(bad[i], &n), ==, -EINVAL);
}

TEST(an_escape_counts_as_one_octet)
{
    char text[512] = "";
    struct dns_name n;
    for (int i = 0; i < 63; i++)
        append(text, sizeof text, "\\000");
    check_int(parse(text, &n), ==, 0);
    check_int(n.len, ==, 65);
    append(text, sizeof text, "\\000");
    check_int(parse(text, &n), ==, -EINVAL);
}

TEST(formatting_escapes_what_a_reader_would_misread)
{
    check_parses("a\\.b", "a\\.b");
    check_parses("\\032\\127\\255", "\\032\\127\\255");
    check_parses("a\\;\\\"\\(\\)\\@\\$\\\\", "a\\;\\\"\\(\\)\\@\\$\\\\");
    check_parses("_dmarc.ex-ample.*", "_dmarc.ex-ample.*");
}

TEST(the_longest_text_fits_its_buffer)
{
    struct dns_name n = {0};
    uint8_t wire[DNS_NAME_MAX];
    size_t len = 0;
    static const uint8_t labels[] = {63, 63, 63, 61};
    for (size_t i = 0; i < array_len(labels); i++) {
        wire[len++] = labels[i];
        memset(wire + len, 0xff, labels[i]);
        len += labels[i];
    }
    wire[len++] = 0;
    check_int(len, ==, 255);
    struct reader r = reader_of(wire, len);
    check_int(dns_name_read(&r, &n), ==, 0);
    char text[DNS_NAME_TEXT_MAX];
    memset(text, '#', sizeof text);
    check_int(strlen(dns_name_format(&n, text)), ==, 250 * 4 + 3);
    struct dns_name again;
    check_int(parse(text, &again), ==, 0);
    check(dns_name_equal(&n, &again));
}

/* RFC 4343 3: exactly the 26 ASCII letters fold, in octets read from the wire as in text. */
TEST(case_folds_for_all_256_octets_at_every_place)
{
    for (unsigned at = 0; at < 20; at++) {
        for (unsigned c = 0; c < 256; c++) {
            uint8_t wire[22] = {20};
            memset(wire + 1, '-', 20);
            wire[1 + at] = (uint8_t)c;
            unsigned want = c >= 'A' && c <= 'Z' ? c + 32 : c;
            struct dns_name n;
            struct reader r = reader_of(wire, sizeof wire);
            check_int(dns_name_read(&r, &n), ==, 0);
            check_int(n.wire[1 + at], ==, want);
            check_int(n.wire[0], ==, 20);
            size_t next;
            check_int(dns_name_read_compressed(wire, sizeof wire, 0, &n, &next), ==, 0);
            check_int(n.wire[1 + at], ==, want);
        }
    }
    for (unsigned c = 0; c < 256; c++) {
        char text[8];
        snprintf(text, sizeof text, "\\%03u", c);
        struct dns_name n;
        check_int(parse(text, &n), ==, 0);
        check_int(n.wire[1], ==, c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
}

/* dns_name_read: -1 when it fails, else the octets left. */
static long left_after(const char *wire, size_t len)
{
    struct dns_name n;
    struct reader r = reader_of(wire, len);
    if (dns_name_read(&r, &n) < 0) {
        check(r.failed);
        return -1;
    }
    return (long)r.left;
}

TEST(a_name_on_the_wire_ends_with_its_root)
{
    check_int(left_after("\1a\0xy", 5), ==, 2);
    check_int(left_after("\0", 1), ==, 0);
    check_int(left_after("", 0), ==, -1);
    check_int(left_after("\1a", 2), ==, -1);
    check_int(left_after("\2a\0", 3), ==, -1);
    check_int(left_after("\77", 1), ==, -1);
}

TEST(a_question_may_hold_no_pointer_and_no_other_label_kind)
{
    check_int(left_after("\300\0\0\0", 4), ==, -1);
    check_int(left_after("\100a\0", 3), ==, -1);
    check_int(left_after("\200a\0", 3), ==, -1);
    check_int(left_after("\101a\0", 3), ==, -1); /* RFC 2673, gone with RFC 6891 5 */
}

/* Labels of 63 octets three times and a last one of n, and the root. */
static size_t long_wire(char *wire, size_t n)
{
    size_t len = 0;
    for (int i = 0; i < 4; i++) {
        size_t label = i < 3 ? 63 : n;
        wire[len++] = (char)label;
        memset(wire + len, 'a', label);
        len += label;
    }
    wire[len++] = 0;
    return len;
}

TEST(wire_names_end_at_255_octets)
{
    char wire[300];
    check_int(left_after(wire, long_wire(wire, 61)), ==, 0);
    check_int(left_after(wire, long_wire(wire, 62)), ==, -1);
    struct dns_name n;
    size_t next;
    check_int(dns_name_read_compressed((uint8_t *)wire, long_wire(wire, 61), 0, &n, &next), ==, 0);
    check_int(n.len, ==, 255);
    check_int(dns_name_read_compressed((uint8_t *)wire, long_wire(wire, 62), 0, &n, &next), ==, -EBADMSG);
}

/* The example of RFC 1035 4.1.4, at offsets 20, 40, 64 and 92. */
TEST(the_compressed_names_of_rfc_1035_are_read)
{
    uint8_t m[93] = {[20] = 1, 'F', 3, 'I', 'S', 'I', 4, 'A', 'R', 'P', 'A', 0, [40] = 3, 'F', 'O', 'O', 0xc0, 20,
                     [64] = 0xc0, 26};
    static const struct {
        size_t at, next;
        const char *text;
    } cases[] = {{20, 32, "f.isi.arpa"}, {40, 46, "foo.f.isi.arpa"}, {64, 66, "arpa"}, {92, 93, "."}};
    for (size_t i = 0; i < array_len(cases); i++) {
        struct dns_name n;
        size_t next;
        char text[DNS_NAME_TEXT_MAX];
        check_int(dns_name_read_compressed(m, sizeof m, cases[i].at, &n, &next), ==, 0);
        check_int(next, ==, cases[i].next);
        check_str(dns_name_format(&n, text), cases[i].text);
    }
}

static int read_at(const char *m, size_t len, size_t at)
{
    struct dns_name n;
    size_t next;
    return dns_name_read_compressed((const uint8_t *)m, len, at, &n, &next);
}

TEST(pointers_that_do_not_go_back_are_refused)
{
    check_int(read_at("\300\0", 2, 0), ==, -EBADMSG);             /* to itself */
    check_int(read_at("\300\2\1a\0", 5, 0), ==, -EBADMSG);        /* forwards */
    check_int(read_at("\1a\300\0", 4, 0), ==, -EBADMSG);          /* to the start of the same name: a loop */
    check_int(read_at("\300\2\300\0", 4, 2), ==, -EBADMSG);       /* two that point to each other */
    check_int(read_at("\1a\300\0", 4, 2), ==, -EBADMSG);          /* back, into a loop */
    check_int(read_at("\300\5", 2, 0), ==, -EBADMSG);             /* past the end */
    check_int(read_at("\0\300", 2, 1), ==, -EBADMSG);             /* half a pointer */
    check_int(read_at("\0\300\0", 3, 1), ==, 0);
    check_int(read_at("\0", 1, 1), ==, -EBADMSG);                 /* at the end */
    check_int(read_at("\0", 1, 2), ==, -EBADMSG);                 /* past it */
    check_int(read_at("\100\0", 2, 0), ==, -EBADMSG);
    check_int(read_at("\200\0", 2, 0), ==, -EBADMSG);
}

TEST(a_chain_of_pointers_is_followed_to_its_end)
{
    uint8_t m[1 + 2 * 200] = {0};
    for (unsigned i = 0; i < 200; i++) {
        unsigned to = i == 0 ? 0 : 1 + 2 * (i - 1);
        m[1 + 2 * i] = (uint8_t)(0xc0 | to >> 8);
        m[2 + 2 * i] = (uint8_t)to;
    }
    struct dns_name n;
    size_t next;
    check_int(dns_name_read_compressed(m, sizeof m, sizeof m - 2, &n, &next), ==, 0);
    check_int(n.len, ==, 1);
    check_int(next, ==, sizeof m);
}

TEST(a_name_grown_by_pointers_ends_at_255_octets)
{
    static const char fits[] = {1, 'b', (char)0xc0, 0}, does_not[] = {2, 'b', 'b', (char)0xc0, 0};
    char m[300];
    size_t len = long_wire(m, 59); /* 253 octets */
    memcpy(m + len, fits, sizeof fits);
    check_int(read_at(m, len + 4, len), ==, 0); /* 255 */
    memcpy(m + len, does_not, sizeof does_not);
    check_int(read_at(m, len + 5, len), ==, -EBADMSG);
}

TEST(within_means_equal_or_below)
{
    struct dns_name zone, name, root;
    check_int(parse("example.com", &zone), ==, 0);
    check_int(parse(".", &root), ==, 0);
    static const struct {
        const char *name;
        bool within;
    } cases[] = {{"example.com", true},      {"A.EXAMPLE.com", true}, {"com", false},  {"xexample.com", false},
                 {"example.com.net", false}, {"example.org", false},  {".", false}};
    for (size_t i = 0; i < array_len(cases); i++) {
        check_int(parse(cases[i].name, &name), ==, 0);
        check_int(dns_name_within(&name, &zone), ==, cases[i].within);
        check(dns_name_within(&name, &root));
    }
    /* "\1a" and then a label that holds the octets of a name: not a suffix. */
    struct reader r = reader_of("\15x\7example\3com", 15);
    check_int(dns_name_read(&r, &name), ==, 0);
    check(!dns_name_within(&name, &zone));
}

TEST(host_names_have_letters_digits_hyphen_and_underscore)
{
    static const struct {
        const char *text;
        bool host;
    } cases[] = {{"a-b.c_d.0", true}, {"A", true}, {".", false}, {"a b", false}, {"\\200.com", false},
                 {"*.a", false},      {"a/b", false}};
    for (size_t i = 0; i < array_len(cases); i++) {
        struct dns_name n;
        check_int(parse(cases[i].text, &n), ==, 0);
        check_int(dns_name_is_hostname(&n), ==, cases[i].host);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
