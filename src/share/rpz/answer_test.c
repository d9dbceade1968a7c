/* Answers, read back by the machine that takes transfers apart: the whole, differences, signatures, a zone that changes meanwhile. */
#include "share/rpz/answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"
#include "proto/dns/transfer.h"

#define NOW 1700000000u

static char dir[64], path[96];
static struct exchange *store;
static struct exchange_zone zone;

static void open_store(void)
{
    snprintf(dir, sizeof dir, "/tmp/rpz_answer_test.XXXXXX");
    check(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/exchange.db", dir);
    check_int(exchange_open(path, &store), ==, 0);
    check_int(exchange_zone_open(store, "b", &zone), ==, 0);
    check_int(exchange_zone_fill(store, zone.number, NULL, 0, 0, true, 1000), ==, 0);
}

static void close_store(void)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    exchange_close(store);
    for (size_t i = 0; i < array_len(tails); i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", path, tails[i]);
        unlink(file);
    }
    rmdir(dir);
}

static void put(enum subject_kind kind, const char *value, bool given)
{
    struct subject s = {.kind = kind};
    snprintf(s.value, sizeof s.value, "%s", value);
    struct exchange_zone_item item = {.subject = &s, .given = given};
    int64_t serial;
    check_int(exchange_zone_put(store, zone.number, &item, 1, 1000, &serial), ==, 0);
}

/* What a secondary reads: lines "+owner type", "-owner type" of differences, " owner type" of the whole. */
static char seen[1 << 20];
static size_t seen_len;
static unsigned messages;
static struct tsig conversation;
static bool verifies;
static struct transfer transfer;
static int outcome;

static int on_record(void *self, enum transfer_step step, const struct dns_walk *w, const struct dns_record *r)
{
    (void)self, (void)w;
    char owner[DNS_NAME_TEXT_MAX];
    if (step == TRANSFER_SOA || r->type == DNS_TYPE_NS)
        return 0;
    int n = snprintf(seen + seen_len, sizeof seen - seen_len, "%c%s ", step == TRANSFER_WHOLE ? ' ' : step == TRANSFER_ADD ? '+' : '-',
                     dns_name_format(&r->owner, owner));
    seen_len += n > 0 && seen_len + (size_t)n < sizeof seen ? (size_t)n : 0;
    check_int(r->type, ==, DNS_TYPE_CNAME);
    check_int(r->rdata_len, ==, 1);
    return 0;
}

static int on_message(void *self, const uint8_t *octets, size_t len)
{
    (void)self;
    messages++;
    check_int(octets[0] << 8 | octets[1], ==, len - 2);
    if (verifies)
        check_int(tsig_verify(&conversation, octets + 2, len - 2, NOW), ==, 1);
    outcome = transfer_take(&transfer, octets + 2, len - 2);
    return 0;
}

static struct rpz_answer *begin(uint16_t qtype, uint32_t have, const struct tsig_key *key)
{
    static struct dns_name name;
    struct rpz_request request;
    struct tsig server;
    uint8_t message[512];
    struct writer w = writer_of(message, sizeof message);
    struct rpz_answer *a = malloc(sizeof *a);
    check_int(dns_name_parse("rpz.example", 11, &name), ==, 0);
    transfer_write_request(&w, 7, &name, qtype, have);
    if (key)
        tsig_sign(&conversation, key, &w, NOW);
    check_int(rpz_request_read(message, w.len, &request), ==, 0);
    if (key)
        check_int(tsig_accept(&server, key, message, w.len, NOW), ==, 0);
    transfer = (struct transfer){.zone = &name, .id = 7, .qtype = qtype, .have = have, .on_record = on_record};
    verifies = key != NULL;
    seen_len = messages = 0;
    seen[0] = '\0';
    outcome = 0;
    check_int(exchange_zone_get(store, "b", &zone), ==, 0);
    check_int(rpz_answer_begin(a, &request, key ? &server : NULL, store, &zone, false, on_message, NULL), ==, 0);
    return a;
}

static const char *ask(uint16_t qtype, uint32_t have)
{
    struct rpz_answer *a = begin(qtype, have, NULL);
    int e;
    while ((e = rpz_answer_go_on(a, store, NOW)) == 1)
        continue;
    check_int(e, ==, 0);
    free(a);
    return seen;
}

TEST(the_whole_is_a_name_and_all_below_it)
{
    open_store();
    check_str(ask(DNS_TYPE_AXFR, 0), "");
    check_int(outcome, ==, 1);
    put(SUBJECT_DOMAIN, "evil.example", true);
    put(SUBJECT_HOST, "www.bad.example", true);
    put(SUBJECT_ADDRESS, "192.0.2.1", true);
    check_str(ask(DNS_TYPE_AXFR, 0), " evil.example.rpz.example  *.evil.example.rpz.example  www.bad.example.rpz.example  32.1.2.0.192.rpz-ip.rpz.example ");
    check_int(outcome, ==, 1);
    check_int(transfer.soa.serial, ==, (uint32_t)zone.serial);
    close_store();
}

TEST(differences_say_what_went_and_came)
{
    open_store();
    put(SUBJECT_DOMAIN, "filler.example", true);
    check_int(exchange_zone_get(store, "b", &zone), ==, 0);
    uint32_t first = (uint32_t)zone.serial;
    put(SUBJECT_HOST, "evil.example", true);
    put(SUBJECT_DOMAIN, "evil.example", true); /* the name itself is there already */
    put(SUBJECT_HOST, "evil.example", false);  /* nothing changes */
    put(SUBJECT_DOMAIN, "filler.example", false);
    check_str(ask(DNS_TYPE_IXFR, first), "+evil.example.rpz.example +*.evil.example.rpz.example -filler.example.rpz.example -*.filler.example.rpz.example ");
    check_int(outcome, ==, 1);
    check(transfer.incremental);
    check_str(ask(DNS_TYPE_IXFR, (uint32_t)zone.serial), "");
    check_int(outcome, ==, -ENODATA);
    check_str(ask(DNS_TYPE_IXFR, 5), " evil.example.rpz.example  *.evil.example.rpz.example "); /* never was */
    check(!transfer.incremental);
    check_int(outcome, ==, 1);
    close_store();
}

TEST(a_large_zone_comes_in_signed_messages_and_of_one_serial)
{
    struct tsig_key key = {.algorithm = TSIG_HMAC_SHA512, .secret_len = 64};
    char name[64];
    open_store();
    check_int(dns_name_parse("key.b", 5, &key.name), ==, 0);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "name%04d.example", i);
        put(SUBJECT_HOST, name, true);
    }
    struct rpz_answer *a = begin(DNS_TYPE_AXFR, 0, &key);
    int e, pieces = 0;
    while ((e = rpz_answer_go_on(a, store, NOW)) == 1) {
        pieces++;
        snprintf(name, sizeof name, "name%04d.example", 2990 - pieces);
        put(SUBJECT_HOST, name, false); /* not yet read */
        put(SUBJECT_HOST, "name0001.example", pieces % 2 == 0);
        put(SUBJECT_HOST, "zzz.example", true);
    }
    check_int(e, ==, 0);
    check_int(pieces, ==, 3000 / RPZ_PIECE_VALUES);
    check_int(outcome, ==, 1);
    check_int(a->records, ==, 3000);
    check(messages > 2);
    check(strstr(seen, "name2985") != NULL);
    check(strstr(seen, "zzz") == NULL);
    free(a);
    close_store();
}

TEST(errors_are_single_messages)
{
    struct rpz_request request = {.id = 7, .flags = DNS_FLAG_RD, .edns = true};
    open_store();
    seen_len = messages = 0;
    verifies = false;
    check_int(rpz_answer_error(&request, DNS_RCODE_BADVERS, NULL, 0, NULL, 0, NOW, on_message, NULL), ==, 0);
    check_int(messages, ==, 1);
    close_store();
}

int main(int argc, char **argv)
{
    return sodium_init() < 0 ? 1 : test_main(argc, argv);
}
