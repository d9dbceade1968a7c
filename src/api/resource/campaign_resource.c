/* Campaigns of notices: begun, listed, ended, and whether telling helped. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "api/notice/notice_answer.h"
#include "base/text.h"
#include "judge/notice/notice.h"
#include "model/claim.h"
#include "store/notice_campaign.h"

#define DAY_US INT64_C(86400000000)
enum { DAYS_MAX = 366, SECONDS_A_DAY = 86400 };
_Static_assert((int)CAMPAIGN_SEED_LEN == (int)EFFECT_SEED_LEN, "one seed");

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static json_t *words(unsigned claims)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < CLAIM_COUNT; i++)
        if (claims & 1u << i)
            json_array_append_new(all, json_string(claim_traits((enum claim)i)->word));
    return all;
}

static json_t *lines(const char *text)
{
    json_t *all = json_array();
    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
        json_array_append_new(all, json_stringn(at, strcspn(at, "\n")));
    return all;
}

static json_t *arm_json(const struct campaign_outcome *o)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "findings", (json_int_t)o->count, "known", (json_int_t)o->known, "fixed", (json_int_t)o->fixed, "uncovered",
                     (json_int_t)o->uncovered);
}

static json_t *effect_json(const struct campaign_outcome *told, const struct campaign_outcome *held)
{
    struct effect_result e = effect_of((struct effect_arm){told->known, told->fixed}, (struct effect_arm){held->known, held->fixed});
    if (!e.is_enough)
        return json_null();
    return json_pack("{s:f, s:f, s:f, s:f, s:f}", "told", e.told, "held_back", e.held, "difference", e.difference, "low", e.low, "high", e.high);
}

/* NULL: an error of the ledger. */
static json_t *campaign_json(struct ledger *l, const struct campaign *c, int64_t now_us)
{
    char seed[2 * CAMPAIGN_SEED_LEN + 1];
    struct campaign_outcome told = {0}, held = {0};
    if (campaign_outcomes(l, c->name, now_us, &told, &held) < 0)
        return NULL;
    const char *state = now_us < c->from_us ? "planned" : now_us < c->until_us ? "runs" : "ended";
    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:i, s:s, s:I, s:I, s:I, s:s, s:o, s:o, s:o}", "name", c->name, "state", state, "claims", words(c->claims),
                     "sectors", lines(c->sectors), "text_ja", c->text_ja, "text_en", c->text_en, "percent", (int)c->percent, "seed",
                     sodium_bin2hex(seed, sizeof seed, c->seed, sizeof c->seed), "from_us", (json_int_t)c->from_us, "until_us", (json_int_t)c->until_us, "window_us",
                     (json_int_t)c->window_us, "made_by", c->made_by, "told", arm_json(&told), "held_back", arm_json(&held), "effect", effect_json(&told, &held));
}

struct listing {
    struct ledger *ledger;
    json_t *rows;
    int64_t now_us;
};

static int add_campaign(void *self, const struct campaign *c)
{
    struct listing *l = self;
    json_t *row = campaign_json(l->ledger, c, l->now_us);
    return !row || json_array_append_new(l->rows, row) < 0 ? -EIO : 0;
}

static struct notice_answer list(const struct notice_question *q)
{
    struct listing l = {q->node->ledger, json_array(), q->now_us};
    if (campaign_list(q->node->ledger, add_campaign, &l) < 0) {
        json_decref(l.rows);
        return notice_answer_ledger(q->node->ledger);
    }
    return notice_answer_fine(json_pack("{s:o}", "rows", l.rows));
}

static struct notice_answer show(const struct notice_question *q)
{
    struct campaign c;
    const char *name = text_of(q->arguments, "name");
    int e = name ? campaign_get(q->node->ledger, name, &c) : -ENOENT;
    if (e == -ENOENT)
        return notice_answer_wrong(404, "%s", _("there is no such campaign"));
    json_t *o = e == 0 ? campaign_json(q->node->ledger, &c, q->now_us) : NULL;
    return o ? notice_answer_fine(o) : notice_answer_ledger(q->node->ledger);
}

/* ---- beginning one ---- */

static bool take_text(const json_t *object, const char *key, char *to, size_t max)
{
    const char *text = text_of(object, key);
    return !text || snprintf(to, max, "%s", text) < (int)max;
}

/* NULL: taken; else what is wrong. */
static const char *take_claims(const json_t *words_given, struct campaign *c)
{
    size_t i;
    json_t *word;
    json_array_foreach(words_given, i, word)
    {
        enum claim claim;
        const char *text = json_string_value(word);
        if (!text || claim_parse(text, &claim) < 0 || claim_traits(claim)->group != CLAIM_ASSERTION)
            return _("claims are such as phishing, malware, scanner");
        c->claims |= 1u << claim;
    }
    return NULL;
}

static const char *take_sectors(const json_t *given, struct campaign *c)
{
    size_t i, len = 0;
    json_t *sector;
    json_array_foreach(given, i, sector)
    {
        const char *text = json_string_value(sector);
        if (!text || strchr(text, '\n') || len + strlen(text) + 2 > sizeof c->sectors)
            return _("sectors are those that members have, 1000 octets in all");
        len += (size_t)snprintf(c->sectors + len, sizeof c->sectors - len, "%s%s", len ? "\n" : "", text);
    }
    return NULL;
}

static json_int_t number_or(const json_t *object, const char *key, json_int_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static const char *take_campaign(const struct notice_question *q, struct campaign *c)
{
    const json_t *a = q->arguments;
    json_int_t percent = number_or(a, "percent", 0), from_us = number_or(a, "from_us", q->now_us), until_us = number_or(a, "until_us", q->now_us + 30 * DAY_US);
    json_int_t window_s = number_or(a, "window_s", 14 * SECONDS_A_DAY);
    if (!take_text(a, "name", c->name, sizeof c->name) || !c->name[0])
        return _("a campaign's name has 1 to 63 octets");
    if (!take_text(a, "text_ja", c->text_ja, sizeof c->text_ja) || !take_text(a, "text_en", c->text_en, sizeof c->text_en))
        return _("a campaign's text has at most 2000 octets");
    if (percent < 0 || percent > EFFECT_HELD_MAX)
        return _("percent is the share that is held back: 0 to 50");
    if (from_us <= 0 || until_us <= from_us || until_us - from_us > DAYS_MAX * DAY_US || until_us <= q->now_us)
        return _("until_us is later than now and from_us, by a year at most");
    if (window_s < 1 || window_s > DAYS_MAX * SECONDS_A_DAY)
        return _("window_s, within which an effect is looked for, is 1 to 366 days in seconds");
    c->percent = (unsigned)percent;
    c->from_us = from_us;
    c->until_us = until_us;
    c->window_us = window_s * 1000000;
    const char *flaw = take_claims(json_object_get(a, "claims"), c);
    return flaw ? flaw : take_sectors(json_object_get(a, "sectors"), c);
}

static struct notice_answer begin(const struct notice_question *q)
{
    struct campaign c = {0};
    const char *flaw = take_campaign(q, &c);
    if (flaw)
        return notice_answer_wrong(400, "%s", flaw);
    snprintf(c.made_by, sizeof c.made_by, "%s", q->who);
    randombytes_buf(c.seed, sizeof c.seed);
    int e = campaign_add(q->node->ledger, &c);
    if (e == -EEXIST)
        return notice_answer_wrong(409, "%s", _("a campaign of that name is there, and is not changed any more"));
    if (e == -E2BIG)
        return notice_answer_wrong(409, "%s", _("there are as many campaigns as can be"));
    if (e == -EINVAL)
        return notice_answer_wrong(400, "%s", _("a text of the campaign has control characters or is no UTF-8"));
    json_t *o = e == 0 ? campaign_json(q->node->ledger, &c, q->now_us) : NULL;
    return o ? notice_answer_fine(o) : notice_answer_ledger(q->node->ledger);
}

static struct notice_answer end(const struct notice_question *q)
{
    const char *name = text_of(q->arguments, "name");
    int e = name ? campaign_end(q->node->ledger, name, q->now_us) : -ENOENT;
    if (e == -ENOENT)
        return notice_answer_wrong(404, "%s", _("there is no such campaign, or it has ended"));
    return e < 0 ? notice_answer_ledger(q->node->ledger) : show(q);
}

/* ---- ways in ---- */

void web_get_campaigns(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, list);
}

void web_get_campaign(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, show);
}

void web_post_campaign(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, begin);
}

void web_post_campaign_end(struct web_call *c, const json_t *arguments)
{
    notice_answer_web(c, arguments, end);
}

static void handle_list(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, list);
}

static void handle_show(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, show);
}

static void handle_begin(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, begin);
}

static void handle_end(struct control_request *r, const json_t *arguments)
{
    notice_answer_control(r, arguments, end);
}

const struct control_command campaign_commands[] = {
    {"campaigns", handle_list}, {"campaign", handle_show}, {"campaign-begin", handle_begin}, {"campaign-end", handle_end}, {0},
};
