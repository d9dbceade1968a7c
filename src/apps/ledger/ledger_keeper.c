/* Reads and makes the ledger's key; signs once a minute what is new. */
#include "apps/ledger/ledger_keeper.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/process/roles.h"
#include "apps/process/secret_file.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum { SIGN_EVERY_S = 60 };

struct ledger_keeper {
    struct ledger *ledger;
    struct note_signer signer;
    struct event *timer;
};

int ledger_key_read(int folder_fd, struct note_signer *ret_signer)
{
    char text[NOTE_KEY_TEXT_MAX + 1];
    int n = secret_file_read(folder_fd, NODE_LEDGER_KEY, text, sizeof text);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    int e = n < 0 && n != -EMSGSIZE ? n : n < 0 || note_signer_parse(text, (size_t)n, ret_signer) < 0 ? -EBADMSG : 0;
    sodium_memzero(text, sizeof text);
    return e;
}

static int write_key(int folder_fd, const struct note_signer *s)
{
    char text[NOTE_KEY_TEXT_MAX + 1];
    int len = note_signer_format(s, text);
    text[len++] = '\n';
    int e = secret_file_write(folder_fd, NODE_LEDGER_KEY, text, (size_t)len);
    sodium_memzero(text, sizeof text);
    return e;
}

int ledger_key_load(int folder_fd, const char *name, struct note_signer *ret_signer)
{
    uint8_t seed[NOTE_KEY_OCTETS];
    int e = ledger_key_read(folder_fd, ret_signer);
    if (e != -ENOENT)
        return e;
    randombytes_buf(seed, sizeof seed);
    e = note_signer_init(ret_signer, NOTE_ED25519, name, seed);
    sodium_memzero(seed, sizeof seed);
    return e < 0 ? e : write_key(folder_fd, ret_signer);
}

/* "HOST/hinomi-ledger": a log is named as by a URL without its scheme (c2sp.org/tlog-checkpoint). */
static const char *log_name(char *name, size_t max)
{
    char host[128] = "";
    if (gethostname(host, sizeof host - 1) < 0 || !host[0])
        snprintf(host, sizeof host, "localhost");
    for (char *p = host; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '-' || *p == '.'))
            *p = '-';
    snprintf(name, max, "%s/hinomi-ledger", host);
    return name;
}

static void sign(struct ledger_keeper *k)
{
    struct ledger_checkpoint checkpoint;
    if (ledger_checkpoint_make(k->ledger, &k->signer, clock_wall_us(), &checkpoint) < 0)
        log_warning(_("the ledger could not be signed: %s"), _(ledger_error(k->ledger)));
}

static void on_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    sign(self);
}

int ledger_keeper_new(struct event_base *loop, struct ledger *l, int folder_fd, struct ledger_keeper **ret_keeper)
{
    static const struct timeval every = {.tv_sec = SIGN_EVERY_S};
    char name[NOTE_NAME_MAX];
    struct ledger_keeper *k = calloc(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    k->ledger = l;
    int e = ledger_key_load(folder_fd, log_name(name, sizeof name), &k->signer);
    if (e == 0) {
        k->timer = event_new(loop, -1, EV_PERSIST, on_timer, k);
        e = k->timer && event_add(k->timer, &every) == 0 ? 0 : -ENOMEM;
    }
    if (e < 0) {
        ledger_keeper_free(k);
        return e;
    }
    sign(k);
    *ret_keeper = k;
    return 0;
}

void ledger_keeper_free(struct ledger_keeper *k)
{
    if (!k)
        return;
    if (k->timer)
        event_free(k->timer);
    note_signer_wipe(&k->signer);
    free(k);
}

const struct note_signer *ledger_keeper_signer(const struct ledger_keeper *k)
{
    return &k->signer;
}
