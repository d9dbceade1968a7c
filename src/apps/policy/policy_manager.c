/* Builds images and has them put in force. */
#include "apps/policy/policy_manager.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/policy/list_examiner.h"
#include "apps/policy/policy_belief.h"
#include "apps/policy/policy_hand.h"
#include "apps/policy/policy_lists.h"
#include "apps/process/roles.h"
#include "base/channel.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "base/writer.h"

enum {
    LISTS_MEMORY = 96 << 20, /* for sorting; a build of ten million names spills to disk */
    HAND_MEMORY = 4 << 20,
    BELIEF_MEMORY = 64 << 20,
    WAITERS_MAX = 128,
    IN_FORCE_PATIENCE_MS = 3000,
    TICK_MS = 500,
};

struct waiter {
    policy_done_fn *done; /* NULL: free */
    void *self;
    unsigned layer; /* or another part of the policy */
    uint64_t generation; /* 0: of the build that has not begun yet */
    uint64_t since_ms;   /* announced at; 0: not yet */
};

struct policy_manager {
    struct policy_manager_options o;
    int folder; /* NODE_POLICY */
    struct sip_key key;
    struct channel *dns;
    struct policy *policy;
    struct policy_groups *groups; /* of the policy */
    struct group_settings group_settings;
    uint64_t generation[POLICY_PARTS], in_force[POLICY_PARTS];
    struct waiter waiters[WAITERS_MAX];
    struct event *tick, *expiry;
    struct list_examiner *examiner;
    struct policy_lists *lists;
    struct policy_belief *belief;
    uint64_t belief_generation; /* of the build that is under way */
    struct policy_members *members;
    bool has_member_rules; /* of the layer by hand */
    struct member_table_stats member_stats; /* of the last build */
    uint64_t members_ms;
};

/* ---- waiters ---- */

static void finish_waiter(struct waiter *w, const char *error)
{
    struct waiter copy = *w;
    *w = (struct waiter){0};
    copy.done(copy.self, error);
}

static void add_waiter(struct policy_manager *m, enum policy_layer layer, policy_done_fn *done, void *self)
{
    if (!done)
        return;
    for (size_t i = 0; i < array_len(m->waiters); i++) {
        if (m->waiters[i].done)
            continue;
        m->waiters[i] = (struct waiter){.done = done, .self = self, .layer = layer};
        return;
    }
    done(self, _("too many changes at once; it is done, but not confirmed"));
}

static void finish_waiters(struct policy_manager *m, unsigned layer, uint64_t generation, const char *error)
{
    for (size_t i = 0; i < array_len(m->waiters); i++) {
        struct waiter *w = &m->waiters[i];
        if (w->done && w->layer == layer && w->generation != 0 && w->generation <= generation)
            finish_waiter(w, error);
    }
}

/* Those who wait for a build that begins now. */
static void stamp_waiters(struct policy_manager *m, enum policy_layer layer, uint64_t generation)
{
    for (size_t i = 0; i < array_len(m->waiters); i++)
        if (m->waiters[i].done && m->waiters[i].layer == layer && m->waiters[i].generation == 0)
            m->waiters[i].generation = generation;
}

static void on_tick(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct policy_manager *m = self;
    uint64_t now_ms = clock_mono_ms();
    for (size_t i = 0; i < array_len(m->waiters); i++) {
        struct waiter *w = &m->waiters[i];
        if (w->done && w->since_ms != 0 && now_ms - w->since_ms > IN_FORCE_PATIENCE_MS)
            finish_waiter(w, _("it is recorded, but the resolver has not confirmed it; see \"hinomi status\""));
    }
}

/* ---- images ---- */

static void announce(struct policy_manager *m, unsigned layer)
{
    uint64_t now_ms = clock_mono_ms();
    for (size_t i = 0; i < array_len(m->waiters); i++)
        if (m->waiters[i].done && m->waiters[i].layer == layer && m->waiters[i].generation == m->generation[layer])
            m->waiters[i].since_ms = now_ms;
    if (!m->dns)
        return; /* the next dns role reads the file when it starts */
    uint8_t message[9];
    struct writer w = writer_of(message, sizeof message);
    writer_u8(&w, (uint8_t)layer);
    writer_u64(&w, m->generation[layer]);
    if (channel_send(m->dns, HUB_POLICY_CHANGED, message, w.len) < 0)
        log_warning(_("the resolver does not take the news of a policy"));
}

static int take_image(struct policy_manager *m, enum policy_layer layer, struct policy_image *image)
{
    struct policy *next = policy_with_layer(m->policy, layer, image);
    if (!next) {
        policy_image_close(image);
        return -ENOMEM;
    }
    policy_free(m->policy);
    m->policy = next;
    struct policy_image_info info;
    policy_image_info(image, &info);
    m->generation[layer] = info.generation;
    return 0;
}

/* Grows with each image, also when the clock jumps back. */
static uint64_t next_generation(const struct policy_manager *m, unsigned layer)
{
    uint64_t now = (uint64_t)clock_wall_us();
    return now > m->generation[layer] ? now : m->generation[layer] + 1;
}

static struct policy_builder_options builder_options(const struct policy_manager *m, size_t memory, uint64_t generation,
                                                     int64_t now_us)
{
    return (struct policy_builder_options){
        .dir_fd = m->folder, .memory_max = memory, .key = m->key, .generation = generation, .now_us = now_us};
}

/* ---- the layer by hand ---- */

static void schedule_expiry(struct policy_manager *m)
{
    int64_t at_us = 0, now_us = clock_wall_us();
    if (ledger_next_change(m->o.ledger, now_us, &at_us) < 0 || at_us == 0)
        return;
    int64_t wait_us = at_us - now_us;
    enum { LOOK_AGAIN_S = 3600 }; /* the wall clock may jump: never sleep longer */
    if (wait_us > (int64_t)LOOK_AGAIN_S * 1000000)
        wait_us = (int64_t)LOOK_AGAIN_S * 1000000;
    struct timeval wait = {.tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000};
    event_add(m->expiry, &wait);
}

static int build_hand(struct policy_manager *m)
{
    int64_t now_us = clock_wall_us();
    uint64_t generation = next_generation(m, POLICY_LAYER_HAND);
    struct policy_builder_options options = builder_options(m, HAND_MEMORY, generation, now_us);
    int e = policy_hand_build(m->o.ledger, &options, node_policy_files[POLICY_LAYER_HAND]);
    m->has_member_rules = e != 0;
    struct policy_image *image;
    if (e >= 0)
        e = policy_image_open(m->folder, node_policy_files[POLICY_LAYER_HAND], false, &image, NULL);
    if (e >= 0)
        e = take_image(m, POLICY_LAYER_HAND, image);
    schedule_expiry(m);
    return e < 0 ? e : 0;
}

void policy_manager_hand_changed(struct policy_manager *m, policy_done_fn *done, void *self)
{
    add_waiter(m, POLICY_LAYER_HAND, done, self);
    int e = build_hand(m);
    if (e < 0) {
        char text[160];
        snprintf(text, sizeof text, _("it is recorded, but the policy could not be written: %s"), strerror(-e));
        log_error("%s", text);
        stamp_waiters(m, POLICY_LAYER_HAND, UINT64_MAX);
        finish_waiters(m, POLICY_LAYER_HAND, UINT64_MAX, text);
        return;
    }
    stamp_waiters(m, POLICY_LAYER_HAND, m->generation[POLICY_LAYER_HAND]);
    announce(m, POLICY_LAYER_HAND);
}

static void on_expiry(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    policy_manager_hand_changed(self, NULL, NULL);
}

/* ---- the layer of beliefs ---- */

static void begin_belief(void *self, struct policy_builder_options *ret_options, uint32_t *ret_may_allow)
{
    struct policy_manager *m = self;
    m->belief_generation = next_generation(m, POLICY_LAYER_BELIEF);
    *ret_options = builder_options(m, BELIEF_MEMORY, m->belief_generation, clock_wall_us());
    *ret_may_allow = m->o.may_allow;
}

static void on_belief(void *self, int error, uint64_t took_ms)
{
    struct policy_manager *m = self;
    struct policy_image *image;
    const char *reason = NULL;
    int e = error;
    (void)took_ms;
    if (e == 0)
        e = policy_image_open(m->folder, node_policy_files[POLICY_LAYER_BELIEF], false, &image, &reason);
    if (e == 0)
        e = take_image(m, POLICY_LAYER_BELIEF, image);
    if (e == 0)
        announce(m, POLICY_LAYER_BELIEF);
    else
        log_error(_("what is believed cannot be put in force, what was in force is kept: %s"), reason ? _(reason) : strerror(-e));
}

void policy_manager_set_may_allow(struct policy_manager *m, uint32_t claims)
{
    if (m->o.may_allow == claims)
        return;
    m->o.may_allow = claims;
    policy_belief_changed(m->belief);
}

void policy_manager_belief_changed(struct policy_manager *m)
{
    policy_belief_changed(m->belief);
}

/* The image of the last run holds until there is a newer one. */
static int make_belief(struct policy_manager *m)
{
    struct policy_belief_options options = {.loop = m->o.loop,
                                            .ledger_path = m->o.ledger_path,
                                            .file = node_policy_files[POLICY_LAYER_BELIEF],
                                            .self = m,
                                            .begin = begin_belief,
                                            .built = on_belief};
    struct policy_image *image;
    int e = policy_belief_new(&options, &m->belief);
    if (e < 0)
        return e;
    /* A hub that was killed may have written down what it had not yet built: so built anew in any case. */
    policy_belief_changed(m->belief);
    return policy_image_open(m->folder, options.file, true, &image, NULL) == 0 ? take_image(m, POLICY_LAYER_BELIEF, image) : 0;
}

/* ---- the table of members ---- */

static int take_members(struct policy_manager *m, struct member_table *table)
{
    struct policy *next = policy_with_members(m->policy, table);
    if (!next) {
        member_table_close(table);
        return -ENOMEM;
    }
    policy_free(m->policy);
    m->policy = next;
    m->generation[POLICY_PART_MEMBERS] = member_table_generation(table);
    m->o.members_built(m->o.self, table);
    return 0;
}

static uint64_t members_generation(void *self)
{
    return next_generation(self, POLICY_PART_MEMBERS);
}

static void on_members(void *self, int error, const struct member_table_stats *stats, uint64_t took_ms)
{
    struct policy_manager *m = self;
    struct member_table *table;
    const char *reason = NULL;
    int e = error;
    if (e == 0)
        e = member_table_open(m->folder, node_policy_files[POLICY_PART_MEMBERS], &table, &reason);
    if (e == 0)
        e = take_members(m, table);
    if (e < 0) {
        log_error(_("the groups of members' clients cannot be put in force, those in force are kept: %s"), reason ? _(reason) : strerror(-e));
        return;
    }
    m->member_stats = *stats;
    m->members_ms = took_ms;
    if (stats->unlisted > 0)
        log_warning(_("%llu members have those lists that everybody has: there are more different sets of lists than %d"),
                    (unsigned long long)stats->unlisted, MEMBER_TABLE_PROFILES_MAX);
    announce(m, POLICY_PART_MEMBERS);
    if (m->has_member_rules) /* of a member that was made anew they have another number */
        policy_manager_hand_changed(m, NULL, NULL);
}

/* The table of the last run holds until there is a newer one. */
static int make_members(struct policy_manager *m)
{
    struct policy_members_options options = {.loop = m->o.loop,
                                             .ledger_path = m->o.ledger_path,
                                             .file = node_policy_files[POLICY_PART_MEMBERS],
                                             .dir_fd = m->folder,
                                             .groups = m->o.member_groups,
                                             .self = m,
                                             .generation = members_generation,
                                             .built = on_members};
    struct member_table *table;
    int e = policy_members_new(&options, &m->members);
    if (e < 0)
        return e;
    policy_members_changed(m->members); /* as for beliefs */
    return member_table_open(m->folder, options.file, &table, NULL) == 0 ? take_members(m, table) : 0;
}

void policy_manager_members_changed(struct policy_manager *m)
{
    policy_members_changed(m->members);
}

void policy_manager_set_member_groups(struct policy_manager *m, enum member_groups groups)
{
    policy_members_set_groups(m->members, groups);
}

/* ---- the layer of lists ---- */

static void begin_lists(void *self, struct policy_builder_options *ret_options)
{
    struct policy_manager *m = self;
    uint64_t generation = next_generation(m, POLICY_LAYER_LISTS);
    *ret_options = builder_options(m, LISTS_MEMORY, generation, clock_wall_us());
    stamp_waiters(m, POLICY_LAYER_LISTS, generation);
}

static int take_lists(void *self, struct policy_image *image)
{
    return take_image(self, POLICY_LAYER_LISTS, image);
}

static void on_lists(void *self, uint64_t generation, const char *error)
{
    struct policy_manager *m = self;
    if (error) {
        finish_waiters(m, POLICY_LAYER_LISTS, generation, error);
        return;
    }
    m->o.protection_changed(m->o.self);
    announce(m, POLICY_LAYER_LISTS);
}

static int make_lists(struct policy_manager *m)
{
    struct policy_lists_options options = {.loop = m->o.loop,
                                           .ledger = m->o.ledger,
                                           .data_fd = m->o.data_fd,
                                           .dir_fd = m->folder,
                                           .file = node_policy_files[POLICY_LAYER_LISTS],
                                           .self = m,
                                           .begin = begin_lists,
                                           .take = take_lists,
                                           .built = on_lists};
    return policy_lists_new(&options, &m->lists);
}

void policy_manager_lists_changed(struct policy_manager *m, policy_done_fn *done, void *self)
{
    add_waiter(m, POLICY_LAYER_LISTS, done, self);
    policy_lists_build(m->lists);
}

/* ---- examining a list ---- */

int policy_manager_examine(struct policy_manager *m, int fd, const struct list_reading *reading, list_examined_fn *done, void *self)
{
    return list_examiner_take(m->examiner, fd, reading, done, self);
}

int policy_manager_aside(struct policy_manager *m, const struct list_record *r, int fd, struct policy_aside *ret_aside)
{
    struct policy_aside *a = ret_aside;
    *a = (struct policy_aside){.key = m->key, .folder = m->folder};
    int e = policy_lists_gather_one(m->lists, r, fd, &a->lists);
    if (e == 0)
        e = policy_groups_new(&m->group_settings, &a->groups);
    if (e == 0) {
        a->now = policy_with_groups(m->policy, a->groups);
        e = a->now ? 0 : -ENOMEM;
    }
    return e;
}

void policy_aside_close(struct policy_aside *a)
{
    policy_free(a->now);
    policy_groups_free(a->groups);
    protection_free(a->lists.protection);
    list_sources_close(&a->lists);
    *a = (struct policy_aside){.folder = -1};
}

/* ---- never-block lists ---- */

void policy_manager_set_protect_files(struct policy_manager *m, const struct policy_protect_file *files, unsigned count)
{
    policy_lists_set_protect_files(m->lists, files, count);
}

const struct protection *policy_manager_protection(const struct policy_manager *m)
{
    return policy_lists_protection(m->lists);
}

bool policy_manager_is_building(const struct policy_manager *m)
{
    return policy_lists_is_building(m->lists);
}

bool policy_manager_is_protecting(const struct policy_manager *m)
{
    return policy_lists_is_protecting(m->lists);
}

/* ---- the dns role ---- */

static void on_message(struct channel *channel, uint16_t type, struct reader payload, void *self)
{
    (void)channel;
    struct policy_manager *m = self;
    if (type != DNS_POLICY_RESULT)
        return;
    unsigned layer = reader_u8(&payload);
    uint64_t generation = reader_u64(&payload);
    bool in_force = reader_u8(&payload) == 1;
    char text[256] = "";
    if (payload.failed || layer >= POLICY_PARTS)
        return;
    size_t len = payload.left < sizeof text ? payload.left : sizeof text - 1;
    reader_copy(&payload, text, len);
    if (in_force) {
        m->in_force[layer] = generation;
        finish_waiters(m, layer, generation, NULL);
        return;
    }
    log_error(_("the resolver refused a policy image: %s"), text);
    finish_waiters(m, layer, generation, text);
}

static void on_end(struct channel *channel, int reason, void *self)
{
    (void)channel, (void)reason;
    struct policy_manager *m = self;
    channel_free(m->dns);
    m->dns = NULL;
}

int policy_manager_connect(struct policy_manager *m, int fd)
{
    struct channel_handler handler = {.on_message = on_message, .on_end = on_end, .self = m};
    channel_free(m->dns);
    m->dns = NULL;
    int e = channel_new(m->o.loop, fd, HUB_DNS_MESSAGE_MAX, HUB_DNS_QUEUE_MAX, handler, &m->dns);
    if (e < 0)
        return e;
    for (unsigned part = 0; part < POLICY_PARTS; part++)
        announce(m, part);
    return 0;
}

/* ---- making ---- */

/* The node's secret for placing names in buckets: one for all its images, so that one hash serves both layers. */
static int load_key(struct policy_manager *m)
{
    int fd = openat(m->folder, NODE_POLICY_KEY, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t n = read(fd, &m->key, sizeof m->key);
        close(fd);
        if (n == (ssize_t)sizeof m->key)
            return 0;
    }
    randombytes_buf(&m->key, sizeof m->key);
    fd = openat(m->folder, NODE_POLICY_KEY, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int e = write(fd, &m->key, sizeof m->key) == (ssize_t)sizeof m->key && fsync(fd) == 0 ? 0 : -EIO;
    close(fd);
    return e;
}

static int make_events(struct policy_manager *m)
{
    static const struct timeval period = {.tv_usec = TICK_MS * 1000};
    m->tick = event_new(m->o.loop, -1, EV_PERSIST, on_tick, m);
    m->expiry = event_new(m->o.loop, -1, 0, on_expiry, m);
    if (!m->tick || !m->expiry || event_add(m->tick, &period) < 0)
        return -ENOMEM;
    return list_examiner_new(m->o.loop, &m->examiner);
}

/* The lists' image of the last run, if it is whole; else it is built anew. With never-block lists it is built anew in any
 * case, to know them and the conflicts; that of the last run is in force meanwhile. */
static void load_or_build_lists(struct policy_manager *m)
{
    struct policy_image *image;
    const char *reason;
    int e = policy_image_open(m->folder, node_policy_files[POLICY_LAYER_LISTS], true, &image, &reason);
    if (e == 0)
        e = take_image(m, POLICY_LAYER_LISTS, image);
    if (e == 0 && !policy_manager_is_protecting(m))
        return;
    if (e < 0 && e != -ENOENT)
        log_error(_("the image of the lists is built anew: %s"), _(reason));
    policy_lists_build(m->lists);
}

int policy_manager_new(const struct policy_manager_options *options, struct policy_manager **ret_manager)
{
    struct policy_manager *m = calloc(1, sizeof *m);
    if (!m)
        return -ENOMEM;
    m->o = *options;
    m->folder = openat(options->data_fd, NODE_POLICY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    m->group_settings = *options->groups;
    int e = m->folder < 0 ? -errno : make_lists(m);
    if (e == 0) {
        policy_manager_set_protect_files(m, options->protect_files, options->protect_count);
        e = policy_groups_new(options->groups, &m->groups);
    }
    if (e == 0) {
        m->policy = policy_new(NULL, NULL, NULL, m->groups);
        e = m->policy ? load_key(m) : -ENOMEM;
    }
    if (e == 0)
        e = make_events(m);
    if (e == 0)
        e = build_hand(m);
    if (e == 0)
        e = make_belief(m);
    if (e == 0)
        e = make_members(m);
    if (e < 0) {
        policy_manager_free(m);
        return e;
    }
    load_or_build_lists(m);
    *ret_manager = m;
    return 0;
}

void policy_manager_free(struct policy_manager *m)
{
    if (!m)
        return;
    policy_lists_free(m->lists);
    policy_belief_free(m->belief);
    policy_members_free(m->members);
    list_examiner_free(m->examiner);
    struct event *events[] = {m->tick, m->expiry};
    for (size_t i = 0; i < array_len(events); i++)
        if (events[i])
            event_free(events[i]);
    if (m->folder >= 0)
        close(m->folder);
    channel_free(m->dns);
    policy_free(m->policy);
    policy_groups_free(m->groups);
    free(m);
}

int policy_manager_set_groups(struct policy_manager *m, const struct group_settings *settings)
{
    struct policy_groups *groups;
    int e = policy_groups_new(settings, &groups);
    if (e < 0)
        return e;
    struct policy *next = policy_with_groups(m->policy, groups);
    if (!next) {
        policy_groups_free(groups);
        return -ENOMEM;
    }
    policy_free(m->policy);
    policy_groups_free(m->groups);
    m->policy = next;
    m->groups = groups;
    m->group_settings = *settings;
    return 0;
}

const struct policy *policy_manager_policy(const struct policy_manager *m)
{
    return m->policy;
}

void policy_manager_status_get(const struct policy_manager *m, struct policy_manager_status *ret_status)
{
    *ret_status = (struct policy_manager_status){
        .dns_connected = m->dns != NULL, .building = policy_lists_is_building(m->lists), .build_ms = policy_lists_build_ms(m->lists), .members = m->member_stats, .members_ms = m->members_ms};
    ret_status->generation[POLICY_PART_MEMBERS] = m->generation[POLICY_PART_MEMBERS];
    ret_status->in_force[POLICY_PART_MEMBERS] = m->in_force[POLICY_PART_MEMBERS];
    for (int i = 0; i < POLICY_LAYER_COUNT; i++) {
        const struct policy_image *image = policy_layer(m->policy, (enum policy_layer)i);
        struct policy_image_info info = {0};
        if (image)
            policy_image_info(image, &info);
        ret_status->names[i] = info.names;
        ret_status->generation[i] = m->generation[i];
        ret_status->in_force[i] = m->in_force[i];
    }
}
