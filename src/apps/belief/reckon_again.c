/* Compares weights and rules with those of before, and walks over what they bear on. */
#include "apps/belief/reckon_again.h"

#include <errno.h>
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "judge/score/rules.h"

enum {
    SPAN = 4096,          /* entries or indicators that one step goes over: some milliseconds */
    WEIGHT_PROVEN = 1024, /* beside the worth in per mille: its word is not bounded with that of the unproven */
};

struct moved {
    enum verdict_author_kind kind;
    char name[VERDICT_NAME_MAX];
    int32_t weight; /* as it was when it was noted */
};

/* What is to be walked over. */
struct change {
    bool all; /* every indicator; else what these spoke of */
    unsigned count;
    struct moved moved[RECKON_AGAIN_SOURCES_MAX];
};

struct reckon_again {
    struct reckon_again_options o;
    uint8_t rules[INDICATOR_RULES_LEN], rules_walked[INDICATOR_RULES_LEN];
    struct change now, next;
    bool walking, ends;      /* ends: with the subjects that were given last */
    uint32_t at, until, step; /* step: where the cursor is once the last ones are on disk */
    /* of a call */
    indicator_each_subject *each;
    void *self;
    unsigned left;
};

/* ---- what has changed ---- */

static int32_t weight_of(const struct reckon_again *r, const struct indicator_source *counts, const struct score_rules *rules)
{
    struct belief_record record = {0};
    r->o.record(r->o.self, counts, &record);
    struct score_beta first = {record.prior_right, record.prior_wrong};
    if (first.right == 0 && first.wrong == 0)
        first = rules->first[counts->kind];
    bool proven = record.vouched || record.confirmed >= SCORE_PROVEN;
    return (int32_t)lround(score_precision(first, record.confirmed, record.wrong) * 1000) + (proven ? WEIGHT_PROVEN : 0);
}

static bool is_other(int32_t a, int32_t b)
{
    return a / WEIGHT_PROVEN != b / WEIGHT_PROVEN || abs(a - b) >= RECKON_AGAIN_WORTH;
}

static struct moved *find(struct change *c, enum verdict_author_kind kind, const char *name)
{
    for (unsigned i = 0; i < c->count; i++)
        if (c->moved[i].kind == kind && strcmp(c->moved[i].name, name) == 0)
            return &c->moved[i];
    return NULL;
}

static void note_moved(struct reckon_again *r, const struct indicator_source *counts, int32_t weight)
{
    struct moved *m = find(&r->next, counts->kind, counts->name);
    if (!m && r->next.count == RECKON_AGAIN_SOURCES_MAX) {
        r->next.all = true;
        return;
    }
    m = m ? m : &r->next.moved[r->next.count++];
    m->kind = counts->kind;
    m->weight = weight;
    memcpy(m->name, counts->name, sizeof m->name);
}

int reckon_again_source(struct reckon_again *r, struct indicator_source *counts)
{
    struct score_rules rules;
    score_rules_default(&rules);
    int32_t weight = weight_of(r, counts, &rules);
    if (counts->weight < 0) {
        int e = indicator_weight_put(r->o.ledger, counts->kind, counts->name, weight);
        counts->weight = e == 0 ? weight : counts->weight;
        return e;
    }
    const struct moved *walked = r->walking && !r->now.all ? find(&r->now, counts->kind, counts->name) : NULL;
    if (is_other(walked ? walked->weight : counts->weight, weight))
        note_moved(r, counts, weight);
    return 0;
}

static int check_source(void *self, const struct indicator_source *counts)
{
    struct indicator_source copy = *counts;
    return reckon_again_source(self, &copy);
}

static void hash_number(crypto_generichash_state *h, uint64_t number)
{
    crypto_generichash_update(h, (const unsigned char *)&number, sizeof number);
}

/* Of all that bears on scores but the worth of single sources. */
static void hash_rules(const struct config_judge *judge, uint8_t ret_hash[INDICATOR_RULES_LEN])
{
    const struct score_rules *rules = &judge->rules;
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, INDICATOR_RULES_LEN);
    for (unsigned i = 0; i < SUBJECT_KIND_COUNT; i++)
        hash_number(&h, rules->base[i]);
    for (unsigned i = 0; i < VERDICT_AUTHOR_KIND_COUNT; i++)
        hash_number(&h, (uint64_t)rules->first[i].right << 16 | rules->first[i].wrong);
    for (size_t i = 0; i < rules->threshold_count; i++) {
        const struct score_thresholds *t = &rules->thresholds[i];
        hash_number(&h, (uint64_t)t->claim << 32 | t->kinds);
        hash_number(&h, (uint64_t)t->active << 48 | (uint64_t)t->observe << 32 | (uint64_t)t->ask << 16 | t->block);
        crypto_generichash_update(&h, (const unsigned char *)t->scope, sizeof t->scope);
    }
    for (unsigned i = 0; i < judge->source_count; i++) {
        if (judge->sources[i].cluster == 0)
            continue;
        hash_number(&h, judge->sources[i].cluster);
        crypto_generichash_update(&h, (const unsigned char *)judge->sources[i].name, strlen(judge->sources[i].name));
    }
    crypto_generichash_final(&h, ret_hash, INDICATOR_RULES_LEN);
}

int reckon_again_check(struct reckon_again *r, const struct config_judge *judge)
{
    uint8_t before[INDICATOR_RULES_LEN];
    hash_rules(judge, r->rules);
    uint32_t folded;
    int e = indicator_folded(r->o.ledger, &folded);
    if (e == 0 && folded == 0) /* nothing was ever reckoned */
        e = indicator_rules_put(r->o.ledger, r->rules);
    if (e < 0)
        return e;
    e = indicator_rules_get(r->o.ledger, before);
    if (r->walking && r->now.all)
        memcpy(before, r->rules_walked, sizeof before);
    else if (e < 0 && e != -ENOENT)
        return e;
    r->next.all |= (e == -ENOENT && !(r->walking && r->now.all)) || memcmp(before, r->rules, sizeof before) != 0;
    e = indicator_begin(r->o.ledger);
    if (e == 0)
        e = indicator_sources(r->o.ledger, check_source, r);
    if (e == 0)
        e = indicator_commit(r->o.ledger);
    if (e < 0)
        indicator_rollback(r->o.ledger);
    return e;
}

int reckon_again_all(struct reckon_again *r)
{
    static const uint8_t none[INDICATOR_RULES_LEN];
    int e = indicator_begin(r->o.ledger);
    if (e == 0)
        e = indicator_rules_put(r->o.ledger, none); /* of no rules: the walk is over when those of now stand there */
    if (e == 0)
        e = indicator_commit(r->o.ledger);
    if (e < 0)
        indicator_rollback(r->o.ledger);
    r->next.all |= e == 0;
    return e;
}

/* ---- walking ---- */

bool reckon_again_is_due(const struct reckon_again *r)
{
    return r->walking || r->next.all || r->next.count > 0;
}

static void begin(struct reckon_again *r, uint32_t last)
{
    r->now = r->next;
    r->next = (struct change){0};
    r->at = r->step = 0;
    r->until = last; /* what comes later is reckoned as things are then */
    r->walking = true;
    memcpy(r->rules_walked, r->rules, sizeof r->rules);
}

static int give(struct reckon_again *r, uint32_t number, const struct subject *s)
{
    int e = r->each(r->self, number, s);
    r->step = number;
    r->left--;
    return e < 0 ? e : r->left == 0;
}

static int give_indicator(void *self, uint32_t id, const struct indicator *i)
{
    return give(self, id, &i->subject);
}

static int give_said(void *self, const struct indicator_said *said)
{
    struct reckon_again *r = self;
    unsigned i = 0;
    while (i < r->now.count && strcmp(r->now.moved[i].name, said->author) != 0)
        i++;
    if (i == r->now.count)
        return 0;
    struct subject s = {.kind = (enum subject_kind)said->kind};
    memcpy(s.value, said->value, strlen(said->value) + 1);
    return give(r, said->number, &s);
}

int reckon_again_next(struct reckon_again *r, uint32_t last, unsigned max, indicator_each_subject *each, void *self)
{
    if (!r->walking)
        begin(r, last);
    uint32_t to = r->until - r->at > SPAN ? r->at + SPAN : r->until;
    r->each = each;
    r->self = self;
    r->left = max;
    r->step = r->at;
    r->ends = false;
    int e = 0;
    if (to > r->at && r->now.all)
        e = indicator_list(r->o.ledger, &(struct indicator_filter){.after = r->at, .until = to}, give_indicator, r);
    else if (to > r->at)
        e = indicator_said(r->o.ledger, r->at, to, give_said, r);
    if (e < 0)
        return e;
    if (r->left > 0)
        r->step = to; /* all of the span */
    r->ends = r->step >= r->until;
    return 0;
}

static int put_weight(void *self, const struct indicator_source *counts)
{
    struct reckon_again *r = self;
    struct score_rules rules;
    score_rules_default(&rules);
    return indicator_weight_put(r->o.ledger, counts->kind, counts->name, weight_of(r, counts, &rules));
}

int reckon_again_put(struct reckon_again *r)
{
    int e = 0;
    if (!r->ends)
        return 0;
    if (r->now.all) {
        e = indicator_rules_put(r->o.ledger, r->rules_walked);
        return e < 0 ? e : indicator_sources(r->o.ledger, put_weight, r);
    }
    for (unsigned i = 0; e == 0 && i < r->now.count; i++)
        e = indicator_weight_put(r->o.ledger, r->now.moved[i].kind, r->now.moved[i].name, r->now.moved[i].weight);
    return e;
}

bool reckon_again_done(struct reckon_again *r)
{
    r->at = r->step;
    if (!r->ends)
        return false;
    r->walking = r->ends = false;
    return true;
}

void reckon_again_progress(const struct reckon_again *r, uint32_t *ret_at, uint32_t *ret_of)
{
    *ret_at = r->walking ? r->at : 0;
    *ret_of = r->walking ? r->until : 0;
}

int reckon_again_new(const struct reckon_again_options *options, struct reckon_again **ret_again)
{
    struct reckon_again *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    r->o = *options;
    *ret_again = r;
    return 0;
}

void reckon_again_free(struct reckon_again *r)
{
    free(r);
}
