/* Runs tries to send in threads. */
#include "apps/notice/notice_sender.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum channel { MAIL, WEBHOOK, MEMBER_WEBHOOK, CHANNEL_COUNT };
static const char *const channels[] = {[MAIL] = "mail", [WEBHOOK] = "webhook", [MEMBER_WEBHOOK] = "member-webhook"};
_Static_assert(array_len(channels) == CHANNEL_COUNT, "a word for each");

struct job {
    pthread_t thread;
    const struct notice_sender *sender;
    struct notify_settings settings;
    char secret[NOTIFY_SECRET_MAX];
    json_int_t id;
    enum channel channel;
    char to[NOTIFY_ADDRESS_MAX];
    char url[NOTIFY_URL_MAX], signature[NOTIFY_SIGNATURE_LINE_MAX]; /* of a member's own webhook */
    char *body;
    enum notify_result result;
    char error[NOTIFY_ERROR_MAX];
};

struct notice_sender {
    struct notice_sender_options o;
    struct notify_settings settings;
    char secrets[NOTIFY_FILES][NOTIFY_SECRET_MAX];
    int pipe[2];
    struct event *ended;
    unsigned running;
};

static void tell(const struct notice_sender *s, json_int_t id, enum notify_result result, const char *text)
{
    static const char *const words[] = {[NOTIFY_TAKEN] = "taken", [NOTIFY_AGAIN] = "again", [NOTIFY_REFUSED] = "refused"};
    s->o.done(s->o.self, json_pack("{s:I, s:s, s:s%}", "id", id, "result", words[result], "text", text, strlen(text)));
}

static void *run(void *self)
{
    struct job *j = self;
    size_t len = strlen(j->body);
    if (j->channel == MEMBER_WEBHOOK)
        j->result = notify_send_member_webhook(&j->settings, j->url, j->signature, j->body, len, j->error);
    else if (j->channel == WEBHOOK)
        j->result = notify_send_webhook(&j->settings, j->secret, clock_wall_us(), j->body, len, j->error);
    else
        j->result = notify_send_mail(&j->settings, j->secret, j->to, j->body, len, j->error);
    sodium_memzero(j->secret, sizeof j->secret);
    while (write(j->sender->pipe[1], &j, sizeof j) < 0 && errno == EINTR)
        continue;
    return NULL;
}

static void on_ended(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct notice_sender *s = self;
    struct job *j;
    while (read((int)fd, &j, sizeof j) == (ssize_t)sizeof j) {
        pthread_join(j->thread, NULL);
        s->running--;
        for (char *p = j->error; *p; p++) /* a server's words go into a log and a page */
            if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
                *p = '?';
        tell(s, j->id, j->result, j->error);
        free(j->body);
        free(j);
    }
}

static int start(struct job *j)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int e = pthread_create(&j->thread, NULL, run, j);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return -e;
}

static const char *why_not(const struct notice_sender *s, enum channel channel)
{
    if (s->running >= SENDER_JOBS_MAX)
        return _("too many are being sent");
    if (channel == WEBHOOK && !s->settings.webhook[0])
        return _("no webhook is configured");
    if (channel == WEBHOOK && !s->secrets[NOTIFY_WEBHOOK_FILE][0])
        return _("its secret cannot be read");
    if (channel == MAIL && !s->settings.relay[0])
        return _("no relay is configured");
    if (channel == MAIL && s->settings.user[0] && !s->secrets[NOTIFY_PASSWORD_FILE][0])
        return _("its password cannot be read");
    return NULL;
}

static bool take_text(const json_t *wish, const char *key, char *to, size_t max)
{
    const char *text = json_string_value(json_object_get(wish, key));
    return text && snprintf(to, max, "%s", text) < (int)max;
}

/* Of what the hub wrote. */
static bool take_wish(struct job *j, const json_t *wish)
{
    const char *channel = json_string_value(json_object_get(wish, "channel")), *body = json_string_value(json_object_get(wish, "body"));
    while (j->channel < CHANNEL_COUNT && (!channel || strcmp(channel, channels[j->channel]) != 0))
        j->channel++;
    bool fine = j->channel < CHANNEL_COUNT && body && take_text(wish, "to", j->to, sizeof j->to);
    if (fine && j->channel == MEMBER_WEBHOOK)
        fine = take_text(wish, "url", j->url, sizeof j->url) && take_text(wish, "signature", j->signature, sizeof j->signature);
    j->body = fine ? strdup(body) : NULL;
    return j->body != NULL;
}

/* NULL: it runs, and is its thread's. */
static const char *begin(struct notice_sender *s, struct job *j, const json_t *wish)
{
    if (!take_wish(j, wish))
        return strerror(EINVAL);
    const char *why = why_not(s, j->channel);
    if (why)
        return why;
    j->sender = s;
    j->settings = s->settings;
    if (j->channel != MEMBER_WEBHOOK)
        memcpy(j->secret, s->secrets[j->channel == WEBHOOK ? NOTIFY_WEBHOOK_FILE : NOTIFY_PASSWORD_FILE], sizeof j->secret);
    int e = start(j);
    return e < 0 ? strerror(-e) : NULL;
}

void notice_sender_send(struct notice_sender *s, const json_t *wish)
{
    json_int_t id = json_integer_value(json_object_get(wish, "id"));
    struct job *j = calloc(1, sizeof *j);
    if (j)
        j->id = id;
    const char *why = j ? begin(s, j, wish) : strerror(ENOMEM);
    if (!why) {
        s->running++;
        return;
    }
    tell(s, id, NOTIFY_AGAIN, why);
    if (j) {
        sodium_memzero(j->secret, sizeof j->secret);
        free(j->body);
    }
    free(j);
}

/* One line; white space around it is not of it. */
void notice_sender_take_file(struct notice_sender *s, unsigned number, int fd)
{
    char text[NOTIFY_SECRET_MAX] = "";
    if (number >= NOTIFY_FILES)
        return;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    size_t begin = 0, end = n > 0 ? (size_t)n : 0;
    while (end > 0 && (unsigned char)text[end - 1] <= 0x20)
        end--;
    while (begin < end && (unsigned char)text[begin] <= 0x20)
        begin++;
    bool is_line = end > begin && !memchr(text + begin, '\n', end - begin);
    snprintf(s->secrets[number], sizeof s->secrets[number], "%.*s", is_line ? (int)(end - begin) : 0, text + begin);
    sodium_memzero(text, sizeof text);
    if (!is_line)
        log_error(_("%s does not hold a password or secret in one line"),
                  number == NOTIFY_PASSWORD_FILE ? s->settings.password_file : s->settings.webhook_secret_file);
}

int notice_sender_new(const struct notice_sender_options *options, const struct notify_settings *settings, struct notice_sender **ret_sender)
{
    struct notice_sender *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->o = *options;
    s->settings = *settings;
    int e = pipe2(s->pipe, O_CLOEXEC | O_NONBLOCK) < 0 ? -errno : 0;
    s->ended = e == 0 ? event_new(options->loop, s->pipe[0], EV_READ | EV_PERSIST, on_ended, s) : NULL;
    if (e == 0 && (!s->ended || event_add(s->ended, NULL) < 0))
        e = -ENOMEM;
    if (e < 0) {
        free(s);
        return e;
    }
    *ret_sender = s; /* for as long as the role: jobs may be at work when it ends */
    return 0;
}
