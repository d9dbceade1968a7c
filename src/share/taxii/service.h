/* What a TAXII 2.1 server answers: resources over the store of exchanged objects, who may see which, and the statuses of posts.
 *
 * Source: TAXII 2.1 4 and 5. No sockets: share/taxii/http brings requests and carries replies away. A recipient sees its own
 * collections, "to-NAME" to read and, if it may send, "from-NAME" to read, write and remove; to it everything else is not there,
 * and that others exist cannot be told from any answer. Any thread; each brings its own handle of the store.
 */
#ifndef HINOMI_SHARE_TAXII_SERVICE_H
#define HINOMI_SHARE_TAXII_SERVICE_H

#include "proto/taxii/request.h"
#include "share/taxii/peer.h"
#include "store/exchange.h"

enum {
    TAXII_RECIPIENTS_MAX = 256,
    TAXII_NAME_MAX = 48,             /* of a recipient, with the terminator */
    TAXII_PEER_NAME_MAX = 254,       /* a DNS name in a certificate, with the terminator */
    TAXII_SECRET_MIN = 16,           /* octets: what can be guessed is no token */
    TAXII_PAGE_DEFAULT = 1000,       /* objects, when no limit is given */
    TAXII_PAGE_OCTETS = 8 << 20,     /* a page ends when it has so many; the object that is larger comes alone */
    TAXII_CONTENT_MAX = 16 << 20,    /* octets of a posted envelope */
    TAXII_STATUSES_MAX = 4096,       /* kept; then the oldest goes */
    TAXII_STATUS_OCTETS = 32 << 20,  /* of all of them */
    TAXII_STATUS_KEPT_S = 3600,
    TAXII_DETAILS_MAX = 10000,       /* successes, and failures, that a status lists; the counts say all */
    TAXII_RETRY_AFTER_S = 5,
};

/* With a token, a certificate, or both; a certificate by its fingerprint, or by a name that an authority vouches for. */
struct taxii_recipient {
    char name[TAXII_NAME_MAX]; /* a-z 0-9 -, see taxii_name_is_valid */
    bool may_send;
    bool without_token;        /* the certificate is enough */
    bool has_fingerprint;
    uint8_t fingerprint[TAXII_FINGERPRINT_LEN];
    char peer_name[TAXII_PEER_NAME_MAX]; /* empty: none */
};

struct taxii_service;

bool taxii_name_is_valid(const char *name);
/* The collection's name: "to-NAME", "from-NAME"; EXCHANGE_NAME_MAX octets. */
void taxii_collection_name(const char *recipient, bool to_recipient, char *ret_name);

/* `title`: of the server, for people; copied, as the recipients, who have no secret yet and so cannot ask. */
int taxii_service_new(const char *title, const struct taxii_recipient *recipients, unsigned count,
                      struct taxii_service **ret_service) must_check;
void taxii_service_free(struct taxii_service *t);
/* From now on this is the token of recipient `number`; NULL: none. -EINVAL: shorter than TAXII_SECRET_MIN or too long. */
int taxii_service_set_secret(struct taxii_service *t, unsigned number, const char *secret, size_t len) must_check;
const struct taxii_recipient *taxii_service_recipient(const struct taxii_service *t, unsigned number);

struct taxii_counters {
    _Atomic uint64_t requests, refused_credentials, refused_requests /* 4xx but 401 */, unavailable /* 503 */;
    _Atomic uint64_t objects_given, objects_taken, objects_failed;
    _Atomic uint64_t statuses_evicted;
};
struct taxii_counters *taxii_service_counters(struct taxii_service *t);

struct taxii_request {
    enum taxii_method method;
    const char *target;         /* path and query as they came, not decoded */
    const char *accept, *content_type, *content_encoding, *authorization; /* NULL: no such header */
    const struct taxii_peer *peer; /* NULL: no certificate */
    uint64_t content_length;    /* 0: none, or not known */
    int64_t now_us;
};

struct taxii_reply {
    enum taxii_status status;
    char *body; /* JSON, on the heap: the taker's; NULL: none */
    size_t len;
    int64_t first_us, last_us;  /* X-TAXII-Date-Added-First and -Last; 0: none */
    unsigned allow;             /* of TAXII_METHOD_NOT_ALLOWED: bits of enum taxii_method */
    bool challenge;             /* WWW-Authenticate */
    unsigned retry_after_s;     /* 0: none */
    bool delivered;             /* objects are given away: `delivery` is to be told */
    struct exchange_delivery delivery;
};

/* A problem as the standard has it (TAXII 2.1 3.6.1); `description` is for the client and untranslated. */
void taxii_reply_error(struct taxii_reply *reply, enum taxii_status status, const char *description);

enum taxii_outcome {
    TAXII_REPLY,  /* *ret_reply is the answer */
    TAXII_POSTED, /* *ret_post wants the body: post.h */
    TAXII_REMOVE, /* *ret_removal is to be carried out by the hub */
};

struct taxii_post; /* post.h */

struct taxii_removal {
    unsigned recipient, collection;
    char id[EXCHANGE_ID_MAX];
    unsigned count;
    int64_t versions_us[EXCHANGE_VERSIONS_MAX];
};

/* Answers, or says what else is needed. e NULL: the store cannot be read now. */
enum taxii_outcome taxii_service_ask(struct taxii_service *t, struct exchange *e, const struct taxii_request *request,
                                     struct taxii_reply *ret_reply, struct taxii_post **ret_post,
                                     struct taxii_removal *ret_removal);

/* Keeps a status for its recipient and gives the same as the reply of a post. -ENOMEM. */
int taxii_service_keep_status(struct taxii_service *t, unsigned recipient, const char *id, const char *text, size_t len,
                              int64_t now_us) must_check;

#endif
