/* Runs one question in a thread. */
#include "apps/feed/look_up_job.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct look_up_job {
    pthread_t thread;
    struct sockaddr_storage resolver;
    struct dns_name owner;
    int64_t number;
    int done_fd, error;
    struct txt_answer answer;
};

static bool is_wildcard(const struct sockaddr_storage *at)
{
    return dns_socket_is_wildcard((const struct sockaddr *)at);
}

static void make_loopback(struct sockaddr_storage *at)
{
    if (at->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)at)->sin6_addr = in6addr_loopback;
    else
        ((struct sockaddr_in *)at)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

bool look_up_resolver(const struct dns_service_options *o, struct sockaddr_storage *ret_resolver)
{
    const struct dns_listen *l = &o->listen[DNS_LISTEN_PLAIN];
    if (l->count == 0)
        return false;
    unsigned best = 0;
    for (unsigned i = l->count; i-- > 0;) {
        struct addr a = addr_of_sockaddr((const struct sockaddr *)&l->at[i]);
        if (addr_is_loopback(&a) || is_wildcard(&l->at[i]))
            best = i;
    }
    *ret_resolver = l->at[best];
    if (is_wildcard(ret_resolver))
        make_loopback(ret_resolver);
    return true;
}

static void *run(void *self)
{
    struct look_up_job *job = self;
    job->error = txt_client_ask((const struct sockaddr *)&job->resolver, &job->owner, LOOK_UP_MS, &job->answer);
    (void)!write(job->done_fd, &job, sizeof job); /* an address fits a pipe whole */
    return NULL;
}

int look_up_job_start(const struct sockaddr_storage *resolver, const char *owner, int64_t number, int done_fd, struct look_up_job **ret_job)
{
    struct look_up_job *job = calloc(1, sizeof *job);
    sigset_t all, old;
    if (!job)
        return -ENOMEM;
    job->resolver = *resolver;
    job->number = number;
    job->done_fd = done_fd;
    int e = dns_name_parse(owner, strlen(owner), &job->owner);
    if (e == 0) {
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &old);
        e = -pthread_create(&job->thread, NULL, run, job);
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    }
    if (e < 0) {
        free(job);
        return e;
    }
    *ret_job = job;
    return 0;
}

int64_t look_up_job_end(struct look_up_job *job, int *ret_error, struct txt_answer *ret_answer)
{
    int64_t number = job->number;
    pthread_join(job->thread, NULL);
    *ret_error = job->error;
    *ret_answer = job->answer;
    free(job);
    return number;
}
