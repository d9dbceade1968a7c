/* Lines: every kind of ending, the longest line and one more, any octet, reads that cut a line, errors of read(2). */
#include "base/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"

struct bench {
    struct lines *lines;
    int fd;
};

static struct bench bench_open(const void *octets, size_t n)
{
    static struct lines lines;
    struct bench b = {.lines = &lines, .fd = memfd_create("lines", MFD_CLOEXEC)};
    check(b.fd >= 0);
    check_int(write(b.fd, octets, n), ==, n);
    check_int(lseek(b.fd, 0, SEEK_SET), ==, 0);
    lines_init(b.lines, b.fd);
    return b;
}

static void bench_close(const struct bench *b)
{
    close(b->fd);
}

static void check_next(struct bench *b, const char *want, size_t len, uint32_t number)
{
    const char *line = NULL;
    size_t n = 0;
    check_int(lines_next(b->lines, &line, &n), ==, 1);
    check_int(n, ==, len);
    check_int(b->lines->number, ==, number);
    if (line && n == len)
        check_bytes(line, want, n);
}

static void check_end(struct bench *b)
{
    const char *line;
    size_t n;
    for (int i = 0; i < 2; i++) /* the end stays the end */
        check_int(lines_next(b->lines, &line, &n), ==, 0);
}

TEST(lines_end_with_lf_or_crlf_or_the_file)
{
    static const char text[] = "one\n\r\ntwo\r\n\nthree";
    struct bench b = bench_open(text, sizeof text - 1);
    check_next(&b, "one", 3, 1);
    check_next(&b, "", 0, 2);
    check_next(&b, "two", 3, 3);
    check_next(&b, "", 0, 4);
    check_next(&b, "three", 5, 5);
    check_end(&b);
    check_int(b.lines->octets, ==, sizeof text - 1);
    bench_close(&b);
}

TEST(an_empty_file_has_no_line_and_one_lf_makes_one)
{
    struct bench b = bench_open("", 0);
    check_end(&b);
    bench_close(&b);
    b = bench_open("\n", 1);
    check_next(&b, "", 0, 1);
    check_end(&b);
    bench_close(&b);
}

TEST(a_cr_inside_a_line_and_a_nul_are_kept)
{
    static const char text[] = "a\rb\0c\r\r\nd";
    struct bench b = bench_open(text, sizeof text - 1);
    check_next(&b, "a\rb\0c\r", 6, 1);
    check_next(&b, "d", 1, 2);
    check_end(&b);
    bench_close(&b);
}

/* A line of n octets 'x' with an ending, then "next". */
static struct bench bench_long(size_t n, const char *ending)
{
    static char text[3 * LINES_BUFFER + 64];
    memset(text, 'x', n);
    int more = snprintf(text + n, sizeof text - n, "%snext", ending);
    return bench_open(text, n + (size_t)more);
}

TEST(the_longest_line_is_whole_and_one_octet_more_is_cut)
{
    static const char *const endings[] = {"\n", "\r\n"};
    for (size_t i = 0; i < array_len(endings); i++) {
        struct bench b = bench_long(LINES_MAX, endings[i]);
        const char *line;
        size_t n;
        check_int(lines_next(b.lines, &line, &n), ==, 1);
        check_int(n, ==, LINES_MAX);
        check(!b.lines->too_long);
        check_next(&b, "next", 4, 2);
        bench_close(&b);

        b = bench_long(LINES_MAX + 1, endings[i]);
        check_int(lines_next(b.lines, &line, &n), ==, 1);
        check_int(n, ==, LINES_MAX);
        check(b.lines->too_long);
        check_next(&b, "next", 4, 2);
        check(!b.lines->too_long);
        check_end(&b);
        bench_close(&b);
    }
}

TEST(a_line_longer_than_the_buffer_is_one_line)
{
    struct bench b = bench_long((size_t)3 * LINES_BUFFER + 7, "\n");
    const char *line;
    size_t n;
    check_int(lines_next(b.lines, &line, &n), ==, 1);
    check(b.lines->too_long);
    check_int(n, ==, LINES_MAX);
    check_next(&b, "next", 4, 2);
    check_end(&b);
    bench_close(&b);

    b = bench_long((size_t)2 * LINES_BUFFER, ""); /* and one that the file ends */
    check_int(lines_next(b.lines, &line, &n), ==, 1);
    check(b.lines->too_long);
    check_end(&b);
    bench_close(&b);
}

/* Lines of every length up to 4096 fill the buffer at every offset. */
TEST(lines_over_the_edge_of_the_buffer_are_whole)
{
    int fd = memfd_create("lines", MFD_CLOEXEC);
    FILE *f = fdopen(fd, "w+");
    check(f != NULL);
    for (int i = 0; f && i <= LINES_MAX; i++)
        check_int(fprintf(f, "%*s\n", i, ""), ==, i + 1);
    check_int(fflush(f), ==, 0);
    check_int(lseek(fd, 0, SEEK_SET), ==, 0);
    static struct lines lines, *l = &lines;
    lines_init(l, fd);
    const char *line;
    size_t n;
    for (int i = 0; i <= LINES_MAX; i++) {
        check_int(lines_next(l, &line, &n), ==, 1);
        check_int(n, ==, i);
        check(!l->too_long);
    }
    check_int(lines_next(l, &line, &n), ==, 0);
    fclose(f);
}

static void *write_slowly(void *self)
{
    static const char text[] = "first\r\nsecond\n";
    int fd = *(int *)self;
    for (size_t i = 0; i < sizeof text - 1; i++)
        if (write(fd, text + i, 1) != 1)
            break;
    close(fd);
    return NULL;
}

TEST(a_pipe_that_gives_octet_by_octet_gives_the_same_lines)
{
    int fds[2];
    check_int(pipe2(fds, O_CLOEXEC), ==, 0);
    pthread_t writer;
    check_int(pthread_create(&writer, NULL, write_slowly, &fds[1]), ==, 0);
    static struct lines lines;
    struct bench b = {.lines = &lines, .fd = fds[0]};
    lines_init(b.lines, fds[0]);
    check_next(&b, "first", 5, 1);
    check_next(&b, "second", 6, 2);
    check_end(&b);
    pthread_join(writer, NULL);
    bench_close(&b);
}

TEST(an_error_of_read_is_given_on)
{
    int fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    static struct lines lines, *l = &lines;
    check(fd >= 0);
    lines_init(l, fd);
    const char *line;
    size_t n;
    check_int(lines_next(l, &line, &n), ==, -EISDIR);
    close(fd);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
