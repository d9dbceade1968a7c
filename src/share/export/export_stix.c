/* Writes our STIX objects. */
#include "share/export/export_stix.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "proto/json/canonical.h"
#include "proto/stix/tlp.h"
#include "share/export/name_uuid.h"

const char *export_stix_id(const struct export_node *node, const struct subject *subject, char text[EXPORT_STIX_ID_MAX])
{
    char kind[32], uuid[NAME_UUID_TEXT_MAX];
    snprintf(kind, sizeof kind, "%s ", subject_kind_word(subject->kind));
    snprintf(text, EXPORT_STIX_ID_MAX, "indicator--%s", name_uuid_format(node->space, kind, subject->value, uuid));
    return text;
}

const char *export_stix_identity_id(const struct export_node *node, char text[EXPORT_STIX_ID_MAX])
{
    char uuid[NAME_UUID_TEXT_MAX];
    snprintf(text, EXPORT_STIX_ID_MAX, "identity--%s", name_uuid_format(node->space, "identity", "", uuid));
    return text;
}

int64_t export_stix_modified_us(const struct export_item *item)
{
    int64_t modified_us = item->modified_us > 0 ? item->modified_us : item->indicator->changed_us;
    return modified_us > item->indicator->first_us ? modified_us : item->indicator->first_us;
}

/* ---- patterns (STIX 2.1 9) ---- */

enum { OF_BOTH_FAMILIES = 1, IS_NUMBER = 2 };

static const struct {
    const char *before, *between, *after; /* the value stands behind `before`, and again behind `between` */
    unsigned form;
} patterns[] = {
    [SUBJECT_DOMAIN] = {"[domain-name:value = '", "' OR domain-name:value LIKE '%.", "']", 0},
    [SUBJECT_HOST] = {"[domain-name:value = '", NULL, "']", 0},
    [SUBJECT_ADDRESS] = {"-addr:value = '", NULL, "']", OF_BOTH_FAMILIES},
    [SUBJECT_PREFIX] = {"-addr:value ISSUBSET '", NULL, "']", OF_BOTH_FAMILIES},
    [SUBJECT_URL] = {"[url:value = '", NULL, "']", 0},
    [SUBJECT_MD5] = {"[file:hashes.MD5 = '", NULL, "']", 0},
    [SUBJECT_SHA1] = {"[file:hashes.'SHA-1' = '", NULL, "']", 0},
    [SUBJECT_SHA256] = {"[file:hashes.'SHA-256' = '", NULL, "']", 0},
    [SUBJECT_SHA512] = {"[file:hashes.'SHA-512' = '", NULL, "']", 0},
    [SUBJECT_CERTIFICATE] = {"[x509-certificate:hashes.'SHA-256' = '", NULL, "']", 0},
    [SUBJECT_EMAIL] = {"[email-addr:value = '", NULL, "']", 0},
    [SUBJECT_AS] = {"[autonomous-system:number = ", NULL, "]", IS_NUMBER},
    [SUBJECT_LIST] = {NULL, NULL, NULL, 0}, /* and JA3, JA4, asset, software */
};
static_assert(array_len(patterns) == SUBJECT_KIND_COUNT, "each kind of subject has its pattern, or none");

static void put(struct writer *w, const char *text)
{
    writer_bytes(w, text, strlen(text));
}

/* 9.2: within quotation marks, ' and \ are escaped. */
static void put_quoted(struct writer *w, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'' || *c == '\\')
            writer_u8(w, '\\');
        writer_u8(w, (uint8_t)*c);
    }
}

int export_stix_pattern(const struct subject *subject, struct writer *w)
{
    if ((unsigned)subject->kind >= SUBJECT_KIND_COUNT || !patterns[subject->kind].before)
        return -EOPNOTSUPP;
    /* In LIKE these two stand for other characters; a name of ours has neither a need nor a spelling for them. */
    if (patterns[subject->kind].between && strpbrk(subject->value, "%_\\"))
        return -EOPNOTSUPP;
    unsigned form = patterns[subject->kind].form;
    if (form & OF_BOTH_FAMILIES)
        put(w, strchr(subject->value, ':') ? "[ipv6" : "[ipv4");
    put(w, patterns[subject->kind].before);
    if (form & IS_NUMBER)
        put(w, subject->value + strlen("AS"));
    else
        put_quoted(w, subject->value);
    if (patterns[subject->kind].between) {
        put(w, patterns[subject->kind].between);
        put_quoted(w, subject->value);
    }
    put(w, patterns[subject->kind].after);
    return w->full ? -EMSGSIZE : 0;
}

/* ---- objects ---- */

/* STIX 2.1 10.6: the open vocabulary of indicator types. */
static const char *type_of(enum claim claim)
{
    switch (claim) {
    case CLAIM_INFECTED:
    case CLAIM_DDOS_SOURCE:
        return "compromised";
    case CLAIM_SCANNER:
    case CLAIM_TUNNEL:
    case CLAIM_DDOS_VICTIM:
        return "anomalous-activity";
    case CLAIM_BENIGN:
    case CLAIM_ALLOW:
    case CLAIM_FALSE_POSITIVE:
        return "benign";
    default:
        return "malicious-activity";
    }
}

static const char *marking_id(enum verdict_tlp tlp)
{
    static const enum stix_tlp levels[] = {STIX_TLP_CLEAR, STIX_TLP_GREEN, STIX_TLP_AMBER, STIX_TLP_AMBER_STRICT, STIX_TLP_RED};
    static_assert(array_len(levels) == VERDICT_TLP_COUNT, "each level has its marking");
    return stix_tlp_id((unsigned)tlp < array_len(levels) ? levels[tlp] : STIX_TLP_RED);
}

/* ,"name":"value" */
static int put_member(struct writer *w, const char *name, const char *value)
{
    put(w, ",\"");
    put(w, name);
    put(w, "\":");
    return json_canonical_string(value, strlen(value), w);
}

static int put_time(struct writer *w, const char *name, int64_t us)
{
    char text[TIMESTAMP_TEXT_MAX];
    return put_member(w, name, timestamp_format(us, text));
}

static int put_head(struct writer *w, const char *type, const char *id)
{
    put(w, "{\"type\":\"");
    put(w, type);
    put(w, "\",\"spec_version\":\"2.1\"");
    return put_member(w, "id", id);
}

static int put_pattern(struct writer *w, const struct subject *subject)
{
    uint8_t text[4 * SUBJECT_VALUE_MAX + 256];
    struct writer pattern = writer_of(text, sizeof text);
    int r = export_stix_pattern(subject, &pattern);
    if (r < 0)
        return r;
    put(w, ",\"pattern_type\":\"stix\",\"pattern\":");
    return json_canonical_string((const char *)text, pattern.len, w);
}

static int put_number(struct writer *w, const char *name, int value)
{
    char text[64];
    snprintf(text, sizeof text, ",\"%s\":%d", name, value);
    put(w, text);
    return 0;
}

static int put_validity(struct writer *w, const struct export_item *item)
{
    int64_t from_us = item->from_us > 0 ? item->from_us : item->indicator->first_us;
    int r = put_time(w, "valid_from", from_us);
    /* 4.7.1: the end is after the beginning. */
    return r == 0 && item->until_us > from_us ? put_time(w, "valid_until", item->until_us) : r;
}

static int put_words(struct writer *w, const struct indicator *in)
{
    put(w, ",\"indicator_types\":[\"");
    put(w, type_of(in->claim));
    put(w, "\"],\"labels\":[\"");
    put(w, claim_traits(in->claim)->word);
    put(w, "\",\"PAP:");
    for (const char *c = verdict_pap_word(in->pap); *c; c++)
        writer_u8(w, (uint8_t)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
    put(w, "\"]");
    return 0;
}

int export_stix_indicator(const struct export_node *node, const struct export_item *item, struct writer *w)
{
    const struct indicator *in = item->indicator;
    char id[EXPORT_STIX_ID_MAX], name[64];
    snprintf(name, sizeof name, "%s: %s", claim_traits(in->claim)->word, subject_kind_word(in->subject.kind));
    int r = put_head(w, "indicator", export_stix_id(node, &in->subject, id));
    r = r < 0 ? r : put_member(w, "created_by_ref", export_stix_identity_id(node, id));
    r = r < 0 ? r : put_time(w, "created", in->first_us);
    r = r < 0 ? r : put_time(w, "modified", export_stix_modified_us(item));
    if (r == 0 && in->state == INDICATOR_REVOKED)
        put(w, ",\"revoked\":true");
    r = r < 0 ? r : put_number(w, "confidence", (in->probability + 5) / 10);
    r = r < 0 ? r : put_member(w, "name", name);
    if (r == 0 && item->reason && *item->reason)
        r = put_member(w, "description", item->reason);
    r = r < 0 ? r : put_words(w, in);
    r = r < 0 ? r : put_pattern(w, &in->subject);
    r = r < 0 ? r : put_validity(w, item);
    put(w, ",\"object_marking_refs\":[\"");
    put(w, marking_id(in->tlp));
    put(w, "\"]}");
    return r < 0 ? r : w->full ? -EMSGSIZE : 0;
}

int export_stix_identity(const struct export_node *node, struct writer *w)
{
    char id[EXPORT_STIX_ID_MAX];
    int r = put_head(w, "identity", export_stix_identity_id(node, id));
    /* An identity has to have a time; ours never changes. */
    put(w, ",\"created\":\"2026-01-01T00:00:00.000Z\",\"modified\":\"2026-01-01T00:00:00.000Z\"");
    r = r < 0 ? r : put_member(w, "name", node->name);
    put(w, ",\"identity_class\":\"organization\"}");
    return r < 0 ? r : w->full ? -EMSGSIZE : 0;
}

int export_stix_grouping(const struct export_node *node, const char *name, int64_t now_us, enum verdict_tlp tlp, char (*ids)[EXPORT_STIX_ID_MAX], size_t count,
                         struct writer *w)
{
    char id[EXPORT_STIX_ID_MAX], uuid[NAME_UUID_TEXT_MAX];
    snprintf(id, sizeof id, "grouping--%s", name_uuid_format(node->space, "grouping ", name, uuid));
    int r = put_head(w, "grouping", id);
    r = r < 0 ? r : put_member(w, "created_by_ref", export_stix_identity_id(node, id));
    r = r < 0 ? r : put_time(w, "created", now_us);
    r = r < 0 ? r : put_time(w, "modified", now_us);
    r = r < 0 ? r : put_member(w, "name", name);
    r = r < 0 ? r : put_member(w, "context", "suspicious-activity");
    put(w, ",\"object_refs\":");
    for (size_t i = 0; i < count; i++) {
        put(w, i == 0 ? "[\"" : "\",\"");
        put(w, ids[i]);
    }
    put(w, "\"],\"object_marking_refs\":[\"");
    put(w, marking_id(tlp));
    put(w, "\"]}");
    return r < 0 ? r : w->full ? -EMSGSIZE : 0;
}

int export_stix_marking(enum verdict_tlp tlp, struct writer *w)
{
    int r = put_head(w, "marking-definition", marking_id(tlp));
    put(w, ",\"created\":\"2022-10-01T00:00:00.000Z\",\"name\":\"TLP:");
    for (const char *c = verdict_tlp_word(tlp); *c; c++)
        writer_u8(w, (uint8_t)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
    put(w, "\",\"extensions\":{\"" STIX_TLP_EXTENSION "\":{\"extension_type\":\"property-extension\"");
    r = r < 0 ? r : put_member(w, "tlp_2_0", verdict_tlp_word(tlp));
    put(w, "}}}");
    return r < 0 ? r : w->full ? -EMSGSIZE : 0;
}
