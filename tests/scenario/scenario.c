/* Runs scenarios: text files in which a protective resolver is configured, asked, and held to what it answers.
 *
 *     scenario FILE...    prints "ok NAME" or "not ok NAME" for each; why and where in lines that start with "#"
 *
 * The language is told in README.md of this folder. The worker, its event loop, the policy and the answers are the real
 * ones; the clock, the network and the upstream are fake_world.h. Every file has a worker and a policy of its own.
 */
#include "scenario.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- starting and stopping ---- */

static struct policy_image *finish_image(struct scenario *s, struct policy_builder **b)
{
    int fd = -1;
    struct policy_build_stats stats;
    struct policy_image *image = NULL;
    const char *reason = "";
    if (policy_builder_finish_fd(*b, &fd, &stats) < 0 || policy_image_open_fd(fd, true, &image, &reason) < 0 ||
        policy_image_verify(image) < 0)
        complain(s, "the policy cannot be built: %s", reason);
    close(fd);
    policy_builder_free(*b);
    *b = NULL;
    return image;
}

static void start(struct scenario *s)
{
    end_list(s);
    struct policy_image *hand = finish_image(s, &s->hand), *lists = finish_image(s, &s->lists);
    struct policy_groups *groups = NULL;
    if (s->groups.count + s->groups.list_count > 0 && policy_groups_new(&s->groups, &groups) < 0)
        complain(s, "the groups cannot be made");
    s->policy.groups = groups;
    policy_slot_init(&s->policy.slot, policy_new(hand, lists, NULL, s->policy.groups));
    s->ring_memory = calloc(1, ring_memory_size(RING_CAPACITY));
    int e = ring_format(s->ring_memory, RING_CAPACITY);
    assert(e == 0);
    e = ring_attach_producer(&s->producer, s->ring_memory, RING_CAPACITY);
    assert(e == 0);
    e = ring_attach_consumer(&s->consumer, s->ring_memory, RING_CAPACITY);
    assert(e == 0);
    world_network_open(&s->udp_fd, &s->tcp_fd);
    s->options.sockets[0] = (struct dns_socket){.fd = s->udp_fd, .transport = DNS_TRANSPORT_UDP};
    s->options.sockets[1] = (struct dns_socket){.fd = s->tcp_fd, .transport = DNS_TRANSPORT_TCP};
    s->options.socket_count = 2;
    s->options.cache_bytes = 1 << 20;
    s->options.cache_key = (struct sip_key){3, 4};
    s->options.cookies = (struct dns_cookie_secrets){.key = {{5, 6}}, .count = 1, .rolling = true};
    /* "_dns.resolver.arpa": SVCB 1 dns.test. alpn=dot */
    static const uint8_t designated[] = {0, 64, 0, 0, 1, 44, 0, 20, 0, 1, 3, 'd', 'n', 's', 4, 't', 'e', 's', 't', 0,
                                         0, 1, 0, 4, 3, 'd', 'o', 't'};
    s->options.designated = designated;
    s->options.designated_len = sizeof designated;
    s->options.counters = &s->counters;
    s->options.ring = &s->producer;
    s->options.policy = dns_policy_of(&s->policy);
    const char *error;
    if (dns_worker_new(&s->options, &s->worker, &error) < 0)
        complain(s, "the worker cannot be made: %s", error);
    s->running = true;
}

/* Lets the worker do all that it can do now. */
static void turn(struct scenario *s)
{
    for (int i = 0; i < 8; i++)
        dns_worker_step(s->worker);
}

static void begin(struct scenario *s, const char *path)
{
    *s = (struct scenario){.path = path};
    world_clock_init();
    world_upstream_init();
    s->dir_fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    s->hand = new_builder(s);
    s->lists = new_builder(s);
    struct policy_list hand = {.ede = DNS_EDE_BLOCKED, .since_us = world_clock_wall_us()};
    s->hand_list = policy_builder_list(s->hand, &hand);
}

static void finish(struct scenario *s)
{
    struct world_answer *left = malloc(sizeof *left);
    assert(left);
    if (s->running && world_take_answer(left))
        complain(s, "an answer came that the scenario does not speak of");
    if (world_upstream_unknown() > 0)
        complain(s, "%u questions went upstream that the scenario does not speak of", world_upstream_unknown());
    free(left);
    dns_worker_free(s->worker);
    if (s->running) {
        policy_slot_done(&s->policy.slot);
        policy_groups_free((struct policy_groups *)(uintptr_t)s->policy.groups);
        world_network_close();
    }
    policy_builder_free(s->hand);
    policy_builder_free(s->lists);
    free(s->ring_memory);
    close(s->dir_fd);
}

/* ---- steps ---- */

/* The name's octets as they are written, in their letter case. */
static void put_question(struct scenario *s, struct asked *a, const char *text, uint16_t type)
{
    struct dns_name n;
    a->question_len = 0;
    if (dns_name_parse(text, strlen(text), &n) < 0) {
        complain(s, "\"%s\" is not a name", text);
        return;
    }
    memcpy(a->question, n.wire, n.len);
    if (!strchr(text, '\\'))
        for (size_t i = 0; i + 2 < n.len; i++)
            if (text[i] != '.')
                a->question[i + 1] = (uint8_t)text[i];
    struct writer w = writer_of(a->question, sizeof a->question);
    w.len = n.len;
    writer_u16(&w, type);
    writer_u16(&w, DNS_CLASS_IN);
    a->question_len = w.len;
}

/* cookie new|known|forged|short: the client's alone, with what the last answer brought, with another, of a bad length. */
static void put_cookie(struct scenario *s, struct words *w, struct asked *a, struct writer *q)
{
    static const char *const kinds[] = {"new", "known", "forged", "short"};
    static const uint8_t client_cookie[] = {1, 2, 3, 4, 5, 6, 7, 8};
    const char *word = take(w);
    unsigned kind = 0;
    while (kind < array_len(kinds) && strcmp(kinds[kind], word) != 0)
        kind++;
    if (kind == array_len(kinds))
        complain(s, "there is no cookie \"%s\"", word);
    a->cookie = kind != 3;
    memcpy(a->client_cookie, client_cookie, sizeof client_cookie);
    uint8_t server_cookie[DNS_SERVER_COOKIE_LEN];
    memcpy(server_cookie, s->server_cookie, sizeof server_cookie);
    server_cookie[15] ^= kind == 2;
    size_t len = kind == 0 ? 0 : kind == 3 ? 3 : sizeof server_cookie;
    writer_u16(q, DNS_OPTION_COOKIE);
    writer_u16(q, (uint16_t)(sizeof client_cookie + len));
    writer_bytes(q, client_cookie, sizeof client_cookie);
    writer_bytes(q, server_cookie, len);
}

/* QUERY client ADDR [tcp|tcp-half-closed] [edns N [do] [cookie KIND] [keepalive]] [ad] [cd] NAME TYPE */
static void step_query(struct scenario *s, struct words *w)
{
    struct world_answer *left = malloc(sizeof *left);
    assert(left);
    if (world_take_answer(left))
        complain(s, "an answer came that the scenario does not speak of");
    free(left);
    if (s->asked_count == QUERIES_MAX) {
        complain(s, "too many queries");
        return;
    }
    uint16_t id = (uint16_t)s->asked_count++;
    struct asked *a = &s->asked[id];
    if (take_if(w, "client"))
        a->client = take_addr(s, w);
    bool half_closed = take_if(w, "tcp-half-closed");
    a->tcp = half_closed || take_if(w, "tcp");
    a->edns = take_if(w, "edns");
    uint16_t size = a->edns ? (uint16_t)take_number(s, w) : 0;
    bool dnssec = take_if(w, "do");
    uint8_t option_octets[64];
    struct writer options = writer_of(option_octets, sizeof option_octets);
    if (take_if(w, "cookie"))
        put_cookie(s, w, a, &options);
    a->keepalive = take_if(w, "keepalive");
    if (a->keepalive) {
        writer_u16(&options, DNS_OPTION_KEEPALIVE);
        writer_u16(&options, 0);
    }
    uint16_t flags = DNS_FLAG_RD;
    flags |= take_if(w, "ad") ? DNS_FLAG_AD : 0;
    flags |= take_if(w, "cd") ? DNS_FLAG_CD : 0;
    const char *name = take(w);
    put_question(s, a, name, take_type(s, w));
    uint8_t query[DNS_HEADER_LEN + sizeof a->question + 11 + sizeof option_octets];
    struct writer q = writer_of(query, sizeof query);
    writer_u16(&q, id);
    writer_u16(&q, flags);
    writer_u16(&q, 1);
    writer_u32(&q, 0);
    writer_u16(&q, a->edns);
    writer_bytes(&q, a->question, a->question_len);
    if (a->edns) {
        writer_u8(&q, 0);
        writer_u16(&q, DNS_TYPE_OPT);
        writer_u16(&q, size);
        writer_u32(&q, dnssec ? DNS_EDNS_DO : 0);
        writer_u16(&q, (uint16_t)options.len);
        writer_bytes(&q, option_octets, options.len);
    }
    assert(!q.full);
    if (a->tcp)
        world_send_tcp(&a->client, query, q.len, half_closed);
    else
        world_send_udp(&a->client, query, q.len);
    turn(s);
}

/* What an answer says, as words. */
struct said {
    unsigned rcode, count[DNS_SECTION_COUNT];
    uint16_t flags;
    uint32_t ttl;
    bool opt, has_soa, tcp;
    long ede, keepalive;
    bool cookie;
    uint8_t cookie_data[DNS_COOKIE_LEN];
    char text[256], data[2048];
};

static void read_opt_data(const uint8_t *rdata, size_t len, struct said *said)
{
    struct reader r = reader_of(rdata, len);
    while (r.left > 0) {
        uint16_t code = reader_u16(&r);
        struct reader option = reader_sub(&r, reader_u16(&r));
        if (code == DNS_OPTION_KEEPALIVE)
            said->keepalive = reader_u16(&option);
        if (code == DNS_OPTION_COOKIE) {
            said->cookie = option.left == DNS_COOKIE_LEN;
            reader_copy(&option, said->cookie_data, sizeof said->cookie_data);
        }
        if (code != DNS_OPTION_EDE)
            continue;
        said->ede = reader_u16(&option);
        snprintf(said->text, sizeof said->text, "%.*s", (int)option.left, (const char *)option.at);
    }
}

static void format_addr(const uint8_t *rdata, size_t len, char *text)
{
    struct addr a = {.bytes = {[10] = 0xff, [11] = 0xff}};
    memcpy(a.bytes + sizeof a.bytes - len, rdata, len);
    addr_format(&a, text);
}

static void read_record(const struct dns_walk *walk, const struct dns_record *r, struct said *said)
{
    char text[DNS_NAME_TEXT_MAX] = "?";
    const uint8_t *rdata = walk->message + r->rdata_at;
    struct dns_name target;
    if (r->type == DNS_TYPE_OPT) {
        said->opt = true;
        said->rcode |= r->ttl >> 24 << 4;
        read_opt_data(rdata, r->rdata_len, said);
        return;
    }
    if (said->count[DNS_SECTION_ANSWER] + said->count[DNS_SECTION_AUTHORITY] == 0)
        said->ttl = r->ttl;
    said->count[r->section]++;
    said->has_soa |= r->section == DNS_SECTION_AUTHORITY && r->type == DNS_TYPE_SOA;
    if (r->section != DNS_SECTION_ANSWER || strlen(said->data) > sizeof said->data - sizeof text - 2)
        return;
    if (r->type == DNS_TYPE_CNAME && dns_record_name(walk, r, 0, &target) == 0)
        dns_name_format(&target, text);
    else if ((r->type == DNS_TYPE_A && r->rdata_len == 4) || (r->type == DNS_TYPE_AAAA && r->rdata_len == 16))
        format_addr(rdata, r->rdata_len, text);
    else
        dns_type_format(r->type, text);
    snprintf(said->data + strlen(said->data), sizeof said->data - strlen(said->data), "%s%s",
             *said->data ? " " : "", text);
}

static bool read_answer(struct scenario *s, const struct world_answer *a, unsigned id, struct said *said)
{
    const struct asked *q = &s->asked[id];
    *said = (struct said){.ede = -1, .keepalive = -1, .tcp = a->tcp};
    struct dns_walk walk;
    struct dns_record r;
    int e = dns_walk_begin(&walk, a->octets, a->len);
    if (e < 0) {
        complain(s, "the answer is no DNS message");
        return false;
    }
    said->flags = walk.flags;
    said->rcode = walk.flags & DNS_FLAG_RCODE;
    while ((e = dns_walk_next(&walk, &r)) > 0)
        read_record(&walk, &r, said);
    if (e < 0 || walk.at != a->len)
        complain(s, "the answer's records do not parse to its end");
    if (walk.id != id)
        complain(s, "the answer has the identifier %u, not %u", walk.id, id);
    if (!(walk.flags & DNS_FLAG_QR) || !(walk.flags & DNS_FLAG_RA) || !(walk.flags & DNS_FLAG_RD))
        complain(s, "the answer's flags are %04x", walk.flags);
    if (a->len < DNS_HEADER_LEN + q->question_len ||
        memcmp(a->octets + DNS_HEADER_LEN, q->question, q->question_len) != 0)
        complain(s, "the answer's question is not the query's, letter by letter");
    if (memcmp(&a->to, &q->client, sizeof a->to) != 0 || a->tcp != q->tcp)
        complain(s, "the answer went to somebody else");
    if (said->opt != q->edns)
        complain(s, "the answer has %s OPT record", said->opt ? "an" : "no");
    if (said->cookie != q->cookie || (said->cookie && memcmp(said->cookie_data, q->client_cookie, DNS_CLIENT_COOKIE_LEN) != 0))
        complain(s, "the answer has %s cookie", said->cookie ? "an unexpected" : "no");
    else if (said->cookie)
        memcpy(s->server_cookie, said->cookie_data + DNS_CLIENT_COOKIE_LEN, sizeof s->server_cookie);
    if ((said->keepalive >= 0) != (q->keepalive && q->tcp))
        complain(s, "the answer has %s keepalive", said->keepalive >= 0 ? "a" : "no");
    return true;
}

static void expect(struct scenario *s, const char *what, long got, long want)
{
    if (got != want)
        complain(s, "%s is %ld, not %ld", what, got, want);
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* "verdict 7" and then the end or another word. */
static void expect_verdict(struct scenario *s, const struct said *said, const char *ref)
{
    char want[64];
    snprintf(want, sizeof want, "verdict %s", ref);
    size_t len = strlen(want);
    if (!starts_with(said->text, want) || (said->text[len] && said->text[len] != ' '))
        complain(s, "the answer says \"%s\", not \"%s\"", said->text, want);
}

/* ANSWER [earlier N] RCODE [tc] [ad] [verdict REF] [ede N] [keepalive N] [ttl N] [soa] [records N] [data WORD...] */
static void step_answer(struct scenario *s, struct words *w)
{
    struct world_answer *a = malloc(sizeof *a);
    struct said *said = malloc(sizeof *said);
    assert(a && said);
    unsigned earlier = 1 + (take_if(w, "earlier") ? (unsigned)take_number(s, w) : 0);
    if (earlier > s->asked_count) {
        complain(s, "so many queries were not made");
    } else if (!world_take_answer(a)) {
        complain(s, "no answer came");
        w->next = w->count;
    } else if (read_answer(s, a, s->asked_count - earlier, said)) {
        char rcode[DNS_TYPE_TEXT_MAX];
        const char *want = take(w);
        if (strcmp(dns_rcode_format(said->rcode, rcode), want) != 0)
            complain(s, "the answer is %s, not %s", rcode, want);
        expect(s, "the TC flag", (said->flags & DNS_FLAG_TC) != 0, take_if(w, "tc"));
        expect(s, "the AD flag", (said->flags & DNS_FLAG_AD) != 0, take_if(w, "ad"));
        if (take_if(w, "verdict"))
            expect_verdict(s, said, take(w));
        expect(s, "the extended error", said->ede, take_if(w, "ede") ? take_number(s, w) : -1);
        if (take_if(w, "keepalive"))
            expect(s, "the idle time in tenths of a second", said->keepalive, take_number(s, w));
        if (take_if(w, "ttl"))
            expect(s, "the first record's TTL", said->ttl, take_number(s, w));
        expect(s, "an SOA in the authority section", said->has_soa, take_if(w, "soa"));
        if (take_if(w, "records"))
            expect(s, "the number of answers", said->count[DNS_SECTION_ANSWER], take_number(s, w));
        if (take_if(w, "data")) {
            char all[2048] = "";
            while (w->next < w->count)
                snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", *all ? " " : "", take(w));
            if (strcmp(all, said->data) != 0)
                complain(s, "the answer holds \"%s\", not \"%s\"", said->data, all);
        }
    }
    free(a);
    free(said);
}

static void step_silence(struct scenario *s, struct words *w)
{
    (void)w;
    struct world_answer *a = malloc(sizeof *a);
    assert(a);
    if (world_take_answer(a))
        complain(s, "an answer came");
    free(a);
}

/* TIME +SECONDS: goes on, tick by tick. */
static void step_time(struct scenario *s, struct words *w)
{
    int64_t left = take_seconds(s, w);
    int64_t slice = left / SLICES_MAX > SLICE_MS * 1000 ? left / SLICES_MAX : SLICE_MS * 1000;
    while (left > 0) {
        int64_t us = left < slice ? left : slice;
        world_clock_pass(us);
        left -= us;
        dns_worker_step(s->worker);
    }
    turn(s);
}

/* WALL -SECONDS: somebody sets the wall clock. */
static void step_wall(struct scenario *s, struct words *w)
{
    world_clock_set_wall(world_clock_wall_us() + take_seconds(s, w));
    turn(s);
}

/* UPSTREAM NAME TYPE (NOERROR|NXDOMAIN|NODATA|SERVFAIL|BOGUS|SILENT) [secure] [ttl N] [soa TTL MINIMUM] [cname NAME | ns NAME]
 * [addresses N] [ADDR...] */
static void step_upstream(struct scenario *s, struct words *w)
{
    static const char *const says[] = {"NOERROR", "NXDOMAIN", "NODATA", "SERVFAIL", "BOGUS", "SILENT"};
    struct world_upstream *u = calloc(1, sizeof *u);
    assert(u);
    u->name = take_name(s, w);
    u->type = take_type(s, w);
    const char *word = take(w);
    unsigned i = 0;
    while (i < array_len(says) && strcmp(says[i], word) != 0)
        i++;
    if (i == array_len(says))
        complain(s, "an upstream does not say \"%s\"", word);
    u->word = (enum world_word)i;
    u->secure = take_if(w, "secure");
    u->ttl_s = take_if(w, "ttl") ? (uint32_t)take_number(s, w) : 300;
    u->has_soa = take_if(w, "soa");
    if (u->has_soa) {
        u->soa_ttl_s = (uint32_t)take_number(s, w);
        u->soa_minimum_s = (uint32_t)take_number(s, w);
    }
    if (take_if(w, "cname"))
        u->alias = take_name(s, w);
    u->alias_is_server = take_if(w, "ns");
    if (u->alias_is_server)
        u->alias = take_name(s, w);
    if (take_if(w, "addresses")) {
        u->address_count = (unsigned)take_number(s, w);
        for (unsigned k = 0; k < u->address_count && k < WORLD_DATA_MAX; k++)
            u->address[k] = (struct addr){.bytes = {[10] = 0xff, [11] = 0xff, 198, 51, 100, (uint8_t)k}};
    }
    while (w->next < w->count && u->address_count < WORLD_DATA_MAX)
        u->address[u->address_count++] = take_addr(s, w);
    world_upstream_say(u);
    free(u);
}

/* REFERRAL ZONE ns NAME [silent] [ADDR...] */
static void step_referral(struct scenario *s, struct words *w)
{
    struct world_referral r = {.zone = take_name(s, w)};
    if (!take_if(w, "ns"))
        complain(s, "a referral is to a name server: ns NAME");
    r.server = take_name(s, w);
    r.silent = take_if(w, "silent");
    while (w->next < w->count && r.glue_count < WORLD_SERVERS_MAX)
        r.glue[r.glue_count++] = take_addr(s, w);
    world_upstream_refer(&r);
}

/* SPEAK: what was met with silence is answered now, as UPSTREAM says by now. */
static void step_speak(struct scenario *s, struct words *w)
{
    (void)w;
    if (world_upstream_speak() == 0)
        complain(s, "nobody waits for an upstream that has something to say");
    turn(s);
}

/* ASKED N [first|second|unchecked] */
static void step_asked(struct scenario *s, struct words *w)
{
    expect(s, "the number of questions upstream", (long)world_upstream_asked(), take_number(s, w));
    if (w->next == w->count)
        return;
    const char *way = take(w);
    if (strcmp(way, world_upstream_way()) != 0)
        complain(s, "the last question went to the %s resolver, not the %s", world_upstream_way(), way);
}

/* SERVERS N */
static void step_servers(struct scenario *s, struct words *w)
{
    expect(s, "the number of questions to single servers", (long)world_servers_asked(), take_number(s, w));
}

/* COUNT WORD N */
static void step_count(struct scenario *s, struct words *w)
{
    static const struct {
        const char *word;
        size_t offset;
    } counters[] = {
#define X(name, word) {word, offsetof(struct dns_counters, name)},
        DNS_COUNTERS(X)
#undef X
    };
    const char *word = take(w);
    for (size_t i = 0; i < array_len(counters); i++) {
        if (strcmp(counters[i].word, word) == 0) {
            const _Atomic uint64_t *c = (const void *)((const uint8_t *)&s->counters + counters[i].offset);
            expect(s, word, (long)atomic_load(c), take_number(s, w));
            return;
        }
    }
    complain(s, "there is no counter \"%s\"", word);
}

/* One field of an observation against NAME=VALUE. */
static void expect_field(struct scenario *s, const struct dns_observation *o, const char *word)
{
    char all[1024], text[DNS_NAME_TEXT_MAX], ref[VERDICT_REF_TEXT_MAX], type[DNS_TYPE_TEXT_MAX],
        rcode[DNS_TYPE_TEXT_MAX], client[ADDR_TEXT_MAX];
    const char *group = "";
    for (unsigned i = 1; i <= policy_groups_count(s->policy.groups); i++)
        if (policy_group_id(s->policy.groups, i) == o->group)
            group = policy_group_name(s->policy.groups, i);
    snprintf(all, sizeof all, " client=%s name=%s type=%s rcode=%s transport=%s action=%s cache=%u list=%u verdict=%s "
             "trigger=%s group=%s latency=%u ago=%lld ", addr_format(&o->client, client), dns_name_format_wire(o->name, o->name_len, text),
             dns_type_format(o->qtype, type), dns_rcode_format(o->rcode, rcode), dns_transport_word(o->transport),
             dns_action_word(o->action), o->from_cache, o->list, verdict_ref_format(o->verdict, ref),
             dns_trigger_word(o->trigger), group, o->latency_us,
             (long long)(world_clock_wall_us() - o->time_us));
    char want[512];
    snprintf(want, sizeof want, " %s ", word);
    if (!strstr(all, want))
        complain(s, "the observation is not \"%s\" but%s", word, all);
}

/* SEEN FIELD=VALUE...: the next observation; SEEN nothing. */
static void step_seen(struct scenario *s, struct words *w)
{
    const uint8_t *frame;
    struct dns_observation o;
    size_t n = ring_peek(&s->consumer, &frame);
    if (take_if(w, "nothing")) {
        if (n > 0)
            complain(s, "there is an observation");
        return;
    }
    if (n == 0 || dns_observation_get(frame, n, &o) < 0) {
        complain(s, "there is no observation");
        w->next = w->count;
        return;
    }
    ring_release(&s->consumer);
    while (w->next < w->count)
        expect_field(s, &o, take(w));
}

/* RECORD NAME TYPE DATA ttl N SUSPICION verdict REF: the next record of an upstream's answer. */
static void step_record(struct scenario *s, struct words *w)
{
    static const char *const suspicions[] = {"unsuspected", "observed", "blocked"};
    const uint8_t *frame;
    struct answer_record a;
    size_t n = ring_peek(&s->consumer, &frame);
    if (n == 0 || answer_record_get(frame, n, &a) < 0) {
        complain(s, "there is no record");
        w->next = w->count;
        return;
    }
    ring_release(&s->consumer);
    char name[DNS_NAME_TEXT_MAX], type[DNS_TYPE_TEXT_MAX], data[DNS_RDATA_TEXT_MAX(ANSWER_RECORD_DATA_MAX)];
    char ref[VERDICT_REF_TEXT_MAX];
    static char got[sizeof name + sizeof type + sizeof data + 128], want[sizeof got];
    dns_rdata_format(a.type, a.data, a.data_len, data);
    snprintf(got, sizeof got, " %s %s %s ttl %u %s verdict %s", dns_name_format_wire(a.name, a.name_len, name),
             dns_type_format(a.type, type), data, a.ttl_s, suspicions[a.suspicion], verdict_ref_format(a.verdict, ref));
    size_t len = 0;
    while (w->next < w->count && len < sizeof want)
        len += (size_t)snprintf(want + len, sizeof want - len, " %s", take(w));
    if (strcmp(got, want) != 0)
        complain(s, "the record is%s", got);
}

/* FLOOD N NAME: N queries below the name, each for another; their answers are not waited for. */
static void step_flood(struct scenario *s, struct words *w)
{
    long n = take_number(s, w);
    struct dns_name zone = take_name(s, w);
    struct asked flood = {.client = s->asked[0].client};
    char text[DNS_NAME_TEXT_MAX], name[DNS_NAME_TEXT_MAX + 24];
    dns_name_format(&zone, text);
    for (long i = 0; i < n; i++) {
        snprintf(name, sizeof name, "n%ld.%s", i, text);
        put_question(s, &flood, name, DNS_TYPE_A);
        uint8_t query[DNS_HEADER_LEN + sizeof flood.question] = {0xff, 0xff, 1, 0, 0, 1};
        memcpy(query + DNS_HEADER_LEN, flood.question, flood.question_len);
        world_send_udp(&flood.client, query, DNS_HEADER_LEN + flood.question_len);
        dns_worker_step(s->worker);
    }
}

/* ---- reading the file ---- */

static const struct command step_commands[] = {
    {"QUERY", step_query},   {"ANSWER", step_answer}, {"SILENCE", step_silence}, {"TIME", step_time},
    {"WALL", step_wall},     {"UPSTREAM", step_upstream}, {"SPEAK", step_speak}, {"ASKED", step_asked},
    {"COUNT", step_count},   {"SEEN", step_seen},     {"FLOOD", step_flood},
    {"RECORD", step_record}, {"REFERRAL", step_referral}, {"SERVERS", step_servers}, {0},
};

static void run_command(struct scenario *s, const struct command *commands, struct words *w)
{
    const char *word = take(w);
    for (size_t i = 0; commands[i].word; i++) {
        if (strcmp(commands[i].word, word) == 0) {
            commands[i].run(s, w);
            if (w->next < w->count)
                complain(s, "\"%s\" has no meaning here", w->at[w->next]);
            return;
        }
    }
    complain(s, "\"%s\" has no meaning here", word);
}

static void run_line(struct scenario *s, char *line)
{
    char *text = line + strspn(line, " \t");
    if (s->list_text && *text == '|') {
        text += 1 + (text[1] == ' ');
        fprintf(s->list_text, "%s\n", text);
        return;
    }
    line[strcspn(line, ";")] = '\0';
    struct words w = {0};
    char *save = NULL;
    for (char *word = strtok_r(line, " \t", &save); word && w.count < WORDS_MAX; word = strtok_r(NULL, " \t", &save))
        w.at[w.count++] = word;
    if (w.count == 0)
        return;
    if (take_if(&w, "STEP")) {
        (void)take_number(s, &w);
        if (!s->running)
            start(s);
        if (!s->failed)
            run_command(s, step_commands, &w);
        return;
    }
    end_list(s);
    (void)take_if(&w, "config:");
    if (s->running)
        complain(s, "configuration comes before the first step");
    else if (w.next < w.count)
        run_command(s, config_commands, &w);
}

static bool run_file(const char *path)
{
    static struct scenario s;
    begin(&s, path);
    FILE *f = fopen(path, "r");
    if (!f)
        complain(&s, "%s", strerror(errno));
    char line[SCENARIO_LINE_MAX];
    while (f && !s.failed && fgets(line, sizeof line, f)) {
        s.line++;
        line[strcspn(line, "\r\n")] = '\0';
        run_line(&s, line);
    }
    if (f)
        fclose(f);
    if (!s.failed && !s.running)
        complain(&s, "no step in it");
    finish(&s);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    printf("%s %.*s\n", s.failed ? "not ok" : "ok", (int)strcspn(name, "."), name);
    fflush(stdout);
    return !s.failed;
}

int main(int argc, char **argv)
{
    bool failed = argc < 2;
    for (int i = 1; i < argc; i++)
        failed |= !run_file(argv[i]);
    return failed;
}
