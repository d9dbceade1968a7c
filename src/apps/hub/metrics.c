/* Writes the node's numbers as Prometheus text. */
#include "apps/hub/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/process/roles.h"

struct out {
    FILE *f;
    const struct node_status_sources *s;
};

static void head(struct out *o, const char *name, const char *type, const char *help)
{
    fprintf(o->f, "# HELP hinomi_%s %s\n# TYPE hinomi_%s %s\n", name, help, name, type);
}

static void value(struct out *o, const char *name, uint64_t number)
{
    fprintf(o->f, "hinomi_%s %" PRIu64 "\n", name, number);
}

/* Label values: backslash, quote and line feed are escaped. */
static void labelled(struct out *o, const char *name, const char *label, const char *text, uint64_t number)
{
    fprintf(o->f, "hinomi_%s{%s=\"", name, label);
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", o->f);
        else
            fprintf(o->f, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    }
    fprintf(o->f, "\"} %" PRIu64 "\n", number);
}

static void one(struct out *o, const char *name, const char *type, const char *help, uint64_t number)
{
    head(o, name, type, help);
    value(o, name, number);
}

static uint64_t sum(const struct out *o, size_t offset)
{
    return shared_memory_sum(o->s->memory, offset);
}

/* ---- parts ---- */

static void put_dns(struct out *o)
{
    head(o, "dns_queries_total", "counter", "Queries by transport.");
    for (unsigned i = 0; i < DNS_TRANSPORT_COUNT; i++)
        labelled(o, "dns_queries_total", "transport", dns_transport_word(i), sum(o, offsetof(struct dns_counters, queries[i])));
    head(o, "dns_answers_total", "counter", "What was done with queries.");
    for (unsigned i = 0; i < DNS_ACTION_COUNT; i++)
        labelled(o, "dns_answers_total", "action", dns_action_word(i), sum(o, offsetof(struct dns_counters, actions[i])));
    head(o, "dns_flaws_total", "counter", "Queries that were not in order.");
    for (unsigned i = DNS_FLAW_NONE + 1; i < DNS_FLAW_COUNT; i++)
        labelled(o, "dns_flaws_total", "flaw", dns_flaw_word((enum dns_flaw)i), sum(o, offsetof(struct dns_counters, flaws[i])));
#define X(name, word) one(o, "dns_" word "_total", "counter", "Count of the resolver: " word ".", sum(o, offsetof(struct dns_counters, name)));
    DNS_COUNTERS(X)
#undef X
    one(o, "dns_cache_entries", "gauge", "Answers in the caches.", sum(o, offsetof(struct dns_counters, cache_entries)));
    one(o, "dns_cache_bytes", "gauge", "Size of the caches.", sum(o, offsetof(struct dns_counters, cache_bytes)));
    one(o, "dns_waiting", "gauge", "Queries that wait for an upstream.", sum(o, offsetof(struct dns_counters, pending)));
    one(o, "dns_stream_clients", "gauge", "Open connections of clients.", sum(o, offsetof(struct dns_counters, tcp_clients)));
    one(o, "dns_workers", "gauge", "Worker threads.", o->s->memory->workers);
}

static void put_recording(struct out *o)
{
    struct recorder_counters r = recorder_counters_get(o->s->recorder);
    struct store_client_counters c = store_client_counters_get(o->s->store);
    const struct store_status *t = store_client_status(o->s->store);
    one(o, "ring_frames_total", "counter", "Observations that went into the workers' rings.", r.pushed);
    one(o, "ring_dropped_total", "counter", "Observations that found a ring full.", r.dropped);
    one(o, "ring_corrupt_total", "counter", "Times a ring had to be emptied.", r.corrupt);
    one(o, "ring_fill_percent", "gauge", "Use of the fullest ring.", r.fill_percent);
    one(o, "recorder_invalid_total", "counter", "Frames that were none, or rows without memory.", r.invalid);
    one(o, "recorder_lost_total", "counter", "Observations that were in a hub that was killed.", r.lost);
    one(o, "recorder_rows_per_second", "gauge", "Observations taken in, over the last seconds.", r.rows_per_second);
    one(o, "recorder_rows_waiting", "gauge", "Rows not yet in a batch.", r.rows_waiting);
    one(o, "store_batches_waiting", "gauge", "Batches that are not on disk yet.", c.batches_waiting);
    one(o, "store_rows_stored_total", "counter", "Rows on disk, of this hub.", c.rows_stored);
    one(o, "store_rows_failed_total", "counter", "Rows that the store refused for good.", c.rows_failed);
    one(o, "store_open", "gauge", "1: the telemetry engine is open.", store_client_connected(o->s->store) && t->open);
    one(o, "store_rows", "gauge", "Rows in the store.", t->rows);
    one(o, "store_bytes", "gauge", "Size of the store on disk.", t->bytes_on_disk);
    one(o, "store_last_stored_timestamp_seconds", "gauge", "When rows were last stored.", (uint64_t)c.last_stored_us / 1000000);
    one(o, "store_newest_row_timestamp_seconds", "gauge", "Time of the newest answer that is stored.",
        (uint64_t)c.newest_row_us / 1000000);
}

static void put_policy(struct out *o)
{
    static const char *const layers[] = {[POLICY_LAYER_HAND] = "by_hand", [POLICY_LAYER_LISTS] = "lists",
                                        [POLICY_LAYER_BELIEF] = "indicators"};
    _Static_assert(array_len(layers) == POLICY_LAYER_COUNT, "one word per layer");
    struct policy_manager_status p;
    policy_manager_status_get(o->s->policy, &p);
    head(o, "policy_names", "gauge", "Rules of the layer.");
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        labelled(o, "policy_names", "layer", layers[i], p.names[i]);
    head(o, "policy_generation", "gauge", "Generation of the layer.");
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        labelled(o, "policy_generation", "layer", layers[i], p.generation[i]);
    head(o, "policy_in_force", "gauge", "1: the resolver has confirmed that generation.");
    for (int i = 0; i < POLICY_LAYER_COUNT; i++)
        labelled(o, "policy_in_force", "layer", layers[i], p.in_force[i] == p.generation[i]);
}

static int put_list_time(const struct list_record *r, void *self)
{
    labelled(self, "list_imported_timestamp_seconds", "list", r->name, (uint64_t)r->imported_us / 1000000);
    return 0;
}

static int put_list_names(const struct list_record *r, void *self)
{
    labelled(self, "list_names", "list", r->name, r->names);
    return 0;
}

static int count_held(const struct list_held *h, void *self)
{
    *(uint64_t *)self += !h->discarded;
    return 0;
}

static void put_lists(struct out *o)
{
    uint64_t held = 0;
    uint64_t verdicts;
    uint8_t root[LEDGER_HASH_LEN];
    head(o, "list_imported_timestamp_seconds", "gauge", "When the edition of the list in force was taken in.");
    int e = ledger_list_each(o->s->ledger, put_list_time, o);
    head(o, "list_names", "gauge", "Rules of the list.");
    if (e == 0)
        e = ledger_list_each(o->s->ledger, put_list_names, o);
    if (e == 0 && ledger_held_each(o->s->ledger, count_held, &held) == 0)
        one(o, "lists_held", "gauge", "Editions of lists that are held back.", held);
    ledger_root(o->s->ledger, &verdicts, root);
    one(o, "verdicts", "gauge", "Verdicts in the ledger.", verdicts);
    struct belief_keeper_status belief;
    belief_keeper_status_get(hub_loop_belief(o->s->closed), &belief);
    one(o, "belief_entries_behind", "gauge", "Entries of the ledger that are not weighed yet.", belief.entries_behind);
    one(o, "belief_reckoned_total", "counter", "Indicators reckoned since the start.", belief.reckoned);
    struct sighting_keeper_status met;
    sighting_keeper_status_get(hub_loop_sightings(o->s->closed), &met);
    one(o, "indicators_active", "gauge", "Active indicators that observations are held against.", met.indicators);
    one(o, "sightings_looked_at_total", "counter", "Observations and records held against them.", met.looked_at);
    one(o, "sightings_met_total", "counter", "Matches.", met.met);
    one(o, "sightings_failed_total", "counter", "Sightings lost, or writes that failed.", met.failed);
    one(o, "belief_failed_total", "counter", "Steps of reckoning that failed.", belief.failed);
}

static void put_roles(struct out *o)
{
    const struct role_state *states = shared_memory_role_states(o->s->memory);
    head(o, "role_up", "gauge", "1: the process of the role runs.");
    for (int i = 0; i < ROLE_COUNT; i++)
        labelled(o, "role_up", "role", role_name((enum role)i), atomic_load(&states[i].pid) != 0);
    head(o, "role_deaths_total", "counter", "Deaths of the role that nobody asked for.");
    for (int i = 0; i < ROLE_COUNT; i++)
        labelled(o, "role_deaths_total", "role", role_name((enum role)i), atomic_load(&states[i].deaths));
    head(o, "role_start_timestamp_seconds", "gauge", "When the role was last started.");
    for (int i = 0; i < ROLE_COUNT; i++)
        labelled(o, "role_start_timestamp_seconds", "role", role_name((enum role)i),
                 (uint64_t)atomic_load(&states[i].started_us) / 1000000);
}

char *metrics_text(const struct node_status_sources *s)
{
    char *text = NULL;
    size_t len = 0;
    struct out o = {.f = open_memstream(&text, &len), .s = s};
    if (!o.f)
        return NULL;
    head(&o, "build_info", "gauge", "Version of the program.");
    labelled(&o, "build_info", "version", HINOMI_VERSION, 1);
    put_dns(&o);
    put_recording(&o);
    put_policy(&o);
    put_lists(&o);
    put_roles(&o);
    if (fclose(o.f) == 0)
        return text;
    free(text);
    return NULL;
}
