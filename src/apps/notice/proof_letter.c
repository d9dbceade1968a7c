/* Writes mails that ask for a proof. */
#include "apps/notice/proof_letter.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/notify/notify_proof.h"
#include "api/intake/proof_mail.h"
#include "store/member_mail.h"

static struct member addressee; /* the hub's loop is the only thread here: too large for the stack */

static int find(struct ledger *l, const struct notice_delivery *d, int64_t now_us, struct member_mail *ret_mail)
{
    struct member_claim claim;
    int e = member_claim_parse(d->about, &claim);
    if (e == 0)
        e = member_mail_get(l, d->member, claim.kind, claim.value, ret_mail);
    if (e == 0)
        e = member_get(l, d->member, &addressee);
    if (e == 0 && (ret_mail->answer != MEMBER_MAIL_OPEN || ret_mail->until_us <= now_us || ret_mail->wrong >= MEMBER_MAIL_GUESSES ||
                   strcmp(ret_mail->mail, d->mail) != 0 || !proof_mail_is_registered(&addressee, &claim, d->mail)))
        e = -ENOENT;
    return e;
}

/* Behind "#": it stands in no log of a server, and no program that looks at links ahead of people sends it. */
static int write_text(const struct notify_settings *s, const struct notice_delivery *d, const struct member_mail *asked, const char *word, int64_t now_us, char *text)
{
    char link[NOTIFY_URL_MAX], id[64], chance[17];
    uint8_t octets[8];
    if (snprintf(link, sizeof link, "%s/proof#%s", s->base_url, word) >= (int)sizeof link)
        return -EMSGSIZE;
    randombytes_buf(octets, sizeof octets);
    snprintf(id, sizeof id, "%lld.%s", (long long)d->id, sodium_bin2hex(chance, sizeof chance, octets, sizeof octets));
    struct notify_proof p = {.from = s->from,
                             .from_name = s->from_name,
                             .to = d->mail,
                             .to_name = d->name,
                             .message_id = id,
                             .member_title = addressee.title[0] ? addressee.title : addressee.name,
                             .value = asked->value,
                             .link = s->base_url[0] ? link : NULL,
                             .code = word,
                             .date_us = now_us,
                             .until_us = asked->until_us,
                             .language = d->is_japanese ? NOTIFY_JA : NOTIFY_EN};
    return notify_proof_write(&p, text, NOTIFY_MAIL_MAX);
}

int proof_letter_write(struct ledger *l, const struct notify_settings *s, const struct notice_delivery *d, int64_t now_us, char **ret_text, size_t *ret_len)
{
    struct member_mail asked;
    char word[PROOF_WORD_TEXT_MAX];
    uint8_t digest[MEMBER_WORD_SHA256_LEN];
    int e = find(l, d, now_us, &asked);
    if (e < 0)
        return e;
    char *text = malloc(NOTIFY_MAIL_MAX + 1);
    if (!text)
        return -ENOMEM;
    proof_mail_word(word, digest);
    int len = write_text(s, d, &asked, word, now_us, text);
    sodium_memzero(word, sizeof word);
    e = len < 0 ? len : member_mail_set_word(l, &asked, digest);
    if (e < 0) {
        free(text);
        return e;
    }
    text[len] = '\0';
    *ret_text = text;
    *ret_len = (size_t)len;
    return 0;
}
