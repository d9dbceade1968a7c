/* Reads the configuration again, refuses what is wrong, and has the roles take what is right. */
#include "apps/process/supervisor_impl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

static void answer_reload(struct supervisor *s, uint32_t result, const char *text)
{
    struct child *hub = &s->children[ROLE_HUB];
    if (hub->fd < 0)
        return;
    struct handover m = {.kind = PARENT_RELOADED, .number = result};
    int n = snprintf(m.text, sizeof m.text, "%s", text);
    m.text_len = n < 0 ? 0 : (size_t)n < sizeof m.text ? (size_t)n : sizeof m.text - 1;
    if (handover_send(hub->fd, &m) < 0)
        log_warning(_("hub does not hear about the reload"));
}

/* What the running processes cannot take: they were made around it. */
static const char *needs_restart(const struct config *old, const struct config *new)
{
    if (old->dns.workers != new->dns.workers)
        return _("workers: a change needs a restart of hinomi");
    if (old->ring_bytes != new->ring_bytes)
        return _("ring_mib: a change needs a restart of hinomi");
    if (old->uid != new->uid)
        return _("user: a change needs a restart of hinomi");
    return NULL;
}

void supervisor_replace(struct child *c)
{
    c->replaced = true;
    if (c->pid > 0)
        kill(c->pid, SIGTERM);
}

static void apply_config(struct supervisor *s, const struct config *next)
{
    bool dns_changed = !dns_service_options_equal(&s->config.dns, &next->dns);
    bool store_changed = strcmp(s->config.engine, next->engine) != 0 ||
                         s->config.store_memory_mib != next->store_memory_mib ||
                         memcmp(s->config.retention_days, next->retention_days, sizeof next->retention_days) != 0;
    bool feeds_changed = s->config.feed_count != next->feed_count ||
                         memcmp(s->config.feeds, next->feeds, next->feed_count * sizeof next->feeds[0]) != 0 ||
                         memcmp(&s->config.fetch, &next->fetch, sizeof next->fetch) != 0 ||
                         memcmp(&s->config.notify, &next->notify, sizeof next->notify) != 0;
    bool web_changed = !web_listen_equal(&s->config.web, &next->web);
    bool share_changed = !share_options_equal(&s->config.share, &next->share);
    s->config = *next;
    for (int i = 0; i < ROLE_COUNT; i++)
        if (s->children[i].fd >= 0 && (supervisor_hand_config(s, &s->children[i]) < 0 ||
                                       supervisor_hand_files(s, &s->children[i]) < 0))
            log_warning(_("%s does not take the new configuration"), role_name((enum role)i));
    if (dns_changed)
        supervisor_replace(&s->children[ROLE_DNS]);
    if (feeds_changed)
        supervisor_replace(&s->children[ROLE_FETCH]);
    if (web_changed)
        supervisor_replace(&s->children[ROLE_WEB]);
    if (share_changed)
        supervisor_replace(&s->children[ROLE_SHARE]);
    if (store_changed)
        supervisor_replace(&s->children[ROLE_STORE]);
}

/* To another address, or (-1) away. */
static void move_metrics(struct supervisor *s, int fd)
{
    struct child *hub = &s->children[ROLE_HUB];
    if (s->metrics_fd >= 0)
        close(s->metrics_fd);
    s->metrics_fd = fd;
    if (hub->fd >= 0 && supervisor_hand_metrics(s, hub) < 0)
        log_warning(_("%s does not take the new configuration"), role_name(ROLE_HUB));
}

static void close_unused(const int *old, int old_count, const int *new, int new_count)
{
    for (int i = 0; i < old_count; i++) {
        bool stays = false;
        for (int k = 0; k < new_count; k++)
            stays = stays || new[k] == old[i];
        if (!stays)
            close(old[i]);
    }
}

static int move_web(struct supervisor *s, struct config *next, char *ret_error)
{
    int fds[WEB_SOCKETS_MAX];
    int n = supervisor_open_web(&next->web, &s->config.web, s->web_sockets, fds, ret_error);
    if (n < 0)
        return n;
    close_unused(s->web_sockets, s->web_socket_count, fds, n);
    if (n > 0)
        memcpy(s->web_sockets, fds, (size_t)n * sizeof fds[0]);
    s->web_socket_count = n;
    return 0;
}

/* To other addresses; the role is started anew with them, as its options have changed. */
static int move_share(struct supervisor *s, const struct config *next, char *ret_error)
{
    int fds[SHARE_SOCKETS_MAX];
    int n = supervisor_open_share(next, &s->config.share, s->share_sockets, fds, ret_error);
    if (n < 0)
        return n;
    close_unused(s->share_sockets, s->share_socket_count, fds, n);
    if (n > 0)
        memcpy(s->share_sockets, fds, (size_t)n * sizeof fds[0]);
    s->share_socket_count = n;
    return 0;
}

void supervisor_reload(struct supervisor *s)
{
    char error[CONFIG_ERROR_MAX];
    struct config *next = malloc(sizeof *next);
    if (!next)
        return;
    config_defaults(next);
    snprintf(next->data, sizeof next->data, "%s", s->config.data);
    int e = s->config.source[0] ? config_load(s->config.source, next, error) : 0;
    if (e == 0)
        e = supervisor_try_certificate(next, error);
    const char *reason = e < 0 ? error : needs_restart(&s->config, next);
    bool metrics_moved = memcmp(&s->config.metrics, &next->metrics, sizeof next->metrics) != 0;
    int metrics_fd = -1;
    if (!reason && metrics_moved && supervisor_open_metrics(next, &metrics_fd, error) < 0)
        reason = error;
    int fds[DNS_SERVICE_SOCKETS_MAX];
    if (!reason && !dns_service_same_addresses(&s->config.dns, &next->dns)) {
        int n = supervisor_open_sockets(next, true, fds, error);
        if (n < 0) {
            reason = error;
        } else {
            supervisor_close_sockets(s->sockets, s->socket_count);
            memcpy(s->sockets, fds, (size_t)n * sizeof fds[0]);
            s->socket_count = n;
        }
    }
    if (!reason && !share_options_same_addresses(&s->config.share, &next->share) && move_share(s, next, error) < 0)
        reason = error;
    if (!reason && !web_listen_same_addresses(&s->config.web, &next->web) && move_web(s, next, error) < 0)
        reason = error;
    if (reason && metrics_fd >= 0)
        close(metrics_fd);
    if (!reason && metrics_moved)
        move_metrics(s, metrics_fd);
    if (reason) {
        log_error(_("configuration refused, the running one is kept: %s"), reason);
        answer_reload(s, 1, reason);
    } else {
        apply_config(s, next);
        log_notice(_("configuration in force: %s"), next->source[0] ? next->source : _("defaults"));
        answer_reload(s, 0, "");
    }
    free(next);
}

/* Has one of them changed, and for longer than a moment? Then the role is started with it. */
static void check_certificate(struct supervisor *s, enum role role, struct certificate_files *read, struct certificate_watch *watch)
{
    struct certificate_files now = *read;
    certificate_files_stamp(&now);
    /* Twice the same: both files have been written. */
    bool changed = !certificate_files_equal(&now, read);
    bool settled = certificate_files_equal(&now, &watch->seen);
    bool refused = certificate_files_equal(&now, &watch->refused);
    watch->seen = now;
    if (!changed || !settled || refused)
        return;
    char error[CERTIFICATE_ERROR_MAX];
    if (certificate_try(&now, error) < 0) {
        watch->refused = now;
        log_error(_("the changed certificate is refused, the one read before is kept: %s"), error);
        return;
    }
    log_notice(_("%s has changed: %s is started again with it"), now.certificate, role_name(role));
    *read = now;
    supervisor_replace(&s->children[role]);
}

void supervisor_check_certificate(struct supervisor *s)
{
    struct config *c = &s->config;
    if (s->stopping)
        return;
    if (c->dns.certificate.certificate[0] && dns_service_is_encrypted(&c->dns))
        check_certificate(s, ROLE_DNS, &c->dns.certificate, &s->dns_certificate);
    if (c->share.certificate.certificate[0] && c->share.listen_count > 0)
        check_certificate(s, ROLE_SHARE, &c->share.certificate, &s->share_certificate);
    if (c->web.certificate.certificate[0] && c->web.count > 0)
        check_certificate(s, ROLE_WEB, &c->web.certificate, &s->web_certificate);
}
