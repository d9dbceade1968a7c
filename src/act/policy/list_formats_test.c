/* Adblock, CSV, dnsmasq and unbound lists: what each kind of line means, what is skipped and why, and how they are told
 * from each other. */
#include "act/policy/list_told.h"

/* ---- adblock ---- */

TEST(adblock_rules_about_domains)
{
    check_list(LIST_FORMAT_ADBLOCK,
               "[Adblock Plus 2.0]\n"
               "! Title: x\n"
               "# a comment\n"
               "\n"
               "||Ads.Example^\n"
               "  ||blank.example^  \n"
               "||end.example^|\n"
               "||*.below.example^\n"
               "|exact.example^\n"
               "|exact2.example|\n"
               "bare.example\n"
               "@@||good.example^\n"
               "@@|good2.example^\n"
               "||hard.example^$important\n"
               "||hard2.example^$all,document\n"
               "0.0.0.0 hosts.example\n"
               "192.0.2.7 data.example\n",
               "5 nxdomain both ads.example\n"
               "6 nxdomain both blank.example\n"
               "7 nxdomain both end.example\n"
               "8 nxdomain below below.example\n"
               "9 nxdomain exact exact.example\n"
               "10 nxdomain exact exact2.example\n"
               "11 nxdomain exact bare.example\n"
               "12 pass both good.example\n"
               "13 pass exact good2.example\n"
               "14 nxdomain both hard.example\n"
               "15 nxdomain both hard2.example\n"
               "16 nxdomain exact hosts.example\n"
               "17 local-data exact data.example A 300 192.0.2.7\n");
    check_int(stats.skipped_all, ==, 0);
}

TEST(adblock_rules_that_mean_less_than_a_domain_are_skipped)
{
    static const char *const rules[] = {
        "||ads.example^$third-party",
        "||ads.example^$important,script",
        "||ads.example^$",
        "@@||site.example^$document", /* the pages of a site, whatever they load; not its name */
        "||example.co",               /* goes on: example.com */
        "|http://ads.example/",
        "|https://ads.example^",
        "||ads.example/banner^",
        "||ads*.example^",
        "||ads.example:8080^",
        "ads",
        "/ads/banner.",
        "/^ads[0-9]+\\./",
        "-banner-468x60.",
        "&ad_type=",
        "##.banner",
        "example.com##.banner",
        "example.com#@#.banner",
        "example.com#?#div:has(.ad)",
        "example.com$$script[data-src=\"x\"]",
        "||^",
        "@@",
    };
    for (size_t i = 0; i < array_len(rules); i++) {
        check_int(read_octets(LIST_FORMAT_ADBLOCK, rules[i], strlen(rules[i])), ==, 0);
        check_int(stats.rules, ==, 0);
        if (stats.skipped_all != 1 || stats.rules != 0)
            printf("# %s\n", rules[i]);
        check_int(stats.skipped_all, ==, 1);
    }
    check_list(LIST_FORMAT_ADBLOCK, "||192.0.2.1^\n||a..b^\n||x^$client=1\n",
               "1 skipped: an address, not a name\n"
               "2 skipped: not a domain name\n"
               "3 skipped: not a rule about a whole domain\n");
}

/* ---- CSV ---- */

static void check_csv(const char *column, const char *text, const char *want)
{
    struct list_reading how = {.format = LIST_FORMAT_CSV};
    snprintf(how.column, sizeof how.column, "%s", column);
    check_int(read_reading(&how, text, strlen(text)), ==, 0);
    check_str(told.text, want);
}

TEST(a_csv_column_by_header_number_or_itself)
{
    static const char text[] = "# made today\n"
                               "date,URL,note\r\n"
                               "2026/01/01 10:00,http://a.example/x,first\r\n"
                               "2026/01/02,https://user@B.example:8443?q,\"second, third\"\r\n"
                               "\r\n"
                               "2026/01/03,ftp://c.example,x";
    static const char want[] = "3 nxdomain exact a.example\n"
                               "4 nxdomain exact b.example\n"
                               "6 nxdomain exact c.example\n";
    check_csv("", text, want);
    check_csv("url", text, want);
    check_csv("2", text, want);
    check_int(stats.rules, ==, 3);
    check_int(stats.skipped_all, ==, 0);
    check_csv("link", text,
              "2 skipped: no such column\n3 skipped: no such column\n4 skipped: no such column\n6 skipped: no such column\n");
    check_csv("4", text,
              "2 skipped: no such column\n3 skipped: no such column\n4 skipped: no such column\n6 skipped: no such column\n");
}

TEST(csv_without_a_header)
{
    check_csv("", "1,google.example\n2,bing.example\n", "1 nxdomain both google.example\n2 nxdomain both bing.example\n");
    check_csv("", "1.5,\"a.example\",x\n2.5,\"b.example\",y\n", "1 nxdomain both a.example\n2 nxdomain both b.example\n");
    check_csv("2", "x,a.example\nb.example,c.example\n", "1 nxdomain both a.example\n2 nxdomain both c.example\n");
    /* A header of words of its own: the column shows itself in the first record that has a name. */
    check_csv("", "rank,site\n1,a.example\nx.example,b.example\n", "2 nxdomain both a.example\n3 nxdomain both b.example\n");
    check_csv("", "http://a.example/1,2\n", "1 nxdomain exact a.example\n");
}

/* RFC 4180 2.5 to 2.7 */
TEST(quoted_csv_fields)
{
    check_csv("2",
              "n,d\n"
              "\"one\",\"a.example\"\n"
              "\"two \"\"2\"\", too\",b.example\n"
              "\"a\nnote\nof lines\",c.example\n"
              "x,\"d.example\",\"note\nof two lines\"\n"
              "y, e.example \n"
              "z,\"f.example\"x\n"
              "z,g.example\n",
              "2 nxdomain both a.example\n"
              "3 nxdomain both b.example\n"
              "4 nxdomain both c.example\n"
              "7 nxdomain both d.example\n"
              "9 nxdomain both e.example\n"
              "10 skipped: not in the list's format\n"
              "11 nxdomain both g.example\n");
}

TEST(an_open_quote_does_not_swallow_the_list)
{
    char text[4096] = "a.example,\"open\n";
    for (int i = 0; i < 80; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "n%d.example,x\n", i);
    check_int(read_octets(LIST_FORMAT_CSV, text, strlen(text)), ==, 0);
    check_int(stats.skipped[LIST_FLAW_SYNTAX], ==, 1);
    check_int(stats.rules, ==, 80 - 63);
    check(strstr(told.text, "81 nxdomain both n79.example\n") != NULL);
    check_csv("", "a.example,x\nb.example,\"open\n", "1 nxdomain both a.example\n2 skipped: not in the list's format\n");
}

TEST(flaws_of_csv)
{
    check_csv("1",
              "host,x\n"
              "192.0.2.1,x\n"
              "http://[2001:db8::1]/,x\n"
              "http://b..example/,x\n"
              ",x\n"
              "two words,x\n"
              "http:///,x\n"
              "z.example\n",
              "2 skipped: an address, not a name\n"
              "3 skipped: an address, not a name\n"
              "4 skipped: not a domain name\n"
              "5 skipped: not a domain name\n"
              "6 skipped: not a domain name\n"
              "7 skipped: not a domain name\n"
              "8 nxdomain both z.example\n");
}

/* ---- dnsmasq ---- */

TEST(dnsmasq_lines)
{
    check_list(LIST_FORMAT_DNSMASQ,
               "# comment\n"
               "address=/a.example/\n"
               "address=/b.example/#\n"
               "address=/c.example/0.0.0.0\n"
               "address=/d.example/e.example/::\n"
               "address=/f.example/192.0.2.1\n"
               "server=/g.example/\n"
               "local=/h.example/\n"
               "server=/i.example/#\n"
               "--address=/j.example/127.0.0.1 # why\n"
               "server=/k.example/192.0.2.53\n"
               "address=/l.example/nowhere\n"
               "address=/m..example/\n"
               "address=192.0.2.1\n"
               "address=/\n"
               "bogus-priv\n"
               "address=/#/192.0.2.1\n",
               "2 nxdomain both a.example\n"
               "3 nxdomain both b.example\n"
               "4 nxdomain both c.example\n"
               "5 nxdomain both d.example\n"
               "5 nxdomain both e.example\n"
               "6 local-data both f.example A 300 192.0.2.1\n"
               "7 nxdomain both g.example\n"
               "8 nxdomain both h.example\n"
               "9 pass both i.example\n"
               "10 nxdomain both j.example\n"
               "11 skipped: not a rule about a whole domain\n"
               "12 skipped: not in the list's format\n"
               "13 skipped: not a domain name\n"
               "14 skipped: not in the list's format\n"
               "15 skipped: not in the list's format\n"
               "16 skipped: not in the list's format\n"
               "17 skipped: not a domain name\n");
}

/* ---- unbound ---- */

TEST(unbound_lines)
{
    check_list(LIST_FORMAT_UNBOUND,
               "# comment\n"
               "server:\n"
               "local-zone: \"a.example.\" always_nxdomain\n"
               "  local-zone: b.example static # why\n"
               "local-zone: \"c.example\" always_null\n"
               "local-zone: \"d.example\" deny\n"
               "local-zone: \"e.example\" always_nodata\n"
               "local-zone: \"f.example\" always_transparent\n"
               "local-zone: \"g.example\" redirect\n"
               "local-data: \"g.example A 0.0.0.0\"\n"
               "local-data: \"h.example 300 IN AAAA 2001:db8::1\"\n"
               "local-zone: \"i.example\" nodefault\n"
               "local-zone: \"j.example\"\n"
               "local-zone: \"k.example static\n"
               "local-data: \"l.example MX 10 m.example\"\n"
               "local-data: \"m.example A 2001:db8::1\"\n"
               "forward-zone:\n"
               "local-zone: \".\" static\n",
               "3 nxdomain both a.example\n"
               "4 nxdomain both b.example\n"
               "5 nxdomain both c.example\n"
               "6 drop both d.example\n"
               "7 nodata both e.example\n"
               "8 pass both f.example\n"
               "9 nxdomain both g.example\n"
               "10 nxdomain exact g.example\n"
               "11 local-data exact h.example AAAA 300 20010db8000000000000000000000001\n"
               "12 skipped: not a rule about a whole domain\n"
               "13 skipped: not in the list's format\n"
               "14 skipped: not in the list's format\n"
               "15 skipped: record type not usable as local data\n"
               "16 skipped: not in the list's format\n"
               "17 skipped: not in the list's format\n"
               "18 skipped: not a domain name\n");
}

/* ---- which format ---- */

TEST(these_formats_are_found_from_the_first_lines)
{
    static const struct {
        const char *text;
        enum list_format format;
    } cases[] = {
        {"! Title\n||a.example^\n", LIST_FORMAT_ADBLOCK},
        {"[Adblock Plus 2.0]\na.example\n", LIST_FORMAT_ADBLOCK},
        {"@@||a.example^\n", LIST_FORMAT_ADBLOCK},
        {"# x, y\ndate,URL\n", LIST_FORMAT_CSV},
        {"\"a.example\",\"x\"\n", LIST_FORMAT_CSV},
        {"First seen,URL\n", LIST_FORMAT_CSV},
        {"http://a.example/x\n", LIST_FORMAT_CSV},
        {"a.example # one, two\n", LIST_FORMAT_NAMES},
        {"# x\naddress=/a.example/\n", LIST_FORMAT_DNSMASQ},
        {"server=/a.example/\n", LIST_FORMAT_DNSMASQ},
        {"local=/a.example/\n", LIST_FORMAT_DNSMASQ},
        {"server:\n", LIST_FORMAT_UNBOUND},
        {"  local-zone: \"a.example\" static\n", LIST_FORMAT_UNBOUND},
        {"local-data: \"a.example A 192.0.2.1\"\n", LIST_FORMAT_UNBOUND},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        check_int(read_octets(LIST_FORMAT_AUTO, cases[i].text, strlen(cases[i].text)), ==, 0);
        check_int(stats.format, ==, cases[i].format);
    }
}

TEST(a_reading_is_written_as_text_and_read_again)
{
    struct list_reading r;
    char text[LIST_FORMAT_TEXT_MAX];
    check_int(list_reading_parse("csv:URL", &r), ==, 0);
    check_int(r.format, ==, LIST_FORMAT_CSV);
    check_str(r.column, "URL");
    check_str(list_reading_format(&r, text), "csv:URL");
    check_int(list_reading_parse("hosts", &r), ==, 0);
    check_str(r.column, "");
    check_str(list_reading_format(&r, text), "hosts");
    static const char *const wrong[] = {"", "csv:", "csv:0", "csv:0000", "hosts:1", "CSV", "xml",
                                        "csv:a-name-that-is-longer-than-any-column-can-ever-be"};
    for (size_t i = 0; i < array_len(wrong); i++)
        check_int(list_reading_parse(wrong[i], &r), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
