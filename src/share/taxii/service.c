/* Answers requests of TAXII 2.1: who asks, which resource, and the small ones of them. */
#include "share/taxii/service.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "share/taxii/post.h"
#include "share/taxii/service_impl.h"

enum { SMALL_BODY_MAX = 1 << 16 };

/* ---- making ---- */

bool taxii_name_is_valid(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len < TAXII_NAME_MAX && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len && name[0] != '-';
}

void taxii_collection_name(const char *recipient, bool to_recipient, char *ret_name)
{
    _Static_assert(TAXII_NAME_MAX + 5 <= EXCHANGE_NAME_MAX, "a recipient's name fits into that of its collection");
    snprintf(ret_name, EXCHANGE_NAME_MAX, "%s-%s", to_recipient ? "to" : "from", recipient);
}

int taxii_service_new(const char *title, const struct taxii_recipient *recipients, unsigned count, struct taxii_service **ret_service)
{
    if (count > TAXII_RECIPIENTS_MAX)
        return -EINVAL;
    struct taxii_service *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    int r = statuses_new(TAXII_STATUSES_MAX, TAXII_STATUS_OCTETS, (int64_t)TAXII_STATUS_KEPT_S * 1000000, &t->statuses);
    if (r < 0) {
        free(t);
        return r;
    }
    pthread_rwlock_init(&t->lock, NULL);
    randombytes_buf(t->hash_key, sizeof t->hash_key);
    snprintf(t->title, sizeof t->title, "%s", title);
    t->count = count;
    if (count > 0)
        memcpy(t->recipients, recipients, count * sizeof recipients[0]);
    *ret_service = t;
    return 0;
}

void taxii_service_free(struct taxii_service *t)
{
    if (!t)
        return;
    statuses_free(t->statuses);
    pthread_rwlock_destroy(&t->lock);
    sodium_memzero(t, sizeof *t);
    free(t);
}

const struct taxii_recipient *taxii_service_recipient(const struct taxii_service *t, unsigned number)
{
    return &t->recipients[number];
}

struct taxii_counters *taxii_service_counters(struct taxii_service *t)
{
    return &t->counters;
}

/* ---- who asks ---- */

static void hash_secret(const struct taxii_service *t, const char *secret, size_t len, uint8_t ret_hash[TAXII_HASH_LEN])
{
    crypto_generichash(ret_hash, TAXII_HASH_LEN, (const unsigned char *)secret, len, t->hash_key, sizeof t->hash_key);
}

int taxii_service_set_secret(struct taxii_service *t, unsigned number, const char *secret, size_t len)
{
    if (number >= t->count || (secret && (len < TAXII_SECRET_MIN || len >= TAXII_SECRET_MAX)))
        return -EINVAL;
    pthread_rwlock_wrlock(&t->lock);
    t->has_secret[number] = secret != NULL;
    if (secret)
        hash_secret(t, secret, len, t->hashes[number]);
    pthread_rwlock_unlock(&t->lock);
    return 0;
}

static bool asks_certificate(const struct taxii_recipient *who)
{
    return who->has_fingerprint || who->peer_name[0];
}

static bool shows_certificate(const struct taxii_recipient *who, const struct taxii_peer *peer)
{
    return peer && peer->has_certificate &&
           ((who->has_fingerprint && memcmp(who->fingerprint, peer->fingerprint, sizeof who->fingerprint) == 0) ||
            taxii_peer_is_named(peer, who->peer_name));
}

/* Who sends no token, and is known by a certificate alone. Fingerprints are no secret. */
static int find_by_certificate(const struct taxii_service *t, const struct taxii_peer *peer, unsigned *ret_recipient)
{
    for (unsigned i = 0; i < t->count; i++)
        if (t->recipients[i].without_token && shows_certificate(&t->recipients[i], peer)) {
            *ret_recipient = i;
            return 0;
        }
    return -EACCES;
}

/* All are compared, so the time tells neither how many nor which. A token that is wrong is not made good by a certificate. */
static int find_recipient(struct taxii_service *t, const struct taxii_request *request, unsigned *ret_recipient)
{
    struct taxii_credentials c;
    uint8_t hash[TAXII_HASH_LEN];
    int found = -1;
    if (!request->authorization)
        return find_by_certificate(t, request->peer, ret_recipient);
    if (taxii_authorization_parse(request->authorization, &c) < 0)
        return -EACCES;
    hash_secret(t, c.secret, c.secret_len, hash);
    pthread_rwlock_rdlock(&t->lock);
    for (unsigned i = 0; i < t->count; i++) {
        bool same = sodium_memcmp(hash, t->hashes[i], sizeof hash) == 0;
        bool named = c.user[0] == '\0' || strcmp(c.user, t->recipients[i].name) == 0;
        if (t->has_secret[i] && same && named)
            found = (int)i;
    }
    pthread_rwlock_unlock(&t->lock);
    sodium_memzero(&c, sizeof c);
    if (found < 0 || (asks_certificate(&t->recipients[found]) && !shows_certificate(&t->recipients[found], request->peer)))
        return -EACCES;
    *ret_recipient = (unsigned)found;
    return 0;
}

/* ---- replies ---- */

static const char *title_of(enum taxii_status status)
{
    static const struct {
        enum taxii_status status;
        const char *title;
    } titles[] = {
        {TAXII_BAD_REQUEST, "Bad Request"},
        {TAXII_UNAUTHORIZED, "Unauthorized"},
        {TAXII_FORBIDDEN, "Forbidden"},
        {TAXII_NOT_FOUND, "Not Found"},
        {TAXII_METHOD_NOT_ALLOWED, "Method Not Allowed"},
        {TAXII_NOT_ACCEPTABLE, "Not Acceptable"},
        {TAXII_CONTENT_TOO_LARGE, "Content Too Large"},
        {TAXII_URI_TOO_LONG, "URI Too Long"},
        {TAXII_UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type"},
        {TAXII_UNAVAILABLE, "Service Unavailable"},
    };
    for (size_t i = 0; i < array_len(titles); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Internal Server Error";
}

void taxii_reply_error(struct taxii_reply *reply, enum taxii_status status, const char *description)
{
    struct body b = body_of(SMALL_BODY_MAX);
    char number[16];
    snprintf(number, sizeof number, "%d", (int)status);
    body_text(&b, "{\"title\":");
    body_string(&b, title_of(status));
    body_text(&b, ",\"description\":");
    body_string(&b, description);
    body_text(&b, ",\"http_status\":");
    body_string(&b, number);
    body_text(&b, "}");
    if (b.broken)
        body_free(&b);
    free(reply->body);
    *reply = (struct taxii_reply){.status = status,
                                  .body = b.text,
                                  .len = b.len,
                                  .challenge = status == TAXII_UNAUTHORIZED,
                                  .retry_after_s = status == TAXII_UNAVAILABLE ? TAXII_RETRY_AFTER_S : 0};
}

void taxii_reply_body(struct taxii_reply *reply, enum taxii_status status, struct body *b)
{
    if (b->broken) {
        body_free(b);
        taxii_reply_error(reply, TAXII_UNAVAILABLE, "the server is short of memory; try again");
        return;
    }
    reply->status = status;
    reply->body = b->text;
    reply->len = b->len;
}

void taxii_reply_store_failed(struct taxii_reply *reply, int error)
{
    taxii_reply_error(reply, TAXII_UNAVAILABLE,
                      error == -EINVAL ? "the request cannot be put to the store" : "the store cannot be read now; try again");
}

static void not_found(struct taxii_asked *a)
{
    taxii_reply_error(a->reply, TAXII_NOT_FOUND, "there is no such resource, or you may not see it");
}

/* ---- small resources ---- */

static void answer_discovery(struct taxii_asked *a)
{
    struct body b = body_of(SMALL_BODY_MAX);
    body_text(&b, "{\"title\":");
    body_string(&b, a->t->title);
    body_text(&b, ",\"default\":\"/api/\",\"api_roots\":[\"/api/\"]}");
    taxii_reply_body(a->reply, TAXII_OK, &b);
}

static void answer_api_root(struct taxii_asked *a)
{
    struct body b = body_of(SMALL_BODY_MAX);
    body_text(&b, "{\"title\":");
    body_string(&b, a->t->title);
    body_text(&b, ",\"versions\":[\"" TAXII_MEDIA_TYPE "\"],\"max_content_length\":");
    body_number(&b, TAXII_CONTENT_MAX);
    body_text(&b, "}");
    taxii_reply_body(a->reply, TAXII_OK, &b);
}

static void add_collection(struct body *b, const struct exchange_collection *c, bool may_write)
{
    body_text(b, "{\"id\":");
    body_string(b, c->id);
    body_text(b, ",\"title\":");
    body_string(b, c->title);
    body_text(b, ",\"alias\":");
    body_string(b, c->name);
    body_text(b, ",\"can_read\":true,\"can_write\":");
    body_text(b, may_write ? "true" : "false");
    body_text(b, ",\"media_types\":[\"application/stix+json;version=2.1\",\"application/stix+json;version=2.0\"]}");
}

/* The recipient's collection of that direction; -ENOENT also when it has none. */
static int own_collection(const struct taxii_asked *a, bool to_recipient, struct exchange_collection *ret_collection)
{
    char name[EXCHANGE_NAME_MAX];
    const struct taxii_recipient *r = &a->t->recipients[a->recipient];
    if (!to_recipient && !r->may_send)
        return -ENOENT;
    taxii_collection_name(r->name, to_recipient, name);
    return exchange_collection_get(a->e, name, ret_collection);
}

static void answer_collections(struct taxii_asked *a)
{
    struct body b = body_of(SMALL_BODY_MAX);
    bool any = false;
    body_text(&b, "{");
    for (int to = 1; to >= 0; to--) {
        struct exchange_collection c;
        int r = own_collection(a, to != 0, &c);
        if (r == -ENOENT)
            continue;
        if (r < 0) {
            body_free(&b);
            taxii_reply_store_failed(a->reply, r);
            return;
        }
        body_text(&b, any ? "," : "\"collections\":[");
        any = true;
        add_collection(&b, &c, to == 0);
    }
    body_text(&b, any ? "]}" : "}");
    taxii_reply_body(a->reply, TAXII_OK, &b);
}

static void answer_collection(struct taxii_asked *a)
{
    struct body b = body_of(SMALL_BODY_MAX);
    add_collection(&b, &a->collection, a->may_write);
    taxii_reply_body(a->reply, TAXII_OK, &b);
}

static void answer_status(struct taxii_asked *a)
{
    char *text;
    size_t len;
    int r = statuses_get(a->t->statuses, a->recipient, a->target.id, a->request->now_us, &text, &len);
    if (r == -ENOENT) {
        not_found(a);
    } else if (r < 0) {
        taxii_reply_error(a->reply, TAXII_UNAVAILABLE, "the server is short of memory; try again");
    } else {
        a->reply->status = TAXII_OK;
        a->reply->body = text;
        a->reply->len = len;
    }
}

int taxii_service_keep_status(struct taxii_service *t, unsigned recipient, const char *id, const char *text, size_t len, int64_t now_us)
{
    int r = statuses_put(t->statuses, recipient, id, text, len, now_us);
    if (r > 0)
        t->counters.statuses_evicted += (uint64_t)r;
    return r < 0 ? r : 0;
}

/* ---- a request ---- */

/* Finds the target's collection among the recipient's own. False: replied. */
static bool find_collection(struct taxii_asked *a)
{
    for (int to = 1; to >= 0; to--) {
        int r = own_collection(a, to != 0, &a->collection);
        if (r < 0 && r != -ENOENT) {
            taxii_reply_store_failed(a->reply, r);
            return false;
        }
        if (r == 0 && strcmp(a->collection.id, a->target.id) == 0) {
            a->may_write = to == 0;
            return true;
        }
    }
    not_found(a);
    return false;
}

static enum taxii_outcome begin_post(struct taxii_asked *a, struct taxii_post **ret_post)
{
    if (!a->may_write)
        taxii_reply_error(a->reply, TAXII_FORBIDDEN, "this collection is only to be read");
    else if (taxii_content_type_check(a->request->content_type) != TAXII_OK)
        taxii_reply_error(a->reply, TAXII_UNSUPPORTED_MEDIA_TYPE, "a body must be " TAXII_MEDIA_TYPE);
    else if (a->request->content_encoding && strcasecmp(a->request->content_encoding, "identity") != 0) /* RFC 9110 15.5.16 */
        taxii_reply_error(a->reply, TAXII_UNSUPPORTED_MEDIA_TYPE, "a body must not be compressed");
    else if (a->request->content_length > TAXII_CONTENT_MAX)
        taxii_reply_error(a->reply, TAXII_CONTENT_TOO_LARGE, "the body is larger than max_content_length of the API root");
    else if (taxii_post_new(a->t, a->recipient, a->collection.number, a->request->now_us, ret_post) == 0)
        return TAXII_POSTED;
    else
        taxii_reply_error(a->reply, TAXII_UNAVAILABLE, "too much is being posted at once; try again");
    return TAXII_REPLY;
}

static enum taxii_outcome answer_in_collection(struct taxii_asked *a, struct taxii_post **ret_post, struct taxii_removal *ret_removal)
{
    if (!find_collection(a))
        return TAXII_REPLY;
    if (a->request->method == TAXII_POST)
        return begin_post(a, ret_post);
    if (a->request->method == TAXII_DELETE)
        return taxii_find_removal(a, ret_removal) ? TAXII_REMOVE : TAXII_REPLY;
    if (a->target.resource == TAXII_COLLECTION)
        answer_collection(a);
    else
        taxii_answer_page(a);
    return TAXII_REPLY;
}

static enum taxii_outcome answer(struct taxii_asked *a, struct taxii_post **ret_post, struct taxii_removal *ret_removal)
{
    switch (a->target.resource) {
    case TAXII_DISCOVERY:
        answer_discovery(a);
        return TAXII_REPLY;
    case TAXII_API_ROOT:
        answer_api_root(a);
        return TAXII_REPLY;
    case TAXII_STATUS:
        answer_status(a);
        return TAXII_REPLY;
    default:
        break;
    }
    if (!a->e)
        taxii_reply_store_failed(a->reply, -EAGAIN);
    else if (a->target.resource == TAXII_COLLECTIONS)
        answer_collections(a);
    else
        return answer_in_collection(a, ret_post, ret_removal);
    return TAXII_REPLY;
}

/* Everything that can be said before the store is asked. False: replied. */
static bool check_request(struct taxii_asked *a)
{
    const struct taxii_request *q = a->request;
    const char *reason;
    size_t path_len = strcspn(q->target, "?"), rest = strlen(q->target + path_len);
    if (path_len + rest >= TAXII_TARGET_MAX) {
        taxii_reply_error(a->reply, TAXII_URI_TOO_LONG, "path and query are too long");
        return false;
    }
    if (taxii_path_parse(q->target, path_len, &a->target) != TAXII_OK) {
        not_found(a);
        return false;
    }
    const struct taxii_route *route = &taxii_routes[a->target.resource];
    if (!(route->methods & q->method)) {
        taxii_reply_error(a->reply, TAXII_METHOD_NOT_ALLOWED, "this resource has no such method");
        a->reply->allow = route->methods;
        return false;
    }
    if (taxii_accept_check(q->accept) != TAXII_OK) {
        taxii_reply_error(a->reply, TAXII_NOT_ACCEPTABLE, "this server answers in " TAXII_MEDIA_TYPE);
        return false;
    }
    unsigned filters = q->method == TAXII_POST ? 0 : route->filters;
    enum taxii_status s = taxii_query_parse(q->target + path_len + (rest > 0), rest > 0 ? rest - 1 : 0, filters, &a->query, &reason);
    if (s != TAXII_OK)
        taxii_reply_error(a->reply, s, reason);
    return s == TAXII_OK;
}

static void count(struct taxii_service *t, const struct taxii_reply *reply)
{
    if (reply->status == TAXII_UNAUTHORIZED)
        t->counters.refused_credentials++;
    else if (reply->status == TAXII_UNAVAILABLE)
        t->counters.unavailable++;
    else if (reply->status >= 400)
        t->counters.refused_requests++;
    if (reply->delivered)
        t->counters.objects_given += (uint64_t)reply->delivery.objects;
}

enum taxii_outcome taxii_service_ask(struct taxii_service *t, struct exchange *e, const struct taxii_request *request,
                                     struct taxii_reply *ret_reply, struct taxii_post **ret_post, struct taxii_removal *ret_removal)
{
    struct taxii_asked a;
    memset(&a, 0, offsetof(struct taxii_asked, query));
    *ret_reply = (struct taxii_reply){0};
    a.t = t;
    a.e = e;
    a.request = request;
    a.reply = ret_reply;
    t->counters.requests++;
    enum taxii_outcome outcome = TAXII_REPLY;
    if (find_recipient(t, request, &a.recipient) < 0)
        taxii_reply_error(ret_reply, TAXII_UNAUTHORIZED, "a token or certificate that this server knows is needed");
    else if (check_request(&a))
        outcome = answer(&a, ret_post, ret_removal);
    if (outcome == TAXII_REPLY)
        count(t, ret_reply);
    return outcome;
}
