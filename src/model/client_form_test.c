/* Client addresses whole, cut and hidden. */
#include "model/client_form.h"

#include "base/test.h"

static struct addr parse(const char *text)
{
    struct addr a = {{0}};
    check_int(addr_parse(text, &a), ==, 0);
    return a;
}

static void check_form(const struct client_form *form, const struct client_key *key, const char *from, const char *to)
{
    char text[ADDR_TEXT_MAX];
    struct addr a = parse(from), got = client_in_form(form, key, &a);
    check_str(addr_format(&got, text), to);
}

TEST(a_prefix_keeps_the_network)
{
    static const struct client_key none;
    static const struct {
        uint8_t ipv4, ipv6;
        const char *from, *to;
    } cases[] = {
        {24, 48, "192.0.2.129", "192.0.2.0"},
        {24, 48, "2001:db8:1:2:3:4:5:6", "2001:db8:1::"},
        {32, 128, "192.0.2.129", "192.0.2.129"},
        {32, 128, "2001:db8::1", "2001:db8::1"},
        {0, 0, "192.0.2.129", "0.0.0.0"},
        {0, 0, "2001:db8::1", "::"},
        {25, 45, "192.0.2.255", "192.0.2.128"},
        {31, 45, "192.0.2.255", "192.0.2.254"},
        {1, 45, "2001:db8:ffff::1", "2001:db8:fff8::"},
    };
    for (size_t i = 0; i < array_len(cases); i++)
        check_form(&(struct client_form){CLIENT_PREFIX, cases[i].ipv4, cases[i].ipv6}, &none, cases[i].from, cases[i].to);
    check_form(&(struct client_form){.kind = CLIENT_FULL}, &none, "192.0.2.129", "192.0.2.129");
}

TEST(a_pseudonym_holds_for_a_key_and_shows_no_network)
{
    struct client_form form = {.kind = CLIENT_PSEUDONYM};
    struct client_key key = {{1, 2}, {3, 4}}, other = {{1, 2}, {3, 5}};
    struct addr a = parse("192.0.2.1"), b = parse("192.0.2.2");
    struct addr of_a = client_in_form(&form, &key, &a), again = client_in_form(&form, &key, &a);
    struct addr of_b = client_in_form(&form, &key, &b), under_other = client_in_form(&form, &other, &a);
    check_bytes(of_a.bytes, again.bytes, sizeof of_a.bytes);
    check_int(of_a.bytes[0], ==, 0xfd);
    check(!addr_is_v4(&of_a));
    check(memcmp(of_a.bytes + 8, under_other.bytes + 8, 8) != 0);
    unsigned equal = 0;
    for (size_t i = 1; i < sizeof of_a.bytes; i++)
        equal += of_a.bytes[i] == of_b.bytes[i];
    check_int(equal, <, 4); /* of 15, by chance one in 17 */
}

TEST(words)
{
    check_str(client_form_word(CLIENT_FULL), "full");
    check_str(client_form_word(CLIENT_PSEUDONYM), "pseudonym");
    check_str(client_form_word(CLIENT_FORM_COUNT), "unknown");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
