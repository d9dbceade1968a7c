/* How a thread shares the processors with the others of this machine: answers come before building, checking and recording. */
#ifndef HINOMI_BASE_PRIORITY_H
#define HINOMI_BASE_PRIORITY_H

#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    PRIORITY_RECORDING = 5, /* the telemetry engine, the fetching of lists */
    PRIORITY_BUILDING = 10, /* work of seconds that nobody waits for in milliseconds */
};

#define PRIORITY_ANSWER_NS 100000 /* the least that Linux takes; an answer needs a tenth of it */

/* The calling thread (or a process of one thread) from now on, and the threads that it makes. Never an error that would matter:
 * it then runs as before. */
static inline void priority_lower(int nice)
{
    (void)setpriority(PRIO_PROCESS, 0, nice);
}

/* The calling thread, and the threads and programs that come of it, want the processor often and shortly: whoever has it when a
 * question arrives gives it up then, not at the end of his own turn of some milliseconds. No more of the processor is taken by
 * that, so it needs no right. Linux 6.12 and later (sched(7), EEVDF: the request of SCHED_OTHER); nothing changes elsewhere. */
static inline void priority_short_turns(void)
{
    struct { /* sched_setattr(2); linux/sched/types.h does not go with sched.h */
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } a = {.size = sizeof a, .nice = getpriority(PRIO_PROCESS, 0), .runtime = PRIORITY_ANSWER_NS};
    (void)syscall(SYS_sched_setattr, 0, &a, 0);
}

#endif
