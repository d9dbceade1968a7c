/* Formats one log line and writes it with one system call. */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *role_name = "hinomi";
static enum log_level verbosity = LOG_LEVEL_NOTICE;
static bool journal;

static const struct {
    const char *word;
    int syslog;
} level_table[] = {
    [LOG_LEVEL_ERROR] = {"error", 3},
    [LOG_LEVEL_WARNING] = {"warning", 4},
    [LOG_LEVEL_NOTICE] = {"notice", 5},
    [LOG_LEVEL_DEBUG] = {"debug", 7},
};
_Static_assert(array_len(level_table) == LOG_LEVEL_COUNT, "one row per level");

void log_init(const char *role, enum log_level most_verbose)
{
    role_name = role;
    verbosity = most_verbose;
    journal = getenv("JOURNAL_STREAM") != NULL;
}

void log_line(enum log_level level, const char *format, ...)
{
    if (level > verbosity)
        return;
    char line[2048];
    int n;
    if (journal) {
        n = snprintf(line, sizeof line, "<%d>%s: ", level_table[level].syslog, role_name);
    } else {
        struct timespec now;
        struct tm tm;
        clock_gettime(CLOCK_REALTIME, &now);
        gmtime_r(&now.tv_sec, &tm);
        n = (int)strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &tm);
        n += snprintf(line + n, sizeof line - (size_t)n, ".%03ldZ %-7s %s: ", now.tv_nsec / 1000000,
                      level_table[level].word, role_name);
    }
    va_list args;
    va_start(args, format);
    int m = vsnprintf(line + n, sizeof line - (size_t)n - 1, format, args);
    va_end(args);
    if (m < 0)
        return;
    size_t len = (size_t)n + (size_t)m;
    if (len > sizeof line - 2)
        len = sizeof line - 2;
    /* A foreign byte in a message must not start a line of its own or move the cursor. */
    for (size_t i = (size_t)n; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[len++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, line, len);
    (void)ignored;
}
