/* Reads the section `members` of the configuration. */
#include <string.h>

#include "apps/config/config_impl.h"
#include "base/text.h"

static const cyaml_schema_value_t claim_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 63)};

const cyaml_schema_field_t config_members_fields[] = {
    CYAML_FIELD_STRING_PTR("groups", CONFIG_OPTIONAL, struct config_file_members, groups, 1, 15),
    CYAML_FIELD_SEQUENCE("may_allow", CONFIG_OPTIONAL, struct config_file_members, may_allow, &claim_entry, 0, CLAIM_COUNT),
    CYAML_FIELD_BOOL_PTR("overrides", CONFIG_OPTIONAL, struct config_file_members, overrides),
    CYAML_FIELD_END,
};

void config_default_members(struct config_members *to)
{
    /* Only what was shown to be a member's: whoever is taken for its client is shown to its operators, and has its overrides. */
    *to = (struct config_members){.groups = MEMBER_GROUPS_PROVED, .overrides = true};
    /* What takes over or already commands a machine is not a matter of one member: it reports a wrong block to the centre. */
    for (unsigned claim = 0; claim < CLAIM_COUNT; claim++)
        if (claim_traits((enum claim)claim)->against && claim != CLAIM_C2 && claim != CLAIM_MALWARE)
            to->may_allow |= 1u << claim;
}

void config_take_members(struct config_load *l, const struct config_file_members *f, struct config_members *to)
{
    static const char *const words[MEMBER_GROUPS_COUNT] = {
        [MEMBER_GROUPS_PROVED] = "proved", [MEMBER_GROUPS_ALL] = "all", [MEMBER_GROUPS_NO] = "no"};
    unsigned groups = 0;
    while (f->groups && groups < MEMBER_GROUPS_COUNT && strcmp(f->groups, words[groups]) != 0)
        groups++;
    if (groups == MEMBER_GROUPS_COUNT)
        config_refuse(l, "groups", f->groups, _("must be proved, all or no"));
    else if (f->groups)
        to->groups = (enum member_groups)groups;
    if (f->overrides)
        to->overrides = *f->overrides;
    if (f->may_allow)
        to->may_allow = 1u << CLAIM_BLOCK; /* what lists block without saying what it is */
    for (unsigned i = 0; f->may_allow && i < f->may_allow_count; i++) {
        enum claim claim;
        if (claim_parse(f->may_allow[i], &claim) < 0 || !claim_traits(claim)->against)
            config_refuse(l, "may_allow", f->may_allow[i], _("no claim against a name, such as phishing or spam"));
        else
            to->may_allow |= 1u << claim;
    }
}
