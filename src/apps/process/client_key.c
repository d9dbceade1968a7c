/* Reads and makes the secret of pseudonyms. */
#include "apps/process/client_key.h"

#include <errno.h>
#include <sodium.h>

#include "apps/process/roles.h"
#include "apps/process/secret_file.h"

_Static_assert(sizeof(struct client_key) == 32, "the file is the struct: 32 octets without gaps");

/* A file of another length is not replaced: whoever put it there should know that pseudonyms change. */
static int read_key(int folder_fd, struct client_key *ret_key)
{
    int n = secret_file_read(folder_fd, NODE_CLIENT_KEY, ret_key, sizeof *ret_key);
    return n < 0 && n != -EMSGSIZE ? n : n == (int)sizeof *ret_key ? 0 : -EBADMSG;
}

int client_key_load(int folder_fd, struct client_key *ret_key)
{
    struct client_key key;
    int e = read_key(folder_fd, &key);
    if (e < 0) {
        randombytes_buf(&key, sizeof key);
        if (e == -ENOENT)
            e = secret_file_write(folder_fd, NODE_CLIENT_KEY, &key, sizeof key);
    }
    *ret_key = key;
    return e;
}
