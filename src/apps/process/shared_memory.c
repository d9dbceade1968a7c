/* Makes and maps the memory of workers and hub. */
#include "apps/process/shared_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096 };

static size_t stride_of(size_t ring_capacity)
{
    return DNS_COUNTERS_SIZE + ((ring_memory_size(ring_capacity) + PAGE - 1) & ~(size_t)(PAGE - 1));
}

static size_t length_of(unsigned workers, size_t ring_capacity)
{
    return stride_of(ring_capacity) * workers + 3 * PAGE;
}

int shared_memory_map(int fd, unsigned workers, size_t ring_capacity, struct shared_memory *ret_memory)
{
    struct shared_memory m = {.workers = workers, .ring_capacity = ring_capacity, .stride = stride_of(ring_capacity)};
    m.len = length_of(workers, ring_capacity);
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if ((uint64_t)st.st_size != m.len)
        return -EBADMSG;
    m.base = mmap(NULL, m.len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (m.base == MAP_FAILED)
        return -errno;
    *ret_memory = m;
    return 0;
}

int shared_memory_create(unsigned workers, size_t ring_capacity, int *ret_fd)
{
    int fd = memfd_create("hinomi-observations", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    struct shared_memory m = {0};
    int e = ftruncate(fd, (off_t)length_of(workers, ring_capacity)) < 0 ? -errno : 0;
    /* Nobody may take the memory away from under the others. */
    if (e == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        e = -errno;
    if (e == 0)
        e = shared_memory_map(fd, workers, ring_capacity, &m);
    if (e == 0) {
        for (unsigned i = 0; e == 0 && i < workers; i++)
            e = ring_format(shared_memory_ring(&m, i), ring_capacity);
        shared_memory_unmap(&m);
    }
    if (e < 0) {
        close(fd);
        return e;
    }
    *ret_fd = fd;
    return 0;
}

void shared_memory_unmap(struct shared_memory *m)
{
    if (m->base)
        munmap(m->base, m->len);
    m->base = NULL;
}

struct dns_counters *shared_memory_counters(const struct shared_memory *m, unsigned worker)
{
    return (struct dns_counters *)(m->base + m->stride * worker);
}

uint64_t shared_memory_sum(const struct shared_memory *m, size_t offset)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < m->workers; i++) {
        const _Atomic uint64_t *c = (const _Atomic uint64_t *)((const uint8_t *)shared_memory_counters(m, i) + offset);
        total += atomic_load_explicit(c, memory_order_relaxed);
    }
    return total;
}

struct hub_page *shared_memory_hub_page(const struct shared_memory *m)
{
    return (struct hub_page *)(m->base + m->stride * m->workers);
}

struct role_state *shared_memory_role_states(const struct shared_memory *m)
{
    _Static_assert(sizeof(struct role_state) * ROLE_STATES_MAX <= PAGE, "one page");
    return (struct role_state *)(m->base + m->stride * m->workers + PAGE);
}

struct feed_page *shared_memory_feed_page(const struct shared_memory *m)
{
    _Static_assert(sizeof(struct feed_page) <= PAGE, "one page");
    return (struct feed_page *)(m->base + m->stride * m->workers + 2 * PAGE);
}

void *shared_memory_ring(const struct shared_memory *m, unsigned worker)
{
    return m->base + m->stride * worker + DNS_COUNTERS_SIZE;
}
