/* What the policy says of one query: the value that the judge of a name hands to the one who answers.
 *
 * Borrowed pointers lead into the policy snapshot the decision was taken from and live as long as it is held.
 */
#ifndef HINOMI_MODEL_DECISION_H
#define HINOMI_MODEL_DECISION_H

#include "model/observation.h"

struct dns_decision {
    uint8_t action;             /* enum dns_action; DNS_ACTION_NONE: the policy has nothing on the name */
    uint8_t label;              /* which label of the query's name the matching name starts at */
    uint16_t list;              /* number of the list; 0: by hand */
    struct verdict_ref verdict; /* cited in the answer */
    uint16_t ede;               /* RFC 8914 info code for blocked answers */
    const char *list_name;      /* borrowed */
    const uint8_t *data;        /* local data (act/policy/data.h), borrowed; NULL without */
    uint32_t data_len;
    int64_t since_us; /* wall clock: in force since */
    int64_t until_us; /* 0: no end */
};

#endif
