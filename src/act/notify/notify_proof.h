/* The mail that asks whether a network or name is an organisation's: its answer proves it. Values in, text out, as notify.h. Any thread. */
#ifndef HINOMI_ACT_NOTIFY_PROOF_H
#define HINOMI_ACT_NOTIFY_PROOF_H

#include "act/notify/notify.h"

struct notify_proof {
    const char *from, *to, *from_name, *to_name, *message_id; /* as of struct notify_mail */
    const char *member_title, *value;
    const char *link; /* NULL: none */
    const char *code; /* ASCII letters and digits; written in groups of four */
    int64_t date_us, until_us;
    enum notify_language language;
};

/* Writes the mail with CRLF; its length. -EINVAL, -EMSGSIZE as notify_mail_write. */
int notify_proof_write(const struct notify_proof *p, char *to, size_t max) must_check;

#endif
