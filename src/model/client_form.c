/* Shortens and hides client addresses. */
#include "model/client_form.h"

static const char *const words[] = {
    [CLIENT_FULL] = "full", [CLIENT_PREFIX] = "prefix", [CLIENT_PSEUDONYM] = "pseudonym"};
_Static_assert(array_len(words) == CLIENT_FORM_COUNT, "one word per form");

enum { IPV4_AT_BIT = 96, UNIQUE_LOCAL = 0xfd };

const char *client_form_word(unsigned kind)
{
    return kind < CLIENT_FORM_COUNT ? words[kind] : "unknown";
}

static struct addr cut(struct addr a, unsigned bits)
{
    for (unsigned i = 0; i < sizeof a.bytes; i++) {
        unsigned kept = bits > 8 * i ? bits - 8 * i : 0;
        if (kept < 8)
            a.bytes[i] &= (uint8_t)(0xff00u >> kept);
    }
    return a;
}

static struct addr pseudonym(const struct client_key *key, const struct addr *client)
{
    uint64_t halves[2] = {sip_hash_2_4(key->first, client->bytes, sizeof client->bytes),
                          sip_hash_2_4(key->second, client->bytes, sizeof client->bytes)};
    struct addr a;
    memcpy(a.bytes, halves, sizeof a.bytes);
    a.bytes[0] = UNIQUE_LOCAL;
    return a;
}

struct addr client_in_form(const struct client_form *form, const struct client_key *key, const struct addr *client)
{
    switch (form->kind) {
    case CLIENT_PREFIX:
        return cut(*client, addr_is_v4(client) ? IPV4_AT_BIT + form->ipv4_prefix : form->ipv6_prefix);
    case CLIENT_PSEUDONYM:
        return pseudonym(key, client);
    default:
        return *client;
    }
}
