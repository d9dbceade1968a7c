/* Gathers what a mail says. */
#include "apps/notice/notice_letter.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/web/web_call.h"
#include "store/indicator.h"
#include "store/notice.h"
#include "store/notice_campaign.h"

struct part {
    struct notice notice;
    struct campaign campaign;
    struct notify_row rows[NOTIFY_ROWS_MAX];
    unsigned row_count;
    bool is_reported;
};

struct letter {
    struct ledger *ledger;
    struct part *parts;
    struct notify_notice *told;
    unsigned count;
};

static struct member addressee; /* the hub's loop is the only thread here: too large for the stack */

static int add_row(void *self, const struct notice_subject *s)
{
    struct letter *l = self;
    struct part *p = &l->parts[l->count];
    struct indicator i;
    int e = p->row_count < NOTIFY_ROWS_MAX ? indicator_get_by_id(l->ledger, s->indicator, &i) : -ENOENT;
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    p->is_reported |= p->notice.kind == NOTICE_OWN && i.decision != INDICATOR_DO_BLOCK;
    /* TLP 2.0: what is AMBER may go to clients, AMBER+STRICT and RED may not. */
    char *value = i.tlp > VERDICT_TLP_AMBER ? NULL : strdup(i.subject.value);
    p->rows[p->row_count++] =
        (struct notify_row){.kind = i.subject.kind, .value = value, .hits = s->hits, .first_us = s->first_us, .last_us = s->last_us};
    return 0;
}

static int add_notice(struct letter *l, int64_t id)
{
    struct part *p = &l->parts[l->count];
    int e = notice_get(l->ledger, id, &p->notice, NULL);
    if (e < 0 || p->notice.life.state == NOTICE_HELD)
        return e == -ENOENT || e == 0 ? 0 : e;
    e = notice_subjects(l->ledger, id, NOTIFY_ROWS_MAX, add_row, l);
    if (e == 0 && p->notice.campaign[0]) {
        e = campaign_get(l->ledger, p->notice.campaign, &p->campaign);
        e = e == -ENOENT ? 0 : e;
    }
    l->count += e == 0;
    return e;
}

static void letter_done(struct letter *l)
{
    for (unsigned i = 0; l->parts && i < DELIVERY_NOTICES_MAX; i++)
        for (unsigned k = 0; k < l->parts[i].row_count; k++)
            free((char *)(uintptr_t)l->parts[i].rows[k].value);
    free(l->parts);
    free(l->told);
}

static int gather(struct letter *l, const struct notice_delivery *d)
{
    int e = 0;
    l->parts = calloc(DELIVERY_NOTICES_MAX, sizeof *l->parts);
    l->told = calloc(DELIVERY_NOTICES_MAX, sizeof *l->told);
    if (!l->parts || !l->told)
        return -ENOMEM;
    for (unsigned i = 0; e == 0 && i < d->notice_count; i++)
        e = add_notice(l, d->notices[i]);
    for (unsigned i = 0; i < l->count; i++) {
        const struct part *p = &l->parts[i];
        l->told[i] = (struct notify_notice){.notice = &p->notice,
                                            .is_reported = p->is_reported,
                                            .text = d->is_japanese ? p->campaign.text_ja : p->campaign.text_en,
                                            .rows = p->rows,
                                            .row_count = p->row_count};
    }
    return e;
}

/* As many rows as fit. */
static int write_text(struct letter *l, struct notify_mail *m, const struct notice_delivery *d, char *text)
{
    static const unsigned rows[] = {NOTIFY_ROWS_MAX, 8, 2, 0};
    int len = -EMSGSIZE;
    for (size_t i = 0; len == -EMSGSIZE && i < array_len(rows); i++) {
        for (unsigned k = 0; k < l->count; k++)
            if (l->told[k].row_count > rows[i])
                l->told[k].row_count = rows[i];
        len = d->channel == DELIVERY_WEBHOOK ? notify_json_write(m, d->id, text, NOTIFY_MAIL_MAX) : notify_mail_write(m, text, NOTIFY_MAIL_MAX);
    }
    return len;
}

/* Behind "#": it stands in no log of a server, and no program that looks at links ahead of people opens it. */
static int make_link(struct ledger *l, const struct notify_settings *s, int64_t delivery, char link[NOTIFY_URL_MAX])
{
    char word[WEB_WORD_TEXT_MAX];
    uint8_t digest[ACCOUNT_DIGEST_LEN];
    web_word_make(word, digest);
    if (snprintf(link, NOTIFY_URL_MAX, "%s/notice#%s", s->base_url, word) >= NOTIFY_URL_MAX)
        return -EMSGSIZE;
    return delivery_link_add(l, delivery, digest);
}

int notice_letter_write(struct ledger *l, const struct notify_settings *s, const struct notice_delivery *d, int64_t now_us, char **ret_text, size_t *ret_len)
{
    struct letter letter = {.ledger = l};
    char link[NOTIFY_URL_MAX] = "", id[64], chance[17];
    uint8_t octets[8];
    int e = member_get(l, d->member, &addressee);
    if (e < 0 && e != -ENOENT)
        return e;
    bool has_link = d->channel == DELIVERY_MAIL && s->base_url[0];
    randombytes_buf(octets, sizeof octets);
    snprintf(id, sizeof id, "%lld.%s", (long long)d->id, sodium_bin2hex(chance, sizeof chance, octets, sizeof octets));
    char *text = malloc(NOTIFY_MAIL_MAX + 1);
    e = text ? gather(&letter, d) : -ENOMEM;
    if (e == 0 && letter.count == 0)
        e = -ENOENT; /* what it was about is no longer kept */
    if (e == 0 && has_link)
        e = make_link(l, s, d->id, link);
    struct notify_mail m = {.from = s->from,
                            .from_name = s->from_name,
                            .to = d->mail,
                            .to_name = d->name,
                            .member_title = addressee.title[0] ? addressee.title : d->member,
                            .message_id = id,
                            .link = has_link ? link : NULL,
                            .date_us = now_us,
                            .language = d->is_japanese ? NOTIFY_JA : NOTIFY_EN,
                            .is_urgent = d->is_urgent,
                            .notices = letter.told,
                            .notice_count = letter.count};
    if (e == 0)
        e = write_text(&letter, &m, d, text);
    letter_done(&letter);
    if (e < 0) {
        free(text);
        return e;
    }
    text[e] = '\0';
    *ret_text = text;
    *ret_len = (size_t)e;
    return 0;
}
