/* The world that a scenario's worker lives in: its clock, its network and its upstream, all of them the scenario's.
 *
 * The clock and the network are the C library's own functions (clock_gettime, recvmmsg, sendmmsg, sendmsg, accept4),
 * defined in the program and so taken before the library's: the worker and its event loop are the real ones and know
 * nothing of it. The upstream takes the place of watch/dns/upstream.c at linking. One thread, one world.
 */
#ifndef HINOMI_TESTS_SCENARIO_FAKE_WORLD_H
#define HINOMI_TESTS_SCENARIO_FAKE_WORLD_H

#include <netinet/in.h>

#include "base/addr.h"
#include "proto/dns/query.h"

/* ---- clock ---- */

void world_clock_init(void);             /* 2026-01-01 00:00:00 UTC, an hour after the machine was started */
void world_clock_pass(int64_t us);       /* time goes on, for both clocks */
void world_clock_set_wall(int64_t us);   /* somebody sets the wall clock */
int64_t world_clock_wall_us(void);

/* ---- network ---- */

enum { WORLD_CLIENT_PORT = 40000 };

struct world_answer {
    struct addr to;
    bool tcp;
    size_t len;
    uint8_t octets[DNS_MESSAGE_MAX];
};

/* Descriptors for the worker's sockets. */
void world_network_open(int *ret_udp, int *ret_tcp);
void world_network_close(void);
void world_send_udp(const struct addr *from, const uint8_t *query, size_t len);
/* On a connection of its own; `half_close`: the client says that it will send nothing more. */
void world_send_tcp(const struct addr *from, const uint8_t *query, size_t len, bool half_close);
/* The oldest answer that came; false when there is none. */
bool world_take_answer(struct world_answer *ret_answer);

/* ---- upstream ---- */

enum world_word { WORLD_RECORDS, WORLD_NXDOMAIN, WORLD_NODATA, WORLD_SERVFAIL, WORLD_BOGUS, WORLD_SILENT };

enum { WORLD_DATA_MAX = 300 };

/* What the upstream says about a name and type. */
struct world_upstream {
    struct dns_name name;
    uint16_t type;
    enum world_word word;
    bool secure;
    uint32_t ttl_s, soa_ttl_s, soa_minimum_s;
    bool has_soa;
    struct dns_name alias; /* an alias stands before the records; length 0: none */
    bool alias_is_server; /* it is the name of a name server instead */
    unsigned address_count;
    struct addr address[WORLD_DATA_MAX];
};

void world_upstream_init(void);
void world_upstream_say(const struct world_upstream *say);
/* Any server that is asked directly about a name at or below the zone refers to its servers; `silent`: none of them answers,
 * and questions about it are met with a time-out. The longest such zone counts; of other names there are no zones. */
enum { WORLD_SERVERS_MAX = 4 };
struct world_referral {
    struct dns_name zone, server;
    bool silent;
    unsigned glue_count;
    struct addr glue[WORLD_SERVERS_MAX];
};
void world_upstream_refer(const struct world_referral *referral);
/* Answers all questions that were met with silence and are now known; how many. */
unsigned world_upstream_speak(void);
/* Questions since the last call to resolvers, to single servers, and those that nothing had been said about. */
unsigned world_upstream_asked(void);
unsigned world_servers_asked(void);
unsigned world_upstream_unknown(void);
/* Which of the resolvers the last question went to: "first", "second", "unchecked". */
const char *world_upstream_way(void);

#endif
