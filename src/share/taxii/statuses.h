/* The statuses of posts: kept for a while, each for the recipient that posted, within limits. Any thread. */
#ifndef HINOMI_SHARE_TAXII_STATUSES_H
#define HINOMI_SHARE_TAXII_STATUSES_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct statuses;

int statuses_new(unsigned max, size_t octets_max, int64_t kept_us, struct statuses **ret_statuses) must_check;
void statuses_free(struct statuses *s);
/* Copies the text. How many older ones had to go before their time; -ENOMEM; -EMSGSIZE: larger than all may be. */
int statuses_put(struct statuses *s, unsigned owner, const char *id, const char *text, size_t len, int64_t now_us) must_check;
/* A copy of the text on the heap; -ENOENT: no such one of that owner, or too old; -ENOMEM. */
int statuses_get(struct statuses *s, unsigned owner, const char *id, int64_t now_us, char **ret_text, size_t *ret_len) must_check;

#endif
