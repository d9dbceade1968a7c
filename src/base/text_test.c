/* Language choice: a catalogue is found and used, also where the system lacks the reader's locale. */
#include "base/text.h"

#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/test.h"

static char folder[] = "/tmp/hinomi-text-XXXXXX";

/* The smallest catalogue: GNU .mo with its header entry and one message, in this machine's byte order. */
static void write_catalogue(const char *path, const char *message, const char *translation)
{
    static const char header[] = "Content-Type: text/plain; charset=UTF-8\n";
    uint32_t at = 28 + 4 * 8;
    uint32_t message_len = (uint32_t)strlen(message), header_len = sizeof header - 1;
    uint32_t translation_len = (uint32_t)strlen(translation);
    uint32_t words[] = {
        0x950412de, 0, 2, 28, 28 + 16, 0, 0, /* magic, revision, count, originals, translations, no hash */
        0, at, message_len, at + 1,          /* originals: "", message */
        header_len, at + 2 + message_len, translation_len, at + 3 + message_len + header_len,
    };
    FILE *file = fopen(path, "wb");
    check(file != NULL);
    if (!file)
        return;
    fwrite(words, sizeof words, 1, file);
    fwrite("", 1, 1, file);
    fwrite(message, message_len + 1, 1, file);
    fwrite(header, header_len + 1, 1, file);
    fwrite(translation, translation_len + 1, 1, file);
    fclose(file);
}

static void make_catalogue(void)
{
    char path[128];
    check(mkdtemp(folder) != NULL);
    static const char *const parts[] = {"/ja", "/ja/LC_MESSAGES"};
    for (size_t i = 0; i < array_len(parts); i++) {
        snprintf(path, sizeof path, "%s%s", folder, parts[i]);
        check_int(mkdir(path, 0700), ==, 0);
    }
    snprintf(path, sizeof path, "%s/ja/LC_MESSAGES/hinomi.mo", folder);
    write_catalogue(path, "fire", "火");
}

static void remove_catalogue(void)
{
    static const char *const parts[] = {"/ja/LC_MESSAGES/hinomi.mo", "/ja/LC_MESSAGES", "/ja", ""};
    for (size_t i = 0; i < array_len(parts); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", folder, parts[i]);
        check_int(remove(path), ==, 0);
    }
}

static void forget_language(void)
{
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG", "HINOMI_LANGUAGE"};
    for (size_t i = 0; i < array_len(names); i++)
        unsetenv(names[i]);
}

TEST(texts_follow_the_reader_and_numbers_do_not)
{
    make_catalogue();

    forget_language();
    text_init_from(folder);
    check_str(_("fire"), "fire");

    forget_language();
    setenv("LANG", "ja_JP.UTF-8", 1); /* installed or not */
    text_init_from(folder);
    check_str(_("fire"), "火");
    check_str(_("smoke"), "smoke");
    check_str(localeconv()->decimal_point, ".");

    forget_language();
    setenv("LANG", "C", 1);
    text_init_from(folder);
    check_str(_("fire"), "fire");

    /* LANGUAGE comes before the locale, unless that is "C" (GNU gettext manual 2.3.2). */
    setenv("LANGUAGE", "ja", 1);
    unsetenv("HINOMI_LANGUAGE");
    text_init_from(folder);
    check_str(_("fire"), "fire");
    setenv("LANG", "en_GB.UTF-8", 1);
    setenv("LANGUAGE", "fr:ja:en", 1);
    unsetenv("HINOMI_LANGUAGE");
    text_init_from(folder);
    check_str(_("fire"), "火");
    check_int(text_language_own(), ==, TEXT_JA);

    /* A role that is started with this environment speaks as its parent does. */
    text_init_from(folder);
    check_str(_("fire"), "火");
    setenv("HINOMI_LANGUAGE", "en", 1);
    text_init_from(folder);
    check_str(_("fire"), "fire");
}

static void *speak_for_another(void *self)
{
    (void)self;
    return (void *)_("fire");
}

TEST(a_thread_may_speak_another_language)
{
    pthread_t thread;
    void *said = NULL;
    text_speak(TEXT_JA);
    check_str(_("fire"), "火");
    check_str(_("smoke"), "smoke");
    check_str(localeconv()->decimal_point, ".");
    check_int(pthread_create(&thread, NULL, speak_for_another, NULL), ==, 0);
    check_int(pthread_join(thread, &said), ==, 0);
    check_str(said, "fire"); /* the others go on as they were */
    text_speak(TEXT_EN);
    check_str(_("fire"), "fire");
    text_speak(TEXT_JA);
    text_speak_own();
    check_str(_("fire"), "fire");
    remove_catalogue();
}

TEST(the_first_language_that_we_have_is_taken)
{
    static const struct {
        const char *accept;
        enum text_language language;
    } cases[] = {{NULL, TEXT_EN}, {"", TEXT_EN}, {"ja", TEXT_JA}, {"ja-JP,ja;q=0.9,en;q=0.8", TEXT_JA}, {"en-US, ja", TEXT_EN},
                 {"fr, de;q=0.9, JA;q=0.1", TEXT_JA}, {"java, jam", TEXT_EN}, {"fr", TEXT_EN}, {",,,ja", TEXT_JA}, {"*", TEXT_EN}};
    for (size_t i = 0; i < array_len(cases); i++)
        check_int(text_language_of(cases[i].accept, TEXT_EN), ==, cases[i].language);
    check_int(text_language_of("de", TEXT_JA), ==, TEXT_JA);
}

TEST(marked_texts_stay_as_they_are_until_shown)
{
    static const char *const table[] = {N_("fire")};
    check_str(table[0], "fire");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
