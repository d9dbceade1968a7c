/* Knows the words of MISP. */
#include "share/statement/misp_word.h"

#include <string.h>
#include <strings.h>

#include "model/subject.h"

enum { NONE = -1 };

static const struct misp_type types[] = {
    {"domain", SUBJECT_DOMAIN, NONE, false},
    {"hostname", SUBJECT_HOST, NONE, false},
    {"domain|ip", SUBJECT_DOMAIN, SUBJECT_ADDRESS, true},
    {"hostname|port", SUBJECT_HOST, NONE, true},
    {"ip-src", SUBJECT_ADDRESS, NONE, false},
    {"ip-dst", SUBJECT_ADDRESS, NONE, false},
    {"ip-src|port", SUBJECT_ADDRESS, NONE, true},
    {"ip-dst|port", SUBJECT_ADDRESS, NONE, true},
    {"url", SUBJECT_URL, NONE, false},
    {"email", SUBJECT_EMAIL, NONE, false},
    {"email-src", SUBJECT_EMAIL, NONE, false},
    {"email-dst", SUBJECT_EMAIL, NONE, false},
    {"email-reply-to", SUBJECT_EMAIL, NONE, false},
    {"md5", SUBJECT_MD5, NONE, false},
    {"sha1", SUBJECT_SHA1, NONE, false},
    {"sha256", SUBJECT_SHA256, NONE, false},
    {"sha512", SUBJECT_SHA512, NONE, false},
    {"filename|md5", NONE, SUBJECT_MD5, true},
    {"filename|sha1", NONE, SUBJECT_SHA1, true},
    {"filename|sha256", NONE, SUBJECT_SHA256, true},
    {"filename|sha512", NONE, SUBJECT_SHA512, true},
    {"malware-sample", NONE, SUBJECT_MD5, true},
    {"x509-fingerprint-sha256", SUBJECT_CERTIFICATE, NONE, false},
    {"ja3-fingerprint-md5", SUBJECT_JA3, NONE, false},
    {"AS", SUBJECT_AS, NONE, false},
};

const struct misp_type *misp_type_of(const char *word)
{
    for (size_t i = 0; i < array_len(types); i++)
        if (strcmp(types[i].word, word) == 0)
            return &types[i];
    return NULL;
}

/* STIX 2.1 appendix A: the scales of the DNI and of the Admiralty. "Truth cannot be judged" says nothing. */
static const struct {
    const char *name, *value; /* namespace:predicate */
    int percent;
} sureness[] = {
    {"estimative-language:likelihood-probability", "almost-no-chance", 5},
    {"estimative-language:likelihood-probability", "very-unlikely", 15},
    {"estimative-language:likelihood-probability", "unlikely", 30},
    {"estimative-language:likelihood-probability", "roughly-even-chance", 50},
    {"estimative-language:likelihood-probability", "likely", 70},
    {"estimative-language:likelihood-probability", "very-likely", 85},
    {"estimative-language:likelihood-probability", "almost-certain", 95},
    {"admiralty-scale:information-credibility", "1", 90},
    {"admiralty-scale:information-credibility", "2", 70},
    {"admiralty-scale:information-credibility", "3", 50},
    {"admiralty-scale:information-credibility", "4", 30},
    {"admiralty-scale:information-credibility", "5", 10},
};

static const char *const classifying[] = {"rsit:", "ecsirt:", "circl:", "enisa:", "kill-chain:", "phishing:", "malware_classification:",
                                          "hinomi:"};

/* Tags that say it in other words than claim_word knows. */
static const struct {
    const char *value, *word;
} spellings[] = {
    {"infected-system", "infected"},     {"phishing-attacks", "phishing"}, {"denial-of-service", "ddos"},
    {"c2server", "c2"},                  {"c&c-server", "c2"},             {"botnet-c&c", "c2"},
    {"malware-configuration", "malware"}, {"command and control", "c2"},   {"dga-domain", "dga"},
};

static bool is_text(const char *text, size_t len, const char *known)
{
    return strlen(known) == len && strncasecmp(text, known, len) == 0;
}

static void take_class(const char *value, size_t len, struct misp_tags *tags)
{
    for (size_t i = 0; i < array_len(spellings); i++)
        if (is_text(value, len, spellings[i].value)) {
            value = spellings[i].word;
            len = strlen(value);
        }
    (void)claim_word_take(value, len, &tags->claim);
}

/* "namespace:predicate="value"", "namespace:predicate", or free words. */
void misp_tag_take(const char *tag, struct misp_tags *tags)
{
    size_t len = strlen(tag), name_len = strcspn(tag, "=");
    const char *value = tag + name_len, *colon = strchr(tag, ':');
    if (share_level_take_word(&tags->level, tag, len))
        return;
    size_t value_len = 0;
    if (*value == '=') {
        value += value[1] == '"' ? 2 : 1;
        value_len = strlen(value);
        value_len -= value_len > 0 && value[value_len - 1] == '"';
    }
    for (size_t i = 0; i < array_len(sureness); i++)
        if (is_text(tag, name_len, sureness[i].name) && is_text(value, value_len, sureness[i].value))
            tags->percent = sureness[i].percent;
    for (size_t i = 0; i < array_len(classifying); i++)
        if (strncasecmp(tag, classifying[i], strlen(classifying[i])) == 0) {
            const char *predicate = tag + strlen(classifying[i]);
            if (value_len > 0)
                take_class(value, value_len, tags);
            else
                take_class(predicate, strlen(predicate), tags);
        }
    /* A tag without a namespace is somebody's own word: taken if it is one of ours. */
    if (!colon)
        take_class(tag, len, tags);
}
