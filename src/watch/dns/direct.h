/* Asks one authoritative server one question, without recursion: how name_servers.c hears whom a server refers to.
 *
 * libunbound keeps that to itself. A socket, a port and an identifier for each question (RFC 5452 9.2, 10), by UDP, and by TCP
 * when the answer is cut (RFC 7766 5); nothing is asked again here. Part of upstream.c, whose options hold: own addresses, and
 * nobody on this machine unless a stub or forwarder stands there. One thread.
 */
#ifndef HINOMI_WATCH_DNS_DIRECT_H
#define HINOMI_WATCH_DNS_DIRECT_H

#include "watch/dns/upstream.h"

struct direct;

/* options: borrowed for as long. */
int direct_new(struct event_base *loop, const struct upstream_options *options, struct direct **ret_direct) must_check;
/* Questions under way are forgotten: nobody is told. */
void direct_free(struct direct *d);
/* As upstream_ask. */
int direct_ask(struct direct *d, const struct addr *server, uint16_t port, const struct dns_query *q, upstream_done_fn *done,
               void *self) must_check;

#endif
