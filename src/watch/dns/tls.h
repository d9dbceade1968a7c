/* TLS for streams: the certificate of a server, whom a client trusts, and a session of either between evbuffers.
 *
 * A session never sees a socket: encrypted octets come from one evbuffer and go to another, so whoever owns the socket
 * keeps all limits. TLS 1.2 and 1.3; no early data, which could be replayed; sessions are resumed by tickets whose key
 * lives as long as the struct dns_tls. That one is read-only once made and shared by all threads; it is made before the
 * sandbox, since GnuTLS may read its own configuration then.
 */
#ifndef HINOMI_WATCH_DNS_TLS_H
#define HINOMI_WATCH_DNS_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct evbuffer;
struct dns_tls;
struct dns_tls_client;
struct tls_session;

/* PEM texts: a certificate with what leads to its root, and its private key. ret_reason: GnuTLS's text. */
int dns_tls_new(const void *certificate, size_t certificate_len, const void *key, size_t key_len,
                struct dns_tls **ret_tls, const char **ret_reason) must_check;
void dns_tls_free(struct dns_tls *tls);

/* `alpn`: the only protocol spoken (RFC 7301), a literal; a client that names others and not this one is refused. */
int tls_session_new(const struct dns_tls *tls, const char *alpn, struct evbuffer *from_client,
                    struct evbuffer *to_client, struct tls_session **ret_session) must_check;
/* The side of a client: `authorities` is a PEM file of those who may vouch for a server. */
int dns_tls_client_new(const char *authorities, struct dns_tls_client **ret_client, const char **ret_reason) must_check;
void dns_tls_client_free(struct dns_tls_client *client);
/* A session with a server that must prove `name`; else tls_session_read is -EPROTO and nothing has been sent to it. */
int tls_session_connect(const struct dns_tls_client *client, const char *alpn, const char *name,
                        struct evbuffer *from_server, struct evbuffer *to_server, struct tls_session **ret_session)
    must_check;
void tls_session_free(struct tls_session *s);
/* Goes on with the handshake, then decrypts some of what has come. The number of octets added to `to`; 0: the client
 * has ended its side; -EAGAIN: more must come; -EPROTO: broken, with an alert for the client. */
int tls_session_read(struct tls_session *s, struct evbuffer *to) must_check;
/* Is the handshake done? */
bool tls_session_ready(const struct tls_session *s);
/* The name of the server that the client asked for (RFC 6066 3), without terminator; its length, 0: none or too long. */
int tls_session_server_name(const struct tls_session *s, char *name, size_t max);
/* Encrypts all of `from`. -EPROTO. */
int tls_session_write(struct tls_session *s, struct evbuffer *from) must_check;
/* Tells the client that nothing more will come. */
void tls_session_end(struct tls_session *s);

#endif
