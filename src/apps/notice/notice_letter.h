/* Writes the mail or document of one delivery from what stands in the ledger's file now. */
#ifndef HINOMI_APPS_NOTICE_LETTER_H
#define HINOMI_APPS_NOTICE_LETTER_H

#include "act/notify/deliver.h"
#include "store/notice_delivery.h"

/* A new text of *ret_len octets, to be freed. A mail has a link with a new word, whose digest is kept, when the console's address is
 * configured. -EINVAL: an address cannot be used; errors of the ledger; -ENOMEM. */
int notice_letter_write(struct ledger *l, const struct notify_settings *s, const struct notice_delivery *d, int64_t now_us, char **ret_text, size_t *ret_len)
    must_check;

#endif
