/* Writes HTML: what is ours as it is, what is anybody else's so that it can only be text. Pure, any thread. */
#ifndef HINOMI_API_HTML_H
#define HINOMI_API_HTML_H

#include "base/writer.h"

/* Markup of ours. */
void html_raw(struct writer *w, const char *markup);
/* Text between tags or inside a quoted attribute: & < > " ' become references; what is no printable character becomes U+FFFD, but for
 * blanks and lines. */
void html_text(struct writer *w, const char *text);

#endif
