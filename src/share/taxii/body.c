/* Grows the body of an answer. */
#include "share/taxii/body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"

void body_free(struct body *b)
{
    free(b->text);
    *b = (struct body){.max = b->max};
}

static bool has_room(struct body *b, size_t len)
{
    if (b->broken || len > b->max - b->len) {
        b->broken = true;
        return false;
    }
    if (len <= b->room - b->len)
        return true;
    size_t room = b->room ? b->room : 16384;
    while (room < b->len + len)
        room *= 2;
    char *larger = realloc(b->text, room);
    if (!larger) {
        b->broken = true;
        return false;
    }
    b->text = larger;
    b->room = room;
    return true;
}

void body_octets(struct body *b, const void *octets, size_t len)
{
    if (len == 0 || !has_room(b, len))
        return;
    memcpy(b->text + b->len, octets, len);
    b->len += len;
}

void body_text(struct body *b, const char *text)
{
    body_octets(b, text, strlen(text));
}

void body_number(struct body *b, uint64_t number)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    body_octets(b, text, (size_t)n);
}

void body_string(struct body *b, const char *text)
{
    body_text(b, "\"");
    for (const char *p = text; *p;) {
        size_t plain = 0;
        while (p[plain] && p[plain] != '"' && p[plain] != '\\' && (unsigned char)p[plain] >= 0x20)
            plain++;
        body_octets(b, p, plain);
        p += plain;
        if (!*p)
            break;
        char escaped[8];
        if (*p == '"' || *p == '\\')
            snprintf(escaped, sizeof escaped, "\\%c", *p);
        else
            snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned char)*p);
        body_text(b, escaped);
        p++;
    }
    body_text(b, "\"");
}

void body_time(struct body *b, int64_t us)
{
    char text[TIMESTAMP_TEXT_MAX];
    body_string(b, timestamp_format(us, text));
}

void body_version(struct body *b, int64_t us)
{
    char text[TIMESTAMP_TEXT_MAX];
    timestamp_format(us, text);
    char *end = strrchr(text, 'Z');
    if (us % 1000 == 0 && end && end - text > 3)
        memcpy(end - 3, "Z", 2);
    body_string(b, text);
}
