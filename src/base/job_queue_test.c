/* Jobs: their order, their numbers, the limit, lateness, and the end of all; submitted by several threads. */
#include "base/job_queue.h"

#include "base/test.h"

enum { MANY = 2000, THREADS = 4 };

struct seen {
    struct job_queue queue;
    unsigned begun, ended, late;
    struct job *last;
    bool ends_at_once;
};

static void begin(void *self, struct job *job)
{
    struct seen *s = self;
    s->begun++;
    s->last = job;
    if (s->ends_at_once)
        job_queue_end(&s->queue, job);
}

static void end(void *self, struct job *job)
{
    (void)job;
    ((struct seen *)self)->ended++;
}

static void late(void *self, struct job *job)
{
    (void)job;
    ((struct seen *)self)->late++;
}

static void make(struct seen *s, unsigned max, uint64_t patience_ms)
{
    *s = (struct seen){.queue = {.begin = begin, .end = end, .late = late, .self = s}};
    job_queue_init(&s->queue, max, patience_ms);
}

TEST(jobs_begin_in_their_order_and_are_found_by_number)
{
    struct seen s;
    struct job a, b, c;
    make(&s, 2, 100000);
    check(job_queue_submit(&s.queue, &a) && job_queue_submit(&s.queue, &b));
    check(!job_queue_submit(&s.queue, &c)); /* beyond the limit */
    check_int(s.begun, ==, 0);
    job_queue_take(&s.queue);
    check_int(s.begun, ==, 2);
    check(s.last == &b);
    check_int(a.number, ==, 1);
    check(job_queue_find(&s.queue, 1) == &a && job_queue_find(&s.queue, 2) == &b && !job_queue_find(&s.queue, 3));
    job_queue_renew(&s.queue, &a);
    check(!job_queue_find(&s.queue, 1) && job_queue_find(&s.queue, 3) == &a);
    job_queue_end(&s.queue, &b);
    check_int(s.ended, ==, 1);
    check(!job_queue_find(&s.queue, 2));
    check(job_queue_submit(&s.queue, &c)); /* there is room again */
    job_queue_end_all(&s.queue);
    check_int(s.ended, ==, 2); /* what is only submitted stays */
    job_queue_close(&s.queue);
    check_int(s.ended, ==, 3);
    check(!job_queue_submit(&s.queue, &a));
}

TEST(what_takes_too_long_ends)
{
    struct seen s;
    struct job a, b;
    make(&s, 8, 0);
    check(job_queue_submit(&s.queue, &a));
    job_queue_take(&s.queue);
    s.queue.patience_ms = 100000;
    check(job_queue_submit(&s.queue, &b));
    job_queue_take(&s.queue);
    a.deadline_ms = 0;
    job_queue_end_late(&s.queue);
    check_int(s.late, ==, 1);
    check_int(s.ended, ==, 1);
    check(job_queue_find(&s.queue, b.number) == &b);
    job_queue_close(&s.queue);
}

static struct job jobs[THREADS][MANY];

struct submitter {
    struct job_queue *queue;
    unsigned number;
};

static void *submit_many(void *self)
{
    const struct submitter *s = self;
    for (unsigned i = 0; i < MANY; i++)
        while (!job_queue_submit(s->queue, &jobs[s->number][i]))
            ;
    return NULL;
}

TEST(none_is_lost_between_threads)
{
    struct seen s;
    pthread_t threads[THREADS];
    struct submitter submitters[THREADS];
    make(&s, 64, 100000);
    s.ends_at_once = true;
    for (unsigned t = 0; t < THREADS; t++) {
        submitters[t] = (struct submitter){&s.queue, t};
        check_int(pthread_create(&threads[t], NULL, submit_many, &submitters[t]), ==, 0);
    }
    while (s.ended < THREADS * MANY)
        job_queue_take(&s.queue);
    for (unsigned t = 0; t < THREADS; t++)
        check_int(pthread_join(threads[t], NULL), ==, 0);
    check_int(s.begun, ==, THREADS * MANY);
    check_int(s.queue.count, ==, 0);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
