/* Finds the message catalogues and the reader's language. */
#include "base/text.h"

#include <ctype.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* glibc's gettext translates into LANGUAGE unless the locale is "C" (GNU gettext manual, 2.3.2): with LANGUAGE always that of the one catalogue
 * there is, the locale alone says whether a text is translated, and it can be another one for each thread. */
static const char english[] = "C", japanese[] = "C.UTF-8";
static enum text_language own = TEXT_EN;
static locale_t locales[TEXT_LANGUAGE_COUNT];

/* A role is started with the environment of its parent, which has LANGUAGE from here. */
#define OWN_LANGUAGE "HINOMI_LANGUAGE"

/* The locale that the environment asks for, as setlocale would pick it; "" when none. */
static const char *wanted_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return "";
}

/* "ja", "ja_JP.UTF-8", "ja-JP", "JA": a tag of that language. */
static bool is_language(const char *tag, const char *language)
{
    size_t len = strlen(language);
    return strncasecmp(tag, language, len) == 0 && !isalpha((unsigned char)tag[len]);
}

/* Of a list such as "ja_JP:en" the first that we have. */
static enum text_language first_of(const char *list, const char *between, enum text_language otherwise)
{
    for (const char *at = list; *at; at += strcspn(at, between)) {
        at += strspn(at, between);
        if (is_language(at, "ja"))
            return TEXT_JA;
        if (is_language(at, "en"))
            return TEXT_EN;
    }
    return otherwise;
}

static enum text_language wanted_language(void)
{
    const char *given = getenv(OWN_LANGUAGE), *list = getenv("LANGUAGE"), *locale = wanted_locale();
    if (given && *given)
        return first_of(given, " ", TEXT_EN);
    enum text_language language = first_of(locale, " ", TEXT_EN);
    if (strcmp(locale, "") == 0 || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
        return TEXT_EN; /* then LANGUAGE is not heeded */
    return list && *list ? first_of(list, ":", language) : language;
}

/* A bare Debian has no locale but C and C.UTF-8: it is enough for any language that we have. */
static void choose_locale(void)
{
    own = wanted_language();
    setenv(OWN_LANGUAGE, own == TEXT_JA ? "ja" : "en", 1);
    setenv("LANGUAGE", "ja", 1);
    if (!setlocale(LC_CTYPE, ""))
        setlocale(LC_CTYPE, japanese);
    setlocale(LC_MESSAGES, own == TEXT_JA ? japanese : english);
    for (int i = 0; i < TEXT_LANGUAGE_COUNT; i++)
        if (!locales[i])
            locales[i] = newlocale(LC_MESSAGES_MASK, i == TEXT_JA ? japanese : english, newlocale(LC_CTYPE_MASK, japanese, (locale_t)0));
}

void text_speak(enum text_language language)
{
    if (locales[language])
        (void)uselocale(locales[language]);
}

void text_speak_own(void)
{
    (void)uselocale(LC_GLOBAL_LOCALE);
}

enum text_language text_language_of(const char *accept, enum text_language otherwise)
{
    return first_of(accept ? accept : "", ", ", otherwise);
}

enum text_language text_language_own(void)
{
    return own;
}

void text_init_from(const char *folder)
{
    choose_locale();
    bindtextdomain(TEXT_DOMAIN, folder);
    bind_textdomain_codeset(TEXT_DOMAIN, "UTF-8");
    textdomain(TEXT_DOMAIN);
    /* The catalogue is read when the first text is asked for: now, before a sandbox closes the file system. */
    text_speak(TEXT_JA);
    (void)dgettext(TEXT_DOMAIN, "hinomi");
    text_speak_own();
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
