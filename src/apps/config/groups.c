/* Checks the client groups of a configuration. */
#include "apps/config/config_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { OF_ONE_MAX = 1024 }; /* entries of one kind in one group; the table of all has its own limit */

static const cyaml_schema_value_t text_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 255)};

static const cyaml_schema_field_t group_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct config_file_group, name, 1, POLICY_GROUP_NAME_MAX - 1),
    CYAML_FIELD_STRING_PTR("member", CONFIG_OPTIONAL, struct config_file_group, member, 1, GROUP_MEMBER_MAX - 1),
    CYAML_FIELD_SEQUENCE("clients", CONFIG_OPTIONAL, struct config_file_group, clients, &text_entry, 0, OF_ONE_MAX),
    CYAML_FIELD_SEQUENCE("server_names", CONFIG_OPTIONAL, struct config_file_group, server_names, &text_entry, 0, OF_ONE_MAX),
    CYAML_FIELD_SEQUENCE("tokens", CONFIG_OPTIONAL, struct config_file_group, tokens, &text_entry, 0, OF_ONE_MAX),
    CYAML_FIELD_SEQUENCE("lists", CONFIG_OPTIONAL, struct config_file_group, lists, &text_entry, 0, OF_ONE_MAX),
    CYAML_FIELD_SEQUENCE("without", CONFIG_OPTIONAL, struct config_file_group, without, &text_entry, 0, OF_ONE_MAX),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t config_group_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_file_group, group_fields)};

struct take {
    struct config_load *load;
    struct group_settings *to;
};

static void refuse(const struct take *t, const char *key, const char *value, const char *reason)
{
    config_refuse(t->load, key, value, reason);
}

/* Letters, digits, "-", "_" and ".": what can stand in a list's name, a file's, or a path without being escaped. */
static bool is_plain(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")] == '\0';
}

/* Room for one more; false, and said, when the table is full. */
static bool has_room(const struct take *t, const char *key, const char *value, unsigned count, unsigned max)
{
    char text[64];
    if (count < max)
        return true;
    snprintf(text, sizeof text, _("more than %u of all groups together"), max);
    refuse(t, key, value, text);
    return false;
}

static void take_clients(const struct take *t, const struct config_file_group *f, uint16_t group)
{
    for (unsigned i = 0; f->clients && i < f->clients_count; i++) {
        struct addr_prefix prefix;
        if (!has_room(t, "clients", f->clients[i], t->to->prefix_count, GROUP_PREFIXES_MAX))
            return;
        if (addr_prefix_parse(f->clients[i], &prefix) < 0) {
            refuse(t, "clients", f->clients[i], _("not a network, such as 192.0.2.0/24 (bits after the prefix must be zero)"));
            continue;
        }
        for (unsigned k = 0; k < t->to->prefix_count; k++)
            if (t->to->prefixes[k].prefix.bits == prefix.bits &&
                memcmp(&t->to->prefixes[k].prefix.addr, &prefix.addr, sizeof prefix.addr) == 0)
                refuse(t, "clients", f->clients[i], _("is of another group already"));
        t->to->prefixes[t->to->prefix_count].prefix = prefix;
        t->to->prefixes[t->to->prefix_count++].group = group;
    }
}

static void take_server_names(const struct take *t, const struct config_file_group *f, uint16_t group)
{
    struct group_settings *to = t->to;
    for (unsigned i = 0; f->server_names && i < f->server_names_count; i++) {
        const char *text = f->server_names[i];
        struct dns_name name;
        char normal[DNS_NAME_TEXT_MAX];
        if (!has_room(t, "server_names", text, to->server_name_count, GROUP_SERVER_NAMES_MAX))
            return;
        if (dns_name_parse(text, strlen(text), &name) < 0 || name.labels == 0 ||
            strlen(dns_name_format(&name, normal)) >= GROUP_SERVER_NAME_MAX) {
            refuse(t, "server_names", text, _("not a domain name"));
            continue;
        }
        for (unsigned k = 0; k < to->server_name_count; k++)
            if (strcmp(to->server_names[k].name, normal) == 0)
                refuse(t, "server_names", text, _("is of another group already"));
        memcpy(to->server_names[to->server_name_count].name, normal, strlen(normal));
        to->server_names[to->server_name_count++].group = group;
    }
}

static void take_tokens(const struct take *t, const struct config_file_group *f, uint16_t group)
{
    struct group_settings *to = t->to;
    for (unsigned i = 0; f->tokens && i < f->tokens_count; i++) {
        const char *text = f->tokens[i];
        size_t len = strlen(text);
        /* The token itself is not for a log: the group's name says which it is. */
        if (!has_room(t, "tokens", f->name, to->token_count, GROUP_TOKENS_MAX))
            return;
        if (len < GROUP_TOKEN_MIN || len >= GROUP_TOKEN_MAX || !is_plain(text)) {
            refuse(t, "tokens", f->name, _("a token is 16 to 64 letters, digits, - _ or ., and nobody can guess it"));
            continue;
        }
        for (unsigned k = 0; k < to->token_count; k++)
            if (strcmp(to->tokens[k].token, text) == 0)
                refuse(t, "tokens", f->name, _("has a token that is of another group already"));
        memcpy(to->tokens[to->token_count].token, text, len);
        to->tokens[to->token_count++].group = group;
    }
}

static void take_lists(const struct take *t, const char *key, char *const *names, unsigned count, uint16_t group,
                       bool without)
{
    struct group_settings *to = t->to;
    for (unsigned i = 0; names && i < count; i++) {
        if (!has_room(t, key, names[i], to->list_count, GROUP_LISTS_MAX))
            return;
        if (!is_plain(names[i]) || strlen(names[i]) >= POLICY_LIST_NAME_MAX) {
            refuse(t, key, names[i], _("not the name of a list"));
            continue;
        }
        snprintf(to->lists[to->list_count].name, sizeof to->lists[0].name, "%s", names[i]);
        to->lists[to->list_count].group = group;
        to->lists[to->list_count++].without = without;
    }
}

void config_take_groups(struct config_load *l, const struct config_file_group *groups, unsigned count,
                        char *const *only_for_groups, unsigned only_count, struct group_settings *to)
{
    const struct take t = {.load = l, .to = to};
    take_lists(&t, "only_for_groups", only_for_groups, only_count, 0, true);
    for (unsigned i = 0; groups && i < count; i++) {
        const struct config_file_group *f = &groups[i];
        if (!has_room(&t, "groups", f->name, to->count, GROUPS_MAX))
            return;
        if (!is_plain(f->name)) {
            refuse(&t, "name", f->name, _("a group's name has letters, digits, - _ and ."));
            continue;
        }
        for (unsigned k = 0; k < to->count; k++)
            if (dns_group_id(to->groups[k].name) == dns_group_id(f->name))
                refuse(&t, "name", f->name, _("is the name, or has the number, of another group: choose a different one"));
        snprintf(to->groups[to->count].name, sizeof to->groups[0].name, "%s", f->name);
        snprintf(to->groups[to->count].member, sizeof to->groups[0].member, "%s", f->member ? f->member : "");
        uint16_t group = (uint16_t)++to->count;
        take_clients(&t, f, group);
        take_server_names(&t, f, group);
        take_tokens(&t, f, group);
        take_lists(&t, "lists", f->lists, f->lists_count, group, false);
        take_lists(&t, "without", f->without, f->without_count, group, true);
    }
}
