/* Writes whole mails around their bodies. */
#include "act/notify/mail_head.h"

#include <errno.h>
#include <string.h>

#include "act/notify/mail_text.h"

static void put_line(struct writer *w, const char *text)
{
    mail_put(w, text);
    mail_put(w, "\r\n");
}

static void put_mailbox(struct writer *w, const char *header, const char *name, const char *address)
{
    mail_put(w, header);
    if (name && *name) {
        char clean[4 * MAIL_TITLE_CHARACTERS + 1];
        struct writer c = writer_of(clean, sizeof clean - 1);
        mail_put_clean(&c, name, MAIL_TITLE_CHARACTERS);
        clean[c.len] = '\0';
        mail_put_words(w, clean, strlen(header), "");
        mail_put(w, "\r\n ");
    }
    mail_put(w, "<");
    mail_put(w, address);
    mail_put(w, ">\r\n");
}

static void put_subject(struct writer *w, const struct mail_head *h)
{
    char text[512];
    struct writer c = writer_of(text, sizeof text - 1);
    mail_put(&c, h->subject);
    mail_put_clean(&c, h->about, MAIL_TITLE_CHARACTERS);
    text[c.len] = '\0';
    mail_put(w, "Subject: ");
    mail_put_words(w, text, strlen("Subject: "), ".,:-");
    mail_put(w, "\r\n");
}

/* What can stand before the "@" of a Message-ID: parts of letters and digits between dots. */
static bool is_plain_id(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        bool is_letter = (text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= '0' && text[i] <= '9');
        if (!is_letter && (text[i] != '.' || i == 0 || i + 1 == len || text[i - 1] == '.'))
            return false;
    }
    return len > 0 && len <= 128;
}

int mail_write(const struct mail_head *h, const struct writer *body, char *to, size_t max)
{
    struct writer w = writer_of(to, max);
    if (!notify_address_is_valid(h->from) || !notify_address_is_valid(h->to) || !is_plain_id(h->message_id))
        return -EINVAL;
    mail_put(&w, "Date: ");
    mail_put_date(&w, h->date_us);
    mail_put(&w, "\r\n");
    put_mailbox(&w, "From: ", h->from_name, h->from);
    put_mailbox(&w, "To: ", h->to_name, h->to);
    put_subject(&w, h);
    mail_put(&w, "Message-ID: <");
    mail_put(&w, h->message_id);
    mail_put(&w, strrchr(h->from, '@'));
    mail_put(&w, ">\r\n");
    put_line(&w, "Auto-Submitted: auto-generated"); /* RFC 3834 5.2: no vacation notes come back */
    put_line(&w, h->language == NOTIFY_JA ? "Content-Language: ja" : "Content-Language: en");
    put_line(&w, "MIME-Version: 1.0");
    put_line(&w, "Content-Type: text/plain; charset=utf-8");
    put_line(&w, "Content-Transfer-Encoding: base64");
    mail_put(&w, "\r\n");
    mail_put_base64(&w, body->base, body->len);
    return w.full || body->full ? -EMSGSIZE : (int)w.len;
}
