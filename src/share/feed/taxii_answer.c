/* Reads the answers of TAXII servers. */
#include "share/feed/taxii_answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json_tree.h"
#include "base/reader.h"
#include "proto/stix/bundle.h"

enum { VALUES_MAX = 100000, DEPTH_MAX = 32, BARE_MAX = 4096, OBJECTS_MAX = 1000000 };

/* An object, or NULL; the tree is the caller's to free. */
static const struct json_value *read_object(const uint8_t *octets, size_t len, struct json_tree **ret_tree)
{
    static const struct json_limits limits = {.octets = TAXII_ANSWER_OCTETS_MAX, .values = VALUES_MAX, .depth = DEPTH_MAX};
    const struct json_value *value = NULL;
    struct json_flaw flaw;
    struct reader r = reader_of(octets, len);
    *ret_tree = json_tree_new();
    if (!*ret_tree || json_tree_read(*ret_tree, &r, &limits, &value, &flaw) < 0)
        return NULL;
    return json_value_is(value, JSON_TREE_OBJECT) ? value : NULL;
}

/* Only printable ASCII without blanks: it becomes part of a request. */
static bool take_word(const char *text, char *to, size_t max)
{
    size_t len = text ? strlen(text) : 0;
    if (len == 0 || len >= max)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= 0x20 || (unsigned char)text[i] >= 0x7f)
            return false;
    memcpy(to, text, len + 1);
    return true;
}

int taxii_answer_root(const uint8_t *octets, size_t len, char ret_url[TAXII_ANSWER_URL_MAX])
{
    struct json_tree *tree;
    const struct json_value *answer = read_object(octets, len, &tree);
    const struct json_value *roots = json_value_member(answer, "api_roots");
    const char *first = json_value_member_text(answer, "default");
    int e = 0;
    ret_url[0] = '\0';
    if (!first && roots)
        first = json_value_text(json_value_first(roots));
    if (first)
        e = take_word(first, ret_url, TAXII_ANSWER_URL_MAX) ? 0 : -EBADMSG;
    else if (!json_value_is(json_value_member(answer, "versions"), JSON_TREE_ARRAY))
        e = -EBADMSG;
    json_tree_free(tree);
    return e;
}

/* ---- collections ---- */

static bool is_true(const struct json_value *of, const char *name)
{
    return json_value_is(json_value_member(of, name), JSON_TREE_TRUE);
}

/* An identifier goes into a path: letters, digits and hyphens only. */
static bool take_collection(const struct json_value *c, struct taxii_answer_collection *to)
{
    if (!take_word(json_value_member_text(c, "id"), to->id, sizeof to->id))
        return false;
    if (strspn(to->id, "0123456789abcdefABCDEF-") != strlen(to->id))
        return false;
    if (!take_word(json_value_member_text(c, "alias"), to->alias, sizeof to->alias))
        to->alias[0] = '\0';
    return true;
}

static bool is_text(const struct json_value *c, const char *name, const char *wanted)
{
    const char *text = json_value_member_text(c, name);
    return text && strcmp(text, wanted) == 0;
}

int taxii_answer_find(const uint8_t *octets, size_t len, const char *wanted, struct taxii_answer_collection *ret_collection)
{
    struct json_tree *tree;
    const struct json_value *answer = read_object(octets, len, &tree);
    const struct json_value *c = json_value_first(json_value_member(answer, "collections"));
    int e = answer ? -ENOENT : -EBADMSG;
    for (; c && e == -ENOENT; c = json_value_next(c))
        if (is_true(c, "can_read") && (is_text(c, "id", wanted) || is_text(c, "alias", wanted) || is_text(c, "title", wanted)) &&
            take_collection(c, ret_collection))
            e = 0;
    json_tree_free(tree);
    return e;
}

static const struct json_value *writable_beside(const struct json_value *all, const char *read_id)
{
    const struct json_value *only = NULL;
    char from[TAXII_ANSWER_ALIAS_MAX + 8] = "";
    unsigned count = 0;
    for (const struct json_value *c = json_value_first(all); c; c = json_value_next(c)) {
        const char *id = json_value_member_text(c, "id"), *alias = json_value_member_text(c, "alias");
        if (id && alias && strcasecmp(id, read_id) == 0 && strncmp(alias, "to-", 3) == 0 && strlen(alias) < TAXII_ANSWER_ALIAS_MAX)
            snprintf(from, sizeof from, "from-%s", alias + 3);
    }
    for (const struct json_value *c = json_value_first(all); c; c = json_value_next(c)) {
        if (!is_true(c, "can_write"))
            continue;
        if (from[0] && is_text(c, "alias", from))
            return c;
        only = c;
        count++;
    }
    return count == 1 ? only : NULL;
}

int taxii_answer_find_writable(const uint8_t *octets, size_t len, const char *read_id, struct taxii_answer_collection *ret_collection)
{
    struct json_tree *tree;
    const struct json_value *answer = read_object(octets, len, &tree);
    const struct json_value *c = writable_beside(json_value_member(answer, "collections"), read_id);
    int e = !answer ? -EBADMSG : c && take_collection(c, ret_collection) ? 0 : -ENOENT;
    json_tree_free(tree);
    return e;
}

int taxii_answer_status(const uint8_t *octets, size_t len, uint64_t *ret_failures)
{
    struct json_tree *tree;
    const struct json_value *answer = read_object(octets, len, &tree);
    const struct json_value *failures = json_value_member(answer, "failure_count");
    bool is_well = answer && json_value_member_text(answer, "status") != NULL;
    *ret_failures = json_value_is(failures, JSON_TREE_INTEGER) && failures->integer > 0 ? (uint64_t)failures->integer : 0;
    json_tree_free(tree);
    return is_well ? 0 : -EBADMSG;
}

/* ---- envelopes ---- */

struct taxii_envelope {
    struct stix_bundle *bundle;
    uint64_t objects;
    size_t bare_len; /* of the first object, if it is small: an envelope without objects looks like one */
    uint8_t bare[BARE_MAX];
};

static int take_object(void *self, const struct stix_bundle_object *object)
{
    struct taxii_envelope *e = self;
    if (++e->objects == 1 && object->len <= sizeof e->bare) {
        memcpy(e->bare, object->octets, object->len);
        e->bare_len = object->len;
    }
    return 0;
}

struct taxii_envelope *taxii_envelope_new(void)
{
    static const struct stix_bundle_calls calls = {.object = take_object};
    static const struct stix_bundle_limits limits = {
        .object_octets = STIX_BUNDLE_OBJECT_MAX, .objects = OBJECTS_MAX, .depth = STIX_BUNDLE_DEPTH_MAX};
    struct taxii_envelope *e = calloc(1, sizeof *e);
    if (e)
        e->bundle = stix_bundle_new(&limits, &calls, e);
    if (e && !e->bundle) {
        free(e);
        e = NULL;
    }
    return e;
}

void taxii_envelope_free(struct taxii_envelope *e)
{
    if (!e)
        return;
    stix_bundle_free(e->bundle);
    free(e);
}

int taxii_envelope_feed(struct taxii_envelope *e, const void *octets, size_t len)
{
    return stix_bundle_feed(e->bundle, octets, len);
}

int taxii_envelope_finish(struct taxii_envelope *e, struct taxii_envelope_end *ret_end)
{
    const uint8_t *octets;
    size_t len;
    int r = stix_bundle_finish(e->bundle);
    *ret_end = (struct taxii_envelope_end){.objects = e->objects};
    if (r < 0)
        return r;
    bool is_bare = stix_bundle_frame(e->bundle, &octets, &len) < 0;
    if (is_bare && (e->objects != 1 || e->bare_len == 0))
        return -EBADMSG; /* a list, or an object that is no envelope */
    struct json_tree *tree;
    const struct json_value *frame = read_object(is_bare ? e->bare : octets, is_bare ? e->bare_len : len, &tree);
    if (is_bare)
        ret_end->objects = 0;
    if (!frame || (is_bare && json_value_member(frame, "type")))
        r = -EBADMSG;
    ret_end->has_more = is_true(frame, "more");
    if (!take_word(json_value_member_text(frame, "next"), ret_end->next, sizeof ret_end->next))
        ret_end->next[0] = '\0';
    json_tree_free(tree);
    return r;
}
