/* The headers of a mail of ours, and its body in base64: the same for all kinds of mail (RFC 5322, RFC 3834).
 *
 * Names and subjects come from others: nothing of them can end a header, add one, or address somebody else. Any thread.
 */
#ifndef HINOMI_ACT_MAIL_HEAD_H
#define HINOMI_ACT_MAIL_HEAD_H

#include "act/notify/notify.h"
#include "base/writer.h"

enum { MAIL_TITLE_CHARACTERS = 80, MAIL_BODY_MAX = 64 << 10 };

struct mail_head {
    const char *from, *to;           /* addresses */
    const char *from_name, *to_name; /* for people; NULL or empty: none */
    const char *subject, *about;     /* a text of ours, and behind it one of others */
    const char *message_id;          /* the part before "@": letters, digits and dots */
    int64_t date_us;
    enum notify_language language;
};

/* The mail with that body, plain text. Its length; -EINVAL: an address or the message's name cannot be one; -EMSGSIZE: body or mail is full. */
int mail_write(const struct mail_head *h, const struct writer *body, char *to, size_t max) must_check;

#endif
