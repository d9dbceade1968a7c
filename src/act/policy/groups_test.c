/* Client groups: the longest prefix, names and tokens, and which lists count for whom in which order. */
#include "act/policy/groups.h"

#include <errno.h>
#include <stdlib.h>

#include "act/policy/image_bench.h"

static struct group_settings settings;

static void begin(void)
{
    memset(&settings, 0, sizeof settings);
}

static uint16_t add_group(const char *name)
{
    snprintf(settings.groups[settings.count].name, sizeof settings.groups[0].name, "%s", name);
    return (uint16_t)++settings.count;
}

static void add_prefix(uint16_t group, const char *text)
{
    check_int(addr_prefix_parse(text, &settings.prefixes[settings.prefix_count].prefix), ==, 0);
    settings.prefixes[settings.prefix_count++].group = group;
}

static void add_list(uint16_t group, const char *name, bool without)
{
    snprintf(settings.lists[settings.list_count].name, sizeof settings.lists[0].name, "%s", name);
    settings.lists[settings.list_count].group = group;
    settings.lists[settings.list_count++].without = without;
}

static struct policy_groups *make(void)
{
    struct policy_groups *g = NULL;
    check_int(policy_groups_new(&settings, &g), ==, 0);
    return g;
}

static unsigned group_of(const struct policy_groups *g, const char *text)
{
    struct addr a;
    check_int(addr_parse(text, &a), ==, 0);
    return policy_group_of_client(g, &a);
}

TEST(the_longest_prefix_holds)
{
    begin();
    uint16_t wide = add_group("wide"), narrow = add_group("narrow"), six = add_group("six");
    add_prefix(wide, "192.0.2.0/24");
    add_prefix(narrow, "192.0.2.128/25");
    add_prefix(wide, "192.0.2.200/32");
    add_prefix(six, "::/0");
    struct policy_groups *g = make();
    check_int(group_of(g, "192.0.2.1"), ==, wide);
    check_int(group_of(g, "192.0.2.129"), ==, narrow);
    check_int(group_of(g, "192.0.2.200"), ==, wide);
    check_int(group_of(g, "198.51.100.1"), ==, 0); /* all of IPv6 is not all of IPv4 */
    check_int(group_of(g, "2001:db8::1"), ==, six);
    check_str(policy_group_name(g, narrow), "narrow");
    check_str(policy_group_name(g, 0), "");
    check_str(policy_group_name(g, 99), "");
    check_int(policy_group_id(g, narrow), ==, dns_group_id("narrow"));
    policy_groups_free(g);
}

TEST(names_in_any_case_and_whole_tokens)
{
    begin();
    uint16_t a = add_group("a");
    snprintf(settings.server_names[0].name, sizeof settings.server_names[0].name, "school.dns.example");
    settings.server_names[0].group = a;
    settings.server_name_count = 1;
    snprintf(settings.tokens[0].token, sizeof settings.tokens[0].token, "0123456789abcdef");
    settings.tokens[0].group = a;
    settings.token_count = 1;
    struct policy_groups *g = make();
    check_int(policy_group_of_server_name(g, "School.DNS.example", 18), ==, a);
    check_int(policy_group_of_server_name(g, "school.dns.exampl", 17), ==, -ENOENT);
    check_int(policy_group_of_token(g, "0123456789abcdef", 16), ==, a);
    check_int(policy_group_of_token(g, "0123456789abcde", 15), ==, -ENOENT);
    check_int(policy_group_of_token(g, "0123456789abcdeF", 16), ==, -ENOENT);
    policy_groups_free(g);
}

TEST(settings_are_compared_member_by_member)
{
    static struct group_settings before;
    begin();
    uint16_t a = add_group("a");
    add_prefix(a, "192.0.2.0/24");
    add_list(a, "ads", true);
    before = settings;
    check(group_settings_equal(&before, &settings));
    settings.lists[0].without = false;
    check(!group_settings_equal(&before, &settings));
    settings = before;
    settings.prefixes[0].prefix.bits++;
    check(!group_settings_equal(&before, &settings));
    settings = before;
    snprintf(settings.groups[0].member, sizeof settings.groups[0].member, "city");
    check(!group_settings_equal(&before, &settings));
    settings = before;
    add_group("b");
    check(!group_settings_equal(&before, &settings));
}

TEST(nothing_is_given_twice)
{
    struct policy_groups *g = NULL;
    begin();
    add_prefix(add_group("a"), "192.0.2.0/24");
    add_prefix(add_group("b"), "192.0.2.0/24");
    check_int(policy_groups_new(&settings, &g), ==, -EEXIST);
    begin();
    add_group("a");
    add_group("a");
    check_int(policy_groups_new(&settings, &g), ==, -EEXIST);
}

/* An image with these lists, one of them only for the group "lab". */
static struct policy_image *image_of_lists(void)
{
    struct bench b = bench_begin();
    bench_list(&b, 1, "ads");
    bench_list(&b, 2, "games");
    bench_list(&b, 3, "malware");
    struct policy_list only = {.id = 0, .name = "by hand", .group = "lab"};
    b.list = policy_builder_list(b.builder, &only);
    bench_add(&b, "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 1);
    return bench_open(&b);
}

/* The lists that count, in their order. */
static const char *order_for(const struct policy_groups *g, unsigned group, const struct policy_image *im,
                             bool *ret_plain)
{
    static char text[256];
    static uint16_t orders[POLICY_LISTS_MAX];
    *ret_plain = policy_group_orders(g, group, im, orders);
    text[0] = '\0';
    for (unsigned turn = 0; turn < POLICY_LISTS_MAX; turn++) {
        int least = -1;
        for (int i = 0; policy_image_list(im, (unsigned)i); i++)
            if (orders[i] != POLICY_ORDER_NONE && (least < 0 || orders[i] < orders[least]))
                least = i;
        if (least < 0)
            break;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", policy_image_list(im, (unsigned)least)->name);
        orders[least] = POLICY_ORDER_NONE;
    }
    return text;
}

TEST(own_lists_come_first_and_those_taken_away_not_at_all)
{
    begin();
    uint16_t school = add_group("school"), lab = add_group("lab");
    add_list(school, "malware", false);
    add_list(school, "games", false);
    add_list(lab, "ads", true);
    add_list(0, "games", true);
    struct policy_groups *g = make();
    struct policy_image *im = image_of_lists();
    bool plain;
    check_str(order_for(g, 0, im, &plain), "ads malware ");
    check(!plain);
    check_str(order_for(g, school, im, &plain), "malware games ads ");
    check(!plain);
    check_str(order_for(g, lab, im, &plain), "by hand malware ");
    check_str(order_for(NULL, 0, im, &plain), "ads games malware ");
    check(!plain); /* the list of the lab's own does not count for everybody */
    policy_image_close(im);
    policy_groups_free(g);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
