/* What the files of the supervisor share: the roles it has started, and the steps that more than one of them takes.
 *
 * supervisor.c starts, joins, restarts and ends the roles; supervisor_hand.c hands them what they need;
 * supervisor_open.c opens what only the parent may; supervisor_reload.c puts another configuration in force.
 */
#ifndef HINOMI_APPS_SUPERVISOR_IMPL_H
#define HINOMI_APPS_SUPERVISOR_IMPL_H

#include "apps/process/roles.h"
#include "apps/process/shared_memory.h"

struct event;
struct event_base;

struct child {
    enum role role;
    pid_t pid; /* 0: not running */
    int fd;    /* our end; -1 */
    struct event *readable, *restart;
    uint64_t started_ms;
    unsigned pause_ms;
    unsigned deaths;
    bool ready;
    bool replaced; /* ended by us, to be started with a new configuration */
};

struct supervisor {
    struct config config;
    struct event_base *loop;
    struct child children[ROLE_COUNT];
    int sockets[DNS_SERVICE_SOCKETS_MAX];
    int socket_count;
    int share_sockets[SHARE_SOCKETS_MAX], share_socket_count;
    int web_sockets[WEB_SOCKETS_MAX], web_socket_count;
    int control_fd, memory_fd, lock_fd;
    int metrics_fd; /* -1: not served */
    struct shared_memory memory; /* for telling how the roles are */
    struct event *signals[4], *kill_timer, *certificate_timer;
    struct certificate_watch {
        struct certificate_files seen, refused; /* as the files were */
    } dns_certificate, share_certificate, web_certificate;
    bool stopping;
};

/* supervisor_hand.c */
int supervisor_hand_config(struct supervisor *s, struct child *c) must_check;
/* The files that the role reads by a descriptor: those of never-block lists, secrets of feeds. */
int supervisor_hand_files(struct supervisor *s, struct child *c) must_check;
/* The socket for metrics, or that there is none any more. */
int supervisor_hand_metrics(struct supervisor *s, struct child *c) must_check;
/* Everything that a role gets at its start. */
int supervisor_hand_all(struct supervisor *s, struct child *c) must_check;

/* supervisor_open.c */
/* Opens the sockets of a configuration. `ours`: we listen already, and the old ones stay open until the new role has the
 * new ones; else another program on one of the addresses is an error. How many; or negative errno and a text. */
int supervisor_open_sockets(const struct config *c, bool ours, int *ret_fds, char *ret_error) must_check;
void supervisor_close_sockets(const int *fds, int count);
/* The same for the servers of the share role, by its configuration. Where `old` (NULL: nothing) listens already, its socket is taken along. */
int supervisor_open_share(const struct config *c, const struct share_options *old, const int *old_fds, int *ret_fds,
                          char *ret_error) must_check;
/* The same for the console. */
int supervisor_open_web(struct web_listen *web, const struct web_listen *old, const int *old_fds, int *ret_fds, char *ret_error) must_check;
/* The listening socket for metrics, or -1 when there is none to be; negative errno and a text in *ret_failed. */
int supervisor_open_metrics(const struct config *c, int *ret_fd, char *ret_error) must_check;
/* Are the files of the certificates, if any are named, of use? */
int supervisor_try_certificate(const struct config *c, char *ret_error) must_check;
/* Folders, lock, sockets, shared memory. An exit code, after an error message. */
int supervisor_open(struct supervisor *s);

/* supervisor_reload.c: reads the configuration again and puts it in force, or tells why not. */
void supervisor_reload(struct supervisor *s);
/* Have the files of the certificate changed? Whoever renews them need not tell us. Called every few seconds. */
void supervisor_check_certificate(struct supervisor *s);
/* Ends a role, to be started again with what holds now. */
void supervisor_replace(struct child *c);

#endif
