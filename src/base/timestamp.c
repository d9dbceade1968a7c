/* Formats and parses RFC 3339 timestamps. */
#include "base/timestamp.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define SECOND_US 1000000
#define FIRST_US (-62135596800 * SECOND_US)            /* 0001-01-01T00:00:00Z */
#define LAST_US (253402300799 * SECOND_US + 999999)    /* 9999-12-31T23:59:59.999999Z */

enum { DAY_S = 86400, ERA_DAYS = 146097 };

/* Days since 1970-01-01 in the Gregorian calendar, years that begin in March, eras of 400 years: the leap day is then the
 * last of its year. */
static int64_t days_of(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int of_era = y - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t of_era_days = (int64_t)of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return (int64_t)era * ERA_DAYS + of_era_days - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS;
    int of_era = (int)(z - era * ERA_DAYS);
    int y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * y + y / 4 - y / 100);
    int m = (5 * of_year + 2) / 153;
    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = (int)(era * 400) + y + (*month <= 2);
}

static void put(char *to, int digits, int64_t value)
{
    for (int i = digits; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
}

const char *timestamp_format(int64_t us, char *text)
{
    int year, month, day;
    us = us < FIRST_US ? FIRST_US : us > LAST_US ? LAST_US : us;
    int64_t fraction = us % SECOND_US, seconds = us / SECOND_US;
    if (fraction < 0) {
        fraction += SECOND_US;
        seconds--;
    }
    int64_t of_day = seconds % DAY_S, days = seconds / DAY_S;
    if (of_day < 0) {
        of_day += DAY_S;
        days--;
    }
    date_of(days, &year, &month, &day);
    memcpy(text, "0000-00-00T00:00:00.000000Z", TIMESTAMP_TEXT_MAX);
    put(text, 4, year);
    put(text + 5, 2, month);
    put(text + 8, 2, day);
    put(text + 11, 2, of_day / 3600);
    put(text + 14, 2, of_day / 60 % 60);
    put(text + 17, 2, of_day % 60);
    put(text + 20, 6, fraction);
    return text;
}

struct cursor {
    const char *at, *end;
    bool failed;
};

static int take_number(struct cursor *c, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++, c->at++) {
        if (c->failed || c->at == c->end || *c->at < '0' || *c->at > '9') {
            c->failed = true;
            return 0;
        }
        value = value * 10 + (*c->at - '0');
    }
    return value;
}

static char take_one_of(struct cursor *c, const char *choice)
{
    if (c->failed || c->at == c->end || !*c->at || !strchr(choice, *c->at)) {
        c->failed = true;
        return '\0';
    }
    return *c->at++;
}

static int take_in(struct cursor *c, int digits, int least, int most)
{
    int value = take_number(c, digits);
    if (value < least || value > most)
        c->failed = true;
    return value;
}

/* Microseconds of ".123456789". */
static int64_t take_fraction(struct cursor *c)
{
    int64_t us = 0, unit = SECOND_US;
    if (c->failed || c->at == c->end || *c->at != '.')
        return 0;
    c->at++;
    (void)take_number(c, 1);
    for (const char *p = c->at - 1; !c->failed && p < c->end && *p >= '0' && *p <= '9'; p++) {
        unit /= 10;
        us += unit * (*p - '0');
        c->at = p + 1;
    }
    return us;
}

static int64_t take_offset(struct cursor *c)
{
    char sign = take_one_of(c, "Zz+-");
    if (sign != '+' && sign != '-')
        return 0;
    int hours = take_in(c, 2, 0, 23);
    take_one_of(c, ":");
    int minutes = take_in(c, 2, 0, 59);
    return (sign == '-' ? -1 : 1) * (hours * 60 + minutes) * (int64_t)60;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

int timestamp_parse(const char *text, size_t len, int64_t *ret_us)
{
    struct cursor c = {.at = text, .end = text + len};
    int year = take_in(&c, 4, 1, 9999);
    take_one_of(&c, "-");
    int month = take_in(&c, 2, 1, 12);
    take_one_of(&c, "-");
    int day = take_in(&c, 2, 1, 31);
    take_one_of(&c, "Tt ");
    int hour = take_in(&c, 2, 0, 23);
    take_one_of(&c, ":");
    int minute = take_in(&c, 2, 0, 59);
    take_one_of(&c, ":");
    int second = take_in(&c, 2, 0, 60);
    int64_t fraction = take_fraction(&c);
    int64_t offset_s = take_offset(&c);
    if (c.failed || c.at != c.end || day > days_in(year, month))
        return -EINVAL;
    if (second == 60)
        second = 59;
    int64_t seconds = days_of(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second - offset_s;
    *ret_us = seconds * SECOND_US + fraction;
    return 0;
}
