/* Normalises URLs as far as RFC 3986 says that two of them mean the same whatever the scheme. */
#include "model/subject_url.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/writer.h"

enum { SCHEME_MAX = 16, HOST_MAX = 256, PORT_DIGITS_MAX = 5 };

struct url {
    const char *at, *end;
    char scheme[SCHEME_MAX];
    struct writer out;
};

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* RFC 3986 3.1 */
static int take_scheme(struct url *u)
{
    size_t n = 0;
    for (; u->at < u->end && *u->at != ':'; u->at++) {
        char c = lower(*u->at);
        if (n + 1 == sizeof u->scheme || !(is_alpha(c) || (n > 0 && (is_digit(c) || c == '+' || c == '-' || c == '.'))))
            return -EINVAL;
        u->scheme[n++] = c;
    }
    u->scheme[n] = '\0';
    if (n == 0 || u->end - u->at < 3 || memcmp(u->at, "://", 3) != 0)
        return -EINVAL;
    u->at += 3;
    writer_bytes(&u->out, u->scheme, n);
    writer_bytes(&u->out, "://", 3);
    return 0;
}

static const char *default_port(const char *scheme)
{
    static const char *const ports[][2] = {{"http", "80"}, {"https", "443"}, {"ftp", "21"}, {"ws", "80"}, {"wss", "443"}};
    for (size_t i = 0; i < array_len(ports); i++)
        if (strcmp(ports[i][0], scheme) == 0)
            return ports[i][1];
    return "";
}

static int put_host(struct url *u, const char *host, size_t len)
{
    char name[HOST_MAX], text[ADDR_TEXT_MAX];
    struct addr a;
    if (len == 0 || len >= sizeof name)
        return -EINVAL;
    bool bracket = host[0] == '[';
    if (bracket && (len < 3 || host[len - 1] != ']'))
        return -EINVAL;
    memcpy(name, host + bracket, len - 2 * bracket);
    name[len - 2 * bracket] = '\0';
    if (addr_parse(name, &a) == 0) {
        bool v4 = addr_is_v4(&a);
        addr_format(&a, text);
        writer_bytes(&u->out, "[", v4 ? 0 : 1);
        writer_bytes(&u->out, text, strlen(text));
        writer_bytes(&u->out, "]", v4 ? 0 : 1);
        return 0;
    }
    if (bracket || subject_read_name(host, len, name) < 0)
        return -EINVAL;
    writer_bytes(&u->out, name, strlen(name));
    return 0;
}

static int put_port(struct url *u, const char *digits, size_t len)
{
    unsigned port = 0;
    char text[PORT_DIGITS_MAX + 1];
    if (len > PORT_DIGITS_MAX)
        return -EINVAL;
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(digits[i]))
            return -EINVAL;
        port = port * 10 + (unsigned)(digits[i] - '0');
    }
    if (port > UINT16_MAX)
        return -EINVAL;
    snprintf(text, sizeof text, "%u", port);
    if (len > 0 && strcmp(text, default_port(u->scheme)) != 0) {
        writer_u8(&u->out, ':');
        writer_bytes(&u->out, text, strlen(text));
    }
    return 0;
}

/* RFC 3986 3.2. The user part is left out: it only says who asks, or hides the host from a reader. */
static int take_authority(struct url *u)
{
    const char *start = u->at;
    while (u->at < u->end && !strchr("/?#\\", *u->at))
        u->at++;
    const char *host = start, *end = u->at;
    for (const char *p = start; p < end; p++)
        if (*p == '@')
            host = p + 1;
    const char *colon = end;
    while (colon > host && is_digit(colon[-1]))
        colon--;
    bool has_port = colon > host && colon[-1] == ':';
    int e = put_host(u, host, (size_t)((has_port ? colon - 1 : end) - host));
    return e == 0 && has_port ? put_port(u, colon, (size_t)(end - colon)) : e;
}

static int hex_value(char c)
{
    c = lower(c);
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put_octet(struct writer *w, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    bool unreserved = is_alpha((char)c) || is_digit((char)c) || (c && strchr("-._~", c));
    bool reserved = c && strchr("!$&'()*+,;=:@/?", c) != NULL; /* what a path and a query hold as it is */
    if (unreserved || reserved) {
        writer_u8(w, c);
        return;
    }
    writer_u8(w, '%');
    writer_u8(w, (uint8_t)digits[c >> 4]);
    writer_u8(w, (uint8_t)digits[c & 15]);
}

/* One octet of the text: an escape whose octet is unreserved is decoded, others are kept in upper case (6.2.2.1, 6.2.2.2). */
static void put_next(struct url *u)
{
    static const char digits[] = "0123456789ABCDEF";
    if (*u->at != '%' || u->end - u->at < 3 || hex_value(u->at[1]) < 0 || hex_value(u->at[2]) < 0) {
        put_octet(&u->out, (unsigned char)*u->at++);
        return;
    }
    unsigned char c = (unsigned char)(hex_value(u->at[1]) << 4 | hex_value(u->at[2]));
    u->at += 3;
    if (is_alpha((char)c) || is_digit((char)c) || (c && strchr("-._~", c))) {
        writer_u8(&u->out, c);
        return;
    }
    writer_u8(&u->out, '%');
    writer_u8(&u->out, (uint8_t)digits[c >> 4]);
    writer_u8(&u->out, (uint8_t)digits[c & 15]);
}

/* RFC 3986 5.2.4, on what has just been written since `start`, which begins with '/'. */
static void remove_dots(struct writer *w, size_t start)
{
    size_t to = start;
    for (size_t at = start; at < w->len;) {
        size_t end = at + 1;
        while (end < w->len && w->base[end] != '/')
            end++;
        size_t len = end - at;
        bool last = end == w->len;
        if (len == 2 && w->base[at + 1] == '.') {
            if (last)
                w->base[to++] = '/';
        } else if (len == 3 && w->base[at + 1] == '.' && w->base[at + 2] == '.') {
            while (to > start && w->base[--to] != '/')
                ;
            if (last)
                w->base[to++] = '/';
        } else {
            memmove(w->base + to, w->base + at, len);
            to += len;
        }
        at = end;
    }
    w->len = to;
}

static void take_path(struct url *u)
{
    size_t start = u->out.len;
    if (u->at == u->end || *u->at == '?' || *u->at == '#') {
        writer_u8(&u->out, '/');
        return;
    }
    for (; u->at < u->end && *u->at != '?' && *u->at != '#';) {
        if (*u->at == '\\') { /* browsers take it for a slash (URL Standard, path state) */
            writer_u8(&u->out, '/');
            u->at++;
        } else {
            put_next(u);
        }
    }
    if (!u->out.full)
        remove_dots(&u->out, start);
}

int subject_read_url(const char *text, size_t len, char *to, size_t max)
{
    struct url u = {.at = text, .end = text + len, .out = writer_of(to, max - 1)};
    /* A blank inside a path is written as it is by phishing kits and feeds; browsers escape it (URL Standard, path state). */
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f || (text[i] == ' ' && (i == 0 || i + 1 == len)))
            return -EINVAL;
    int e = take_scheme(&u);
    if (e == 0)
        e = take_authority(&u);
    if (e < 0)
        return e;
    take_path(&u);
    while (u.at < u.end && *u.at != '#')
        put_next(&u);
    if (u.out.full)
        return -ENAMETOOLONG;
    to[u.out.len] = '\0';
    return 0;
}
