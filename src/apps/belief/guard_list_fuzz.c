/* Any octets as a guard list: it is read to its end or refused, in steps as at once, and each name that it is asked for may be there or not. */
#include "apps/belief/guard_list.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct guard_list *read_whole(const uint8_t *data, size_t size, unsigned lines)
{
    struct guard_list *g;
    int fd = memfd_create("guard_list", MFD_CLOEXEC), r = 1;
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0 || guard_list_begin(fd, 50, &g) < 0)
        abort();
    while (r == 1)
        r = guard_list_read(g, lines);
    return g;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guard_list *steps = read_whole(data, size, 1), *once = read_whole(data, size, 1 << 20);
    if (guard_list_count(steps) != guard_list_count(once) || guard_list_skipped(steps) != guard_list_skipped(once))
        abort();
    struct subject s;
    size_t len = size < 200 ? size : 200;
    if (subject_guess((const char *)data, len, &s) == 0 && guard_list_has(steps, &s) != guard_list_has(once, &s))
        abort();
    guard_list_free(steps);
    guard_list_free(once);
    return 0;
}
