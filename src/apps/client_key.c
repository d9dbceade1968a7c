/* Reads and makes the secret of pseudonyms. */
#include "apps/client_key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "apps/roles.h"

#define ASIDE NODE_CLIENT_KEY ".new"

_Static_assert(sizeof(struct client_key) == 32, "the file is the struct: 32 octets without gaps");

static int read_key(int folder_fd, struct client_key *ret_key)
{
    int fd = openat(folder_fd, NODE_CLIENT_KEY, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = read(fd, ret_key, sizeof *ret_key);
    close(fd);
    /* A file of another length is not replaced: whoever put it there should know that pseudonyms change. */
    return n == (ssize_t)sizeof *ret_key ? 0 : -EBADMSG;
}

/* Written whole and renamed, so that a crash leaves none or all of it. */
static int write_key(int folder_fd, const struct client_key *key)
{
    int fd = openat(folder_fd, ASIDE, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int e = write(fd, key, sizeof *key) == (ssize_t)sizeof *key && fsync(fd) == 0 ? 0 : -EIO;
    close(fd);
    if (e == 0 && (renameat(folder_fd, ASIDE, folder_fd, NODE_CLIENT_KEY) < 0 || fsync(folder_fd) < 0))
        e = -errno;
    return e;
}

int client_key_load(int folder_fd, struct client_key *ret_key)
{
    struct client_key key;
    int e = read_key(folder_fd, &key);
    if (e < 0) {
        randombytes_buf(&key, sizeof key);
        if (e == -ENOENT)
            e = write_key(folder_fd, &key);
    }
    *ret_key = key;
    return e;
}
