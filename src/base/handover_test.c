/* Messages with descriptors: every edge of text and number of descriptors, foreign messages, a closed peer, no leaks. */
#include "base/handover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

static unsigned count_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    unsigned n = 0;
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static struct handover *new_message(void)
{
    struct handover *m = calloc(1, sizeof *m);
    check(m != NULL);
    return m;
}

static bool same_file(int a, int b)
{
    struct stat x, y;
    return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

TEST(kind_number_text_and_descriptors_arrive)
{
    int pair[2], pipes[2];
    check_int(handover_pair(pair), ==, 0);
    check_int(pipe2(pipes, O_CLOEXEC), ==, 0);
    autofree struct handover *m = new_message(), *got = new_message();
    *m = (struct handover){.kind = 7, .number = 4000000000u, .fd_count = 2, .text_len = 5, .text = "a\0b\nc"};
    m->fds[0] = pipes[0];
    m->fds[1] = pipes[1];
    check_int(handover_send(pair[0], m), ==, 0);
    check_int(handover_recv(pair[1], got), ==, 1);
    check_int(got->kind, ==, 7);
    check_int(got->number, ==, 4000000000u);
    check_int(got->text_len, ==, 5);
    check_bytes(got->text, "a\0b\nc\0", 6);
    check_int(got->fd_count, ==, 2);
    for (int i = 0; i < 2; i++) {
        check(got->fds[i] != pipes[i] && same_file(got->fds[i], pipes[i]));
        check_int(fcntl(got->fds[i], F_GETFD), ==, FD_CLOEXEC);
    }
    handover_drop(got);
    check_int(got->fd_count, ==, 0);
    for (int i = 0; i < 2; i++) {
        close(pair[i]);
        close(pipes[i]);
    }
}

TEST(the_pair_closes_on_exec)
{
    int pair[2];
    check_int(handover_pair(pair), ==, 0);
    for (int i = 0; i < 2; i++) {
        check_int(fcntl(pair[i], F_GETFD), ==, FD_CLOEXEC);
        close(pair[i]);
    }
}

TEST(messages_keep_their_bounds_and_their_order)
{
    int pair[2];
    check_int(handover_pair(pair), ==, 0);
    autofree struct handover *m = new_message(), *got = new_message();
    for (uint32_t i = 0; i < 10; i++) {
        *m = (struct handover){.kind = i, .text_len = i};
        check_int(handover_send(pair[0], m), ==, 0);
    }
    for (uint32_t i = 0; i < 10; i++) {
        check_int(handover_recv(pair[1], got), ==, 1);
        check_int(got->kind, ==, i);
        check_int(got->text_len, ==, i);
        check_int(got->fd_count, ==, 0);
    }
    close(pair[0]);
    close(pair[1]);
}

TEST(as_much_as_fits_arrives_and_more_is_not_sent)
{
    int pair[2];
    check_int(handover_pair(pair), ==, 0);
    autofree struct handover *m = new_message(), *got = new_message();
    unsigned before = count_fds();
    *m = (struct handover){.fd_count = HANDOVER_FDS_MAX, .text_len = HANDOVER_TEXT_MAX - 1};
    for (unsigned i = 0; i < HANDOVER_FDS_MAX; i++)
        m->fds[i] = pair[0];
    memset(m->text, 'x', HANDOVER_TEXT_MAX - 1);
    check_int(handover_send(pair[0], m), ==, 0);
    check_int(handover_recv(pair[1], got), ==, 1);
    check_int(got->fd_count, ==, HANDOVER_FDS_MAX);
    check_int(got->text_len, ==, HANDOVER_TEXT_MAX - 1);
    check_int(strlen(got->text), ==, HANDOVER_TEXT_MAX - 1);
    handover_drop(got);
    check_int(count_fds(), ==, before);

    m->fd_count = HANDOVER_FDS_MAX + 1;
    check_int(handover_send(pair[0], m), ==, -EMSGSIZE);
    m->fd_count = 0;
    m->text_len = HANDOVER_TEXT_MAX;
    check_int(handover_send(pair[0], m), ==, -EMSGSIZE);
    close(pair[0]);
    close(pair[1]);
}

TEST(a_closed_peer_is_told_apart_from_an_empty_queue)
{
    int pair[2];
    check_int(handover_pair(pair), ==, 0);
    autofree struct handover *got = new_message();
    check_int(fcntl(pair[1], F_SETFL, O_NONBLOCK), ==, 0);
    check_int(handover_recv(pair[1], got), ==, -EAGAIN);
    close(pair[0]);
    check_int(handover_recv(pair[1], got), ==, 0);
    check_int(handover_send(pair[1], got), ==, -EPIPE); /* and no signal */
    close(pair[1]);
}

/* Sends octets that handover_send would not, with as many descriptors. */
static void send_foreign(int fd, const void *octets, size_t n, unsigned fd_count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(253 * sizeof(int))];
    } control = {0};
    struct iovec iov = {(void *)(uintptr_t)octets, n};
    struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd_count > 0) {
        h.msg_control = control.bytes;
        h.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&h);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        for (unsigned i = 0; i < fd_count; i++)
            memcpy(CMSG_DATA(c) + i * sizeof(int), &fd, sizeof(int));
    }
    check_int(sendmsg(fd, &h, 0), ==, n);
}

TEST(a_message_that_is_not_whole_is_refused_and_leaves_no_descriptor)
{
    int pair[2];
    check_int(handover_pair(pair), ==, 0);
    autofree struct handover *got = new_message();
    unsigned before = count_fds();
    uint32_t head[4 + HANDOVER_TEXT_MAX / 4] = {1, 2, 4};
    send_foreign(pair[0], head, 11, 3); /* a cut head */
    check_int(handover_recv(pair[1], got), ==, -EBADMSG);
    send_foreign(pair[0], head, 12, 3); /* a head that promises four octets more */
    check_int(handover_recv(pair[1], got), ==, -EBADMSG);
    send_foreign(pair[0], head, 17, 3); /* five */
    check_int(handover_recv(pair[1], got), ==, -EBADMSG);
    head[2] = HANDOVER_TEXT_MAX;
    send_foreign(pair[0], head, 12 + HANDOVER_TEXT_MAX, 3); /* longer than any text */
    check_int(handover_recv(pair[1], got), ==, -EBADMSG);
    head[2] = 0xffffffffu;
    send_foreign(pair[0], head, 12, 3);
    check_int(handover_recv(pair[1], got), ==, -EBADMSG);
    head[2] = 0;
    send_foreign(pair[0], head, 12, HANDOVER_FDS_MAX + 2); /* more descriptors than are taken */
    check_int(handover_recv(pair[1], got), ==, -EBADMSG);
    check_int(got->fd_count, ==, 0);
    check_int(count_fds(), ==, before);
    close(pair[0]);
    close(pair[1]);
}

TEST(an_empty_message_with_descriptors_leaves_none)
{
    int pair[2];
    check_int(handover_pair(pair), ==, 0);
    autofree struct handover *got = new_message();
    unsigned before = count_fds();
    send_foreign(pair[0], "", 0, 2);
    check_int(handover_recv(pair[1], got), ==, -EBADMSG);
    check_int(count_fds(), ==, before);
    close(pair[0]);
    close(pair[1]);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
