/* Compiler attributes and scope cleanup that the rest of the source is written with.
 *
 * must_check    the result carries an error and may not be dropped
 * printf_like   the format string is checked against its arguments
 * autofree      a heap pointer freed at the end of its scope; steal() takes it out on success
 */
#ifndef HINOMI_BASE_ATTR_H
#define HINOMI_BASE_ATTR_H

#include <stdlib.h>

#define must_check __attribute__((warn_unused_result))
#define printf_like(text, first) __attribute__((format(printf, text, first)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

static inline void attr_free(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}
#define autofree __attribute__((cleanup(attr_free)))

/* Moves a pointer out of a variable that would otherwise free it. */
#define steal(pointer)                    \
    ({                                    \
        __typeof__(pointer) p_ = pointer; \
        (pointer) = NULL;                 \
        p_;                               \
    })

#define array_len(a) (sizeof(a) / sizeof((a)[0]))

#endif
