/* Answers with pages: the objects of a collection, one object, its versions, the manifest; and the mark that leads to the next page. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "share/taxii/service_impl.h"

enum { CURSOR_LEN = 32 /* two numbers in hexadecimal */ };

struct page {
    struct taxii_asked *a;
    struct body body;
    unsigned rows;
};

/* ---- the mark of the next page ---- */

static void mix_words(struct sip *s, const struct taxii_words *words)
{
    sip_mix(s, words->count, 2);
    for (unsigned i = 0; i < words->count; i++)
        sip_mix_bytes(s, (const uint8_t *)words->word[i], strlen(words->word[i]), 2);
}

/* Binds a place to what was asked: a mark leads on in the same query of the same collection only. */
static uint64_t seal_of(const struct taxii_asked *a, uint64_t place)
{
    const struct taxii_query *q = &a->query;
    struct sip s = sip_init(exchange_key(a->e, "taxii next"));
    sip_mix(&s, place, 2);
    sip_mix(&s, a->collection.number, 2);
    sip_mix(&s, a->target.resource, 2);
    sip_mix_bytes(&s, (const uint8_t *)a->target.object_id, strlen(a->target.object_id), 2);
    sip_mix(&s, q->has_added_after ? (uint64_t)q->added_after_us + 1 : 0, 2);
    sip_mix(&s, (uint64_t)q->first | (uint64_t)q->last << 1 | (uint64_t)q->all << 2, 2);
    sip_mix(&s, q->version_count, 2);
    for (unsigned i = 0; i < q->version_count; i++)
        sip_mix(&s, (uint64_t)q->versions_us[i], 2);
    mix_words(&s, &q->ids);
    mix_words(&s, &q->types);
    mix_words(&s, &q->spec_versions);
    return sip_end(s, 4);
}

static void format_cursor(const struct taxii_asked *a, int64_t place, char ret_text[CURSOR_LEN + 1])
{
    snprintf(ret_text, CURSOR_LEN + 1, "%016llx%016llx", (unsigned long long)place, (unsigned long long)seal_of(a, (uint64_t)place));
}

static int parse_cursor(const struct taxii_asked *a, const char *text, int64_t *ret_place)
{
    char again[CURSOR_LEN + 1];
    uint64_t place = 0;
    if (strlen(text) != CURSOR_LEN)
        return -EINVAL;
    for (int i = 0; i < CURSOR_LEN / 2; i++) {
        char c = text[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return -EINVAL;
        place = place << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    format_cursor(a, (int64_t)place, again);
    if (strcmp(again, text) != 0)
        return -EINVAL;
    *ret_place = (int64_t)place;
    return 0;
}

/* ---- rows ---- */

static void add_object(struct page *p, const struct exchange_row *row)
{
    body_octets(&p->body, row->octets, row->len);
}

static void add_manifest_record(struct page *p, const struct exchange_row *row)
{
    body_text(&p->body, "{\"id\":");
    body_string(&p->body, row->id);
    body_text(&p->body, ",\"date_added\":");
    body_time(&p->body, row->added_us);
    body_text(&p->body, ",\"version\":");
    body_version(&p->body, row->version_us);
    body_text(&p->body, ",\"media_type\":\"application/stix+json;version=");
    body_text(&p->body, row->spec_version);
    body_text(&p->body, "\"}");
}

static void add_version(struct page *p, const struct exchange_row *row)
{
    body_version(&p->body, row->version_us);
}

static int take_row(void *self, const struct exchange_row *row)
{
    struct page *p = self;
    enum taxii_resource resource = p->a->target.resource;
    if (p->rows > 0 && p->body.len + row->len > TAXII_PAGE_OCTETS)
        return EXCHANGE_ENOUGH;
    if (p->rows > 0)
        body_text(&p->body, ",");
    else
        body_text(&p->body, resource == TAXII_VERSIONS ? "{\"versions\":[" : "{\"objects\":[");
    p->rows++;
    if (resource == TAXII_MANIFEST)
        add_manifest_record(p, row);
    else if (resource == TAXII_VERSIONS)
        add_version(p, row);
    else
        add_object(p, row);
    return p->body.broken ? -ENOMEM : 0;
}

/* ---- pages ---- */

static struct exchange_filter filter_of(const struct taxii_asked *a, const char **object_id)
{
    const struct taxii_query *q = &a->query;
    bool all_versions = a->target.resource == TAXII_VERSIONS;
    struct exchange_filter f = {.after_us = q->has_added_after ? q->added_after_us : 0,
                                .ids = q->ids.word,
                                .id_count = q->ids.count,
                                .types = q->types.word,
                                .type_count = q->types.count,
                                .spec_versions = q->spec_versions.word,
                                .spec_version_count = q->spec_versions.count,
                                .first = q->first,
                                .last = q->last,
                                .all = q->all || all_versions,
                                .versions_us = q->versions_us,
                                .version_count = q->version_count};
    *object_id = a->target.object_id;
    if (a->target.object_id[0]) {
        f.ids = object_id;
        f.id_count = 1;
    }
    return f;
}

static int ignore_row(void *self, const struct exchange_row *row)
{
    (void)self, (void)row;
    return 0;
}

/* 1: some version of the target's object is there; 0: none. */
static int object_exists(const struct taxii_asked *a)
{
    const char *id = a->target.object_id;
    struct exchange_filter f = {.ids = &id, .id_count = 1, .all = true};
    struct exchange_page page;
    int r = exchange_page(a->e, a->collection.number, &f, 1, false, ignore_row, NULL, &page);
    return r < 0 ? r : page.count > 0;
}

static void end_page(struct page *p, const struct exchange_page *page)
{
    struct taxii_asked *a = p->a;
    body_text(&p->body, p->rows > 0 ? "],\"more\":" : "{\"more\":");
    body_text(&p->body, page->more ? "true" : "false");
    if (page->more) {
        char cursor[CURSOR_LEN + 1];
        format_cursor(a, page->next_us, cursor);
        body_text(&p->body, ",\"next\":");
        body_string(&p->body, cursor);
    }
    body_text(&p->body, "}");
    a->reply->first_us = page->first_us;
    a->reply->last_us = page->last_us;
    taxii_reply_body(a->reply, TAXII_OK, &p->body);
    if (a->target.resource == TAXII_MANIFEST || a->target.resource == TAXII_VERSIONS || p->rows == 0 || a->reply->status != TAXII_OK)
        return;
    a->reply->delivered = true;
    a->reply->delivery = (struct exchange_delivery){.collection = a->collection.number,
                                                    .minute_us = a->request->now_us,
                                                    .objects = page->count,
                                                    .first_us = page->first_us,
                                                    .last_us = page->last_us};
    snprintf(a->reply->delivery.recipient, sizeof a->reply->delivery.recipient, "%s", a->t->recipients[a->recipient].name);
}

void taxii_answer_page(struct taxii_asked *a)
{
    struct page p = {.a = a, .body = body_of(TAXII_PAGE_OCTETS + EXCHANGE_OBJECT_MAX + 4096)};
    const char *object_id;
    struct exchange_filter f = filter_of(a, &object_id);
    struct exchange_page page = {0};
    if (a->query.next[0] && parse_cursor(a, a->query.next, &f.after_us) < 0) {
        taxii_reply_error(a->reply, TAXII_BAD_REQUEST, "next is not what this server gave for this query");
        return;
    }
    unsigned limit = a->query.limit == 0                  ? TAXII_PAGE_DEFAULT
                     : a->query.limit > EXCHANGE_PAGE_MAX ? EXCHANGE_PAGE_MAX
                                                          : a->query.limit;
    bool whole = a->target.resource == TAXII_OBJECTS || a->target.resource == TAXII_OBJECT;
    int r = exchange_page(a->e, a->collection.number, &f, limit, whole, take_row, &p, &page);
    int exists = r == 0 && page.count == 0 && object_id[0] ? object_exists(a) : 1;
    if (r < 0 || exists < 0) {
        body_free(&p.body);
        taxii_reply_store_failed(a->reply, r < 0 ? r : exists);
    } else if (exists == 0) {
        body_free(&p.body);
        taxii_reply_error(a->reply, TAXII_NOT_FOUND, "there is no such resource, or you may not see it");
    } else {
        end_page(&p, &page);
    }
}

/* ---- removal ---- */

static int note_version(void *self, const struct exchange_row *row)
{
    struct taxii_removal *r = self;
    r->versions_us[r->count++] = row->version_us;
    return 0;
}

bool taxii_find_removal(struct taxii_asked *a, struct taxii_removal *ret_removal)
{
    const char *object_id;
    struct exchange_filter f = filter_of(a, &object_id);
    struct exchange_page page;
    if (!a->may_write) {
        taxii_reply_error(a->reply, TAXII_FORBIDDEN, "this collection is only to be read");
        return false;
    }
    f.after_us = 0;
    f.all = f.all || (!f.first && !f.last && f.version_count == 0);
    *ret_removal = (struct taxii_removal){.recipient = a->recipient, .collection = a->collection.number};
    snprintf(ret_removal->id, sizeof ret_removal->id, "%s", object_id);
    _Static_assert(EXCHANGE_VERSIONS_MAX <= EXCHANGE_PAGE_MAX, "all versions are one page");
    int r = exchange_page(a->e, a->collection.number, &f, EXCHANGE_VERSIONS_MAX, false, note_version, ret_removal, &page);
    if (r < 0)
        taxii_reply_store_failed(a->reply, r);
    else if (page.count == 0)
        taxii_reply_error(a->reply, TAXII_NOT_FOUND, "there is no such resource, or you may not see it");
    return r == 0 && page.count > 0;
}
