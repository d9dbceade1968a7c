/* Subjects as people write them, in their one form. */
#include "act/policy/subject.h"

#include <errno.h>
#include <stdlib.h>

#include "base/test.h"

TEST(each_has_one_form)
{
    static const struct {
        const char *text, *form;
        unsigned trigger;
    } cases[] = {
        {"Evil.Example.", "evil.example", DNS_TRIGGER_NAME},
        {".", ".", DNS_TRIGGER_NAME},
        {"192.0.2.1", "192.0.2.1", DNS_TRIGGER_ADDRESS},
        {"192.0.2.1/32", "192.0.2.1", DNS_TRIGGER_ADDRESS},
        {"192.0.2.0/24", "192.0.2.0/24", DNS_TRIGGER_ADDRESS},
        {"0.0.0.0/0", "0.0.0.0/0", DNS_TRIGGER_ADDRESS},
        {"2001:DB8::1", "2001:db8::1", DNS_TRIGGER_ADDRESS},
        {"2001:db8::/32", "2001:db8::/32", DNS_TRIGGER_ADDRESS},
        {"::/0", "::/0", DNS_TRIGGER_ADDRESS},
    };
    for (size_t i = 0; i < array_len(cases); i++) {
        struct policy_subject_text s;
        check_int(policy_subject_parse(cases[i].text, &s), ==, 0);
        check_str(s.text, cases[i].form);
        check_int(s.subject.trigger, ==, cases[i].trigger);
    }
}

TEST(what_is_none_is_refused)
{
    static const char *const cases[] = {"", "a..b", "2001:db8::1/129", "2001:db8::1/32", "192.0.2.1/24", "192.0.2.256", "1.2.3"};
    for (size_t i = 0; i < array_len(cases); i++) {
        struct policy_subject_text s;
        check_int(policy_subject_parse(cases[i], &s), ==, -EINVAL);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
