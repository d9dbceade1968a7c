/* Reads never-block lists and keeps the conflicts of other lists with them. */
#include "act/policy/protection.h"

#include <errno.h>
#include <stdlib.h>

struct conflict {
    unsigned list, source;
    uint32_t line, by_line;
    uint8_t action, scope;
    char *name, *protected_name;
};

struct list_count {
    char *name;
    uint64_t conflicts;
};

struct protection {
    struct name_set *names;
    char *sources[PROTECTION_SOURCES_MAX];
    unsigned source_count;
    struct list_count lists[POLICY_LISTS_MAX];
    unsigned list_count;
    struct conflict *conflicts;
    size_t kept, kept_max;
    uint64_t all;
};

struct protection *protection_new(struct sip_key key)
{
    struct protection *p = calloc(1, sizeof *p);
    if (p && !(p->names = name_set_new(key))) {
        free(p);
        return NULL;
    }
    return p;
}

void protection_free(struct protection *p)
{
    if (!p)
        return;
    name_set_free(p->names);
    for (unsigned i = 0; i < p->source_count; i++)
        free(p->sources[i]);
    for (unsigned i = 0; i < p->list_count; i++)
        free(p->lists[i].name);
    for (size_t i = 0; i < p->kept; i++) {
        free(p->conflicts[i].name);
        free(p->conflicts[i].protected_name);
    }
    free(p->conflicts);
    free(p);
}

static int protect(void *self, const struct list_rule *rule, uint32_t line)
{
    struct protection *p = self;
    return name_set_add(p->names, rule->name, POLICY_SCOPE_EXACT, (uint16_t)(p->source_count - 1), line);
}

int protection_read(struct protection *p, const char *source, int fd, const struct list_reading *reading,
                    struct list_stats *ret_stats)
{
    if (p->source_count == PROTECTION_SOURCES_MAX)
        return -E2BIG;
    char *name = strndup(source, PROTECTION_NAME_MAX - 1);
    if (!name)
        return -ENOMEM;
    p->sources[p->source_count++] = name;
    return list_read_as(fd, reading, (struct list_handler){.on_rule = protect, .self = p}, ret_stats);
}

bool protection_forbids(const struct protection *p, const struct list_rule *rule, struct name_set_entry *ret_by)
{
    if (rule->action == DNS_ACTION_PASS)
        return false;
    if ((rule->scope & POLICY_SCOPE_EXACT) && name_set_find(p->names, rule->name, 0, ret_by))
        return true;
    return (rule->scope & POLICY_SCOPE_BELOW) && name_set_has_below(p->names, rule->name, ret_by);
}

/* The list's number here; a conflict's list is the last one that had any, or a new one. */
static unsigned number_of(struct protection *p, const char *list)
{
    if (p->list_count > 0 && strcmp(p->lists[p->list_count - 1].name, list) == 0)
        return p->list_count - 1;
    if (p->list_count == POLICY_LISTS_MAX)
        return POLICY_LISTS_MAX;
    p->lists[p->list_count].name = strdup(list);
    return p->lists[p->list_count].name ? p->list_count++ : POLICY_LISTS_MAX;
}

static void keep(struct protection *p, unsigned list, const struct list_rule *rule, uint32_t line,
                 const struct name_set_entry *by)
{
    if (p->kept == PROTECTION_CONFLICTS_MAX)
        return;
    if (p->kept == p->kept_max) {
        size_t max = p->kept_max ? p->kept_max * 2 : 64;
        struct conflict *more = realloc(p->conflicts, max * sizeof *more);
        if (!more)
            return; /* counted all the same */
        p->conflicts = more;
        p->kept_max = max;
    }
    char name[DNS_NAME_TEXT_MAX], protected_name[DNS_NAME_TEXT_MAX];
    struct conflict c = {.list = list,
                         .source = by->source,
                         .line = line,
                         .by_line = by->line,
                         .action = rule->action,
                         .scope = rule->scope,
                         .name = strdup(dns_name_format(rule->name, name)),
                         .protected_name = strdup(dns_name_format(&by->name, protected_name))};
    if (c.name && c.protected_name) {
        p->conflicts[p->kept++] = c;
    } else {
        free(c.name);
        free(c.protected_name);
    }
}

bool protection_catches(struct protection *p, const char *list, const struct list_rule *rule, uint32_t line)
{
    struct name_set_entry by;
    if (!protection_forbids(p, rule, &by))
        return false;
    p->all++;
    unsigned number = number_of(p, list);
    if (number < POLICY_LISTS_MAX) {
        p->lists[number].conflicts++;
        keep(p, number, rule, line, &by);
    }
    return true;
}

size_t protection_names(const struct protection *p)
{
    return name_set_count(p->names);
}

uint64_t protection_conflicts(const struct protection *p)
{
    return p->all;
}

uint64_t protection_conflicts_of(const struct protection *p, const char *list)
{
    for (unsigned i = 0; i < p->list_count; i++)
        if (strcmp(p->lists[i].name, list) == 0)
            return p->lists[i].conflicts;
    return 0;
}

const char *protection_source(const struct protection *p, uint16_t source)
{
    return source < p->source_count ? p->sources[source] : "";
}

bool protection_has(const struct protection *p, const struct dns_name *name, struct name_set_entry *ret_by)
{
    return name_set_find(p->names, name, 0, ret_by) != 0;
}

int protection_each(const struct protection *p, protection_each_fn *each, void *self)
{
    int e = 0;
    for (size_t i = 0; e == 0 && i < p->kept; i++) {
        const struct conflict *c = &p->conflicts[i];
        e = each(&(struct protection_conflict){.list = p->lists[c->list].name,
                                               .line = c->line,
                                               .action = c->action,
                                               .scope = c->scope,
                                               .name = c->name,
                                               .protected_name = c->protected_name,
                                               .by = protection_source(p, (uint16_t)c->source),
                                               .by_line = c->by_line},
                 self);
    }
    return e;
}
