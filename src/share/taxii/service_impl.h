/* What the files of the TAXII service share: the service itself, and one request while it is answered. */
#ifndef HINOMI_SHARE_TAXII_SERVICE_IMPL_H
#define HINOMI_SHARE_TAXII_SERVICE_IMPL_H

#include <pthread.h>

#include "share/taxii/body.h"
#include "share/taxii/service.h"
#include "share/taxii/statuses.h"

enum { TAXII_HASH_LEN = 32 };

struct taxii_service {
    char title[EXCHANGE_TITLE_MAX];
    unsigned count;
    struct taxii_recipient recipients[TAXII_RECIPIENTS_MAX];
    pthread_rwlock_t lock; /* of the hashes */
    bool has_secret[TAXII_RECIPIENTS_MAX];
    uint8_t hashes[TAXII_RECIPIENTS_MAX][TAXII_HASH_LEN]; /* of secrets, under hash_key */
    uint8_t hash_key[TAXII_HASH_LEN];
    struct statuses *statuses;
    struct taxii_counters counters;
};

struct taxii_asked {
    struct taxii_service *t;
    struct exchange *e;
    const struct taxii_request *request;
    struct taxii_reply *reply;
    unsigned recipient;
    struct taxii_target target;
    struct exchange_collection collection; /* when the target has one */
    bool may_write;                        /* to that collection */
    struct taxii_query query;
};

/* Takes the body over as the reply; 503 or 500 when it is broken. */
void taxii_reply_body(struct taxii_reply *reply, enum taxii_status status, struct body *b);
/* The store could not be read. */
void taxii_reply_store_failed(struct taxii_reply *reply, int error);

/* page.c: objects, one object, its versions, the manifest. */
void taxii_answer_page(struct taxii_asked *a);
/* The versions that a DELETE means. False: *a->reply says why there are none. */
bool taxii_find_removal(struct taxii_asked *a, struct taxii_removal *ret_removal);

#endif
