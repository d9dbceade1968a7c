/* Keeps what was submitted in order, and what is being worked on by number. */
#include "base/job_queue.h"

#include <stddef.h>

#include "base/clock.h"

void job_queue_init(struct job_queue *q, unsigned max, uint64_t patience_ms)
{
    q->max = max;
    q->patience_ms = patience_ms;
    q->last = &q->submitted;
    pthread_mutex_init(&q->lock, NULL);
}

bool job_queue_submit(struct job_queue *q, struct job *job)
{
    pthread_mutex_lock(&q->lock);
    bool taken = !q->closed && q->count < q->max;
    if (taken) {
        q->count++;
        job->next = NULL;
        *q->last = job;
        q->last = &job->next;
    }
    pthread_mutex_unlock(&q->lock);
    return taken;
}

void job_queue_renew(struct job_queue *q, struct job *job)
{
    job->number = ++q->last_number;
    job->deadline_ms = clock_mono_ms() + q->patience_ms;
}

void job_queue_take(struct job_queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct job *job = q->submitted;
    q->submitted = NULL;
    q->last = &q->submitted;
    pthread_mutex_unlock(&q->lock);
    while (job) {
        struct job *next = job->next;
        job->next = q->working;
        q->working = job;
        job_queue_renew(q, job);
        q->begin(q->self, job);
        job = next;
    }
}

struct job *job_queue_find(const struct job_queue *q, uint64_t number)
{
    struct job *job = q->working;
    while (job && job->number != number)
        job = job->next;
    return job;
}

void job_queue_end(struct job_queue *q, struct job *job)
{
    struct job **at = &q->working;
    while (*at && *at != job)
        at = &(*at)->next;
    if (*at)
        *at = job->next;
    pthread_mutex_lock(&q->lock);
    q->count--;
    pthread_mutex_unlock(&q->lock);
    q->end(q->self, job);
}

void job_queue_end_late(struct job_queue *q)
{
    uint64_t now_ms = clock_mono_ms();
    for (struct job *job = q->working, *next; job; job = next) {
        next = job->next;
        if (now_ms <= job->deadline_ms)
            continue;
        if (q->late)
            q->late(q->self, job);
        job_queue_end(q, job);
    }
}

void job_queue_end_all(struct job_queue *q)
{
    while (q->working)
        job_queue_end(q, q->working);
}

void job_queue_close(struct job_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_mutex_unlock(&q->lock);
    job_queue_take(q);
    job_queue_end_all(q);
}
