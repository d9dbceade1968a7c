/* Talks to a running node. */
#include "apps/command/control_client.h"

#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/control/control.h"
#include "apps/command/command.h"
#include "apps/config/config.h"
#include "apps/command/harmless.h"
#include "apps/command/progress.h"
#include "apps/process/roles.h"
#include "base/channel.h"
#include "base/text.h"

void control_client_print_json(const json_t *object)
{
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
}

void control_client_error(const struct control_client_options *o, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!o->json) {
        fprintf(stderr, "hinomi: %s\n", text);
        return;
    }
    json_t *object = json_pack("{s:b, s:s}", "ok", 0, "error", text);
    control_client_print_json(object);
    json_decref(object);
}

int control_client_connect(const struct control_client_options *o)
{
    char data[CONFIG_PATH_MAX];
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    config_default_data(data);
    int n = snprintf(sa.sun_path, sizeof sa.sun_path, "%s/%s", o->data ? o->data : data, NODE_CONTROL);
    if (n < 0 || (size_t)n >= sizeof sa.sun_path) {
        control_client_error(o, _("the path of the data folder is too long"));
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0)
        return fd;
    control_client_error(o, _("no node answers on %s: %s (is \"hinomi up\" running? another data folder: --data DIR)"),
                         sa.sun_path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

bool control_client_send(int fd, const struct control_client_options *o, const char *command, json_t *arguments)
{
    const struct passwd *who = getpwuid(geteuid());
    json_object_set_new(arguments, "command", json_string(command));
    if (who)
        json_object_set_new(arguments, "user", json_string(who->pw_name));
    char *text = json_dumps(arguments, JSON_COMPACT);
    json_decref(arguments);
    int e = text ? channel_send_blocking(fd, CONTROL_REQUEST, text, strlen(text)) : -ENOMEM;
    free(text);
    if (e < 0)
        control_client_error(o, _("the node does not listen: %s"), strerror(-e));
    return e == 0;
}

static json_t *parse_reply(const struct control_client_options *o, const uint8_t *payload, size_t len)
{
    json_error_t error;
    json_t *reply = json_loadb((const char *)payload, len, 0, &error);
    if (!reply) {
        control_client_error(o, _("the node's answer is not understood: %s"), error.text);
        return NULL;
    }
    if (!o->json)
        harmless_make(reply);
    if (json_is_true(json_object_get(reply, "ok")))
        return reply;
    const char *why = json_string_value(json_object_get(reply, "error"));
    control_client_error(o, "%s", why ? why : "?");
    json_decref(reply);
    return NULL;
}

json_t *control_client_reply(int fd, const struct control_client_options *o, control_rows_fn *on_rows, void *self,
                             int wait_ms)
{
    for (;;) {
        uint16_t type;
        uint8_t *payload;
        size_t len;
        int e = channel_recv_blocking(fd, CONTROL_MESSAGE_MAX, wait_ms, &type, &payload, &len);
        if (e < 0) {
            control_client_error(o, e == -ETIMEDOUT ? _("the node has not answered in time: %s")
                                                    : _("the node went away while it was asked: %s"),
                                 strerror(-e));
            return NULL;
        }
        if (type == CONTROL_REPLY) {
            json_t *reply = parse_reply(o, payload, len);
            free(payload);
            return reply;
        }
        if (type == CONTROL_ROWS && on_rows)
            on_rows(self, (const char *)payload, len);
        free(payload);
    }
}

json_t *control_client_ask(int fd, const struct control_client_options *o, const char *command, json_t *arguments,
                           control_rows_fn *on_rows, void *self, int wait_ms)
{
    if (!control_client_send(fd, o, command, arguments))
        return NULL;
    return control_client_reply(fd, o, on_rows, self, wait_ms);
}

int control_client_run(const struct control_client_options *o, const char *command, json_t *arguments, int wait_ms,
                       void (*print)(const json_t *reply))
{
    int fd = control_client_connect(o);
    if (fd < 0) {
        json_decref(arguments);
        return EXIT_FAILED;
    }
    json_t *reply = control_client_ask(fd, o, command, arguments, NULL, NULL, wait_ms);
    close(fd);
    if (!reply)
        return EXIT_FAILED;
    if (o->json)
        control_client_print_json(reply);
    else
        print(reply);
    json_decref(reply);
    return EXIT_FINE;
}

/* Refused early is well too: the reply says why. */
static bool sent(const struct control_client_options *o, int e, const char *path)
{
    if (e == 0 || e == -EPIPE || e == -ECONNRESET)
        return true;
    control_client_error(o, "%s: %s", path, strerror(-e));
    return false;
}

static int send_content(int fd, const struct control_client_options *o, int file)
{
    struct stat st;
    uint64_t total = fstat(file, &st) == 0 ? (uint64_t)st.st_size : 0, done = 0;
    struct progress progress;
    progress_init(&progress, _("sending"), total, !o->json);
    char *buffer = malloc(CONTROL_DATA_MAX);
    int e = buffer ? 0 : -ENOMEM;
    ssize_t n = 0;
    while (e == 0 && (n = read(file, buffer, CONTROL_DATA_MAX)) > 0) {
        e = channel_send_blocking(fd, CONTROL_DATA, buffer, (size_t)n);
        done += (uint64_t)n;
        progress_show(&progress, done);
    }
    e = e == 0 && n < 0 ? -errno : e;
    free(buffer);
    progress_done(&progress);
    return e;
}

bool control_client_send_file(int fd, const struct control_client_options *o, int file, const char *path)
{
    int e = send_content(fd, o, file);
    return sent(o, e < 0 ? e : channel_send_blocking(fd, CONTROL_DATA_END, "", 0), path);
}

bool control_client_send_one(int fd, const struct control_client_options *o, int file, const char *path)
{
    int e = send_content(fd, o, file);
    return sent(o, e < 0 ? e : channel_send_blocking(fd, CONTROL_DATA, "", 0), path);
}

bool control_client_send_end(int fd, const struct control_client_options *o)
{
    return sent(o, channel_send_blocking(fd, CONTROL_DATA_END, "", 0), "");
}
