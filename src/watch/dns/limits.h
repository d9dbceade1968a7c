/* Every limit of the DNS sensor and its reason, in one place. */
#ifndef HINOMI_WATCH_DNS_LIMITS_H
#define HINOMI_WATCH_DNS_LIMITS_H

enum {
    DNS_WORKERS_MAX = 64,  /* one per core; more cores than this are not one machine's resolver */
    DNS_LISTEN_MAX = 8,    /* addresses of each kind; a node answers on a few of its own */
    DNS_SOCKETS_MAX = 4 * DNS_LISTEN_MAX, /* of one worker: UDP, TCP, DoT, DoH */
    DNS_ACCESS_MAX = 256,  /* prefixes of the access list: searched one after the other for each client */
    DNS_STUBS_MAX = 64,
    DNS_REBINDING_ALLOW_MAX = 64,
    DNS_FORWARDS_MAX = 8,
    DNS_SEND_FROM_MAX = 8, /* own addresses that questions are sent from */

    DNS_BATCH = 64,           /* datagrams a system call: the gain of more is lost in the cache */
    DNS_BATCHES_IN_A_ROW = 16, /* before other sockets and timers get their turn */
    DNS_QUERY_MAX = 1280,      /* octets of a query; a real one is under 600 with every option */

    DNS_RATE_CLIENTS_MAX = 65536, /* buckets of one worker: 1 MiB; a power of two */
    DNS_RATE_SLIP = 2, /* of so many queries over the limit one is told to come by TCP, the others get no answer */

    DNS_PENDING_MAX = 8192,      /* queries of one worker that wait for an upstream; then SERVFAIL at once */
    DNS_CHAIN_TTL_MAX_S = 60,    /* aliases in front of the policy's word hold no longer than it does */
    DNS_REFRESHES_MAX = 512,     /* answers of one worker that are refreshed at one time; then they wait for a client */
    DNS_PENDING_DEADLINE_MS = 8000, /* then SERVFAIL: stub resolvers have given up by now */
    DNS_NS_SEARCHES_MAX = 1024,  /* for rules about name servers, at once; then SERVFAIL: a rule is not to be flooded away */
    DNS_NS_LOOKUPS_MAX = 16384,  /* questions of all searches; one that an upstream is slow with outlives its search */
    DNS_NS_ASKS_MAX = 24,        /* questions of a search to single servers: a name has few zones above it */
    DNS_NS_TRIES_MAX = 3,        /* servers of one zone that are asked until one speaks */
    DNS_NS_SEARCH_MS = 2000,     /* then a search says what it found: clients give up after five seconds */
    DNS_NS_GRACE_MS = 400,       /* for addresses and the zones' own word, when the referrals are known */
    DNS_NS_CUT_MIN_S = 60,       /* a referral is kept for as long as it says, within these: shorter would ask for each query, */
    DNS_NS_CUT_MAX_S = 3600,     /* longer would miss that a zone has moved */
    DNS_NS_NONE_S = 900,         /* so long no zone begins at a name */
    DNS_DIRECT_MS = 700,         /* of silence from one server; the servers of registries answer within 200 */
    DNS_STALE_AFTER_MS = 1800,   /* RFC 8767 6: client response timer */
    DNS_STALE_KEEP_S = 3 * 86400, /* RFC 8767 6: one to three days */
    DNS_STALE_TTL_S = 30,        /* RFC 8767 4 */

    DNS_CACHE_TTL_MAX_S = 86400,   /* RFC 8767 4 recommends seven days at most; a day frees what nobody asks for */
    DNS_CACHE_NEGATIVE_MAX_S = 3600, /* RFC 2308 5: one to three hours */
    DNS_CACHE_FAILURE_S = 5,       /* RFC 9520 3.2: at least one second, at most five minutes */

    /* Streams: TCP, DoT and DoH share these. */
    DNS_TCP_CLIENTS_MAX = 1024,  /* of one worker; the longest idle one is closed for a new one */
    DNS_TCP_IDLE_S = 10,         /* RFC 7766 6.2.3: of the order of seconds; a handshake that takes longer is no client */
    DNS_TCP_PIPELINE_MAX = 64,   /* answers a connection may wait for; then it is not read from */
    DNS_TCP_OUTPUT_MAX = 262144, /* octets a client may leave unread */
    DNS_TCP_INPUT_MAX = 4096,    /* octets held for a client that we do not read from: some queries */

    DNS_TLS_ACCEPT_MAX = 8, /* before datagrams get their turn: a handshake is some 0.2 ms of work */
    /* To one resolver by TLS. */
    DNS_RELAY_WAITING_MAX = 4096, /* questions under way, as many as libunbound has; the oldest is forgotten. A power of two */
    DNS_RELAY_OUTPUT_MAX = 262144, /* octets that wait for the connection */
    DNS_RELAY_RETRY_MS = 300,     /* after a connection that failed: below libunbound's patience with a server */
    DNS_RELAY_SILENCE_S = 10,     /* nothing heard for so long: a connection that is gone, or that nobody needs */

    DNS_RECORDS_MAX = 32, /* of one answer, for passive DNS: a name with more addresses than this is a pool of them */

    DNS_DOH_STREAMS_MAX = 8192,  /* open requests of one worker: as many as may wait for an upstream, 12 MiB */
    DNS_DOH_HEADERS_MAX = 8192,  /* octets of a request's header list; the longest query takes 1.7 KiB of it */
};

#endif
