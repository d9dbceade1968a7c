/* What the policy says of one query: the value that the judge of a name hands to the one who answers.
 *
 * Borrowed pointers lead into the policy snapshot the decision was taken from and live as long as it is held.
 */
#ifndef HINOMI_MODEL_DECISION_H
#define HINOMI_MODEL_DECISION_H

#include "model/observation.h"

/* Who asks. */
struct dns_asker {
    struct addr client;
    uint16_t group;  /* of client groups; 0: none */
    bool behind;     /* the name is not the query's, but one that an alias leads to: rules about the client were looked at */
    bool redirected; /* and it was a policy's alias: what its target resolves to is as the policy wants it */
};

struct dns_name;

/* The name servers of the zones that an answer came from; all borrowed. */
struct dns_name_servers {
    const struct dns_name *names;
    unsigned name_count;
    const struct addr *addresses;
    unsigned address_count;
};

struct dns_decision {
    uint8_t action;             /* enum dns_action; DNS_ACTION_NONE: the policy has nothing on the name */
    uint8_t label;              /* trigger NAME of the query itself: which of its labels the matching name starts at */
    uint8_t chain;              /* so many aliases of the answer lead to the name that the rule is about */
    uint8_t trigger;            /* enum dns_trigger */
    bool final;                 /* nothing in the answer can change it: no need to resolve before acting on it */
    bool by_member;             /* a member lets it through by itself: what is too grave for that still counts */
    uint16_t list;              /* number of the list; 0: by hand */
    struct verdict_ref verdict; /* cited in the answer */
    uint16_t ede;               /* RFC 8914 info code for blocked answers */
    uint32_t order;             /* of the rule's list among all that the client has, 0 first; the policy's own use */
    const char *list_name;      /* borrowed */
    bool is_sinkhole;           /* the local data is the node's own page in the place of a blocked name: the answer says blocked */
    uint8_t wording;            /* enum answer_wording (act/dns_answer/answer.h): in which language an extended error tells of it */
    const uint8_t *data;        /* local data (act/policy/data.h), borrowed; NULL without */
    uint32_t data_len;
    int64_t since_us; /* wall clock: in force since */
    int64_t until_us; /* 0: no end */
};

#endif
