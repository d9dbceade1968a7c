/* One server on the loopback: what is no answer to the question is not taken, what is cut comes by TCP,
 * silence ends. */
#include "watch/dns/direct.h"

#include <errno.h>
#include <event2/event.h>
#include <unistd.h>

#include "base/test.h"
#include "proto/dns/message.h"

enum how { RIGHT, STRAYS_FIRST, STRAYS_ONLY, CUT, CUT_AND_DROPPED, SILENT };

static struct event_base *loop;
static struct upstream_options options;
static struct direct *direct;
static int udp_fd, tcp_fd;
static uint16_t port;
static enum how how;
static unsigned calls, datagrams;
static size_t told_len;
static uint8_t last[512];

static void on_told(void *self, const struct upstream_result *r)
{
    (void)self;
    calls++;
    told_len = r->message ? r->len : 0;
    event_base_loopbreak(loop);
}

static void answer(int fd, const struct sockaddr *to, socklen_t to_len, const uint8_t *question, size_t len,
                   unsigned id_off, unsigned name_off, unsigned flags)
{
    uint8_t message[512];
    memcpy(message, question, len);
    message[1] = (uint8_t)(message[1] + id_off);
    message[2] = (uint8_t)(flags >> 8);
    message[13] = (uint8_t)(message[13] + name_off);
    check_int(sendto(fd, message, len, 0, to, to_len), ==, (ssize_t)len);
}

static void on_datagram(evutil_socket_t fd, short what, void *self)
{
    (void)what, (void)self;
    uint8_t q[512];
    struct sockaddr_storage from;
    socklen_t from_len = sizeof from;
    ssize_t n = recvfrom(fd, q, sizeof q, 0, (struct sockaddr *)&from, &from_len);
    if (n < DNS_HEADER_LEN)
        return;
    const struct sockaddr *sa = (const struct sockaddr *)&from;
    size_t len = (size_t)n;
    datagrams++;
    memcpy(last, q, len);
    for (int i = 0; i < (how == STRAYS_FIRST ? 1 : how == STRAYS_ONLY ? 8 : 0); i++) {
        answer(fd, sa, from_len, q, len, 1, 0, DNS_FLAG_QR); /* another identifier */
        answer(fd, sa, from_len, q, len, 0, 1, DNS_FLAG_QR); /* another name */
        answer(fd, sa, from_len, q, len, 0, 0, 0);           /* a query */
    }
    if (how == RIGHT || how == STRAYS_FIRST)
        answer(fd, sa, from_len, q, len, 0, 0, DNS_FLAG_QR);
    if (how == CUT || how == CUT_AND_DROPPED)
        answer(fd, sa, from_len, q, len, 0, 0, DNS_FLAG_QR | DNS_FLAG_TC);
}

static void on_stream_question(evutil_socket_t client, short what, void *self)
{
    (void)what, (void)self;
    uint8_t q[512];
    ssize_t n = recv(client, q, sizeof q, 0);
    if (n > 4 && how == CUT) {
        q[4] |= DNS_FLAG_QR >> 8;
        check_int(write(client, q, 1), ==, 1); /* in pieces */
        check_int(write(client, q + 1, (size_t)n - 1), ==, n - 1);
    }
    close(client);
}

static void on_stream(evutil_socket_t fd, short what, void *self)
{
    (void)what, (void)self;
    int client = accept(fd, NULL, NULL);
    check_int(event_base_once(loop, client, EV_READ, on_stream_question, NULL, NULL), ==, 0);
}

static void begin(enum how mode)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof sa;
    how = mode;
    calls = datagrams = 0;
    loop = event_base_new();
    udp_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    tcp_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check_int(bind(udp_fd, (struct sockaddr *)&sa, sizeof sa), ==, 0);
    check_int(getsockname(udp_fd, (struct sockaddr *)&sa, &len), ==, 0);
    check_int(bind(tcp_fd, (struct sockaddr *)&sa, sizeof sa), ==, 0);
    check_int(listen(tcp_fd, 4), ==, 0);
    port = ntohs(sa.sin_port);
    options = (struct upstream_options){.loopback_upstream = true};
    check_int(direct_new(loop, &options, &direct), ==, 0);
}

static int ask(void)
{
    struct dns_query q = {.qtype = DNS_TYPE_A, .qclass = DNS_CLASS_IN};
    struct addr server;
    check_int(dns_name_parse("www.test", 8, &q.name), ==, 0);
    check_int(addr_parse("127.0.0.1", &server), ==, 0);
    return direct_ask(direct, &server, port, &q, on_told, NULL);
}

static void run(void)
{
    struct event *readable = event_new(loop, udp_fd, EV_READ | EV_PERSIST, on_datagram, NULL);
    struct event *connects = event_new(loop, tcp_fd, EV_READ | EV_PERSIST, on_stream, NULL);
    check(readable && connects && event_add(readable, NULL) == 0 && event_add(connects, NULL) == 0);
    check_int(ask(), ==, 0);
    event_base_dispatch(loop);
    event_free(readable);
    event_free(connects);
}

static void end(void)
{
    direct_free(direct);
    event_base_free(loop);
    close(udp_fd);
    close(tcp_fd);
}

TEST(one_question_and_its_answer)
{
    begin(RIGHT);
    run();
    check_int(calls, ==, 1);
    check_int(told_len, ==, 12 + 10 + 4 + 11); /* header, name, type and class, OPT */
    check_int(last[2] & DNS_FLAG_RD >> 8, ==, 0);
    check_int(last[11], ==, 1);
    end();
}

TEST(what_is_no_answer_to_it_is_not_taken)
{
    begin(STRAYS_FIRST);
    run();
    check_int(calls, ==, 1);
    check_int(told_len, ==, 37);
    end();
    begin(STRAYS_ONLY); /* somebody guesses */
    run();
    check_int(calls, ==, 1);
    check_int(told_len, ==, 0);
    end();
}

TEST(what_is_cut_comes_by_tcp)
{
    begin(CUT);
    run();
    check_int(datagrams, ==, 1);
    check_int(calls, ==, 1);
    check_int(told_len, ==, 37);
    end();
    begin(CUT_AND_DROPPED);
    run();
    check_int(calls, ==, 1);
    check_int(told_len, ==, 0);
    end();
}

TEST(silence_ends)
{
    begin(SILENT);
    run();
    check_int(calls, ==, 1);
    check_int(told_len, ==, 0);
    check_int(ask(), ==, 0); /* still under way when all ends */
    end();
}

TEST(nobody_on_this_machine_unless_it_is_said)
{
    begin(RIGHT);
    options.loopback_upstream = false;
    check_int(ask(), ==, -EPERM);
    options.loopback_upstream = true;
    check_int(addr_parse("2001:db8::1", &options.send_from[0]), ==,
              0); /* no address of its own to ask it from */
    options.send_from_count = 1;
    check_int(ask(), ==, -EADDRNOTAVAIL);
    check_int(calls, ==, 0);
    end();
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
