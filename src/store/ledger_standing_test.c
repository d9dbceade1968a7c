/* What a source says now: its standing verdict on a subject, all of them, and batches that are looked at before they are appended. */
#include "store/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"
#include "store/ledger_file_test.h"

static struct verdict said(const char *author, enum verdict_author_kind kind, const char *subject)
{
    struct verdict v = {.claim = CLAIM_C2, .probability = 900, .made_us = 1000, .from_us = 1000, .author = {.kind = kind}};
    v.subject.kind = SUBJECT_HOST;
    snprintf(v.subject.value, sizeof v.subject.value, "%s", subject);
    snprintf(v.author.name, sizeof v.author.name, "%s", author);
    return v;
}

static uint32_t append(struct ledger *l, struct verdict v)
{
    check_int(ledger_append(l, &v), ==, 0);
    return v.number;
}

TEST(what_stands_is_of_that_source_claim_and_kind)
{
    struct ledger *l = open_fresh();
    struct verdict feed = said("a", VERDICT_BY_FEED, "x.example"), found;
    check_int(ledger_standing(l, &feed, &found), ==, -ENOENT);
    append(l, said("a", VERDICT_BY_ANALYST, "x.example")); /* of the same name, and another */
    append(l, said("b", VERDICT_BY_FEED, "x.example"));
    append(l, said("a", VERDICT_BY_FEED, "y.example"));
    check_int(ledger_standing(l, &feed, &found), ==, -ENOENT);
    uint32_t first = append(l, feed);
    check_int(ledger_standing(l, &feed, &found), ==, 0);
    check_int(found.number, ==, first);
    feed.supersedes = first;
    uint32_t second = append(l, feed);
    check_int(ledger_standing(l, &feed, &found), ==, 0);
    check_int(found.number, ==, second);
    check_int(found.supersedes, ==, first);
    struct verdict other = feed;
    other.claim = CLAIM_PHISHING;
    check_int(ledger_standing(l, &other, &found), ==, -ENOENT);
    other = feed;
    other.subject.kind = SUBJECT_DOMAIN;
    check_int(ledger_standing(l, &other, &found), ==, -ENOENT);
    close_and_remove(l);
}

static int note(const struct verdict *v, void *self)
{
    char *text = self;
    size_t len = strlen(text);
    snprintf(text + len, 64 - len, "%u ", v->number);
    return len > 3; /* stop after three */
}

TEST(all_that_stands_of_a_name_in_order)
{
    struct ledger *l = open_fresh();
    char text[64] = "";
    struct verdict v = said("a", VERDICT_BY_FEED, "1.example");
    append(l, v);
    append(l, said("b", VERDICT_BY_FEED, "1.example"));
    append(l, said("a", VERDICT_BY_FEED, "2.example"));
    v.supersedes = 1;
    append(l, v);
    append(l, said("a", VERDICT_BY_FEED, "3.example"));
    check_int(ledger_standing_of(l, "a", 0, 4, note, text), ==, 0);
    check_str(text, "3 4 ");
    text[0] = '\0';
    check_int(ledger_standing_of(l, "a", 3, 100, note, text), ==, 0);
    check_str(text, "4 5 ");
    text[0] = '\0';
    append(l, said("a", VERDICT_BY_FEED, "4.example"));
    check_int(ledger_standing_of(l, "a", 0, 100, note, text), ==, 1);
    check_str(text, "3 4 5 ");
    close_and_remove(l);
}

/* Appends what was not said before, also not in the same batch. */
static int choose_new(struct ledger *l, struct verdict *v, void *self)
{
    struct verdict found;
    int *calls = self;
    (*calls)++;
    if (v->claim == CLAIM_SPAM)
        return -ECANCELED;
    int e = ledger_standing(l, v, &found);
    return e == -ENOENT ? 1 : e;
}

TEST(a_batch_sees_itself_and_is_all_or_nothing)
{
    struct ledger *l = open_fresh();
    uint64_t size = 0;
    uint8_t root[LEDGER_HASH_LEN], again[LEDGER_HASH_LEN];
    struct verdict v[4];
    int calls = 0;
    v[0] = v[1] = said("a", VERDICT_BY_FEED, "1.example");
    v[2] = said("a", VERDICT_BY_FEED, "2.example");
    v[3] = v[2];
    check_int(ledger_append_chosen(l, v, 4, choose_new, &calls), ==, 0);
    check_int(calls, ==, 4);
    check_int(v[0].number, ==, 1);
    check_int(v[1].number, ==, 0);
    check_int(v[2].number, ==, 2);
    check_int(v[3].number, ==, 0);
    check(memcmp(&v[0].id, &v[2].id, sizeof v[0].id) != 0);
    ledger_root(l, &size, root);
    check_int(size, ==, 2);
    v[0] = said("a", VERDICT_BY_FEED, "3.example");
    v[1] = v[0];
    v[1].claim = CLAIM_SPAM;
    check_int(ledger_append_chosen(l, v, 2, choose_new, &calls), ==, -ECANCELED);
    check_int(v[0].number, ==, 0);
    ledger_root(l, &size, again);
    check_int(size, ==, 2);
    check_bytes(again, root, sizeof root);
    uint32_t bad = 1;
    check_int(ledger_verify(l, NULL, NULL, &bad), ==, 0);
    close_and_remove(l);
}

/* A refused verdict keeps the number and identifier that it came with. */
TEST(what_is_refused_is_as_it_was)
{
    struct ledger *l = open_fresh();
    struct verdict v = said("a", VERDICT_BY_FEED, "1.example"), before;
    memset(v.reason, 0xff, 4);
    before = v;
    check_int(ledger_append(l, &v), ==, -EINVAL);
    check_bytes(&v, &before, sizeof v);
    close_and_remove(l);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
