/* Writes mails that ask for a proof. */
#include "act/notify/notify_proof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act/notify/mail_head.h"
#include "act/notify/mail_text.h"
#include "act/notify/notify_texts.h"

enum { VALUE_CHARACTERS = 255, GROUP = 4 };

static void put_line(struct writer *w, const char *text)
{
    mail_put(w, text);
    mail_put(w, "\r\n");
}

/* Apart from the text, on a line of its own. */
static void put_named(struct writer *w, const char *text, unsigned characters)
{
    mail_put(w, "\r\n  ");
    mail_put_clean(w, text, characters);
    mail_put(w, "\r\n\r\n");
}

static void put_code(struct writer *w, const char *code)
{
    mail_put(w, "\r\n  ");
    for (size_t i = 0; code[i]; i++) {
        if (i > 0 && i % GROUP == 0)
            mail_put(w, "-");
        writer_u8(w, (uint8_t)code[i]);
    }
    mail_put(w, "\r\n\r\n");
}

static void put_until(struct writer *w, int64_t us)
{
    char text[32] = "";
    struct tm t = {0};
    time_t seconds = (time_t)(us / 1000000);
    gmtime_r(&seconds, &t);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &t);
    put_line(w, text);
}

static void put_body(struct writer *w, const struct notify_proof *p)
{
    enum notify_language l = p->language;
    mail_put_clean(w, p->to_name && *p->to_name ? p->to_name : p->to, MAIL_TITLE_CHARACTERS);
    mail_put(w, notify_text(NOTIFY_GREETING, l));
    mail_put(w, "\r\n\r\n");
    put_line(w, notify_text(NOTIFY_PROOF_INTRO, l));
    put_named(w, p->value, VALUE_CHARACTERS);
    put_line(w, notify_text(NOTIFY_PROOF_OF, l));
    put_named(w, p->member_title, MAIL_TITLE_CHARACTERS);
    if (p->link) {
        put_line(w, notify_text(NOTIFY_PROOF_LINK, l));
        mail_put(w, "\r\n  ");
        put_line(w, p->link);
        mail_put(w, "\r\n");
    }
    put_line(w, notify_text(p->link ? NOTIFY_PROOF_CODE_TOO : NOTIFY_PROOF_CODE, l));
    put_code(w, p->code);
    mail_put(w, notify_text(NOTIFY_PROOF_UNTIL, l));
    put_until(w, p->until_us);
    put_line(w, notify_text(NOTIFY_PROOF_SILENCE, l));
    mail_put(w, "\r\n");
    put_line(w, notify_text(NOTIFY_PROOF_FOOT, l));
}

static bool is_code(const char *code)
{
    size_t len = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    return len > 0 && len <= 64 && code[len] == '\0';
}

int notify_proof_write(const struct notify_proof *p, char *to, size_t max)
{
    if (!is_code(p->code) || (p->link && !notify_link_is_valid(p->link)))
        return -EINVAL;
    char *text = malloc(MAIL_BODY_MAX);
    if (!text)
        return -ENOMEM;
    struct mail_head head = {.from = p->from,
                             .to = p->to,
                             .from_name = p->from_name,
                             .to_name = p->to_name,
                             .subject = notify_text(NOTIFY_SUBJECT_PROOF, p->language),
                             .about = p->value,
                             .message_id = p->message_id,
                             .date_us = p->date_us,
                             .language = p->language};
    struct writer body = writer_of(text, MAIL_BODY_MAX);
    put_body(&body, p);
    int len = mail_write(&head, &body, to, max);
    free(text);
    return len;
}
