/* The section `groups` of the configuration: client groups as the file has them, checked into struct group_settings. */
#ifndef HINOMI_APPS_CONFIG_GROUPS_H
#define HINOMI_APPS_CONFIG_GROUPS_H

#include <cyaml/cyaml.h>

#include "act/policy/groups.h"

/* One group, as libcyaml gives it. */
struct file_group {
    char *name, *member;
    char **clients, **server_names, **tokens, **lists, **without;
    unsigned clients_count, server_names_count, tokens_count, lists_count, without_count;
};
extern const cyaml_schema_value_t config_group_entry;

/* Says what is wrong with a value; the first complaint counts. */
struct config_complaint {
    void (*refuse)(void *self, const char *key, const char *value, const char *reason);
    void *self;
};

/* Groups and the lists that are not for everybody; `to` is all zeros. */
void config_groups_take(const struct file_group *groups, unsigned count, char *const *only_for_groups,
                        unsigned only_count, struct config_complaint complaint, struct group_settings *to);

#endif
