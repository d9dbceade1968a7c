/* Shows how far long work is: a bar on a terminal, a line every few seconds otherwise. On standard error. */
#ifndef HINOMI_APPS_PROGRESS_H
#define HINOMI_APPS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;
    uint64_t total; /* 0: not known */
    uint64_t next_ms;
    bool wanted, terminal, shown;
};

void progress_init(struct progress *p, const char *what, uint64_t total, bool wanted);
void progress_show(struct progress *p, uint64_t done);
void progress_done(struct progress *p);

#endif
