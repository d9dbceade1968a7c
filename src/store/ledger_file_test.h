/* A ledger in a folder of its own, for tests. */
#ifndef HINOMI_STORE_LEDGER_FILE_TEST_H
#define HINOMI_STORE_LEDGER_FILE_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"
#include "store/ledger.h"

static char ledger_folder[64], ledger_path[96]; /* of the one that was opened last */

static inline struct ledger *open_fresh(void)
{
    snprintf(ledger_folder, sizeof ledger_folder, "/tmp/ledger_test.XXXXXX");
    check(mkdtemp(ledger_folder) != NULL);
    snprintf(ledger_path, sizeof ledger_path, "%s/ledger.db", ledger_folder);
    struct ledger *l = NULL;
    check_int(ledger_open(ledger_path, &l), ==, 0);
    return l;
}

static inline void close_and_remove(struct ledger *l)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    ledger_close(l);
    for (size_t i = 0; i < array_len(tails); i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", ledger_path, tails[i]);
        unlink(file);
    }
    rmdir(ledger_folder);
}

#endif
