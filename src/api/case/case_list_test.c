/* How far one page of cases looks, hidden ones too: 2,000 of a list, 200 of the others with a subject. All by the routes over HTTPS.
 *
 * There are the cases 1 to 5000, all with a.example; 3, 1500, 3000, 3001 and 5000 are open to the centre, the others restricted to somebody else. Those of even numbers
 * wait. 1 to 2500 concern the hospital, with which 3 and 1500 are shared.
 */
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "api/web/web.h"
#include "api/web/web_call.h"
#include "base/clock.h"
#include "store/ledger_file_test.h"
#include "store/ledger_impl.h"

static struct node node;
static struct web *web;
static char analyst[WEB_WORD_TEXT_MAX], auditor[WEB_WORD_TEXT_MAX], operator[WEB_WORD_TEXT_MAX];

static struct policy *no_rules;

static const struct policy *policy(void *self)
{
    (void)self;
    return no_rules;
}

static void publish(void *self, uint32_t channel, const char *octets, size_t len)
{
    (void)self, (void)channel, (void)octets, (void)len;
}

static void sign_in(const char *name, enum account_role role, const char *member, char word[WEB_WORD_TEXT_MAX])
{
    struct account a = {.role = role, .password = "x"};
    uint8_t digest[ACCOUNT_DIGEST_LEN];
    snprintf(a.name, sizeof a.name, "%s", name);
    snprintf(a.member, sizeof a.member, "%s", member);
    check_int(account_add(node.ledger, &a), ==, 0);
    web_word_make(word, digest);
    check_int(account_session_add(node.ledger, digest, a.id, clock_wall_us(), INT64_MAX), ==, 0);
}

static void make_cases(void)
{
    struct case_record c = {.made_us = 1, .title = "one", .made_by = "somebody", .tlp = VERDICT_TLP_GREEN};
    check_int(case_add(node.ledger, &c, 1000, "somebody"), ==, 0);
    check_int(ledger_run(node.ledger,
                         "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO case_file SELECT i, title, state, outcome, severity,"
                         " tlp, owner, made_by, restricted, shared, made_us, changed_us, closed_us, version FROM n, case_file WHERE number = 1;"
                         "UPDATE case_file SET restricted = number NOT IN (3, 1500, 3000, 3001, 5000), shared = number IN (3, 1500), state = 1 - number % 2;"
                         "INSERT INTO case_subject SELECT number, 0, 'a.example', '', '', 0 FROM case_file;"
                         "INSERT INTO case_member SELECT number, 'hospital' FROM case_file WHERE number <= 2500"),
              ==, 0);
}

static void on_done(void *self, const struct web_answer *a)
{
    check_int(a->status, ==, 200);
    *(json_t **)self = json_loadb(a->body, a->len, 0, NULL);
}

static json_t *get(const char *session, const char *target)
{
    json_t *value = NULL;
    struct web_call *call = NULL;
    struct web_request request = {.method = "GET", .target = reader_of(target, strlen(target)), .session = session, .body = reader_of("", 0)};
    web_ask(web, &request, on_done, &value, &call);
    check(call == NULL && value != NULL);
    return value;
}

static void put_numbers(char *to, size_t max, const json_t *cases)
{
    for (size_t i = 0; i < json_array_size(cases); i++)
        snprintf(to + strlen(to), max - strlen(to), "%lld ", (long long)json_integer_value(json_object_get(json_array_get(cases, i), "number")));
}

/* "5000 3001 | 3001": the numbers of a page, and where to go on. */
static const char *page(const char *session, const char *query)
{
    static char text[4096];
    char target[128];
    snprintf(target, sizeof target, "/api/v1/cases?%s", query);
    json_t *value = get(session, target);
    text[0] = '\0';
    put_numbers(text, sizeof text, json_object_get(value, "rows"));
    snprintf(text + strlen(text), sizeof text - strlen(text), "| %lld", (long long)json_integer_value(json_object_get(value, "after")));
    json_decref(value);
    return text;
}

/* In which other cases the subject of that one is. */
static const char *also(const char *session, int number)
{
    static char text[4096];
    char target[64];
    snprintf(target, sizeof target, "/api/v1/cases/%d/subjects", number);
    json_t *value = get(session, target);
    text[0] = '\0';
    put_numbers(text, sizeof text, json_object_get(json_array_get(json_object_get(value, "rows"), 0), "also"));
    json_decref(value);
    return text;
}

static struct event_base *begin(void)
{
    struct event_base *loop = event_base_new();
    static const struct control_command none[] = {{0}};
    no_rules = policy_new(NULL, NULL, NULL, NULL);
    node = (struct node){.ledger = open_fresh(), .policy = policy};
    struct web_options o = {.loop = loop, .node = &node, .commands = none, .publish = publish, .patience = 1e9};
    check_int(web_new(&o, &web), ==, 0);
    sign_in("ana", ACCOUNT_ANALYST, "", analyst);
    sign_in("aud", ACCOUNT_AUDITOR, "", auditor);
    sign_in("nurse", ACCOUNT_OPERATOR, "hospital", operator);
    make_cases();
    return loop;
}

static void end(struct event_base *loop)
{
    web_free(web);
    event_base_free(loop);
    policy_free(no_rules);
    close_and_remove(node.ledger);
}

TEST(a_page_ends_after_two_thousand_cases_and_goes_on_behind_them)
{
    struct event_base *loop = begin();
    /* 5000 to 3001 are 2000 cases; the last is seen, the next is of the next page. */
    check_str(page(analyst, ""), "5000 3001 | 3001");
    check_str(page(analyst, "after=3001"), "3000 1500 | 1001");
    check_str(page(analyst, "after=1001"), "3 | 0");
    /* One more or less before it. */
    check_str(page(analyst, "after=3002"), "3001 3000 1500 | 1002");
    check_str(page(analyst, "after=5000"), "3001 3000 | 3000");
    /* Exactly 2000 are left: whether there is another is not looked at; 1999 are all. */
    check_str(page(analyst, "after=2001"), "1500 3 | 1");
    check_str(page(analyst, "after=1"), "| 0");
    check_str(page(analyst, "after=2000"), "1500 3 | 0");
    end(loop);
}

TEST(a_full_page_ends_before)
{
    struct event_base *loop = begin();
    check_str(page(analyst, "limit=1"), "5000 | 5000");
    check_str(page(analyst, "limit=1&after=5000"), "3001 | 3001");
    check_str(page(analyst, "limit=2"), "5000 3001 | 3001");
    check_str(page(analyst, "limit=3"), "5000 3001 | 3001");
    check_str(page(auditor, "limit=3"), "5000 4999 4998 | 4998");
    end(loop);
}

TEST(what_is_asked_for_is_counted_and_nothing_else)
{
    struct event_base *loop = begin();
    /* Of even numbers 5000 to 1002 are 2000. */
    check_str(page(analyst, "state=waiting"), "5000 3000 1500 | 1002");
    check_str(page(analyst, "state=waiting&after=1002"), "| 0");
    check_str(page(analyst, "subject=a.example"), "5000 3001 | 3001");
    check_str(page(analyst, "member=hospital"), "1500 | 501");
    check_str(page(analyst, "member=hospital&after=501"), "3 | 0");
    end(loop);
}

TEST(a_member_gets_through_its_own)
{
    struct event_base *loop = begin();
    check_str(page(operator, ""), "1500 | 501");
    check_str(page(operator, "after=501"), "3 | 0");
    /* By subject it goes through those of all. */
    check_str(page(operator, "subject=a.example"), "| 3001");
    check_str(page(operator, "subject=a.example&after=3001"), "1500 | 1001");
    check_str(page(operator, "subject=a.example&after=1001"), "3 | 0");
    end(loop);
}

TEST(of_other_cases_the_newest_two_hundred_are_looked_at)
{
    struct event_base *loop = begin();
    check_str(also(analyst, 3), "5000 ");
    check_str(also(analyst, 5000), "");
    check_int(ledger_run(node.ledger, "UPDATE case_file SET restricted = 0 WHERE number IN (4801, 4800)"), ==, 0);
    check_str(also(analyst, 3), "5000 4801 "); /* the 200th is seen, the 201st not */
    check_str(also(auditor, 3), "5000 4999 4998 4997 4996 4995 4994 4993 4992 4991 4990 4989 4988 4987 4986 4985 4984 4983 4982 4981 ");
    check_str(also(auditor, 4999), "5000 4998 4997 4996 4995 4994 4993 4992 4991 4990 4989 4988 4987 4986 4985 4984 4983 4982 4981 4980 ");
    end(loop);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
