/* Hands a role what it needs: configuration, memory, sockets, and channels to its neighbours. */
#include "apps/process/supervisor_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

/* Which roles talk to each other. */
static const struct {
    enum role a, b;
} links[] = {{ROLE_HUB, ROLE_STORE}, {ROLE_HUB, ROLE_DNS}, {ROLE_HUB, ROLE_FETCH}, {ROLE_HUB, ROLE_SHARE}, {ROLE_HUB, ROLE_WEB}};

static int hand_fd(struct child *c, uint32_t kind, uint32_t number, int fd)
{
    struct handover m = {.kind = kind, .number = number, .fd_count = 1, .fds = {fd}};
    return handover_send(c->fd, &m);
}

int supervisor_hand_config(struct supervisor *s, struct child *c)
{
    int fd = memfd_create("hinomi-config", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    int e = write(fd, &s->config, sizeof s->config) == (ssize_t)sizeof s->config ? 0 : -EIO;
    if (e == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
        e = -errno;
    if (e == 0)
        e = hand_fd(c, PARENT_CONFIG, 0, fd);
    close(fd);
    return e;
}

static int hand_sockets(struct child *c, const int *fds, int count)
{
    for (int at = 0; at < count;) {
        struct handover m = {.kind = PARENT_SOCKETS, .number = (uint32_t)at};
        while (at < count && m.fd_count < HANDOVER_FDS_MAX)
            m.fds[m.fd_count++] = fds[at++];
        int e = handover_send(c->fd, &m);
        if (e < 0)
            return e;
    }
    return 0;
}

/* A file that can no longer be opened is told; the role goes on with the others. */
static int hand_file(struct child *c, unsigned number, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        log_error(_("%s cannot be read: %s"), path, strerror(errno));
        return 0;
    }
    int e = hand_fd(c, PARENT_FILE, number, fd);
    close(fd);
    return e;
}

int supervisor_hand_files(struct supervisor *s, struct child *c)
{
    const struct config_lists *l = &s->config.lists;
    int e = 0;
    for (unsigned i = 0; e == 0 && c->role == ROLE_HUB && i < l->never_block_count; i++)
        e = hand_file(c, i, l->never_block[i]);
    for (unsigned i = 0; e == 0 && c->role == ROLE_HUB && i < CONFIG_GUARD_LISTS; i++)
        if (s->config.judge.guard_lists[i][0])
            e = hand_file(c, CONFIG_GUARD_FILES + i, s->config.judge.guard_lists[i]);
    _Static_assert((int)CONFIG_GUARD_FILES + (int)CONFIG_GUARD_LISTS <= (int)CONFIG_FILES_MAX, "the hub has a slot for each of its files");
    _Static_assert((int)FEED_MAX <= (int)CONFIG_FILES_MAX, "each feed may have a file");
    for (unsigned i = 0; e == 0 && c->role == ROLE_FETCH && i < s->config.feed_count; i++)
        if (s->config.feeds[i].secret_file[0])
            e = hand_file(c, i, s->config.feeds[i].secret_file);
    _Static_assert((int)CONFIG_NOTIFY_FILES + (int)NOTIFY_FILES <= (int)CONFIG_FILES_MAX, "and those that tell members");
    const char *const secrets[NOTIFY_FILES] = {[NOTIFY_PASSWORD_FILE] = s->config.notify.password_file, [NOTIFY_WEBHOOK_FILE] = s->config.notify.webhook_secret_file};
    for (unsigned i = 0; e == 0 && c->role == ROLE_FETCH && i < NOTIFY_FILES; i++)
        if (secrets[i][0])
            e = hand_file(c, CONFIG_NOTIFY_FILES + i, secrets[i]);
    _Static_assert((int)SHARE_KEY_FILES + (int)TAXII_RECIPIENTS_MAX <= (int)CONFIG_FILES_MAX, "each recipient may have two files");
    for (unsigned i = 0; e == 0 && c->role == ROLE_SHARE && i < s->config.share.recipient_count; i++) {
        const struct share_recipient *r = &s->config.share.recipients[i];
        e = r->token_file[0] ? hand_file(c, i, r->token_file) : 0;
        if (e == 0 && r->key_file[0])
            e = hand_file(c, SHARE_KEY_FILES + i, r->key_file);
    }
    return e;
}

/* A fresh channel between the role and each running neighbour. */
static int hand_peers(struct supervisor *s, struct child *c)
{
    for (size_t i = 0; i < array_len(links); i++) {
        if (links[i].a != c->role && links[i].b != c->role)
            continue;
        struct child *other = &s->children[links[i].a == c->role ? links[i].b : links[i].a];
        if (other->fd < 0)
            continue;
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
            return -errno;
        int e = hand_fd(c, PARENT_PEER, other->role, pair[0]);
        if (e == 0 && hand_fd(other, PARENT_PEER, c->role, pair[1]) < 0)
            log_warning(_("%s does not take a new channel"), role_name(other->role));
        close(pair[0]);
        close(pair[1]);
        if (e < 0)
            return e;
    }
    return 0;
}

int supervisor_hand_metrics(struct supervisor *s, struct child *c)
{
    if (s->metrics_fd >= 0)
        return hand_fd(c, PARENT_METRICS, 0, s->metrics_fd);
    return handover_send(c->fd, &(struct handover){.kind = PARENT_METRICS});
}

int supervisor_hand_all(struct supervisor *s, struct child *c)
{
    int e = supervisor_hand_config(s, c);
    if (e == 0)
        e = hand_fd(c, PARENT_MEMORY, 0, s->memory_fd);
    if (e == 0 && c->role == ROLE_DNS)
        e = hand_sockets(c, s->sockets, s->socket_count);
    if (e == 0 && c->role == ROLE_SHARE)
        e = hand_sockets(c, s->share_sockets, s->share_socket_count);
    if (e == 0 && c->role == ROLE_WEB)
        e = hand_sockets(c, s->web_sockets, s->web_socket_count);
    if (e == 0 && c->role == ROLE_HUB)
        e = hand_fd(c, PARENT_CONTROL, 0, s->control_fd);
    if (e == 0 && c->role == ROLE_HUB && s->metrics_fd >= 0)
        e = supervisor_hand_metrics(s, c);
    if (e == 0)
        e = supervisor_hand_files(s, c);
    if (e == 0)
        e = hand_peers(s, c);
    if (e == 0)
        e = handover_send(c->fd, &(struct handover){.kind = PARENT_GO});
    return e;
}
