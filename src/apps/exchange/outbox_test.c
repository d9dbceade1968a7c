/* What reaches a recipient's collection and zone: new indicators, what is taken back, also when the collection is full. */
#include "apps/exchange/outbox.h"

#include <errno.h>
#include <event2/event.h>

#include "base/log.h"
#include "share/export/export_stix.h"
#include "store/indicator.h"
#include "store/ledger_file_test.h"

enum { PREFACE = 3 /* the identity, and the markings clear and green */ };
#define T0 INT64_C(1700000000000000)

struct place {
    struct event_base *loop;
    struct ledger *ledger;
    struct exchange *exchange;
    struct export_node node;
    struct outbox *outbox;
    char path[128];
    char zone[256]; /* "+a.example -b.example" as it was told */
};

static struct exchange *store_of(void *self)
{
    return ((struct place *)self)->exchange;
}

static int put_zone(void *self, const char *recipient, const struct exchange_zone_item *items, unsigned count)
{
    struct place *p = self;
    (void)recipient;
    for (unsigned i = 0; i < count; i++) {
        size_t n = strlen(p->zone);
        snprintf(p->zone + n, sizeof p->zone - n, "%s%c%s", n ? " " : "", items[i].given ? '+' : '-', items[i].subject->value);
    }
    return 0;
}

static void configure(struct place *p, bool has_collection)
{
    struct outbox_recipient b = {.name = "b", .has_collection = has_collection};
    gate_rules_default(&b.rules);
    check_int(outbox_configure(p->outbox, &b, 1), ==, 0);
}

static struct exchange_collection collection_of(struct place *p, int64_t objects_max)
{
    struct exchange_collection c = {0};
    check_int(exchange_collection_put(p->exchange, "to-b", "for b", objects_max, 1 << 20, &c), ==, 0);
    return c;
}

static void open_place(struct place *p, int64_t objects_max)
{
    *p = (struct place){.loop = event_base_new(), .ledger = open_fresh()};
    log_init("outbox_test", LOG_LEVEL_ERROR);
    p->node.name = "node";
    snprintf(p->path, sizeof p->path, "%s/exchange.db", ledger_folder);
    check_int(exchange_open(p->path, &p->exchange), ==, 0);
    if (objects_max > 0)
        collection_of(p, objects_max);
    struct outbox_options o = {.loop = p->loop, .ledger = p->ledger, .node = &p->node, .self = p, .exchange = store_of, .zone = put_zone};
    check_int(outbox_new(&o, &p->outbox), ==, 0);
}

static void close_place(struct place *p)
{
    outbox_free(p->outbox);
    exchange_close(p->exchange);
    static const char *const tails[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < array_len(tails); i++) {
        char file[160];
        snprintf(file, sizeof file, "%s%s", p->path, tails[i]);
        unlink(file);
    }
    close_and_remove(p->ledger);
    event_base_free(p->loop);
}

/* The entry that the number of an indicator is taken from. */
static uint32_t say(struct place *p, const char *name)
{
    struct verdict v = {.claim = CLAIM_C2, .probability = 990, .tlp = VERDICT_TLP_GREEN, .made_us = T0, .from_us = T0,
                        .author = {.kind = VERDICT_BY_ANALYST, .name = "somebody"}};
    v.subject.kind = SUBJECT_HOST;
    snprintf(v.subject.value, sizeof v.subject.value, "%s", name);
    snprintf(v.reason, sizeof v.reason, "seen");
    check_int(ledger_append(p->ledger, &v), ==, 0);
    return v.number;
}

static void run(struct place *p)
{
    outbox_poke(p->outbox);
    for (unsigned i = 0; i < 8; i++)
        check(event_base_loop(p->loop, EVLOOP_NONBLOCK) >= 0);
}

/* Said of a name, and believed or no more. */
static void believe(struct place *p, uint32_t id, const char *name, enum indicator_state state, int64_t at_us)
{
    struct indicator i = {.claim = CLAIM_C2, .state = state, .probability = 990, .level_probability = 990, .tlp = VERDICT_TLP_GREEN,
                          .first_us = T0, .last_us = T0, .changed_us = at_us, .next_us = INT64_MAX, .verdict_count = 1, .source_count = 1};
    i.decision = state == INDICATOR_ACTIVE ? INDICATOR_DO_BLOCK : INDICATOR_DO_NONE;
    i.subject.kind = SUBJECT_HOST;
    snprintf(i.subject.value, sizeof i.subject.value, "%s", name);
    check_int(indicator_begin(p->ledger), ==, 0);
    check_int(indicator_put(p->ledger, id, &i), ==, 0);
    check_int(sharing_queue(p->ledger, id), ==, 0);
    check_int(indicator_commit(p->ledger), ==, 0);
}

struct counts {
    unsigned valid, revoked;
};

static int count_row(void *self, const struct exchange_row *row)
{
    struct counts *c = self;
    if (strncmp(row->id, "indicator--", 11) != 0)
        return 0;
    if (memmem(row->octets, row->len, "\"revoked\":true", 14))
        c->revoked++;
    else
        c->valid++;
    return 0;
}

static struct counts shared(struct place *p)
{
    struct exchange_collection c;
    struct exchange_page page;
    struct counts counts = {0};
    const struct exchange_filter last = {0};
    check_int(exchange_collection_get(p->exchange, "to-b", &c), ==, 0);
    check_int(exchange_page(p->exchange, c.number, &last, 1000, true, count_row, &counts, &page), ==, 0);
    return counts;
}

TEST(a_full_collection_takes_nothing_new_and_all_that_is_taken_back)
{
    struct place p;
    open_place(&p, PREFACE + 2);
    configure(&p, true);
    believe(&p, say(&p, "a.example"), "a.example", INDICATOR_ACTIVE, T0 + 1);
    believe(&p, say(&p, "b.example"), "b.example", INDICATOR_ACTIVE, T0 + 1);
    run(&p);
    check_int(shared(&p).valid, ==, 2);
    believe(&p, say(&p, "c.example"), "c.example", INDICATOR_ACTIVE, T0 + 2);
    run(&p);
    check_int(shared(&p).valid, ==, 2);
    believe(&p, 1, "a.example", INDICATOR_REVOKED, T0 + 3);
    believe(&p, say(&p, "d.example"), "d.example", INDICATOR_ACTIVE, T0 + 3); /* in the same step */
    run(&p);
    check_int(shared(&p).revoked, ==, 1);
    check_int(shared(&p).valid, ==, 1);
    check_str(p.zone, "+a.example +b.example -a.example"); /* nothing in the zone that could not be taken back */
    struct sharing_row row;
    uint32_t recipient;
    check_int(sharing_find(p.ledger, "b", &recipient), ==, 0);
    check_int(sharing_get(p.ledger, recipient, 1, &row), ==, 0);
    check(!row.given);
    check_int(sharing_get(p.ledger, recipient, 3, &row), ==, -ENOENT);
    /* With room again nothing is missing. */
    collection_of(&p, 100);
    configure(&p, true);
    run(&p);
    check_int(shared(&p).valid, ==, 3);
    check_int(shared(&p).revoked, ==, 1);
    close_place(&p);
}

TEST(who_takes_a_zone_alone_gets_no_collection_until_it_asks_for_one)
{
    struct place p;
    open_place(&p, 0);
    configure(&p, false);
    believe(&p, say(&p, "a.example"), "a.example", INDICATOR_ACTIVE, T0 + 1);
    run(&p);
    struct exchange_collection c;
    check_int(exchange_collection_get(p.exchange, "to-b", &c), ==, -ENOENT);
    check_str(p.zone, "+a.example");
    struct outbox_status status;
    outbox_status_get(p.outbox, &status);
    check_int(status.failed, ==, 0);
    collection_of(&p, 100);
    configure(&p, true);
    run(&p);
    check_int(shared(&p).valid, ==, 1);
    close_place(&p);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
