/* Reads lists into a policy builder. */
#include "act/policy/compile.h"

#include <errno.h>
#include <stdio.h>

struct source_run {
    struct policy_builder *builder;
    struct compile_source *source;
    uint16_t list;
};

static int on_rule(void *self, const struct list_rule *rule, uint32_t line)
{
    struct source_run *run = self;
    struct policy_rule_spec spec = {
        .list = run->list,
        .action = rule->action,
        .scope = rule->scope,
        .data = rule->data,
        .data_len = rule->data_len,
    };
    return policy_builder_add(run->builder, rule->name, &spec, line);
}

struct list_reading compile_source_reading(const struct compile_source *s)
{
    struct list_reading reading = {.format = s->format};
    memcpy(reading.column, s->column, sizeof reading.column);
    return reading;
}

void compile_source_add_sample(struct compile_source *s, enum list_flaw flaw, uint32_t line, const char *text,
                               size_t len)
{
    if (s->sample_count == COMPILE_SAMPLES_MAX)
        return;
    unsigned i = s->sample_count++;
    s->samples[i].flaw = flaw;
    s->samples[i].line = line;
    if (len >= COMPILE_SAMPLE_TEXT_MAX)
        len = COMPILE_SAMPLE_TEXT_MAX - 1;
    for (size_t k = 0; k < len; k++) {
        unsigned char c = (unsigned char)text[k];
        s->samples[i].text[k] = c < 0x20 || c >= 0x7f ? '?' : (char)c;
    }
    s->samples[i].text[len] = '\0';
}

static void on_skip(void *self, enum list_flaw flaw, uint32_t line, const char *text, size_t len)
{
    compile_source_add_sample(((struct source_run *)self)->source, flaw, line, text, len);
}

int policy_compile(struct policy_builder *b, struct compile_source *sources, unsigned count, unsigned *ret_failed)
{
    for (unsigned i = 0; i < count; i++) {
        *ret_failed = i;
        int list = policy_builder_list(b, &sources[i].list);
        if (list < 0)
            return list;
        struct source_run run = {.builder = b, .source = &sources[i], .list = (uint16_t)list};
        struct list_handler handler = {.on_rule = on_rule, .on_skip = on_skip, .self = &run};
        struct list_reading reading = compile_source_reading(&sources[i]);
        int e = list_read_as(sources[i].fd, &reading, handler, &sources[i].stats);
        if (e < 0)
            return e;
    }
    return 0;
}
