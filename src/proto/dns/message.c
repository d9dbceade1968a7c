/* Walks and packs DNS messages. */
#include "proto/dns/message.h"

#include <errno.h>

/* How the data of types with names is laid out: n name that may be compressed, N name that may not, digits octets to
 * copy, * the rest. Types that are absent are opaque (RFC 3597). */
static const struct {
    uint16_t type;
    const char *layout;
} layout_table[] = {
    {DNS_TYPE_NS, "n"},     {DNS_TYPE_CNAME, "n"},  {DNS_TYPE_SOA, "nn*"},  {DNS_TYPE_MB, "n"},
    {DNS_TYPE_MG, "n"},     {DNS_TYPE_MR, "n"},     {DNS_TYPE_PTR, "n"},    {DNS_TYPE_MINFO, "nn"},
    {DNS_TYPE_MX, "2n"},    {DNS_TYPE_RP, "NN"},    {DNS_TYPE_AFSDB, "2N"}, {DNS_TYPE_SRV, "6N"},
    {DNS_TYPE_KX, "2N"},    {DNS_TYPE_DNAME, "N"},
};

static const char *layout_of(uint16_t type)
{
    for (size_t i = 0; i < array_len(layout_table); i++)
        if (layout_table[i].type == type)
            return layout_table[i].layout;
    return "*";
}

static int walk_begin(struct dns_walk *w, const uint8_t *message, size_t len, unsigned questions_min)
{
    struct reader r = reader_of(message, len);
    w->message = message;
    w->len = len;
    w->id = reader_u16(&r);
    w->flags = reader_u16(&r);
    uint16_t questions = reader_u16(&r);
    for (int i = 0; i < DNS_SECTION_COUNT; i++)
        w->left[i] = reader_u16(&r);
    if (r.failed || questions < questions_min || questions > 1)
        return -EBADMSG;
    w->qtype = w->qclass = 0;
    if (questions == 1) {
        if (dns_name_read(&r, &w->qname) < 0)
            return -EBADMSG;
        w->qtype = reader_u16(&r);
        w->qclass = reader_u16(&r);
        if (r.failed)
            return -EBADMSG;
    }
    w->at = (size_t)(r.at - message);
    return 0;
}

int dns_walk_begin(struct dns_walk *w, const uint8_t *message, size_t len)
{
    return walk_begin(w, message, len, 1);
}

int dns_walk_begin_answer(struct dns_walk *w, const uint8_t *message, size_t len)
{
    return walk_begin(w, message, len, 0);
}

int dns_walk_next(struct dns_walk *w, struct dns_record *ret_record)
{
    struct dns_record *rec = ret_record;
    int section = 0;
    while (section < DNS_SECTION_COUNT && w->left[section] == 0)
        section++;
    if (section == DNS_SECTION_COUNT)
        return 0;
    size_t next;
    if (dns_name_read_compressed(w->message, w->len, w->at, &rec->owner, &next) < 0)
        return -EBADMSG;
    struct reader r = reader_of(w->message + next, w->len - next);
    rec->type = reader_u16(&r);
    rec->class = reader_u16(&r);
    rec->ttl = reader_u32(&r);
    rec->rdata_len = reader_u16(&r);
    rec->section = (enum dns_section)section;
    rec->rdata_at = r.failed ? 0 : (size_t)(r.at - w->message);
    reader_skip(&r, rec->rdata_len);
    if (r.failed)
        return -EBADMSG;
    if (rec->ttl & 0x80000000u) /* RFC 2181 8: a negative TTL counts as zero */
        rec->ttl = 0;
    w->at = (size_t)(r.at - w->message);
    w->left[section]--;
    return 1;
}

/* One part of a record's data: a name, or octets to copy. */
struct rdata_part {
    bool is_name, compressible;
    struct dns_name name;
    const uint8_t *octets;
    size_t len;
};

/* 1 and the next part, 0 after the last, -EBADMSG when the data does not fit its layout. */
static int rdata_next(const struct dns_walk *w, const struct dns_record *rec, const char **layout, size_t *at,
                      struct rdata_part *ret_part)
{
    size_t end = rec->rdata_at + rec->rdata_len;
    char kind = **layout;
    if (kind == '\0')
        return *at == end ? 0 : -EBADMSG;
    (*layout)++;
    if (kind == 'n' || kind == 'N') {
        size_t next;
        if (dns_name_read_compressed(w->message, end, *at, &ret_part->name, &next) < 0)
            return -EBADMSG;
        ret_part->is_name = true;
        ret_part->compressible = kind == 'n';
        *at = next;
        return 1;
    }
    size_t n = kind == '*' ? end - *at : (size_t)(kind - '0');
    if (n > end - *at)
        return -EBADMSG;
    ret_part->is_name = false;
    ret_part->octets = w->message + *at;
    ret_part->len = n;
    *at += n;
    return 1;
}

int dns_record_name(const struct dns_walk *w, const struct dns_record *r, unsigned n, struct dns_name *ret_name)
{
    const char *layout = layout_of(r->type);
    size_t at = r->rdata_at;
    struct rdata_part part;
    int e;
    while ((e = rdata_next(w, r, &layout, &at, &part)) > 0) {
        if (part.is_name && n-- == 0) {
            *ret_name = part.name;
            return 0;
        }
    }
    return e < 0 ? e : -ENOENT;
}

int dns_record_data(const struct dns_walk *w, const struct dns_record *r, struct writer *out)
{
    const char *layout = layout_of(r->type);
    size_t at = r->rdata_at;
    struct rdata_part part;
    int e;
    while ((e = rdata_next(w, r, &layout, &at, &part)) > 0)
        writer_bytes(out, part.is_name ? part.name.wire : part.octets, part.is_name ? part.name.len : part.len);
    return e;
}

/* Suffixes already written and where: enough for common answers; beyond it names are simply written out. */
enum { SUFFIXES_MAX = 96 };

struct packer {
    struct writer out;
    unsigned suffixes;
    struct {
        uint32_t hash;
        uint16_t at; /* offset in out */
        uint8_t len; /* wire octets of the suffix */
        uint8_t wire[DNS_NAME_MAX];
    } suffix[SUFFIXES_MAX];
};

static uint32_t suffix_hash(const uint8_t *wire, size_t len)
{
    uint32_t h = 2166136261u; /* FNV-1a: a filter before the comparison, over one small bounded table */
    for (size_t i = 0; i < len; i++)
        h = (h ^ wire[i]) * 16777619u;
    return h;
}

static void put_name(struct packer *p, const struct dns_name *name, bool compress)
{
    for (unsigned i = 0; i < name->labels; i++) {
        const uint8_t *suffix = name->wire + name->at[i];
        size_t len = (size_t)(name->len - name->at[i]);
        uint32_t hash = suffix_hash(suffix, len);
        if (compress) {
            for (unsigned k = 0; k < p->suffixes; k++) {
                if (p->suffix[k].hash == hash && p->suffix[k].len == len &&
                    memcmp(p->suffix[k].wire, suffix, len) == 0) {
                    writer_u16(&p->out, (uint16_t)(0xc000 | p->suffix[k].at));
                    return;
                }
            }
        }
        if (p->suffixes < SUFFIXES_MAX && p->out.len < 0x4000) {
            unsigned k = p->suffixes++;
            p->suffix[k].at = (uint16_t)p->out.len;
            p->suffix[k].len = (uint8_t)len;
            p->suffix[k].hash = hash;
            memcpy(p->suffix[k].wire, suffix, len);
        }
        writer_bytes(&p->out, suffix, 1u + suffix[0]);
    }
    writer_u8(&p->out, 0);
}

static int put_record(struct packer *p, const struct dns_walk *w, const struct dns_record *rec, size_t *ret_ttl_at)
{
    put_name(p, &rec->owner, true);
    writer_u16(&p->out, rec->type);
    writer_u16(&p->out, rec->class);
    *ret_ttl_at = p->out.len;
    writer_u32(&p->out, rec->ttl);
    size_t len_at = p->out.len;
    writer_u16(&p->out, 0);
    const char *layout = layout_of(rec->type);
    size_t at = rec->rdata_at;
    struct rdata_part part;
    int e;
    while ((e = rdata_next(w, rec, &layout, &at, &part)) > 0) {
        if (part.is_name)
            put_name(p, &part.name, part.compressible);
        else
            writer_bytes(&p->out, part.octets, part.len);
    }
    if (e < 0)
        return e;
    if (!p->out.full)
        writer_put_u16(p->out.base + len_at, (uint16_t)(p->out.len - len_at - 2));
    return 0;
}

int dns_record_write(struct writer *out, const struct dns_walk *w, const struct dns_record *r)
{
    struct packer p;
    size_t ttl_at;
    p.out = *out;
    p.suffixes = 0;
    int e = put_record(&p, w, r, &ttl_at);
    *out = p.out;
    return e;
}

static bool is_dnssec_type(uint16_t type)
{
    return type == DNS_TYPE_RRSIG || type == DNS_TYPE_NSEC || type == DNS_TYPE_NSEC3;
}

static bool leave_out(const struct dns_walk *w, const struct dns_record *rec, bool keep_dnssec)
{
    if (rec->type == DNS_TYPE_OPT || rec->type == DNS_TYPE_TSIG)
        return true;
    return !keep_dnssec && is_dnssec_type(rec->type) &&
           !(rec->section == DNS_SECTION_ANSWER && (w->qtype == rec->type || w->qtype == DNS_TYPE_ANY));
}

/* RFC 2308 5: a negative answer lives for the smaller of the SOA's own TTL and its MINIMUM field. */
static uint32_t lifetime(const struct dns_walk *w, const struct dns_record *rec)
{
    if (rec->section != DNS_SECTION_AUTHORITY || rec->type != DNS_TYPE_SOA || rec->rdata_len < 4)
        return rec->ttl;
    struct reader r = reader_of(w->message + rec->rdata_at + rec->rdata_len - 4, 4);
    uint32_t minimum = reader_u32(&r);
    return minimum < rec->ttl ? minimum : rec->ttl;
}

uint32_t dns_message_lifetime_s(const uint8_t *message, size_t len)
{
    struct dns_walk w;
    if (dns_walk_begin(&w, message, len) < 0)
        return 0;
    unsigned rcode = w.flags & DNS_FLAG_RCODE;
    if (rcode != DNS_RCODE_NOERROR && rcode != DNS_RCODE_NXDOMAIN)
        return 0;
    uint32_t min = UINT32_MAX;
    struct dns_record rec;
    int e;
    while ((e = dns_walk_next(&w, &rec)) > 0 && rec.section != DNS_SECTION_ADDITIONAL) {
        if (rec.section == DNS_SECTION_AUTHORITY && rec.type != DNS_TYPE_SOA)
            continue;
        uint32_t life = lifetime(&w, &rec);
        min = life < min ? life : min;
    }
    return e < 0 || min == UINT32_MAX ? 0 : min;
}

int dns_message_pack(const uint8_t *message, size_t len, bool keep_dnssec, uint8_t *to, size_t max,
                     struct dns_pack_ttls *ret_ttls)
{
    struct dns_walk w;
    if (dns_walk_begin(&w, message, len) < 0)
        return -EBADMSG;
    struct packer p;
    p.out = writer_of(to, max);
    p.suffixes = 0;
    writer_bytes(&p.out, message, DNS_HEADER_LEN);
    put_name(&p, &w.qname, false);
    writer_u16(&p.out, w.qtype);
    writer_u16(&p.out, w.qclass);
    if (p.out.full)
        return -EMSGSIZE;

    struct dns_pack_ttls ttls = {.count = 0, .min_s = UINT32_MAX};
    uint16_t counts[DNS_SECTION_COUNT] = {0};
    bool truncated = false;
    struct dns_record rec;
    int e;
    while ((e = dns_walk_next(&w, &rec)) > 0) {
        if (leave_out(&w, &rec, keep_dnssec))
            continue;
        if (ttls.count == DNS_PACK_TTLS_MAX)
            return -E2BIG;
        size_t before = p.out.len;
        unsigned suffixes_before = p.suffixes;
        uint32_t life = lifetime(&w, &rec);
        rec.ttl = life;
        size_t ttl_at;
        e = put_record(&p, &w, &rec, &ttl_at);
        if (e < 0)
            return e;
        if (p.out.full) {
            p.out.len = before;
            p.out.full = false;
            p.suffixes = suffixes_before;
            truncated = rec.section != DNS_SECTION_ADDITIONAL;
            break;
        }
        ttls.at[ttls.count++] = (uint16_t)ttl_at;
        if (rec.section != DNS_SECTION_ADDITIONAL && life < ttls.min_s)
            ttls.min_s = life;
        counts[rec.section]++;
    }
    if (e < 0)
        return e;
    uint16_t flags = w.flags & (uint16_t)~DNS_FLAG_TC;
    if (truncated || (w.flags & DNS_FLAG_TC))
        flags |= DNS_FLAG_TC;
    writer_put_u16(to + 2, flags);
    writer_put_u16(to + 4, 1);
    for (int i = 0; i < DNS_SECTION_COUNT; i++)
        writer_put_u16(to + 6 + 2 * i, counts[i]);
    *ret_ttls = ttls;
    return (int)p.out.len;
}
