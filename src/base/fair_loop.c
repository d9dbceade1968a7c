/* Makes an event loop that looks around after every callback. */
#include "base/fair_loop.h"

#include <event2/event.h>
#include <stddef.h>

struct event_base *fair_loop_new(void)
{
    enum { CALLBACKS = 1 };
    struct event_config *config = event_config_new();
    struct event_base *loop = NULL;
    if (config && event_config_set_max_dispatch_interval(config, NULL, CALLBACKS, 0) == 0)
        loop = event_base_new_with_config(config);
    if (config)
        event_config_free(config);
    return loop;
}
