/* Carries the questions that libunbound asks one resolver there and back over TLS.
 *
 * Debian's libunbound is built without TLS, so it is told of a port on the loopback instead: what comes there as a datagram
 * goes out over one connection (RFC 7858), which is made when it is needed and kept as long as the resolver likes, padded
 * (RFC 8467 4.1) and pipelined. Whoever else on this machine finds the port gets what the resolver would tell anybody, and no
 * answer is taken that does not belong to a question. What is lost libunbound asks again. One thread.
 */
#ifndef HINOMI_WATCH_DNS_RELAY_H
#define HINOMI_WATCH_DNS_RELAY_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attr.h"

struct dns_tls_client;
struct event_base;
struct relay;

/* name: what the resolver must prove; borrowed, like client, as long as the relay lives. failures: counts connections that
 * came to nothing. */
int relay_new(struct event_base *loop, const struct dns_tls_client *client, const struct sockaddr *resolver,
              const char *name, _Atomic uint64_t *failures, struct relay **ret_relay) must_check;
void relay_free(struct relay *r);
/* Where to ask: 127.0.0.1 and this port. */
uint16_t relay_port(const struct relay *r);

#endif
