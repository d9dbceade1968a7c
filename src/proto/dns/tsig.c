/* Computes and compares transaction signatures, as a client and as a server. */
#include "proto/dns/tsig.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "proto/dns/message.h"

enum { TSIG_BADSIG = 16, TSIG_BADKEY = 17, TSIG_BADTIME = 18, ARCOUNT_AT = 10 };

static const struct {
    const char *word;
    size_t mac_len;
    uint8_t wire[14];
    uint8_t wire_len;
} algorithms[] = {
    [TSIG_HMAC_SHA256] = {"hmac-sha256", 32, "\013hmac-sha256", 13},
    [TSIG_HMAC_SHA512] = {"hmac-sha512", 64, "\013hmac-sha512", 13},
};
_Static_assert(array_len(algorithms) == TSIG_ALGORITHM_COUNT, "one row per algorithm");

int tsig_algorithm_parse(const char *word, enum tsig_algorithm *ret_algorithm)
{
    for (size_t i = 0; i < array_len(algorithms); i++) {
        if (strcasecmp(word, algorithms[i].word) == 0) {
            *ret_algorithm = (enum tsig_algorithm)i;
            return 0;
        }
    }
    return -EINVAL;
}

const char *tsig_algorithm_word(enum tsig_algorithm algorithm)
{
    return (unsigned)algorithm < TSIG_ALGORITHM_COUNT ? algorithms[algorithm].word : "unknown";
}

int tsig_secret_parse(const char *text, size_t len, struct tsig_key *key)
{
    size_t n = 0;
    const char *end = NULL;
    if (sodium_base642bin(key->secret, sizeof key->secret, text, len, " \t\r\n", &n, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text + len || n == 0)
        return -EINVAL;
    key->secret_len = n;
    return 0;
}

/* ---- HMAC of either kind ---- */

static void hmac_init(struct tsig *t)
{
    if (t->key->algorithm == TSIG_HMAC_SHA256)
        crypto_auth_hmacsha256_init(&t->hmac.sha256, t->key->secret, t->key->secret_len);
    else
        crypto_auth_hmacsha512_init(&t->hmac.sha512, t->key->secret, t->key->secret_len);
}

static void hmac_add(struct tsig *t, const void *octets, size_t len)
{
    if (t->key->algorithm == TSIG_HMAC_SHA256)
        crypto_auth_hmacsha256_update(&t->hmac.sha256, octets, len);
    else
        crypto_auth_hmacsha512_update(&t->hmac.sha512, octets, len);
}

static void hmac_final(struct tsig *t, uint8_t *mac)
{
    if (t->key->algorithm == TSIG_HMAC_SHA256)
        crypto_auth_hmacsha256_final(&t->hmac.sha256, mac);
    else
        crypto_auth_hmacsha512_final(&t->hmac.sha512, mac);
}

/* ---- the TSIG record ---- */

struct record {
    size_t at; /* where it begins in the message */
    struct dns_name key, algorithm;
    uint64_t time_s;
    uint16_t fudge_s, original_id, error;
    const uint8_t *mac, *other;
    uint16_t mac_len, other_len;
};

static void put_time(struct writer *w, uint64_t time_s, uint16_t fudge_s)
{
    writer_u16(w, (uint16_t)(time_s >> 32));
    writer_u32(w, (uint32_t)time_s);
    writer_u16(w, fudge_s);
}

/* RFC 8945 4.3.3: everything of the record but the MAC and the original identifier. */
static void hmac_variables(struct tsig *t, const struct record *r)
{
    uint8_t octets[2 * DNS_NAME_MAX + 32];
    struct writer w = writer_of(octets, sizeof octets);
    writer_bytes(&w, t->key->name.wire, t->key->name.len);
    writer_u16(&w, DNS_CLASS_ANY);
    writer_u32(&w, 0);
    writer_bytes(&w, algorithms[t->key->algorithm].wire, algorithms[t->key->algorithm].wire_len);
    put_time(&w, r->time_s, r->fudge_s);
    writer_u16(&w, r->error);
    writer_u16(&w, r->other_len);
    hmac_add(t, octets, w.len);
    hmac_add(t, r->other, r->other_len);
}

static void hmac_timers(struct tsig *t, const struct record *r)
{
    uint8_t octets[8];
    struct writer w = writer_of(octets, sizeof octets);
    put_time(&w, r->time_s, r->fudge_s);
    hmac_add(t, octets, w.len);
}

/* RFC 8945 4.3.1: the MAC before, with its length. */
static void hmac_prior(struct tsig *t)
{
    uint8_t len[2];
    writer_put_u16(len, (uint16_t)t->mac_len);
    hmac_add(t, len, sizeof len);
    hmac_add(t, t->mac, t->mac_len);
}

/* Appends the record, with the MAC if it is to have one. */
static void put_record(const struct tsig *t, const struct tsig_key *key, const struct record *r, size_t mac_len, struct writer *message)
{
    writer_bytes(message, key->name.wire, key->name.len);
    writer_u16(message, DNS_TYPE_TSIG);
    writer_u16(message, DNS_CLASS_ANY);
    writer_u32(message, 0);
    writer_u16(message, (uint16_t)(algorithms[key->algorithm].wire_len + 16 + mac_len + r->other_len));
    writer_bytes(message, algorithms[key->algorithm].wire, algorithms[key->algorithm].wire_len);
    put_time(message, r->time_s, r->fudge_s);
    writer_u16(message, (uint16_t)mac_len);
    writer_bytes(message, t->mac, mac_len);
    writer_bytes(message, message->base, 2); /* the original identifier */
    writer_u16(message, r->error);
    writer_u16(message, r->other_len);
    writer_bytes(message, r->other, r->other_len);
    if (!message->full) {
        struct reader count = reader_of(message->base + ARCOUNT_AT, 2);
        writer_put_u16(message->base + ARCOUNT_AT, (uint16_t)(reader_u16(&count) + 1));
    }
}

void tsig_sign(struct tsig *t, const struct tsig_key *key, struct writer *message, uint64_t now_s)
{
    *t = (struct tsig){.key = key, .mac_len = algorithms[key->algorithm].mac_len};
    struct record r = {.time_s = now_s, .fudge_s = TSIG_FUDGE_S, .other = (const uint8_t *)""};
    hmac_init(t);
    hmac_add(t, message->base, message->len);
    hmac_variables(t, &r);
    hmac_final(t, t->mac);
    put_record(t, key, &r, t->mac_len, message);
    hmac_init(t);
    hmac_prior(t);
}

/* 1 and the record, 0 when there is none. It must be the last of all (RFC 8945 5.1). */
static int find_record(const uint8_t *message, size_t len, struct record *ret_record)
{
    struct dns_walk w;
    struct dns_record rec;
    struct record r = {0};
    if (dns_walk_begin_answer(&w, message, len) < 0)
        return -EBADMSG;
    int e;
    bool found = false;
    for (;;) {
        size_t at = w.at;
        e = dns_walk_next(&w, &rec);
        if (e <= 0)
            break;
        if (found)
            return -EBADMSG;
        found = rec.type == DNS_TYPE_TSIG;
        r.at = at;
    }
    if (e < 0)
        return -EBADMSG;
    if (!found)
        return 0;
    if (rec.section != DNS_SECTION_ADDITIONAL || rec.class != DNS_CLASS_ANY || rec.ttl != 0 || w.at != len)
        return -EBADMSG;
    struct reader d = reader_of(message + rec.rdata_at, rec.rdata_len);
    r.key = rec.owner;
    if (dns_name_read(&d, &r.algorithm) < 0)
        return -EBADMSG;
    r.time_s = (uint64_t)reader_u16(&d) << 32;
    r.time_s |= reader_u32(&d);
    r.fudge_s = reader_u16(&d);
    r.mac_len = reader_u16(&d);
    r.mac = reader_take(&d, r.mac_len);
    r.original_id = reader_u16(&d);
    r.error = reader_u16(&d);
    r.other_len = reader_u16(&d);
    r.other = reader_take(&d, r.other_len);
    if (d.failed || d.left > 0)
        return -EBADMSG;
    *ret_record = r;
    return 1;
}

static bool is_of_key(const struct record *r, const struct tsig_key *key)
{
    return dns_name_equal(&r->key, &key->name) && r->algorithm.len == algorithms[key->algorithm].wire_len &&
           memcmp(r->algorithm.wire, algorithms[key->algorithm].wire, r->algorithm.len) == 0;
}

/* The message as it was signed: with its original identifier, without the TSIG record. */
static void hmac_message(struct tsig *t, const uint8_t *message, size_t len, const struct record *r)
{
    uint8_t header[DNS_HEADER_LEN];
    memcpy(header, message, sizeof header);
    if (r) {
        struct reader count = reader_of(message + ARCOUNT_AT, 2);
        writer_put_u16(header, r->original_id);
        writer_put_u16(header + ARCOUNT_AT, (uint16_t)(reader_u16(&count) - 1));
        len = r->at;
    }
    hmac_add(t, header, sizeof header);
    hmac_add(t, message + DNS_HEADER_LEN, len - DNS_HEADER_LEN);
}

static int compare(struct tsig *t, const struct record *r, uint64_t now_s)
{
    uint8_t mac[TSIG_MAC_MAX];
    hmac_final(t, mac);
    if (r->mac_len != t->mac_len || sodium_memcmp(mac, r->mac, t->mac_len) != 0)
        return -EKEYREJECTED;
    if (r->time_s > now_s + r->fudge_s || now_s > r->time_s + r->fudge_s)
        return -ETIME;
    if (r->error == TSIG_BADTIME)
        return -ETIME;
    if (r->error != 0)
        return r->error == TSIG_BADKEY ? -ENOKEY : -EKEYREJECTED;
    return 0;
}

int tsig_verify(struct tsig *t, const uint8_t *message, size_t len, uint64_t now_s)
{
    struct record r;
    int found = find_record(message, len, &r);
    if (found < 0)
        return found;
    if (found == 1 && !is_of_key(&r, t->key))
        return -ENOKEY;
    if (found == 0) {
        /* The first answer is signed, and of a stream each hundredth. */
        if (!t->begun || t->unsigned_count == TSIG_UNSIGNED_MAX)
            return -EKEYREJECTED;
        t->unsigned_count++;
        hmac_message(t, message, len, NULL);
        return 0;
    }
    /* A server that does not know the key, or that we failed to sign for, cannot sign: RFC 8945 5.2. */
    if (r.mac_len == 0 && r.error != 0)
        return r.error == TSIG_BADKEY ? -ENOKEY : r.error == TSIG_BADTIME ? -ETIME : -EKEYREJECTED;
    hmac_message(t, message, len, &r);
    if (t->begun)
        hmac_timers(t, &r);
    else
        hmac_variables(t, &r);
    int e = compare(t, &r, now_s);
    if (e < 0)
        return e;
    t->begun = true;
    t->unsigned_count = 0;
    memcpy(t->mac, r.mac, r.mac_len);
    hmac_init(t);
    hmac_prior(t);
    return 1;
}

/* ---- as a server ---- */

int tsig_key_name(const uint8_t *message, size_t len, struct dns_name *ret_name)
{
    struct record r;
    int found = find_record(message, len, &r);
    if (found == 1)
        *ret_name = r.key;
    return found;
}

int tsig_accept(struct tsig *t, const struct tsig_key *key, const uint8_t *message, size_t len, uint64_t now_s)
{
    struct record r;
    *t = (struct tsig){.key = key, .mac_len = algorithms[key->algorithm].mac_len};
    int found = find_record(message, len, &r);
    if (found < 1)
        return found < 0 ? found : -EKEYREJECTED;
    if (!is_of_key(&r, key))
        return -ENOKEY;
    t->request_s = r.time_s;
    hmac_init(t);
    hmac_message(t, message, len, &r);
    hmac_variables(t, &r);
    int e = compare(t, &r, now_s);
    if (e < 0 && e != -ETIME)
        return e;
    memcpy(t->mac, r.mac, r.mac_len); /* true, if perhaps too late: the answer to that is signed as well */
    return e;
}

static void sign_answer(struct tsig *t, struct writer *message, const struct record *r)
{
    hmac_init(t);
    hmac_prior(t);
    hmac_add(t, message->base, message->len);
    if (t->begun)
        hmac_timers(t, r);
    else
        hmac_variables(t, r);
    hmac_final(t, t->mac);
    t->begun = true;
    put_record(t, t->key, r, t->mac_len, message);
}

void tsig_answer(struct tsig *t, struct writer *message, uint64_t now_s)
{
    struct record r = {.time_s = now_s, .fudge_s = TSIG_FUDGE_S, .other = (const uint8_t *)""};
    sign_answer(t, message, &r);
}

void tsig_refuse(struct tsig *t, int error, const uint8_t *request, size_t len, struct writer *message, uint64_t now_s)
{
    struct record of, r = {.time_s = now_s, .fudge_s = TSIG_FUDGE_S, .other = (const uint8_t *)""};
    if (error == -ETIME) {
        uint8_t other[6]; /* RFC 8945 5.2.3: our time, in an answer that is signed with theirs */
        writer_put_u16(other, (uint16_t)(now_s >> 32));
        writer_put_u32(other + 2, (uint32_t)now_s);
        r.time_s = t->request_s;
        r.error = TSIG_BADTIME;
        r.other = other;
        r.other_len = sizeof other;
        sign_answer(t, message, &r);
        return;
    }
    if (find_record(request, len, &of) != 1)
        return;
    /* Unsigned (RFC 8945 5.2.1, 5.2.2), with the names of the request: its key may be none of ours. */
    writer_bytes(message, of.key.wire, of.key.len);
    writer_u16(message, DNS_TYPE_TSIG);
    writer_u16(message, DNS_CLASS_ANY);
    writer_u32(message, 0);
    writer_u16(message, (uint16_t)(of.algorithm.len + 16));
    writer_bytes(message, of.algorithm.wire, of.algorithm.len);
    put_time(message, of.time_s, r.fudge_s);
    writer_u16(message, 0);
    writer_bytes(message, message->base, 2);
    writer_u16(message, error == -ENOKEY ? TSIG_BADKEY : TSIG_BADSIG);
    writer_u16(message, 0);
    if (!message->full) {
        struct reader count = reader_of(message->base + ARCOUNT_AT, 2);
        writer_put_u16(message->base + ARCOUNT_AT, (uint16_t)(reader_u16(&count) + 1));
    }
}
