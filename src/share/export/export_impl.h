/* What the forms of export share: the export with its room to write in, and what can be said of an item safely.
 */
#ifndef HINOMI_SHARE_EXPORT_EXPORT_IMPL_H
#define HINOMI_SHARE_EXPORT_EXPORT_IMPL_H

#include "share/export/export.h"

enum {
    EXPORT_ITEM_MAX = 65536, /* octets that one item may become, in one file */
    EXPORT_GROUP_ID_MAX = 64, /* as EXPORT_STIX_ID_MAX */
};

struct export;
/* One form. Results as export_add; -EOPNOTSUPP: the item is left out. */
struct export_form {
    const char *word;
    int (*begin)(struct export *e); /* NULL: nothing stands before the items */
    int (*add)(struct export *e, const struct export_item *item);
    int (*end)(struct export *e);   /* NULL: nothing stands behind them */
};
extern const struct export_form export_stix_bundle, export_misp_feed, export_hosts, export_plain, export_csv, export_suricata, export_zeek;

struct export_claim {
    bool is_begun; /* the event of that claim */
    enum verdict_tlp tlp;
    int64_t last_us;
};

struct export {
    const struct export_form *form;
    const struct export_node *node;
    int64_t now_us;
    export_write *write;
    void *self;
    struct export_counts counts;
    int result;
    bool is_begun;
    unsigned markings;                       /* STIX: a bit for each level of TLP that was written */
    struct export_claim claims[CLAIM_COUNT]; /* MISP */
    uint32_t *sids;                          /* Suricata: those given, by their hash; 0: a free place */
    size_t sid_count, sid_max;
    const char *group;                       /* STIX; NULL: none */
    char (*group_ids)[EXPORT_GROUP_ID_MAX];
    size_t group_count;
    enum verdict_tlp group_tlp; /* the highest of its items */
    struct writer w; /* of the item that is written */
    uint8_t buffer[EXPORT_ITEM_MAX];
};

/* Begins anew in the buffer. */
struct writer *export_begin_piece(struct export *e);
/* What is in it goes to that file. -EOPNOTSUPP when it did not fit. */
int export_flush(struct export *e, const char *file) must_check;
void export_text(struct writer *w, const char *text);

/* Is it in force, and against its subject? Forms that others act upon have nothing else. */
bool export_is_acted_upon(const struct indicator *i);
/* A name of letters, digits, hyphens, underscores and dots alone: all that a hosts file or a rule has a spelling for. */
bool export_is_plain_name(const char *name);
/* Without control characters and blanks. */
bool export_is_one_word(const char *text);

#endif
