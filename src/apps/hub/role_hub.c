/* The hub role: the only writer of the ledger; wires policy, recorder, store and the control socket together. */
#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/control/change_note.h"
#include "api/node.h"
#include "apps/feed/feed_service.h"
#include "apps/process/client_key.h"
#include "apps/exchange/exchange_service.h"
#include "apps/hub/hub_loop.h"
#include "apps/ledger/ledger_keeper.h"
#include "apps/hub/metrics.h"
#include "apps/hub/metrics_server.h"
#include "apps/hub/node_status.h"
#include "apps/policy/list_effect.h"
#include "apps/belief/member_prover.h"
#include "apps/policy/policy_manager.h"
#include "apps/hub/recorder.h"
#include "apps/process/roles.h"
#include "apps/web/web_service.h"
#include "base/clock.h"
#include "base/fair_loop.h"
#include "base/log.h"
#include "base/text.h"

enum { RELOADS_MAX = 16, COMMANDS_MAX = 96, ENDING_PATIENCE_MS = 3000 };

struct hub {
    struct role_start start;
    struct event_base *loop;
    int data_fd;
    struct shared_memory memory;
    struct ledger *ledger;
    struct ledger_keeper *keeper;
    struct policy_manager *policy;
    struct hub_loop *closed;
    struct store_client *store;
    struct recorder *recorder;
    struct metrics_server *metrics; /* NULL: not served */
    struct feed_service *feeds;
    struct exchange_service *exchange;
    struct control_server *control;
    struct member_prover *prover;
    struct web_service *web;
    struct list_effect *effect;
    struct node node;
    struct control_command commands[COMMANDS_MAX];
    struct {
        node_done_fn *done; /* NULL: free */
        void *self;
    } reloads[RELOADS_MAX];
    struct event *parent, *terminate, *ending;
    uint64_t ending_since_ms;
};

/* ---- struct node ---- */

static const struct policy *node_policy(void *self)
{
    return policy_manager_policy(((struct hub *)self)->policy);
}

static void node_hand_changed(void *self, node_done_fn *done, void *done_self)
{
    policy_manager_hand_changed(((struct hub *)self)->policy, done, done_self);
}

static void node_lists_changed(void *self, node_done_fn *done, void *done_self)
{
    policy_manager_lists_changed(((struct hub *)self)->policy, done, done_self);
}

static const struct protection *node_protection(void *self)
{
    return policy_manager_protection(((struct hub *)self)->policy);
}

static bool node_is_protecting(void *self)
{
    return policy_manager_is_protecting(((struct hub *)self)->policy);
}

static int node_examine_list(void *self, int fd, const struct list_reading *reading, node_examined_fn *done,
                             void *done_self)
{
    return policy_manager_examine(((struct hub *)self)->policy, fd, reading, done, done_self);
}

/* What was observed until now is counted; the pages that follow do not hurry the recorder. */
static int node_effect_start(void *self, const char *list, bool held, unsigned days)
{
    struct hub *h = self;
    recorder_flush(h->recorder);
    return list_effect_start(h->effect, list, held, days);
}

static int ask_page(void *self, const char *sql, size_t len, node_answer_fn *answer, void *answer_self)
{
    return store_client_ask(((struct hub *)self)->store, sql, len, answer, answer_self);
}

static json_t *node_effect(void *self, const char *list, bool held)
{
    return list_effect_json(((struct hub *)self)->effect, list, held);
}

static json_t *node_feeds(void *self)
{
    return feed_service_json(((struct hub *)self)->feeds);
}

static int node_fetch(void *self, const char *name, node_fetched_fn *done, void *done_self)
{
    return feed_service_fetch(((struct hub *)self)->feeds, name, done, done_self);
}

static int node_look_up(void *self, const char *owner, node_looked_up_fn *done, void *done_self)
{
    return feed_service_look_up(((struct hub *)self)->feeds, owner, done, done_self);
}

static int node_ask_store(void *self, const char *sql, size_t len, node_answer_fn *answer, void *answer_self)
{
    struct hub *h = self;
    recorder_flush(h->recorder);
    return store_client_ask(h->store, sql, len, answer, answer_self);
}

static struct addr node_stored_client(void *self, const struct addr *client)
{
    return recorder_client(((struct hub *)self)->recorder, client);
}

static struct belief *node_belief(void *self)
{
    return belief_keeper_belief(hub_loop_belief(((struct hub *)self)->closed));
}

static struct node_status_sources sources_of(struct hub *h)
{
    return (struct node_status_sources){
        .config = h->start.config,
        .memory = &h->memory,
        .policy = h->policy,
        .feeds = h->feeds,
        .recorder = h->recorder,
        .store = h->store,
        .ledger = h->ledger,
        .closed = h->closed,
        .exchange = h->exchange,
        .web = h->web,
    };
}

static const struct note_signer *node_ledger_signer(void *self)
{
    return ledger_keeper_signer(((struct hub *)self)->keeper);
}

static void node_members_changed(void *self)
{
    struct hub *h = self;
    hub_loop_members_changed(h->closed);
    policy_manager_members_changed(h->policy);
}

/* Also called while the hub is being made. */
static void on_members_built(void *self, const struct member_table *table)
{
    struct hub *h = self;
    if (h->recorder)
        recorder_set_members(h->recorder, table);
    if (h->closed)
        sighting_keeper_set_members(hub_loop_sightings(h->closed), table);
}

static bool node_has_mail(void *self)
{
    return ((struct hub *)self)->start.config->notify.relay[0] != '\0';
}

static const char *node_webhook_flaw(void *self, const char *url)
{
    return notice_keeper_webhook_flaw(hub_loop_notices(((struct hub *)self)->closed), url);
}

static const struct notice_rules *node_notice_rules(void *self)
{
    return notice_keeper_rules(hub_loop_notices(((struct hub *)self)->closed));
}

static void node_notice_changed(void *self, const struct notice *n)
{
    notice_keeper_changed(hub_loop_notices(((struct hub *)self)->closed), n);
}

static int node_notice_send(void *self, int64_t id, struct notice *ret_notice)
{
    return notice_keeper_send(hub_loop_notices(((struct hub *)self)->closed), id, ret_notice);
}

static void node_notice_digest(void *self)
{
    notice_keeper_digest(hub_loop_notices(((struct hub *)self)->closed));
}

static void tell_notice(void *self, const char *member, bool is_hidden, const char *json)
{
    live_tell_notice(web_service_live(((struct hub *)self)->web), member, is_hidden, json);
}

static int node_first_link(void *self, char *ret_link, size_t max)
{
    struct hub *h = self;
    return web_service_first_link(h->web, &h->start.config->web, ret_link, max);
}

static json_t *node_status(void *self)
{
    struct node_status_sources sources = sources_of(self);
    return node_status_json(&sources);
}

static char *node_metrics(void *self)
{
    struct node_status_sources sources = sources_of(self);
    return metrics_text(&sources);
}

static void node_reload(void *self, node_done_fn *done, void *done_self)
{
    struct hub *h = self;
    for (size_t i = 0; i < array_len(h->reloads); i++) {
        if (h->reloads[i].done)
            continue;
        int e = handover_send(ROLE_PARENT_FD, &(struct handover){.kind = ROLE_ASKS_RELOAD});
        if (e < 0) {
            done(done_self, strerror(-e));
            return;
        }
        h->reloads[i].done = done;
        h->reloads[i].self = done_self;
        return;
    }
    done(done_self, _("too many reloads at once"));
}

/* ---- the loop ---- */

static unsigned node_warnings(void *self, const struct subject *s, const char *names[NODE_WARNINGS_MAX])
{
    _Static_assert((int)NODE_WARNINGS_MAX == (int)WARNING_LISTS_HITS_MAX, "as many as are found");
    return warning_lists_find(hub_loop_warnings(((struct hub *)self)->closed), s, names);
}

static json_t *node_places(void *self)
{
    return place_counter_json(hub_loop_places(((struct hub *)self)->closed));
}

static const char *node_recipient(void *self, unsigned number)
{
    unsigned count;
    const struct outbox_recipient *all = outbox_recipients(hub_loop_outbox(((struct hub *)self)->closed), &count);
    return number < count ? all[number].name : NULL;
}

static struct exchange *node_exchange(void *self)
{
    struct hub *h = self;
    return h->exchange ? exchange_service_store(h->exchange) : NULL;
}

static const struct export_node *node_identity(void *self)
{
    return hub_loop_identity(((struct hub *)self)->closed);
}

static enum gate_outcome node_gate(void *self, unsigned recipient, const struct indicator *i)
{
    unsigned count;
    struct outbox *outbox = hub_loop_outbox(((struct hub *)self)->closed);
    const struct outbox_recipient *all = outbox_recipients(outbox, &count);
    return recipient < count ? outbox_decide(outbox, &all[recipient], i) : GATE_NO_RULES;
}

static void on_protection(void *self)
{
    struct hub *h = self;
    if (h->closed)
        hub_loop_guards_changed(h->closed);
}

static void take_guard_files(struct hub *h)
{
    int fds[CONFIG_GUARD_LISTS];
    for (unsigned i = 0; i < CONFIG_GUARD_LISTS; i++) {
        fds[i] = h->start.files[CONFIG_GUARD_FILES + i];
        h->start.files[CONFIG_GUARD_FILES + i] = -1;
    }
    hub_loop_take_files(h->closed, fds);
}

static int make_closed_loop(struct hub *h)
{
    struct hub_loop_options options = {
        .loop = h->loop, .ledger = h->ledger, .policy = h->policy, .store = h->store, .data_fd = h->data_fd, .signer = ledger_keeper_signer(h->keeper)};
    int e = hub_loop_new(&options, h->start.config, &h->closed);
    if (e == 0)
        take_guard_files(h);
    return e;
}

/* ---- the parent ---- */

/* The never-block lists of the configuration go from the start's slots to whoever reads them. Returns how many. */
static unsigned take_protect_files(struct hub *h, struct policy_protect_file *files)
{
    unsigned count = 0;
    const struct config_lists *l = &h->start.config->lists;
    for (unsigned i = 0; i < l->never_block_count && i < CONFIG_NEVER_BLOCK_MAX; i++) {
        if (h->start.files[i] < 0)
            continue;
        files[count++] = (struct policy_protect_file){.name = l->never_block[i], .fd = h->start.files[i]};
        h->start.files[i] = -1;
    }
    return count;
}

static void take_limits(struct hub *h)
{
    h->node.shrink_percent = h->start.config->lists.shrink_percent;
    h->node.grow_percent = h->start.config->lists.grow_percent;
    h->node.overrides = h->start.config->members.overrides;
}

/* Another configuration is in force, and its files have come. */
static void apply_lists(struct hub *h)
{
    struct policy_protect_file files[CONFIG_NEVER_BLOCK_MAX];
    bool before = policy_manager_is_protecting(h->policy);
    unsigned count = take_protect_files(h, files);
    policy_manager_set_protect_files(h->policy, files, count);
    take_limits(h);
    if (policy_manager_set_groups(h->policy, &h->start.config->dns.groups) < 0)
        log_warning(_("the new client groups are not known to \"why\": out of memory"));
    feed_service_configure(h->feeds, h->start.config);
    take_guard_files(h);
    if (before || count > 0)
        policy_manager_lists_changed(h->policy, NULL, NULL);
}

static void on_reloaded(struct hub *h, const struct handover *m)
{
    if (m->number == 0)
        apply_lists(h);
    for (size_t i = 0; i < array_len(h->reloads); i++) {
        node_done_fn *done = h->reloads[i].done;
        h->reloads[i].done = NULL;
        if (done)
            done(h->reloads[i].self, m->number == 0 ? NULL : m->text);
    }
}

static void take_peer(struct hub *h, unsigned role, int fd)
{
    int e = role == ROLE_DNS     ? policy_manager_connect(h->policy, fd)
            : role == ROLE_STORE ? store_client_connect(h->store, fd)
            : role == ROLE_FETCH ? feed_service_connect(h->feeds, fd)
            : role == ROLE_SHARE ? exchange_service_connect(h->exchange, fd)
            : role == ROLE_WEB   ? web_service_connect(h->web, fd)
                                 : -EINVAL;
    if (e < 0) {
        log_error(_("no channel to %s: %s"), role < ROLE_COUNT ? role_name((enum role)role) : "?", strerror(-e));
        close(fd);
    }
}

/* From here on clients are stored as configured. Without a secret that can be kept, pseudonyms still hide them. */
static void configure_recorder(struct hub *h)
{
    const struct config *c = h->start.config;
    recorder_set_groups(h->recorder, &c->dns.groups);
    sighting_keeper_set_groups(hub_loop_sightings(h->closed), &c->dns.groups);
    on_members_built(h, policy_members(policy_manager_policy(h->policy)));
    policy_manager_set_member_groups(h->policy, c->members.groups);
    policy_manager_set_may_allow(h->policy, c->members.may_allow);
    struct client_key key = {.first = {0}};
    int e = c->clients.kind == CLIENT_PSEUDONYM ? client_key_load(h->data_fd, &key) : 0;
    if (e < 0)
        log_error(_("%s/%s cannot be used: %s; pseudonyms of clients will change with the next start"), c->data,
                  NODE_CLIENT_KEY, strerror(-e));
    recorder_set_clients(h->recorder, &c->clients, &key);
}

/* On that socket from now on; -1: no longer. */
static void serve_metrics(struct hub *h, int fd)
{
    metrics_server_free(h->metrics);
    h->metrics = NULL;
    int e = fd < 0 ? 0 : metrics_server_new(h->loop, fd, node_metrics, h, &h->metrics);
    if (e < 0)
        log_error(_("metrics are not served: %s"), strerror(-e));
}

/* Answers by a new configuration may come before the word that it is in force, so the recorder learns it now. */
static int take_config(struct hub *h, struct handover *m)
{
    int e = role_take_config(&h->start, m);
    if (e == 0) {
        configure_recorder(h);
        exchange_service_configure(h->exchange, h->start.config);
        hub_loop_configure(h->closed, h->start.config);
    }
    return e;
}

static void on_parent(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct hub *h = self;
    struct handover m;
    int e = handover_recv((int)fd, &m);
    if (e == -EAGAIN)
        return;
    if (e <= 0) { /* without a parent there is nobody to restart anything: end */
        event_base_loopbreak(h->loop);
        return;
    }
    if (m.kind == PARENT_METRICS) {
        serve_metrics(h, m.fd_count == 1 ? m.fds[0] : -1);
        m.fd_count = 0;
    } else if (m.kind == PARENT_PEER && m.fd_count == 1) {
        take_peer(h, m.number, m.fds[0]);
        m.fd_count = 0;
    } else if (m.kind == PARENT_RELOADED) {
        on_reloaded(h, &m);
    } else if ((m.kind == PARENT_CONFIG && take_config(h, &m) < 0) ||
               (m.kind == PARENT_FILE && role_take_file(&h->start, &m) < 0)) {
        log_error(_("nothing usable from the parent: %s"), strerror(EBADMSG));
    }
    handover_drop(&m);
}

/* What was observed is stored before the hub ends, if the store does not take too long. */
static void on_ending(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct hub *h = self;
    recorder_flush(h->recorder);
    bool stored = store_client_counters_get(h->store).batches_waiting == 0 &&
                  recorder_counters_get(h->recorder).rows_waiting == 0;
    if (stored || clock_mono_ms() - h->ending_since_ms > ENDING_PATIENCE_MS) {
        event_base_loopbreak(h->loop);
        return;
    }
    static const struct timeval soon = {.tv_usec = 10000};
    event_add(h->ending, &soon);
}

static void on_terminate(evutil_socket_t number, short what, void *self)
{
    (void)number, (void)what;
    struct hub *h = self;
    h->ending_since_ms = clock_mono_ms();
    if (h->recorder)
        on_ending(-1, 0, h);
    else
        event_base_loopbreak(h->loop);
}

/* ---- making ---- */

static int enter_sandbox(const struct config *c)
{
    struct sandbox_options options = {
        .role = SANDBOX_HUB, .uid = c->uid, .gid = c->gid, .write_paths = {c->data}, .read_paths = {c->judge.warning_lists}};
    struct sandbox_report report;
    return role_tell_sandbox(sandbox_enter(&options, &report), &report);
}

static int open_ledger(struct hub *h)
{
    char path[CONFIG_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", h->start.config->data, NODE_LEDGER);
    int e = ledger_open(path, &h->ledger);
    if (e < 0)
        log_error(_("ledger %s: %s"), path, _(ledger_error_of(e)));
    return e;
}

static int make_keeper(struct hub *h)
{
    int e = ledger_keeper_new(h->loop, h->ledger, h->data_fd, &h->keeper);
    if (e < 0)
        log_error(_("%s/%s cannot be used: %s"), h->start.config->data, NODE_LEDGER_KEY, strerror(-e));
    return e;
}

static void gather_commands(struct hub *h)
{
    const struct control_command *const tables[] = {verdict_commands, why_commands, list_commands, dns_commands, pdns_commands,
                                                    ledger_commands, judgement_commands, object_commands, indicator_commands, share_commands, clock_commands, place_commands, notice_commands, campaign_commands, case_commands, case_part_commands, status_commands,
                                                    member_commands, member_list_commands, member_override_commands, member_proof_commands, member_mail_commands, member_webhook_commands};
    size_t n = 0;
    for (size_t i = 0; i < array_len(tables); i++)
        for (const struct control_command *c = tables[i]; c->name && n + 1 < array_len(h->commands); c++)
            h->commands[n++] = *c;
}

static int note_change(void *self, const char *source, const char *command, const json_t *arguments)
{
    return change_note(((const struct node *)self)->ledger, source, command, arguments, clock_wall_us());
}

static int make_control(struct hub *h)
{
    const struct config *c = h->start.config;
    gather_commands(h);
    struct control_options options = {
        .loop = h->loop, .listen_fd = h->start.control_fd, .commands = h->commands, .self = &h->node, .note = note_change};
    _Static_assert((int)CONFIG_CONTROL_USERS_MAX <= (int)CONTROL_USERS_MAX, "the server takes all that the configuration holds");
    for (unsigned i = 0; i < c->control_user_count && i < CONFIG_CONTROL_USERS_MAX; i++)
        options.users[options.user_count++] = c->control_users[i];
    return control_server_new(&options, &h->control);
}

static int make_web(struct hub *h)
{
    char link[256];
    struct web_options options = {.loop = h->loop, .node = &h->node, .commands = h->commands};
    int e = web_service_new(&options, &h->web);
    if (e < 0)
        return e;
    recorder_set_live(h->recorder, web_service_live(h->web));
    notice_keeper_listen(hub_loop_notices(h->closed), tell_notice, h);
    e = web_service_first_link(h->web, &h->start.config->web, link, sizeof link);
    if (e == 0)
        log_notice(_("make the first account, within a day: %s"), link);
    else if (e != -EEXIST && e != -ENOENT)
        log_warning(_("no link for a first account: %s"), strerror(-e));
    return 0;
}

/* What an import left behind when the hub was killed in the middle of it. */
static void remove_leftovers(const struct hub *h)
{
    int fd = openat(h->data_fd, NODE_LISTS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL)
        if (strncmp(entry->d_name, "incoming-", strlen("incoming-")) == 0)
            unlinkat(fd, entry->d_name, 0);
    closedir(folder);
}

static int make_parts(struct hub *h)
{
    const struct config *c = h->start.config;
    remove_leftovers(h);
    int e = shared_memory_map(h->start.memory_fd, c->dns.workers, c->ring_bytes, &h->memory);
    if (e == 0)
        e = open_ledger(h);
    if (e == 0)
        e = make_keeper(h);
    if (e == 0) {
        struct policy_protect_file files[CONFIG_NEVER_BLOCK_MAX];
        char ledger_path[CONFIG_PATH_MAX + 32];
        snprintf(ledger_path, sizeof ledger_path, "%s/%s", c->data, NODE_LEDGER);
        struct policy_manager_options options = {.loop = h->loop,
                                                 .ledger = h->ledger,
                                                 .data_fd = h->data_fd,
                                                 .ledger_path = ledger_path,
                                                 .protection_changed = on_protection,
                                                 .self = h,
                                                 .groups = &h->start.config->dns.groups,
                                                 .member_groups = c->members.groups,
                                                 .may_allow = c->members.may_allow,
                                                 .members_built = on_members_built,
                                                 .protect_files = files,
                                                 .protect_count = take_protect_files(h, files)};
        e = policy_manager_new(&options, &h->policy);
    }
    if (e == 0)
        e = store_client_new(h->loop, &h->store);
    if (e == 0)
        e = make_closed_loop(h);
    if (e == 0)
        e = recorder_new(h->loop, &h->memory, h->store, &h->recorder);
    if (e == 0) {
        recorder_set_sightings(h->recorder, hub_loop_sightings(h->closed));
        configure_recorder(h);
    }
    if (e == 0) {
        h->node.ledger = h->ledger;
        struct feed_service_options options = {.loop = h->loop, .node = &h->node, .returned = hub_loop_returned, .sent = hub_loop_sent, .self = h->closed};
        e = feed_service_new(&options, c, &h->feeds);
        hub_loop_feeds(h->closed, h->feeds);
    }
    if (e == 0) {
        struct exchange_service_options options = {.loop = h->loop, .posted = hub_loop_posted, .removing = hub_loop_removing, .self = h->closed};
        e = exchange_service_new(&options, c, &h->exchange);
    }
    if (e == 0) {
        e = hub_loop_share(h->closed, h->exchange);
    }
    if (e == 0) {
        struct list_effect_options options = {
            .loop = h->loop, .ledger = h->ledger, .data_fd = h->data_fd, .policy = h->policy, .ask_store = ask_page, .self = h};
        e = list_effect_new(&options, &h->effect);
    }
    if (e == 0)
        e = make_control(h);
    if (e == 0)
        e = make_web(h);
    if (e == 0)
        e = member_prover_new(h->loop, &h->node, &h->prover);
    if (e == 0 && h->start.metrics_fd >= 0)
        serve_metrics(h, h->start.metrics_fd);
    for (unsigned role = 0; e == 0 && role < ROLE_COUNT; role++)
        if (h->start.peers[role] >= 0)
            take_peer(h, role, h->start.peers[role]);
    return e;
}

static int make_loop(struct hub *h)
{
    h->loop = fair_loop_new();
    if (!h->loop)
        return -ENOMEM;
    fcntl(ROLE_PARENT_FD, F_SETFL, O_NONBLOCK);
    h->parent = event_new(h->loop, ROLE_PARENT_FD, EV_READ | EV_PERSIST, on_parent, h);
    h->terminate = evsignal_new(h->loop, SIGTERM, on_terminate, h);
    h->ending = event_new(h->loop, -1, 0, on_ending, h);
    return h->parent && h->terminate && h->ending && event_add(h->parent, NULL) == 0 && event_add(h->terminate, NULL) == 0
               ? 0
               : -ENOMEM;
}

static void unmake(struct hub *h)
{
    member_prover_free(h->prover);
    control_server_free(h->control);
    if (h->recorder)
        recorder_set_live(h->recorder, NULL);
    list_effect_free(h->effect);
    if (h->closed)
        notice_keeper_listen(hub_loop_notices(h->closed), NULL, NULL);
    web_service_free(h->web);
    exchange_service_free(h->exchange);
    feed_service_free(h->feeds);
    metrics_server_free(h->metrics);
    recorder_free(h->recorder);
    store_client_free(h->store);
    hub_loop_free(h->closed);
    policy_manager_free(h->policy);
    ledger_keeper_free(h->keeper);
    ledger_close(h->ledger);
    shared_memory_unmap(&h->memory);
    if (h->parent)
        event_free(h->parent);
    if (h->terminate)
        event_free(h->terminate);
    if (h->ending)
        event_free(h->ending);
    if (h->loop)
        event_base_free(h->loop);
}

int role_hub_main(void)
{
    log_init("hub", LOG_LEVEL_NOTICE);
    signal(SIGINT, SIG_IGN); /* from the terminal: the parent tells us when */
    tzset();                 /* by it the hour of the digest is known */
    struct hub *h = calloc(1, sizeof *h);
    if (!h || sodium_init() < 0)
        return 1;
    int e = role_receive_start(&h->start);
    if (e < 0) {
        log_error(_("nothing usable from the parent: %s"), strerror(-e));
        return 1;
    }
    h->data_fd = open(h->start.config->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    e = h->data_fd < 0 ? -errno : enter_sandbox(h->start.config);
    if (e == 0) {
        h->node = (struct node){
            .self = h,
            .data_fd = h->data_fd,
            .policy = node_policy,
            .hand_changed = node_hand_changed,
            .lists_changed = node_lists_changed,
            .protection = node_protection,
            .is_protecting = node_is_protecting,
            .examine_list = node_examine_list,
            .effect_start = node_effect_start,
            .effect = node_effect,
            .feeds = node_feeds,
            .fetch = node_fetch,
            .ask_store = node_ask_store,
            .look_up = node_look_up,
            .stored_client = node_stored_client,
            .ledger_signer = node_ledger_signer,
            .belief = node_belief,
            .warnings = node_warnings,
            .recipient = node_recipient,
            .gate = node_gate,
            .identity = node_identity,
            .places = node_places,
            .members_changed = node_members_changed,
            .has_mail = node_has_mail,
            .webhook_flaw = node_webhook_flaw,
            .notice_rules = node_notice_rules,
            .notice_changed = node_notice_changed,
            .notice_send = node_notice_send,
            .notice_digest = node_notice_digest,
            .first_link = node_first_link,
            .exchange = node_exchange,
            .status = node_status,
            .metrics = node_metrics,
            .reload = node_reload,
        };
        take_limits(h);
        e = make_loop(h);
    }
    if (e == 0)
        e = make_parts(h);
    if (e < 0) {
        log_error(_("cannot start: %s"), strerror(-e));
    } else if (handover_send(ROLE_PARENT_FD, &(struct handover){.kind = ROLE_IS_READY}) == 0) {
        event_base_dispatch(h->loop);
    }
    unmake(h);
    free(h->start.config);
    free(h);
    return e < 0;
}
