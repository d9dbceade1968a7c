/* What a person says a rule is about, as text: a domain name, an address, or a prefix of addresses. */
#ifndef HINOMI_ACT_POLICY_SUBJECT_H
#define HINOMI_ACT_POLICY_SUBJECT_H

#include "act/policy/image_key.h"

enum { POLICY_SUBJECT_TEXT_MAX = DNS_NAME_TEXT_MAX };

struct policy_subject_text {
    struct policy_subject subject; /* points into this value: it is not to be copied */
    struct dns_name name;
    struct addr_prefix prefix;
    char text[POLICY_SUBJECT_TEXT_MAX]; /* in its one form: lower case, no dot at the end, no length for a single address */
};

/* An address is that of answers (DNS_TRIGGER_ADDRESS). -EINVAL when the text is neither; host bits behind a prefix too. */
int policy_subject_parse(const char *text, struct policy_subject_text *ret_subject) must_check;

#endif
