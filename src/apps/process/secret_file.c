/* Reads and writes secrets. */
#include "apps/process/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

int secret_file_read(int folder_fd, const char *name, void *to, size_t max)
{
    char more;
    int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = read(fd, to, max);
    int e = n < 0 ? -errno : read(fd, &more, 1) != 0 ? -EMSGSIZE : (int)n;
    close(fd);
    return e;
}

int secret_file_write(int folder_fd, const char *name, const void *octets, size_t len)
{
    char aside[NAME_MAX];
    if (snprintf(aside, sizeof aside, "%s.new", name) >= (int)sizeof aside)
        return -ENAMETOOLONG;
    int fd = openat(folder_fd, aside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int e = write(fd, octets, len) == (ssize_t)len && fsync(fd) == 0 ? 0 : -EIO;
    close(fd);
    if (e == 0 && (renameat(folder_fd, aside, folder_fd, name) < 0 || fsync(folder_fd) < 0))
        e = -errno;
    return e;
}
