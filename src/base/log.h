/* Lines for the operator: one line an event, on standard error, with time, level, role and subject.
 *
 * Programs log, libraries return errors; so each failure is told once. Texts pass through gettext at the
 * caller (`log_error(_("..."), ...)`). Under systemd (JOURNAL_STREAM set) the time is left out and the level
 * becomes the <N> prefix of sd-daemon(3). Any thread may log; a line is one write(2). Secrets are never logged.
 */
#ifndef HINOMI_BASE_LOG_H
#define HINOMI_BASE_LOG_H

#include "base/attr.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_DEBUG, LOG_LEVEL_COUNT };

/* role: a static string such as "dns"; shown on each line. Call once before threads start. */
void log_init(const char *role, enum log_level most_verbose);
void log_line(enum log_level level, const char *format, ...) printf_like(2, 3);

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
