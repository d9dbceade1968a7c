/* Secrets in files of the data folder: readable by the node's user alone, and whole or not there at all. */
#ifndef HINOMI_APPS_SECRET_FILE_H
#define HINOMI_APPS_SECRET_FILE_H

#include <stddef.h>

#include "base/attr.h"

/* Reads up to max octets; their number. -ENOENT, -EMSGSIZE when there are more, or another errno. */
int secret_file_read(int folder_fd, const char *name, void *to, size_t max) must_check;
/* Writes it aside, syncs and renames. */
int secret_file_write(int folder_fd, const char *name, const void *octets, size_t len) must_check;

#endif
