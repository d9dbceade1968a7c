/* Internationalized names: as people write them, and as the DNS has them (RFC 5891; Unicode TR46 without transitional rules). */
#ifndef HINOMI_APPS_IDN_H
#define HINOMI_APPS_IDN_H

#include "base/attr.h"

enum { IDN_TEXT_MAX = 1536 }; /* a name of the DNS as text, and the same in UTF-8 behind it */

/* What a person wrote, to what the DNS has: "日本語.jp" to "xn--wgv71a119e.jp". Octets of ASCII are left as they are, also
 * those that are no name. -EINVAL, and *ret_reason a text of libidn2. */
int idn_to_ascii(const char *text, char ret_ascii[IDN_TEXT_MAX], const char **ret_reason) must_check;
/* A subject as the DNS has it when it is a name that people write in their script; else as it was typed. */
const char *idn_subject(const char *typed, char ascii[IDN_TEXT_MAX]);
/* For people: "xn--wgv71a119e.jp (日本語.jp)"; a name without such a label as it is. Returns `to`. */
const char *idn_show(const char *name, char to[IDN_TEXT_MAX]);

#endif
