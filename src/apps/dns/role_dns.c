/* The dns role: workers that answer, and a control thread that puts policies in force when the hub says so. */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/process/hub_link.h"
#include "apps/process/roles.h"
#include "apps/process/shared_memory.h"
#include "apps/exchange/zone_notify.h"
#include "base/log.h"
#include "base/priority.h"
#include "base/text.h"
#include "base/writer.h"

enum { RECLAIM_MS = 20 };

struct dns_role {
    struct role_start start;
    struct event_base *loop;
    struct shared_memory memory;
    int folder; /* NODE_POLICY */
    struct policy_groups *groups;
    struct dns_service service;
    struct zone_notify notify;
    struct hub_link hub;
    struct event *parent, *terminate, *reclaim, *renewal;
    struct certificate certificate; /* of TLS, which the service owns */
    uint64_t generation[POLICY_PARTS];
};

/* ---- policy ---- */

static void show_generations(struct dns_role *r)
{
    for (unsigned i = 0; i < r->memory.workers; i++)
        for (int part = 0; part < POLICY_PARTS; part++)
            dns_gauge(&shared_memory_counters(&r->memory, i)->policy_generation[part], r->generation[part]);
}

static void on_reclaim(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct dns_role *r = self;
    static const struct timeval soon = {.tv_usec = RECLAIM_MS * 1000};
    if (!policy_slot_reclaim(&r->service.policy.slot))
        event_add(r->reclaim, &soon);
}

/* Opens a layer's image; NULL and a text when it cannot be used or is older than the one in force. */
static struct policy_image *open_layer(struct dns_role *r, enum policy_layer layer, const char **ret_reason)
{
    struct policy_image *image;
    *ret_reason = NULL;
    if (policy_image_open(r->folder, node_policy_files[layer], true, &image, ret_reason) < 0)
        return NULL;
    struct policy_image_info info;
    policy_image_info(image, &info);
    if (info.generation < r->generation[layer]) {
        *ret_reason = N_("the image is older than the one in force");
        policy_image_close(image);
        return NULL;
    }
    r->generation[layer] = info.generation;
    return image;
}

static struct member_table *open_members(struct dns_role *r, const char **ret_reason)
{
    struct member_table *table;
    *ret_reason = NULL;
    if (member_table_open(r->folder, node_policy_files[POLICY_PART_MEMBERS], &table, ret_reason) < 0)
        return NULL;
    r->generation[POLICY_PART_MEMBERS] = member_table_generation(table);
    return table;
}

static void tell_hub(struct dns_role *r, unsigned part, uint64_t generation, const char *reason)
{
    uint8_t message[HUB_DNS_MESSAGE_MAX];
    struct writer w = writer_of(message, sizeof message);
    writer_u8(&w, (uint8_t)part);
    writer_u64(&w, generation);
    writer_u8(&w, reason == NULL);
    if (reason)
        writer_bytes(&w, reason, strnlen(reason, 200));
    struct channel *hub = hub_link_channel(&r->hub);
    if (hub && channel_send(hub, DNS_POLICY_RESULT, message, w.len) < 0)
        log_warning(_("the hub does not take the news of a policy"));
}

/* NULL and a text: the part cannot be used. */
static struct policy *next_policy(struct dns_role *r, unsigned part, const char **ret_reason)
{
    const struct policy *old = atomic_load(&r->service.policy.slot.current);
    struct policy *next = NULL;
    if (part == POLICY_PART_MEMBERS) {
        struct member_table *table = open_members(r, ret_reason);
        next = table ? policy_with_members(old, table) : NULL;
        if (table && !next)
            member_table_close(table);
    } else {
        struct policy_image *image = open_layer(r, (enum policy_layer)part, ret_reason);
        next = image ? policy_with_layer(old, (enum policy_layer)part, image) : NULL;
        if (image && !next)
            policy_image_close(image);
    }
    if (!next && !*ret_reason)
        *ret_reason = N_("out of memory");
    return next;
}

static void put_in_force(struct dns_role *r, unsigned part, uint64_t announced)
{
    if (announced != 0 && announced <= r->generation[part]) {
        tell_hub(r, part, r->generation[part], NULL); /* read at the start, or overtaken by a newer one */
        return;
    }
    const char *reason = NULL;
    struct policy *next = next_policy(r, part, &reason);
    if (!next) {
        log_error(_("policy image refused, the one in force is kept: %s"), _(reason));
        tell_hub(r, part, announced, reason);
        return;
    }
    while (policy_slot_swap(&r->service.policy.slot, next) == -EBUSY)
        usleep(200); /* a worker holds the one before for less than a batch */
    show_generations(r);
    tell_hub(r, part, r->generation[part], NULL);
    on_reclaim(-1, 0, r);
}

/* ---- the hub ---- */

static void on_hub_message(void *self, uint16_t type, struct reader payload)
{
    unsigned part = reader_u8(&payload);
    uint64_t generation = reader_u64(&payload);
    if (type == HUB_POLICY_CHANGED && !payload.failed && part < POLICY_PARTS && generation != 0)
        put_in_force(self, part, generation);
}

/* ---- the parent ---- */

static void on_parent(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct dns_role *r = self;
    struct handover m;
    int e = handover_recv((int)fd, &m);
    if (e == -EAGAIN)
        return;
    if (e <= 0) {
        event_base_loopbreak(r->loop);
        return;
    }
    if (!hub_link_take(&r->hub, &m) && m.kind == PARENT_CONFIG && role_take_config(&r->start, &m) == 0 &&
        zone_notify_set(&r->notify, r->start.config) < 0) /* all else of it comes with a new process */
        log_warning(_("new zones are not known to NOTIFY: out of memory"));
    handover_drop(&m);
}

static void on_terminate(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    event_base_loopbreak(((struct dns_role *)self)->loop);
}

static void on_renewal(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct dns_role *r = self;
    role_check_renewal(&r->certificate, r->renewal);
}

/* ---- making ---- */

static int enter_sandbox(const struct config *c)
{
    char policy[CONFIG_PATH_MAX + 32];
    snprintf(policy, sizeof policy, "%s/%s", c->data, NODE_POLICY);
    struct sandbox_options options = {
        .role = SANDBOX_DNS, .uid = c->uid, .gid = c->gid, .read_paths = {policy}};
    struct sandbox_report report;
    return role_tell_sandbox(sandbox_enter(&options, &report), &report);
}

static struct policy *first_policy(struct dns_role *r)
{
    struct policy_image *images[POLICY_LAYER_COUNT];
    for (int i = 0; i < POLICY_LAYER_COUNT; i++) {
        const char *reason = NULL;
        images[i] = open_layer(r, (enum policy_layer)i, &reason);
        if (!images[i] && faccessat(r->folder, node_policy_files[i], F_OK, 0) == 0)
            log_error(_("policy image %s refused, starting without it: %s"), node_policy_files[i], _(reason));
    }
    struct policy *p = policy_new(images[POLICY_LAYER_HAND], images[POLICY_LAYER_LISTS], images[POLICY_LAYER_BELIEF], r->groups);
    const char *reason = NULL;
    struct member_table *table = p ? open_members(r, &reason) : NULL;
    if (!table) {
        if (p && faccessat(r->folder, node_policy_files[POLICY_PART_MEMBERS], F_OK, 0) == 0)
            log_error(_("policy image %s refused, starting without it: %s"), node_policy_files[POLICY_PART_MEMBERS], _(reason));
        return p;
    }
    struct policy *with = policy_with_members(p, table);
    if (!with)
        member_table_close(table);
    policy_free(p);
    return with;
}

/* Without a certificate names are still resolved, over UDP and TCP; NULL. */
static struct dns_tls *make_tls(struct dns_role *r)
{
    const struct config *c = r->start.config;
    char error[CERTIFICATE_ERROR_MAX];
    if (!dns_service_is_encrypted(&c->dns))
        return NULL;
    struct certificate_names names;
    dns_service_names(&c->dns, &names);
    int e = c->dns.certificate.certificate[0]
                ? certificate_load(&c->dns.certificate, &r->certificate, NULL, error)
                : role_own_certificate(c, NODE_TLS, &names, &r->certificate, NULL, error);
    if (e < 0) {
        log_error(_("no DNS over TLS and HTTPS, for want of a certificate: %s"), error);
        return NULL;
    }
    certificate_log(&r->certificate);
    return r->certificate.tls;
}

static int make_service(struct dns_role *r, const char **ret_error)
{
    const struct config *c = r->start.config;
    struct dns_service_memory memory[DNS_WORKERS_MAX];
    *ret_error = N_("the parent's memory cannot be used");
    int e = shared_memory_map(r->start.memory_fd, c->dns.workers, c->ring_bytes, &r->memory);
    if (e < 0)
        return e;
    for (unsigned i = 0; i < c->dns.workers; i++)
        memory[i] = (struct dns_service_memory){
            .counters = shared_memory_counters(&r->memory, i),
            .ring = shared_memory_ring(&r->memory, i),
            .ring_capacity = c->ring_bytes,
        };
    *ret_error = N_("out of memory");
    zone_notify_init(&r->notify, shared_memory_feed_page(&r->memory));
    if (zone_notify_set(&r->notify, c) < 0)
        return -ENOMEM;
    r->service.notify = (struct dns_notify){.take = zone_notify_take, .self = &r->notify};
    e = policy_groups_new(&c->dns.groups, &r->groups);
    struct policy *first = e == 0 ? first_policy(r) : NULL;
    if (!first)
        return -ENOMEM;
    struct dns_tls *tls = make_tls(r);
    return dns_service_init(&r->service, &c->dns, r->start.sockets, memory, first, r->groups, tls,
                            r->certificate.name, ret_error);
}

static int make_loop(struct dns_role *r)
{
    r->loop = event_base_new();
    if (!r->loop)
        return -ENOMEM;
    fcntl(ROLE_PARENT_FD, F_SETFL, O_NONBLOCK);
    r->parent = event_new(r->loop, ROLE_PARENT_FD, EV_READ | EV_PERSIST, on_parent, r);
    r->terminate = evsignal_new(r->loop, SIGTERM, on_terminate, r);
    r->reclaim = event_new(r->loop, -1, 0, on_reclaim, r);
    r->renewal = event_new(r->loop, -1, 0, on_renewal, r);
    return r->parent && r->terminate && r->reclaim && r->renewal && event_add(r->parent, NULL) == 0 &&
                   event_add(r->terminate, NULL) == 0
               ? 0
               : -ENOMEM;
}

static int run(struct dns_role *r)
{
    const char *error = N_("out of memory");
    int e = make_loop(r);
    if (e == 0)
        e = make_service(r, &error);
    /* Anchors, hints and images are read; foreign bytes come from here on. */
    if (e == 0) {
        error = N_("the sandbox cannot be entered");
        e = enter_sandbox(r->start.config);
    }
    if (e == 0) {
        error = N_("no thread for a worker");
        e = dns_service_start(&r->service);
    }
    priority_lower(PRIORITY_BUILDING); /* this thread, which checks images, not the workers */
    if (e < 0) {
        log_error(_("cannot start: %s: %s"), _(error), strerror(-e));
        return 1;
    }
    show_generations(r);
    if (r->certificate.tls && !r->start.config->dns.certificate.certificate[0])
        on_renewal(-1, 0, r);
    r->hub = (struct hub_link){
        .loop = r->loop, .message_max = HUB_DNS_MESSAGE_MAX, .queue_max = HUB_DNS_QUEUE_MAX, .message = on_hub_message, .self = r};
    hub_link_connect(&r->hub, r->start.peers[ROLE_HUB]);
    if (handover_send(ROLE_PARENT_FD, &(struct handover){.kind = ROLE_IS_READY}) == 0)
        event_base_dispatch(r->loop);
    dns_service_stop(&r->service);
    dns_service_done(&r->service);
    policy_groups_free(r->groups);
    return 0;
}

int role_dns_main(void)
{
    log_init("dns", LOG_LEVEL_NOTICE);
    signal(SIGINT, SIG_IGN); /* from the terminal: the parent tells us when */
    struct dns_role *r = calloc(1, sizeof *r);
    if (!r || sodium_init() < 0)
        return 1;
    int e = role_receive_start(&r->start);
    char folder[CONFIG_PATH_MAX + 32];
    if (e == 0) {
        snprintf(folder, sizeof folder, "%s/%s", r->start.config->data, NODE_POLICY);
        r->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        e = r->folder < 0 ? -errno : 0;
    }
    if (e < 0) {
        log_error(_("nothing usable from the parent: %s"), strerror(-e));
        return 1;
    }
    return run(r);
}
