/* Known places: whose they are, how long, how many failures they bear, and which one gives way. */
#include "api/signing_in/known_places.h"

#include "base/test.h"

#define DAY_US INT64_C(86400000000)

static struct addr of(const char *text)
{
    struct addr a;
    check_int(addr_parse(text, &a), ==, 0);
    return a;
}

TEST(a_place_is_known_to_its_account_alone)
{
    struct known_places *p = known_places_new();
    struct addr here = of("192.0.2.7"), there = of("192.0.2.8"), six = of("2001:db8:1:2::5"), same = of("2001:db8:1:2:ffff::1"), other = of("2001:db8:1:3::5");
    check(!known_places_has(p, 1, &here, DAY_US));
    known_places_add(p, 1, &here, DAY_US);
    known_places_add(p, 1, &six, DAY_US);
    check(known_places_has(p, 1, &here, DAY_US));
    check(!known_places_has(p, 2, &here, DAY_US));
    check(!known_places_has(p, 1, &there, DAY_US));
    check(known_places_has(p, 1, &same, DAY_US)); /* the same /64 */
    check(!known_places_has(p, 1, &other, DAY_US));
    check(known_places_has(p, 1, &here, 90 * DAY_US));
    check(!known_places_has(p, 1, &here, 91 * DAY_US));
    known_places_free(p);
}

TEST(failures_of_a_place_are_its_own_until_there_are_too_many)
{
    struct known_places *p = known_places_new();
    struct addr here = of("192.0.2.7"), there = of("192.0.2.8");
    known_places_add(p, 1, &here, DAY_US);
    check(!known_places_failed(p, 1, &there));
    for (unsigned i = 0; i < 5; i++) {
        check(known_places_has(p, 1, &here, DAY_US));
        check(known_places_failed(p, 1, &here));
    }
    check(!known_places_has(p, 1, &here, DAY_US)); /* as any other place from here on */
    check(!known_places_failed(p, 1, &here));
    known_places_add(p, 1, &here, 2 * DAY_US); /* it got in */
    check(known_places_has(p, 1, &here, 2 * DAY_US));
    known_places_free(p);
}

TEST(the_least_recently_used_gives_way)
{
    struct known_places *p = known_places_new();
    struct addr here = of("192.0.2.7");
    for (unsigned i = 0; i < KNOWN_PLACES_MAX; i++)
        known_places_add(p, 10 + i, &here, 1000 + i);
    known_places_add(p, 10, &here, 9000);
    known_places_add(p, 5, &here, 9001);
    check(known_places_has(p, 5, &here, 9001));
    check(known_places_has(p, 10, &here, 9001));
    check(!known_places_has(p, 11, &here, 9001));
    check(known_places_has(p, 12, &here, 9001));
    known_places_free(p);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
