/* Work in steps does not keep others waiting. */
#include "base/fair_loop.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/test.h"

enum { STEPS = 1000 };

static struct event *step, *other;
static unsigned steps, others, steps_at_first;

static void on_step(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what, (void)self;
    if (++steps < STEPS)
        event_active(step, 0, 0);
}

static void on_other(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what, (void)self;
    if (others++ == 0)
        steps_at_first = steps;
    if (steps >= STEPS)
        event_del(other);
}

TEST(who_waits_has_his_turn_between_two_steps)
{
    struct event_base *loop = fair_loop_new();
    int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    check(loop && fd >= 0);
    step = event_new(loop, -1, 0, on_step, NULL);
    other = event_new(loop, fd, EV_READ | EV_PERSIST, on_other, NULL);
    check_int(event_add(other, NULL), ==, 0);
    event_active(step, 0, 0);
    check_int(event_base_dispatch(loop), >=, 0);
    check_int(steps, ==, STEPS);
    check_int(steps_at_first, <=, 2);
    check_int(others, >=, STEPS / 2);
    event_free(step);
    event_free(other);
    event_base_free(loop);
    close(fd);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
