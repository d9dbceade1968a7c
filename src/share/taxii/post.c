/* Takes posted envelopes apart and tells what became of their objects. */
#include "share/taxii/post.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/writer.h"
#include "proto/json/limits.h"
#include "proto/stix/bundle.h"
#include "proto/stix/object.h"
#include "share/taxii/service_impl.h"

enum {
    MESSAGE_MAX = 160,
    VALUES_MAX = 100000, /* of one object: at JSON_VALUE_COST each, 25 MB for a moment */
    STATUS_BODY_MAX = 8 << 20,
};

struct detail {
    char *id;            /* on the heap */
    int64_t version_us;
    const char *problem; /* on the heap for what was refused here, else a literal; NULL: stored */
    bool owns_problem;
};

struct chunk {
    struct chunk *next;
    unsigned count, first; /* its objects are those details from `first` on that had no problem */
    struct writer w;
    uint8_t octets[TAXII_CHUNK_MAX];
};

struct taxii_post {
    struct taxii_service *t;
    unsigned recipient, collection;
    int64_t begun_us;
    struct stix_bundle *bundle;
    struct json_tree *tree; /* of the object that is looked at */
    struct stix_bundle_calls calls;
    size_t octets; /* of the body */
    size_t charged; /* to the account of all posts */
    enum taxii_status refused; /* 0: not */
    char reason[MESSAGE_MAX];
    struct detail *details;
    unsigned count, room, stored;
    struct chunk *chunks, *last, *pending; /* pending: the first without a result */
};

static _Atomic size_t all_posts; /* octets that all posts may take */

static bool charge(struct taxii_post *p, size_t octets)
{
    if (atomic_fetch_add(&all_posts, octets) + octets > TAXII_POSTS_OCTETS) {
        atomic_fetch_sub(&all_posts, octets);
        return false;
    }
    p->charged += octets;
    return true;
}

/* ---- objects ---- */

static struct detail *add_detail(struct taxii_post *p, const char *id, int64_t version_us)
{
    if (p->count == p->room) {
        unsigned room = p->room ? 2 * p->room : 64;
        struct detail *more = realloc(p->details, room * sizeof *more);
        if (!more)
            return NULL;
        p->details = more;
        p->room = room;
    }
    struct detail *d = &p->details[p->count];
    *d = (struct detail){.id = strdup(id), .version_us = version_us};
    if (!d->id)
        return NULL;
    p->count++;
    return d;
}

/* The message is for the client: English, and of what it sent only what is known to be harmless. */
static int add_failure(struct taxii_post *p, const char *id, int64_t version_us, uint64_t number, const char *problem, const char *member)
{
    char text[MESSAGE_MAX];
    struct detail *d = add_detail(p, id, version_us);
    if (!d)
        return -ENOMEM;
    snprintf(text, sizeof text, "object %llu: %s%s%s", (unsigned long long)number, member ? member : "", member ? ": " : "", problem);
    d->problem = strdup(text);
    d->owns_problem = true;
    return d->problem ? 0 : -ENOMEM;
}

static struct chunk *chunk_with_room(struct taxii_post *p)
{
    struct chunk *c = p->last;
    if (c && c->w.len < TAXII_CHUNK_OCTETS && c->count < TAXII_CHUNK_OBJECTS)
        return c;
    if (!charge(p, TAXII_CHUNK_OCTETS))
        return NULL;
    c = malloc(sizeof *c); /* what is not written is not taken from the machine */
    if (!c)
        return NULL;
    c->next = NULL;
    c->count = 0;
    c->first = p->count;
    c->w = writer_of(c->octets, sizeof c->octets);
    if (p->last)
        p->last->next = c;
    else
        p->chunks = c;
    return p->last = c;
}

static void put_text(struct writer *w, const char *text)
{
    size_t len = strlen(text);
    writer_u16(w, (uint16_t)len);
    writer_bytes(w, text, len + 1);
}

static int add_object(struct taxii_post *p, const struct stix_object *o, const struct stix_bundle_object *from)
{
    struct chunk *c = chunk_with_room(p);
    int64_t version_us = o->modified.is_set ? o->modified.us : o->created.is_set ? o->created.us : 0;
    if (!c || !add_detail(p, o->id, version_us))
        return -ENOMEM;
    /* STIX 2.1 3.2: an object of 2.0 has "created" and no spec_version; a cyber-observable object of 2.1 may leave it out. */
    put_text(&c->w, o->spec_version ? o->spec_version : o->created.is_set ? "2.0" : "2.1");
    put_text(&c->w, o->id);
    writer_u64(&c->w, (uint64_t)version_us);
    writer_u32(&c->w, (uint32_t)from->len);
    writer_bytes(&c->w, from->octets, from->len);
    c->count++;
    return c->w.full ? -ENOMEM : 0;
}

static const char *harmless_id(const struct json_value *value)
{
    const char *id = json_value_text(json_value_member(value, "id"));
    return id && strlen(id) < EXCHANGE_ID_MAX && stix_id_valid(id, NULL) ? id : "unknown";
}

/* Moments before 1970 are of no object that we know, and have no place among versions. */
static bool has_usable_version(const struct stix_object *o)
{
    return (!o->modified.is_set || o->modified.us > 0) && (!o->created.is_set || o->created.us > 0);
}

static int on_object(void *arg, const struct stix_bundle_object *from)
{
    struct taxii_post *p = arg;
    struct json_limits limits = {.octets = EXCHANGE_OBJECT_MAX, .values = VALUES_MAX, .depth = STIX_BUNDLE_DEPTH_MAX};
    struct reader r = reader_of(from->octets, from->len);
    const struct json_value *value;
    struct json_flaw json_flaw;
    struct stix_object object;
    struct stix_object_flaw flaw;
    int e = json_tree_read(p->tree, &r, &limits, &value, &json_flaw);
    if (e == -ENOMEM)
        return e;
    if (e < 0)
        return add_failure(p, "unknown", 0, from->number, json_flaw_text(json_flaw.kind), NULL);
    if (stix_object_read(value, &object, &flaw) < 0)
        e = add_failure(p, harmless_id(value), 0, from->number, stix_object_flaw_text(flaw.kind), flaw.member);
    else if (strlen(object.id) >= EXCHANGE_ID_MAX || (object.spec_version && strlen(object.spec_version) >= EXCHANGE_SPEC_MAX))
        e = add_failure(p, "unknown", 0, from->number, "its identifier or spec_version is too long", NULL);
    else if (!has_usable_version(&object))
        e = add_failure(p, object.id, 0, from->number, "a time before 1970", NULL);
    else
        e = add_object(p, &object, from);
    return e;
}

static void on_skipped(void *arg, uint64_t number, const struct stix_bundle_flaw *flaw)
{
    struct taxii_post *p = arg;
    if (add_failure(p, "unknown", 0, number, stix_bundle_flaw_text(flaw->kind), NULL) < 0 && !p->refused) {
        p->refused = TAXII_UNAVAILABLE;
        snprintf(p->reason, sizeof p->reason, "the server is short of memory; try again");
    }
}

/* ---- the body ---- */

int taxii_post_new(struct taxii_service *t, unsigned recipient, unsigned collection, int64_t now_us, struct taxii_post **ret_post)
{
    static const struct stix_bundle_limits limits = {
        .object_octets = EXCHANGE_OBJECT_MAX, .objects = TAXII_POST_OBJECTS_MAX, .depth = STIX_BUNDLE_DEPTH_MAX};
    struct taxii_post *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    p->t = t;
    p->recipient = recipient;
    p->collection = collection;
    p->begun_us = now_us;
    p->calls = (struct stix_bundle_calls){.object = on_object, .skipped = on_skipped};
    p->tree = json_tree_new();
    p->bundle = p->tree && charge(p, EXCHANGE_OBJECT_MAX) ? stix_bundle_new(&limits, &p->calls, p) : NULL;
    if (!p->bundle) {
        taxii_post_free(p);
        return -ENOMEM;
    }
    *ret_post = p;
    return 0;
}

void taxii_post_free(struct taxii_post *p)
{
    if (!p)
        return;
    stix_bundle_free(p->bundle);
    json_tree_free(p->tree);
    for (unsigned i = 0; i < p->count; i++) {
        free(p->details[i].id);
        if (p->details[i].owns_problem)
            free((void *)(uintptr_t)p->details[i].problem);
    }
    free(p->details);
    for (struct chunk *c = p->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    atomic_fetch_sub(&all_posts, p->charged);
    free(p);
}

unsigned taxii_post_recipient(const struct taxii_post *p)
{
    return p->recipient;
}

unsigned taxii_post_collection(const struct taxii_post *p)
{
    return p->collection;
}

static void refuse(struct taxii_post *p, int error)
{
    if (p->refused)
        return;
    p->refused = error == -EBADMSG ? TAXII_BAD_REQUEST : TAXII_UNAVAILABLE;
    if (error == -EBADMSG) {
        const struct stix_bundle_flaw *flaw = stix_bundle_flaw(p->bundle);
        if (flaw->kind == STIX_BUNDLE_TOO_MANY)
            p->refused = TAXII_CONTENT_TOO_LARGE;
        snprintf(p->reason, sizeof p->reason, "line %llu, column %llu: %s", (unsigned long long)flaw->place.line,
                 (unsigned long long)flaw->place.column, stix_bundle_flaw_text(flaw->kind));
    } else {
        snprintf(p->reason, sizeof p->reason, "too much is being posted at once; try again");
    }
}

void taxii_post_feed(struct taxii_post *p, const void *octets, size_t len)
{
    if (p->refused)
        return;
    p->octets += len;
    if (p->octets > TAXII_CONTENT_MAX) {
        p->refused = TAXII_CONTENT_TOO_LARGE;
        snprintf(p->reason, sizeof p->reason, "the body is larger than max_content_length of the API root");
        return;
    }
    int e = stix_bundle_feed(p->bundle, octets, len);
    if (e < 0)
        refuse(p, e);
}

bool taxii_post_finish(struct taxii_post *p, struct taxii_reply *ret_reply)
{
    const uint8_t *frame;
    size_t frame_len;
    int e = p->refused ? 0 : stix_bundle_finish(p->bundle);
    if (e < 0)
        refuse(p, e);
    if (!p->refused && stix_bundle_frame(p->bundle, &frame, &frame_len) == -ENOENT) {
        p->refused = TAXII_BAD_REQUEST;
        snprintf(p->reason, sizeof p->reason, "the body is no envelope: an object with a list \"objects\"");
    }
    stix_bundle_free(p->bundle);
    p->bundle = NULL;
    p->pending = p->chunks;
    if (!p->refused)
        return true;
    taxii_reply_error(ret_reply, p->refused, p->reason);
    if (p->refused == TAXII_UNAVAILABLE)
        p->t->counters.unavailable++;
    else
        p->t->counters.refused_requests++;
    return false;
}

/* ---- chunks ---- */

const uint8_t *taxii_post_chunk(const struct taxii_post *p, size_t *ret_len, unsigned *ret_count)
{
    if (!p->pending)
        return NULL;
    *ret_len = p->pending->w.len;
    *ret_count = p->pending->count;
    return p->pending->octets;
}

bool taxii_post_result(struct taxii_post *p, int error)
{
    struct chunk *c = p->pending;
    if (!c || (error < 0 && error != -EDQUOT && error != -EINVAL))
        return false;
    const char *problem = error == -EDQUOT ? "the collection is full" : "the store does not take it";
    unsigned left = c->count;
    for (unsigned i = c->first; left > 0 && i < p->count; i++) {
        if (p->details[i].problem)
            continue;
        left--;
        if (error < 0)
            p->details[i].problem = problem;
        else
            p->stored++;
    }
    p->pending = c->next;
    return true;
}

static const char *take_text(struct reader *r)
{
    size_t len = reader_u16(r);
    const uint8_t *text = reader_take(r, len + 1);
    if (!text || text[len] != '\0' || memchr(text, '\0', len)) {
        reader_fail(r);
        return "";
    }
    return (const char *)text;
}

int taxii_chunk_read(struct reader *r, struct exchange_object *ret_object)
{
    if (r->left == 0)
        return r->failed ? -EBADMSG : 0;
    *ret_object = (struct exchange_object){.spec_version = take_text(r)};
    ret_object->id = take_text(r);
    ret_object->version_us = (int64_t)reader_u64(r);
    ret_object->len = reader_u32(r);
    ret_object->octets = reader_take(r, ret_object->len);
    return r->failed ? -EBADMSG : 1;
}

/* ---- the status ---- */

static void add_details(struct body *b, const struct taxii_post *p, bool failures)
{
    unsigned given = 0;
    for (unsigned i = 0; i < p->count && given < TAXII_DETAILS_MAX; i++) {
        const struct detail *d = &p->details[i];
        if ((d->problem != NULL) != failures)
            continue;
        body_text(b, given++ > 0        ? ",{\"id\":"
                     : failures         ? ",\"failures\":[{\"id\":"
                                        : ",\"successes\":[{\"id\":");
        body_string(b, d->id);
        body_text(b, ",\"version\":");
        body_version(b, d->version_us > 0 ? d->version_us : p->begun_us);
        if (d->problem) {
            body_text(b, ",\"message\":");
            body_string(b, d->problem);
        }
        body_text(b, "}");
    }
    if (given > 0)
        body_text(b, "]");
}

void taxii_post_reply(struct taxii_post *p, struct taxii_reply *ret_reply)
{
    struct body b = body_of(STATUS_BODY_MAX);
    uint8_t octets[16];
    char id[UUID_TEXT_MAX];
    randombytes_buf(octets, sizeof octets);
    uuid_mark_v4(octets);
    uuid_format(octets, id);
    *ret_reply = (struct taxii_reply){0};
    body_text(&b, "{\"id\":");
    body_string(&b, id);
    body_text(&b, ",\"status\":\"complete\",\"request_timestamp\":");
    body_time(&b, p->begun_us);
    body_text(&b, ",\"total_count\":");
    body_number(&b, p->count);
    body_text(&b, ",\"success_count\":");
    body_number(&b, p->stored);
    add_details(&b, p, false);
    body_text(&b, ",\"failure_count\":");
    body_number(&b, p->count - p->stored);
    add_details(&b, p, true);
    body_text(&b, ",\"pending_count\":0}");
    p->t->counters.objects_taken += p->stored;
    p->t->counters.objects_failed += p->count - p->stored;
    /* That it is not kept, for want of memory, is no reason to say that nothing was taken. */
    if (!b.broken && taxii_service_keep_status(p->t, p->recipient, id, b.text, b.len, p->begun_us) < 0)
        p->t->counters.statuses_evicted++;
    taxii_reply_body(ret_reply, TAXII_ACCEPTED, &b);
}
