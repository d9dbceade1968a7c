/* Builds the policy's layer of lists aside, in a thread, from the lists of the ledger and the never-block lists.
 *
 * Changes during a build become one build after it. The builder thread touches only files and its own job; all else is the hub's loop.
 */
#ifndef HINOMI_APPS_POLICY_LISTS_H
#define HINOMI_APPS_POLICY_LISTS_H

#include "act/policy/builder.h"
#include "act/policy/image.h"
#include "apps/policy/list_sources.h"
#include "store/ledger.h"

struct event_base;
struct policy_lists;

/* A never-block list of the configuration. */
struct policy_protect_file {
    const char *name; /* for people; copied */
    int fd;           /* taken over */
};

struct policy_lists_options {
    struct event_base *loop;
    struct ledger *ledger;
    int data_fd;      /* the node's data folder; borrowed */
    int dir_fd;       /* where the image is; borrowed */
    const char *file; /* in it */
    void *self;
    /* A build of what is in the ledger now begins. */
    void (*begin)(void *self, struct policy_builder_options *ret_options);
    /* The image of a build, to be put in force: takes it over; 0, or a negative errno. */
    int (*take)(void *self, struct policy_image *image);
    /* The end of a build, and of those before it. error: NULL, or a text; UINT64_MAX: it has not even begun. */
    void (*built)(void *self, uint64_t generation, const char *error);
};

int policy_lists_new(const struct policy_lists_options *options, struct policy_lists **ret_lists) must_check;
/* Waits for a build that is under way. */
void policy_lists_free(struct policy_lists *l);
/* Builds, or does so again after the build that is under way. */
void policy_lists_build(struct policy_lists *l);

/* As policy_manager_set_protect_files. */
void policy_lists_set_protect_files(struct policy_lists *l, const struct policy_protect_file *files, unsigned count);
/* Of the last build; NULL: none. Valid until the loop runs on. */
const struct protection *policy_lists_protection(const struct policy_lists *l);
bool policy_lists_is_protecting(const struct policy_lists *l);
bool policy_lists_is_building(const struct policy_lists *l);
/* How long the last build took. */
uint64_t policy_lists_build_ms(const struct policy_lists *l);

/* What one list is compiled from, alone, beside the never-block lists; takes the descriptor of its edition over. Close the sources in any
 * case. */
int policy_lists_gather_one(const struct policy_lists *l, const struct list_record *r, int fd, struct list_sources *ret_sources) must_check;

#endif
