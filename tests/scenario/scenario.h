/* What the files of the runner share: a scenario as it runs, and its words. */
#ifndef HINOMI_SCENARIO_H
#define HINOMI_SCENARIO_H

#include <stdio.h>

#include "act/policy/compile.h"
#include "act/policy/policy.h"
#include "fake_world.h"
#include "model/answer_record.h"
#include "proto/dns/message.h"
#include "proto/dns/rdata_text.h"
#include "apps/dns/dns_policy.h"

enum {
    WORDS_MAX = 64,
    QUERIES_MAX = 64, /* of one scenario */
    SCENARIO_LINE_MAX = 1024,
    RING_CAPACITY = 1 << 20,
    SLICE_MS = 250,   /* time passes in the worker's own ticks ... */
    SLICES_MAX = 400, /* ... unless there are too many of them */
};

struct scenario {
    const char *path;
    unsigned line;
    bool failed, running;
    /* Policy under construction. */
    struct policy_builder *hand, *lists;
    int hand_list;
    uint32_t hand_verdict;
    FILE *list_text;
    struct compile_source list_source;
    /* What runs. */
    struct group_settings groups;
    struct dns_policy_source policy;
    struct dns_worker_options options;
    struct dns_name private_name;
    struct dns_worker *worker;
    struct dns_counters counters;
    struct ring producer, consumer;
    void *ring_memory;
    int dir_fd, udp_fd, tcp_fd;
    /* What was asked; identifiers are places here. */
    struct asked {
        struct addr client;
        bool tcp, edns, keepalive, cookie;
        uint8_t client_cookie[DNS_CLIENT_COOKIE_LEN];
        uint8_t question[DNS_NAME_MAX + 4];
        size_t question_len;
    } asked[QUERIES_MAX];
    unsigned asked_count;
    uint8_t server_cookie[DNS_SERVER_COOKIE_LEN]; /* the last that an answer brought */
};

struct words {
    char *at[WORDS_MAX];
    unsigned count, next;
};

/* words.c: what a line says; a word that is not what it should be is complained of. */
void complain(struct scenario *s, const char *format, ...) printf_like(2, 3);
const char *take(struct words *w);
bool take_if(struct words *w, const char *word);
long take_number(struct scenario *s, struct words *w);
/* "+1.8", "-3600": seconds, as microseconds. */
int64_t take_seconds(struct scenario *s, struct words *w);
struct dns_name take_name(struct scenario *s, struct words *w);
uint16_t take_type(struct scenario *s, struct words *w);
struct addr take_addr(struct scenario *s, struct words *w);

struct command {
    const char *word;
    void (*run)(struct scenario *s, struct words *w);
};

/* configure.c: the lines "config:", ended by a NULL word. */
extern const struct command config_commands[];
struct policy_builder *new_builder(const struct scenario *s);
/* The lines of a list have all come. */
void end_list(struct scenario *s);

#endif
