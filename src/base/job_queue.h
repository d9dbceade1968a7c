/* Jobs that threads hand to a loop, which works on each, known by its number, until it ends or its time is over.
 *
 * A job lies in whoever hands it in, as its first member, and is that thread's again once `end` was called for it. Bounded in number: a job
 * beyond is not taken. Any thread submits; all else belongs to the loop.
 */
#ifndef HINOMI_BASE_JOB_QUEUE_H
#define HINOMI_BASE_JOB_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct job {
    struct job *next;
    uint64_t number; /* never 0 once it is being worked on */
    uint64_t deadline_ms;
};

struct job_queue {
    unsigned max;
    uint64_t patience_ms;
    void (*begin)(void *self, struct job *job); /* it has its number: do something for it, or end it */
    void (*end)(void *self, struct job *job);   /* it is no longer in the queue: give it back */
    void (*late)(void *self, struct job *job);  /* its time is over: it ends after this; NULL: nothing to do */
    void *self;
    /* The queue's own. */
    pthread_mutex_t lock;
    bool closed;
    unsigned count; /* submitted and being worked on */
    struct job *submitted, **last;
    struct job *working;
    uint64_t last_number;
};

void job_queue_init(struct job_queue *q, unsigned max, uint64_t patience_ms);
/* False: there is no place for it. Any thread; wake the loop afterwards. */
bool job_queue_submit(struct job_queue *q, struct job *job) must_check;
/* Begins what was submitted, in its order. */
void job_queue_take(struct job_queue *q);
/* A new number and all its time again: an answer to the old one is for nobody. */
void job_queue_renew(struct job_queue *q, struct job *job);
/* NULL: nobody waits for that number any more. */
struct job *job_queue_find(const struct job_queue *q, uint64_t number);
void job_queue_end(struct job_queue *q, struct job *job);
void job_queue_end_late(struct job_queue *q);
/* Those being worked on; what was submitted since stays. */
void job_queue_end_all(struct job_queue *q);
/* Nothing is taken from now on, and all end. */
void job_queue_close(struct job_queue *q);

#endif
