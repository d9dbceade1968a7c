/* The table of claims. */
#include "model/claim.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

static const struct claim_traits table[] = {
    [CLAIM_BLOCK] = {"block", N_("is to be blocked"), CLAIM_DIRECTIVE, true, 0},
    [CLAIM_ALLOW] = {"allow", N_("is to be let through"), CLAIM_DIRECTIVE, false, 0},
    [CLAIM_LIST] = {"list", N_("is a list to be followed"), CLAIM_DIRECTIVE, false, 0},
    [CLAIM_OBSERVE] = {"observe", N_("is to be watched"), CLAIM_DIRECTIVE, true, 0},
    [CLAIM_PHISHING] = {"phishing", N_("is used for phishing"), CLAIM_ASSERTION, true, 14},
    [CLAIM_MALWARE] = {"malware", N_("spreads malware"), CLAIM_ASSERTION, true, 30},
    [CLAIM_C2] = {"c2", N_("commands infected machines"), CLAIM_ASSERTION, true, 45},
    [CLAIM_DGA] = {"dga", N_("is a name made by malware"), CLAIM_ASSERTION, true, 7},
    [CLAIM_TUNNEL] = {"tunnel", N_("carries data inside DNS"), CLAIM_ASSERTION, true, 30},
    [CLAIM_SCANNER] = {"scanner", N_("scans networks"), CLAIM_ASSERTION, true, 7},
    [CLAIM_INFECTED] = {"infected", N_("is infected"), CLAIM_ASSERTION, true, 7},
    [CLAIM_DDOS_SOURCE] = {"ddos-source", N_("takes part in denial of service"), CLAIM_ASSERTION, true, 3},
    [CLAIM_DDOS_VICTIM] = {"ddos-victim", N_("is a target of denial of service"), CLAIM_ASSERTION, false, 3},
    [CLAIM_SPAM] = {"spam", N_("sends or is advertised by unwanted mail"), CLAIM_ASSERTION, true, 14},
    [CLAIM_MALICIOUS] = {"malicious", N_("is malicious"), CLAIM_ASSERTION, true, 30},
    [CLAIM_BENIGN] = {"benign", N_("does no harm"), CLAIM_ASSERTION, false, 180},
    [CLAIM_FALSE_POSITIVE] = {"false-positive", N_("was judged wrongly"), CLAIM_APPRAISAL, false, 180},
    [CLAIM_CONFIRMED] = {"confirmed", N_("was judged rightly"), CLAIM_APPRAISAL, true, 90},
};
_Static_assert(array_len(table) == CLAIM_COUNT, "one row per claim");

const struct claim_traits *claim_traits(enum claim claim)
{
    static const struct claim_traits unknown = {"unknown", N_("says what this program does not know"), CLAIM_ASSERTION, false, 0};
    return (unsigned)claim < CLAIM_COUNT ? &table[claim] : &unknown;
}

int claim_parse(const char *word, enum claim *ret_claim)
{
    for (unsigned c = 0; c < CLAIM_COUNT; c++) {
        if (strcmp(word, table[c].word) == 0) {
            *ret_claim = (enum claim)c;
            return 0;
        }
    }
    return -EINVAL;
}
