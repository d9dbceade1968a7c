/* What the policy's layer of lists is built from: the stored copies of the lists in force and the never-block lists, gathered and compiled.
 *
 * A list may be read from another file instead of its copy, to know what would be. One thread at a time.
 */
#ifndef HINOMI_APPS_LIST_SOURCES_H
#define HINOMI_APPS_LIST_SOURCES_H

#include "act/policy/compile.h"
#include "store/ledger.h"

struct list_sources {
    struct compile_source *sources; /* in the order in which they are asked */
    unsigned count;
    struct compile_source *protect; /* never-block lists */
    char (*protect_names)[PROTECTION_NAME_MAX];
    unsigned protect_count;
    struct protection *protection; /* made when they are compiled; the caller's. NULL: no never-block list */
};

/* Another edition of a list. */
struct list_instead {
    const char *name;
    int fd; /* borrowed; read from its beginning */
    struct list_reading reading;
    bool found; /* filled in: there is such a list, and it is enabled */
    const struct compile_source *source; /* filled in by compiling: what came of it; valid until the sources are closed */
};

enum { LIST_PROTECT_FILES_MAX = 16 }; /* of the configuration */

/* An empty room; -ENOMEM. list_sources_close in any case. */
int list_sources_init(struct list_sources *s) must_check;
/* A never-block list of the configuration; before the lists. Takes the descriptor over. */
void list_sources_protect(struct list_sources *s, const char *name, int fd);
/* The enabled lists of the ledger; a copy that cannot be opened is logged and left out. instead: NULL for all as they are. Errors of the
 * ledger. */
int list_sources_gather(struct list_sources *s, struct ledger *l, int data_fd, struct list_instead *instead) must_check;
/* One list alone, read from that descriptor, which it takes over. -ENOMEM, -EINVAL. */
int list_sources_add(struct list_sources *s, const struct list_record *r, int fd) must_check;
/* The never-block lists of the ledger alone. Errors of the ledger. */
int list_sources_gather_protection(struct list_sources *s, struct ledger *l, int data_fd) must_check;
/* Reads all of them; *ret_failed: the index of the source that could not be. As policy_compile. */
int list_sources_compile(struct list_sources *s, struct policy_builder *b, unsigned *ret_failed) must_check;
/* All but `protection`. */
void list_sources_close(struct list_sources *s);

#endif
