/* An event loop in which work that is done in steps, each of which asks for the next, lets others have their turn in between.
 *
 * libevent by itself calls what a callback makes active before it looks whether anything else has happened: such work would keep
 * everybody waiting until its end. Here it looks after every callback, which costs a system call each. One thread.
 */
#ifndef HINOMI_BASE_FAIR_LOOP_H
#define HINOMI_BASE_FAIR_LOOP_H

struct event_base;

/* To be freed with event_base_free. NULL: out of memory. */
struct event_base *fair_loop_new(void);

#endif
