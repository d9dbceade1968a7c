/* What is one's own: below it, in it, and around it. */
#include "apps/belief/own_values.h"

#include <errno.h>
#include <string.h>

#include "base/test.h"

static struct own_values own;

static bool have(enum subject_kind kind, const char *value)
{
    struct subject s;
    check_int(subject_read(kind, value, strlen(value), &s), ==, 0);
    return own_values_have(&own, &s);
}

TEST(names_and_networks_below_and_above)
{
    memset(&own, 0, sizeof own);
    check(!have(SUBJECT_DOMAIN, "city.example"));
    check_int(own_values_add(&own, "City.Example."), ==, 0);
    check_int(own_values_add(&own, "192.0.2.0/24"), ==, 0);
    check_int(own_values_add(&own, "2001:db8::53"), ==, 0);
    check(have(SUBJECT_DOMAIN, "city.example") && have(SUBJECT_HOST, "mail.city.example") && have(SUBJECT_DOMAIN, "a.b.city.example"));
    check(have(SUBJECT_DOMAIN, "example"));
    check(!have(SUBJECT_HOST, "example"));
    check(!have(SUBJECT_DOMAIN, "notcity.example") && !have(SUBJECT_DOMAIN, "city.example.net"));
    check(have(SUBJECT_ADDRESS, "192.0.2.9") && !have(SUBJECT_ADDRESS, "192.0.3.9") && have(SUBJECT_ADDRESS, "2001:db8::53"));
    check(have(SUBJECT_PREFIX, "192.0.0.0/16") && have(SUBJECT_PREFIX, "192.0.2.64/26") && !have(SUBJECT_PREFIX, "192.1.0.0/16"));
    check(have(SUBJECT_URL, "https://www.city.example:8443/login") && have(SUBJECT_URL, "http://[2001:db8::53]/") &&
          have(SUBJECT_URL, "http://192.0.2.1?x"));
    check(!have(SUBJECT_URL, "https://evil.example/city.example") && !have(SUBJECT_EMAIL, "a@city.example"));
}

TEST(only_names_and_networks_are_taken_and_not_too_many)
{
    memset(&own, 0, sizeof own);
    check_int(own_values_add(&own, "https://city.example/"), ==, -EINVAL);
    check_int(own_values_add(&own, "AS64500"), ==, -EINVAL);
    check_int(own_values_add(&own, ""), ==, -EINVAL);
    for (unsigned i = 0; i < OWN_VALUES_MAX; i++)
        check_int(own_values_add(&own, "city.example"), ==, 0);
    check_int(own_values_add(&own, "city.example"), ==, -E2BIG);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
