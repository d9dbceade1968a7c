/* Notices as the API tells them: to the centre all, to a member what it may see. */
#ifndef HINOMI_API_NOTICE_JSON_H
#define HINOMI_API_NOTICE_JSON_H

#include <jansson.h>

#include "store/notice.h"

/* is_own: for the member, who does not hear of control groups. A new object; NULL: out of memory. */
json_t *notice_json(const struct notice *n, bool is_own);
/* Its subjects, an array; what is above TLP:AMBER is not named to the member (TLP 2.0: AMBER may go to clients, AMBER+STRICT and RED not). */
json_t *notice_subjects_json(struct ledger *l, int64_t id, unsigned max, bool is_own);

#endif
