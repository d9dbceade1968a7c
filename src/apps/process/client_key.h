/* The secret by which clients get their pseudonyms: a file in the data folder, made when it is first needed. */
#ifndef HINOMI_APPS_CLIENT_KEY_H
#define HINOMI_APPS_CLIENT_KEY_H

#include "base/attr.h"
#include "model/client_form.h"

/* Reads it from the folder, or makes it. On a negative result it is a fresh one that could not be kept: it holds for this
 * process only, and pseudonyms change with the next. */
int client_key_load(int folder_fd, struct client_key *ret_key) must_check;

#endif
