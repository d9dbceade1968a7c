/* Takes levels of sharing and of use from words. */
#include "share/statement/share_level.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

void share_level_raise(struct share_level *level, enum verdict_tlp tlp)
{
    if (!level->has_tlp || tlp > level->tlp)
        level->tlp = tlp;
    level->has_tlp = true;
}

static void raise_pap(struct share_level *level, enum verdict_pap pap)
{
    if (!level->has_pap || pap > level->pap)
        level->pap = pap;
    level->has_pap = true;
}

bool share_level_take_word(struct share_level *level, const char *word, size_t len)
{
    char text[32];
    bool is_tlp = len > 4 && strncasecmp(word, "tlp:", 4) == 0, is_pap = len > 4 && strncasecmp(word, "pap:", 4) == 0;
    if (!is_tlp && !is_pap)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)(len - 4), word + 4);
    enum verdict_tlp tlp = VERDICT_TLP_RED;
    enum verdict_pap pap = VERDICT_PAP_RED;
    /* White is clear of version 2.0. */
    if (strcasecmp(text, "white") == 0) {
        tlp = VERDICT_TLP_CLEAR;
        pap = VERDICT_PAP_CLEAR;
    } else if (is_tlp && verdict_tlp_parse(text, &tlp) < 0) {
        tlp = VERDICT_TLP_RED;
    } else if (is_pap && verdict_pap_parse(text, &pap) < 0) {
        pap = VERDICT_PAP_RED;
    }
    if (is_tlp)
        share_level_raise(level, tlp);
    else
        raise_pap(level, pap);
    return true;
}

void share_level_apply(const struct share_level *level, struct verdict *v)
{
    if (level->has_tlp)
        v->tlp = level->tlp;
    if (level->has_pap)
        v->pap = level->pap;
}
