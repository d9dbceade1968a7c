/* Any octets on the control socket: every reply is a whole frame with an object that says "ok", and the client is let go. */
#include <assert.h>
#include <event2/event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/control/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 128 << 10, TURNS = 64, HEAD_LEN = 6 };

static struct event_base *loop;
static struct control_server *server;
static struct sockaddr_un address;
static socklen_t address_len;
static size_t taken;

static void handle_echo(struct control_request *r, const json_t *arguments)
{
    control_send_rows(r, "{}\n", 3);
    control_reply(r, json_pack("{s:s, s:o}", "source", control_request_source(r), "arguments", json_deep_copy(arguments)));
}

static void on_data(struct control_request *r, struct reader bytes, void *self)
{
    (void)r, (void)self;
    taken += bytes.left;
}

static void on_end(struct control_request *r, bool gone, void *self)
{
    (void)self;
    if (gone)
        control_reply_error(r, "gone after %zu", taken);
    else
        control_reply(r, json_pack("{s:I}", "taken", (json_int_t)taken));
}

static void handle_take(struct control_request *r, const json_t *arguments)
{
    (void)arguments;
    taken = 0;
    control_request_take_data(r, on_data, on_end, NULL);
}

static void begin(void)
{
    static const struct control_command commands[] = {{"echo", handle_echo}, {"take", handle_take}, {0}};
    address.sun_family = AF_UNIX;
    int n = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "hinomi-control-fuzz-%d", (int)getpid());
    address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int e = bind(fd, (struct sockaddr *)&address, address_len);
    assert(e == 0);
    e = listen(fd, 4);
    assert(e == 0);
    loop = event_base_new();
    struct control_options o = {.loop = loop, .listen_fd = fd, .commands = commands};
    e = control_server_new(&o, &server);
    assert(e == 0);
}

/* What came back, frame by frame. */
static void check_replies(const uint8_t *bytes, size_t len)
{
    struct reader r = reader_of(bytes, len);
    while (r.left > 0) {
        struct reader frame = reader_sub(&r, reader_u32(&r));
        uint16_t type = reader_u16(&frame);
        assert(!r.failed && !frame.failed);
        assert(type == CONTROL_REPLY || type == CONTROL_ROWS);
        if (type != CONTROL_REPLY)
            continue;
        json_t *object = json_loadb((const char *)frame.at, frame.left, 0, NULL);
        assert(json_is_boolean(json_object_get(object, "ok")));
        json_decref(object);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t back[1 << 20];
    size_t len = 0;
    if (!loop)
        begin();
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int e = connect(fd, (struct sockaddr *)&address, address_len);
    assert(e == 0);
    size_t sent = 0;
    if (size > INPUT_MAX)
        size = INPUT_MAX;
    bool open = true;
    for (int turn = 0; turn < TURNS && open; turn++) {
        ssize_t n = sent < size ? send(fd, data + sent, size - sent, MSG_NOSIGNAL) : 0;
        sent += n > 0 ? (size_t)n : 0;
        if (sent == size && turn > 0)
            shutdown(fd, SHUT_WR);
        event_base_loop(loop, EVLOOP_NONBLOCK);
        while ((n = recv(fd, back + len, sizeof back - len, 0)) > 0)
            len += (size_t)n;
        open = n < 0 && len < sizeof back;
    }
    assert(!open || sent < size); /* it was let go */
    check_replies(back, len);
    close(fd);
    event_base_loop(loop, EVLOOP_NONBLOCK);
    event_base_loop(loop, EVLOOP_NONBLOCK);
    return 0;
}
