/* What a report is about: names, addresses and URLs as people write them; and references. */
#include "api/intake/report_intake.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

static const char *subject_of(const char *given)
{
    static struct policy_subject_text s;
    return report_intake_subject(given, &s) < 0 ? "none" : s.text;
}

TEST(names_addresses_and_urls)
{
    check_str(subject_of("Shop.Example."), "shop.example");
    check_str(subject_of("  shop.example\n"), "shop.example");
    check_str(subject_of("https://user:secret@Shop.Example:8443/a/b?c#d"), "shop.example");
    check_str(subject_of("http://shop.example"), "shop.example");
    check_str(subject_of("192.0.2.1"), "192.0.2.1");
    check_str(subject_of("http://[2001:db8::1]:80/"), "2001:db8::1");
    check_str(subject_of("xn--wgv71a119e.jp"), "xn--wgv71a119e.jp");
}

TEST(what_is_none_of_them)
{
    static const char *const wrong[] = {"", " ", "*.example", "a b", "a.example/path", "http://", "http:///x", "a..b", ".", "<script>", "192.0.2.0/33",
                                        "://x", "http://a b/", "x:80"};
    for (size_t i = 0; i < array_len(wrong); i++)
        check_str(subject_of(wrong[i]), "none");
    char longest[2000];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    check_str(subject_of(longest), "none");
}

TEST(references_are_read_as_people_write_them)
{
    char reference[REPORT_REFERENCE_MAX], shown[REPORT_SHOWN_MAX];
    check_int(report_reference_read("abcd-efgh-ijkl-mn23", reference), ==, 0);
    check_str(reference, "ABCDEFGHIJKLMN23");
    check_int(report_reference_read("ABCD EFGH IJKL MN23", reference), ==, 0);
    check_str(report_reference_show(reference, shown), "ABCD-EFGH-IJKL-MN23");
    static const char *const wrong[] = {"", "ABCD", "ABCDEFGHIJKLMN231", "ABCDEFGHIJKLMN20", "ABCDEFGHIJKLMN2'", "ABCD/EFGH/IJKL/MN23"};
    for (size_t i = 0; i < array_len(wrong); i++)
        check_int(report_reference_read(wrong[i], reference), ==, -EINVAL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
