/* A list of names and networks that are not to be blocked without a person having looked: the most asked for, or what unrelated parties share.
 *
 * The file is plain (a name, address or prefix a line) or CSV as the popularity lists have it (rank,name); '#' begins a comment. It is read
 * in steps, so that a list of a million names holds up nothing. Memory: some 40 octets a name. One thread.
 */
#ifndef HINOMI_APPS_GUARD_LIST_H
#define HINOMI_APPS_GUARD_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/subject.h"

enum {
    GUARD_LIST_MAX = 2 << 20,       /* entries: the longest popularity list in use has one million */
    GUARD_LIST_NETWORKS_MAX = 8192, /* prefixes and addresses; content networks publish some hundreds each */
};

struct guard_list;

/* Takes the descriptor, also when it fails. max_rank: lines whose rank, or number where they have none, is higher are left out; 0: none
 * is. -ENOMEM. */
int guard_list_begin(int fd, unsigned max_rank, struct guard_list **ret_list) must_check;
/* Reads so many lines. 1: there are more; 0: it is whole; -E2BIG: more than GUARD_LIST_MAX or GUARD_LIST_NETWORKS_MAX; errno of read(2). */
int guard_list_read(struct guard_list *g, unsigned lines) must_check;
void guard_list_free(struct guard_list *g);

/* Would a block of the subject hit something of the list? A name of it or, of a domain, one below it, and "www." of a name; an address in a
 * network of it, a prefix that has addresses with one in common. Other names below one of the list are others'. */
bool guard_list_has(const struct guard_list *g, const struct subject *s);
size_t guard_list_count(const struct guard_list *g);
uint64_t guard_list_skipped(const struct guard_list *g); /* lines that are none of these */

#endif
