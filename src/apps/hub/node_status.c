/* Adds up the workers' counters and asks each part how it is. */
#include "apps/hub/node_status.h"

#include <string.h>

#include "apps/process/roles.h"
#include "base/clock.h"

static uint64_t sum(const struct node_status_sources *s, size_t offset)
{
    return shared_memory_sum(s->memory, offset);
}

static void add(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *listen_json(const struct dns_listen *l)
{
    json_t *listen = json_array();
    for (unsigned i = 0; i < l->count; i++) {
        char text[ADDR_PORT_TEXT_MAX];
        json_array_append_new(listen, json_string(addr_port_format((const struct sockaddr *)&l->at[i], text)));
    }
    return listen;
}

static json_t *dns_json(const struct node_status_sources *s)
{
    json_t *dns = json_object(), *queries = json_object(), *actions = json_object(), *flaws = json_object();
    for (unsigned i = 0; i < DNS_TRANSPORT_COUNT; i++)
        add(queries, dns_transport_word(i), sum(s, offsetof(struct dns_counters, queries[i])));
    for (unsigned i = 0; i < DNS_ACTION_COUNT; i++)
        add(actions, dns_action_word(i), sum(s, offsetof(struct dns_counters, actions[i])));
    for (unsigned i = DNS_FLAW_NONE + 1; i < DNS_FLAW_COUNT; i++)
        add(flaws, dns_flaw_word((enum dns_flaw)i), sum(s, offsetof(struct dns_counters, flaws[i])));
    add(dns, "workers", s->memory->workers);
    json_object_set_new(dns, "queries", queries);
    json_object_set_new(dns, "actions", actions);
    json_object_set_new(dns, "flaws", flaws);
#define X(name, word) add(dns, word, sum(s, offsetof(struct dns_counters, name)));
    DNS_COUNTERS(X)
#undef X
    add(dns, "cache_entries", sum(s, offsetof(struct dns_counters, cache_entries)));
    add(dns, "cache_bytes", sum(s, offsetof(struct dns_counters, cache_bytes)));
    add(dns, "pending", sum(s, offsetof(struct dns_counters, pending)));
    add(dns, "tcp_clients", sum(s, offsetof(struct dns_counters, tcp_clients)));
    static const char *const keys[] = {[DNS_LISTEN_PLAIN] = "listen",
                                       [DNS_LISTEN_TLS] = "listen_tls",
                                       [DNS_LISTEN_HTTPS] = "listen_https"};
    _Static_assert(array_len(keys) == DNS_LISTEN_COUNT, "one key per kind");
    for (int i = 0; i < DNS_LISTEN_COUNT; i++)
        json_object_set_new(dns, keys[i], listen_json(&s->config->dns.listen[i]));
    return dns;
}

static json_t *policy_json(const struct node_status_sources *s)
{
    static const char *const words[] = {[POLICY_LAYER_HAND] = "by_hand", [POLICY_LAYER_LISTS] = "lists",
                                        [POLICY_LAYER_BELIEF] = "indicators"};
    _Static_assert(array_len(words) == POLICY_LAYER_COUNT, "one word per layer");
    struct policy_manager_status status;
    policy_manager_status_get(s->policy, &status);
    json_t *policy = json_object();
    json_object_set_new(policy, "resolver_connected", json_boolean(status.dns_connected));
    json_object_set_new(policy, "building", json_boolean(status.building));
    add(policy, "last_build_ms", status.build_ms);
    for (int i = 0; i < POLICY_LAYER_COUNT; i++) {
        json_t *layer = json_object();
        add(layer, "names", status.names[i]);
        add(layer, "generation", status.generation[i]);
        json_object_set_new(layer, "in_force", json_boolean(status.in_force[i] == status.generation[i]));
        json_object_set_new(policy, words[i], layer);
    }
    json_t *members = json_object();
    add(members, "members", status.members.members);
    add(members, "networks", status.members.networks);
    add(members, "taken", status.members.taken);
    add(members, "too_wide", status.members.too_wide);
    add(members, "unlisted", status.members.unlisted);
    add(members, "octets", status.members.bytes);
    add(members, "last_build_ms", status.members_ms);
    add(members, "generation", status.generation[POLICY_PART_MEMBERS]);
    json_object_set_new(members, "in_force", json_boolean(status.in_force[POLICY_PART_MEMBERS] == status.generation[POLICY_PART_MEMBERS]));
    json_object_set_new(policy, "members", members);
    return policy;
}

static int count_held(const struct list_held *h, void *self)
{
    *(uint64_t *)self += !h->discarded;
    return 0;
}

static json_t *lists_json(const struct node_status_sources *s)
{
    uint64_t held = 0;
    const struct protection *protection = policy_manager_protection(s->policy);
    json_t *lists = json_object();
    if (ledger_held_each(s->ledger, count_held, &held) < 0)
        held = 0;
    add(lists, "held", held);
    add(lists, "protected_names", protection ? protection_names(protection) : 0);
    add(lists, "conflicts", protection ? protection_conflicts(protection) : 0);
    return lists;
}

static json_t *recording_json(const struct node_status_sources *s)
{
    struct recorder_counters r = recorder_counters_get(s->recorder);
    struct store_client_counters c = store_client_counters_get(s->store);
    json_t *recording = json_object();
    add(recording, "observed", r.pushed);
    add(recording, "dropped", r.dropped);
    add(recording, "lost", r.lost);
    add(recording, "corrupt", r.corrupt);
    add(recording, "invalid", r.invalid);
    add(recording, "ring_fill_percent", r.fill_percent);
    add(recording, "rows_per_second", r.rows_per_second);
    add(recording, "rows_waiting", r.rows_waiting);
    add(recording, "batches_waiting", c.batches_waiting);
    add(recording, "rows_stored", c.rows_stored);
    add(recording, "rows_failed", c.rows_failed);
    int64_t age_us = c.last_stored_us ? clock_wall_us() - c.last_stored_us : -1;
    json_object_set_new(recording, "last_stored_s_ago", age_us < 0 ? json_null() : json_integer(age_us / 1000000));
    int64_t newest_us = c.newest_row_us ? clock_wall_us() - c.newest_row_us : -1;
    json_object_set_new(recording, "newest_row_s_ago", newest_us < 0 ? json_null() : json_integer(newest_us / 1000000));
    return recording;
}

static json_t *store_json(const struct node_status_sources *s)
{
    const struct store_status *t = store_client_status(s->store);
    json_t *store = json_object();
    json_object_set_new(store, "connected", json_boolean(store_client_connected(s->store)));
    json_object_set_new(store, "open", json_boolean(t->open));
    add(store, "rows", t->rows);
    add(store, "bytes_on_disk", t->bytes_on_disk);
    json_object_set_new(store, "engine", json_string(t->version));
    json_object_set_new(store, "last_error", json_string(t->last_error));
    json_t *days = json_object();
    for (unsigned i = 0; i < STORE_TABLE_COUNT; i++)
        add(days, store_table_name(i), s->config->retention_days[i]);
    json_object_set_new(store, "retention_days", days);
    return store;
}

static json_t *roles_json(const struct node_status_sources *s)
{
    json_t *roles = json_object();
    _Static_assert((int)ROLE_COUNT <= (int)ROLE_STATES_MAX, "each role has a state");
    for (int i = 0; i < ROLE_COUNT; i++) {
        const struct role_state *state = &shared_memory_role_states(s->memory)[i];
        char reason[ROLE_REASON_MAX];
        memcpy(reason, state->reason, sizeof reason);
        reason[sizeof reason - 1] = '\0';
        json_t *role = json_object();
        add(role, "pid", atomic_load(&state->pid));
        json_object_set_new(role, "up", json_boolean(atomic_load(&state->pid) != 0));
        add(role, "deaths", atomic_load(&state->deaths));
        add(role, "started_us", (uint64_t)atomic_load(&state->started_us));
        json_object_set_new(role, "last_death", json_string(reason));
        json_object_set_new(roles, role_name((enum role)i), role);
    }
    return roles;
}

json_t *node_status_json(const struct node_status_sources *s)
{
    json_t *status = json_object();
    uint64_t verdicts;
    uint8_t root[LEDGER_HASH_LEN];
    ledger_root(s->ledger, &verdicts, root);
    json_object_set_new(status, "version", json_string(HINOMI_VERSION));
    json_object_set_new(status, "data", json_string(s->config->data));
    add(status, "verdicts", verdicts);
    json_object_set_new(status, "belief", hub_loop_json(s->closed));
    json_object_set_new(status, "notices", notice_keeper_json(hub_loop_notices(s->closed)));
    json_object_set_new(status, "roles", roles_json(s));
    json_object_set_new(status, "dns", dns_json(s));
    json_object_set_new(status, "policy", policy_json(s));
    json_object_set_new(status, "lists", lists_json(s));
    json_object_set_new(status, "feeds", feed_service_json(s->feeds));
    json_object_set_new(status, "recording", recording_json(s));
    json_object_set_new(status, "store", store_json(s));
    json_object_set_new(status, "share", exchange_service_json(s->exchange));
    if (s->web)
        json_object_set_new(status, "web", web_service_json(s->web));
    return status;
}
