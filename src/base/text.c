/* Finds the message catalogues and the reader's language. */
#include "base/text.h"

#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The language the environment asks for, as setlocale would pick it; NULL when none. */
static const char *wanted_language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return NULL;
}

/* A bare Debian has no locale but C and C.UTF-8. A reader who asks for ja_JP.UTF-8 there still gets the Japanese
 * catalogue: it needs nothing of the system's locale but its character set. */
static void choose_locale(void)
{
    const char *wanted = wanted_language();
    if (setlocale(LC_MESSAGES, "") && setlocale(LC_CTYPE, ""))
        return;
    setlocale(LC_CTYPE, "C.UTF-8");
    setlocale(LC_MESSAGES, "C.UTF-8");
    if (wanted && !getenv("LANGUAGE"))
        setenv("LANGUAGE", wanted, 0);
}

void text_init_from(const char *folder)
{
    choose_locale();
    bindtextdomain(TEXT_DOMAIN, folder);
    bind_textdomain_codeset(TEXT_DOMAIN, "UTF-8");
    textdomain(TEXT_DOMAIN);
    /* The catalogue is read when the first text is asked for: now, before a sandbox closes the file system. */
    (void)dgettext(TEXT_DOMAIN, "hinomi");
}

static const char catalogue[] = "/ja/LC_MESSAGES/" TEXT_DOMAIN ".mo";

/* "po" beside the program, when meson made its catalogues there: it is run from its build tree. */
static bool build_tree_folder(char folder[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", folder, PATH_MAX);
    if (n <= 0 || (size_t)n > PATH_MAX - sizeof "po" - sizeof catalogue)
        return false;
    folder[n] = '\0';
    char *end = strrchr(folder, '/') + 1;
    memcpy(end, "po", 2);
    end += 2;
    memcpy(end, catalogue, sizeof catalogue);
    bool found = access(folder, R_OK) == 0;
    *end = '\0';
    return found;
}

void text_init(void)
{
    char folder[PATH_MAX];
    text_init_from(build_tree_folder(folder) ? folder : HINOMI_LOCALE_DIR);
}
