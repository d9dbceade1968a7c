/* Indicators: what is believed of which subjects, what waits for a person, where one was met, and how sources did. */
#include <string.h>

#include "api/node.h"
#include "api/control/rows.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/indicator.h"

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 10000, SIGHTINGS_TOLD = 48 };

static json_t *guards_json(unsigned guards)
{
    json_t *words = json_array();
    for (unsigned bit = 0; bit < INDICATOR_GUARD_COUNT; bit++)
        if (guards & 1U << bit)
            json_array_append_new(words, json_string(indicator_guard_word((enum indicator_guard)(1U << bit))));
    return words;
}

json_t *api_indicator_json(uint32_t id, const struct indicator *i)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:i, s:b, s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "id",
                     (json_int_t)id, "kind", subject_kind_word(i->subject.kind), "subject", i->subject.value, "claim",
                     claim_traits(i->claim)->word, "state", indicator_state_word(i->state), "advice",
                     indicator_decision_word(i->decision), "probability", (int)i->probability, "conflict", i->conflict, "guards",
                     guards_json(i->guards), "tlp", verdict_tlp_word(i->tlp), "pap", verdict_pap_word(i->pap), "verdict",
                     (json_int_t)i->verdict, "verdicts", (json_int_t)i->verdict_count, "sources", (json_int_t)i->source_count,
                     "sightings", (json_int_t)i->sightings, "members", (json_int_t)i->seen_members, "false_blocks",
                     (json_int_t)i->false_blocks, "first_us", (json_int_t)i->first_us, "last_us", (json_int_t)i->last_us,
                     "changed_us", (json_int_t)i->changed_us, "next_us", (json_int_t)(i->next_us == INT64_MAX ? 0 : i->next_us));
}

struct telling {
    struct control_request *request;
    uint64_t count;
    uint32_t last;
    json_t *feeds; /* of sources */
};

static int tell(void *self, uint32_t id, const struct indicator *i)
{
    struct telling *t = self;
    api_send_row(t->request, api_indicator_json(id, i));
    t->count++;
    t->last = id;
    return 0;
}

/* A word of the filter into its set; a text when it is none. */
static const char *take_filter(const json_t *arguments, struct indicator_filter *f)
{
    enum indicator_state state;
    enum indicator_decision decision;
    enum subject_kind kind;
    enum claim claim;
    const char *word = json_string_value(json_object_get(arguments, "state"));
    if (word && indicator_state_parse(word, &state) < 0)
        return _("the state is candidate, active, expired or revoked");
    f->states = word ? 1U << state : 0;
    word = json_string_value(json_object_get(arguments, "advice"));
    if (word && indicator_decision_parse(word, &decision) < 0)
        return _("the advice is none, observe, ask or block");
    f->decisions = word ? 1U << decision : 0;
    word = json_string_value(json_object_get(arguments, "kind"));
    if (word && subject_kind_parse(word, &kind) < 0)
        return _("no such kind of subject");
    f->kinds = word ? 1U << kind : 0;
    word = json_string_value(json_object_get(arguments, "claim"));
    if (word && claim_parse(word, &claim) < 0)
        return _("no such claim; \"hinomi help judge\" has them");
    f->claims = word ? 1U << claim : 0;
    f->conflict = json_is_true(json_object_get(arguments, "conflict"));
    json_int_t after = json_integer_value(json_object_get(arguments, "after"));
    json_int_t limit = json_integer_value(json_object_get(arguments, "limit"));
    if (after < 0 || after > UINT32_MAX || limit < 0 || limit > LIMIT_MAX)
        return _("at most 10000 at once; go on after the last number");
    f->after = (uint32_t)after;
    f->max = limit ? (unsigned)limit : LIMIT_DEFAULT;
    return NULL;
}

static void handle_indicators(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    struct indicator_filter filter = {0};
    struct telling t = {.request = request};
    const char *wrong = take_filter(arguments, &filter);
    if (wrong) {
        control_reply_error(request, "%s", wrong);
        return;
    }
    if (indicator_list(node->ledger, &filter, tell, &t) < 0) {
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    control_reply(request, json_pack("{s:I, s:I}", "count", (json_int_t)t.count, "after",
                                     (json_int_t)(t.count == filter.max ? t.last : 0)));
}

/* When the feed of that name was last fetched well; 0: it is none, or never. Verdicts of a list have the name "feed NAME". */
static json_int_t fetched_us(const json_t *feeds, const struct indicator_source *s)
{
    size_t i;
    json_t *feed;
    const char *of = strncmp(s->name, "feed ", 5) == 0 ? s->name + 5 : s->name;
    json_array_foreach(feeds, i, feed)
    {
        const char *name = json_string_value(json_object_get(feed, "name"));
        if (s->kind == VERDICT_BY_FEED && name && strcmp(name, of) == 0)
            return json_integer_value(json_object_get(feed, "ok_us"));
    }
    return 0;
}

static int tell_source(void *self, const struct indicator_source *s)
{
    struct telling *t = self;
    api_send_row(t->request,
             json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "kind", verdict_author_word(s->kind), "source", s->name, "said",
                       (json_int_t)s->said, "first", (json_int_t)s->first, "followed", (json_int_t)s->followed, "lead_us",
                       (json_int_t)(s->followed ? s->lead_s / (int64_t)s->followed * 1000000 : 0), "confirmed", (json_int_t)s->confirmed,
                       "wrong", (json_int_t)s->wrong, "hits", (json_int_t)s->hits, "fetched_us", fetched_us(t->feeds, s), "last_us", (json_int_t)s->last_us));
    t->count++;
    return 0;
}

static void handle_sources(struct control_request *request, const json_t *arguments)
{
    (void)arguments;
    struct node *node = control_request_self(request);
    struct telling t = {.request = request, .feeds = node->feeds(node->self)};
    if (indicator_sources(node->ledger, tell_source, &t) < 0)
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
    else
        control_reply(request, json_pack("{s:I}", "count", (json_int_t)t.count));
    json_decref(t.feeds);
}

static int add_sighting(void *self, const struct indicator_sighting *s)
{
    json_array_append_new(self, json_pack("{s:I, s:s, s:I, s:I, s:I}", "hour_us", (json_int_t)s->hour * 3600 * 1000000, "member",
                                          s->member, "count", (json_int_t)s->count, "first_us", (json_int_t)s->first_us, "last_us",
                                          (json_int_t)s->last_us));
    return 0;
}

json_t *api_sightings_json(struct ledger *l, uint32_t id)
{
    json_t *all = json_array();
    if (indicator_sightings(l, id, SIGHTINGS_TOLD, add_sighting, all) < 0)
        json_array_clear(all);
    return all;
}

const struct control_command indicator_commands[] = {
    {"indicators", handle_indicators},
    {"sources", handle_sources},
    {0},
};
