/* What counts for a member's clients: the centre's word before everything, the member's own behind the layer by hand, lists by their set. */
#include <errno.h>
#include <stdlib.h>

#include "act/policy/image_bench.h"
#include "act/policy/policy.h"
#include "base/writer.h"

static struct group_settings settings;

static struct member_table *make_table(void)
{
    static const struct member_table_list own[] = {{.name = "games"}, {.name = "social", .without = true}};
    static const char *const networks[] = {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"};
    char folder[] = "/tmp/policy_members.XXXXXX";
    struct member_table_builder *b;
    struct member_table_stats stats;
    struct member_table *t = NULL;
    check(mkdtemp(folder) != NULL);
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check_int(member_table_builder_new(&b), ==, 0);
    check_int(member_table_add(b, 7, "hospital", own, 2), ==, 0);
    check_int(member_table_add(b, 9, "bank", NULL, 0), ==, 0);
    for (unsigned i = 0; i < 3; i++) {
        struct addr_prefix p = {0};
        check_int(addr_prefix_parse(networks[i], &p), ==, 0);
        check_int(member_table_add_network(b, i == 1 ? 9 : 7, &p), ==, 0);
    }
    check_int(member_table_finish(b, dir, "members", 1, &stats), ==, 0);
    member_table_builder_free(b);
    check_int(member_table_open(dir, "members", &t, NULL), ==, 0);
    unlinkat(dir, "members", 0);
    close(dir);
    rmdir(folder);
    return t;
}

static struct policy_groups *make_groups(void)
{
    struct policy_groups *g = NULL;
    memset(&settings, 0, sizeof settings);
    settings.count = 1;
    snprintf(settings.groups[0].name, sizeof settings.groups[0].name, "ward");
    snprintf(settings.groups[0].member, sizeof settings.groups[0].member, "hospital");
    check_int(addr_prefix_parse("203.0.113.0/25", &settings.prefixes[0].prefix), ==, 0);
    settings.prefixes[0].group = 1;
    settings.prefix_count = 1;
    snprintf(settings.lists[0].name, sizeof settings.lists[0].name, "games"); /* only for groups */
    settings.lists[0].without = true;
    settings.list_count = 1;
    check_int(policy_groups_new(&settings, &g), ==, 0);
    return g;
}

static void member_list(struct bench *b, uint16_t member, bool by_member)
{
    struct policy_list l = {.ede = DNS_EDE_BLOCKED, .name = "of a member", .member = member, .by_member = by_member};
    b->list = policy_builder_list(b->builder, &l);
    check(b->list >= 0);
}

static struct policy *make(struct policy_groups *groups)
{
    struct bench hand = bench_begin(), lists = bench_begin();
    bench_list(&hand, 0, "by hand");
    bench_add(&hand, "centre.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 1);
    member_list(&hand, 7, false);
    bench_add(&hand, "told.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 2);
    bench_add(&hand, "centre.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 3); /* for the hospital the centre says otherwise */
    member_list(&hand, 7, true);
    bench_add(&hand, "told.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 4);
    bench_add(&hand, "listed.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 5);
    member_list(&hand, 9, true);
    bench_add(&hand, "www.centre.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 6);
    bench_add(&hand, "own.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 7);
    bench_list(&lists, 3, "listed");
    bench_add(&lists, "listed.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 8);
    bench_list(&lists, 6, "games");
    bench_add(&lists, "game.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 9);
    bench_list(&lists, 9, "social");
    bench_add(&lists, "social.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 10);
    struct policy *without = policy_new(bench_open(&hand), bench_open(&lists), NULL, groups);
    struct policy *p = policy_with_members(without, make_table());
    policy_free(without);
    return p;
}

static const char *decide(const struct policy *p, const char *client, const char *text)
{
    static char said[64];
    char ref[VERDICT_REF_TEXT_MAX];
    struct dns_name name = bench_name(text);
    struct policy_probes probes;
    struct dns_decision d;
    struct dns_asker asker = {0};
    check_int(addr_parse(client, &asker.client), ==, 0);
    asker.group = policy_group_of(p, &asker.client);
    policy_prepare(p, &name, &probes);
    policy_decide(p, &probes, &name, &asker, 100, &d);
    if (d.action == DNS_ACTION_NONE)
        return "none";
    snprintf(said, sizeof said, "%s %s", dns_action_word(d.action), verdict_ref_format(d.verdict, ref));
    return said;
}

#define HOSPITAL "192.0.2.1"
#define BANK "198.51.100.1"
#define WARD "203.0.113.1" /* of a group of the configuration that is the hospital's */
#define NOBODY "8.8.8.8"

TEST(a_client_is_of_the_group_of_the_configuration_else_of_its_member)
{
    struct policy_groups *g = make_groups();
    struct policy *p = make(g);
    char text[POLICY_GROUP_TEXT_MAX];
    struct addr a;
    static const struct {
        const char *client, *group, *member;
    } cases[] = {{HOSPITAL, "member:hospital", "hospital"}, {BANK, "member:bank", "bank"}, {WARD, "ward", "hospital"},
                 {"203.0.113.200", "member:hospital", "hospital"}, {NOBODY, "", ""}};
    for (size_t i = 0; i < array_len(cases); i++) {
        check_int(addr_parse(cases[i].client, &a), ==, 0);
        unsigned group = policy_group_of(p, &a);
        check_str(policy_group_text(p, group, text), cases[i].group);
        check_str(policy_member_of_group(p, group), cases[i].member);
        if (group > 0)
            check_int(policy_find_group(p, text), ==, group);
    }
    check_int(policy_find_group(p, "member:nobody"), ==, -ENOENT);
    check_int(policy_find_group(p, "bank"), ==, -ENOENT); /* no group of the configuration */
    check_int(policy_observed_group(g, POLICY_GROUP_OF_MEMBERS + 7), ==, DNS_GROUP_OF_MEMBERS + 7);
    check_int(policy_observed_group(g, 1), ==, dns_group_id("ward"));
    policy_free(p);
    policy_groups_free(g);
}

/* What is believed to be grave: below what a member lets through, at it, and above. */
TEST(a_member_does_not_let_through_what_is_grave)
{
    struct policy_groups *g = make_groups();
    struct bench hand = bench_begin(), lists = bench_begin(), belief = bench_begin();
    bench_list(&hand, 0, "by hand");
    bench_add(&hand, "released.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 1);
    member_list(&hand, 7, true);
    bench_add(&hand, "grave.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 2);
    bench_add(&hand, "wide.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 3);
    bench_add(&hand, "light.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 4);
    bench_add(&hand, "listed.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 5);
    bench_add(&hand, "watched.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 6);
    bench_list(&lists, 3, "listed");
    bench_add(&lists, "listed.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 7);
    struct policy_list grave = {.ede = DNS_EDE_BLOCKED, .name = "indicators", .is_grave = 1}, other = {.ede = DNS_EDE_BLOCKED, .name = "indicators"};
    belief.list = policy_builder_list(belief.builder, &grave);
    static const char *const names[] = {"grave.test", "c2.wide.test", "listed.test", "released.test"};
    for (unsigned i = 0; i < array_len(names); i++)
        bench_add(&belief, names[i], DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 10 + i);
    bench_add(&belief, "watched.test", DNS_ACTION_OBSERVE, POLICY_SCOPE_BOTH, 20);
    belief.list = policy_builder_list(belief.builder, &other);
    bench_add(&belief, "light.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 21);
    struct policy *without = policy_new(bench_open(&hand), bench_open(&lists), bench_open(&belief), g);
    struct policy *p = policy_with_members(without, make_table());
    policy_free(without);
    check_str(decide(p, HOSPITAL, "grave.test"), "nxdomain 10");
    check_str(decide(p, HOSPITAL, "www.grave.test"), "nxdomain 10");
    check_str(decide(p, HOSPITAL, "wide.test"), "pass 3");
    check_str(decide(p, HOSPITAL, "c2.wide.test"), "nxdomain 11");
    check_str(decide(p, HOSPITAL, "a.c2.wide.test"), "nxdomain 11");
    check_str(decide(p, HOSPITAL, "light.test"), "pass 4");
    check_str(decide(p, HOSPITAL, "watched.test"), "pass 6");    /* it is only watched */
    check_str(decide(p, NOBODY, "released.test"), "pass 1");     /* the centre may */
    check_str(decide(p, HOSPITAL, "released.test"), "pass 1");
    check_str(decide(p, WARD, "grave.test"), "nxdomain 10");
    check_str(decide(p, HOSPITAL, "listed.test"), "pass 10/7"); /* as without the member's word: a list comes before beliefs */
    policy_free(p);
    policy_groups_free(g);
}

static void put_record(struct writer *w, const char *owner, uint16_t type, const void *data, size_t len)
{
    struct dns_name n = bench_name(owner);
    writer_bytes(w, n.wire, n.len);
    writer_u16(w, type);
    writer_u16(w, DNS_CLASS_IN);
    writer_u32(w, 60);
    writer_u16(w, (uint16_t)len);
    writer_bytes(w, data, len);
}

/* Of an answer: the name, an alias of it, and the address of that. */
static const char *examine(const struct policy *p, const char *client, const char *text, const char *alias, const uint8_t address[4])
{
    static char said[80];
    char ref[VERDICT_REF_TEXT_MAX];
    uint8_t octets[512];
    struct writer w = writer_of(octets, sizeof octets);
    struct dns_name name = bench_name(text), target = bench_name(alias);
    struct policy_probes probes;
    struct dns_decision d;
    struct dns_asker asker = {0};
    for (unsigned i = 0; i < 6; i++)
        writer_u16(&w, (uint16_t[]){0, 0x8180, 1, 2, 0, 0}[i]);
    writer_bytes(&w, name.wire, name.len);
    writer_u16(&w, DNS_TYPE_A);
    writer_u16(&w, DNS_CLASS_IN);
    put_record(&w, text, DNS_TYPE_CNAME, target.wire, target.len);
    put_record(&w, alias, DNS_TYPE_A, address, 4);
    check_int(addr_parse(client, &asker.client), ==, 0);
    asker.group = policy_group_of(p, &asker.client);
    policy_prepare(p, &name, &probes);
    policy_decide(p, &probes, &name, &asker, 100, &d);
    if (!d.final)
        policy_examine(p, &asker, 100, octets, w.len, NULL, &d);
    snprintf(said, sizeof said, "%s %s %s %u", dns_action_word(d.action), verdict_ref_format(d.verdict, ref), dns_trigger_word(d.trigger), d.chain);
    return said;
}

TEST(nor_what_leads_to_it)
{
    static const uint8_t good[4] = {198, 51, 100, 80}, bad[4] = {198, 51, 100, 66}, light[4] = {198, 51, 100, 77};
    struct policy_groups *g = make_groups();
    struct bench hand = bench_begin(), lists = bench_begin(), belief = bench_begin();
    struct policy_list grave = {.ede = DNS_EDE_BLOCKED, .name = "indicators", .is_grave = 1}, other = {.ede = DNS_EDE_BLOCKED, .name = "indicators"};
    bench_list(&hand, 0, "by hand");
    bench_add(&hand, "centre.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 1);
    member_list(&hand, 7, true);
    bench_add(&hand, "own.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 2);
    bench_list(&lists, 3, "listed");
    bench_add(&lists, "listed.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 3);
    belief.list = policy_builder_list(belief.builder, &grave);
    bench_add(&belief, "grave.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 10);
    struct addr_prefix prefix = {0};
    check_int(addr_prefix_parse("198.51.100.66", &prefix), ==, 0);
    struct policy_subject subject = {.trigger = DNS_TRIGGER_ADDRESS, .prefix = &prefix};
    struct policy_rule_spec spec = {.list = (uint16_t)belief.list, .action = DNS_ACTION_NXDOMAIN, .scope = POLICY_SCOPE_EXACT};
    check_int(policy_builder_add_subject(belief.builder, &subject, &spec, 11), ==, 0);
    belief.list = policy_builder_list(belief.builder, &other);
    bench_add(&belief, "light.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 20);
    check_int(addr_prefix_parse("198.51.100.77", &prefix), ==, 0);
    spec.list = (uint16_t)belief.list;
    check_int(policy_builder_add_subject(belief.builder, &subject, &spec, 21), ==, 0);
    struct policy *without = policy_new(bench_open(&hand), bench_open(&lists), bench_open(&belief), g);
    struct policy *p = policy_with_members(without, make_table());
    policy_free(without);
    check_str(examine(p, HOSPITAL, "own.test", "good.test", good), "pass 2 name 0");
    check_str(examine(p, HOSPITAL, "own.test", "grave.test", good), "nxdomain 10 name 1");
    check_str(examine(p, HOSPITAL, "own.test", "good.test", bad), "nxdomain 11 address 1");
    check_str(examine(p, HOSPITAL, "own.test", "light.test", light), "pass 2 name 0"); /* which it may let through */
    check_str(examine(p, HOSPITAL, "own.test", "listed.test", good), "pass 2 name 0");
    check_str(examine(p, HOSPITAL, "centre.test", "grave.test", bad), "pass 1 name 0"); /* the centre may */
    check_str(examine(p, BANK, "own.test", "light.test", good), "nxdomain 20 name 1");  /* it is another's word */
    check_str(examine(p, WARD, "own.test", "grave.test", bad), "nxdomain 10 name 1");
    policy_free(p);
    policy_groups_free(g);
}

TEST(the_centres_word_comes_first_and_the_members_behind_it)
{
    struct policy_groups *g = make_groups();
    struct policy *p = make(g);
    check_str(decide(p, NOBODY, "centre.test"), "nxdomain 1");
    check_str(decide(p, BANK, "www.centre.test"), "nxdomain 1"); /* the bank lets it through, in vain */
    check_str(decide(p, HOSPITAL, "centre.test"), "pass 3");
    check_str(decide(p, HOSPITAL, "told.test"), "nxdomain 2"); /* so does the hospital */
    check_str(decide(p, WARD, "told.test"), "nxdomain 2");
    check_str(decide(p, BANK, "told.test"), "none");
    check_str(decide(p, NOBODY, "told.test"), "none");
    policy_free(p);
    policy_groups_free(g);
}

TEST(a_members_word_comes_before_lists_for_its_clients_alone)
{
    struct policy_groups *g = make_groups();
    struct policy *p = make(g);
    check_str(decide(p, HOSPITAL, "listed.test"), "pass 5");
    check_str(decide(p, WARD, "listed.test"), "pass 5");
    check_str(decide(p, BANK, "listed.test"), "nxdomain 10/8");
    check_str(decide(p, BANK, "own.test"), "nxdomain 7");
    check_str(decide(p, HOSPITAL, "own.test"), "none");
    check_str(decide(p, NOBODY, "own.test"), "none");
    policy_free(p);
    policy_groups_free(g);
}

TEST(its_set_of_lists_counts)
{
    struct policy_groups *g = make_groups();
    struct policy *p = make(g);
    check_str(decide(p, HOSPITAL, "game.test"), "nxdomain 20/9");
    check_str(decide(p, BANK, "game.test"), "none");
    check_str(decide(p, WARD, "game.test"), "none"); /* a group of the configuration has its own lists */
    check_str(decide(p, HOSPITAL, "social.test"), "none");
    check_str(decide(p, BANK, "social.test"), "nxdomain 30/10");
    const struct policy_list *games = policy_image_list(policy_layer(p, POLICY_LAYER_LISTS), 1);
    check(policy_list_counts(p, POLICY_LAYER_LISTS, POLICY_GROUP_OF_MEMBERS + 7, games));
    check(!policy_list_counts(p, POLICY_LAYER_LISTS, POLICY_GROUP_OF_MEMBERS + 9, games));
    policy_free(p);
    policy_groups_free(g);
}

TEST(a_member_that_is_gone_is_as_everybody)
{
    struct policy_groups *g = make_groups();
    struct policy *p = make(g);
    struct dns_name name = bench_name("social.test");
    struct dns_asker asker = {.group = POLICY_GROUP_OF_MEMBERS + 500}; /* asked under a policy before */
    struct policy_probes probes;
    struct dns_decision d;
    policy_prepare(p, &name, &probes);
    policy_decide(p, &probes, &name, &asker, 100, &d);
    check_int(d.action, ==, DNS_ACTION_NXDOMAIN);
    policy_free(p);
    policy_groups_free(g);
}

TEST(lists_of_members_stand_behind_all_others)
{
    struct bench b = bench_begin();
    struct policy_list plain = {.name = "plain"};
    bench_list(&b, 0, "by hand");
    member_list(&b, 1, false);
    check_int(policy_builder_list(b.builder, &plain), ==, -EINVAL);
    for (unsigned i = 1; i < POLICY_MEMBER_LISTS_MAX; i++)
        member_list(&b, (uint16_t)(1 + i / 2), i % 2);
    check_int(policy_builder_list(b.builder, &(struct policy_list){.member = 1}), >=, 0);
    policy_builder_free(b.builder);
    close(b.dir_fd);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
