/* Ring behaviour: order, wrap-around, full, survival of a side, a lying producer, two threads. */
#include "base/ring.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/test.h"

enum { CAPACITY = 4096 };

static void *new_memory(void)
{
    void *memory = calloc(1, ring_memory_size(CAPACITY));
    check_int(ring_format(memory, CAPACITY), ==, 0);
    return memory;
}

static bool push(struct ring *r, uint32_t value, size_t n)
{
    uint8_t *p = ring_reserve(r, n);
    if (!p)
        return false;
    memset(p, 0, n);
    memcpy(p, &value, sizeof value);
    ring_commit(r, n);
    ring_publish(r);
    return true;
}

static bool pop(struct ring *r, uint32_t *ret_value, size_t *ret_n)
{
    const uint8_t *p;
    *ret_n = ring_peek(r, &p);
    if (*ret_n == 0)
        return false;
    memcpy(ret_value, p, sizeof *ret_value);
    ring_release(r);
    return true;
}

TEST(frames_come_out_in_order_over_many_wraps)
{
    autofree void *memory = new_memory();
    struct ring in, out;
    check_int(ring_attach_producer(&in, memory, CAPACITY), ==, 0);
    check_int(ring_attach_consumer(&out, memory, CAPACITY), ==, 0);
    uint32_t value = 0;
    size_t n = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        size_t len = 4 + i % 300;
        check(push(&in, i, len));
        check(pop(&out, &value, &n));
        check_int(value, ==, i);
        check_int(n, ==, len);
    }
    check(!pop(&out, &value, &n));
    check_int(ring_counters_get(&in).pushed, ==, 10000);
    check_int(ring_counters_get(&in).dropped, ==, 0);
}

TEST(full_ring_drops_new_frames_and_counts_them)
{
    autofree void *memory = new_memory();
    struct ring in, out;
    check_int(ring_attach_producer(&in, memory, CAPACITY), ==, 0);
    check_int(ring_attach_consumer(&out, memory, CAPACITY), ==, 0);
    uint32_t pushed = 0;
    for (uint32_t i = 0; i < 1000; i++)
        pushed += push(&in, i, 56);
    check_int(pushed, ==, CAPACITY / 64);
    check_int(ring_counters_get(&in).dropped, ==, 1000 - CAPACITY / 64);
    check_int(ring_fill_percent(&in), ==, 100);
    uint32_t value = 0;
    size_t n = 0;
    for (uint32_t i = 0; i < pushed; i++) {
        check(pop(&out, &value, &n));
        check_int(value, ==, i);
    }
    check(push(&in, 7, 8));
}

TEST(unpublished_frames_are_invisible)
{
    autofree void *memory = new_memory();
    struct ring in, out;
    check_int(ring_attach_producer(&in, memory, CAPACITY), ==, 0);
    check_int(ring_attach_consumer(&out, memory, CAPACITY), ==, 0);
    check(ring_reserve(&in, 8) != NULL);
    ring_commit(&in, 8);
    const uint8_t *p;
    check_int(ring_peek(&out, &p), ==, 0);
    ring_publish(&in);
    check_int(ring_peek(&out, &p), ==, 8);
}

TEST(a_new_producer_and_consumer_continue_after_a_death)
{
    autofree void *memory = new_memory();
    struct ring in, out;
    check_int(ring_attach_producer(&in, memory, CAPACITY), ==, 0);
    check(push(&in, 1, 8));
    check(push(&in, 2, 8));
    check(ring_reserve(&in, 8) != NULL); /* dies while writing: never published */
    struct ring in2;
    check_int(ring_attach_producer(&in2, memory, CAPACITY), ==, 0);
    check(push(&in2, 3, 8));
    check_int(ring_attach_consumer(&out, memory, CAPACITY), ==, 0);
    uint32_t value = 0;
    size_t n = 0;
    check(pop(&out, &value, &n));
    check_int(value, ==, 1);
    struct ring out2;
    check_int(ring_attach_consumer(&out2, memory, CAPACITY), ==, 0);
    check(pop(&out2, &value, &n));
    check_int(value, ==, 2);
    check(pop(&out2, &value, &n));
    check_int(value, ==, 3);
    check(!pop(&out2, &value, &n));
}

TEST(a_lying_frame_length_empties_the_ring_and_is_counted)
{
    static const uint32_t lies[] = {0, 2000, 0x7fffffff, 0xfffffff0u};
    for (size_t i = 0; i < array_len(lies); i++) {
        autofree void *memory = new_memory();
        struct ring in, out;
        check_int(ring_attach_producer(&in, memory, CAPACITY), ==, 0);
        check_int(ring_attach_consumer(&out, memory, CAPACITY), ==, 0);
        check(push(&in, 1, 8));
        memcpy(in.data, &lies[i], sizeof lies[i]);
        const uint8_t *p;
        check_int(ring_peek(&out, &p), ==, 0);
        check_int(ring_counters_get(&out).corrupt, ==, 1);
        uint32_t value = 0;
        size_t n = 0;
        check(push(&in, 5, 8));
        check(pop(&out, &value, &n));
        check_int(value, ==, 5);
    }
}

TEST(memory_of_another_size_or_kind_is_refused)
{
    autofree void *memory = new_memory();
    struct ring r;
    check_int(ring_attach_producer(&r, memory, CAPACITY * 2), ==, -EBADMSG);
    memset(memory, 0, 8);
    check_int(ring_attach_consumer(&r, memory, CAPACITY), ==, -EBADMSG);
    check_int(ring_format(memory, 5000), ==, -EINVAL);
}

enum { THREAD_FRAMES = 200000 };

static void *produce(void *memory)
{
    struct ring in;
    if (ring_attach_producer(&in, memory, CAPACITY) < 0)
        return NULL;
    for (uint32_t i = 1; i <= THREAD_FRAMES; i++)
        push(&in, i, 4 + i % 60);
    push(&in, UINT32_MAX, 4);
    while (!push(&in, UINT32_MAX, 4))
        ;
    return NULL;
}

TEST(two_threads_lose_only_what_was_counted)
{
    autofree void *memory = new_memory();
    struct ring out;
    check_int(ring_attach_consumer(&out, memory, CAPACITY), ==, 0);
    pthread_t thread;
    check_int(pthread_create(&thread, NULL, produce, memory), ==, 0);
    uint32_t value = 0, last = 0;
    uint64_t got = 0;
    size_t n = 0;
    for (;;) {
        if (!pop(&out, &value, &n))
            continue;
        if (value == UINT32_MAX)
            break;
        check(value > last);
        check_int(n, ==, 4 + value % 60);
        last = value;
        got++;
    }
    pthread_join(thread, NULL);
    struct ring_counters c = ring_counters_get(&out);
    check_int(c.corrupt, ==, 0);
    check(got <= THREAD_FRAMES && got + c.dropped >= THREAD_FRAMES);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
