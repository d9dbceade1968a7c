/* Log behaviour: one line a call, foreign control characters neutralised, long lines cut, levels obeyed. */
#include "base/log.h"

#include <unistd.h>

#include "base/test.h"

static char got[8192];

/* Standard error goes into a pipe for one call; 8 kB always fit into it. */
static const char *capture(void (*say)(void))
{
    int fds[2], kept = dup(STDERR_FILENO);
    check_int(pipe(fds), ==, 0);
    dup2(fds[1], STDERR_FILENO);
    close(fds[1]);
    say();
    dup2(kept, STDERR_FILENO);
    close(kept);
    ssize_t n = 0, part;
    while ((part = read(fds[0], got + n, sizeof got - 1 - (size_t)n)) > 0)
        n += part;
    got[n] = '\0';
    close(fds[0]);
    return got;
}

static void start(enum log_level most_verbose)
{
    unsetenv("JOURNAL_STREAM");
    log_init("dns", most_verbose);
}

static void say_plain(void)
{
    log_notice("list %s: %d names", "example", 3);
}

TEST(a_line_has_time_level_role_and_subject)
{
    start(LOG_LEVEL_NOTICE);
    const char *line = capture(say_plain);
    check_int(strlen(line), ==, strlen("2026-01-01T00:00:00.000Z notice  dns: list example: 3 names\n"));
    check(line[4] == '-' && line[10] == 'T' && line[19] == '.' && line[23] == 'Z');
    if (strlen(line) > 24)
        check_str(line + 24, " notice  dns: list example: 3 names\n");
}

static void say_control(void)
{
    log_error("name %s", "a\nb\rc\td\x1b[31me\x7f\x01" "f");
}

TEST(control_characters_are_neutralised)
{
    start(LOG_LEVEL_NOTICE);
    const char *line = capture(say_control);
    check(strstr(line, ": name a?b?c?d?[31me??f\n") != NULL);
    check(strchr(line, '\n') == line + strlen(line) - 1);
}

static void say_utf8(void)
{
    log_error("%s", "火の見");
}

TEST(letters_of_other_languages_stay)
{
    start(LOG_LEVEL_NOTICE);
    check(strstr(capture(say_utf8), ": 火の見\n") != NULL);
}

static size_t long_len;

static void say_long(void)
{
    static char text[5000];
    memset(text, 'x', sizeof text);
    text[long_len] = '\0';
    log_error("%s", text);
}

TEST(a_line_too_long_is_cut_and_still_ends)
{
    start(LOG_LEVEL_NOTICE);
    const size_t head = strlen("2026-01-01T00:00:00.000Z error   dns: ");
    for (long_len = 1990; long_len < 2060; long_len++) {
        const char *line = capture(say_long);
        size_t len = strlen(line);
        check(len <= 2048);
        check_int(len, ==, head + long_len + 1 <= 2047 ? head + long_len + 1 : 2047);
        check(line[len - 1] == '\n' && line[len - 2] == 'x');
    }
}

static void say_every_level(void)
{
    log_error("e");
    log_warning("w");
    log_notice("n");
    log_debug("d");
}

TEST(lines_beyond_the_level_are_not_written)
{
    static const char *const want[] = {
        [LOG_LEVEL_ERROR] = "<3>dns: e\n",
        [LOG_LEVEL_WARNING] = "<3>dns: e\n<4>dns: w\n",
        [LOG_LEVEL_NOTICE] = "<3>dns: e\n<4>dns: w\n<5>dns: n\n",
        [LOG_LEVEL_DEBUG] = "<3>dns: e\n<4>dns: w\n<5>dns: n\n<7>dns: d\n",
    };
    for (int level = 0; level < LOG_LEVEL_COUNT; level++) {
        setenv("JOURNAL_STREAM", "8:1", 1); /* systemd: a level prefix instead of time and word */
        log_init("dns", (enum log_level)level);
        check_str(capture(say_every_level), want[level]);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
