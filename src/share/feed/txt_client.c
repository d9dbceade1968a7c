/* Sends one question over a connection of its own, and reads the answer. */
#include "share/feed/txt_client.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/reader.h"
#include "base/writer.h"
#include "proto/dns/dns.h"
#include "proto/dns/message.h"

enum { FLAG_RD_AD = 0x0120, FLAG_AD = 0x0020, FLAG_QR = 0x8000, ANSWER_MAX = 65535 };

size_t txt_query_write(const struct dns_name *name, uint16_t id, uint8_t to[TXT_QUERY_MAX])
{
    struct writer w = writer_of(to, TXT_QUERY_MAX);
    writer_u16(&w, (uint16_t)(12 + name->len + 4));
    writer_u16(&w, id);
    writer_u16(&w, FLAG_RD_AD);
    writer_u16(&w, 1);
    writer_u16(&w, 0);
    writer_u32(&w, 0);
    writer_bytes(&w, name->wire, name->len);
    writer_u16(&w, DNS_TYPE_TXT);
    writer_u16(&w, 1);
    return w.len;
}

/* False: a string lies outside, it is too long, or has what is not printable. */
static bool take_text(struct reader data, char to[TXT_TEXT_MAX])
{
    size_t len = 0;
    while (data.left > 0) {
        size_t n = reader_u8(&data);
        const uint8_t *octets = reader_take(&data, n);
        if (!octets || len + n >= TXT_TEXT_MAX)
            return false;
        for (size_t i = 0; i < n; i++) {
            if (octets[i] < ' ' || octets[i] > '~')
                return false;
            to[len++] = (char)octets[i];
        }
    }
    to[len] = '\0';
    return !data.failed;
}

int txt_answer_read(const uint8_t *message, size_t len, const struct dns_name *name, uint16_t id, struct txt_answer *a)
{
    struct dns_walk w;
    struct dns_record r;
    crypto_hash_sha256_state hash;
    memset(a, 0, sizeof *a);
    if (dns_walk_begin(&w, message, len) < 0 || w.id != id || !(w.flags & FLAG_QR) || w.qtype != DNS_TYPE_TXT || !dns_name_equal(&w.qname, name))
        return -EBADMSG;
    crypto_hash_sha256_init(&hash);
    int more;
    while ((more = dns_walk_next(&w, &r)) == 1 && r.section == DNS_SECTION_ANSWER) {
        if (r.type != DNS_TYPE_TXT || r.class != 1)
            continue; /* an alias: the resolver has followed it */
        struct reader data = reader_of(message + r.rdata_at, r.rdata_len);
        crypto_hash_sha256_update(&hash, message + r.rdata_at, r.rdata_len);
        if (a->count < TXT_COUNT_MAX && take_text(data, a->text[a->count]))
            a->count++;
    }
    if (more < 0)
        return -EBADMSG;
    crypto_hash_sha256_final(&hash, a->sha256);
    a->rcode = w.flags & 0xf;
    a->secure = (w.flags & FLAG_AD) != 0;
    return 0;
}

/* Waits until the deadline. */
static int wait_for(int fd, short what, uint64_t deadline_ms)
{
    struct pollfd p = {.fd = fd, .events = what};
    uint64_t now_ms = clock_mono_ms();
    int n = now_ms < deadline_ms ? poll(&p, 1, (int)(deadline_ms - now_ms)) : 0;
    return n > 0 ? 0 : n == 0 ? -ETIMEDOUT : -errno;
}

static int receive(int fd, uint8_t *to, size_t len, uint64_t deadline_ms)
{
    for (size_t at = 0; at < len;) {
        int e = wait_for(fd, POLLIN, deadline_ms);
        ssize_t n = e == 0 ? recv(fd, to + at, len - at, MSG_DONTWAIT) : -1;
        if (e < 0)
            return e;
        if (n == 0)
            return -ECONNRESET;
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        at += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int connect_to(int fd, const struct sockaddr *to, uint64_t deadline_ms)
{
    int error = 0;
    socklen_t size = sizeof error, len = to->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (connect(fd, to, len) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return -errno;
    int e = wait_for(fd, POLLOUT, deadline_ms);
    if (e == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        e = -errno;
    return e < 0 ? e : -error;
}

int txt_client_ask(const struct sockaddr *resolver, const struct dns_name *name, unsigned timeout_ms, struct txt_answer *ret_answer)
{
    uint64_t deadline_ms = clock_mono_ms() + timeout_ms;
    uint8_t query[TXT_QUERY_MAX], head[2] = {0};
    static _Thread_local uint8_t answer[ANSWER_MAX];
    uint16_t id = (uint16_t)randombytes_uniform(1 << 16);
    int fd = socket(resolver->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    size_t len = txt_query_write(name, id, query);
    int e = connect_to(fd, resolver, deadline_ms);
    if (e == 0)
        e = wait_for(fd, POLLOUT, deadline_ms);
    if (e == 0 && send(fd, query, len, MSG_NOSIGNAL) != (ssize_t)len)
        e = -EIO; /* it fits any buffer */
    if (e == 0)
        e = receive(fd, head, sizeof head, deadline_ms);
    size_t answer_len = (size_t)head[0] << 8 | head[1];
    if (e == 0)
        e = receive(fd, answer, answer_len, deadline_ms);
    close(fd);
    return e < 0 ? e : txt_answer_read(answer, answer_len, name, id, ret_answer);
}
