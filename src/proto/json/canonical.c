/* Writes JSON in its canonical form. */
#include "proto/json/canonical.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { DIGITS_MAX = 17 }; /* tell any two doubles apart */

/* value = 0.DIGITS * 10^point */
struct decimal {
    char digits[DIGITS_MAX + 1];
    int count;
    int point;
};

/* The decimal with that many digits that is nearest to the value. */
static void nearest_decimal(double value, int count, struct decimal *d)
{
    char text[40]; /* D.DDDe+XXX */
    int len = snprintf(text, sizeof text, "%.*e", count - 1, value);
    const char *e = memchr(text, 'e', (size_t)len);
    d->count = 0;
    for (const char *p = text; p < e; p++)
        if (*p != '.')
            d->digits[d->count++] = *p;
    d->point = (int)strtol(e + 1, NULL, 10) + 1;
}

static bool gives_back(const struct decimal *d, double value)
{
    char text[40];
    snprintf(text, sizeof text, "0.%.*se%d", d->count, d->digits, d->point);
    return strtod(text, NULL) == value;
}

/* The next decimal of as many digits, away from zero. */
static void step_up(struct decimal *d)
{
    int i = d->count - 1;
    while (i >= 0 && d->digits[i] == '9')
        d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
    } else {
        d->digits[0] = '1';
        d->point++;
    }
}

/* Do `count` digits suffice for the value? Below a power of two doubles lie twice as dense as above it: there the nearest
 * decimal may miss, and the next one above it still hit. */
static bool fits(double value, int count, struct decimal *d)
{
    nearest_decimal(value, count, d);
    if (gives_back(d, value))
        return true;
    int exponent;
    if (frexp(value, &exponent) != 0.5)
        return false;
    step_up(d);
    return gives_back(d, value);
}

/* The fewest digits that give the value back, and of those the nearest to it. A normal double that any decimal of 15 digits
 * or fewer gives back is given back by its nearest of 15, with zeros at its end. */
static void shortest_decimal(double value, struct decimal *d)
{
    int count = isnormal(value) ? 15 : 1;
    while (count < DIGITS_MAX && !fits(value, count, d))
        count++;
    if (count == DIGITS_MAX)
        nearest_decimal(value, count, d);
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
}

int json_number_format(double value, char *to)
{
    if (!isfinite(value))
        return -ERANGE;
    if (value == 0) { /* also the negative one */
        memcpy(to, "0", 2);
        return 1;
    }
    struct decimal d;
    shortest_decimal(fabs(value), &d);
    struct writer w = writer_of(to, JSON_NUMBER_MAX);
    if (value < 0)
        writer_u8(&w, '-');
    size_t count = (size_t)d.count;
    if (d.point > 21 || d.point < -5) { /* with an exponent */
        writer_u8(&w, (uint8_t)d.digits[0]);
        if (count > 1) {
            writer_u8(&w, '.');
            writer_bytes(&w, d.digits + 1, count - 1);
        }
        char exponent[16];
        int len = snprintf(exponent, sizeof exponent, "e%+d", d.point - 1);
        writer_bytes(&w, exponent, (size_t)len);
    } else if (d.point <= 0) {
        writer_bytes(&w, "0.00000", 2 + (size_t)-d.point);
        writer_bytes(&w, d.digits, count);
    } else {
        size_t whole = (size_t)d.point < count ? (size_t)d.point : count;
        writer_bytes(&w, d.digits, whole);
        writer_bytes(&w, "000000000000000000000", (size_t)d.point - whole);
        if (count > whole) {
            writer_u8(&w, '.');
            writer_bytes(&w, d.digits + whole, count - whole);
        }
    }
    to[w.len] = '\0';
    return (int)w.len;
}

/* RFC 8785 3.2.2.2. */
int json_canonical_string(const char *text, size_t len, struct writer *w)
{
    struct reader r = reader_of(text, len);
    writer_u8(w, '"');
    while (r.left > 0) {
        const uint8_t *at = r.at;
        size_t plain = 0; /* octets that stand for themselves: most, and so taken together */
        while (plain < r.left && at[plain] >= 0x20 && at[plain] < 0x80 && at[plain] != '"' && at[plain] != '\\')
            plain++;
        if (plain > 0) {
            writer_bytes(w, at, plain);
            reader_skip(&r, plain);
            continue;
        }
        uint32_t c = utf8_take(&r);
        if (r.failed)
            return -EILSEQ;
        static const char letters[] = "btn\0fr"; /* of U+0008 and after; U+000B has none */
        if (c >= 0x20 && c != '"' && c != '\\') {
            writer_bytes(w, at, (size_t)(r.at - at));
        } else if (c >= 0x20) {
            writer_u8(w, '\\');
            writer_u8(w, (uint8_t)c);
        } else if (c >= 8 && c <= 13 && letters[c - 8]) {
            writer_u8(w, '\\');
            writer_u8(w, (uint8_t)letters[c - 8]);
        } else {
            char escape[8];
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)c);
            writer_bytes(w, escape, 6);
        }
    }
    writer_u8(w, '"');
    return 0;
}

struct member {
    const char *key;
    size_t len;
    json_t *value;
};

/* By UTF-16 code units: as by octets, but characters past U+FFFF (four octets, two surrogates) come before U+E000. */
static int by_utf16(const void *one, const void *two)
{
    const struct member *a = one, *b = two;
    size_t both = a->len < b->len ? a->len : b->len;
    for (size_t i = 0; i < both; i++) {
        uint8_t x = (uint8_t)a->key[i], y = (uint8_t)b->key[i];
        if (x == y)
            continue;
        bool is_high = x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0);
        return (x < y) != is_high ? -1 : 1;
    }
    return a->len < b->len ? -1 : a->len > b->len;
}

static int write_value(const json_t *value, unsigned depth, struct writer *w);

static int write_object(const json_t *object, unsigned depth, struct writer *w)
{
    size_t count = json_object_size(object), n = 0;
    autofree struct member *members = calloc(count ? count : 1, sizeof *members);
    if (!members)
        return -ENOMEM;
    json_t *borrowed = (json_t *)(uintptr_t)object; /* jansson's iterators are not const, though they change nothing */
    for (void *at = json_object_iter(borrowed); at && n < count; at = json_object_iter_next(borrowed, at))
        members[n++] = (struct member){json_object_iter_key(at), json_object_iter_key_len(at), json_object_iter_value(at)};
    qsort(members, n, sizeof *members, by_utf16);
    writer_u8(w, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            writer_u8(w, ',');
        int result = json_canonical_string(members[i].key, members[i].len, w);
        if (result < 0)
            return result;
        writer_u8(w, ':');
        result = write_value(members[i].value, depth, w);
        if (result < 0)
            return result;
    }
    writer_u8(w, '}');
    return 0;
}

static int write_array(const json_t *array, unsigned depth, struct writer *w)
{
    writer_u8(w, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0)
            writer_u8(w, ',');
        int result = write_value(json_array_get(array, i), depth, w);
        if (result < 0)
            return result;
    }
    writer_u8(w, ']');
    return 0;
}

static int write_integer(json_int_t value, struct writer *w)
{
    if (value > JSON_INTEGER_MAX || value < -JSON_INTEGER_MAX)
        return -ERANGE;
    char text[JSON_NUMBER_MAX];
    int len = snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, value);
    writer_bytes(w, text, (size_t)len);
    return 0;
}

static int write_real(double value, struct writer *w)
{
    char text[JSON_NUMBER_MAX];
    int len = json_number_format(value, text);
    if (len < 0)
        return len;
    writer_bytes(w, text, (size_t)len);
    return 0;
}

static int write_value(const json_t *value, unsigned depth, struct writer *w)
{
    if (w->full)
        return -EMSGSIZE;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return depth == JSON_CANONICAL_DEPTH_MAX ? -ELOOP : write_object(value, depth + 1, w);
    case JSON_ARRAY:
        return depth == JSON_CANONICAL_DEPTH_MAX ? -ELOOP : write_array(value, depth + 1, w);
    case JSON_STRING:
        return json_canonical_string(json_string_value(value), json_string_length(value), w);
    case JSON_INTEGER:
        return write_integer(json_integer_value(value), w);
    case JSON_REAL:
        return write_real(json_real_value(value), w);
    case JSON_TRUE:
        writer_bytes(w, "true", 4);
        return 0;
    case JSON_FALSE:
        writer_bytes(w, "false", 5);
        return 0;
    case JSON_NULL:
        writer_bytes(w, "null", 4);
        return 0;
    }
    return -EINVAL; /* no such type */
}

int json_canonical_write(const json_t *value, struct writer *w)
{
    int result = write_value(value, 0, w);
    return result < 0 ? result : w->full ? -EMSGSIZE : 0;
}

int json_canonical_new(const json_t *value, size_t max, uint8_t **ret_text, size_t *ret_len)
{
    for (size_t room = max < 1024 ? max : 1024;; room = room > max / 2 ? max : room * 2) {
        autofree uint8_t *text = malloc(room ? room : 1);
        if (!text)
            return -ENOMEM;
        struct writer w = writer_of(text, room);
        int result = json_canonical_write(value, &w);
        if (result == 0) {
            *ret_len = w.len;
            *ret_text = steal(text);
            return 0;
        }
        if (result != -EMSGSIZE || room == max)
            return result;
    }
}
