/* Reads the section `judge` of the configuration: how far which sources are trusted, and what is often reported wrongly. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apps/config/config_impl.h"
#include "base/text.h"

static const cyaml_schema_field_t source_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct config_file_source, name, 1, VERDICT_NAME_MAX - 1),
    CYAML_FIELD_UINT_PTR("trust", CONFIG_OPTIONAL, struct config_file_source, trust),
    CYAML_FIELD_STRING_PTR("family", CONFIG_OPTIONAL, struct config_file_source, family, 1, VERDICT_NAME_MAX - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t source_entry = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_file_source, source_fields)};

static const cyaml_schema_value_t word_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 63)};

static const cyaml_schema_value_t own_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, OWN_VALUE_MAX - 1)};

static const cyaml_schema_field_t thresholds_fields[] = {
    CYAML_FIELD_STRING_PTR("claim", CONFIG_OPTIONAL, struct config_file_thresholds, claim, 1, 63),
    CYAML_FIELD_SEQUENCE("kinds", CONFIG_OPTIONAL, struct config_file_thresholds, kinds, &word_entry, 0, SUBJECT_KIND_COUNT),
    CYAML_FIELD_UINT_PTR("observe", CONFIG_OPTIONAL, struct config_file_thresholds, observe),
    CYAML_FIELD_UINT_PTR("ask", CONFIG_OPTIONAL, struct config_file_thresholds, ask),
    CYAML_FIELD_UINT_PTR("block", CONFIG_OPTIONAL, struct config_file_thresholds, block),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t thresholds_entry = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_file_thresholds, thresholds_fields)};

const cyaml_schema_field_t config_judge_fields[] = {
    CYAML_FIELD_SEQUENCE("thresholds", CONFIG_OPTIONAL, struct config_file_judge, thresholds, &thresholds_entry, 0, CONFIG_THRESHOLDS_MAX),
    CYAML_FIELD_SEQUENCE("sources", CONFIG_OPTIONAL, struct config_file_judge, sources, &source_entry, 0, CONFIG_SOURCES_MAX),
    CYAML_FIELD_SEQUENCE("own", CONFIG_OPTIONAL, struct config_file_judge, own, &own_entry, 0, OWN_VALUES_MAX),
    CYAML_FIELD_STRING_PTR("popular", CONFIG_OPTIONAL, struct config_file_judge, popular, 1, CONFIG_PATH_MAX - 1),
    CYAML_FIELD_UINT_PTR("popular_max_rank", CONFIG_OPTIONAL, struct config_file_judge, popular_max_rank),
    CYAML_FIELD_STRING_PTR("shared_hosting", CONFIG_OPTIONAL, struct config_file_judge, shared_hosting, 1, CONFIG_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("warning_lists", CONFIG_OPTIONAL, struct config_file_judge, warning_lists, 1, CONFIG_PATH_MAX - 1),
    CYAML_FIELD_END,
};

/* Families are numbered by the first source that is of them, from 1. */
static uint32_t family_of(const struct config_file_judge *f, unsigned index)
{
    for (unsigned i = 0; f->sources[index].family && i <= index; i++)
        if (f->sources[i].family && strcmp(f->sources[i].family, f->sources[index].family) == 0)
            return i + 1;
    return 0;
}

/* ---- thresholds ---- */

static uint16_t permille_of(struct config_load *l, const char *key, const unsigned *percent, uint16_t otherwise)
{
    if (!percent)
        return otherwise;
    if (*percent < 1 || *percent > 100) {
        config_refuse_number(l, key, *percent, _("must be 1 to 100 per cent; 100 is never reached"));
        return otherwise;
    }
    return *percent == 100 ? SCORE_NEVER : (uint16_t)(*percent * 10);
}

static void take_row(struct config_load *l, const struct config_file_thresholds *f, struct score_thresholds *to)
{
    to->claim = SCORE_ANY_CLAIM;
    if (f->claim && strcmp(f->claim, "any") != 0 &&
        (claim_parse(f->claim, &to->claim) < 0 || claim_traits(to->claim)->group != CLAIM_ASSERTION || !claim_traits(to->claim)->against))
        config_refuse(l, "claim", f->claim, _("no claim against a subject, nor \"any\"; \"hinomi help judge\" has them"));
    for (unsigned i = 0; f->kinds && i < f->kinds_count; i++) {
        enum subject_kind kind;
        if (subject_kind_parse(f->kinds[i], &kind) < 0)
            config_refuse(l, "kinds", f->kinds[i], _("no such kind of subject"));
        else
            to->kinds |= 1U << kind;
    }
    if (!f->observe && !f->ask && !f->block)
        config_refuse(l, "thresholds", f->claim ? f->claim : "any", _("say from which probability on: observe, ask, block"));
}

/* What is not given is that of the row that would hold without this one, as far as the order allows. */
static void take_values(struct config_load *l, const struct config_file_thresholds *f, const struct score_thresholds *without,
                        struct score_thresholds *to)
{
    to->observe = permille_of(l, "observe", f->observe, without->observe);
    to->ask = permille_of(l, "ask", f->ask, without->ask);
    to->block = permille_of(l, "block", f->block, without->block);
    if (f->block && !f->ask && to->ask > to->block)
        to->ask = to->block;
    if ((f->block || f->ask) && !f->observe && to->observe > to->ask)
        to->observe = to->ask;
    if (f->observe && !f->ask && to->ask < to->observe)
        to->ask = to->observe;
    if ((f->observe || f->ask) && !f->block && to->block < to->ask)
        to->block = to->ask;
    if (to->observe > to->ask)
        config_refuse_number(l, "observe", to->observe / 10u, _("must not be above ask"));
    else if (to->ask > to->block)
        config_refuse_number(l, "ask", to->ask / 10u, _("must not be above block"));
    to->active = without->active < to->observe ? without->active : to->observe;
}

/* Two rows for the same would hide each other. */
static bool is_double(const struct score_thresholds *a, const struct score_thresholds *b)
{
    return a->claim == b->claim && ((a->kinds == 0 && b->kinds == 0) || a->kinds & b->kinds);
}

/* The general rows first, since the others take from them what they do not say: any, kinds, claim, both. */
static void take_thresholds(struct config_load *l, const struct config_file_judge *f, struct score_rules *to)
{
    enum { ORDERS = 4 };
    struct score_thresholds rows[CONFIG_THRESHOLDS_MAX] = {0};
    unsigned count = f->thresholds_count < CONFIG_THRESHOLDS_MAX ? f->thresholds_count : CONFIG_THRESHOLDS_MAX;
    for (unsigned i = 0; i < count; i++) {
        take_row(l, &f->thresholds[i], &rows[i]);
        for (unsigned before = 0; before < i; before++)
            if (is_double(&rows[i], &rows[before]))
                config_refuse(l, "thresholds", f->thresholds[i].claim ? f->thresholds[i].claim : "any",
                              _("there are thresholds for the same claim and kind already"));
    }
    for (unsigned order = 0; order < ORDERS; order++) {
        for (unsigned i = 0; i < count; i++) {
            if ((rows[i].claim != SCORE_ANY_CLAIM) * 2U + (rows[i].kinds != 0) != order)
                continue;
            enum subject_kind first = rows[i].kinds ? (enum subject_kind)__builtin_ctz(rows[i].kinds) : SUBJECT_KIND_COUNT;
            take_values(l, &f->thresholds[i], score_thresholds_find(to, rows[i].claim, first, NULL), &rows[i]);
            if (score_thresholds_put(to, &rows[i]) < 0)
                config_refuse(l, "thresholds", f->thresholds[i].claim ? f->thresholds[i].claim : "any", _("there are too many"));
        }
    }
}

/* ---- guards ---- */

static void take_guards(struct config_load *l, const struct config_file_judge *f, struct config_judge *to)
{
    const struct {
        const char *key, *path;
    } lists[] = {[CONFIG_POPULAR] = {"popular", f->popular}, [CONFIG_SHARED_HOSTING] = {"shared_hosting", f->shared_hosting}};
    _Static_assert(array_len(lists) == CONFIG_GUARD_LISTS, "one key per list");
    for (unsigned i = 0; i < array_len(lists); i++) {
        if (lists[i].path && lists[i].path[0] != '/')
            config_refuse(l, lists[i].key, lists[i].path, _("must be an absolute path"));
        else if (lists[i].path && access(lists[i].path, R_OK) < 0)
            config_refuse(l, lists[i].key, lists[i].path, strerror(errno));
        config_take_text(l, lists[i].key, lists[i].path, to->guard_lists[i], sizeof to->guard_lists[i]);
    }
    to->popular_max_rank = CONFIG_POPULAR_RANK;
    if (f->popular_max_rank && (*f->popular_max_rank < 1 || !f->popular))
        config_refuse_number(l, "popular_max_rank", *f->popular_max_rank, _("must be at least 1, and needs the key \"popular\""));
    else if (f->popular_max_rank)
        to->popular_max_rank = *f->popular_max_rank;
    for (unsigned i = 0; f->own && i < f->own_count; i++)
        if (own_values_add(&to->own, f->own[i]) < 0)
            config_refuse(l, "own", f->own[i], _("must be a domain name, an address or a prefix"));
}

void config_take_judge(struct config_load *l, const struct config_file_judge *f, struct config_judge *to)
{
    *to = (struct config_judge){0};
    score_rules_default(&to->rules);
    take_thresholds(l, f, &to->rules);
    take_guards(l, f, to);
    for (unsigned i = 0; i < f->sources_count && i < CONFIG_SOURCES_MAX; i++) {
        const struct config_file_source *s = &f->sources[i];
        struct config_source *c = &to->sources[to->source_count++];
        for (unsigned before = 0; before < i; before++)
            if (strcmp(f->sources[before].name, s->name) == 0)
                config_refuse(l, "name", s->name, _("another source has that name"));
        snprintf(c->name, sizeof c->name, "%s", s->name);
        c->cluster = family_of(f, i);
        if (s->trust && (*s->trust < 1 || *s->trust > 100))
            config_refuse_number(l, "trust", *s->trust, _("must be 1 to 100 per cent"));
        else if (s->trust)
            c->trust_percent = (uint8_t)*s->trust;
    }
    config_take_text(l, "warning_lists", f->warning_lists, to->warning_lists, sizeof to->warning_lists);
    if (f->warning_lists && f->warning_lists[0] != '/')
        config_refuse(l, "warning_lists", f->warning_lists, _("must be an absolute path"));
}
