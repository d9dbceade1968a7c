/* Lets a thread run behind the others of this machine: answers come before building, checking and recording. */
#ifndef HINOMI_BASE_PRIORITY_H
#define HINOMI_BASE_PRIORITY_H

#include <sys/resource.h>

enum {
    PRIORITY_RECORDING = 5, /* the telemetry engine, the fetching of lists */
    PRIORITY_BUILDING = 10, /* work of seconds that nobody waits for in milliseconds */
};

/* The calling thread (or a process of one thread) from now on, and the threads that it makes. Never an error that would matter:
 * it then runs as before. */
static inline void priority_lower(int nice)
{
    (void)setpriority(PRIO_PROCESS, 0, nice);
}

#endif
