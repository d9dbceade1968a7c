/* Writes mails and JSON documents about notices. */
#include "act/notify/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act/notify/mail_head.h"
#include "act/notify/mail_text.h"
#include "act/notify/notify_texts.h"

enum { VALUE_CHARACTERS = 300, TEXT_CHARACTERS = 2000, LABEL_MAX = 63 };

/* ---- addresses ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 5322 3.2.3 */
static bool is_dot_atom(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool is_dot = text[i] == '.';
        if (is_dot ? i == 0 || i + 1 == len || text[i - 1] == '.' : !is_letter(text[i]) && !strchr("!#$%&'*+-/=?^_`{|}~", text[i]))
            return false;
    }
    return len > 0;
}

static bool is_domain(const char *text)
{
    size_t label = 0;
    if (!*text || strlen(text) > 253)
        return false;
    for (const char *p = text;; p++) {
        if (*p == '.' || *p == '\0') {
            if (label == 0 || label > LABEL_MAX || p[-1] == '-')
                return false;
            label = 0;
            if (*p == '\0')
                return true;
        } else if (is_letter(*p) || (*p == '-' && label > 0)) {
            label++;
        } else {
            return false;
        }
    }
}

bool notify_address_is_valid(const char *address)
{
    const char *at = strrchr(address, '@');
    return at && strlen(address) < NOTIFY_ADDRESS_MAX && at - address <= 64 && is_dot_atom(address, (size_t)(at - address)) && is_domain(at + 1);
}

/* ---- the body ---- */

/* Nobody's mail program makes a link of it. */
static void put_value(struct writer *w, const struct notify_row *row)
{
    char clean[4 * VALUE_CHARACTERS + 1];
    struct writer c = writer_of(clean, sizeof clean - 1);
    bool dots = row->kind == SUBJECT_DOMAIN || row->kind == SUBJECT_HOST || row->kind == SUBJECT_ADDRESS || row->kind == SUBJECT_PREFIX ||
                row->kind == SUBJECT_URL || row->kind == SUBJECT_EMAIL;
    mail_put_clean(&c, row->value, VALUE_CHARACTERS);
    clean[c.len] = '\0';
    if (row->kind == SUBJECT_URL && strncmp(clean, "http", 4) == 0)
        memcpy(clean, "hxxp", 4);
    for (const char *p = clean; *p; p++) {
        if (dots && *p == '.')
            mail_put(w, "[.]");
        else
            writer_u8(w, (uint8_t)*p);
    }
    if (strlen(row->value) > c.len)
        mail_put(w, "...");
}

static void put_time(struct writer *w, int64_t us)
{
    char text[32] = "";
    struct tm t = {0};
    time_t seconds = (time_t)(us / 1000000);
    gmtime_r(&seconds, &t);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", &t);
    mail_put(w, text);
}

static void put_number(struct writer *w, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, number);
    mail_put(w, text);
}

static void put_row(struct writer *w, const struct notify_row *row, enum notify_language language)
{
    mail_put(w, "  - ");
    if (row->value)
        put_value(w, row);
    else
        mail_put(w, notify_text(NOTIFY_UNNAMED, language));
    if (row->hits > 0) {
        mail_put(w, "  ");
        put_number(w, row->hits);
        mail_put(w, notify_text(NOTIFY_TIMES, language));
    }
    if (row->last_us > 0) {
        mail_put(w, "  ");
        put_time(w, row->first_us);
        mail_put(w, " - ");
        put_time(w, row->last_us);
    }
    mail_put(w, "\r\n");
}

/* A text of people: line by line. */
static void put_lines(struct writer *w, const char *text)
{
    while (*text) {
        char line[1024];
        size_t len = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(len < sizeof line ? len : sizeof line - 1), text);
        mail_put_clean(w, line, TEXT_CHARACTERS);
        mail_put(w, "\r\n");
        text += len + (text[len] == '\n');
    }
}

static void put_line(struct writer *w, const char *text)
{
    mail_put(w, text);
    mail_put(w, "\r\n");
}

static void put_notice(struct writer *w, const struct notify_notice *n, unsigned number, enum notify_language language)
{
    bool is_wrong = n->notice->life.state == NOTICE_WITHDRAWN;
    unsigned rows = n->row_count < NOTIFY_ROWS_MAX ? n->row_count : NOTIFY_ROWS_MAX;
    mail_put(w, "\r\n");
    put_number(w, number);
    mail_put(w, ". ");
    if (is_wrong) {
        mail_put(w, notify_text(NOTIFY_HEAD_WRONG, language));
        mail_put(w, ": ");
    }
    mail_put(w, notify_claim_text(n->notice->kind, n->notice->claim, language));
    mail_put(w, "  (#");
    put_number(w, (uint64_t)n->notice->id);
    mail_put(w, ")\r\n");
    if (is_wrong)
        put_line(w, notify_text(NOTIFY_WRONG, language));
    if (!is_wrong && n->notice->life.reopened > 0)
        put_line(w, notify_text(NOTIFY_REOPENED, language));
    if (!is_wrong && n->is_reported)
        put_line(w, notify_text(NOTIFY_REPORTED, language));
    if (!is_wrong && n->text && *n->text)
        put_lines(w, n->text);
    put_line(w, notify_text(NOTIFY_ROWS, language));
    for (unsigned i = 0; i < rows; i++)
        put_row(w, &n->rows[i], language);
    if (n->notice->subjects > rows || n->notice->left_out > 0) {
        mail_put(w, "  ");
        put_number(w, (n->notice->subjects > rows ? n->notice->subjects - rows : 0) + n->notice->left_out);
        put_line(w, notify_text(NOTIFY_MORE_ROWS, language));
    }
    if (!is_wrong)
        put_line(w, notify_text(n->notice->kind == NOTICE_OWN ? NOTIFY_TO_DO_OWN : NOTIFY_TO_DO_MET, language));
}

static void put_body(struct writer *w, const struct notify_mail *m)
{
    const char *name = m->to_name && *m->to_name ? m->to_name : m->member_title;
    mail_put_clean(w, name, MAIL_TITLE_CHARACTERS);
    mail_put(w, notify_text(NOTIFY_GREETING, m->language));
    mail_put(w, "\r\n\r\n");
    put_line(w, notify_text(m->is_urgent ? NOTIFY_INTRO_URGENT : NOTIFY_INTRO_DIGEST, m->language));
    for (unsigned i = 0; i < m->notice_count; i++)
        put_notice(w, &m->notices[i], i + 1, m->language);
    if (m->more > 0) {
        mail_put(w, "\r\n");
        put_number(w, m->more);
        put_line(w, notify_text(NOTIFY_MORE_NOTICES, m->language));
    }
    if (m->link) {
        mail_put(w, "\r\n");
        put_line(w, notify_text(NOTIFY_LINK, m->language));
        put_line(w, m->link);
    }
    mail_put(w, "\r\n");
    put_line(w, notify_text(NOTIFY_DEFANGED, m->language));
    put_line(w, notify_text(NOTIFY_FOOT, m->language));
}

/* ---- the mail ---- */

static bool is_correction(const struct notify_mail *m)
{
    for (unsigned i = 0; i < m->notice_count; i++)
        if (m->notices[i].notice->life.state != NOTICE_WITHDRAWN)
            return false;
    return m->notice_count > 0;
}

bool notify_link_is_valid(const char *link)
{
    for (const char *p = link; *p; p++)
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f)
            return false;
    return strlen(link) < NOTIFY_URL_MAX;
}

int notify_mail_write(const struct notify_mail *m, char *to, size_t max)
{
    if (m->link && !notify_link_is_valid(m->link))
        return -EINVAL;
    char *text = malloc(MAIL_BODY_MAX);
    if (!text)
        return -ENOMEM;
    struct mail_head head = {.from = m->from,
                             .to = m->to,
                             .from_name = m->from_name,
                             .to_name = m->to_name,
                             .subject = notify_text(is_correction(m) ? NOTIFY_SUBJECT_WRONG : m->is_urgent ? NOTIFY_SUBJECT_URGENT : NOTIFY_SUBJECT_DIGEST, m->language),
                             .about = m->member_title,
                             .message_id = m->message_id,
                             .date_us = m->date_us,
                             .language = m->language};
    struct writer body = writer_of(text, MAIL_BODY_MAX);
    put_body(&body, m);
    int len = mail_write(&head, &body, to, max);
    free(text);
    return len;
}

/* ---- JSON ---- */

static json_t *clean_text(const char *text, unsigned characters)
{
    char clean[4 * VALUE_CHARACTERS + 1];
    struct writer w = writer_of(clean, sizeof clean);
    mail_put_clean(&w, text, characters < VALUE_CHARACTERS ? characters : VALUE_CHARACTERS);
    return json_stringn(clean, w.len);
}

static json_t *row_json(const struct notify_row *row)
{
    return json_pack("{s:s, s:o, s:I, s:I, s:I}", "kind", subject_kind_word(row->kind), "value", row->value ? clean_text(row->value, VALUE_CHARACTERS) : json_null(),
                     "hits", (json_int_t)row->hits, "first_us", (json_int_t)row->first_us, "last_us", (json_int_t)row->last_us);
}

static json_t *notice_json(const struct notify_notice *n)
{
    const struct notice *o = n->notice;
    json_t *rows = json_array();
    for (unsigned i = 0; i < n->row_count && i < NOTIFY_ROWS_MAX; i++)
        json_array_append_new(rows, row_json(&n->rows[i]));
    return json_pack("{s:I, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "id", (json_int_t)o->id, "kind", notice_kind_word(o->kind), "claim",
                     claim_traits(o->claim)->word, "state", notice_state_word(o->life.state), "urgent", o->is_urgent, "reported", n->is_reported, "made_us",
                     (json_int_t)o->life.made_us, "raised_us", (json_int_t)o->life.raised_us, "seen_us", (json_int_t)o->life.seen_us, "reopened",
                     (json_int_t)o->life.reopened, "subjects", (json_int_t)o->subjects, "left_out", (json_int_t)o->left_out, "rows", rows);
}

int notify_json_write(const struct notify_mail *m, int64_t delivery, char *to, size_t max)
{
    json_t *notices = json_array();
    for (unsigned i = 0; i < m->notice_count; i++)
        json_array_append_new(notices, notice_json(&m->notices[i]));
    json_t *object = json_pack("{s:s, s:I, s:s, s:o, s:I, s:b, s:I, s:o}", "type", "hinomi-notices", "delivery", (json_int_t)delivery, "member",
                               m->notice_count > 0 ? m->notices[0].notice->member : "", "title", clean_text(m->member_title, MAIL_TITLE_CHARACTERS), "made_us",
                               (json_int_t)m->date_us, "urgent", m->is_urgent, "more", (json_int_t)m->more, "notices", notices);
    size_t len = object ? json_dumpb(object, to, max, JSON_COMPACT | JSON_ENSURE_ASCII) : 0;
    json_decref(object);
    return len == 0 ? -ENOMEM : len > max ? -EMSGSIZE : (int)len;
}
