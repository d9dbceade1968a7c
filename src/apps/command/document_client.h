/* The command line's side of taking in documents of intelligence: finds the files, sends them, and tells what became of them. */
#ifndef HINOMI_APPS_DOCUMENT_CLIENT_H
#define HINOMI_APPS_DOCUMENT_CLIENT_H

#include <jansson.h>

#include "apps/command/control_client.h"

enum { DOCUMENTS_MAX = 100000, DOCUMENT_FOLDERS_MAX = 8 /* within each other */ };

/* path: a file, a folder with documents (.json, .csv, .txt), or "-". Takes over `wish`. Returns the exit code. */
int document_client_judge(const struct control_client_options *o, const char *path, json_t *wish);

#endif
