/* Lists as operators have them: each format, each flaw with its line, each kind of line ending, RPZ as its draft says. */
#include "act/policy/list_told.h"

/* ---- plain names ---- */

TEST(names_stand_for_themselves_and_all_below)
{
    check_list(LIST_FORMAT_NAMES,
               "# a comment\n"
               "! another\n"
               "; and another\n"
               "\n"
               "Evil.Example\n"
               "  *.wild.example.  # why\n"
               ".dot.example\t; why\n"
               "single\n"
               "_dmarc.under-score.example#why\n",
               "5 nxdomain both evil.example\n"
               "6 nxdomain both wild.example\n"
               "7 nxdomain both dot.example\n"
               "8 nxdomain both single\n"
               "9 nxdomain both _dmarc.under-score.example\n");
    check_int(stats.rules, ==, 5);
    check_int(stats.skipped_all, ==, 0);
    check_int(stats.lines, ==, 9);
    check_int(stats.format, ==, LIST_FORMAT_NAMES);
}

TEST(what_is_no_name_is_skipped_with_its_line)
{
    check_list(LIST_FORMAT_NAMES,
               "a.example\n"
               "192.0.2.1\n"
               "2001:db8::1\n"
               "||ad.example^\n"
               "http://b.example/\n"
               "b..example\n"
               ".\n"
               "*\n"
               "a.*.example\n"
               "two.example names.example\n"
               "z.example\n",
               "1 nxdomain both a.example\n"
               "2 skipped: an address, not a name\n"
               "3 skipped: an address, not a name\n"
               "4 skipped: not a domain name\n"
               "5 skipped: not a domain name\n"
               "6 skipped: not a domain name\n"
               "7 skipped: not a domain name\n"
               "8 skipped: not a domain name\n"
               "9 skipped: not a domain name\n"
               "10 skipped: not in the list's format\n"
               "11 nxdomain both z.example\n");
    check_int(stats.rules, ==, 2);
    check_int(stats.skipped_all, ==, 9);
    check_int(stats.skipped[LIST_FLAW_ADDRESS], ==, 2);
    check_int(stats.skipped[LIST_FLAW_NAME], ==, 6);
    check_int(stats.skipped[LIST_FLAW_SYNTAX], ==, 1);
}

TEST(line_endings_of_both_kinds_and_none_at_the_end)
{
    check_list(LIST_FORMAT_NAMES, "a.example\r\nb.example\n\r\nc.example",
               "1 nxdomain both a.example\n2 nxdomain both b.example\n4 nxdomain both c.example\n");
    check_list(LIST_FORMAT_HOSTS, "0.0.0.0 a.example\r\n0.0.0.0 b.example",
               "1 nxdomain exact a.example\n2 nxdomain exact b.example\n");
    check_list(LIST_FORMAT_RPZ, "a.example CNAME .\r\n*.b.example CNAME .",
               "1 nxdomain exact a.example\n2 nxdomain below b.example\n");
    check_list(LIST_FORMAT_NAMES, "", "");
}

TEST(utf_8_is_skipped_but_its_mark_at_the_start_is_no_part_of_the_first_line)
{
    check_list(LIST_FORMAT_NAMES, "\xef\xbb\xbf" "a.example\nb\xc3\xbc.example\n# \xe6\x97\xa5\xe6\x9c\xac\nc.example\n",
               "1 nxdomain both a.example\n2 skipped: not a domain name\n4 nxdomain both c.example\n");
    check_list(LIST_FORMAT_AUTO, "\xef\xbb\xbf" "0.0.0.0 a.example\n", "1 nxdomain exact a.example\n");
    check_int(stats.format, ==, LIST_FORMAT_HOSTS);
    check_list(LIST_FORMAT_RPZ, "\xef\xbb\xbf" "$ORIGIN rpz.\nb\xc3\xbc.example CNAME .\n",
               "2 nxdomain exact b\\195\\188.example\n"); /* a zone file may hold any octet */
}

TEST(octets_that_are_no_text_are_skipped)
{
    static const char text[] = "a\0b.example\n\0\n\x1b[2J.example\nz.example\n";
    check_int(read_octets(LIST_FORMAT_NAMES, text, sizeof text - 1), ==, 0);
    check_str(told.text, "1 skipped: not a domain name\n2 skipped: not a domain name\n3 skipped: not a domain name\n"
                         "4 nxdomain both z.example\n");
    check_int(read_octets(LIST_FORMAT_RPZ, "a\0b CNAME .\n\0\nz CNAME .\n", 23), ==, 0);
    check_str(told.text, "1 skipped: not in the list's format\n2 skipped: not in the list's format\n3 nxdomain exact z\n");
}

TEST(a_line_of_4097_octets_is_skipped_and_the_list_goes_on)
{
    static const enum list_format formats[] = {LIST_FORMAT_NAMES, LIST_FORMAT_HOSTS, LIST_FORMAT_RPZ};
    for (size_t i = 0; i < array_len(formats); i++) {
        for (size_t n = LINES_MAX; n <= LINES_MAX + 1; n++) {
            static const char *const starts[] = {"a.example #", "0.0.0.0 a.example #", "a.example CNAME . ;"};
            static char text[LINES_MAX + 64];
            memset(text, 'x', sizeof text);
            memcpy(text, starts[i], strlen(starts[i]));
            text[n] = '\n';
            int e = read_octets(formats[i], text, n + 1);
            check_int(e, ==, 0);
            check_int(stats.skipped[LIST_FLAW_TOO_LONG], ==, n > LINES_MAX);
            check_int(stats.rules, ==, n == LINES_MAX);
            check_int(stats.lines, ==, 1);
        }
    }
}

TEST(an_error_of_the_handler_ends_the_reading)
{
    static const struct {
        enum list_format format;
        const char *text;
    } cases[] = {{LIST_FORMAT_NAMES, "a\nb\nc\n"},
                 {LIST_FORMAT_HOSTS, "0.0.0.0 a b\n0.0.0.0 c\n"},
                 {LIST_FORMAT_RPZ, "a CNAME .\nb A 192.0.2.1\n"}};
    told.stop_at = 2;
    for (size_t i = 0; i < array_len(cases); i++) {
        check_int(read_octets(cases[i].format, cases[i].text, strlen(cases[i].text)), ==, -ENOSPC);
        check_int(told.rules, ==, 2);
    }
    told.stop_at = 0;
}

/* ---- hosts ---- */

TEST(hosts_block_exactly_their_names)
{
    check_list(LIST_FORMAT_HOSTS,
               "127.0.0.1 localhost localhost.localdomain\n"
               "::1 ip6-localhost\n"
               "# comment\n"
               "0.0.0.0 a.example B.example # why\n"
               "::\tc.example\n"
               "127.9.9.9 d.example\n"
               "::1 e.example\n",
               "4 nxdomain exact a.example\n"
               "4 nxdomain exact b.example\n"
               "5 nxdomain exact c.example\n"
               "6 nxdomain exact d.example\n"
               "7 nxdomain exact e.example\n");
}

TEST(another_address_of_hosts_is_local_data)
{
    check_list(LIST_FORMAT_HOSTS, "192.0.2.1 a.example b.example\n2001:db8::1 a.example\n",
               "1 local-data exact a.example A 300 192.0.2.1\n"
               "1 local-data exact b.example A 300 192.0.2.1\n"
               "2 local-data exact a.example AAAA 300 20010db8000000000000000000000001\n");
}

TEST(flaws_of_hosts)
{
    check_list(LIST_FORMAT_HOSTS,
               "a.example\n"
               "0.0.0.0\n"
               "0.0.0.0 192.0.2.1 b.example\n"
               "0.0.0.0 b..example c.example\n"
               "1.2.3 d.example\n"
               "fe80::1%lo0 localhost\n",
               "1 skipped: not in the list's format\n"
               "2 skipped: not in the list's format\n"
               "3 skipped: an address, not a name\n"
               "3 nxdomain exact b.example\n"
               "4 skipped: not a domain name\n"
               "4 nxdomain exact c.example\n"
               "5 skipped: not in the list's format\n"
               "6 skipped: not in the list's format\n");
}

/* ---- RPZ ---- */

#define ZONE "$TTL 5m\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n NS localhost.\n"

/* draft-vixie-dnsop-dns-rpz-00 3 */
TEST(each_rpz_action)
{
    check_list(LIST_FORMAT_RPZ,
               "$ORIGIN rpz.example.\n" ZONE
               "nxdomain.test CNAME .\n"
               "nodata.test CNAME *.\n"
               "pass.test CNAME rpz-passthru.\n"
               "drop.test CNAME rpz-drop.\n"
               "tcp.test CNAME RPZ-TCP-ONLY.\n"
               "old.test CNAME old.test.\n"
               "data.test A 192.0.2.1\n"
               "alias.test CNAME garden.example.\n"
               "*.alias.test CNAME *.garden.example.\n",
               "5 nxdomain exact nxdomain.test\n"
               "6 nodata exact nodata.test\n"
               "7 pass exact pass.test\n"
               "8 drop exact drop.test\n"
               "9 truncate exact tcp.test\n"
               "10 pass exact old.test\n"
               "11 local-data exact data.test A 300 192.0.2.1\n"
               "12 local-data exact alias.test CNAME 300 garden.example\n"
               "13 local-data below alias.test CNAME 300 *.garden.example\n");
    check_int(stats.rules, ==, 9);
    check_int(stats.skipped_all, ==, 0);
}

TEST(an_rpz_wildcard_means_below_and_alone_means_everything)
{
    check_list(LIST_FORMAT_RPZ, "$ORIGIN rpz.\n" ZONE "*.a.test CNAME .\n* CNAME rpz-drop.\na.*.test CNAME .\n",
               "5 nxdomain below a.test\n"
               "6 drop below .\n"
               "7 nxdomain exact a.*.test\n");
}

TEST(owners_are_relative_absolute_or_as_before)
{
    check_list(LIST_FORMAT_RPZ,
               "$ORIGIN rpz.example.\n" ZONE
               "a.test A 192.0.2.1\n"
               "       A 192.0.2.2\n"
               "\tAAAA 2001:db8::1\n"
               "b.test.rpz.example. CNAME .\n"
               "c.test. CNAME .\n"
               "$ORIGIN test.rpz.example.\n"
               "d CNAME .\n"
               "@ CNAME .\n"
               "$ORIGIN sub\n"
               "e CNAME .\n"
               "a\\.b CNAME .\n",
               "5 local-data exact a.test A 300 192.0.2.1\n"
               "6 local-data exact a.test A 300 192.0.2.2\n"
               "7 local-data exact a.test AAAA 300 20010db8000000000000000000000001\n"
               "8 nxdomain exact b.test\n"
               "9 skipped: owner outside the zone\n"
               "11 nxdomain exact d.test\n"
               "12 nxdomain exact test\n"
               "14 nxdomain exact e.sub.test\n"
               "15 nxdomain exact a\\.b.sub.test\n");
}

/* Servers write zones out from the root: "$ORIGIN ." comes before the SOA. */
TEST(the_owner_of_the_soa_is_the_apex_whatever_the_origin)
{
    check_list(LIST_FORMAT_RPZ,
               "$ORIGIN .\n"
               "$TTL 300\n"
               "rpz.example IN SOA localhost. root.localhost. (\n"
               "        1 ; serial\n"
               "        3600 600 86400 60 )\n"
               "        NS localhost.\n"
               "$ORIGIN rpz.example.\n"
               "a.test CNAME .\n"
               "$ORIGIN test.rpz.example.\n"
               "*.b CNAME .\n",
               "8 nxdomain exact a.test\n"
               "10 nxdomain below b.test\n");
}

TEST(a_transferred_zone_has_absolute_names_and_its_soa_twice)
{
    check_list(LIST_FORMAT_RPZ,
               "; <<>> a transfer\n"
               "rpz.example.\t\t300\tIN\tSOA\tlocalhost. root.localhost. 1 3600 600 86400 60\n"
               "rpz.example.\t\t300\tIN\tNS\tlocalhost.\n"
               "a.test.rpz.example.\t60\tIN\tCNAME\t.\n"
               "rpz.example.\t\t300\tIN\tSOA\tlocalhost. root.localhost. 1 3600 600 86400 60\n"
               ";; done\n",
               "4 nxdomain exact a.test\n");
}

TEST(without_origin_and_soa_names_are_what_they_say)
{
    check_list(LIST_FORMAT_RPZ, "a.test CNAME .\n*.b.test. IN CNAME .\n",
               "1 nxdomain exact a.test\n2 nxdomain below b.test\n");
}

TEST(ttl_and_class_stand_in_either_order_and_ttls_have_units)
{
    check_list(LIST_FORMAT_RPZ,
               "$ORIGIN rpz.\n" ZONE
               "a 60 IN A 192.0.2.1\n"
               "b IN 1h A 192.0.2.1\n"
               "c 1h30m A 192.0.2.1\n"
               "d IN A 192.0.2.1\n"
               "$TTL 1W\n"
               "e A 192.0.2.1\n"
               "f 2w A 192.0.2.1\n"
               "g 0 A 192.0.2.1\n"
               "h 1d1S A 192.0.2.1\n"
               "i 4294967296 A 192.0.2.1\n"
               "j 1x A 192.0.2.1\n"
               "k h A 192.0.2.1\n"
               "$TTL x\n",
               "5 local-data exact a A 60 192.0.2.1\n"
               "6 local-data exact b A 3600 192.0.2.1\n"
               "7 local-data exact c A 5400 192.0.2.1\n"
               "8 local-data exact d A 300 192.0.2.1\n"
               "10 local-data exact e A 604800 192.0.2.1\n"
               "11 local-data exact f A 604800 192.0.2.1\n" /* a week is the most */
               "12 local-data exact g A 0 192.0.2.1\n"
               "13 local-data exact h A 86401 192.0.2.1\n"
               "14 skipped: not in the list's format\n"
               "15 skipped: not in the list's format\n"
               "16 skipped: not in the list's format\n"
               "17 skipped: not in the list's format\n");
}

TEST(data_of_each_type_is_in_wire_form)
{
    check_list(LIST_FORMAT_RPZ,
               "$ORIGIN rpz.\n" ZONE
               "a MX 10 mail.example.\n"
               "b TXT \"a b;c\" d\n"
               "c TXT \"q\\\"q\\\\\\065\"\n"
               "d PTR \"\"\n"
               "d PTR host\n",
               "5 local-data exact a MX 300 000a046d61696c076578616d706c6500\n"
               "6 local-data exact b TXT 300 056120623b630164\n"
               "7 local-data exact c TXT 300 0571" "22" "71" "5c" "41\n"
               "8 skipped: record type not usable as local data\n"
               "9 local-data exact d PTR 300 04686f737403" "72707a00\n");
}

/* draft-vixie-dnsop-dns-rpz-00 4.1 to 4.5 with their examples: bits first, then the address backwards. */
TEST(rpz_triggers_other_than_the_query_name)
{
    check_list(LIST_FORMAT_RPZ,
               "$ORIGIN rpz.\n" ZONE
               "24.0.2.0.192.rpz-ip CNAME .\n"
               "8.0.0.0.127.rpz-ip CNAME rpz-drop.\n"
               "128.57.zz.db8.2001.rpz-ip CNAME .\n"
               "48.zz.101.db8.2001.rpz-ip CNAME .\n"
               "128.8.7.6.5.4.3.2.1.rpz-nsip CNAME *.\n"
               "32.1.2.0.192.rpz-client-ip CNAME rpz-passthru.\n"
               "0.0.0.0.0.rpz-client-ip CNAME .\n"
               "128.zz.rpz-ip CNAME .\n"
               "ns.test.rpz-nsdname CNAME .\n"
               "*.ns.test.rpz-nsdname A 192.0.2.9\n"
               "rpz-ip.example CNAME .\n",
               "5 nxdomain exact address 192.0.2.0/120\n"
               "6 drop exact address 127.0.0.0/104\n"
               "7 nxdomain exact address 2001:db8::57/128\n"
               "8 nxdomain exact address 2001:db8:101::/48\n"
               "9 nodata exact ns-address 1:2:3:4:5:6:7:8/128\n"
               "10 pass exact client 192.0.2.1/128\n"
               "11 nxdomain exact client 0.0.0.0/96\n"
               "12 nxdomain exact address ::/128\n"
               "13 nxdomain exact ns-name ns.test\n"
               "14 local-data below ns-name ns.test A 300 192.0.2.9\n"
               "15 nxdomain exact rpz-ip.example\n");
}

TEST(flaws_of_rpz)
{
    check_list(LIST_FORMAT_RPZ,
               "$ORIGIN rpz.\n" ZONE
               "33.1.2.0.192.rpz-ip CNAME .\n"
               "24.1.2.0.192.rpz-ip CNAME .\n"
               "32.1.2.0.256.rpz-nsip CNAME .\n"
               "64.zz.1.zz.db8.2001.rpz-client-ip CNAME .\n"
               "outside.test. CNAME .\n"
               "a..b CNAME .\n"
               "\tCNAME .\n"
               "a SRV 0 0 53 b.\n"
               "a A 2001:db8::1\n"
               "a AAAA 192.0.2.1\n"
               "a A 192.0.2.1 192.0.2.2\n"
               "a CNAME\n"
               "a CNAME b c\n"
               "a UNKNOWN x\n"
               "a CH TXT x\n"
               "a TXT \"open\n"
               "$INCLUDE /etc/passwd\n"
               "$ORIGIN\n"
               "z CNAME .\n",
               "5 skipped: RPZ trigger that is not a prefix\n"
               "6 skipped: RPZ trigger that is not a prefix\n"
               "7 skipped: RPZ trigger that is not a prefix\n"
               "8 skipped: RPZ trigger that is not a prefix\n"
               "9 skipped: owner outside the zone\n"
               "10 skipped: not a domain name\n"
               "11 skipped: not a domain name\n"
               "12 skipped: record type not usable as local data\n"
               "13 skipped: record type not usable as local data\n"
               "14 skipped: record type not usable as local data\n"
               "15 skipped: record type not usable as local data\n"
               "16 skipped: not in the list's format\n"
               "17 skipped: not in the list's format\n"
               "18 skipped: not in the list's format\n"
               "19 skipped: not in the list's format\n"
               "20 skipped: not in the list's format\n"
               "21 skipped: not in the list's format\n"
               "22 skipped: not in the list's format\n"
               "23 nxdomain exact z\n");
}

/* RFC 1035 5.1: parentheses hold a record that crosses a line. Only an SOA needs it; elsewhere it is said aloud. */
TEST(an_open_parenthesis_does_not_swallow_the_list)
{
    check_list(LIST_FORMAT_RPZ,
               "$ORIGIN rpz.\n" ZONE
               "a TXT ( \"one\"\n"
               "  \"two\" )\n"
               "b CNAME (\n"
               "c CNAME .\n"
               "d TXT \"x\" ( \"\n"
               "e (CNAME .)\n",
               "5 skipped: not in the list's format\n"
               "6 skipped: not in the list's format\n"
               "7 skipped: not in the list's format\n"
               "8 nxdomain exact c\n"
               "9 skipped: not in the list's format\n"
               "10 nxdomain exact e\n");
    /* An SOA that never closes: after more lines than any has, reading goes on. */
    char text[2048] = "@ SOA a. b. (\n", want[64] = "";
    for (int i = 2; i <= 40; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "n%d CNAME .\n", i);
    check_int(read_octets(LIST_FORMAT_RPZ, text, strlen(text)), ==, 0);
    check(stats.rules > 0 && stats.skipped[LIST_FLAW_SYNTAX] == 1);
    snprintf(want, sizeof want, "40 nxdomain exact n40\n");
    check(strstr(told.text, want) != NULL);
}

TEST(an_escaped_backslash_does_not_hide_the_final_dot)
{
    check_list(LIST_FORMAT_RPZ, "$ORIGIN rpz.\n" ZONE "a\\\\.rpz. CNAME .\nb\\\\. CNAME .\nc\\.\\. CNAME .\n",
               "5 nxdomain exact a\\\\\n"
               "6 skipped: owner outside the zone\n"
               "7 nxdomain exact c\\.\\.\n");
}

TEST(names_that_grow_past_255_octets_with_their_origin_are_flaws)
{
    char text[1024];
    char label[64];
    memset(label, 'x', 63);
    label[63] = '\0';
    for (int n = 57; n <= 58; n++) { /* 3 * 64 + n + 1 octets, and "rpz" with the root: 255 with 57 */
        snprintf(text, sizeof text, "$ORIGIN rpz.\n%s%s.%s.%s.%.*s CNAME .\n", ZONE, label, label, label, n, label);
        check_int(read_octets(LIST_FORMAT_RPZ, text, strlen(text)), ==, 0);
        check_int(stats.rules, ==, n == 57);
        check_int(stats.skipped[LIST_FLAW_NAME], ==, n == 58);
    }
}

/* ---- which format ---- */

TEST(the_format_is_found_from_the_first_lines)
{
    static const struct {
        const char *text;
        enum list_format format;
    } cases[] = {
        {"", LIST_FORMAT_NAMES},
        {"# only comments\n\n", LIST_FORMAT_NAMES},
        {"# x\na.example\n", LIST_FORMAT_NAMES},
        {"127.0.0.1 localhost\n", LIST_FORMAT_HOSTS},
        {"! x\n\n0.0.0.0\ta.example\n", LIST_FORMAT_HOSTS},
        {"; x\n$TTL 300\n", LIST_FORMAT_RPZ},
        {"$origin rpz.\n", LIST_FORMAT_RPZ},
        {"@ IN SOA a. b. 1 2 3 4 5\n", LIST_FORMAT_RPZ},
        {"a.example cname .\n", LIST_FORMAT_RPZ},
        {"192.0.2.1\n0.0.0.0 a.example\n", LIST_FORMAT_HOSTS}, /* a bare address says nothing */
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        check_int(read_octets(LIST_FORMAT_AUTO, cases[i].text, strlen(cases[i].text)), ==, 0);
        check_int(stats.format, ==, cases[i].format);
    }
}

TEST(reading_begins_at_the_current_place)
{
    static const enum list_format formats[] = {LIST_FORMAT_NAMES, LIST_FORMAT_AUTO};
    for (size_t i = 0; i < array_len(formats); i++) {
        int fd = fd_of("a.example\nb.example\n", 20);
        check_int(lseek(fd, 10, SEEK_SET), ==, 10);
        told = (struct told){0};
        check_int(list_read(fd, formats[i], (struct list_handler){.on_rule = on_rule, .self = &told}, &stats), ==, 0);
        check_str(told.text, "1 nxdomain both b.example\n");
        close(fd);
    }
}

TEST(formats_have_words)
{
    enum list_format f = LIST_FORMAT_COUNT;
    for (unsigned i = 0; i < LIST_FORMAT_COUNT; i++) {
        check_int(list_format_parse(list_format_word((enum list_format)i), &f), ==, 0);
        check_int(f, ==, i);
    }
    check_int(list_format_parse("RPZ", &f), ==, -EINVAL);
    check_str(list_format_word(LIST_FORMAT_COUNT), "unknown");
    check_str(list_flaw_text(LIST_FLAW_COUNT), "unknown");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
