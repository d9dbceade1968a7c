/* Runs argon2id beside the loop. */
#include "api/signing_in/password.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/text.h"

_Static_assert((int)ACCOUNT_HASH_MAX >= (int)crypto_pwhash_STRBYTES, "a hash fits");

struct job {
    struct job *next;
    bool is_check, is_expected;
    int error;
    char password[ACCOUNT_PASSWORD_MAX];
    char hash[ACCOUNT_HASH_MAX];
    password_done_fn *done;
    void *self;
};

struct queue {
    struct job *first, **last;
};

struct password_worker {
    pthread_t thread;
    bool has_thread, ending;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct queue expected, waiting, ready; /* under the lock; the expected ones first */
    unsigned count, unexpected;            /* the loop's: given and not yet done; those of them that nobody expects */
    struct event *wake;
    int wake_fd;
    char nobody[ACCOUNT_HASH_MAX];
};

static void put(struct queue *q, struct job *j)
{
    j->next = NULL;
    *q->last = j;
    q->last = &j->next;
}

static struct job *take(struct queue *q)
{
    struct job *j = q->first;
    if (j && !(q->first = j->next))
        q->last = &q->first;
    return j;
}

static void forget(struct job *j)
{
    sodium_memzero(j->password, sizeof j->password);
    free(j);
}

/* ---- the thread ---- */

static void work_on(struct job *j)
{
    if (j->is_check)
        j->error = crypto_pwhash_str_verify(j->hash, j->password, strlen(j->password)) == 0 ? 0 : -EACCES;
    else
        j->error = crypto_pwhash_str(j->hash, j->password, strlen(j->password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                     crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0
                       ? 0
                       : -ENOMEM;
}

static void *run(void *self)
{
    struct password_worker *w = self;
    pthread_mutex_lock(&w->lock);
    while (!w->ending) {
        struct job *j = take(&w->expected);
        if (!j)
            j = take(&w->waiting);
        if (!j) {
            pthread_cond_wait(&w->work, &w->lock);
            continue;
        }
        pthread_mutex_unlock(&w->lock);
        work_on(j);
        pthread_mutex_lock(&w->lock);
        put(&w->ready, j);
        uint64_t one = 1;
        ssize_t n = write(w->wake_fd, &one, sizeof one);
        (void)n; /* full: it is awake */
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- the loop ---- */

static void on_wake(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct password_worker *w = self;
    uint64_t count;
    ssize_t n = read((int)fd, &count, sizeof count);
    (void)n;
    for (;;) {
        pthread_mutex_lock(&w->lock);
        struct job *j = take(&w->ready);
        pthread_mutex_unlock(&w->lock);
        if (!j)
            return;
        w->count--;
        w->unexpected -= !j->is_expected;
        j->done(j->self, j->error, j->hash);
        forget(j);
    }
}

static int give(struct password_worker *w, const char *password, const char *hash, bool is_expected, password_done_fn *done, void *self)
{
    if (w->count >= PASSWORD_WAITING_MAX || (!is_expected && w->unexpected >= PASSWORD_UNEXPECTED_MAX))
        return -EBUSY;
    struct job *j = calloc(1, sizeof *j);
    if (!j)
        return -ENOMEM;
    if (snprintf(j->password, sizeof j->password, "%s", password) >= (int)sizeof j->password) {
        forget(j);
        return -EINVAL;
    }
    j->is_check = hash != NULL;
    j->is_expected = is_expected;
    snprintf(j->hash, sizeof j->hash, "%s", hash ? hash : "");
    j->done = done;
    j->self = self;
    w->count++;
    w->unexpected += !is_expected;
    pthread_mutex_lock(&w->lock);
    put(is_expected ? &w->expected : &w->waiting, j);
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
    return 0;
}

int password_check(struct password_worker *w, const char *password, const char *hash, bool is_expected, password_done_fn *done, void *self)
{
    return give(w, password, hash, is_expected, done, self);
}

int password_hash(struct password_worker *w, const char *password, password_done_fn *done, void *self)
{
    return give(w, password, NULL, true, done, self);
}

const char *password_of_nobody(const struct password_worker *w)
{
    return w->nobody;
}

const char *password_flaw(const char *password)
{
    size_t characters = 0, octets = strlen(password);
    for (size_t i = 0; i < octets; i++)
        characters += ((uint8_t)password[i] & 0xc0) != 0x80; /* of UTF-8, all but the octets that go on */
    return characters < ACCOUNT_PASSWORD_MIN  ? _("a password needs 12 characters or more; three or four words that do not belong together are good")
           : octets >= ACCOUNT_PASSWORD_MAX ? _("that password is too long")
                                            : NULL;
}

/* ---- making ---- */

/* Salt and tag by chance: to be checked against as any other, and no password leads to it. */
static void make_nobody(struct password_worker *w)
{
    uint8_t chance[16 + 32];
    char salt[32], tag[64];
    randombytes_buf(chance, sizeof chance);
    sodium_bin2base64(salt, sizeof salt, chance, 16, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    sodium_bin2base64(tag, sizeof tag, chance + 16, 32, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    snprintf(w->nobody, sizeof w->nobody, "$argon2id$v=19$m=%u,t=%u,p=1$%s$%s", (unsigned)(crypto_pwhash_MEMLIMIT_INTERACTIVE >> 10),
             (unsigned)crypto_pwhash_OPSLIMIT_INTERACTIVE, salt, tag);
}

int password_worker_new(struct event_base *loop, struct password_worker **ret_worker)
{
    struct password_worker *w = calloc(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->expected.last = &w->expected.first;
    w->waiting.last = &w->waiting.first;
    w->ready.last = &w->ready.first;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->work, NULL);
    make_nobody(w);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->wake = w->wake_fd < 0 ? NULL : event_new(loop, w->wake_fd, EV_READ | EV_PERSIST, on_wake, w);
    int e = !w->wake || event_add(w->wake, NULL) < 0 ? -ENOMEM : 0;
    if (e == 0)
        e = -pthread_create(&w->thread, NULL, run, w);
    w->has_thread = e == 0;
    if (e < 0) {
        password_worker_free(w);
        return e;
    }
    *ret_worker = w;
    return 0;
}

void password_worker_free(struct password_worker *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->ending = true;
    pthread_cond_signal(&w->work);
    pthread_mutex_unlock(&w->lock);
    if (w->has_thread)
        pthread_join(w->thread, NULL);
    for (struct job *j; (j = take(&w->expected)) != NULL || (j = take(&w->waiting)) != NULL || (j = take(&w->ready)) != NULL;)
        forget(j);
    if (w->wake)
        event_free(w->wake);
    if (w->wake_fd >= 0)
        close(w->wake_fd);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->work);
    free(w);
}
