/* Reads the section `judge` of the configuration: how far which sources are trusted, and what is often reported wrongly. */
#include <stdio.h>
#include <string.h>

#include "apps/config_impl.h"
#include "base/text.h"

static const cyaml_schema_field_t source_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct config_file_source, name, 1, VERDICT_NAME_MAX - 1),
    CYAML_FIELD_UINT_PTR("trust", CONFIG_OPTIONAL, struct config_file_source, trust),
    CYAML_FIELD_STRING_PTR("family", CONFIG_OPTIONAL, struct config_file_source, family, 1, VERDICT_NAME_MAX - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t source_entry = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_file_source, source_fields)};

const cyaml_schema_field_t config_judge_fields[] = {
    CYAML_FIELD_SEQUENCE("sources", CONFIG_OPTIONAL, struct config_file_judge, sources, &source_entry, 0, CONFIG_SOURCES_MAX),
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

void config_take_judge(struct config_load *l, const struct config_file_judge *f, struct config_judge *to)
{
    *to = (struct config_judge){0};
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
