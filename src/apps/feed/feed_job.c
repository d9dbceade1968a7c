/* Runs one fetch in a thread. */
#include "apps/feed/feed_job.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/feed/feed_protocol.h"
#include "share/feed/misp_folder.h"

struct feed_job {
    pthread_t thread;
    struct feed feed;
    struct feed_settings settings;
    struct feed_tags tags;
    struct tsig_key key;
    bool has_key;
    struct feed_taxii *taxii;
    struct feed_taxii_position position;
    bool posts;
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

/* The copy that is kept is the new one, and so is the edition. */
static int fetch_zone(struct feed_job *job, int fd)
{
    char kept[LIST_NAME_MAX + 16];
    struct feed_zone_result r;
    struct sip_key table_key;
    snprintf(kept, sizeof kept, "%s" FEED_ZONE_FILE, job->feed.name);
    randombytes_buf(&table_key, sizeof table_key);
    int old_fd = openat(job->folder, kept, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int e = feed_zone_fetch(&job->feed, job->has_key ? &job->key : NULL, table_key, job->settings.octets_max, old_fd, fd,
                            &r, job->result.text);
    if (old_fd >= 0)
        close(old_fd);
    job->result.unchanged = r.unchanged;
    job->result.soa = r.soa;
    job->result.incremental = r.incremental;
    job->result.records = r.records;
    return e;
}

/* What is known once the edition is taken lies beside it; role_fetch puts it in the place of what is known now. */
static int fetch_misp(struct feed_job *job, int fd)
{
    char old[LIST_NAME_MAX + 16], next[LIST_NAME_MAX + 16], scratch[LIST_NAME_MAX + 16];
    struct feed_misp_result r = {0};
    snprintf(old, sizeof old, "%s" FEED_KNOWN_FILE, job->feed.name);
    snprintf(next, sizeof next, "%s" FEED_KNOWN_NEXT_FILE, job->feed.name);
    snprintf(scratch, sizeof scratch, "%s" FEED_SCRATCH_FILE, job->feed.name);
    int old_fd = openat(job->folder, old, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int next_fd = openat(job->folder, next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    int scratch_fd = openat(job->folder, scratch, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    int e = next_fd < 0 || scratch_fd < 0 ? -errno
                                          : feed_misp_fetch(job->feed.url, &job->settings, &job->tags, old_fd, scratch_fd, fd, next_fd, &never, &r,
                                                            job->result.text);
    if (e == 0 && fsync(next_fd) < 0)
        e = -errno;
    const int fds[] = {old_fd, next_fd, scratch_fd};
    for (size_t i = 0; i < array_len(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    unlinkat(job->folder, scratch, 0);
    job->result.retry_s = r.retry_s;
    job->result.unchanged = r.unchanged;
    job->result.tags = r.tags;
    job->result.taxii.has_more = r.has_more;
    snprintf(job->result.note, sizeof job->result.note, "%s", r.note);
    return e;
}

static int fetch_taxii(struct feed_job *job, int fd)
{
    int e = feed_taxii_fetch(job->taxii, &job->position, fd, &never, &job->result.taxii, job->result.text);
    job->result.retry_s = job->result.taxii.retry_s;
    job->result.unchanged = job->result.taxii.objects == 0;
    return e;
}

static int fetch(struct feed_job *job, int fd)
{
    switch (job->feed.kind) {
    case FEED_ZONE:
        return fetch_zone(job, fd);
    case FEED_TAXII:
        return fetch_taxii(job, fd);
    case FEED_MISP:
        return fetch_misp(job, fd);
    case FEED_URL:
        break;
    }
    return fetch_url(job, fd);
}

static int post(struct feed_job *job)
{
    char file[LIST_NAME_MAX + 16];
    snprintf(file, sizeof file, "%s" FEED_RETURN_FILE, job->feed.name);
    char *octets = malloc(FEED_TAXII_POST_OCTETS);
    int fd = openat(job->folder, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = octets && fd >= 0 ? read(fd, octets, FEED_TAXII_POST_OCTETS) : -1;
    int e = !octets ? -ENOMEM : n < 0 ? -errno : 0;
    if (fd >= 0)
        close(fd);
    if (e == 0)
        e = feed_taxii_post(job->taxii, octets, (size_t)n, &never, &job->result.taxii, job->result.text);
    free(octets);
    job->result.retry_s = job->result.taxii.retry_s;
    return e;
}

static int keep_edition(const struct feed_job *job, int fd, const char *part, const char *ready)
{
    char kept[LIST_NAME_MAX + 16];
    if (fsync(fd) < 0)
        return -errno;
    if (job->feed.kind != FEED_ZONE)
        return renameat(job->folder, part, job->folder, ready) < 0 ? -errno : 0;
    snprintf(kept, sizeof kept, "%s" FEED_ZONE_FILE, job->feed.name);
    if (renameat(job->folder, part, job->folder, kept) < 0)
        return -errno;
    unlinkat(job->folder, ready, 0);
    return linkat(job->folder, kept, job->folder, ready, 0) < 0 ? -errno : 0;
}

static void end(struct feed_job *job, int e)
{
    if (e < 0 && !job->result.text[0])
        snprintf(job->result.text, sizeof job->result.text, "%s", strerror(-e));
    job->result.error = e;
    while (write(job->done_fd, &job, sizeof job) < 0 && errno == EINTR)
        continue;
}

static void *run(void *self)
{
    struct feed_job *job = self;
    if (job->posts) {
        end(job, post(job));
        return NULL;
    }
    char part[LIST_NAME_MAX + 16], ready[LIST_NAME_MAX + 16];
    snprintf(part, sizeof part, "%s" FEED_PART_FILE, job->feed.name);
    snprintf(ready, sizeof ready, "%s" FEED_READY_FILE, job->feed.name);
    int fd = openat(job->folder, part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    int e = fd < 0 ? -errno : fetch(job, fd);
    bool whole = e == 0 && !job->result.unchanged;
    if (whole)
        e = keep_edition(job, fd, part, ready);
    if (fd >= 0)
        close(fd);
    if (e < 0 || !whole)
        unlinkat(job->folder, part, 0);
    end(job, e);
    return NULL;
}

int feed_job_start(const struct feed *feed, const struct feed_settings *settings, const struct feed_state *state,
                   const struct tsig_key *key, struct feed_taxii *taxii, bool posts, int folder, int done_fd, struct feed_job **ret_job)
{
    struct feed_job *job = calloc(1, sizeof *job);
    if (!job)
        return -ENOMEM;
    job->feed = *feed;
    job->settings = *settings;
    job->tags = state->tags;
    job->has_key = key != NULL;
    if (key)
        job->key = *key;
    job->taxii = taxii;
    job->posts = posts;
    job->position = state->position;
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
    sodium_memzero(&job->key, sizeof job->key);
    free(job);
}
