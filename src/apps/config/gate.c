/* Reads what each recipient may be told: `receives` of the recipients in the section `share`. */
#include <stdio.h>
#include <string.h>

#include "apps/config/config_impl.h"
#include "base/text.h"

static const cyaml_schema_value_t word_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 63)};

const cyaml_schema_field_t config_receives_fields[] = {
    CYAML_FIELD_STRING_PTR("tlp", CONFIG_OPTIONAL, struct config_file_receives, tlp, 1, 31),
    CYAML_FIELD_STRING_PTR("pap", CONFIG_OPTIONAL, struct config_file_receives, pap, 1, 31),
    CYAML_FIELD_SEQUENCE("claims", CONFIG_OPTIONAL, struct config_file_receives, claims, &word_entry, 0, CLAIM_COUNT),
    CYAML_FIELD_SEQUENCE("kinds", CONFIG_OPTIONAL, struct config_file_receives, kinds, &word_entry, 0, SUBJECT_KIND_COUNT),
    CYAML_FIELD_STRING_PTR("advice", CONFIG_OPTIONAL, struct config_file_receives, advice, 1, 31),
    CYAML_FIELD_UINT_PTR("probability", CONFIG_OPTIONAL, struct config_file_receives, probability),
    CYAML_FIELD_END,
};

static void take_levels(struct config_load *l, const struct config_file_receives *f, struct gate_rules *to)
{
    if (f->tlp && (verdict_tlp_parse(f->tlp, &to->tlp) < 0 || to->tlp == VERDICT_TLP_RED))
        config_refuse(l, "tlp", f->tlp, _("must be clear, green, amber or amber+strict; TLP:RED is told from person to person"));
    if (f->pap && verdict_pap_parse(f->pap, &to->pap) < 0)
        config_refuse(l, "pap", f->pap, _("must be clear, green, amber or red"));
    if (f->advice && indicator_decision_parse(f->advice, &to->decision) < 0)
        config_refuse(l, "advice", f->advice, _("must be none, observe, ask or block"));
    if (f->probability && *f->probability > 100)
        config_refuse_number(l, "probability", *f->probability, _("must be 0 to 100 per cent"));
    else if (f->probability)
        to->probability = (uint16_t)(*f->probability * 10);
}

static void take_sets(struct config_load *l, const struct config_file_receives *f, struct gate_rules *to)
{
    const uint32_t possible = to->claims;
    to->claims = f->claims ? 0 : to->claims;
    for (unsigned i = 0; f->claims && i < f->claims_count; i++) {
        enum claim claim;
        if (claim_parse(f->claims[i], &claim) < 0 || !(possible & 1U << claim))
            config_refuse(l, "claims", f->claims[i], _("no claim that can be shared; \"hinomi help judge\" has them"));
        else
            to->claims |= 1U << claim;
    }
    to->kinds = f->kinds ? 0 : to->kinds;
    for (unsigned i = 0; f->kinds && i < f->kinds_count; i++) {
        enum subject_kind kind;
        if (subject_kind_parse(f->kinds[i], &kind) < 0)
            config_refuse(l, "kinds", f->kinds[i], _("no such kind of subject"));
        else
            to->kinds |= 1U << kind;
    }
}

void config_take_gates(struct config_load *l, const struct config_file_share *f, struct gate_rules to[TAXII_RECIPIENTS_MAX])
{
    memset(to, 0, TAXII_RECIPIENTS_MAX * sizeof *to); /* nothing leaves by default */
    for (unsigned i = 0; f->recipients && i < f->recipients_count; i++) {
        const struct config_file_receives *receives = f->recipients[i].receives;
        if (!receives)
            continue;
        gate_rules_default(&to[i]);
        take_levels(l, receives, &to[i]);
        take_sets(l, receives, &to[i]);
    }
}
