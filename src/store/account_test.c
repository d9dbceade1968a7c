/* Accounts, sessions, keys and invitations: what is found, what has run out, and what is refused. */
#include "store/account.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/test.h"
#include "store/ledger_file_test.h"

#define SECOND INT64_C(1000000)

static const uint8_t first[ACCOUNT_DIGEST_LEN] = {1}, second[ACCOUNT_DIGEST_LEN] = {2};

static struct account made(struct ledger *l, const char *name, enum account_role role, const char *member)
{
    struct account a = {.role = role, .password = "$argon2id$", .made_us = 5};
    snprintf(a.name, sizeof a.name, "%s", name);
    snprintf(a.member, sizeof a.member, "%s", member);
    check_int(account_add(l, &a), ==, 0);
    return a;
}

TEST(an_account_is_found_by_its_name_in_any_case)
{
    struct ledger *l = open_fresh();
    struct account a = made(l, "Hana", ACCOUNT_ANALYST, ""), b;
    check_int(account_by_name(l, "hANA", &b), ==, 0);
    check_int(b.id, ==, a.id);
    check_str(b.name, "Hana");
    check_int(b.role, ==, ACCOUNT_ANALYST);
    check_int(account_by_name(l, "nobody", &b), ==, -ENOENT);
    struct account twin = {.name = "HANA", .role = ACCOUNT_READER, .member = "m", .password = "x"};
    check_int(account_add(l, &twin), ==, -EEXIST);
    close_and_remove(l);
}

TEST(roles_of_members_need_one_and_others_may_not_have_one)
{
    struct ledger *l = open_fresh();
    struct account a = {.name = "a", .role = ACCOUNT_READER, .password = "x"};
    check_int(account_add(l, &a), ==, -EINVAL);
    a.role = ACCOUNT_AUDITOR;
    snprintf(a.member, sizeof a.member, "hospital");
    check_int(account_add(l, &a), ==, -EINVAL);
    a.role = ACCOUNT_OPERATOR;
    check_int(account_add(l, &a), ==, 0);
    snprintf(a.name, sizeof a.name, "b c");
    check_int(account_add(l, &a), ==, -EINVAL);
    close_and_remove(l);
}

TEST(what_is_changed_is_kept)
{
    struct ledger *l = open_fresh();
    struct account a = made(l, "a", ACCOUNT_ANALYST, ""), b;
    a.failures = 3;
    a.locked_us = 77;
    a.has_code_key = true;
    a.code_key[19] = 9;
    a.code_step = 58;
    check_int(account_put(l, &a), ==, 0);
    check_int(account_by_id(l, a.id, &b), ==, 0);
    check_int(b.failures, ==, 3);
    check_int(b.locked_us, ==, 77);
    check(b.has_code_key && b.code_key[19] == 9);
    check_int(b.code_step, ==, 58);
    a.id++;
    check_int(account_put(l, &a), ==, -ENOENT);
    close_and_remove(l);
}

TEST(a_session_ends_when_it_is_old_unused_ended_or_its_account_is_disabled)
{
    struct ledger *l = open_fresh();
    struct account a = made(l, "a", ACCOUNT_ANALYST, ""), b;
    check_int(account_session_add(l, first, a.id, 100 * SECOND, 1000 * SECOND), ==, 0);
    check_int(account_session_find(l, first, 101 * SECOND, 300 * SECOND, &b), ==, 0);
    check_int(b.id, ==, a.id);
    check_int(account_session_find(l, second, 101 * SECOND, 300 * SECOND, &b), ==, -ENOENT);
    check_int(account_session_find(l, first, 400 * SECOND, 300 * SECOND, &b), ==, -ENOENT); /* not used for so long */
    check_int(account_session_find(l, first, 399 * SECOND, 300 * SECOND, &b), ==, 0);       /* and this is a use */
    check_int(account_session_find(l, first, 600 * SECOND, 300 * SECOND, &b), ==, 0);
    check_int(account_session_find(l, first, 1000 * SECOND, 900 * SECOND, &b), ==, -ENOENT);
    a.disabled = true;
    check_int(account_put(l, &a), ==, 0);
    check_int(account_session_find(l, first, 601 * SECOND, 300 * SECOND, &b), ==, -ENOENT);
    a.disabled = false;
    check_int(account_put(l, &a), ==, 0);
    check_int(account_session_end(l, first), ==, 0);
    check_int(account_session_find(l, first, 601 * SECOND, 300 * SECOND, &b), ==, -ENOENT);
    close_and_remove(l);
}

TEST(of_too_many_sessions_the_one_unused_longest_gives_way)
{
    struct ledger *l = open_fresh();
    struct account a = made(l, "a", ACCOUNT_ANALYST, ""), b;
    uint8_t digest[ACCOUNT_DIGEST_LEN] = {0};
    for (unsigned i = 0; i <= ACCOUNT_SESSIONS_MAX; i++) {
        digest[0] = (uint8_t)i;
        check_int(account_session_add(l, digest, a.id, (100 + i) * SECOND, 10000 * SECOND), ==, 0);
    }
    digest[0] = 0;
    check_int(account_session_find(l, digest, 200 * SECOND, 9999 * SECOND, &b), ==, -ENOENT);
    digest[0] = 1;
    check_int(account_session_find(l, digest, 200 * SECOND, 9999 * SECOND, &b), ==, 0);
    check_int(account_sessions_end(l, a.id, digest), ==, 0);
    check_int(account_session_find(l, digest, 200 * SECOND, 9999 * SECOND, &b), ==, 0);
    digest[0] = 2;
    check_int(account_session_find(l, digest, 200 * SECOND, 9999 * SECOND, &b), ==, -ENOENT);
    close_and_remove(l);
}

static int count_tokens(void *self, const struct account_token *t)
{
    (void)t;
    ++*(unsigned *)self;
    return 0;
}

TEST(keys_of_machines_run_out_and_end_with_their_account)
{
    struct ledger *l = open_fresh();
    struct account a = made(l, "a", ACCOUNT_FEED_CLIENT, ""), b;
    struct account_token t = {.account = a.id, .label = "proxy", .scope = 6, .made_us = 1, .until_us = 500 * SECOND}, u;
    unsigned count = 0;
    check_int(account_token_add(l, first, &t), ==, 0);
    check_int(account_token_find(l, first, 499 * SECOND, &u, &b), ==, 0);
    check_int(u.scope, ==, 6);
    check_str(u.label, "proxy");
    check_int(b.id, ==, a.id);
    check_int(account_token_find(l, first, 500 * SECOND, &u, &b), ==, -ENOENT);
    check_int(account_token_end(l, a.id + 1, t.id), ==, -ENOENT); /* of somebody else */
    check_int(account_delete(l, a.id), ==, 0);
    check_int(account_token_find(l, first, 499 * SECOND, &u, &b), ==, -ENOENT);
    check_int(account_tokens(l, a.id, count_tokens, &count), ==, 0);
    check_int(count, ==, 0);
    close_and_remove(l);
}

TEST(an_invitation_makes_one_account)
{
    struct ledger *l = open_fresh();
    struct account_invitation i = {.role = ACCOUNT_OPERATOR, .member = "hospital", .until_us = 100};
    struct account a = {.name = "a", .password = "x"}, taken = {.name = "taken", .password = "x"};
    made(l, "Taken", ACCOUNT_ANALYST, "");
    check_int(account_invite(l, first, &i), ==, 0);
    check_int(account_accept(l, first, 100, &a), ==, -ENOENT); /* has run out */
    check_int(account_accept(l, first, 50, &taken), ==, -EEXIST);
    check_int(account_accept(l, first, 50, &a), ==, 0); /* which the refusal did not use up */
    check_int(a.role, ==, ACCOUNT_OPERATOR);
    check_str(a.member, "hospital");
    snprintf(a.name, sizeof a.name, "b");
    check_int(account_accept(l, first, 50, &a), ==, -ENOENT);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
