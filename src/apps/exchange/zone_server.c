/* Makes the server of zones, and tells what it gave. */
#include "apps/exchange/zone_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/exchange/share_protocol.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum { SECRET_TEXT_MAX = 1024, DELIVERED_MAX = 1024 /* that the hub has not heard of: dropped and counted beyond */ };

struct given {
    unsigned recipient;
    struct rpz_delivered what;
    int64_t when_us;
};

struct zone_server {
    const struct config *config;
    struct rpz_server *server;
    unsigned zone_count;
    unsigned recipients[RPZ_ZONES_MAX]; /* of each zone */
    struct given given[DELIVERED_MAX];
    unsigned given_count;
    uint64_t given_dropped;
};

static void on_delivered(void *self, const struct rpz_delivered *d)
{
    struct zone_server *s = self;
    if (s->given_count == DELIVERED_MAX) {
        s->given_dropped++;
        return;
    }
    s->given[s->given_count++] = (struct given){.recipient = s->recipients[d->zone], .what = *d, .when_us = clock_wall_us()};
}

void zone_server_tell(struct zone_server *s, struct channel *hub)
{
    uint8_t message[SHARE_ZONE_DELIVERED_LEN * 32];
    while (s && s->given_count > 0) {
        struct writer w = writer_of(message, sizeof message);
        unsigned count = s->given_count < 32 ? s->given_count : 32;
        for (unsigned i = 0; i < count; i++) {
            const struct given *g = &s->given[i];
            writer_u16(&w, (uint16_t)g->recipient);
            writer_u32(&w, g->what.from);
            writer_u32(&w, g->what.serial);
            writer_u64(&w, g->what.records);
            writer_u64(&w, (uint64_t)g->when_us);
        }
        if (channel_send(hub, SHARE_ZONE_DELIVERED, message, w.len) < 0)
            return; /* it is told with the next */
        s->given_count -= count;
        memmove(s->given, s->given + count, s->given_count * sizeof s->given[0]);
    }
}

void zone_server_write_counters(const struct zone_server *s, struct writer *w)
{
    static const struct rpz_counters none;
    const struct rpz_counters *c = s ? rpz_server_counters(s->server) : &none;
    const uint64_t values[] = {c->requests, c->refused, c->malformed,       c->whole,    c->incremental,       c->broken,
                               c->outrun,   c->records, c->left_out,        c->notified, c->notify_unanswered, c->clients_dropped,
                               s ? s->given_dropped : 0};
    _Static_assert(array_len(values) == SHARE_ZONE_COUNTERS_COUNT, "a value for each name");
    for (size_t i = 0; i < array_len(values); i++)
        writer_u64(w, values[i]);
}

/* ---- keys ---- */

static int read_key(const struct share_recipient *r, int fd, struct tsig_key *ret_key)
{
    char text[SECRET_TEXT_MAX];
    ssize_t n = pread(fd, text, sizeof text, 0);
    *ret_key = (struct tsig_key){.algorithm = r->key_algorithm};
    int e = n > 0 && n < (ssize_t)sizeof text ? tsig_secret_parse(text, (size_t)n, ret_key) : -EINVAL;
    sodium_memzero(text, sizeof text);
    return e == 0 ? dns_name_parse(r->key_name, strlen(r->key_name), &ret_key->name) : e;
}

void zone_server_read_key(struct zone_server *s, unsigned recipient, int fd)
{
    struct tsig_key key;
    const struct share_recipient *r = &s->config->share.recipients[recipient];
    for (unsigned i = 0; i < s->zone_count; i++) {
        if (s->recipients[i] != recipient)
            continue;
        int e = read_key(r, fd, &key);
        if (e < 0)
            log_error(_("nobody gets zone %s of %s by a key: %s does not hold a secret in base64"), r->zone, r->who.name, r->key_file);
        rpz_server_set_key(s->server, i, e < 0 ? NULL : &key);
        sodium_memzero(&key, sizeof key);
    }
}

/* ---- making ---- */

static int fill_zone(const struct share_recipient *r, struct rpz_zone *z)
{
    memset(z, 0, sizeof *z);
    memcpy(z->recipient, r->who.name, sizeof r->who.name);
    memcpy(z->text, r->zone, sizeof z->text);
    memcpy(z->allow, r->allow, sizeof z->allow);
    z->allow_count = r->allow_count;
    memcpy(z->notify, r->notify, sizeof z->notify);
    z->notify_count = r->notify_count;
    return dns_name_parse(r->zone, strlen(r->zone), &z->name);
}

int zone_server_new(struct event_base *loop, struct role_start *start, const char *store, struct zone_server **ret_server)
{
    const struct share_options *o = &start->config->share;
    int udp[RPZ_LISTEN_MAX], tcp[RPZ_LISTEN_MAX], e = 0;
    if (start->socket_count != o->listen_count + 2 * o->listen_dns_count)
        return -EBADMSG;
    for (unsigned i = 0; i < o->listen_dns_count; i++) {
        udp[i] = start->sockets[o->listen_count + 2 * i];
        tcp[i] = start->sockets[o->listen_count + 2 * i + 1];
    }
    struct zone_server *s = calloc(1, sizeof *s);
    struct rpz_zone *zones = calloc(RPZ_ZONES_MAX, sizeof *zones);
    if (!s || !zones) {
        free(s);
        free(zones);
        return -ENOMEM;
    }
    s->config = start->config;
    _Static_assert((int)RPZ_ZONES_MAX >= (int)TAXII_RECIPIENTS_MAX, "each recipient may have a zone");
    for (unsigned i = 0; e == 0 && i < o->recipient_count; i++) {
        if (!o->recipients[i].zone[0])
            continue;
        s->recipients[s->zone_count] = i;
        e = fill_zone(&o->recipients[i], &zones[s->zone_count++]);
    }
    const struct rpz_server_options options = {.loop = loop,
                                               .udp = udp,
                                               .tcp = tcp,
                                               .socket_count = o->listen_dns_count,
                                               .store = store,
                                               .zones = zones,
                                               .zone_count = s->zone_count,
                                               .delivered = on_delivered,
                                               .self = s};
    if (e == 0)
        e = rpz_server_new(&options, &s->server);
    free(zones);
    if (e < 0) {
        free(s);
        return e;
    }
    for (unsigned i = 0; i < o->recipient_count; i++) {
        int *fd = &start->files[SHARE_KEY_FILES + i];
        if (*fd < 0)
            continue;
        zone_server_read_key(s, i, *fd);
        close(*fd);
        *fd = -1;
    }
    *ret_server = s;
    return 0;
}

void zone_server_free(struct zone_server *s)
{
    if (!s)
        return;
    rpz_server_free(s->server);
    free(s);
}
