/* An imported list: a file of names, kept as our own copy, that one ledger verdict stands for.
 *
 * Plain values. A node holds at most LIST_COUNT_MAX lists: every one costs memory in each policy image, and an
 * operator who cannot read the list of lists cannot answer for it. Numbers are never used twice, because stored
 * observations cite them. Number 0 means "by hand".
 */
#ifndef HINOMI_MODEL_LIST_H
#define HINOMI_MODEL_LIST_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LIST_COUNT_MAX = 256,
    LIST_NAME_MAX = 64,    /* with terminator, as all of these */
    LIST_PATH_MAX = 1024,
    LIST_FORMAT_MAX = 64,  /* "rpz", "hosts", "csv:COLUMN", ... */
    LIST_SHA256_MAX = 65,  /* lower-case hexadecimal */
};

struct list_record {
    uint16_t id;               /* 1..65535 */
    bool enabled;
    uint16_t order;            /* among lists, the lower one is asked first; ties by id */
    char name[LIST_NAME_MAX];  /* unique; also the subject of its verdicts */
    char path[LIST_PATH_MAX];  /* of our stored copy */
    char format[LIST_FORMAT_MAX];
    char sha256[LIST_SHA256_MAX]; /* of the stored copy */
    uint32_t verdict;          /* of the latest import */
    int64_t imported_us;       /* wall clock */
    uint32_t names;            /* that were taken */
    uint32_t skipped;          /* lines that were not understood */
    bool observes;            /* what it would block is recorded and let through */
    bool protects;             /* a never-block list: no other list may block its names */
};

enum { LIST_SOURCE_MAX = 128, LIST_REASON_MAX = 512 }; /* as those of a verdict */

/* An edition of a list that is kept aside because its size is not believed: the list in force has old_names rules. */
struct list_held {
    char name[LIST_NAME_MAX];
    char path[LIST_PATH_MAX]; /* of the copy; empty when discarded */
    char format[LIST_FORMAT_MAX];
    char sha256[LIST_SHA256_MAX];
    uint32_t names, skipped, old_names;
    int64_t since_us;             /* wall clock */
    char source[LIST_SOURCE_MAX]; /* who imported it, and why: of the verdict that it becomes when it is accepted */
    char reason[LIST_REASON_MAX];
    bool discarded; /* nobody wants it; the hash is kept so that it is not held again */
};

#endif
