/* The whole unit-test framework: a test is a function, a check prints what was wrong, main counts.
 *
 *     TEST(empty_name_is_root) { check_int(name.len, ==, 1); }
 *     int main(int argc, char **argv) { return test_main(argc, argv); }
 *
 * Each test prints "ok NAME" or "not ok NAME"; the exit code is 1 when any failed. An argument runs only
 * the tests whose name contains it. tools/count-tests adds the lines up.
 */
#ifndef HINOMI_BASE_TEST_H
#define HINOMI_BASE_TEST_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct test {
    const char *name;
    void (*run)(void);
    struct test *next;
};

static struct test *test_first, **test_tail = &test_first;
static int test_failures; /* of the running test */

#define TEST(id)                                                      \
    static void test_##id(void);                                      \
    __attribute__((constructor)) static void test_register_##id(void) \
    {                                                                 \
        static struct test t = {.name = #id, .run = test_##id};       \
        *test_tail = &t;                                              \
        test_tail = &t.next;                                          \
    }                                                                 \
    static void test_##id(void)

#define check(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            printf("# %s:%d: check failed: %s\n", __FILE__, __LINE__, #condition);       \
            test_failures++;                                                             \
        }                                                                                \
    } while (0)

#define check_int(got, op, want)                                                                   \
    do {                                                                                           \
        long long got_ = (long long)(got), want_ = (long long)(want);                              \
        if (!(got_ op want_)) {                                                                    \
            printf("# %s:%d: %s is %lld, wanted %s %lld\n", __FILE__, __LINE__, #got, got_, #op,   \
                   want_);                                                                         \
            test_failures++;                                                                       \
        }                                                                                          \
    } while (0)

#define check_str(got, want)                                                                     \
    do {                                                                                         \
        const char *got_ = (got), *want_ = (want);                                               \
        if (!got_ || strcmp(got_, want_) != 0) {                                                 \
            printf("# %s:%d: %s is \"%s\", wanted \"%s\"\n", __FILE__, __LINE__, #got,           \
                   got_ ? got_ : "(null)", want_);                                               \
            test_failures++;                                                                     \
        }                                                                                        \
    } while (0)

#define check_bytes(got, want, n)                                                                \
    do {                                                                                         \
        const unsigned char *got_ = (const void *)(got), *want_ = (const void *)(want);          \
        for (size_t i_ = 0; i_ < (size_t)(n); i_++)                                              \
            if (got_[i_] != want_[i_]) {                                                         \
                printf("# %s:%d: %s differs at byte %zu: %02x, wanted %02x\n", __FILE__,         \
                       __LINE__, #got, i_, got_[i_], want_[i_]);                                 \
                test_failures++;                                                                 \
                break;                                                                           \
            }                                                                                    \
    } while (0)

static inline int test_main(int argc, char **argv)
{
    int failed = 0;
    for (struct test *t = test_first; t; t = t->next) {
        if (argc > 1 && !strstr(t->name, argv[1]))
            continue;
        test_failures = 0;
        t->run();
        printf("%s %s\n", test_failures ? "not ok" : "ok", t->name);
        failed += test_failures > 0;
        fflush(stdout);
    }
    return failed > 0;
}

#endif
