/* Moves observations from rings to batches. */
#include "apps/hub/recorder.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

#include "act/policy/group_names.h"
#include "base/clock.h"
#include "proto/dns/rdata_text.h"
#include "store/dns_rows.h"
#include "store/pdns_rows.h"

enum {
    PERIOD_MS = 50,       /* a ring of 8 MiB holds about 100 k observations: half a second at 200 k a second */
    BATCH_AGE_MS = 1000,  /* the log is at most this far behind */
    RATE_MARK_MS = 5000,
    TAKE_MAX = 200000,    /* in one go, so that the hub also answers */
};

struct recorder {
    struct event *timer;
    struct store_client *store;
    struct dns_rows *rows;
    struct pdns_rows *records;
    struct group_names *groups;
    struct client_form form;
    struct client_key key;
    int64_t newest_us; /* time of the newest answer in the waiting rows */
    struct {
        uint64_t taken, mono_ms;
    } mark, mark_before; /* for the rate */
    uint64_t seq;      /* of the last row */
    uint64_t batch_us; /* wall clock of this round */
    struct native block;
    unsigned ring_count;
    struct ring *rings;
    uint64_t first_row_ms[STORE_TABLE_COUNT]; /* when the waiting batch was begun */
    uint64_t taken, invalid;
    struct hub_page *page; /* shared: survives this hub */
    struct sighting_keeper *sightings; /* NULL: nobody looks */
    struct live *live;                 /* the same */
};

/* Tells the page how many of the rows taken have come to an end. */
static void settle(struct recorder *r)
{
    struct store_client_counters c = store_client_counters_get(r->store);
    uint64_t settled = c.rows_stored + c.rows_failed + r->invalid;
    atomic_store(&r->page->settled, settled);
    atomic_store(&r->page->taken, r->taken);
}

/* What the hub before this one had taken and not yet stored when it ended. */
static void count_lost(struct recorder *r)
{
    uint64_t taken = atomic_load(&r->page->taken), settled = atomic_load(&r->page->settled);
    if (taken > settled)
        atomic_fetch_add(&r->page->lost, taken - settled);
    atomic_store(&r->page->taken, 0);
    atomic_store(&r->page->settled, 0);
}

static size_t rows_waiting(const struct recorder *r, enum store_table table)
{
    return table == STORE_TABLE_DNS ? dns_rows_count(r->rows) : pdns_rows_count(r->records);
}

static void send_rows(struct recorder *r, enum store_table table)
{
    size_t n = rows_waiting(r, table);
    if (n == 0 || !store_client_has_room(r->store))
        return;
    int e = table == STORE_TABLE_DNS ? dns_rows_take(r->rows, &r->block) : pdns_rows_take(r->records, &r->block);
    int64_t newest_us = table == STORE_TABLE_DNS ? r->newest_us : 0;
    if (e < 0 || store_client_insert(r->store, table, &r->block, n, newest_us) < 0)
        r->invalid += n; /* out of memory: counted as lost */
}

static void send_old_rows(struct recorder *r)
{
    static const size_t most[] = {[STORE_TABLE_DNS] = DNS_ROWS_MAX, [STORE_TABLE_PDNS] = PDNS_ROWS_MAX};
    _Static_assert(array_len(most) == STORE_TABLE_COUNT, "one for each table");
    for (unsigned t = 0; t < STORE_TABLE_COUNT; t++)
        if (rows_waiting(r, t) >= most[t] || clock_mono_ms() - r->first_row_ms[t] >= BATCH_AGE_MS)
            send_rows(r, t);
}

/* Larger than all before it, also than those of the hub before this one: the microsecond, or the next number. */
static uint64_t next_seq(struct recorder *r)
{
    return r->seq + 1 > r->batch_us ? r->seq + 1 : r->batch_us;
}

/* What came out of a ring. */
struct taken {
    enum store_table table; /* which of the two it is */
    struct dns_observation o;
    struct answer_record a;
};

static int add_row(struct recorder *r, const struct taken *t)
{
    if (t->table == STORE_TABLE_PDNS) {
        static char text[DNS_RDATA_TEXT_MAX(ANSWER_RECORD_DATA_MAX)]; /* the hub's loop is the only thread here */
        return pdns_rows_add(r->records, &t->a, text, dns_rdata_format(t->a.type, t->a.data, t->a.data_len, text));
    }
    struct group_label label = group_names_get(r->groups, t->o.group);
    struct dns_row_labels labels = {.member = label.member, .group = label.name, .seq = next_seq(r)};
    int e = dns_rows_add(r->rows, &t->o, &labels);
    if (e == 0)
        r->seq = labels.seq;
    if (e == 0 && r->live)
        live_tell(r->live, &(struct live_answer){.o = &t->o, .member = label.member, .group = label.name, .seq = labels.seq});
    if (e == 0 && t->o.time_us > r->newest_us)
        r->newest_us = t->o.time_us;
    return e;
}

/* False when the rows are full and the store has no room. */
static bool keep(struct recorder *r, const struct taken *t)
{
    if (rows_waiting(r, t->table) == 0)
        r->first_row_ms[t->table] = clock_mono_ms();
    int e = add_row(r, t);
    if (e == -ENOBUFS) {
        send_rows(r, t->table);
        if (rows_waiting(r, t->table) > 0)
            return false;
        r->first_row_ms[t->table] = clock_mono_ms();
        e = add_row(r, t);
    }
    if (e < 0)
        r->invalid++;
    return true;
}

/* -EBADMSG when it is no frame. */
static int read_frame(const uint8_t *frame, size_t len, struct taken *ret_taken)
{
    ret_taken->table = STORE_TABLE_DNS;
    int e = dns_observation_get(frame, len, &ret_taken->o);
    if (e == 0)
        return 0;
    ret_taken->table = STORE_TABLE_PDNS;
    return answer_record_get(frame, len, &ret_taken->a);
}

/* False when it has to stay in the ring. */
static bool take_frame(struct recorder *r, const uint8_t *frame, size_t len)
{
    struct taken t;
    if (read_frame(frame, len, &t) < 0) {
        r->invalid++;
        return true;
    }
    if (t.table == STORE_TABLE_PDNS) {
        bool kept = keep(r, &t);
        if (kept && r->sightings)
            sighting_keeper_record(r->sightings, &t.a);
        return kept;
    }
    struct addr client = t.o.client;
    t.o.client = recorder_client(r, &client);
    if (!keep(r, &t))
        return false;
    t.o.client = client; /* looked for as it is; what is told is only that it was met */
    if (r->sightings)
        sighting_keeper_observe(r->sightings, &t.o);
    return true;
}

static void drain_ring(struct recorder *r, struct ring *ring, size_t max)
{
    const uint8_t *shared;
    size_t n;
    for (; max > 0 && (n = ring_peek(ring, &shared)) > 0; max--) {
        /* The worker could still change the bytes: decide on a copy. A frame that is too long is none. */
        uint8_t frame[ANSWER_RECORD_FRAME_MAX];
        size_t len = n <= sizeof frame ? n : 0;
        memcpy(frame, shared, len);
        if (!take_frame(r, frame, len))
            return;
        r->taken++;
        ring_release(ring);
    }
}

static void drain(struct recorder *r)
{
    r->batch_us = (uint64_t)clock_wall_us();
    for (unsigned i = 0; i < r->ring_count; i++)
        drain_ring(r, &r->rings[i], TAKE_MAX / r->ring_count);
    if (r->sightings)
        sighting_keeper_end_batch(r->sightings);
}

static void set_mark(struct recorder *r)
{
    uint64_t now = clock_mono_ms();
    if (now - r->mark.mono_ms < RATE_MARK_MS)
        return;
    r->mark_before = r->mark;
    r->mark.taken = r->taken;
    r->mark.mono_ms = now;
}

static void on_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct recorder *r = self;
    drain(r);
    settle(r);
    set_mark(r);
    send_old_rows(r);
}

void recorder_flush(struct recorder *r)
{
    drain(r);
    for (unsigned t = 0; t < STORE_TABLE_COUNT; t++)
        send_rows(r, t);
    settle(r);
}

int recorder_new(struct event_base *loop, const struct shared_memory *memory, struct store_client *store,
                 struct recorder **ret_recorder)
{
    struct recorder *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    r->store = store;
    r->ring_count = memory->workers;
    r->page = shared_memory_hub_page(memory);
    r->mark.mono_ms = r->mark_before.mono_ms = clock_mono_ms();
    count_lost(r);
    native_init(&r->block, DNS_ROWS_BLOCK_MAX);
    r->rings = calloc(memory->workers, sizeof *r->rings);
    int e = r->rings ? dns_rows_new(DNS_ROWS_MAX, DNS_ROWS_NAMES_MAX, &r->rows) : -ENOMEM;
    if (e == 0)
        e = pdns_rows_new(&r->records);
    if (e == 0)
        e = group_names_new(&r->groups);
    for (unsigned i = 0; e == 0 && i < memory->workers; i++)
        e = ring_attach_consumer(&r->rings[i], shared_memory_ring(memory, i), memory->ring_capacity);
    static const struct timeval period = {.tv_usec = PERIOD_MS * 1000};
    if (e == 0) {
        r->timer = event_new(loop, -1, EV_PERSIST, on_timer, r);
        if (!r->timer || event_add(r->timer, &period) < 0)
            e = -ENOMEM;
    }
    if (e < 0) {
        recorder_free(r);
        return e;
    }
    *ret_recorder = r;
    return 0;
}

void recorder_free(struct recorder *r)
{
    if (!r)
        return;
    if (r->timer)
        event_free(r->timer);
    dns_rows_free(r->rows);
    pdns_rows_free(r->records);
    group_names_free(r->groups);
    native_done(&r->block);
    free(r->rings);
    free(r);
}

void recorder_set_sightings(struct recorder *r, struct sighting_keeper *sightings)
{
    r->sightings = sightings;
}

void recorder_set_live(struct recorder *r, struct live *live)
{
    r->live = live;
}

void recorder_set_clients(struct recorder *r, const struct client_form *form, const struct client_key *key)
{
    r->form = *form;
    r->key = *key;
}

struct addr recorder_client(const struct recorder *r, const struct addr *client)
{
    return client_in_form(&r->form, &r->key, client);
}

void recorder_set_groups(struct recorder *r, const struct group_settings *groups)
{
    group_names_set(r->groups, groups);
}

void recorder_set_members(struct recorder *r, const struct member_table *table)
{
    group_names_set_members(r->groups, table);
}

struct recorder_counters recorder_counters_get(const struct recorder *r)
{
    struct recorder_counters c = {.taken = r->taken, .invalid = r->invalid, .rows_waiting = dns_rows_count(r->rows) + pdns_rows_count(r->records),
                                  .lost = atomic_load(&r->page->lost)};
    uint64_t over_ms = clock_mono_ms() - r->mark_before.mono_ms;
    c.rows_per_second = (r->taken - r->mark_before.taken) * 1000 / (over_ms > 0 ? over_ms : 1);
    for (unsigned i = 0; i < r->ring_count; i++) {
        struct ring_counters ring = ring_counters_get(&r->rings[i]);
        unsigned fill = ring_fill_percent(&r->rings[i]);
        c.pushed += ring.pushed;
        c.dropped += ring.dropped;
        c.corrupt += ring.corrupt;
        if (fill > c.fill_percent)
            c.fill_percent = fill;
    }
    return c;
}
