/* Suricata: rules for names in DNS, TLS and HTTP, for addresses, URLs and JA3.
 *
 * Source: the Suricata user guide, chapters Rules (payload keywords: content with |hex|, dotprefix, startswith, endswith; at most 255 octets), DNS, TLS,
 * JA3, HTTP. A rule's number comes from what it is about, so that it is the same in every export; numbers are from 2^31, above those that are
 * given out to others. Of two that fall together the later one takes the next.
 */
#include <errno.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "share/export/export_impl.h"

enum { CONTENT_MAX = 255, SIDS_FIRST = 1024, SIDS_MAX = 1 << 24 };
#define SID_LEAST UINT32_C(0x80000000)
#define REVISION_EPOCH_US (INT64_C(1577836800) * 1000000) /* 2020-01-01: revisions are days since */
#define DAY_US (INT64_C(86400) * 1000000)

static const char file[] = "hinomi.rules";

/* ---- numbers ---- */

static size_t place_of(const uint32_t *sids, size_t max, uint32_t sid)
{
    size_t at = (sid * UINT32_C(2654435761)) & (max - 1);
    while (sids[at] != 0 && sids[at] != sid)
        at = (at + 1) & (max - 1);
    return at;
}

static int grow(struct export *e)
{
    size_t max = e->sid_max ? e->sid_max * 2 : SIDS_FIRST;
    if (max > SIDS_MAX)
        return -EOPNOTSUPP; /* more rules than anybody loads */
    uint32_t *more = calloc(max, sizeof *more);
    if (!more)
        return -ENOMEM;
    for (size_t i = 0; i < e->sid_max; i++)
        if (e->sids[i] != 0)
            more[place_of(more, max, e->sids[i])] = e->sids[i];
    free(e->sids);
    e->sids = more;
    e->sid_max = max;
    return 0;
}

static int take_sid(struct export *e, const char *protocol, const struct subject *s, uint32_t *ret_sid)
{
    struct sha1_ctx context;
    uint8_t digest[SHA1_DIGEST_SIZE];
    const char *kind = subject_kind_word(s->kind);
    if (e->sid_count * 2 >= e->sid_max) {
        int r = grow(e);
        if (r < 0)
            return r;
    }
    sha1_init(&context);
    sha1_update(&context, strlen(protocol) + 1, (const uint8_t *)protocol);
    sha1_update(&context, strlen(kind) + 1, (const uint8_t *)kind);
    sha1_update(&context, strlen(s->value), (const uint8_t *)s->value);
    sha1_digest(&context, sizeof digest, digest);
    uint32_t sid = SID_LEAST | (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 | (uint32_t)digest[2] << 8 | digest[3];
    size_t at = place_of(e->sids, e->sid_max, sid);
    while (e->sids[at] != 0) {
        sid = SID_LEAST | (sid + 1);
        at = place_of(e->sids, e->sid_max, sid);
    }
    e->sids[at] = sid;
    e->sid_count++;
    *ret_sid = sid;
    return 0;
}

/* ---- rules ---- */

static bool is_safe(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '/';
}

/* Whatever is not plain is an octet in hexadecimal: nothing in it can end the string or the rule. */
static void put_content(struct writer *w, const char *text, size_t len)
{
    char hex[8];
    export_text(w, "content:\"");
    for (size_t i = 0; i < len; i++) {
        if (is_safe(text[i])) {
            writer_u8(w, (uint8_t)text[i]);
            continue;
        }
        snprintf(hex, sizeof hex, "|%02x|", (unsigned)(unsigned char)text[i]);
        export_text(w, hex);
    }
    export_text(w, "\"");
}

/* For people; what is not plain is shown as _. */
static void put_message(struct writer *w, const struct indicator *in)
{
    export_text(w, "(msg:\"hinomi ");
    export_text(w, claim_traits(in->claim)->word);
    export_text(w, " ");
    for (const char *c = in->subject.value; *c; c++)
        writer_u8(w, (uint8_t)(is_safe(*c) ? *c : '_'));
    export_text(w, "\"; ");
}

static int put_end(struct export *e, struct writer *w, const char *protocol, const struct export_item *item)
{
    char text[128];
    uint32_t sid = 0;
    int r = take_sid(e, protocol, &item->indicator->subject, &sid);
    int64_t changed_us = item->modified_us > 0 ? item->modified_us : item->indicator->changed_us;
    int64_t revision = changed_us > REVISION_EPOCH_US ? (changed_us - REVISION_EPOCH_US) / DAY_US + 1 : 1;
    snprintf(text, sizeof text, "sid:%u; rev:%lld; metadata:tlp %s, confidence %u;)\n", sid, (long long)revision,
             verdict_tlp_word(item->indicator->tlp), (item->indicator->probability + 5u) / 10u);
    /* A plus sign has no place in metadata. */
    char *plus = strchr(text, '+');
    if (plus)
        *plus = '-';
    export_text(w, text);
    return r;
}

static int put_name_rule(struct export *e, struct writer *w, const struct export_item *item, const char *protocol, const char *buffer)
{
    const struct subject *s = &item->indicator->subject;
    char dotted[CONTENT_MAX + 2];
    /* The host of HTTP is in lower case already, and Suricata refuses a rule that asks for it again. */
    const char *nocase = strcmp(protocol, "http") == 0 ? "" : "nocase; ";
    export_text(w, "alert ");
    export_text(w, protocol);
    export_text(w, " any any -> any any ");
    put_message(w, item->indicator);
    export_text(w, buffer);
    if (s->kind == SUBJECT_DOMAIN) {
        snprintf(dotted, sizeof dotted, ".%s", s->value);
        export_text(w, "; dotprefix; ");
        put_content(w, dotted, strlen(dotted));
        export_text(w, "; ");
        export_text(w, nocase);
        export_text(w, "endswith; ");
    } else {
        export_text(w, "; ");
        put_content(w, s->value, strlen(s->value));
        export_text(w, "; ");
        export_text(w, nocase);
        export_text(w, "startswith; endswith; ");
    }
    return put_end(e, w, protocol, item);
}

static int put_address_rule(struct export *e, struct writer *w, const struct export_item *item)
{
    export_text(w, "alert ip any any <> ");
    export_text(w, item->indicator->subject.value);
    export_text(w, " any ");
    put_message(w, item->indicator);
    return put_end(e, w, "ip", item);
}

/* http://HOST[:PORT]/PATH: what is encrypted cannot be seen. */
static int put_url_rule(struct export *e, struct writer *w, const struct export_item *item)
{
    static const char scheme[] = "http://";
    const char *url = item->indicator->subject.value;
    if (strncmp(url, scheme, sizeof scheme - 1) != 0)
        return -EOPNOTSUPP;
    const char *host = url + sizeof scheme - 1;
    size_t host_len = strcspn(host, ":/?"), authority_len = strcspn(host, "/?");
    const char *path = host + authority_len;
    if (*host == '[' || host_len == 0 || *path != '/' || strlen(path) > CONTENT_MAX || host_len > CONTENT_MAX)
        return -EOPNOTSUPP;
    export_text(w, "alert http any any -> any any ");
    put_message(w, item->indicator);
    export_text(w, "http.host; ");
    put_content(w, host, host_len);
    export_text(w, "; startswith; endswith; http.uri.raw; ");
    put_content(w, path, strlen(path));
    export_text(w, "; startswith; endswith; ");
    return put_end(e, w, "http", item);
}

static int put_ja3_rule(struct export *e, struct writer *w, const struct export_item *item)
{
    export_text(w, "alert tls any any -> any any ");
    put_message(w, item->indicator);
    export_text(w, "ja3.hash; ");
    put_content(w, item->indicator->subject.value, strlen(item->indicator->subject.value));
    export_text(w, "; ");
    return put_end(e, w, "tls", item);
}

static int add_rules(struct export *e, const struct export_item *item)
{
    const struct subject *s = &item->indicator->subject;
    struct writer *w = export_begin_piece(e);
    int r = -EOPNOTSUPP;
    if (!export_is_acted_upon(item->indicator))
        return r;
    switch (s->kind) {
    case SUBJECT_DOMAIN:
    case SUBJECT_HOST:
        if (!export_is_plain_name(s->value) || strlen(s->value) >= CONTENT_MAX)
            break;
        r = put_name_rule(e, w, item, "dns", "dns.query");
        r = r < 0 ? r : put_name_rule(e, w, item, "tls", "tls.sni");
        r = r < 0 ? r : put_name_rule(e, w, item, "http", "http.host");
        break;
    case SUBJECT_ADDRESS:
    case SUBJECT_PREFIX:
        if (s->value[strspn(s->value, "0123456789abcdef.:/")] == '\0')
            r = put_address_rule(e, w, item);
        break;
    case SUBJECT_URL:
        r = put_url_rule(e, w, item);
        break;
    case SUBJECT_JA3:
        r = put_ja3_rule(e, w, item);
        break;
    default:
        break;
    }
    return r < 0 ? r : export_flush(e, file);
}

const struct export_form export_suricata = {.word = "suricata", .add = add_rules};
