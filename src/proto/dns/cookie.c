/* Makes and checks server cookies. */
#include "proto/dns/cookie.h"

#include "base/writer.h"

enum { VERSION = 1, HASH_AT = 8, HASH_LEN = 8 };

struct sip_key dns_cookie_secret_of(const uint8_t octets[DNS_COOKIE_SECRET_LEN])
{
    struct sip_key key = {0, 0};
    for (int i = 0; i < 8; i++) {
        key.k0 |= (uint64_t)octets[i] << (8 * i);
        key.k1 |= (uint64_t)octets[8 + i] << (8 * i);
    }
    return key;
}

static uint32_t time_of(const uint8_t *server_cookie)
{
    struct reader r = reader_of(server_cookie + 4, 4);
    return reader_u32(&r);
}

/* The key of a cookie's own day: nothing has to be remembered, and nothing to be done at midnight. */
static struct sip_key key_for(const struct dns_cookie_secrets *secrets, unsigned i, uint32_t time_s)
{
    struct sip_key key = secrets->key[i];
    if (!secrets->rolling)
        return key;
    uint32_t day[2] = {time_s / DNS_COOKIE_ROLL_S, 0};
    struct sip_key rolled = {.k0 = sip_hash_2_4(key, day, sizeof day)};
    day[1] = 1;
    rolled.k1 = sip_hash_2_4(key, day, sizeof day);
    return rolled;
}

/* The last eight octets of a server cookie whose first eight are given. RFC 9018 4.4. */
static void put_hash(struct sip_key key, const uint8_t *client_cookie, const uint8_t *head, const struct addr *client,
                     uint8_t *to)
{
    uint8_t input[DNS_CLIENT_COOKIE_LEN + HASH_AT + sizeof client->bytes];
    bool v4 = addr_is_v4(client);
    size_t address_len = v4 ? 4 : 16;
    memcpy(input, client_cookie, DNS_CLIENT_COOKIE_LEN);
    memcpy(input + DNS_CLIENT_COOKIE_LEN, head, HASH_AT);
    memcpy(input + DNS_CLIENT_COOKIE_LEN + HASH_AT, client->bytes + (v4 ? 12 : 0), address_len);
    uint64_t hash = sip_hash_2_4(key, input, DNS_CLIENT_COOKIE_LEN + HASH_AT + address_len);
    for (int i = 0; i < HASH_LEN; i++)
        to[i] = (uint8_t)(hash >> (8 * i));
}

static bool equal_in_constant_time(const uint8_t *a, const uint8_t *b, size_t n)
{
    unsigned differ = 0;
    for (size_t i = 0; i < n; i++)
        differ |= (unsigned)(a[i] ^ b[i]);
    return differ == 0;
}

bool dns_cookie_check(const struct dns_cookie_secrets *secrets, const struct dns_query *q, const struct addr *client,
                      uint32_t now_s)
{
    if (!q->has_server_cookie || q->server_cookie[0] != VERSION)
        return false;
    uint32_t time_s = time_of(q->server_cookie);
    int32_t age_s = (int32_t)(now_s - time_s); /* serial number arithmetic, RFC 9018 4.3 */
    if (age_s > DNS_COOKIE_OLD_S || age_s < -DNS_COOKIE_EARLY_S)
        return false;
    for (unsigned i = 0; i < secrets->count; i++) {
        uint8_t hash[HASH_LEN];
        put_hash(key_for(secrets, i, time_s), q->client_cookie, q->server_cookie, client, hash);
        if (equal_in_constant_time(hash, q->server_cookie + HASH_AT, sizeof hash))
            return true;
    }
    return false;
}

/* Of the first secret, and no change of it? */
static bool is_still_good(const struct dns_cookie_secrets *secrets, const struct dns_query *q,
                          const struct addr *client, uint32_t now_s)
{
    struct dns_cookie_secrets first = *secrets;
    first.count = 1;
    int32_t age_s = (int32_t)(now_s - time_of(q->server_cookie));
    return age_s < DNS_COOKIE_RENEW_S && dns_cookie_check(&first, q, client, now_s);
}

void dns_cookie_make(const struct dns_cookie_secrets *secrets, const struct dns_query *q, const struct addr *client,
                     uint32_t now_s, bool valid, uint8_t ret_data[DNS_COOKIE_LEN])
{
    uint8_t *server_cookie = ret_data + DNS_CLIENT_COOKIE_LEN;
    memcpy(ret_data, q->client_cookie, DNS_CLIENT_COOKIE_LEN);
    if (valid && is_still_good(secrets, q, client, now_s)) {
        memcpy(server_cookie, q->server_cookie, DNS_SERVER_COOKIE_LEN);
        return;
    }
    writer_put_u32(server_cookie, (uint32_t)VERSION << 24);
    writer_put_u32(server_cookie + 4, now_s);
    put_hash(key_for(secrets, 0, now_s), q->client_cookie, server_cookie, client, server_cookie + HASH_AT);
}
