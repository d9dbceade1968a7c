/* Notices, their deliveries and campaigns: kept, found, bounded. */
#include "store/notice.h"

#include <errno.h>

#include "store/indicator.h"
#include "store/ledger_file_test.h"
#include "store/ledger_impl.h"
#include "store/notice_campaign.h"
#include "store/notice_delivery.h"

#define DAY INT64_C(86400000000)

/* An indicator to hang rows on. */
static uint32_t an_indicator(struct ledger *l, const char *name)
{
    struct verdict v = {.claim = CLAIM_C2, .probability = 900, .tlp = VERDICT_TLP_GREEN, .made_us = 1000, .from_us = 1000, .author = {.kind = VERDICT_BY_FEED}};
    snprintf(v.subject.value, sizeof v.subject.value, "%s", name);
    snprintf(v.author.name, sizeof v.author.name, "feed");
    snprintf(v.reason, sizeof v.reason, "seen");
    check_int(ledger_append(l, &v), ==, 0);
    struct indicator i = {.subject = v.subject, .claim = CLAIM_C2, .state = INDICATOR_ACTIVE, .probability = 900, .next_us = INT64_MAX, .verdict = v.number};
    check_int(indicator_put(l, v.number, &i), ==, 0);
    return v.number;
}

static struct notice notice_for(const char *member, enum claim claim)
{
    struct notice n = {.claim = claim, .coverage = -1, .life = {.made_us = 5, .raised_us = 5, .seen_us = 5}};
    snprintf(n.member, sizeof n.member, "%s", member);
    return n;
}

static int64_t add(struct ledger *l, const char *member, enum claim claim, bool at_once)
{
    struct notice n = notice_for(member, claim);
    n.is_urgent = at_once;
    check_int(notice_put(l, &n, &(struct notice_plan){.look_us = 100, .at_once = at_once, .digest = true}), ==, 0);
    return n.id;
}

static int count_subject(void *self, const struct notice_subject *s)
{
    *(unsigned *)self += 1;
    return s->hits > 0 ? 0 : -1;
}

static int take_subject(void *self, const struct notice_subject *s)
{
    struct notice_subject *wanted = self;
    if (s->indicator == wanted->indicator)
        *wanted = *s;
    return 0;
}

static int note_id(void *self, int64_t id)
{
    *(int64_t *)self = *(int64_t *)self * 10 + id;
    return 0;
}

static int count_notice(void *self, const struct notice *n)
{
    *(unsigned *)self += 1;
    return n->id > 0 ? 0 : -1;
}

TEST(what_was_written_is_read)
{
    struct ledger *l = open_fresh();
    struct notice n = notice_for("hospital", CLAIM_PHISHING), back;
    struct notice_plan plan = {.look_us = 77, .at_once = true, .digest = true}, plan_back;
    n.kind = NOTICE_OWN;
    n.is_control = true;
    n.life = (struct notice_life){NOTICE_HELD, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, true};
    snprintf(n.campaign, sizeof n.campaign, "spring");
    snprintf(n.acted_by, sizeof n.acted_by, "hana");
    snprintf(n.acted_text, sizeof n.acted_text, "端末を初期化しました");
    check_int(notice_put(l, &n, &plan), ==, 0);
    check_int(notice_get(l, n.id, &back, &plan_back), ==, 0);
    check_bytes(&back.life, &n.life, sizeof n.life);
    check_str(back.acted_text, n.acted_text);
    check_str(back.campaign, "spring");
    check(back.is_control && back.kind == NOTICE_OWN && back.claim == CLAIM_PHISHING && back.coverage == -1);
    check(plan_back.look_us == 77 && plan_back.at_once && plan_back.digest);
    n.life.state = NOTICE_FIXED;
    plan.digest = false;
    check_int(notice_put(l, &n, &plan), ==, 0);
    check_int(notice_get(l, n.id, &back, &plan_back), ==, 0);
    check(back.life.state == NOTICE_FIXED && !plan_back.digest);
    check_int(notice_get(l, 99, &back, NULL), ==, -ENOENT);
    close_and_remove(l);
}

TEST(subjects_are_folded_into_the_notice_that_gathers)
{
    struct ledger *l = open_fresh();
    int64_t id = add(l, "hospital", CLAIM_C2, false), found = 0;
    enum notice_state state;
    unsigned count = 0;
    uint32_t a = an_indicator(l, "a.example"), b = an_indicator(l, "b.example");
    check_int(notice_gathering(l, "hospital", NOTICE_MET, CLAIM_C2, &found), ==, 0);
    check_int(found, ==, id);
    check_int(notice_gathering(l, "hospital", NOTICE_OWN, CLAIM_C2, &found), ==, -ENOENT);
    check_int(notice_gathering(l, "city", NOTICE_MET, CLAIM_C2, &found), ==, -ENOENT);
    check_int(notice_add_subject(l, id, "hospital", NOTICE_MET, &(struct notice_hit){a, 2, 10, 20}), ==, 0);
    check_int(notice_add_subject(l, id, "hospital", NOTICE_MET, &(struct notice_hit){b, 3, 10, 30}), ==, 0);
    check_int(notice_seen(l, id, "hospital", NOTICE_MET, &(struct notice_hit){a, 5, 5, 40}), ==, 0);
    check_int(notice_of_subject(l, "hospital", NOTICE_MET, b, &found, &state), ==, 0);
    check_int(notice_of_subject(l, "city", NOTICE_MET, b, &found, &state), ==, -ENOENT);
    check_int(notice_subjects(l, id, 10, count_subject, &count), ==, 0);
    check_int(count, ==, 2);
    struct notice_subject seen = {.indicator = a};
    check_int(notice_subjects(l, id, 10, take_subject, &seen), ==, 0);
    check_int(seen.hits, ==, 7);
    check_int(seen.first_us, ==, 5);
    check_int(seen.last_us, ==, 40);
    struct notice n;
    struct notice_plan plan;
    struct notice_delivery d = {.notice_count = 1, .notices = {id}};
    check_int(delivery_add(l, &d), ==, 0);
    check_int(notice_gathering(l, "hospital", NOTICE_MET, CLAIM_C2, &found), ==, -ENOENT); /* it is on its way */
    check_int(notice_get(l, id, &n, &plan), ==, 0);
    check_int(n.hits, ==, 10);
    check_int(n.subjects, ==, 2);
    check_int(n.life.seen_us, ==, 40);
    plan.digest = false; /* it was told */
    n.life.state = NOTICE_SENT;
    check_int(notice_put(l, &n, &plan), ==, 0);
    check_int(notice_get(l, id, &n, NULL), ==, 0);
    check_int(n.subjects, ==, 2); /* a put does not touch them */
    check_int(notice_gathering(l, "hospital", NOTICE_MET, CLAIM_C2, &found), ==, -ENOENT);
    close_and_remove(l);
}

TEST(a_notice_takes_so_many_subjects_and_counts_the_others)
{
    struct ledger *l = open_fresh();
    int64_t id = add(l, "hospital", CLAIM_DGA, false);
    struct notice n;
    uint32_t a = an_indicator(l, "a.example");
    check_int(ledger_run(l, "UPDATE notice SET subjects = 1000"), ==, 0);
    check_int(notice_add_subject(l, id, "hospital", NOTICE_MET, &(struct notice_hit){a, 2, 10, 20}), ==, -E2BIG);
    check_int(notice_get(l, id, &n, NULL), ==, 0);
    check_int(n.left_out, ==, 1);
    check_int(n.hits, ==, 2);
    close_and_remove(l);
}

TEST(what_is_wrong_empties_notices)
{
    struct ledger *l = open_fresh();
    uint32_t a = an_indicator(l, "a.example"), b = an_indicator(l, "b.example");
    int64_t one = add(l, "hospital", CLAIM_C2, false), two = add(l, "city", CLAIM_C2, false), emptied = 0;
    check_int(notice_add_subject(l, one, "hospital", NOTICE_MET, &(struct notice_hit){a, 1, 1, 1}), ==, 0);
    check_int(notice_add_subject(l, one, "hospital", NOTICE_MET, &(struct notice_hit){b, 1, 1, 1}), ==, 0);
    check_int(notice_add_subject(l, two, "city", NOTICE_MET, &(struct notice_hit){a, 1, 1, 1}), ==, 0);
    check_int(notice_withdraw_subject(l, a, 50, note_id, &emptied), ==, 0);
    check_int(emptied, ==, two);
    check_int(notice_withdraw_subject(l, a, 60, note_id, &emptied), ==, 0);
    check_int(emptied, ==, two); /* once */
    check_int(notice_withdraw_subject(l, b, 60, note_id, &emptied), ==, 0);
    check_int(emptied, ==, two * 10 + one);
    close_and_remove(l);
}

TEST(lists_have_walls)
{
    struct ledger *l = open_fresh();
    struct notice n;
    struct notice_plan plan;
    unsigned count = 0;
    add(l, "hospital", CLAIM_C2, false);
    int64_t held = add(l, "hospital", CLAIM_SPAM, false);
    add(l, "city", CLAIM_C2, false);
    check_int(notice_get(l, held, &n, &plan), ==, 0);
    n.life.state = NOTICE_HELD;
    check_int(notice_put(l, &n, &plan), ==, 0);
    check_int(notice_list(l, &(struct notice_filter){.state = -1, .limit = 10}, count_notice, &count), ==, 0);
    check_int(count, ==, 3);
    count = 0;
    check_int(notice_list(l, &(struct notice_filter){.member = "hospital", .state = -1, .limit = 10}, count_notice, &count), ==, 0);
    check_int(count, ==, 2);
    count = 0;
    check_int(notice_list(l, &(struct notice_filter){.member = "hospital", .shown = true, .state = -1, .limit = 10}, count_notice, &count), ==, 0);
    check_int(count, ==, 1);
    count = 0;
    check_int(notice_list(l, &(struct notice_filter){.state = NOTICE_HELD, .limit = 10}, count_notice, &count), ==, 0);
    check_int(count, ==, 1);
    struct notice_counts counts;
    check_int(notice_count(l, "hospital", &counts), ==, 0);
    check_int(counts.state[NOTICE_WAITING], ==, 1);
    check_int(counts.state[NOTICE_HELD], ==, 1);
    close_and_remove(l);
}

TEST(who_is_to_be_told)
{
    struct ledger *l = open_fresh();
    char member[ACCOUNT_MEMBER_MAX];
    int64_t ids[10], last = 1;
    int64_t urgent = add(l, "hospital", CLAIM_C2, true);
    add(l, "hospital", CLAIM_SPAM, false);
    check_int(notice_to_tell(l, true, 4, 10, member, ids), ==, 0); /* raised at 5 */
    check_str(member, "");
    check_int(notice_to_tell(l, true, 5, 10, member, ids), ==, 1);
    check_str(member, "hospital");
    check_int(ids[0], ==, urgent);
    check_int(notice_to_tell(l, false, 5, 10, member, ids), ==, 2);
    check_int(notice_due(l, 99, 10, ids), ==, 0);
    check_int(notice_due(l, 100, 10, ids), ==, 2);
    check_int(notice_digest_get(l, &last), ==, 0);
    check_int(last, ==, 0);
    check_int(notice_digest_put(l, 7), ==, 0);
    check_int(notice_digest_put(l, 9), ==, 0);
    check_int(notice_digest_get(l, &last), ==, 0);
    check_int(last, ==, 9);
    close_and_remove(l);
}

TEST(ended_ones_make_room_and_open_ones_do_not)
{
    struct ledger *l = open_fresh();
    struct notice n = notice_for("hospital", CLAIM_C2), first;
    const struct notice_plan plan = {.look_us = INT64_MAX};
    check_int(notice_put(l, &n, &plan), ==, 0);
    check_int(ledger_run(l, "WITH RECURSIVE c(i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM c WHERE i < 200000) INSERT INTO notice SELECT i, member, kind, claim,"
                            " urgent, state, made_us, raised_us, seen_us, told_us, opened_us, acted_us, fixed_us, wrong_us, held_us, control, reopened, uncovered,"
                            " coverage, campaign, subjects, left_out, hits, acted_by, acted_text, look_us, at_once, digest FROM notice, c WHERE notice.id = 1"),
              ==, 0);
    struct notice more = notice_for("city", CLAIM_C2);
    check_int(notice_put(l, &more, &plan), ==, -ENOSPC);
    check_int(ledger_run(l, "UPDATE notice SET state = 7 WHERE id IN (5, 9)"), ==, 0);
    check_int(notice_put(l, &more, &plan), ==, 0);
    check_int(notice_get(l, 5, &first, NULL), ==, -ENOENT);
    check_int(notice_get(l, 9, &first, NULL), ==, 0);
    close_and_remove(l);
}

/* ---- deliveries ---- */

static struct notice_delivery a_delivery(int64_t notice, const char *mail, bool is_urgent)
{
    struct notice_delivery d = {.is_urgent = is_urgent, .is_japanese = true, .made_us = 10, .due_us = 10, .notice_count = 1, .notices = {notice}};
    snprintf(d.member, sizeof d.member, "hospital");
    snprintf(d.mail, sizeof d.mail, "%s", mail);
    snprintf(d.name, sizeof d.name, "花子");
    return d;
}

TEST(deliveries_wait_and_are_done)
{
    struct ledger *l = open_fresh();
    struct notice_delivery d = a_delivery(add(l, "hospital", CLAIM_C2, true), "a@b.example", true), back;
    int64_t ids[4];
    unsigned count;
    bool is_told, waits;
    check_int(delivery_add(l, &d), ==, 0);
    check_int(delivery_due(l, false, 9, 4, ids), ==, 0);
    check_int(delivery_due(l, false, 10, 4, ids), ==, 1);
    check_int(delivery_get(l, ids[0], &back), ==, 0);
    check(back.is_japanese && back.is_urgent && back.notice_count == 1 && back.notices[0] == d.notices[0]);
    check_str(back.name, "花子");
    check_int(delivery_urgent_count(l, "a@b.example", NULL, 9, &count), ==, 0);
    check_int(count, ==, 1);
    check_int(delivery_urgent_count(l, "a@b.example", "city", 9, &count), ==, 0);
    check_int(count, ==, 0);
    check_int(delivery_was_told(l, d.notices[0], "a@b.example", 10, &is_told), ==, 0);
    check(is_told);
    check_int(delivery_was_told(l, d.notices[0], "other@b.example", 10, &is_told), ==, 0);
    check(!is_told);
    check_int(delivery_waits_for(l, d.notices[0], &waits), ==, 0);
    check(waits);
    back.state = DELIVERY_GIVEN_UP;
    back.tries = 8;
    back.done_us = 99;
    snprintf(back.error, sizeof back.error, "refused");
    check_int(delivery_put(l, &back), ==, 0);
    check_int(delivery_waits_for(l, d.notices[0], &waits), ==, 0);
    check(!waits);
    check_int(delivery_was_told(l, d.notices[0], "a@b.example", 10, &is_told), ==, 0);
    check(!is_told);
    uint64_t counts[DELIVERY_STATE_COUNT];
    check_int(delivery_count(l, counts), ==, 0);
    check_int(counts[DELIVERY_GIVEN_UP], ==, 1);
    check_int(delivery_forget(l, 11), ==, 0);
    check_int(delivery_get(l, d.id, &back), ==, -ENOENT);
    close_and_remove(l);
}

TEST(links_lead_to_their_delivery)
{
    struct ledger *l = open_fresh();
    struct notice_delivery d = a_delivery(add(l, "hospital", CLAIM_C2, true), "a@b.example", false), back;
    const uint8_t one[DELIVERY_DIGEST_LEN] = {1}, two[DELIVERY_DIGEST_LEN] = {2}, other[DELIVERY_DIGEST_LEN] = {3};
    check_int(delivery_add(l, &d), ==, 0);
    check_int(delivery_link_add(l, d.id, one), ==, 0);
    check_int(delivery_link_add(l, d.id, two), ==, 0); /* of a second try */
    check_int(delivery_by_link(l, two, &back), ==, 0);
    check_int(back.id, ==, d.id);
    check_int(delivery_by_link(l, one, &back), ==, 0);
    check_int(delivery_by_link(l, other, &back), ==, -ENOENT);
    check_int(delivery_opened(l, d.id, 50), ==, 0);
    check_int(delivery_opened(l, d.id, 60), ==, 0);
    check_int(delivery_get(l, d.id, &back), ==, 0);
    check_int(back.opened_us, ==, 50);
    close_and_remove(l);
}

/* ---- campaigns ---- */

static struct campaign a_campaign(const char *name)
{
    struct campaign c = {.percent = 50, .from_us = DAY, .until_us = 20 * DAY, .window_us = 5 * DAY, .claims = 1u << CLAIM_C2};
    snprintf(c.name, sizeof c.name, "%s", name);
    snprintf(c.sectors, sizeof c.sectors, "hospital\nschool");
    snprintf(c.text_ja, sizeof c.text_ja, "春の確認");
    return c;
}

TEST(campaigns_are_found_by_claim_sector_and_time)
{
    struct ledger *l = open_fresh();
    struct campaign c = a_campaign("spring"), found;
    c.seed[3] = 9;
    check_int(campaign_add(l, &c), ==, 0);
    check_int(campaign_add(l, &c), ==, -EEXIST);
    check_int(campaign_for(l, CLAIM_C2, "school", DAY, &found), ==, 0);
    check(found.seed[3] == 9 && found.percent == 50);
    check_str(found.text_ja, "春の確認");
    check_int(campaign_for(l, CLAIM_C2, "scho", DAY, &found), ==, -ENOENT);
    check_int(campaign_for(l, CLAIM_SPAM, "school", DAY, &found), ==, -ENOENT);
    check_int(campaign_for(l, CLAIM_C2, "school", DAY - 1, &found), ==, -ENOENT);
    check_int(campaign_for(l, CLAIM_C2, "school", 20 * DAY, &found), ==, -ENOENT);
    check_int(campaign_ended(l, 20 * DAY - 1, &found), ==, -ENOENT);
    check_int(campaign_end(l, "spring", 9 * DAY), ==, 0);
    check_int(campaign_end(l, "spring", 9 * DAY), ==, -ENOENT);
    check_int(campaign_ended(l, 9 * DAY, &found), ==, 0);
    check_int(campaign_set_released(l, "spring"), ==, 0);
    check_int(campaign_ended(l, 9 * DAY, &found), ==, -ENOENT);
    c = a_campaign("too-many");
    c.percent = 51;
    check_int(campaign_add(l, &c), ==, -EINVAL);
    c = a_campaign("broken\xff");
    check_int(campaign_add(l, &c), ==, -EINVAL);
    close_and_remove(l);
}

static void add_finding(struct ledger *l, const char *member, bool is_control, int64_t made_us, int64_t fixed_us, bool uncovered)
{
    struct notice n = notice_for(member, CLAIM_C2);
    n.is_control = is_control;
    n.life.made_us = made_us;
    n.life.fixed_us = fixed_us;
    n.life.uncovered = uncovered;
    n.life.state = fixed_us ? NOTICE_FIXED : is_control ? NOTICE_HELD : NOTICE_SENT;
    snprintf(n.campaign, sizeof n.campaign, "spring");
    check_int(notice_put(l, &n, &(struct notice_plan){.look_us = INT64_MAX}), ==, 0);
}

TEST(outcomes_are_counted_when_the_window_is_over)
{
    struct ledger *l = open_fresh();
    struct campaign c = a_campaign("spring");
    struct campaign_outcome told, held;
    check_int(campaign_add(l, &c), ==, 0);
    add_finding(l, "a", false, 2 * DAY, 6 * DAY, false);  /* in time */
    add_finding(l, "a", false, 3 * DAY, 4 * DAY, false);  /* the same finding again: not counted */
    add_finding(l, "b", false, 2 * DAY, 8 * DAY, false);  /* too late */
    add_finding(l, "c", false, 2 * DAY, 0, false);        /* never */
    add_finding(l, "d", false, 2 * DAY, 0, true);         /* nobody watched */
    add_finding(l, "e", false, 8 * DAY, 9 * DAY, false);  /* its window is not over */
    add_finding(l, "f", true, 2 * DAY, 0, false);
    add_finding(l, "g", true, 2 * DAY, 6 * DAY, false);
    add_finding(l, "h", true, 16 * DAY, 17 * DAY, false); /* its window reaches beyond the campaign */
    check_int(campaign_outcomes(l, "spring", 10 * DAY, &told, &held), ==, 0);
    check_int(told.count, ==, 5);
    check_int(told.known, ==, 3);
    check_int(told.fixed, ==, 1);
    check_int(told.uncovered, ==, 1);
    check_int(held.count, ==, 3);
    check_int(held.known, ==, 2);
    check_int(held.fixed, ==, 1);
    check_int(campaign_outcomes(l, "spring", 100 * DAY, &told, &held), ==, 0);
    check_int(told.known, ==, 4);
    check_int(held.known, ==, 2);
    int64_t ids[4];
    check_int(notice_held(l, "spring", 4, ids), ==, 0); /* held_us is what counts */
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
