/* The form of a mail: headers whose values cannot become others, and a body in base64.
 *
 * Into a bounded writer: a caller writes all, and looks at `full` once. Sources: RFC 5322 (message), RFC 2047 (words of other alphabets in headers),
 * RFC 2045 6.8 (base64), RFC 3834 (automatic mail). Any thread.
 */
#ifndef HINOMI_ACT_MAIL_TEXT_H
#define HINOMI_ACT_MAIL_TEXT_H

#include "base/attr.h"
#include "base/writer.h"

void mail_put(struct writer *w, const char *text);
/* As a phrase or unstructured text (RFC 2047 5): plain when it is letters, digits and spaces that fit into a line behind the `used` octets of the header's name (20 at most), else
 * encoded words of whole characters, folded. What is no UTF-8, or a control character, becomes U+FFFD or a space. `plain_also`: further
 * octets that may stand plainly. */
void mail_put_words(struct writer *w, const char *text, size_t used, const char *plain_also);
/* "Sun, 22 Nov 2026 17:00:00 +0000" (RFC 5322 3.3). */
void mail_put_date(struct writer *w, int64_t us);
/* Lines of 76, each with CRLF (RFC 2045 6.8). */
void mail_put_base64(struct writer *w, const void *octets, size_t len);
/* UTF-8 without control characters, where control characters become spaces and what is no UTF-8 becomes U+FFFD; at most `characters`. */
void mail_put_clean(struct writer *w, const char *text, unsigned characters);

#endif
