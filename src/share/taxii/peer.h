/* The certificate that a client of TAXII shows: its fingerprint, and whether an authority of ours vouches for a name in it.
 *
 * That the client has the private key is settled by the handshake. A fingerprint means that one certificate, whatever it says of its
 * times; a name counts only in a certificate that is valid now, for clients, and leads to one of the authorities. One peer belongs to one
 * connection, and is used by one thread at a time.
 */
#ifndef HINOMI_SHARE_TAXII_PEER_H
#define HINOMI_SHARE_TAXII_PEER_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum { TAXII_FINGERPRINT_LEN = 32 /* SHA-256 of the certificate's DER */, TAXII_CHAIN_MAX = 8, TAXII_AUTHORITIES_MAX = 64 };

struct taxii_peer {
    bool is_read, has_certificate, is_vouched;
    uint8_t fingerprint[TAXII_FINGERPRINT_LEN];
    gnutls_x509_crt_t certificate; /* with is_vouched */
};

/* Authorities of PEM; -EBADMSG: there is none in it, or too many; -ENOMEM. gnutls_x509_trust_list_deinit(list, 1) frees. */
int taxii_authorities_read(const char *pem, gnutls_x509_trust_list_t *ret_authorities) must_check;
/* What the client of this session showed. authorities: NULL: none vouch. */
void taxii_peer_read(struct taxii_peer *p, gnutls_session_t session, gnutls_x509_trust_list_t authorities);
/* The same of a chain in DER, the client's own first. */
void taxii_peer_read_chain(struct taxii_peer *p, const gnutls_datum_t *chain, unsigned count, gnutls_x509_trust_list_t authorities);
/* A DNS name among its alternative names; only without any, the common name. No wildcards. */
bool taxii_peer_is_named(const struct taxii_peer *p, const char *name);
void taxii_peer_done(struct taxii_peer *p);

#endif
