/* Has a step of the hub's go on after everybody else has had a turn.
 *
 * event_active() from within a step would not do: libevent empties its queue of active events, with what is put into it meanwhile, before it
 * looks at a socket again, so a long backlog would keep posts and commands waiting to its end. A timer that is due now runs in the next
 * round, behind what has come on sockets.
 */
#ifndef HINOMI_APPS_HUB_TURN_H
#define HINOMI_APPS_HUB_TURN_H

#include <event2/event.h>

static inline void hub_turn_again(struct event *step)
{
    static const struct timeval now = {0};
    if (event_add(step, &now) < 0)
        event_active(step, 0, 0); /* without memory for a timer: late for others is better than never */
}

#endif
