/* Types and tags of MISP. */
#include "share/statement/misp_word.h"

#include "base/test.h"
#include "model/subject.h"

static struct misp_tags take(const char *tag)
{
    struct misp_tags tags = {0};
    misp_tag_take(tag, &tags);
    return tags;
}

TEST(types_name_what_their_parts_are)
{
    check_int(misp_type_of("domain|ip")->first, ==, SUBJECT_DOMAIN);
    check_int(misp_type_of("domain|ip")->second, ==, SUBJECT_ADDRESS);
    check_int(misp_type_of("filename|sha256")->first, ==, -1);
    check_int(misp_type_of("filename|sha256")->second, ==, SUBJECT_SHA256);
    check_int(misp_type_of("AS")->first, ==, SUBJECT_AS);
    check(!misp_type_of("regkey") && !misp_type_of("") && !misp_type_of("Domain"));
}

TEST(tags_say_levels)
{
    check_int(take("tlp:amber+strict").level.tlp, ==, VERDICT_TLP_AMBER_STRICT);
    check_int(take("TLP:WHITE").level.tlp, ==, VERDICT_TLP_CLEAR);
    check_int(take("tlp:white").level.has_tlp, ==, true);
    check_int(take("PAP:AMBER").level.pap, ==, VERDICT_PAP_AMBER);
    check_int(take("tlp:unclear").level.tlp, ==, VERDICT_TLP_RED); /* what is not known may be anything */
    check(!take("osint:source-type=\"blog-post\"").level.has_tlp);
    struct misp_tags both = take("tlp:red");
    misp_tag_take("tlp:green", &both);
    check_int(both.level.tlp, ==, VERDICT_TLP_RED);
}

TEST(tags_say_how_sure)
{
    check_int(take("estimative-language:likelihood-probability=\"very-likely\"").percent, ==, 85);
    check_int(take("admiralty-scale:information-credibility=\"1\"").percent, ==, 90);
    check_int(take("admiralty-scale:information-credibility=\"6\"").percent, ==, 0);
    check_int(take("admiralty-scale:source-reliability=\"a\"").percent, ==, 0);
}

TEST(taxonomies_say_claims_and_galaxies_do_not)
{
    check_int(take("rsit:malicious-code=\"c2-server\"").claim.claim, ==, CLAIM_C2);
    check_int(take("ecsirt:malicious-code=\"c&c\"").claim.claim, ==, CLAIM_C2);
    check_int(take("rsit:malicious-code=\"infected-system\"").claim.claim, ==, CLAIM_INFECTED);
    check_int(take("kill-chain:Command and Control").claim.claim, ==, CLAIM_C2);
    check_int(take("enisa:nefarious-activity-abuse=\"phishing-attacks\"").claim.claim, ==, CLAIM_PHISHING);
    check_int(take("Phishing").claim.claim, ==, CLAIM_PHISHING);
    check_int(take("misp-galaxy:mitre-attack-pattern=\"Phishing\"").claim.rank, ==, 0);
    check_int(take("").claim.rank, ==, 0);
    check_int(take("rsit:fraud=").claim.rank, ==, 0);
    check_int(take("rsit:fraud=\"").claim.rank, ==, 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
