/* Runs one fetch in a thread. */
#include "apps/feed_job.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/feed_protocol.h"

struct feed_job {
    pthread_t thread;
    struct feed feed;
    struct feed_settings settings;
    struct feed_tags tags;
    int folder, done_fd;
    struct feed_job_result result;
};

static atomic_bool never; /* the process ends by _exit: nobody stops a job */

static int fetch_url(struct feed_job *job, int fd)
{
    struct feed_url_result r;
    int e = feed_url_fetch(job->feed.url, &job->settings, &job->tags, fd, &never, &r, job->result.text);
    job->result.retry_s = r.retry_s;
    job->result.unchanged = r.unchanged;
    job->result.tags = r.tags;
    return e;
}

static void *run(void *self)
{
    struct feed_job *job = self;
    char part[LIST_NAME_MAX + 16], ready[LIST_NAME_MAX + 16];
    snprintf(part, sizeof part, "%s" FEED_PART_FILE, job->feed.name);
    snprintf(ready, sizeof ready, "%s" FEED_READY_FILE, job->feed.name);
    int fd = openat(job->folder, part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    int e = fd < 0 ? -errno : fetch_url(job, fd);
    bool whole = e == 0 && !job->result.unchanged;
    if (whole && (fsync(fd) < 0 || renameat(job->folder, part, job->folder, ready) < 0))
        e = -errno;
    if (fd >= 0)
        close(fd);
    if (e < 0 || !whole)
        unlinkat(job->folder, part, 0);
    if (e < 0 && !job->result.text[0])
        snprintf(job->result.text, sizeof job->result.text, "%s", strerror(-e));
    job->result.error = e;
    while (write(job->done_fd, &job, sizeof job) < 0 && errno == EINTR)
        continue;
    return NULL;
}

int feed_job_start(const struct feed *feed, const struct feed_settings *settings, const struct feed_state *state, int folder,
                   int done_fd, struct feed_job **ret_job)
{
    struct feed_job *job = calloc(1, sizeof *job);
    if (!job)
        return -ENOMEM;
    job->feed = *feed;
    job->settings = *settings;
    job->tags = state->tags;
    job->folder = folder;
    job->done_fd = done_fd;
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int e = pthread_create(&job->thread, NULL, run, job);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (e != 0) {
        free(job);
        return -e;
    }
    *ret_job = job;
    return 0;
}

void feed_job_end(struct feed_job *job, struct feed_job_result *ret_result)
{
    pthread_join(job->thread, NULL);
    *ret_result = job->result;
    free(job);
}
