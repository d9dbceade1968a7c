/* Builds answers from a decision. */
#include "act/dns_answer/answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/dns/message.h"
#include "proto/dns/opt.h"

enum {
    ANCOUNT_AT = 6,
    NSCOUNT_AT = 8,
    HINFO_TTL_S = 3600, /* RFC 8482 4.2 leaves it open */
    EDE_FORGED = 4,     /* RFC 8914 4.5: data was made up by policy */
    TEXT_MAX = 256,     /* of an extended error: twice a list's name, a verdict's reference and the words */
};

/* Header and question; room is kept for the OPT record that a client with EDNS must get (RFC 6891 7). */
static struct writer begin(const struct dns_query *q, const uint8_t *message, unsigned rcode, uint8_t *to, size_t max)
{
    struct writer w = writer_of(to, q->edns && max > DNS_OPT_LEN ? max - DNS_OPT_LEN : max);
    uint16_t flags = (uint16_t)(DNS_FLAG_QR | DNS_FLAG_RA | (q->flags & (DNS_FLAG_OPCODE | DNS_FLAG_RD | DNS_FLAG_CD)) |
                                (rcode & DNS_FLAG_RCODE));
    writer_u16(&w, q->id);
    writer_u16(&w, flags);
    writer_u16(&w, q->question_len ? 1 : 0);
    writer_u16(&w, 0);
    writer_u32(&w, 0);
    writer_bytes(&w, message + DNS_HEADER_LEN, q->question_len);
    return w;
}

static size_t finish(struct writer *w, const struct dns_query *q, size_t max, unsigned rcode, uint16_t ede,
                     const char *text)
{
    w->max = max;
    if (q->edns)
        dns_opt_append(w, &(struct dns_opt){.rcode = rcode, .dnssec_ok = q->dnssec_ok, .ede = ede, .text = text});
    return w->full ? 0 : w->len;
}

size_t answer_error(const struct dns_query *q, const uint8_t *message, unsigned rcode, uint16_t ede, const char *text,
                    uint8_t *to, size_t max)
{
    struct writer w = begin(q, message, rcode, to, max);
    return finish(&w, q, max, rcode, ede, text);
}

/* A pointer into the question, at one of its labels. */
static uint16_t owner_pointer(const struct dns_query *q, unsigned label)
{
    return (uint16_t)(0xc000 | (DNS_HEADER_LEN + q->name.at[label]));
}

/* Whom records are about: the query's name, or what the aliases in front of them lead to. */
struct owner {
    uint16_t pointer;
    const struct dns_name *name;
};

/* Puts the aliases, if there are any. */
static struct owner begin_records(struct writer *w, const struct dns_query *q, const struct dns_chain *chain)
{
    if (!chain || chain->count == 0)
        return (struct owner){owner_pointer(q, 0), &q->name};
    return (struct owner){dns_chain_write(chain, w), &chain->end};
}

static unsigned aliases_of(const struct dns_chain *chain)
{
    return chain ? chain->count : 0;
}

/* RFC 2308: what lets a resolver behind us remember the block, and for how long. */
static void put_soa(struct writer *w, uint16_t owner)
{
    writer_u16(w, owner);
    writer_u16(w, DNS_TYPE_SOA);
    writer_u16(w, DNS_CLASS_IN);
    writer_u32(w, ANSWER_BLOCKED_TTL_S);
    writer_u16(w, 22);
    writer_u8(w, 0); /* MNAME: the root, no such server */
    writer_u8(w, 0); /* RNAME */
    writer_u32(w, 1);
    writer_u32(w, 3600);
    writer_u32(w, 600);
    writer_u32(w, 86400);
    writer_u32(w, ANSWER_BLOCKED_TTL_S);
    if (!w->full)
        writer_put_u16(w->base + NSCOUNT_AT, 1);
}

/* RPZ: a CNAME target that starts with "*" keeps the owner in front. False when the result is too long. */
static bool read_target(const struct dns_name *owner, const uint8_t *target, size_t target_len,
                        struct dns_name *ret_target)
{
    bool wildcard = target_len > 2 && target[0] == 1 && target[1] == '*';
    size_t kept = wildcard ? owner->len - 1u : 0;
    uint8_t wire[2 * DNS_NAME_MAX];
    if (target_len > DNS_NAME_MAX)
        return false;
    memcpy(wire, owner->wire, kept);
    memcpy(wire + kept, target + (wildcard ? 2 : 0), target_len - (wildcard ? 2 : 0));
    struct reader r = reader_of(wire, kept + target_len - (wildcard ? 2 : 0));
    return dns_name_read(&r, ret_target) == 0 && r.left == 0;
}

static bool put_target(struct writer *w, const struct dns_name *owner, const uint8_t *target, size_t target_len)
{
    struct dns_name name;
    if (!read_target(owner, target, target_len, &name))
        return false;
    writer_u16(w, name.len);
    writer_bytes(w, name.wire, name.len);
    return true;
}

/* The records of the decision that answer this type; 0 when there is none. */
static unsigned put_local_data(struct writer *w, const struct dns_query *q, const struct owner *owner,
                               const struct dns_decision *d)
{
    struct reader r = reader_of(d->data, d->data_len);
    unsigned count = 0;
    while (r.left > 0) {
        uint16_t type = reader_u16(&r);
        uint32_t ttl = reader_u32(&r);
        uint16_t len = reader_u16(&r);
        const uint8_t *rdata = reader_take(&r, len);
        if (r.failed)
            break;
        if (type != q->qtype && type != DNS_TYPE_CNAME && q->qtype != DNS_TYPE_ANY)
            continue;
        size_t before = w->len;
        writer_u16(w, owner->pointer);
        writer_u16(w, type);
        writer_u16(w, DNS_CLASS_IN);
        writer_u32(w, ttl);
        if (type == DNS_TYPE_CNAME) {
            if (!put_target(w, owner->name, rdata, len)) {
                w->len = before;
                continue;
            }
        } else {
            writer_u16(w, len);
            writer_bytes(w, rdata, len);
        }
        if (w->full) { /* more than the client takes: leave out this and the rest, say so */
            w->full = false;
            w->len = before;
            w->base[2] |= DNS_FLAG_TC >> 8;
            break;
        }
        count++;
    }
    return count;
}

int answer_wording_parse(const char *word, enum answer_wording *ret_wording)
{
    static const char *const words[] = {[ANSWER_IN_ENGLISH] = "en", [ANSWER_IN_JAPANESE] = "ja", [ANSWER_IN_BOTH] = "both"};
    for (unsigned i = 0; i < array_len(words); i++)
        if (strcmp(words[i], word) == 0) {
            *ret_wording = (enum answer_wording)i;
            return 0;
        }
    return -EINVAL;
}

/* Not by gettext: the language is that of the clients, not of the node, and the text is made for each answer. */
static const char *verdict_text(const struct dns_decision *d, char *text, size_t max)
{
    static const struct {
        const char *plain, *listed;
    } words[] = {
        [ANSWER_IN_ENGLISH] = {"verdict %1$s", "verdict %1$s list %2$s"},
        [ANSWER_IN_JAPANESE] = {"判定 %1$s", "判定 %1$s リスト %2$s"},
        [ANSWER_IN_BOTH] = {"判定 %1$s / verdict %1$s", "判定 %1$s リスト %2$s / verdict %1$s list %2$s"},
    };
    char ref[VERDICT_REF_TEXT_MAX];
    verdict_ref_format(d->verdict, ref);
    unsigned wording = d->wording < array_len(words) ? d->wording : ANSWER_IN_ENGLISH;
    if (d->list)
        snprintf(text, max, words[wording].listed, ref, d->list_name);
    else
        snprintf(text, max, words[wording].plain, ref);
    return text;
}

static size_t answer_truncated(const struct dns_query *q, const uint8_t *message, unsigned rcode, uint8_t *to, size_t max)
{
    struct writer w = begin(q, message, rcode, to, max);
    if (w.full)
        return 0;
    to[2] |= DNS_FLAG_TC >> 8;
    return finish(&w, q, max, rcode, DNS_EDE_NONE, NULL);
}

size_t answer_policy(const struct dns_query *q, const uint8_t *message, const struct dns_decision *d, uint8_t *to,
                     size_t max)
{
    return answer_policy_behind(q, message, d, NULL, to, max);
}

size_t answer_policy_behind(const struct dns_query *q, const uint8_t *message, const struct dns_decision *d,
                            const struct dns_chain *chain, uint8_t *to, size_t max)
{
    if (d->action == DNS_ACTION_DROP)
        return 0;
    unsigned rcode = d->action == DNS_ACTION_NXDOMAIN ? DNS_RCODE_NXDOMAIN : DNS_RCODE_NOERROR;
    struct writer w = begin(q, message, rcode, to, max);
    if (w.full)
        return 0;
    uint16_t ede = d->ede;
    if (d->action == DNS_ACTION_TRUNCATE) {
        to[2] |= DNS_FLAG_TC >> 8;
        ede = DNS_EDE_NONE;
    } else {
        struct owner owner = begin_records(&w, q, chain);
        if (w.full)
            return answer_truncated(q, message, rcode, to, max);
        unsigned records = d->action == DNS_ACTION_LOCAL_DATA ? put_local_data(&w, q, &owner, d) : 0;
        if (records > 0)
            ede = d->ede == DNS_EDE_NONE || d->is_sinkhole ? d->ede : EDE_FORGED;
        else
            put_soa(&w, d->trigger == DNS_TRIGGER_NAME && aliases_of(chain) == 0 ? owner_pointer(q, d->label)
                                                                                   : owner.pointer);
        if (w.full && aliases_of(chain) > 0) /* no room behind the aliases: the client comes again by TCP */
            return answer_truncated(q, message, rcode, to, max);
        writer_put_u16(to + ANCOUNT_AT, (uint16_t)(aliases_of(chain) + records));
    }
    char text[TEXT_MAX];
    return finish(&w, q, max, rcode, ede, q->edns && ede != DNS_EDE_NONE ? verdict_text(d, text, sizeof text) : NULL);
}

bool answer_policy_alias(const struct dns_query *q, const struct dns_name *owner, const struct dns_decision *d,
                         struct dns_name *ret_target, uint32_t *ret_ttl)
{
    struct reader r = reader_of(d->data, d->data_len);
    if (q->qtype == DNS_TYPE_CNAME || q->qtype == DNS_TYPE_ANY)
        return false;
    while (r.left > 0) {
        uint16_t type = reader_u16(&r);
        uint32_t ttl = reader_u32(&r);
        uint16_t len = reader_u16(&r);
        const uint8_t *rdata = reader_take(&r, len);
        if (r.failed)
            return false;
        if (type == DNS_TYPE_CNAME) {
            *ret_ttl = ttl;
            return read_target(owner, rdata, len, ret_target) && ret_target->labels > 0;
        }
    }
    return false;
}

/* What is made up by policy is not to be remembered for long, whatever the target's own TTL. */
static void put_followed(struct writer *w, const uint8_t *target_answer, size_t target_len, unsigned *records)
{
    struct dns_walk walk;
    struct dns_record rec;
    if (dns_walk_begin(&walk, target_answer, target_len) < 0)
        return;
    while (dns_walk_next(&walk, &rec) == 1 && rec.section == DNS_SECTION_ANSWER) {
        size_t before = w->len;
        if (rec.ttl > ANSWER_BLOCKED_TTL_S)
            rec.ttl = ANSWER_BLOCKED_TTL_S;
        if (rec.type == DNS_TYPE_RRSIG)
            continue;
        if (dns_record_write(w, &walk, &rec) < 0 || w->full) {
            w->full = false;
            w->len = before;
            w->base[2] |= DNS_FLAG_TC >> 8;
            return;
        }
        ++*records;
    }
}

size_t answer_policy_followed(const struct dns_query *q, const uint8_t *message, const struct dns_decision *d,
                              const struct dns_chain *chain, const uint8_t *target_answer, size_t target_len, uint8_t *to,
                              size_t max)
{
    unsigned rcode = target_len > 3 ? target_answer[3] & DNS_FLAG_RCODE : DNS_RCODE_SERVFAIL;
    struct writer w = begin(q, message, rcode, to, max);
    unsigned records = chain->count;
    (void)begin_records(&w, q, chain);
    if (w.full)
        return answer_truncated(q, message, rcode, to, max);
    put_followed(&w, target_answer, target_len, &records);
    writer_put_u16(to + ANCOUNT_AT, (uint16_t)records);
    uint16_t ede = d->action == DNS_ACTION_LOCAL_DATA ? EDE_FORGED : DNS_EDE_NONE;
    char text[TEXT_MAX];
    return finish(&w, q, max, rcode, ede, q->edns && ede != DNS_EDE_NONE ? verdict_text(d, text, sizeof text) : NULL);
}

size_t answer_any(const struct dns_query *q, const uint8_t *message, uint8_t *to, size_t max)
{
    static const uint8_t hinfo[] = {7, 'R', 'F', 'C', '8', '4', '8', '2', 0};
    struct writer w = begin(q, message, DNS_RCODE_NOERROR, to, max);
    writer_u16(&w, owner_pointer(q, 0));
    writer_u16(&w, DNS_TYPE_HINFO);
    writer_u16(&w, DNS_CLASS_IN);
    writer_u32(&w, HINFO_TTL_S);
    writer_u16(&w, sizeof hinfo);
    writer_bytes(&w, hinfo, sizeof hinfo);
    if (!w.full)
        writer_put_u16(to + ANCOUNT_AT, 1);
    return finish(&w, q, max, DNS_RCODE_NOERROR, DNS_EDE_NONE, NULL);
}
