/* Draws progress. */
#include "apps/command/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR_WIDTH = 30, FIRST_MS = 500, BAR_MS = 100, LINE_MS = 5000 };

void progress_init(struct progress *p, const char *what, uint64_t total, bool wanted)
{
    *p = (struct progress){.what = what, .total = total, .wanted = wanted, .terminal = isatty(STDERR_FILENO) == 1};
    p->next_ms = clock_mono_ms() + FIRST_MS; /* short work shows nothing */
}

void progress_show(struct progress *p, uint64_t done)
{
    uint64_t now_ms = clock_mono_ms();
    if (!p->wanted || now_ms < p->next_ms)
        return;
    p->next_ms = now_ms + (p->terminal ? BAR_MS : LINE_MS);
    unsigned percent = p->total ? (unsigned)(done * 100 / p->total) : 0;
    if (p->total == 0) { /* how much there is, nobody knows */
        fprintf(stderr, p->terminal ? "\r%s: %" PRIu64 : "%s: %" PRIu64 "\n", p->what, done);
        p->shown = p->terminal;
        return;
    }
    if (!p->terminal) {
        fprintf(stderr, "%s: %u %% (%" PRIu64 " of %" PRIu64 ")\n", p->what, percent, done, p->total);
        return;
    }
    char bar[BAR_WIDTH + 1];
    for (unsigned i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < percent * BAR_WIDTH / 100 ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %3u %%", p->what, bar, percent);
    p->shown = true;
}

void progress_done(struct progress *p)
{
    if (p->shown)
        fprintf(stderr, "\r\033[K");
    p->shown = false;
}
