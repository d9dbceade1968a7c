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

/* Chooses the language from the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG) and the catalogues: those of the
 * build tree when run from it, else the installed ones. Numbers and dates stay as in the C locale. Call once, before
 * threads start and before a sandbox closes the file system. */
void text_init(void);
/* The same with the folder of catalogues given (FOLDER/ja/LC_MESSAGES/hinomi.mo); for tests. */
void text_init_from(const char *folder);

#endif
