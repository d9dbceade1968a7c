/* Reads list files aside, in a thread, to know what is in them before they are taken.
 *
 * One after the other. One thread for the calls: the hub's loop.
 */
#ifndef HINOMI_APPS_LIST_EXAMINER_H
#define HINOMI_APPS_LIST_EXAMINER_H

#include "act/policy/compile.h"

struct event_base;
struct list_examiner;

typedef void list_examined_fn(void *self, int error, const struct compile_source *source);
enum { LIST_EXAMINE_MAX = 32 };

int list_examiner_new(struct event_base *loop, struct list_examiner **ret_examiner) must_check;
/* Waits for what is being read. */
void list_examiner_free(struct list_examiner *x);
/* Takes the descriptor. -EBUSY when LIST_EXAMINE_MAX wait. */
int list_examiner_take(struct list_examiner *x, int fd, const struct list_reading *reading, list_examined_fn *done, void *self) must_check;

#endif
