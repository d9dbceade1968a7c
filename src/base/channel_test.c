/* Channel behaviour: whole, split and joined messages, lies about length, closed peers, full queues, blocking helpers. */
#include "base/channel.h"

#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/test.h"
#include "base/writer.h"

enum { MESSAGE_MAX = 100000, QUEUE_MAX = 200000 };

/* One end is a channel in a loop, the other a plain descriptor that the test speaks through. */
struct bench {
    struct event_base *loop;
    struct channel *channel;
    int peer;
    unsigned messages, ends;
    uint16_t last_type;
    size_t last_len, bytes;
    uint8_t first_byte;
    int reason;
    bool free_on_message, free_on_end, echo;
};

static void on_message(struct channel *c, uint16_t type, struct reader payload, void *self)
{
    struct bench *b = self;
    b->messages++;
    b->last_type = type;
    b->last_len = payload.left;
    b->bytes += payload.left;
    if (b->free_on_message) {
        channel_free(c);
        b->channel = NULL;
    }
    if (b->echo)
        check_int(channel_send(c, type, payload.at, payload.left), ==, 0);
    b->first_byte = reader_u8(&payload); /* readable to the end of the call, even after channel_free */
}

static void on_end(struct channel *c, int reason, void *self)
{
    struct bench *b = self;
    b->ends++;
    b->reason = reason;
    if (b->free_on_end) {
        channel_free(c);
        b->channel = NULL;
    }
}

static struct bench bench_open(void)
{
    return (struct bench){.loop = event_base_new(), .peer = -1};
}

static void bench_connect(struct bench *b)
{
    int fds[2];
    check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    evutil_make_socket_nonblocking(fds[0]);
    struct channel_handler handler = {.on_message = on_message, .on_end = on_end, .self = b};
    check_int(channel_new(b->loop, fds[0], MESSAGE_MAX, QUEUE_MAX, handler, &b->channel), ==, 0);
    b->peer = fds[1];
}

static void bench_close(struct bench *b)
{
    channel_free(b->channel);
    if (b->peer >= 0)
        close(b->peer);
    event_base_free(b->loop);
}

static void turn(struct bench *b)
{
    for (int i = 0; i < 20; i++)
        event_base_loop(b->loop, EVLOOP_NONBLOCK);
}

static void feed(struct bench *b, const void *bytes, size_t n)
{
    check_int(write(b->peer, bytes, n), ==, (ssize_t)n);
}

TEST(a_whole_message_is_delivered_with_its_type)
{
    struct bench b = bench_open();
    bench_connect(&b);
    feed(&b, "\0\0\0\5\1\2abc", 9);
    turn(&b);
    check_int(b.messages, ==, 1);
    check_int(b.last_type, ==, 0x0102);
    check_int(b.last_len, ==, 3);
    check_int(b.first_byte, ==, 'a');
    bench_close(&b);
}

TEST(a_message_may_be_empty)
{
    struct bench b = bench_open();
    bench_connect(&b);
    feed(&b, "\0\0\0\2\0\7", 6);
    turn(&b);
    check_int(b.messages, ==, 1);
    check_int(b.last_type, ==, 7);
    check_int(b.last_len, ==, 0);
    bench_close(&b);
}

TEST(bytes_may_arrive_one_by_one)
{
    static const char stream[] = "\0\0\0\5\0\1abc\0\0\0\2\0\2\0\0\0\4\0\3xy";
    struct bench b = bench_open();
    bench_connect(&b);
    for (size_t i = 0; i < sizeof stream - 1; i++) {
        feed(&b, stream + i, 1);
        turn(&b);
        check_int(b.messages, ==, (i >= 8) + (i >= 14) + (i >= 22));
    }
    check_int(b.bytes, ==, 5);
    bench_close(&b);
}

TEST(many_messages_may_arrive_in_one_read)
{
    uint8_t stream[700];
    struct writer w = writer_of(stream, sizeof stream);
    while (w.len < w.max)
        writer_bytes(&w, "\0\0\0\3\0\1x", 7);
    struct bench b = bench_open();
    bench_connect(&b);
    feed(&b, stream, sizeof stream);
    turn(&b);
    check_int(b.messages, ==, 100);
    check_int(b.bytes, ==, 100);
    bench_close(&b);
}

TEST(a_message_of_the_maximum_passes_in_both_directions)
{
    struct bench b = bench_open();
    bench_connect(&b);
    b.echo = true;
    autofree uint8_t *bytes = malloc(MESSAGE_MAX);
    memset(bytes, 'm', MESSAGE_MAX);
    for (int round = 0; round < 3; round++) {
        check_int(channel_send_blocking(b.peer, 9, bytes, MESSAGE_MAX), ==, 0);
        turn(&b);
        uint16_t type;
        autofree uint8_t *back = NULL;
        size_t len = 0;
        check_int(channel_recv_blocking(b.peer, MESSAGE_MAX, 1000, &type, &back, &len), ==, 0);
        check_int(len, ==, MESSAGE_MAX);
        check_int(type, ==, 9);
        check_bytes(back, bytes, MESSAGE_MAX);
    }
    check_int(b.messages, ==, 3);
    check_int(channel_queued(b.channel), ==, 0);
    bench_close(&b);
}

TEST(a_frame_longer_than_agreed_ends_the_channel)
{
    struct bench b = bench_open();
    bench_connect(&b);
    uint8_t head[6] = {0};
    writer_put_u32(head, MESSAGE_MAX + 3);
    feed(&b, "\0\0\0\3\0\1x", 7);
    feed(&b, head, sizeof head);
    turn(&b);
    check_int(b.messages, ==, 1);
    check_int(b.ends, ==, 1);
    check_int(b.reason, ==, -EMSGSIZE);
    check_int(channel_send(b.channel, 1, NULL, 0), ==, -ECONNRESET);
    bench_close(&b);
}

TEST(a_length_too_short_for_a_type_ends_the_channel)
{
    struct bench b = bench_open();
    bench_connect(&b);
    feed(&b, "\0\0\0\1\0\1", 6);
    turn(&b);
    check_int(b.messages, ==, 0);
    check_int(b.reason, ==, -EBADMSG);
    bench_close(&b);
}

TEST(a_closing_peer_is_told_once_after_its_last_message)
{
    struct bench b = bench_open();
    bench_connect(&b);
    feed(&b, "\0\0\0\3\0\1x\0\0\0\3\0", 12);
    close(b.peer);
    b.peer = -1;
    turn(&b);
    check_int(b.messages, ==, 1);
    check_int(b.ends, ==, 1);
    check_int(b.reason, ==, -ECONNRESET);
    bench_close(&b);
}

TEST(sending_to_a_closed_peer_ends_the_channel_without_a_signal)
{
    struct bench b = bench_open();
    bench_connect(&b);
    b.free_on_end = true;
    close(b.peer);
    b.peer = -1;
    check_int(channel_send(b.channel, 1, "x", 1), ==, 0);
    turn(&b);
    check_int(b.ends, ==, 1);
    check(b.channel == NULL);
    bench_close(&b);
}

TEST(a_peer_that_does_not_read_meets_the_queue_bound)
{
    struct bench b = bench_open();
    bench_connect(&b);
    static uint8_t bytes[1000];
    int r = 0;
    unsigned sent = 0;
    for (; sent < 10000 && r == 0; sent++)
        r = channel_send(b.channel, 1, bytes, sizeof bytes);
    check_int(r, ==, -ENOBUFS);
    check_int(sent - 1, ==, QUEUE_MAX / (sizeof bytes + 6));
    check_int(channel_queued(b.channel), <=, QUEUE_MAX);
    check_int(channel_send(b.channel, 1, bytes, MESSAGE_MAX + 1), ==, -EMSGSIZE);
    /* Nothing was lost and nothing half queued: the peer gets exactly what was taken. */
    for (unsigned i = 0; i < sent - 1; i++) {
        turn(&b);
        uint16_t type;
        uint8_t *payload = NULL;
        size_t len = 0;
        check_int(channel_recv_blocking(b.peer, MESSAGE_MAX, 1000, &type, &payload, &len), ==, 0);
        check_int(len, ==, sizeof bytes);
        free(payload);
    }
    check_int(channel_queued(b.channel), ==, 0);
    check_int(b.ends, ==, 0);
    check_int(channel_send(b.channel, 1, bytes, sizeof bytes), ==, 0);
    bench_close(&b);
}

TEST(the_handler_may_free_the_channel)
{
    struct bench b = bench_open();
    bench_connect(&b);
    b.free_on_message = true;
    feed(&b, "\0\0\0\3\0\1x\0\0\0\3\0\1y", 14);
    turn(&b);
    check_int(b.messages, ==, 1);
    check_int(b.first_byte, ==, 'x');
    check_int(b.ends, ==, 0);
    check(b.channel == NULL);
    char byte;
    check_int(read(b.peer, &byte, 1), <=, 0); /* the descriptor went with it */
    bench_close(&b);
}

TEST(blocking_receive_times_out_on_silence_and_on_half_a_message)
{
    int fds[2];
    check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    uint16_t type;
    uint8_t *payload = NULL;
    size_t len;
    uint64_t start = clock_mono_ms();
    check_int(channel_recv_blocking(fds[0], 100, 30, &type, &payload, &len), ==, -ETIMEDOUT);
    check_int(write(fds[1], "\0\0\0\7\0\1ab", 8), ==, 8);
    check_int(channel_recv_blocking(fds[0], 100, 30, &type, &payload, &len), ==, -ETIMEDOUT);
    check_int(clock_mono_ms() - start, >=, 60);
    check(payload == NULL);
    close(fds[0]);
    close(fds[1]);
}

TEST(blocking_receive_refuses_what_a_channel_refuses)
{
    static const struct {
        const char *bytes;
        int want;
    } rows[] = {{"\0\0\0\7\0\1", -EMSGSIZE}, {"\0\0\0\1\0\1", -EBADMSG}, {"\0\0\0\4\0\1", -ECONNRESET}};
    for (size_t i = 0; i < array_len(rows); i++) {
        int fds[2];
        check_int(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
        check_int(write(fds[1], rows[i].bytes, 6), ==, 6);
        close(fds[1]);
        uint16_t type;
        uint8_t *payload = NULL;
        size_t len;
        check_int(channel_recv_blocking(fds[0], 4, 1000, &type, &payload, &len), ==, rows[i].want);
        check_int(channel_send_blocking(fds[0], 1, "x", 1), ==, -ECONNRESET);
        close(fds[0]);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
