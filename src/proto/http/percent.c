/* Decodes percent-encoded text. */
#include "proto/http/percent.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"

static int hex_of(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_utf8(const char *text)
{
    struct reader r = reader_of(text, strlen(text));
    while (r.left > 0 && !r.failed)
        (void)utf8_take(&r);
    return !r.failed;
}

static bool may_stand(const struct http_percent *how, uint8_t c)
{
    bool is_control = c < ' ' || c == 0x7f;
    return !is_control || (how->has_lines && (c == '\r' || c == '\n' || c == '\t'));
}

int http_percent_take(struct reader *r, const struct http_percent *how, char *to, size_t max, size_t *ret_used, char *ret_end)
{
    size_t used = 0;
    char end = '\0';
    while (r->left > 0) {
        uint8_t c = reader_u8(r);
        if (c != '\0' && strchr(how->ends, c)) {
            end = (char)c;
            break;
        }
        if (c == '%') {
            int high = hex_of(reader_u8(r)), low = hex_of(reader_u8(r));
            if (r->failed || high < 0 || low < 0)
                return -EBADMSG;
            c = (uint8_t)(high << 4 | low);
        } else if (c == '+' && how->plus_is_blank) {
            c = ' ';
        }
        if (!may_stand(how, c) || used + 1 >= max)
            return -EBADMSG;
        to[used++] = (char)c;
    }
    if (used >= max)
        return -EBADMSG;
    to[used++] = '\0';
    if (!is_utf8(to))
        return -EBADMSG;
    *ret_used = used;
    *ret_end = end;
    return 0;
}
