/* Reads lists into a policy builder. */
#include "act/policy/compile.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct source_run {
    struct policy_builder *builder;
    struct compile_source *source;
    uint16_t list;
    struct name_set *passes; /* of an adblock list; NULL: none */
};

/* ---- exceptions of an adblock list ---- */

static int keep_pass(void *self, const struct list_rule *rule, uint32_t line)
{
    return rule->action == DNS_ACTION_PASS ? name_set_add(self, rule->name, rule->scope, 0, line) : 0;
}

/* In an adblock list "@@" wins over each block, wherever it stands and however long the block's name is. So they are
 * gathered first. */
static int gather_passes(struct compile_source *s, struct sip_key key, const struct list_reading *reading,
                         struct name_set **ret_passes)
{
    off_t start = lseek(s->fd, 0, SEEK_CUR);
    struct name_set *passes = name_set_new(key);
    if (!passes)
        return -ENOMEM;
    struct list_stats ignored;
    int e = list_read_as(s->fd, reading, (struct list_handler){.on_rule = keep_pass, .self = passes}, &ignored);
    if (e == 0 && lseek(s->fd, start, SEEK_SET) < 0)
        e = -errno;
    if (e < 0)
        name_set_free(passes);
    else
        *ret_passes = passes;
    return e;
}

/* What is left of a block when the exceptions are taken out; 0: nothing. */
static uint8_t scope_left(const struct name_set *passes, const struct list_rule *rule)
{
    if (!passes || rule->action == DNS_ACTION_PASS)
        return rule->scope;
    for (unsigned label = 1; label < rule->name->labels; label++)
        if (name_set_find(passes, rule->name, label, NULL) & POLICY_SCOPE_BELOW)
            return 0;
    return (uint8_t)(rule->scope & ~name_set_find(passes, rule->name, 0, NULL));
}

/* ---- all ---- */

static int on_rule(void *self, const struct list_rule *rule, uint32_t line)
{
    struct source_run *run = self;
    struct compile_source *s = run->source;
    struct list_rule left = *rule;
    bool by_name = rule->trigger == DNS_TRIGGER_NAME;
    if (by_name)
        left.scope = scope_left(run->passes, rule);
    if (left.scope == 0 || (by_name && s->protection && !s->observes &&
                            protection_catches(s->protection, s->list.name, &left, line)))
        return 0;
    struct policy_rule_spec spec = {
        .list = run->list,
        .action = rule->action,
        .scope = left.scope,
        .data = rule->data,
        .data_len = rule->data_len,
    };
    if (s->observes && rule->action != DNS_ACTION_PASS) {
        spec.action = DNS_ACTION_OBSERVE;
        spec.data = NULL;
        spec.data_len = 0;
    }
    struct policy_subject subject = {.trigger = rule->trigger, .name = rule->name, .prefix = rule->prefix};
    return policy_builder_add_subject(run->builder, &subject, &spec, line);
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

static int find_format(const struct compile_source *s, struct list_reading *reading)
{
    return reading->format == LIST_FORMAT_AUTO ? list_find_format(s->fd, &reading->format) : 0;
}

static int add_list(struct source_run *run, enum list_format format)
{
    struct policy_list list = run->source->list;
    list.is_zone = format == LIST_FORMAT_RPZ;
    int index = policy_builder_list(run->builder, &list);
    if (index < 0)
        return index;
    run->list = (uint16_t)index;
    return 0;
}

int policy_compile(struct policy_builder *b, struct compile_source *sources, unsigned count, unsigned *ret_failed)
{
    for (unsigned i = 0; i < count; i++) {
        *ret_failed = i;
        struct source_run run = {.builder = b, .source = &sources[i]};
        struct list_handler handler = {.on_rule = on_rule, .on_skip = on_skip, .self = &run};
        struct list_reading reading = compile_source_reading(&sources[i]);
        int e = find_format(&sources[i], &reading);
        if (e == 0)
            e = add_list(&run, reading.format);
        if (e == 0 && reading.format == LIST_FORMAT_ADBLOCK)
            e = gather_passes(&sources[i], policy_builder_key(b), &reading, &run.passes);
        if (e == 0)
            e = list_read_as(sources[i].fd, &reading, handler, &sources[i].stats);
        name_set_free(run.passes);
        if (e < 0)
            return e;
    }
    return 0;
}
