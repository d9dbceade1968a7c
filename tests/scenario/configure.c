/* Reads how the resolver of a scenario is configured. */
#include "scenario.h"

#include <assert.h>
#include <stdlib.h>

struct policy_builder *new_builder(const struct scenario *s)
{
    struct policy_builder *b = NULL;
    struct policy_builder_options o = {
        .dir_fd = s->dir_fd, .memory_max = 1 << 20, .key = {1, 2}, .now_us = world_clock_wall_us()};
    int e = policy_builder_new(&o, &b);
    assert(e == 0);
    return b;
}

static void by_hand(struct scenario *s, struct words *w, uint8_t action)
{
    struct dns_name name = take_name(s, w);
    struct policy_rule_spec spec = {.list = (uint16_t)s->hand_list, .action = action, .scope = POLICY_SCOPE_BOTH};
    if (take_if(w, "until"))
        spec.until_us = world_clock_wall_us() + take_seconds(s, w);
    if (policy_builder_add(s->hand, &name, &spec, ++s->hand_verdict) < 0)
        complain(s, "the rule cannot be added");
}

static void config_block(struct scenario *s, struct words *w)
{
    by_hand(s, w, DNS_ACTION_NXDOMAIN);
}

static void config_pass(struct scenario *s, struct words *w)
{
    by_hand(s, w, DNS_ACTION_PASS);
}

static void config_access(struct scenario *s, struct words *w)
{
    while (w->next < w->count && s->options.access_count < DNS_ACCESS_MAX)
        if (addr_prefix_parse(take(w), &s->options.access[s->options.access_count++]) < 0)
            complain(s, "not a prefix");
}

/* group NAME [client PREFIX | list NAME | without NAME]...; "group * without NAME" is for everybody. */
static void config_group(struct scenario *s, struct words *w)
{
    struct group_settings *g = &s->groups;
    const char *name = take(w);
    uint16_t group = 0;
    if (strcmp(name, "*") != 0) {
        snprintf(g->groups[g->count].name, sizeof g->groups[0].name, "%s", name);
        group = (uint16_t)++g->count;
    }
    while (w->next < w->count) {
        if (take_if(w, "client")) {
            if (addr_prefix_parse(take(w), &g->prefixes[g->prefix_count].prefix) < 0)
                complain(s, "not a prefix");
            g->prefixes[g->prefix_count++].group = group;
            continue;
        }
        g->lists[g->list_count].without = take_if(w, "without");
        if (!g->lists[g->list_count].without && !take_if(w, "list"))
            complain(s, "\"%s\" is nothing of a group", take(w));
        snprintf(g->lists[g->list_count].name, sizeof g->lists[0].name, "%s", take(w));
        g->lists[g->list_count++].group = group;
    }
}

/* rate N BURST [loopback]: of each client. */
static void config_rate(struct scenario *s, struct words *w)
{
    s->options.rate = (struct dns_rate_options){.ipv4_prefix = 32, .ipv6_prefix = 56};
    s->options.rate.per_second = (unsigned)take_number(s, w);
    s->options.rate.burst = (unsigned)take_number(s, w);
    s->options.rate.loopback = take_if(w, "loopback");
}

/* block-with WORD...: what clients get for blocked names. */
static void config_block_with(struct scenario *s, struct words *w)
{
    char text[256] = "";
    while (w->next < w->count)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", take(w));
    if (text[0])
        text[strlen(text) - 1] = '\0';
    if (block_with_parse(text, &s->policy.block_with) < 0)
        complain(s, "not something to block with");
}

/* refresh: answers much asked for are resolved anew before they expire. */
static void config_refresh(struct scenario *s, struct words *w)
{
    (void)w;
    s->options.upstream.refresh = true;
}

/* withhold-private [NAME]: private addresses of public names; NAME may have them. */
static void config_withhold_private(struct scenario *s, struct words *w)
{
    s->options.withhold_private = true;
    if (w->next == w->count)
        return;
    s->private_name = take_name(s, w);
    s->options.private_names = (struct dns_private_names){.at = &s->private_name, .count = 1};
}

/* list NAME FORMAT number N verdict N; its lines follow, each behind "|". */
static void config_list(struct scenario *s, struct words *w)
{
    end_list(s);
    s->list_source = (struct compile_source){.list.ede = DNS_EDE_FILTERED, .list.since_us = world_clock_wall_us()};
    snprintf(s->list_source.list.name, sizeof s->list_source.list.name, "%s", take(w));
    if (list_format_parse(take(w), &s->list_source.format) < 0)
        complain(s, "not a format of lists");
    if (take_if(w, "number"))
        s->list_source.list.id = (uint32_t)take_number(s, w);
    if (take_if(w, "verdict"))
        s->list_source.list.verdict_id = (uint32_t)take_number(s, w);
    s->list_text = tmpfile();
    assert(s->list_text);
}

void end_list(struct scenario *s)
{
    unsigned failed;
    if (!s->list_text)
        return;
    fflush(s->list_text);
    rewind(s->list_text);
    s->list_source.fd = fileno(s->list_text);
    if (policy_compile(s->lists, &s->list_source, 1, &failed) < 0)
        complain(s, "the list cannot be read");
    for (unsigned i = 0; i < s->list_source.sample_count; i++)
        complain(s, "line %u of the list was skipped: %s", s->list_source.samples[i].line,
                 list_flaw_text(s->list_source.samples[i].flaw));
    fclose(s->list_text);
    s->list_text = NULL;
}

/* records all|suspected: records of upstreams' answers go into the ring too. */
static void config_records(struct scenario *s, struct words *w)
{
    s->options.records = strcmp(take(w), "all") == 0 ? DNS_RECORDS_ALL : DNS_RECORDS_SUSPECTED;
}

const struct command config_commands[] = {
    {"access", config_access}, {"block", config_block}, {"block-with", config_block_with}, {"pass", config_pass}, {"list", config_list},
    {"group", config_group}, {"rate", config_rate}, {"refresh", config_refresh}, {"withhold-private", config_withhold_private}, {"records", config_records}, {0}};
