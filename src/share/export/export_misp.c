/* MISP: a feed folder with one event for each claim, the manifest of events, and the hashes by which a MISP finds out what it has.
 *
 * Source: MISP core format (draft-dulaunoy-misp-core-format) 2.2 to 2.4; the feeds that MISP's feed generator makes (manifest.json, hashes.csv: MD5 of
 * the value, comma, UUID of the event). What is revoked stays as a deleted attribute, so that those who have it take it back.
 */
#include <errno.h>
#include <nettle/md5.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/json/canonical.h"
#include "share/export/export_impl.h"
#include "share/export/name_uuid.h"

enum { FILE_MAX = NAME_UUID_TEXT_MAX + 8, US = 1000000 };

static const struct {
    const char *type, *category; /* NULL: MISP has none */
} types[] = {
    [SUBJECT_DOMAIN] = {"domain", "Network activity"},
    [SUBJECT_HOST] = {"hostname", "Network activity"},
    [SUBJECT_ADDRESS] = {"ip-dst", "Network activity"},
    [SUBJECT_PREFIX] = {"ip-dst", "Network activity"},
    [SUBJECT_URL] = {"url", "Network activity"},
    [SUBJECT_MD5] = {"md5", "Payload delivery"},
    [SUBJECT_SHA1] = {"sha1", "Payload delivery"},
    [SUBJECT_SHA256] = {"sha256", "Payload delivery"},
    [SUBJECT_SHA512] = {"sha512", "Payload delivery"},
    [SUBJECT_CERTIFICATE] = {"x509-fingerprint-sha256", "Network activity"},
    [SUBJECT_EMAIL] = {"email-src", "Payload delivery"},
    [SUBJECT_JA3] = {"ja3-fingerprint-md5", "Network activity"},
    [SUBJECT_AS] = {"AS", "Network activity"},
    [SUBJECT_LIST] = {NULL, NULL},
};
_Static_assert(array_len(types) == SUBJECT_KIND_COUNT, "each kind of subject has its type, or none");

/* The incident classification of TF-CSIRT (rsit), where it has a word for the claim. */
static const char *taxonomy_of(enum claim claim)
{
    switch (claim) {
    case CLAIM_PHISHING:
        return "rsit:fraud=\"phishing\"";
    case CLAIM_MALWARE:
        return "rsit:malicious-code=\"malware-distribution\"";
    case CLAIM_C2:
        return "rsit:malicious-code=\"c2-server\"";
    case CLAIM_INFECTED:
        return "rsit:malicious-code=\"infected-system\"";
    case CLAIM_SCANNER:
        return "rsit:information-gathering=\"scanner\"";
    case CLAIM_DDOS_SOURCE:
        return "rsit:availability=\"ddos\"";
    case CLAIM_SPAM:
        return "rsit:abusive-content=\"spam\"";
    default:
        return NULL;
    }
}

/* STIX 2.1 appendix A, the scale of the DNI. */
static const char *likelihood_of(unsigned per_mille)
{
    return per_mille <= 50    ? "almost-no-chance"
           : per_mille <= 200 ? "very-unlikely"
           : per_mille <= 450 ? "unlikely"
           : per_mille <= 550 ? "roughly-even-chance"
           : per_mille <= 800 ? "likely"
           : per_mille <= 950 ? "very-likely"
                              : "almost-certain";
}

static const char *event_uuid(const struct export *e, enum claim claim, char *text)
{
    return name_uuid_format(e->node->space, "misp event ", claim_traits(claim)->word, text);
}

static void event_file(const struct export *e, enum claim claim, char file[FILE_MAX])
{
    char uuid[NAME_UUID_TEXT_MAX];
    snprintf(file, FILE_MAX, "%s.json", event_uuid(e, claim, uuid));
}

static int put_member(struct writer *w, const char *before, const char *value)
{
    export_text(w, before);
    return json_canonical_string(value, strlen(value), w);
}

static void put_tag(struct writer *w, const char *before, const char *name, const char *value)
{
    char text[96];
    snprintf(text, sizeof text, "%s%s", name, value);
    export_text(w, before);
    if (put_member(w, "{\"name\":", text) < 0) /* words of ours, always UTF-8 */
        w->full = true;
    export_text(w, "}");
}

static void put_number(struct writer *w, const char *before, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "\"%lld\"", (long long)value);
    export_text(w, before);
    export_text(w, text);
}

static void put_day(struct writer *w, const char *before, int64_t us)
{
    time_t seconds = (time_t)(us / US);
    struct tm day;
    char text[32] = "";
    gmtime_r(&seconds, &day);
    strftime(text, sizeof text, "\"%Y-%m-%d\"", &day);
    export_text(w, before);
    export_text(w, text);
}

static int put_owner(const struct export *e, struct writer *w)
{
    char uuid[NAME_UUID_TEXT_MAX];
    int r = put_member(w, ",\"Orgc\":{\"name\":", e->node->name);
    export_text(w, ",\"uuid\":\"");
    export_text(w, name_uuid_format(e->node->space, "identity", "", uuid));
    export_text(w, "\"}");
    return r;
}

/* What the head of an event and the manifest say alike: all but the UUID, and what is known only at the end. */
static int put_head(const struct export *e, struct writer *w, enum claim claim)
{
    char info[192];
    snprintf(info, sizeof info, "hinomi: %s", claim_traits(claim)->word);
    int r = put_member(w, "\"info\":", info);
    export_text(w, ",\"analysis\":\"2\",\"threat_level_id\":\"4\",\"published\":true,\"distribution\":\"3\"");
    return r < 0 ? r : put_owner(e, w);
}

/* The date of an event stays: its UUID does too. */
static void put_tail(struct writer *w, enum claim claim, const struct export_claim *c)
{
    put_day(w, ",\"date\":", c->last_us);
    put_number(w, ",\"timestamp\":", c->last_us / US);
    put_tag(w, ",\"Tag\":[", "tlp:", verdict_tlp_word(c->tlp));
    put_tag(w, ",", "hinomi:claim=", claim_traits(claim)->word);
    if (taxonomy_of(claim))
        put_tag(w, ",", taxonomy_of(claim), "");
    export_text(w, "]");
}

static int begin_event(struct export *e, enum claim claim)
{
    char file[FILE_MAX], uuid[NAME_UUID_TEXT_MAX];
    struct writer *w = export_begin_piece(e);
    export_text(w, "{\"Event\":{\"uuid\":\"");
    export_text(w, event_uuid(e, claim, uuid));
    export_text(w, "\",");
    int r = put_head(e, w, claim);
    export_text(w, ",\"Attribute\":[\n");
    event_file(e, claim, file);
    return r < 0 ? r : export_flush(e, file);
}

static int add_hash(struct export *e, enum claim claim, const char *value)
{
    struct md5_ctx context;
    uint8_t digest[MD5_DIGEST_SIZE];
    char line[2 * MD5_DIGEST_SIZE + 1], uuid[NAME_UUID_TEXT_MAX];
    md5_init(&context);
    md5_update(&context, strlen(value), (const uint8_t *)value);
    md5_digest(&context, sizeof digest, digest);
    for (unsigned i = 0; i < sizeof digest; i++)
        snprintf(line + 2 * i, 3, "%02x", digest[i]);
    struct writer *w = export_begin_piece(e);
    export_text(w, line);
    export_text(w, ",");
    export_text(w, event_uuid(e, claim, uuid));
    export_text(w, "\n");
    return export_flush(e, "hashes.csv");
}

static int put_attribute(const struct export *e, struct writer *w, const struct export_item *item, int64_t changed_us)
{
    const struct indicator *in = item->indicator;
    char uuid[NAME_UUID_TEXT_MAX], kind[64];
    snprintf(kind, sizeof kind, "misp attribute %s %s ", claim_traits(in->claim)->word, subject_kind_word(in->subject.kind));
    export_text(w, "{\"uuid\":\"");
    export_text(w, name_uuid_format(e->node->space, kind, in->subject.value, uuid));
    int r = put_member(w, "\",\"type\":", types[in->subject.kind].type);
    r = r < 0 ? r : put_member(w, ",\"category\":", types[in->subject.kind].category);
    export_text(w, claim_traits(in->claim)->against ? ",\"to_ids\":true" : ",\"to_ids\":false");
    export_text(w, ",\"distribution\":\"5\"");
    put_number(w, ",\"timestamp\":", changed_us / US);
    if (in->state == INDICATOR_REVOKED)
        export_text(w, ",\"deleted\":true");
    r = r < 0 ? r : put_member(w, ",\"comment\":", item->reason ? item->reason : "");
    r = r < 0 ? r : put_member(w, ",\"value\":", in->subject.value);
    put_tag(w, ",\"Tag\":[", "tlp:", verdict_tlp_word(in->tlp));
    snprintf(kind, sizeof kind, "PAP:%s", verdict_pap_word(in->pap));
    for (char *c = kind; *c; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    put_tag(w, ",", kind, "");
    snprintf(kind, sizeof kind, "\"%s\"", likelihood_of(in->probability));
    put_tag(w, ",", "estimative-language:likelihood-probability=", kind);
    export_text(w, "]}");
    return r;
}

static int add_attribute(struct export *e, const struct export_item *item)
{
    const struct indicator *in = item->indicator;
    struct export_claim *c = &e->claims[in->claim];
    char file[FILE_MAX];
    if (!types[in->subject.kind].type)
        return -EOPNOTSUPP;
    bool is_first = !c->is_begun;
    int r = is_first ? begin_event(e, in->claim) : 0;
    if (r < 0)
        return r;
    c->is_begun = true;
    int64_t changed_us = item->modified_us > 0 ? item->modified_us : in->changed_us;
    struct writer *w = export_begin_piece(e);
    if (c->last_us > 0)
        export_text(w, ",\n");
    event_file(e, in->claim, file);
    r = put_attribute(e, w, item, changed_us);
    r = r < 0 ? r : export_flush(e, file);
    if (r < 0)
        return r;
    c->last_us = changed_us > c->last_us ? changed_us : c->last_us > 0 ? c->last_us : 1;
    c->tlp = in->tlp > c->tlp ? in->tlp : c->tlp;
    return add_hash(e, in->claim, in->subject.value);
}

static int end_event(struct export *e, enum claim claim)
{
    char file[FILE_MAX];
    struct writer *w = export_begin_piece(e);
    export_text(w, "\n]");
    put_tail(w, claim, &e->claims[claim]);
    export_text(w, "}}\n");
    event_file(e, claim, file);
    return export_flush(e, file);
}

static int end_feed(struct export *e)
{
    static const char manifest[] = "manifest.json";
    const char *before = "{";
    int r = 0;
    for (unsigned i = 0; i < CLAIM_COUNT && r == 0; i++) {
        char uuid[NAME_UUID_TEXT_MAX];
        if (!e->claims[i].is_begun)
            continue;
        r = end_event(e, (enum claim)i);
        struct writer *w = export_begin_piece(e);
        export_text(w, before);
        export_text(w, "\n\"");
        export_text(w, event_uuid(e, (enum claim)i, uuid));
        export_text(w, "\":{");
        r = r < 0 ? r : put_head(e, w, (enum claim)i);
        put_tail(w, (enum claim)i, &e->claims[i]);
        export_text(w, "}");
        r = r < 0 ? r : export_flush(e, manifest);
        before = ",";
    }
    struct writer *w = export_begin_piece(e);
    export_text(w, *before == '{' ? "{}\n" : "\n}\n");
    return r < 0 ? r : export_flush(e, manifest);
}

const struct export_form export_misp_feed = {.word = "misp", .add = add_attribute, .end = end_feed};
