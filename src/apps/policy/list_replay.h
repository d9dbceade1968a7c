/* What a new edition of a list would change: builds the layer of lists aside with the edition in the list's place, and holds both policies
 * against each other. Nothing of the node is written; the image is a file without a name in the folder for temporary files.
 *
 * One thread. Memory: that of a build (LIST_REPLAY_MEMORY), the images being mapped.
 */
#ifndef HINOMI_APPS_LIST_REPLAY_H
#define HINOMI_APPS_LIST_REPLAY_H

#include "act/policy/difference.h"
#include "apps/config/config.h"
#include "apps/policy/list_sources.h"

enum { LIST_REPLAY_MEMORY = 96 << 20 }; /* octets for sorting; ten million names spill to disk */

struct list_replay_options {
    struct ledger *ledger;
    int data_fd;                 /* the node's data folder; borrowed */
    const struct config *config; /* its never-block lists and client groups; borrowed until the replay is closed */
    const char *list;
    int fd; /* the new edition; borrowed */
    const char *format; /* as with "hinomi import"; NULL: found, or the column that the list has */
    const char *group;  /* whose view; NULL: of all who are in none */
    int64_t now_us;
};

struct list_replay {
    struct policy *before, *after; /* before: as it is in force */
    struct policy_groups *groups;
    uint16_t group;
    struct list_stats stats; /* of the new edition */
    uint64_t left_out;       /* rules of the new edition that never-block lists hold back */
    bool protects;           /* it is a never-block list itself */
};

/* 0, or a negative errno and *ret_why for people, already translated (of at most LIST_REPLAY_WHY_MAX octets with the terminator). */
enum { LIST_REPLAY_WHY_MAX = 512 };
int list_replay_open(const struct list_replay_options *options, struct list_replay *ret_replay, char ret_why[LIST_REPLAY_WHY_MAX]) must_check;
void list_replay_close(struct list_replay *r);

#endif
