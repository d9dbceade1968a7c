/* Knows the words of claims. */
#include "share/statement/claim_word.h"

#include <errno.h>
#include <string.h>

/* The more they say the earlier they stand: of several words about one thing the first one here counts. */
static const struct {
    const char *word;
    enum claim claim;
} words[] = {
    {"false-positive", CLAIM_FALSE_POSITIVE},
    {"phishing", CLAIM_PHISHING},
    {"phish", CLAIM_PHISHING},
    {"spear-phishing", CLAIM_PHISHING},
    {"spearphishing", CLAIM_PHISHING},
    {"smishing", CLAIM_PHISHING},
    {"credential-phishing", CLAIM_PHISHING},
    {"dga", CLAIM_DGA},
    {"domain-generation-algorithm", CLAIM_DGA},
    {"c2", CLAIM_C2},
    {"c&c", CLAIM_C2},
    {"cnc", CLAIM_C2},
    {"cc", CLAIM_C2},
    {"c2-server", CLAIM_C2},
    {"command-and-control", CLAIM_C2},
    {"botnet-cc", CLAIM_C2},
    {"botnet-c2", CLAIM_C2},
    {"dns-tunnel", CLAIM_TUNNEL},
    {"dns-tunneling", CLAIM_TUNNEL},
    {"tunnel", CLAIM_TUNNEL},
    {"ddos-source", CLAIM_DDOS_SOURCE},
    {"ddos", CLAIM_DDOS_SOURCE},
    {"ddos-victim", CLAIM_DDOS_VICTIM},
    {"spam", CLAIM_SPAM},
    {"scanner", CLAIM_SCANNER},
    {"scanning", CLAIM_SCANNER},
    {"brute-force", CLAIM_SCANNER},
    {"bruteforce", CLAIM_SCANNER},
    {"reconnaissance", CLAIM_SCANNER},
    {"infected", CLAIM_INFECTED},
    {"infected-host", CLAIM_INFECTED},
    {"bot", CLAIM_INFECTED},
    {"malware", CLAIM_MALWARE},
    {"malware-distribution", CLAIM_MALWARE},
    {"malware-download", CLAIM_MALWARE},
    {"payload-delivery", CLAIM_MALWARE},
    {"payload", CLAIM_MALWARE},
    {"delivery", CLAIM_MALWARE},
    {"exploit-kit", CLAIM_MALWARE},
    {"drive-by", CLAIM_MALWARE},
    {"dropper", CLAIM_MALWARE},
    {"ransomware", CLAIM_MALWARE},
    {"trojan", CLAIM_MALWARE},
    {"confirmed", CLAIM_CONFIRMED},
    {"malicious", CLAIM_MALICIOUS},
    {"malicious-activity", CLAIM_MALICIOUS},
    {"compromised", CLAIM_MALICIOUS},
    {"benign", CLAIM_BENIGN},
    {"goodware", CLAIM_BENIGN},
};

/* They speak of something that is not against the subject, and that we make no statement of. */
static const char *const others[] = {"anonymization", "tor", "vpn", "proxy"};

static bool is_word(const char *known, const char *word, size_t len)
{
    if (strlen(known) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = word[i];
        c = c == ' ' || c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (c != known[i])
            return false;
    }
    return true;
}

bool claim_word_take(const char *word, size_t len, struct claim_choice *choice)
{
    for (unsigned i = 0; i < array_len(words); i++)
        if (is_word(words[i].word, word, len)) {
            if (choice->rank == 0 || i + 1 < choice->rank)
                *choice = (struct claim_choice){.rank = i + 1, .claim = words[i].claim, .is_other = choice->is_other};
            return true;
        }
    for (unsigned i = 0; i < array_len(others); i++)
        if (is_word(others[i], word, len)) {
            choice->is_other = true;
            return true;
        }
    return false;
}

int claim_word_parse(const char *word, size_t len, enum claim *ret_claim)
{
    struct claim_choice choice = {0};
    if (!claim_word_take(word, len, &choice) || choice.rank == 0)
        return -EINVAL;
    *ret_claim = choice.claim;
    return 0;
}
