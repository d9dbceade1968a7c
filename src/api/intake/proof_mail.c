/* Asks by mail, and takes answers. */
#include "api/intake/proof_mail.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/signing_in/base32.h"
#include "base/log.h"
#include "base/text.h"
#include "store/indicator.h"
#include "store/notice_delivery.h"

static const char *const mailboxes[] = {"hostmaster", "postmaster"};

/* ---- words ---- */

void proof_mail_word(char ret_word[PROOF_WORD_TEXT_MAX], uint8_t ret_digest[MEMBER_WORD_SHA256_LEN])
{
    uint8_t chance[MEMBER_WORD_LEN];
    randombytes_buf(chance, sizeof chance);
    base32_write(chance, sizeof chance, ret_word);
    crypto_hash_sha256(ret_digest, chance, sizeof chance);
    sodium_memzero(chance, sizeof chance);
}

int proof_mail_digest(const char *text, uint8_t ret_digest[MEMBER_WORD_SHA256_LEN])
{
    char plain[BASE32_TEXT_MAX(MEMBER_WORD_LEN)];
    uint8_t octets[MEMBER_WORD_LEN];
    size_t len = 0;
    for (; *text; text++) {
        if (*text == '-' || *text == ' ')
            continue;
        if (len + 1 == sizeof plain)
            return -EINVAL;
        plain[len++] = *text;
    }
    plain[len] = '\0';
    if (base32_read(plain, octets, sizeof octets) < 0)
        return -EINVAL;
    crypto_hash_sha256(ret_digest, octets, sizeof octets);
    return 0;
}

/* ---- addresses ---- */

static bool is_mailbox_of(const char *mail, const char *box, const struct member_claim *claim)
{
    size_t len = strlen(box);
    return claim->kind == MEMBER_NAME && strncmp(mail, box, len) == 0 && mail[len] == '@' && strcasecmp(mail + len + 1, claim->value) == 0;
}

bool proof_mail_is_registered(const struct member *m, const struct member_claim *claim, const char *mail)
{
    for (unsigned i = 0; i < m->contact_count; i++)
        if (strcmp(m->contacts[i].mail, mail) == 0)
            return true;
    for (size_t i = 0; i < array_len(mailboxes); i++)
        if (is_mailbox_of(mail, mailboxes[i], claim))
            return true;
    return false;
}

static int take_mailbox(const struct member *m, const struct member_claim *claim, const char *box, struct member_mail *to)
{
    if (claim->kind != MEMBER_NAME || snprintf(to->mail, sizeof to->mail, "%s@%s", box, claim->value) >= (int)sizeof to->mail)
        return -ENOENT;
    to->name[0] = '\0';
    to->is_japanese = m->contact_count == 0 || m->contacts[0].is_japanese; /* whose language is not known: as the member's first contact */
    return 0;
}

int proof_mail_address(const struct member *m, const struct member_claim *claim, const char *whom, struct member_mail *to)
{
    char *end = NULL;
    for (size_t i = 0; whom && i < array_len(mailboxes); i++)
        if (strcmp(whom, mailboxes[i]) == 0)
            return take_mailbox(m, claim, mailboxes[i], to);
    unsigned long number = whom ? strtoul(whom, &end, 10) : 1;
    if (whom && (!isdigit((unsigned char)whom[0]) || *end))
        return -EINVAL;
    if (number < 1 || number > m->contact_count)
        return -ENOENT;
    const struct member_contact *c = &m->contacts[number - 1];
    memcpy(to->mail, c->mail, sizeof to->mail);
    memcpy(to->name, c->name, sizeof to->name);
    to->is_japanese = c->is_japanese;
    return 0;
}

/* ---- asking ---- */

static int queue(struct ledger *l, const struct member_mail *m)
{
    struct notice_delivery d = {.channel = DELIVERY_MAIL, .purpose = DELIVERY_OF_PROOF, .is_japanese = m->is_japanese, .made_us = m->made_us, .due_us = m->made_us};
    memcpy(d.member, m->member, sizeof d.member);
    memcpy(d.about, m->value, sizeof d.about);
    memcpy(d.mail, m->mail, sizeof d.mail);
    memcpy(d.name, m->name, sizeof d.name);
    int e = member_mail_put(l, m);
    return e < 0 ? e : delivery_add(l, &d);
}

int proof_mail_ask(struct node *node, struct member_mail *m, int64_t now_us)
{
    m->made_us = now_us;
    m->until_us = now_us + MEMBER_MAIL_DAYS * INT64_C(86400000000);
    int e = indicator_begin(node->ledger);
    if (e == 0)
        e = queue(node->ledger, m);
    if (e == 0)
        e = indicator_commit(node->ledger);
    if (e < 0)
        indicator_rollback(node->ledger);
    return e;
}

/* ---- answers ---- */

static struct member asked; /* the hub's loop is the only thread here: too large for the stack */

/* The centre may have taken a contact away since it was asked. */
static int look_at_address(struct ledger *l, const struct member_mail *m)
{
    struct member_claim claim;
    int e = member_get(l, m->member, &asked);
    if (e == 0 && (member_claim_parse(m->value, &claim) < 0 || !proof_mail_is_registered(&asked, &claim, m->mail)))
        e = -ENOENT;
    return e;
}

int proof_mail_find(struct node *node, const char *word, int64_t now_us, struct member_mail *ret_mail)
{
    uint8_t digest[MEMBER_WORD_SHA256_LEN];
    int e = proof_mail_digest(word, digest) < 0 ? -ENOENT : member_mail_by_word(node->ledger, digest, now_us, ret_mail);
    return e < 0 ? e : look_at_address(node->ledger, ret_mail);
}

int proof_mail_answer(struct node *node, struct member_mail *m, bool yes, int64_t now_us)
{
    bool changed = false;
    int e = member_mail_answered(node->ledger, m, yes, now_us, &changed);
    if (e < 0)
        return e;
    if (yes)
        log_notice(_("member %s: %s says that %s is the member's"), m->member, m->mail, m->value);
    else
        log_warning(_("member %s: %s says that %s is not the member's"), m->member, m->mail, m->value);
    if (changed && node->members_changed)
        node->members_changed(node->self);
    return 0;
}
