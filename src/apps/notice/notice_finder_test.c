/* Findings become notices and notices deliveries: folded, bounded, held back by lot, reopened, withdrawn; and what a night of storm costs. */
#include "apps/notice/notice_finder.h"

#include <errno.h>
#include <stdlib.h>

#include "apps/notice/notice_teller.h"
#include "base/clock.h"
#include "store/ledger_file_test.h"
#include "store/member.h"
#include "store/notice.h"
#include "store/notice_campaign.h"
#include "store/notice_delivery.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static const struct notice_rules rules = {.fixed_after_us = 7 * DAY, .no_effect_after_us = 14 * DAY};

static void on_made(void *self, int64_t id)
{
    (void)id;
    *(unsigned *)self += 1;
}

static struct notice_finder finder_of(struct ledger *l, unsigned *made)
{
    return (struct notice_finder){.ledger = l, .rules = &rules, .self = made, .made = on_made};
}

static uint32_t an_indicator(struct ledger *l, const char *name, enum claim claim, enum indicator_state state)
{
    struct verdict v = {.claim = claim, .probability = 900, .tlp = VERDICT_TLP_GREEN, .made_us = 1000, .from_us = 1000, .author = {.kind = VERDICT_BY_FEED}};
    check_int(subject_guess(name, strlen(name), &v.subject), ==, 0);
    snprintf(v.author.name, sizeof v.author.name, "feed");
    snprintf(v.reason, sizeof v.reason, "seen");
    check_int(ledger_append(l, &v), ==, 0);
    struct indicator i = {.subject = v.subject, .claim = claim, .state = state, .probability = 900, .next_us = INT64_MAX, .verdict = v.number, .first_us = 1000, .last_us = 1000};
    check_int(indicator_put(l, v.number, &i), ==, 0);
    return v.number;
}

static void meet(struct notice_finder *f, uint32_t indicator, const char *member, int64_t at_us)
{
    struct indicator_sighting s = {.indicator = indicator, .count = 1, .first_us = at_us, .last_us = at_us};
    snprintf(s.member, sizeof s.member, "%s", member);
    check_int(notice_finder_met(f, &s, at_us), ==, 0);
}

static int copy_notice(void *self, const struct notice *n)
{
    *(struct notice *)self = *n;
    return 1;
}

static struct notice newest(struct ledger *l, const char *member)
{
    struct notice n = {0};
    check_int(notice_list(l, &(struct notice_filter){.member = member, .state = -1, .limit = 1}, copy_notice, &n), >=, 0);
    return n;
}

static int count_one(void *self, const struct notice *n)
{
    (void)n;
    *(unsigned *)self += 1;
    return 0;
}

static unsigned count_notices(struct ledger *l, const char *member)
{
    unsigned count = 0;
    check_int(notice_list(l, &(struct notice_filter){.member = member, .state = -1, .limit = 10000}, count_one, &count), ==, 0);
    return count;
}

TEST(one_notice_for_a_member_and_claim)
{
    struct ledger *l = open_fresh();
    unsigned made = 0;
    struct notice_finder f = finder_of(l, &made);
    uint32_t a = an_indicator(l, "a.example", CLAIM_PHISHING, INDICATOR_ACTIVE), b = an_indicator(l, "b.example", CLAIM_PHISHING, INDICATOR_ACTIVE);
    uint32_t c = an_indicator(l, "c.example", CLAIM_C2, INDICATOR_ACTIVE);
    meet(&f, a, "hospital", 10);
    meet(&f, b, "hospital", 20);
    meet(&f, a, "hospital", 30);
    meet(&f, c, "hospital", 40);
    meet(&f, a, "city", 50);
    meet(&f, a, "", 60); /* a client of nobody */
    check_int(made, ==, 3);
    check_int(count_notices(l, "hospital"), ==, 2);
    check(newest(l, "hospital").is_urgent);
    check(!newest(l, "city").is_urgent);
    close_and_remove(l);
}

TEST(what_is_no_finding_makes_no_notice)
{
    struct ledger *l = open_fresh();
    unsigned made = 0;
    struct notice_finder f = finder_of(l, &made);
    meet(&f, an_indicator(l, "a.example", CLAIM_PHISHING, INDICATOR_CANDIDATE), "hospital", 10);
    meet(&f, an_indicator(l, "b.example", CLAIM_BENIGN, INDICATOR_ACTIVE), "hospital", 10);
    meet(&f, 12345, "hospital", 10); /* unknown */
    check_int(made, ==, 0);
    close_and_remove(l);
}

TEST(seen_again_reopens_and_wrong_withdraws)
{
    struct ledger *l = open_fresh();
    unsigned made = 0;
    struct notice_finder f = finder_of(l, &made);
    struct notice_plan plan;
    uint32_t a = an_indicator(l, "a.example", CLAIM_PHISHING, INDICATOR_ACTIVE);
    meet(&f, a, "hospital", 10);
    struct notice n = newest(l, "hospital");
    check_int(notice_get(l, n.id, &n, &plan), ==, 0);
    n.life.state = NOTICE_FIXED;
    n.life.fixed_us = 50;
    n.life.told_us = 20;
    plan.digest = false;
    check_int(notice_put(l, &n, &plan), ==, 0);
    meet(&f, a, "hospital", 40); /* late news */
    check_int(newest(l, "hospital").life.state, ==, NOTICE_FIXED);
    meet(&f, a, "hospital", 60);
    check_int(notice_get(l, n.id, &n, &plan), ==, 0);
    check(n.life.state == NOTICE_WAITING && n.life.reopened == 1 && plan.digest);
    struct indicator was, now;
    check_int(indicator_get_by_id(l, a, &was), ==, 0);
    now = was;
    now.state = INDICATOR_CANDIDATE;
    check(notice_finder_wants(&was, true, &now));
    check_int(notice_finder_changed(&f, a, &now, 70), ==, 0);
    check_int(notice_get(l, n.id, &n, &plan), ==, 0);
    check(n.life.state == NOTICE_WITHDRAWN && !plan.digest); /* nobody was told since it was reopened */
    now.state = INDICATOR_EXPIRED;
    check(!notice_finder_wants(&was, true, &now));
    close_and_remove(l);
}

static void add_member(struct ledger *l, const char *name, const char *sector, const char *network, const char *mail)
{
    static struct member m;
    memset(&m, 0, sizeof m);
    snprintf(m.name, sizeof m.name, "%s", name);
    snprintf(m.sector, sizeof m.sector, "%s", sector);
    if (network) {
        check_int(member_claim_parse(network, &m.claims[0]), ==, 0);
        m.claim_count = 1;
    }
    if (mail) {
        m.contacts[0].urgent = true;
        snprintf(m.contacts[0].mail, sizeof m.contacts[0].mail, "%s", mail);
        m.contact_count = 1;
    }
    check_int(member_put(l, &m), ==, 0);
}

TEST(ones_own)
{
    struct ledger *l = open_fresh();
    unsigned made = 0;
    struct notice_finder f = finder_of(l, &made);
    struct indicator now, was = {.state = INDICATOR_CANDIDATE};
    add_member(l, "hospital", "health", "192.0.2.0/24", NULL);
    uint32_t a = an_indicator(l, "192.0.2.7", CLAIM_INFECTED, INDICATOR_ACTIVE), b = an_indicator(l, "198.51.100.7", CLAIM_INFECTED, INDICATOR_ACTIVE);
    check_int(indicator_get_by_id(l, a, &now), ==, 0);
    check(!notice_finder_wants(&was, true, &now)); /* not said to be somebody's own */
    now.guards = INDICATOR_GUARD_OWN;
    check(notice_finder_wants(&was, true, &now));
    check_int(notice_finder_changed(&f, a, &now, 10), ==, 0);
    struct notice n = newest(l, "hospital");
    check(n.kind == NOTICE_OWN && n.claim == CLAIM_INFECTED && n.is_urgent && n.subjects == 1);
    check_int(indicator_get_by_id(l, b, &now), ==, 0);
    check_int(notice_finder_changed(&f, b, &now, 10), ==, 0);
    check_int(made, ==, 1);
    close_and_remove(l);
}

TEST(a_campaign_holds_back_by_lot_and_never_what_is_urgent)
{
    struct ledger *l = open_fresh();
    unsigned made = 0, held = 0;
    struct notice_finder f = finder_of(l, &made);
    struct campaign c = {.name = "spring", .percent = 50, .from_us = 1, .until_us = 1000, .window_us = 100, .sectors = "health"};
    check_int(campaign_add(l, &c), ==, 0);
    uint32_t a = an_indicator(l, "a.example", CLAIM_PHISHING, INDICATOR_ACTIVE), b = an_indicator(l, "b.example", CLAIM_C2, INDICATOR_ACTIVE);
    for (unsigned i = 0; i < 40; i++) {
        char name[16], finding[64];
        snprintf(name, sizeof name, "m%u", i);
        snprintf(finding, sizeof finding, "%s met phishing", name);
        add_member(l, name, "health", NULL, NULL);
        meet(&f, a, name, 10);
        struct notice n = newest(l, name);
        check_str(n.campaign, "spring");
        check(n.is_control == (n.life.state == NOTICE_HELD));
        check(n.is_control == effect_is_held(c.seed, "spring", finding, 50));
        held += n.is_control;
        meet(&f, b, name, 10);
        n = newest(l, name);
        check(n.life.state == NOTICE_WAITING && !n.campaign[0]);
    }
    check(held > 5 && held < 35);
    add_member(l, "school", "education", NULL, NULL);
    meet(&f, a, "school", 10);
    check_str(newest(l, "school").campaign, "");
    close_and_remove(l);
}

/* ---- telling ---- */

static int refuse_to_send(void *self, json_t *wish)
{
    (void)self;
    json_decref(wish);
    return -ENOTCONN;
}

static void on_changed(void *self, const struct notice *n)
{
    (void)self, (void)n;
}

/* A device that asks for a new name of its malware every two seconds for an hour: six mails and a handful of notices, and all names in them. */
TEST(a_storm_is_a_few_mails)
{
    struct ledger *l = open_fresh();
    unsigned made = 0;
    struct notice_finder f = finder_of(l, &made);
    struct notify_settings settings;
    struct notice_teller *t = NULL;
    struct notice_teller_options o = {.ledger = l, .rules = &rules, .send = refuse_to_send, .changed = on_changed};
    struct notice_counts counts;
    uint64_t deliveries[DELIVERY_STATE_COUNT];
    notify_settings_default(&settings);
    snprintf(settings.relay, sizeof settings.relay, "smtp://127.0.0.1");
    snprintf(settings.from, sizeof settings.from, "csirt@csirt.example");
    check_int(notice_teller_new(&o, &t), ==, 0);
    notice_teller_configure(t, &settings);
    add_member(l, "hospital", "health", NULL, "hana@hospital.example");
    const int64_t start = INT64_C(1795366800000000);
    for (unsigned i = 0; i < 1700; i++) {
        char name[32];
        snprintf(name, sizeof name, "x%u.example", i);
        int64_t at = start + (int64_t)i * 2 * SECOND;
        meet(&f, an_indicator(l, name, CLAIM_DGA, INDICATOR_ACTIVE), "hospital", at);
        check_int(notice_teller_step(t, at + 3 * SECOND), ==, 0);
    }
    check_int(delivery_count(l, deliveries), ==, 0);
    check_int(deliveries[DELIVERY_WAITS], ==, 6);
    check_int(count_notices(l, "hospital"), ==, 7);
    check_int(notice_count(l, "hospital", &counts), ==, 0);
    check_int(counts.state[NOTICE_WAITING], ==, 7);
    struct notice n = newest(l, "hospital");
    check_int(n.subjects + n.left_out, ==, 1694);
    check_int(n.subjects, ==, NOTICE_SUBJECTS_MAX);
    /* An hour later one may be sent again. */
    meet(&f, an_indicator(l, "late.example", CLAIM_DGA, INDICATOR_ACTIVE), "hospital", start + 4000 * SECOND);
    check_int(notice_teller_step(t, start + 4003 * SECOND), ==, 0);
    notice_teller_free(t);
    close_and_remove(l);
}

/* What a flush of sightings costs at worst; printed, not judged. */
TEST(cost_of_many_findings)
{
    enum { INDICATORS = 200, MEMBERS = 100 };
    struct ledger *l = open_fresh();
    unsigned made = 0;
    struct notice_finder f = finder_of(l, &made);
    uint32_t ids[INDICATORS];
    for (unsigned i = 0; i < INDICATORS; i++) {
        char name[32];
        snprintf(name, sizeof name, "y%u.example", i);
        ids[i] = an_indicator(l, name, CLAIM_PHISHING, INDICATOR_ACTIVE);
    }
    for (unsigned round = 0; round < 2; round++) {
        uint64_t begun_ms = clock_mono_ms();
        check_int(indicator_begin(l), ==, 0);
        for (unsigned m = 0; m < MEMBERS; m++) {
            char member[16];
            snprintf(member, sizeof member, "m%u", m);
            for (unsigned i = 0; i < INDICATORS; i++)
                meet(&f, ids[i], member, 10 + round);
        }
        check_int(indicator_commit(l), ==, 0);
        printf("# %u findings, %s: %llu ms\n", (unsigned)(MEMBERS * INDICATORS), round ? "seen again" : "new", (unsigned long long)(clock_mono_ms() - begun_ms));
    }
    check_int(made, ==, MEMBERS);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
