/* Talks to the primary of a zone. */
#include "share/feed/zone_client.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/text.h"

enum {
    CONNECT_MS = 10000,
    SILENCE_MS = 30000,  /* between two octets */
    ALL_MS = 3600 * 1000, /* of the largest zone over the slowest line */
    REQUEST_MAX = 1024,
};

struct client {
    const struct feed *feed;
    const struct tsig_key *key;
    struct sip_key table_key;
    uint64_t octets_max, octets;
    struct dns_name zone;
    int socket, old_fd;
    uint64_t until_ms;
    FILE *to;
    struct zone_diff *diff;
    char soa_line[ZONE_LINE_MAX];
    bool soa_written;
    struct feed_zone_result *result;
    uint8_t message[DNS_MESSAGE_MAX];
    char line[ZONE_LINE_MAX];
};

/* ---- the connection ---- */

static int wait_for(const struct client *c, short what, int patience_ms)
{
    uint64_t now_ms = clock_mono_ms();
    if (now_ms >= c->until_ms)
        return -ETIMEDOUT;
    if ((uint64_t)patience_ms > c->until_ms - now_ms)
        patience_ms = (int)(c->until_ms - now_ms);
    struct pollfd p = {.fd = c->socket, .events = what};
    int n;
    do
        n = poll(&p, 1, patience_ms);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n == 0 ? -ETIMEDOUT : 0;
}

static void disconnect(struct client *c)
{
    if (c->socket >= 0)
        close(c->socket);
    c->socket = -1;
}

static int connect_primary(struct client *c)
{
    disconnect(c);
    const struct sockaddr *sa = (const struct sockaddr *)&c->feed->primary;
    c->socket = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (c->socket < 0)
        return -errno;
    if (connect(c->socket, sa, addr_sockaddr_len(sa)) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return -errno;
    int e = wait_for(c, POLLOUT, CONNECT_MS), error = 0;
    socklen_t len = sizeof error;
    if (e == 0 && getsockopt(c->socket, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        e = -errno;
    return e < 0 ? e : error > 0 ? -error : 0;
}

static int send_all(const struct client *c, const uint8_t *octets, size_t len)
{
    while (len > 0) {
        ssize_t n = send(c->socket, octets, len, MSG_NOSIGNAL);
        if (n > 0) {
            octets += n;
            len -= (size_t)n;
            continue;
        }
        int e = n < 0 && errno != EAGAIN && errno != EINTR ? -errno : wait_for(c, POLLOUT, SILENCE_MS);
        if (e < 0)
            return e;
    }
    return 0;
}

static int receive_all(const struct client *c, uint8_t *octets, size_t len)
{
    while (len > 0) {
        ssize_t n = recv(c->socket, octets, len, 0);
        if (n > 0) {
            octets += n;
            len -= (size_t)n;
            continue;
        }
        if (n == 0)
            return -ECONNRESET;
        int e = errno != EAGAIN && errno != EINTR ? -errno : wait_for(c, POLLIN, SILENCE_MS);
        if (e < 0)
            return e;
    }
    return 0;
}

/* One message behind its length, RFC 1035 4.2.2. */
static int receive_message(struct client *c, size_t *ret_len)
{
    uint8_t len[2];
    int e = receive_all(c, len, sizeof len);
    if (e < 0)
        return e;
    struct reader r = reader_of(len, sizeof len);
    *ret_len = reader_u16(&r);
    return receive_all(c, c->message, *ret_len);
}

/* ---- what comes ---- */

static int write_line(struct client *c, const char *line, size_t len)
{
    c->octets += len + 1;
    if (c->octets > c->octets_max)
        return -EFBIG;
    return fwrite(line, 1, len, c->to) == len && fputc('\n', c->to) != EOF ? 0 : -EIO;
}

static int write_soa(struct client *c)
{
    if (c->soa_written)
        return 0;
    c->soa_written = true;
    return write_line(c, c->soa_line, strlen(c->soa_line));
}

static int on_record(void *self, enum transfer_step step, const struct dns_walk *w, const struct dns_record *r)
{
    struct client *c = self;
    int n = zone_text_format(w, r, step == TRANSFER_SOA ? c->soa_line : c->line);
    if (n == -E2BIG && step != TRANSFER_SOA) {
        c->result->left_out++;
        return 0;
    }
    if (n < 0 || step == TRANSFER_SOA)
        return n < 0 ? n : 0;
    if (step == TRANSFER_WHOLE) {
        int e = write_soa(c);
        return e < 0 ? e : write_line(c, c->line, (size_t)n);
    }
    if (!c->diff && !(c->diff = zone_diff_new(c->table_key)))
        return -ENOMEM;
    return zone_diff_add(c->diff, step == TRANSFER_ADD, c->line, (size_t)n);
}

/* ---- a question and its answers ---- */

/* As transfer_take; with a key, only what is signed counts. */
static int ask(struct client *c, uint16_t qtype, uint32_t have, struct transfer *t)
{
    uint8_t request[REQUEST_MAX];
    struct writer w = writer_of(request, sizeof request);
    struct tsig signature;
    *t = (struct transfer){.zone = &c->zone, .qtype = qtype, .have = have, .on_record = on_record, .self = c};
    randombytes_buf(&t->id, sizeof t->id);
    writer_u16(&w, 0);
    struct writer message = writer_of(request + 2, sizeof request - 2);
    transfer_write_request(&message, t->id, &c->zone, qtype, have);
    if (c->key)
        tsig_sign(&signature, c->key, &message, (uint64_t)(clock_wall_us() / 1000000));
    if (message.full)
        return -EMSGSIZE;
    writer_put_u16(request, (uint16_t)message.len);
    int e = send_all(c, request, message.len + 2);
    bool is_signed = true;
    while (e == 0) {
        size_t len;
        e = receive_message(c, &len);
        if (e == 0 && c->key) {
            e = tsig_verify(&signature, c->message, len, (uint64_t)(clock_wall_us() / 1000000));
            is_signed = e == 1;
            e = e < 0 ? e : 0;
        }
        if (e == 0)
            e = transfer_take(t, c->message, len);
    }
    return e >= 0 && !is_signed ? -EKEYREJECTED : e;
}

/* Begins the copy anew. */
static int rewind_copy(struct client *c)
{
    zone_diff_free(c->diff);
    c->diff = NULL;
    c->octets = 0;
    c->soa_written = false;
    c->result->left_out = 0;
    return fflush(c->to) == EOF || fseek(c->to, 0, SEEK_SET) < 0 || ftruncate(fileno(c->to), 0) < 0 ? -errno : 0;
}

static int finish(struct client *c, const struct transfer *t)
{
    int e = 0;
    if (t->incremental) {
        if (!c->diff && !(c->diff = zone_diff_new(c->table_key))) /* nothing but the serial has changed */
            return -ENOMEM;
        e = zone_diff_apply(c->diff, c->soa_line, c->old_fd, c->to);
    } else {
        e = write_soa(c);
    }
    if (e == 0 && fflush(c->to) == EOF)
        e = -errno;
    c->result->incremental = t->incremental;
    c->result->soa = t->soa;
    c->result->records = t->records;
    return e;
}

/* By differences; anything but success and a primary that is away is a reason to fetch the whole. */
static int fetch_differences(struct client *c, uint32_t have)
{
    struct transfer t = {0};
    int e = ask(c, DNS_TYPE_IXFR, have, &t);
    return e < 0 ? e : finish(c, &t);
}

static int fetch_whole(struct client *c)
{
    struct transfer t = {0};
    int e = rewind_copy(c);
    if (e == 0)
        e = connect_primary(c);
    if (e == 0)
        e = ask(c, DNS_TYPE_AXFR, 0, &t);
    return e < 0 ? e : finish(c, &t);
}

static int run(struct client *c)
{
    struct dns_soa have;
    struct transfer t = {0};
    int e = connect_primary(c);
    if (e < 0)
        return e;
    if (c->old_fd < 0 || zone_copy_soa(c->old_fd, &have) < 0)
        return fetch_whole(c);
    e = ask(c, DNS_TYPE_SOA, have.serial, &t);
    if (e == -ENODATA) {
        c->result->unchanged = true;
        c->result->soa = t.soa;
        return 0;
    }
    if (e < 0)
        return e;
    e = fetch_differences(c, have.serial);
    if (e == 0 || e == -EFBIG || e == -EACCES || e == -EKEYREJECTED || e == -ENOKEY || e == -ETIME)
        return e;
    return fetch_whole(c);
}

static void tell(int e, char *ret_error)
{
    static const struct {
        int error;
        const char *text;
    } texts[] = {
        {-EKEYREJECTED, N_("the signature of the primary is wrong or missing")},
        {-ENOKEY, N_("the primary does not know the key, or signs with another one")},
        {-ETIME, N_("the clocks of the primary and of this machine differ by more than five minutes")},
        {-EACCES, N_("the primary refuses the transfer")},
        {-ENOTSUP, N_("the primary does not serve transfers")},
        {-EREMOTEIO, N_("the primary answered with an error")},
        {-EBADMSG, N_("the answer of the primary is no transfer")},
        {-ECONNRESET, N_("the primary closed the connection")},
        {-EFBIG, N_("the zone is larger than fetch: size_max_mib")},
    };
    const char *text = NULL;
    for (size_t i = 0; i < array_len(texts) && !text; i++)
        if (texts[i].error == e)
            text = _(texts[i].text);
    snprintf(ret_error, FEED_ERROR_MAX, "%s", text ? text : strerror(-e));
}

int feed_zone_fetch(const struct feed *f, const struct tsig_key *key, struct sip_key table_key, uint64_t octets_max,
                    int old_fd, int fd, struct feed_zone_result *ret_result, char *ret_error)
{
    *ret_result = (struct feed_zone_result){0};
    struct client *c = calloc(1, sizeof *c);
    int own = c ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1, e = 0;
    if (!c || own < 0 || !(c->to = fdopen(own, "w"))) {
        e = c ? -errno : -ENOMEM;
        if (own >= 0)
            close(own);
    } else {
        c->feed = f;
        c->key = key;
        c->table_key = table_key;
        c->octets_max = octets_max;
        c->old_fd = old_fd;
        c->socket = -1;
        c->until_ms = clock_mono_ms() + ALL_MS;
        c->result = ret_result;
        e = dns_name_parse(f->zone, strlen(f->zone), &c->zone);
        if (e == 0)
            e = run(c);
        disconnect(c);
        zone_diff_free(c->diff);
        if (fclose(c->to) == EOF && e == 0)
            e = -errno;
    }
    free(c);
    if (e < 0)
        tell(e, ret_error);
    return e;
}
