/* Names of people and names of the DNS, by libidn2. */
#include "apps/command/idn.h"

#include <errno.h>
#include <idn2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/subject.h"

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

int idn_to_ascii(const char *text, char ret_ascii[IDN_TEXT_MAX], const char **ret_reason)
{
    char *ascii = NULL;
    *ret_reason = "";
    if (is_ascii(text)) {
        snprintf(ret_ascii, IDN_TEXT_MAX, "%s", text);
        return 0;
    }
    int e = idn2_to_ascii_8z(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (e == IDN2_OK)
        snprintf(ret_ascii, IDN_TEXT_MAX, "%s", ascii);
    else
        *ret_reason = idn2_strerror(e);
    idn2_free(ascii);
    return e == IDN2_OK ? 0 : -EINVAL;
}

static bool has_such_label(const char *name)
{
    for (const char *label = name; label; label = strchr(label, '.')) {
        label += *label == '.';
        if (strncasecmp(label, "xn--", 4) == 0)
            return true;
    }
    return false;
}

/* Nothing that moves a cursor, turns a line round or hides itself: the controls of Unicode, and its format characters of
 * U+200B to U+200F, U+2028 to U+202E and U+2060 to U+206F. IDNA forbids them; this is for what slips through. */
static bool is_plain(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    for (; *c; c++) {
        if (*c < 0x20 || *c == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0))
            return false;
        if (c[0] == 0xe2 && ((c[1] == 0x80 && ((c[2] >= 0x8b && c[2] <= 0x8f) || (c[2] >= 0xa8 && c[2] <= 0xae))) ||
                             (c[1] == 0x81 && c[2] >= 0xa0 && c[2] <= 0xaf)))
            return false;
    }
    return true;
}

const char *idn_subject(const char *typed, char ascii[IDN_TEXT_MAX])
{
    const char *reason;
    struct subject s;
    if (subject_guess(typed, strlen(typed), &s) == 0 || idn_to_ascii(typed, ascii, &reason) < 0)
        return typed;
    return ascii;
}

const char *idn_show(const char *name, char to[IDN_TEXT_MAX])
{
    char *unicode = NULL;
    snprintf(to, IDN_TEXT_MAX, "%s", name);
    if (has_such_label(name) && idn2_to_unicode_8z8z(name, &unicode, IDN2_NONTRANSITIONAL) == IDN2_OK &&
        strcmp(unicode, name) != 0 && is_plain(unicode))
        snprintf(to, IDN_TEXT_MAX, "%s (%s)", name, unicode);
    idn2_free(unicode);
    return to;
}
