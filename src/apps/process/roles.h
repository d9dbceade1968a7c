/* The processes of a node: who they are, what the parent hands them, and what they say to each other.
 *
 * Parent and role speak over base/handover on descriptor ROLE_PARENT_FD. After a start the parent sends CONFIG, MEMORY,
 * SOCKETS (dns, share, web) or CONTROL (hub), PEERs, then GO. When another role has been started anew, its neighbours get a new PEER.
 */
#ifndef HINOMI_APPS_ROLES_H
#define HINOMI_APPS_ROLES_H

#include <stdint.h>

#include "apps/config/config.h"
#include "base/handover.h"
#include "base/sandbox.h"

enum role { ROLE_STORE, ROLE_HUB, ROLE_DNS, ROLE_FETCH, ROLE_SHARE, ROLE_WEB, ROLE_COUNT };

enum { ROLE_PARENT_FD = 3 };

/* From the parent. */
enum {
    PARENT_CONFIG = 1,  /* fd: sealed memory holding struct config */
    PARENT_MEMORY,      /* fd: shared memory of all workers, see shared_memory.h */
    PARENT_SOCKETS,     /* fds: listening sockets, in order; number: index of the first */
    PARENT_CONTROL,     /* fd: listening Unix socket */
    PARENT_PEER,        /* fd: channel to the role `number` */
    PARENT_GO,          /* all is handed over */
    PARENT_FILE,        /* fd: a file to read; number: which one of the configuration (hub: never_block, and from CONFIG_GUARD_FILES on those of judge; fetch: the secret of that feed, and from CONFIG_NOTIFY_FILES on those of notify; share: the token of that recipient, and from SHARE_KEY_FILES on its key) */
    PARENT_METRICS,     /* hub: fd: listening socket for metrics; none: they are no longer served */
    PARENT_RELOADED,    /* number 0: the new configuration is in force, else it was refused; text: why */
};

/* To the parent. */
enum {
    ROLE_IS_READY = 64, /* text: for the log, may be empty */
    ROLE_ASKS_RELOAD,
    ROLE_ASKS_RENEWAL, /* dns, share: start me again, the certificate is to be made anew */
};

/* Hub and dns over base/channel. */
enum {
    HUB_POLICY_CHANGED = 1, /* u8 part of the policy, u64 generation: the file is in place */
    DNS_POLICY_RESULT,      /* u8 part, u64 generation, u8 in force (1) or refused (0), text: why */
};
enum { HUB_DNS_MESSAGE_MAX = 1024, HUB_DNS_QUEUE_MAX = 64 << 10 };

/* "dns", ...; NULL beyond the enum. */
const char *role_name(enum role role);

/* Files below the data folder. */
#define NODE_LEDGER "ledger.db"
#define NODE_LEDGER_KEY "ledger.key"
#define NODE_LISTS "lists"
#define NODE_FEEDS "feeds"
#define NODE_POLICY "policy"
#define NODE_TELEMETRY "telemetry"
#define NODE_TLS "tls"
#define NODE_TLS_SHARE "tls/share" /* the share role's own: two roles that start at once do not make one key */
#define NODE_TLS_WEB "tls/web"
#define NODE_EXCHANGE "exchange" /* a folder, so that the share role sees what SQLite makes beside the file */
#define NODE_EXCHANGE_FILE NODE_EXCHANGE "/exchange.db"
#define NODE_CONTROL "control.sock"
#define NODE_LOCK "lock"
#define NODE_POLICY_KEY "key"
#define NODE_CLIENT_KEY "clients.key"

/* By part of the policy (act/policy/policy.h): file names in NODE_POLICY. */
extern const char *const node_policy_files[];

int role_dns_main(void);
int role_fetch_main(void);
int role_hub_main(void);
int role_share_main(void);
int role_store_main(void);
int role_web_main(void);

/* Receives everything up to PARENT_GO. The role owns what is in it. */
struct role_start {
    struct config *config;
    int sockets[DNS_SERVICE_SOCKETS_MAX];
    unsigned socket_count;
    int control_fd;          /* -1: none */
    int metrics_fd;          /* -1: none */
    int memory_fd;           /* -1: none */
    int files[CONFIG_FILES_MAX]; /* by their number in the configuration; -1: none */
    int peers[ROLE_COUNT];   /* -1: none */
};
int role_receive_start(struct role_start *ret_start) must_check;
/* A later PARENT_CONFIG: closes the files, which come anew. PARENT_FILE. Both take the message's descriptor; -EBADMSG. */
int role_take_config(struct role_start *s, struct handover *m) must_check;
int role_take_file(struct role_start *s, struct handover *m) must_check;

struct event;
/* Asks the parent for a new start when the node's own certificate comes near its end, since it is made where the role's sandbox does not
 * reach; sets the timer for the next look. */
void role_check_renewal(const struct certificate *c, struct event *timer);
/* The role's own certificate, from that folder below the data folder, as the node's user; before the sandbox. ret_pem as in
 * certificate.h. */
int role_own_certificate(const struct config *c, const char *folder, const struct certificate_names *names,
                         struct certificate *ret_certificate, struct certificate_pem *ret_pem, char *ret_error) must_check;
/* Says in the log what of the sandbox failed, or is not to be had on this kernel. Returns `result`. */
int role_tell_sandbox(int result, const struct sandbox_report *report);

#endif
