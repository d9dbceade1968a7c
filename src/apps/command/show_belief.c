/* Prints beliefs. */
#include "apps/command/show_belief.h"

#include <stdio.h>

#include "apps/command/columns.h"
#include "apps/command/row_reader.h"
#include "apps/command/when.h"
#include "base/text.h"
#include "model/claim.h"

const char *show_claim(const json_t *object)
{
    enum claim claim;
    const char *word = row_text(object, "claim");
    return claim_parse(word, &claim) == 0 ? _(claim_traits(claim)->wording) : word;
}

void show_belief(const json_t *belief)
{
    char when[WHEN_TEXT_MAX];
    const json_t *one;
    size_t i;
    if (!belief)
        return;
    columns_line(_("belief"), "%s (%.1f %%)", show_claim(belief), (double)row_number(belief, "probability") / 10);
    columns_line(_("state"), "%s", row_text(belief, "state"));
    columns_line(_("advice"), "%s", row_text(belief, "advice"));
    if (row_number(belief, "next_us") > 0)
        columns_line(_("changes"), "%s", when_format(row_number(belief, "next_us"), when));
    json_array_foreach(json_object_get(belief, "lines"), i, one)
    {
        printf("    %+7.3f  %s\n", (double)row_number(one, "log_odds") / 1000, row_text(one, "text"));
    }
}

void show_belief_without(const json_t *rows)
{
    const json_t *one;
    size_t i;
    json_array_foreach(rows, i, one)
    {
        columns_line(i == 0 ? _("without") : "", _("%s: %s (%.1f %%), %s"), row_text(one, "source"), show_claim(one), (double)row_number(one, "probability") / 10,
                     row_text(one, "advice"));
    }
}
