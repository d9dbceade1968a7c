/* Makes keys of notes, reads and writes their texts. */
#include "proto/tlog/note_key.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base/utf8.h"
#include "base/writer.h"
#include "proto/tlog/base64.h"

static const char private_mark[] = "PRIVATE+KEY+";

/* The White_Space property of Unicode. */
static bool is_space(uint32_t c)
{
    return c == 0x20 || (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool note_name_check(const char *name, size_t len)
{
    struct reader r = reader_of(name, len);
    bool is_good = len > 0 && len < NOTE_NAME_MAX;
    while (r.left > 0 && is_good) {
        uint32_t c = utf8_take(&r);
        is_good = !r.failed && c >= 0x20 && c != '+' && !is_space(c);
    }
    return is_good;
}

static uint32_t id_of(enum note_type type, const char *name, const uint8_t public_key[NOTE_KEY_OCTETS])
{
    uint8_t mark[2] = {'\n', (uint8_t)type}, hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)name, strlen(name));
    crypto_hash_sha256_update(&state, mark, sizeof mark);
    crypto_hash_sha256_update(&state, public_key, NOTE_KEY_OCTETS);
    crypto_hash_sha256_final(&state, hash);
    struct reader r = reader_of(hash, 4);
    return reader_u32(&r);
}

int note_key_init(struct note_key *k, enum note_type type, const char *name, const uint8_t public_key[NOTE_KEY_OCTETS])
{
    size_t len = strlen(name);
    if (!note_name_check(name, len))
        return -EINVAL;
    *k = (struct note_key){.type = type};
    memcpy(k->name, name, len);
    memcpy(k->public_key, public_key, NOTE_KEY_OCTETS);
    k->id = id_of(type, k->name, public_key);
    return 0;
}

int note_signer_init(struct note_signer *s, enum note_type type, const char *name, const uint8_t seed[NOTE_KEY_OCTETS])
{
    static_assert(sizeof s->secret == crypto_sign_SECRETKEYBYTES, "");
    static_assert(NOTE_KEY_OCTETS == crypto_sign_PUBLICKEYBYTES && NOTE_KEY_OCTETS == crypto_sign_SEEDBYTES, "");
    uint8_t public_key[NOTE_KEY_OCTETS];
    crypto_sign_seed_keypair(public_key, s->secret, seed);
    int result = note_key_init(&s->key, type, name, public_key);
    if (result < 0)
        note_signer_wipe(s);
    return result;
}

void note_signer_wipe(struct note_signer *s)
{
    sodium_memzero(s, sizeof *s);
}

struct parts {
    char name[NOTE_NAME_MAX];
    uint32_t id;
    enum note_type type;
    uint8_t octets[NOTE_KEY_OCTETS];
};

/* "NAME+HEX+BASE64", where the base64 is of the type and 32 octets. A name has no plus, base64 may have. */
static int parse_parts(struct reader r, struct parts *p)
{
    const uint8_t *plus = r.left > 0 ? memchr(r.at, '+', r.left) : NULL;
    if (!plus)
        return -EINVAL;
    size_t name_len = (size_t)(plus - r.at);
    if (!note_name_check((const char *)r.at, name_len))
        return -EINVAL;
    *p = (struct parts){.id = 0};
    reader_copy(&r, p->name, name_len);
    reader_skip(&r, 1);
    uint8_t id[4], octets[1 + NOTE_KEY_OCTETS];
    size_t n = 0;
    const char *hex = (const char *)reader_take(&r, 8);
    if (!hex || sodium_hex2bin(id, sizeof id, hex, 8, NULL, &n, NULL) != 0 || n != sizeof id || reader_u8(&r) != '+')
        return -EINVAL;
    struct reader id_reader = reader_of(id, sizeof id);
    p->id = reader_u32(&id_reader);
    int len = r.left > 0 ? base64_decode((const char *)r.at, r.left, octets, sizeof octets) : -EBADMSG;
    if (len < 1)
        return -EINVAL;
    if (octets[0] != NOTE_ED25519 && octets[0] != NOTE_COSIGNATURE)
        return -EPROTONOSUPPORT;
    if (len != sizeof octets)
        return -EINVAL;
    p->type = (enum note_type)octets[0];
    memcpy(p->octets, octets + 1, NOTE_KEY_OCTETS);
    sodium_memzero(octets, sizeof octets);
    return 0;
}

int note_key_parse(const char *text, size_t len, struct note_key *ret_key)
{
    struct parts p;
    int result = parse_parts(reader_of(text, len), &p);
    struct note_key key;
    if (result == 0)
        result = note_key_init(&key, p.type, p.name, p.octets);
    if (result < 0)
        return result;
    if (key.id != p.id)
        return -EKEYREJECTED;
    *ret_key = key;
    return 0;
}

int note_signer_parse(const char *text, size_t len, struct note_signer *ret_signer)
{
    size_t mark = sizeof private_mark - 1;
    if (len < mark || memcmp(text, private_mark, mark) != 0)
        return -EINVAL;
    struct parts p = {.id = 0};
    struct note_signer signer;
    int result = parse_parts(reader_of(text + mark, len - mark), &p);
    if (result == 0)
        result = note_signer_init(&signer, p.type, p.name, p.octets);
    if (result == 0 && signer.key.id != p.id)
        result = -EKEYREJECTED;
    if (result == 0)
        *ret_signer = signer;
    sodium_memzero(&p, sizeof p);
    note_signer_wipe(&signer);
    return result;
}

static int format_parts(const struct note_key *k, const uint8_t octets[NOTE_KEY_OCTETS], char *to, size_t max)
{
    uint8_t typed[1 + NOTE_KEY_OCTETS] = {(uint8_t)k->type};
    memcpy(typed + 1, octets, NOTE_KEY_OCTETS);
    char base64[(sizeof typed + 2) / 3 * 4 + 1];
    struct writer w = writer_of(base64, sizeof base64);
    base64_write(&w, typed, sizeof typed);
    writer_u8(&w, '\0');
    int len = snprintf(to, max, "%s+%08x+%s", k->name, (unsigned)k->id, base64);
    sodium_memzero(typed, sizeof typed);
    sodium_memzero(base64, sizeof base64);
    return len;
}

int note_key_format(const struct note_key *k, char *to)
{
    return format_parts(k, k->public_key, to, NOTE_KEY_TEXT_MAX);
}

int note_signer_format(const struct note_signer *s, char *to)
{
    size_t mark = sizeof private_mark - 1;
    memcpy(to, private_mark, mark);
    return (int)mark + format_parts(&s->key, s->secret, to + mark, NOTE_KEY_TEXT_MAX - mark);
}
