/* Texts that people read, in their language: English in the source, translated by gettext at run time.
 *
 * _("text") is the translation; N_("text") only marks a text in a table for translators, `_(table[i])` translates it
 * where it is shown. Wire texts, log subjects, JSON keys and option names are not translated. A file that uses either
 * is listed in po/POTFILES. Any thread, after text_init.
 */
#ifndef HINOMI_BASE_TEXT_H
#define HINOMI_BASE_TEXT_H

#include <libintl.h>

#define TEXT_DOMAIN "hinomi"
#define _(text) dgettext(TEXT_DOMAIN, text)
#define N_(text) text

enum text_language { TEXT_EN, TEXT_JA, TEXT_LANGUAGE_COUNT };

/* Chooses the language from the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG) and the catalogues: those of the
 * build tree when run from it, else the installed ones. Numbers and dates stay as in the C locale. Call once, before
 * threads start and before a sandbox closes the file system. */
void text_init(void);
/* The same with the folder of catalogues given (FOLDER/ja/LC_MESSAGES/hinomi.mo); for tests. */
void text_init_from(const char *folder);

/* The calling thread's texts come in that language from now on, whatever the process has: for an answer to somebody who reads another one. */
void text_speak(enum text_language language);
/* As the process has it again. */
void text_speak_own(void);
/* The one that comes first in Accept-Language (RFC 9110 12.5.4; browsers put them in order, weights are not read). Neither, or NULL: `otherwise`. */
enum text_language text_language_of(const char *accept, enum text_language otherwise);
/* Of the process. */
enum text_language text_language_own(void);

#endif
