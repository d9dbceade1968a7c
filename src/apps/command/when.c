/* Parses and formats times. */
#include "apps/command/when.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int when_parse_duration(const char *text, int64_t *ret_us)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || value < 0 || *text == '+' || *text == '-' || strlen(end) != 1)
        return -EINVAL;
    for (size_t i = 0; i < array_len(units); i++) {
        int64_t us;
        if (units[i].unit != *end)
            continue;
        if (__builtin_mul_overflow((int64_t)value, units[i].seconds * 1000000, &us) || us > INT64_MAX / 2)
            return -EINVAL;
        *ret_us = us;
        return 0;
    }
    return -EINVAL;
}

int when_parse(const char *text, int64_t now_us, int64_t *ret_us)
{
    int64_t length_us;
    if (when_parse_duration(text, &length_us) == 0) {
        *ret_us = now_us + length_us;
        return 0;
    }
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
                                        "%Y-%m-%d"};
    for (size_t i = 0; i < array_len(forms); i++) {
        struct tm tm = {.tm_isdst = -1};
        const char *rest = strptime(text, forms[i], &tm);
        bool utc = rest && strcmp(rest, "Z") == 0;
        if (!rest || (*rest && !utc))
            continue;
        time_t t = utc ? timegm(&tm) : mktime(&tm);
        if (t == (time_t)-1)
            return -EINVAL;
        *ret_us = (int64_t)t * 1000000;
        return 0;
    }
    return -EINVAL;
}

const char *when_format(int64_t time_us, char *text)
{
    time_t t = (time_t)(time_us / 1000000);
    struct tm tm;
    text[0] = '\0';
    if (time_us != 0 && localtime_r(&t, &tm))
        strftime(text, WHEN_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &tm);
    return text;
}
