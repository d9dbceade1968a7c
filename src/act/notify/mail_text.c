/* Writes the parts of a mail. */
#include "act/notify/mail_text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"

enum { WORD_OCTETS = 42, /* 56 of base64 and 12 of "=?UTF-8?B?" "?=": RFC 2047 2 allows 75 for a word */ LINE_PLAIN = 76, LINE_OCTETS = 57 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void mail_put(struct writer *w, const char *text)
{
    writer_bytes(w, text, strlen(text));
}

static void put_quads(struct writer *w, const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i += 3) {
        uint32_t three = (uint32_t)octets[i] << 16 | (i + 1 < len ? (uint32_t)octets[i + 1] << 8 : 0) | (i + 2 < len ? octets[i + 2] : 0);
        writer_u8(w, (uint8_t)digits[three >> 18]);
        writer_u8(w, (uint8_t)digits[three >> 12 & 63]);
        writer_u8(w, i + 1 < len ? (uint8_t)digits[three >> 6 & 63] : '=');
        writer_u8(w, i + 2 < len ? (uint8_t)digits[three & 63] : '=');
    }
}

void mail_put_base64(struct writer *w, const void *octets, size_t len)
{
    const uint8_t *at = octets;
    for (size_t done = 0; done < len; done += LINE_OCTETS) {
        put_quads(w, at + done, len - done < LINE_OCTETS ? len - done : LINE_OCTETS);
        mail_put(w, "\r\n");
    }
}

/* The next character as UTF-8 that may stand in a line: how many octets; moves the reader. */
static unsigned take_clean(struct reader *r, char ret_octets[4])
{
    struct reader ahead = *r;
    uint32_t c = utf8_take(&ahead);
    if (ahead.failed) {
        reader_u8(r);
        static const uint8_t replacement[] = {0xef, 0xbf, 0xbd}; /* U+FFFD */
        memcpy(ret_octets, replacement, sizeof replacement);
        return sizeof replacement;
    }
    unsigned len = (unsigned)(r->left - ahead.left);
    bool is_control = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    if (is_control) {
        ret_octets[0] = ' ';
        len = 1;
    } else {
        memcpy(ret_octets, r->at, len);
    }
    *r = ahead;
    return len;
}

void mail_put_clean(struct writer *w, const char *text, unsigned characters)
{
    struct reader r = reader_of(text, strlen(text));
    char octets[4];
    for (unsigned i = 0; r.left > 0 && i < characters; i++) {
        unsigned len = take_clean(&r, octets);
        writer_bytes(w, octets, len);
    }
}

static bool is_plain(const char *text, const char *also)
{
    for (const char *p = text; *p; p++) {
        bool is_letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        if (!is_letter && *p != ' ' && !strchr(also, *p))
            return false;
    }
    return true;
}

void mail_put_words(struct writer *w, const char *text, size_t used, const char *plain_also)
{
    struct reader r = reader_of(text, strlen(text));
    uint8_t word[WORD_OCTETS];
    size_t len = 0, room = WORD_OCTETS - (used + 3) / 4 * 3; /* of the first line the header's name has a part */
    if (is_plain(text, plain_also) && strlen(text) + used <= LINE_PLAIN && text[0] != ' ') {
        mail_put(w, text);
        return;
    }
    for (bool is_first = true; r.left > 0 || len > 0; is_first = false) {
        char octets[4];
        unsigned n;
        struct reader before = r;
        while (r.left > 0 && len + (n = take_clean(&r, octets)) <= room) {
            memcpy(word + len, octets, n);
            len += n;
            before = r;
        }
        r = before;
        mail_put(w, is_first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        put_quads(w, word, len);
        mail_put(w, "?=");
        len = 0;
        room = WORD_OCTETS;
    }
}

void mail_put_date(struct writer *w, int64_t us)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm t = {.tm_mday = 1, .tm_year = 70, .tm_wday = 4};
    time_t seconds = (time_t)(us / 1000000);
    char text[64];
    gmtime_r(&seconds, &t);
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
             t.tm_sec);
    mail_put(w, text);
}
