/* Takes reports of wrong blocks. */
#include "api/intake/report_intake.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "api/signing_in/base32.h"
#include "api/control/policy_question.h"
#include "store/member.h"

static uint64_t counts[REPORT_FLAW_COUNT]; /* one hub, one thread */

/* ---- references ---- */

int report_reference_read(const char *text, char ret_reference[REPORT_REFERENCE_MAX])
{
    char letters[REPORT_REFERENCE_MAX];
    uint8_t octets[REPORT_REFERENCE_OCTETS];
    size_t len = 0;
    _Static_assert(BASE32_TEXT_MAX(REPORT_REFERENCE_OCTETS) == REPORT_REFERENCE_MAX, "as long as its octets");
    for (; *text; text++) {
        if (*text == '-' || *text == ' ')
            continue;
        if (len + 1 == sizeof letters)
            return -EINVAL;
        letters[len++] = *text;
    }
    letters[len] = '\0';
    if (base32_read(letters, octets, sizeof octets) < 0)
        return -EINVAL;
    base32_write(octets, sizeof octets, ret_reference);
    return 0;
}

const char *report_reference_show(const char *reference, char text[REPORT_SHOWN_MAX])
{
    snprintf(text, REPORT_SHOWN_MAX, "%.4s-%.4s-%.4s-%.4s", reference, reference + 4, reference + 8, reference + 12);
    return text;
}

/* ---- what it is about ---- */

/* The host of a URL in canonical form. */
static bool host_of_url(const char *url, char *host, size_t max)
{
    const char *at = strstr(url, "://");
    if (!at)
        return false;
    at += 3;
    bool is_literal = *at == '['; /* RFC 3986 3.2.2 */
    at += is_literal;
    size_t len = strcspn(at, is_literal ? "]" : "/?#:");
    if (len == 0 || len >= max)
        return false;
    memcpy(host, at, len);
    host[len] = '\0';
    return true;
}

int report_intake_subject(const char *given, struct policy_subject_text *ret_subject)
{
    struct subject url;
    char host[REPORT_NAME_MAX];
    const char *name = given + strspn(given, " \t\r\n");
    size_t len = strcspn(name, " \t\r\n");
    if (name[len + strspn(name + len, " \t\r\n")] != '\0')
        return -EINVAL; /* several words */
    if (memmem(name, len, "://", 3)) {
        if (subject_read(SUBJECT_URL, name, len, &url) < 0 || !host_of_url(url.value, host, sizeof host))
            return -EINVAL;
    } else {
        if (len >= sizeof host)
            return -EINVAL;
        memcpy(host, name, len);
        host[len] = '\0';
    }
    struct subject known;
    bool fine = host[0] && host[0] != '*' && policy_subject_parse(host, ret_subject) == 0 && strcmp(ret_subject->text, ".") != 0 && strlen(ret_subject->text) < REPORT_NAME_MAX &&
                subject_guess(ret_subject->text, strlen(ret_subject->text), &known) == 0;
    return fine ? 0 : -EINVAL;
}

struct dns_asker report_intake_asker(const struct node *node, const struct addr *client)
{
    return (struct dns_asker){.client = *client, .group = policy_group_of(node->policy(node->self), client)};
}

/* ---- taking one ---- */

/* Text of a person: UTF-8 (JSON and forms have seen to that) without control characters but those of lines, and without the two that show
 * letters in another order than they are in (U+202D, U+202E): nobody writes them, but who wants another address to be read than is there. */
static bool take_text(const char *text, bool lines, char *to, size_t max)
{
    if (strlen(text) >= max || strstr(text, "\xe2\x80\xad") || strstr(text, "\xe2\x80\xae"))
        return false;
    for (const char *at = text; *at; at++)
        if (((uint8_t)*at < ' ' || *at == 0x7f) && !(lines && strchr("\r\n\t", *at)))
            return false;
    memcpy(to, text, strlen(text) + 1);
    return true;
}

static void note_cause(const struct node *node, const struct policy_subject_text *subject, const struct dns_asker *asker, struct report *r)
{
    struct dns_decision d;
    if (policy_question_decide(node->policy(node->self), subject, asker, &d) < 0 || !policy_question_is_block(&d))
        return; /* reported all the same: what blocks it may be elsewhere, and the reporter says that it does */
    snprintf(r->cause, sizeof r->cause, "%s", d.list_name ? d.list_name : "by hand");
    r->verdict = d.verdict;
}

/* Of no group: whose network it is; nobody's: that stays empty. */
static void member_of_address(const struct node *node, const struct addr *address, char ret_member[ACCOUNT_MEMBER_MAX])
{
    char text[ADDR_TEXT_MAX], value[MEMBER_VALUE_MAX];
    struct subject s;
    addr_format(address, text);
    if (subject_read(SUBJECT_ADDRESS, text, strlen(text), &s) < 0 || member_of(node->ledger, &s, ret_member, value) < 0)
        ret_member[0] = '\0';
}

static enum report_flaw add(struct node *node, struct report *r)
{
    uint8_t chance[REPORT_REFERENCE_OCTETS];
    int e;
    do {
        randombytes_buf(chance, sizeof chance);
        base32_write(chance, sizeof chance, r->reference);
        e = report_add(node->ledger, r);
    } while (e == -EEXIST);
    return e == 0 ? REPORT_FINE : e == -EDQUOT ? REPORT_TOO_MANY : e == -ENOSPC ? REPORT_FULL : REPORT_FAILED;
}

static enum report_flaw take(struct node *node, const struct report_given *g, int64_t now_us, struct report *r)
{
    struct policy_subject_text subject;
    *r = (struct report){.made_us = now_us, .address = node->stored_client(node->self, &g->address)};
    if (!g->name || report_intake_subject(g->name, &subject) < 0)
        return REPORT_NO_NAME;
    if (!take_text(subject.text, false, r->name, sizeof r->name))
        return REPORT_NO_NAME;
    if (!take_text(g->name, false, r->given, sizeof r->given))
        memcpy(r->given, r->name, sizeof r->name); /* a URL so long says no more */
    if (!g->text || g->text[strspn(g->text, " \t\r\n")] == '\0' || !take_text(g->text, true, r->text, sizeof r->text))
        return REPORT_NO_TEXT;
    if (g->contact && !take_text(g->contact, false, r->contact, sizeof r->contact))
        return REPORT_NO_CONTACT;
    snprintf(r->language, sizeof r->language, "%s", g->language && strcmp(g->language, "ja") == 0 ? "ja" : "en");
    struct dns_asker asker = report_intake_asker(node, &g->address);
    const char *member = g->member ? g->member : policy_member_of_group(node->policy(node->self), asker.group);
    snprintf(r->member, sizeof r->member, "%s", member);
    if (!member[0])
        member_of_address(node, &g->address, r->member);
    note_cause(node, &subject, &asker, r);
    return add(node, r);
}

enum report_flaw report_intake(struct node *node, const struct report_given *given, int64_t now_us, struct report *ret_report)
{
    enum report_flaw flaw = take(node, given, now_us, ret_report);
    counts[flaw]++;
    return flaw;
}

const uint64_t *report_intake_counts(void)
{
    return counts;
}
