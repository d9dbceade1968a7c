/* In which form a client's address is kept: whole, cut to its network, or under a keyed pseudonym.
 *
 * A pseudonym is the same for the same address and key, says nothing about the network (no two prefixes share anything),
 * and stands in fd00::/8 (RFC 4193 3.1), so that nobody takes it for an address of the Internet. Whoever has the key can try
 * all addresses; whoever has not cannot. Pure values, any thread.
 */
#ifndef HINOMI_MODEL_CLIENT_FORM_H
#define HINOMI_MODEL_CLIENT_FORM_H

#include "base/addr.h"
#include "base/sip.h"

enum client_form_kind { CLIENT_FULL, CLIENT_PREFIX, CLIENT_PSEUDONYM, CLIENT_FORM_COUNT };

struct client_form {
    enum client_form_kind kind;
    uint8_t ipv4_prefix; /* CLIENT_PREFIX: bits that are kept, 0..32 */
    uint8_t ipv6_prefix; /* 0..128 */
};

/* The secret of pseudonyms: 32 random octets. */
struct client_key {
    struct sip_key first, second;
};

struct addr client_in_form(const struct client_form *form, const struct client_key *key, const struct addr *client);

/* "full", "prefix", "pseudonym"; "unknown" beyond the enum. */
const char *client_form_word(unsigned kind);

#endif
