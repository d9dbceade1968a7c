/* Reads names, addresses and prefixes. */
#include "act/policy/subject.h"

#include <errno.h>
#include <stdio.h>

/* A slip in an address must not become a rule for a strange name. */
static bool is_broken_address(const char *text)
{
    return strchr(text, ':') || (strchr(text, '.') && text[strspn(text, "0123456789./")] == '\0' && strlen(text) > 1);
}

int policy_subject_parse(const char *text, struct policy_subject_text *ret_subject)
{
    struct policy_subject_text *s = ret_subject;
    char address[ADDR_TEXT_MAX];
    if (addr_prefix_parse(text, &s->prefix) == 0) { /* four numbers with dots are an address, though also a name */
        s->subject = (struct policy_subject){.trigger = DNS_TRIGGER_ADDRESS, .prefix = &s->prefix};
        addr_format(&s->prefix.addr, address);
        unsigned bits = addr_is_v4(&s->prefix.addr) && s->prefix.bits >= 96 ? s->prefix.bits - 96u : s->prefix.bits;
        if (s->prefix.bits == 128)
            snprintf(s->text, sizeof s->text, "%s", address);
        else
            snprintf(s->text, sizeof s->text, "%s/%u", address, bits);
        return 0;
    }
    if (is_broken_address(text) || dns_name_parse(text, strlen(text), &s->name) < 0)
        return -EINVAL;
    s->subject = (struct policy_subject){.trigger = DNS_TRIGGER_NAME, .name = &s->name};
    dns_name_format(&s->name, s->text);
    return 0;
}
