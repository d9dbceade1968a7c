/* Receives what the parent hands a role at its start. */
#include "apps/process/roles.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/policy/policy.h"
#include "base/log.h"
#include "base/text.h"

static const char *const role_names[] = {[ROLE_STORE] = "store", [ROLE_HUB] = "hub", [ROLE_DNS] = "dns", [ROLE_FETCH] = "fetch", [ROLE_SHARE] = "share",
                                        [ROLE_WEB] = "web"};
_Static_assert(array_len(role_names) == ROLE_COUNT, "one name per role");

const char *const node_policy_files[] = {[POLICY_LAYER_HAND] = "hand.img", [POLICY_LAYER_LISTS] = "lists.img",
                                          [POLICY_LAYER_BELIEF] = "belief.img", [POLICY_PART_MEMBERS] = "members.tbl"};
_Static_assert(array_len(node_policy_files) == POLICY_PARTS, "one file per part");

const char *role_name(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? role_names[role] : NULL;
}

static void close_files(struct role_start *s)
{
    for (size_t i = 0; i < array_len(s->files); i++) {
        if (s->files[i] >= 0)
            close(s->files[i]);
        s->files[i] = -1;
    }
}

static int take_config(struct role_start *s, int fd)
{
    struct stat st;
    struct config *c = malloc(sizeof *c);
    if (!c)
        return -ENOMEM;
    if (fstat(fd, &st) < 0 || st.st_size != sizeof *c || pread(fd, c, sizeof *c, 0) != sizeof *c ||
        c->size != sizeof *c) {
        free(c);
        return -EBADMSG;
    }
    free(s->config);
    s->config = c;
    close_files(s);
    return 0;
}

static int take_sockets(struct role_start *s, struct handover *m)
{
    if (m->number != s->socket_count || m->number + m->fd_count > DNS_SERVICE_SOCKETS_MAX)
        return -EBADMSG;
    for (unsigned i = 0; i < m->fd_count; i++)
        s->sockets[s->socket_count++] = m->fds[i];
    m->fd_count = 0;
    return 0;
}

static int take_fd(int *slot, struct handover *m)
{
    if (*slot >= 0)
        close(*slot);
    *slot = m->fds[0];
    m->fd_count = 0;
    return 0;
}

int role_take_config(struct role_start *s, struct handover *m)
{
    return m->fd_count == 1 ? take_config(s, m->fds[0]) : -EBADMSG;
}

int role_take_file(struct role_start *s, struct handover *m)
{
    return m->fd_count == 1 && m->number < CONFIG_FILES_MAX ? take_fd(&s->files[m->number], m) : -EBADMSG;
}

static int take(struct role_start *s, struct handover *m)
{
    int e = -EBADMSG;
    if (m->kind == PARENT_SOCKETS) {
        e = take_sockets(s, m);
    } else if (m->fd_count == 1) {
        switch (m->kind) {
        case PARENT_CONFIG:
            e = take_config(s, m->fds[0]);
            break;
        case PARENT_MEMORY:
            e = take_fd(&s->memory_fd, m);
            break;
        case PARENT_METRICS:
            e = take_fd(&s->metrics_fd, m);
            break;
        case PARENT_CONTROL:
            e = take_fd(&s->control_fd, m);
            break;
        case PARENT_FILE:
            e = role_take_file(s, m);
            break;
        case PARENT_PEER:
            e = m->number < ROLE_COUNT ? take_fd(&s->peers[m->number], m) : -EBADMSG;
            break;
        default:
            break;
        }
    }
    handover_drop(m);
    return e;
}

/* As whom the folder belongs to: its owner, taken over one day, may have put anything there. */
int role_own_certificate(const struct config *c, const char *folder, const struct certificate_names *names,
                         struct certificate *ret_certificate, struct certificate_pem *ret_pem, char *ret_error)
{
    char path[CONFIG_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", c->data, folder);
    int e = c->uid != 0 && (setegid(c->gid) < 0 || seteuid(c->uid) < 0) ? -errno : 0;
    int fd = e == 0 ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (e == 0 && fd < 0)
        e = -errno;
    if (e == 0)
        e = certificate_own(fd, names, ret_certificate, ret_pem, ret_error);
    else
        snprintf(ret_error, CERTIFICATE_ERROR_MAX, "%s: %s", folder, strerror(-e));
    if (fd >= 0)
        close(fd);
    if (c->uid != 0 && (seteuid(0) < 0 || setegid(0) < 0))
        abort(); /* neither root nor the node's user: nothing may go on like that */
    return e;
}

int role_tell_sandbox(int result, const struct sandbox_report *report)
{
    if (result < 0)
        log_error(_("the sandbox cannot be entered: %s: %s"), report->failed ? report->failed : "", strerror(-result));
    else if (!report->limited_files)
        log_warning(_("this kernel has no Landlock: files are limited by the user's rights alone"));
    return result;
}

int role_receive_start(struct role_start *ret_start)
{
    *ret_start = (struct role_start){.control_fd = -1, .metrics_fd = -1, .memory_fd = -1};
    for (int i = 0; i < ROLE_COUNT; i++)
        ret_start->peers[i] = -1;
    for (int i = 0; i < CONFIG_FILES_MAX; i++)
        ret_start->files[i] = -1;
    for (;;) {
        struct handover m;
        int e = handover_recv(ROLE_PARENT_FD, &m);
        if (e == 0)
            return -ECONNRESET;
        if (e < 0)
            return e;
        if (m.kind == PARENT_GO)
            return ret_start->config ? 0 : -EBADMSG;
        e = take(ret_start, &m);
        if (e < 0)
            return e;
    }
}

void role_check_renewal(const struct certificate *c, struct event *timer)
{
    enum { LOOK_EVERY_S = 3600 };
    int64_t in_s = certificate_renew_in_s(c);
    if (in_s <= 0 && handover_send(ROLE_PARENT_FD, &(struct handover){.kind = ROLE_ASKS_RENEWAL}) < 0)
        log_warning(_("the parent does not hear that the certificate ends soon"));
    struct timeval next = {.tv_sec = in_s > 0 && in_s < LOOK_EVERY_S ? in_s : LOOK_EVERY_S};
    event_add(timer, &next);
}
