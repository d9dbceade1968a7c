/* Turns verdicts into canonical JSON and back. */
#include "store/verdict_form.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json_tree.h"
#include "base/reader.h"
#include "base/timestamp.h"
#include "proto/json/canonical.h"

enum { FORM_VERSION = 1, HASH_TEXT_MAX = 2 * VERDICT_HASH_LEN + 1 };

static const char *hash_format(const uint8_t *hash, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < VERDICT_HASH_LEN; i++) {
        text[2 * i] = digits[hash[i] >> 4];
        text[2 * i + 1] = digits[hash[i] & 15];
    }
    text[2 * VERDICT_HASH_LEN] = '\0';
    return text;
}

/* Writes members one after the other; whoever calls gives their names in order, which is part of the canonical form. */
struct form {
    struct writer *w;
    int error;
    bool follows; /* another member stands before in this object */
};

static void put_raw(struct form *f, const char *text)
{
    writer_bytes(f->w, text, strlen(text));
}

static void put_string(struct form *f, const char *text)
{
    int e = json_canonical_string(text, strlen(text), f->w);
    f->error = f->error ? f->error : e;
}

static void put_key(struct form *f, const char *key)
{
    put_raw(f, f->follows ? ",\"" : "\"");
    put_raw(f, key);
    put_raw(f, "\":");
    f->follows = true;
}

/* What is empty is left out. */
static void put_text(struct form *f, const char *key, const char *text)
{
    if (!*text)
        return;
    put_key(f, key);
    put_string(f, text);
}

static void put_number(struct form *f, const char *key, unsigned value)
{
    char text[16];
    snprintf(text, sizeof text, "%u", value);
    put_key(f, key);
    put_raw(f, text);
}

static void put_moment(struct form *f, const char *key, int64_t us)
{
    char text[TIMESTAMP_TEXT_MAX];
    put_text(f, key, timestamp_format(us, text));
}

static void begin_object(struct form *f)
{
    put_raw(f, "{");
    f->follows = false;
}

static void end_object(struct form *f)
{
    put_raw(f, "}");
    f->follows = true;
}

static void put_evidence(struct form *f, const struct verdict *v)
{
    char hash[HASH_TEXT_MAX];
    if (v->evidence_count == 0)
        return;
    put_key(f, "evidence");
    for (unsigned i = 0; i < v->evidence_count; i++) {
        const struct verdict_evidence *e = &v->evidence[i];
        put_raw(f, i == 0 ? "[" : ",");
        begin_object(f);
        put_text(f, "kind", verdict_evidence_word(e->kind));
        put_text(f, "reference", e->reference);
        if (e->has_sha256)
            put_text(f, "sha256", hash_format(e->sha256, hash));
        end_object(f);
    }
    put_raw(f, "]");
}

int verdict_form_write(const struct verdict *v, const struct verdict_id *replaced, struct writer *w)
{
    char id[VERDICT_ID_TEXT_MAX];
    struct form f = {.w = w};
    if (!verdict_valid(v))
        return -EINVAL;
    begin_object(&f);
    put_key(&f, "author");
    begin_object(&f);
    put_text(&f, "kind", verdict_author_word(v->author.kind));
    put_text(&f, "name", v->author.name);
    put_text(&f, "version", v->author.version);
    end_object(&f);
    put_text(&f, "claim", claim_traits(v->claim)->word);
    put_evidence(&f, v);
    put_moment(&f, "from", v->from_us);
    put_text(&f, "id", verdict_id_format(&v->id, id));
    put_moment(&f, "made", v->made_us);
    put_text(&f, "pap", verdict_pap_word(v->pap));
    put_number(&f, "probability", v->probability);
    put_text(&f, "reason", v->reason);
    put_text(&f, "reviewer", v->reviewer);
    put_text(&f, "scope", v->scope);
    put_text(&f, "severity", v->severity ? verdict_severity_word(v->severity) : "");
    put_key(&f, "subject");
    begin_object(&f);
    put_text(&f, "kind", subject_kind_word(v->subject.kind));
    put_text(&f, "value", v->subject.value);
    end_object(&f);
    put_text(&f, "supersedes", replaced ? verdict_id_format(replaced, id) : "");
    put_text(&f, "tlp", verdict_tlp_word(v->tlp));
    put_text(&f, "type", "verdict");
    if (v->until_us != 0)
        put_moment(&f, "until", v->until_us);
    put_number(&f, "v", FORM_VERSION);
    end_object(&f);
    return f.error == -EILSEQ ? -EINVAL : f.error ? f.error : w->full ? -EMSGSIZE : 0;
}

/* ---- back ---- */

/* An absent member is empty; one of another type, or too long, is wrong. */
static bool take_text(const struct json_value *o, const char *key, char *to, size_t max)
{
    const struct json_value *value = json_value_member(o, key);
    if (!value) {
        to[0] = '\0';
        return true;
    }
    if (!json_value_is(value, JSON_TREE_STRING) || value->len >= max)
        return false;
    memcpy(to, value->text, value->len + 1);
    return true;
}

/* Borrowed; "" when absent or of another type. */
static const char *word_of(const struct json_value *o, const char *key)
{
    const char *text = json_value_member_text(o, key);
    return text ? text : "";
}

/* 0 when absent or of another type. */
static int64_t number_of(const struct json_value *o, const char *key)
{
    const struct json_value *value = json_value_member(o, key);
    return json_value_is(value, JSON_TREE_INTEGER) ? value->integer : 0;
}

static bool take_moment(const struct json_value *o, const char *key, int64_t *ret_us)
{
    const char *text = word_of(o, key);
    return timestamp_parse(text, strlen(text), ret_us) == 0;
}

static bool take_hash(const char *text, uint8_t *hash)
{
    char again[HASH_TEXT_MAX];
    for (int i = 0; i < VERDICT_HASH_LEN; i++) {
        unsigned octet = 0;
        for (int k = 0; k < 2; k++) {
            char c = text[2 * i + k];
            if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
                return false;
            octet = octet << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        hash[i] = (uint8_t)octet;
    }
    return strcmp(text, hash_format(hash, again)) == 0;
}

static bool take_evidence(const struct json_value *o, struct verdict *v)
{
    const struct json_value *all = json_value_member(o, "evidence");
    if (all && (all->kind != JSON_TREE_ARRAY || all->count > VERDICT_EVIDENCE_MAX))
        return false;
    for (const struct json_value *one = json_value_first(all); one; one = json_value_next(one)) {
        struct verdict_evidence *e = &v->evidence[v->evidence_count];
        const char *hash = word_of(one, "sha256");
        e->has_sha256 = *hash != '\0';
        if (verdict_evidence_parse(word_of(one, "kind"), &e->kind) < 0 ||
            !take_text(one, "reference", e->reference, sizeof e->reference) || (e->has_sha256 && !take_hash(hash, e->sha256)))
            return false;
        v->evidence_count++;
    }
    return true;
}

static bool take_all(const struct json_value *o, struct verdict *v, struct verdict_id *replaced)
{
    const struct json_value *author = json_value_member(o, "author"), *subject = json_value_member(o, "subject");
    const char *severity = word_of(o, "severity"), *supersedes = word_of(o, "supersedes");
    int64_t probability = number_of(o, "probability");
    if (strcmp(word_of(o, "type"), "verdict") != 0 || number_of(o, "v") != FORM_VERSION ||
        verdict_id_parse(word_of(o, "id"), &v->id) < 0 || claim_parse(word_of(o, "claim"), &v->claim) < 0 ||
        subject_kind_parse(word_of(subject, "kind"), &v->subject.kind) < 0 ||
        !take_text(subject, "value", v->subject.value, sizeof v->subject.value) ||
        verdict_author_parse(word_of(author, "kind"), &v->author.kind) < 0 ||
        !take_text(author, "name", v->author.name, sizeof v->author.name) ||
        !take_text(author, "version", v->author.version, sizeof v->author.version))
        return false;
    if (!take_text(o, "reason", v->reason, sizeof v->reason) || !take_text(o, "scope", v->scope, sizeof v->scope) ||
        !take_text(o, "reviewer", v->reviewer, sizeof v->reviewer) || probability < 1 || probability > VERDICT_CERTAIN ||
        (*severity && verdict_severity_parse(severity, &v->severity) < 0) || verdict_tlp_parse(word_of(o, "tlp"), &v->tlp) < 0 ||
        verdict_pap_parse(word_of(o, "pap"), &v->pap) < 0)
        return false;
    v->probability = (uint16_t)probability;
    return take_moment(o, "made", &v->made_us) && take_moment(o, "from", &v->from_us) &&
           (!json_value_member(o, "until") || take_moment(o, "until", &v->until_us)) &&
           (!*supersedes || verdict_id_parse(supersedes, replaced) == 0) && take_evidence(o, v) && verdict_valid(v);
}

int verdict_form_read(const uint8_t *octets, size_t len, struct verdict *ret_verdict, struct verdict_id *ret_replaced)
{
    static const struct json_limits limits = {.octets = VERDICT_FORM_MAX, .values = 256, .depth = 4};
    struct reader r = reader_of(octets, len);
    struct json_flaw flaw;
    const struct json_value *o = NULL;
    struct json_tree *tree = json_tree_new();
    int e = tree ? json_tree_read(tree, &r, &limits, &o, &flaw) : -ENOMEM;
    if (e == 0) {
        memset(ret_verdict, 0, sizeof *ret_verdict);
        memset(ret_replaced, 0, sizeof *ret_replaced);
        e = take_all(o, ret_verdict, ret_replaced) ? 0 : -EBADMSG;
    }
    json_tree_free(tree);
    return e == 0 || e == -ENOMEM ? e : -EBADMSG;
}
