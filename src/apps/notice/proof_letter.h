/* Writes the mail that asks whether a network or name is a member's, with a new word for each try to send it. One thread, the hub's. */
#ifndef HINOMI_APPS_PROOF_LETTER_H
#define HINOMI_APPS_PROOF_LETTER_H

#include "act/notify/deliver.h"
#include "store/notice_delivery.h"

/* The caller's text, as notice_letter_write. -ENOENT: it is answered, asked of another by now, too late, or the claim is gone; errors of the ledger. */
int proof_letter_write(struct ledger *l, const struct notify_settings *s, const struct notice_delivery *d, int64_t now_us, char **ret_text, size_t *ret_len) must_check;

#endif
