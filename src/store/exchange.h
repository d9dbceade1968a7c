/* The store of objects that are exchanged with others: collections of STIX objects kept whole, and what was given to whom.
 *
 * One SQLite file apart from the ledger's, so that the role that faces the network reads it without ever seeing the ledger
 * (docs/formats/exchange.md). Within a collection an object is known by its identifier and version (TAXII 2.1 3.1): the same one
 * again changes nothing. `date_added` belongs to one object of a collection alone and only grows, also when the clock goes back,
 * so who pages by it loses none.
 *
 * A handle is used by one thread at a time. The hub alone writes (exchange_open); any number of handles of any process read
 * (exchange_open_to_read), each call seeing the file as it was at one moment.
 *
 * Errors: -ENOSPC disk full, -EBUSY another process writes, -EBADMSG the file is damaged, -EROFS, -EACCES (also: not there), -EIO,
 * -ENOMEM, -EPROTO made by a newer or another program; and where they are named below -ENOENT, -EINVAL, -EDQUOT, -E2BIG.
 */
#ifndef HINOMI_STORE_EXCHANGE_H
#define HINOMI_STORE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/sip.h"
#include "base/uuid.h"

enum {
    EXCHANGE_UUID_MAX = UUID_TEXT_MAX,
    EXCHANGE_NAME_MAX = 64,            /* of a collection, with the terminator: "to-node-b" */
    EXCHANGE_TITLE_MAX = 128,
    EXCHANGE_ID_MAX = 256,             /* of an object, with the terminator */
    EXCHANGE_SPEC_MAX = 8,             /* "2.1" */
    EXCHANGE_SOURCES_MAX = 256,        /* whose objects are kept; leaves the numbers of collections to recipients */
    EXCHANGE_OBJECT_MAX = 1 << 20,     /* octets of one object */
    EXCHANGE_COLLECTIONS_MAX = 1024,   /* two for each recipient; the file has room for 2047 */
    EXCHANGE_VERSIONS_MAX = 256,       /* of one object in a collection; then the oldest goes, and is counted */
    EXCHANGE_RESERVE_PART = 16,        /* a batch that is vital alone may have so much more of the limits: a sixteenth */
    EXCHANGE_BATCH_MAX = 100000,       /* objects of one exchange_put_all */
    EXCHANGE_PAGE_MAX = 10000,         /* objects of one page */
    EXCHANGE_WORDS_MAX = 100,          /* of each list of a filter */
    EXCHANGE_SCAN_MAX = 200000,        /* rows looked at for one page: what a filter skips is not free */
    EXCHANGE_DELIVERIES_MAX = 1000000, /* rows; then the oldest go */
};
#define EXCHANGE_OBJECTS_DEFAULT INT64_C(20000000)     /* of a collection */
#define EXCHANGE_OCTETS_DEFAULT (INT64_C(32) << 30)

struct exchange;

/* Opens or creates the file, and brings its schema up to date. */
int exchange_open(const char *path, struct exchange **ret_exchange) must_check;
/* Opens what is there, only to read, also while the hub writes or is dead. */
int exchange_open_to_read(const char *path, struct exchange **ret_exchange) must_check;
void exchange_close(struct exchange *e);
/* For the operator; N_() text, so _(...) it. */
const char *exchange_error_of(int error);

/* A key of its own for each purpose, the same for every handle and as long as there is the file. */
struct sip_key exchange_key(const struct exchange *e, const char *purpose);

struct exchange_counters {
    uint64_t added, known;          /* objects of exchange_put_all since the file was opened: new, there already */
    uint64_t versions_evicted;      /* beyond EXCHANGE_VERSIONS_MAX */
    uint64_t refused_full;          /* batches refused with -EDQUOT */
    uint64_t removed;
    uint64_t deliveries, deliveries_evicted; /* pages noted; rows that had to go */
    uint64_t zone_changes;          /* values that came into a zone or went */
    uint64_t zone_serials_evicted;  /* that a journal had to forget */
    uint64_t zone_refused_full;     /* values that a full zone did not take */
    uint64_t zone_no_place;         /* subjects of kinds that a zone cannot say */
    uint64_t zone_deliveries_evicted;
};
const struct exchange_counters *exchange_counters(const struct exchange *e);

/* ---- collections ---- */

struct exchange_collection {
    unsigned number;             /* within this file; for the calls below */
    char id[EXCHANGE_UUID_MAX];  /* a random UUID, made with the collection and kept */
    char name[EXCHANGE_NAME_MAX];
    char title[EXCHANGE_TITLE_MAX];
    int64_t objects, octets;     /* kept now; octets of the objects */
    int64_t last_added_us;       /* the greatest date_added ever given; 0: none */
    int64_t objects_max, octets_max;
};

/* Finds the collection of that name, or makes it; its title and limits become these. -EINVAL: empty, too long or no
 * UTF-8; -E2BIG: there are EXCHANGE_COLLECTIONS_MAX. */
int exchange_collection_put(struct exchange *e, const char *name, const char *title, int64_t objects_max, int64_t octets_max,
                            struct exchange_collection *ret_collection) must_check;
/* By name, or by its UUID in lower case; -ENOENT. */
int exchange_collection_get(struct exchange *e, const char *name, struct exchange_collection *ret_collection) must_check;
int exchange_collection_of_id(struct exchange *e, const char *id, struct exchange_collection *ret_collection) must_check;
/* The collection, found or made, that keeps what a source says; nobody outside sees it. Its title is the source. -EINVAL as above; -E2BIG: there
 * are EXCHANGE_SOURCES_MAX of them. */
int exchange_collection_of_source(struct exchange *e, const char *source, struct exchange_collection *ret_collection) must_check;
typedef int exchange_each_collection(void *self, const struct exchange_collection *c);
/* Those of all sources, by number; anything but 0 stops and is returned. */
int exchange_collection_of_sources(struct exchange *e, exchange_each_collection *each, void *self) must_check;
/* With all objects, at once: for a recipient that is no more. -ENOENT. */
int exchange_collection_remove(struct exchange *e, unsigned number) must_check;

/* ---- writing ---- */

struct exchange_object {
    const char *id;           /* "type--UUID"; what stands before "--" is its type */
    const char *spec_version; /* "2.0", "2.1": what object.spec_version says, "2.0" when it says nothing but has "created" */
    int64_t version_us;       /* "modified", else "created"; 0: has neither, and date_added stands for it (TAXII 2.1 3.4.1) */
    const uint8_t *octets;    /* the JSON object as it was received or made */
    size_t len;
    /* Written by exchange_put_all: */
    int64_t added_us;         /* date_added of this object and version, new or old */
    bool is_new;
    /* Given: takes back what was said, or is needed to read the rest, so it is taken also when the collection is full. */
    bool is_vital;
};

/* Adds objects in their order, all or none, on disk when it returns; now_us is the wall clock. *ret_added: how many were new.
 * -ENOENT: no such collection; -EINVAL: a field is out of its range, too many; -EDQUOT: the collection is full. Beyond the limits a vital
 * object takes the place of its own older versions, so that revocations always find room. */
int exchange_put_all(struct exchange *e, unsigned collection, struct exchange_object *objects, size_t count, int64_t now_us,
                     size_t *ret_added) must_check;
/* One version of an object, or all of it (version_us -1). *ret_removed may be 0. */
int exchange_remove(struct exchange *e, unsigned collection, const char *id, int64_t version_us, size_t *ret_removed) must_check;

/* ---- reading ---- */

/* Which objects; all zero: the last version of each. Lists have at most EXCHANGE_WORDS_MAX entries, else -EINVAL. */
struct exchange_filter {
    int64_t after_us;          /* date_added later than this */
    const char *const *ids;
    unsigned id_count;         /* 0: any, as below */
    const char *const *types;
    unsigned type_count;
    const char *const *spec_versions;
    unsigned spec_version_count;
    bool first, last, all;     /* versions, joined by "or" with the list; none of them and no list: last */
    const int64_t *versions_us;
    unsigned version_count;
};

/* One object of a page, borrowed for the call. */
struct exchange_row {
    const char *id, *spec_version;
    int64_t added_us, version_us; /* version_us: date_added when the object has none */
    bool is_alone;                /* the collection has no other version of it */
    const uint8_t *octets;        /* NULL: not asked for */
    size_t len;
};
/* A negative result is returned by exchange_page. EXCHANGE_ENOUGH: this one is not taken any more, the page ends before it. */
enum { EXCHANGE_ENOUGH = 1 };
typedef int exchange_each_row(void *self, const struct exchange_row *row);

struct exchange_page {
    unsigned count;
    bool more;                   /* matching ones may follow: ask again with after_us = next_us */
    int64_t next_us;             /* with `more`: the date_added that has been looked at last; may be later than last_us */
    int64_t first_us, last_us;   /* date_added; 0: the page is empty */
};

/* Matching objects in the order of date_added, at most `limit` (1..EXCHANGE_PAGE_MAX). A page may have fewer, even none, and yet be
 * followed by more: no page looks at more than EXCHANGE_SCAN_MAX rows. */
int exchange_page(struct exchange *e, unsigned collection, const struct exchange_filter *filter, unsigned limit, bool with_octets,
                  exchange_each_row *each, void *self, struct exchange_page *ret_page) must_check;

/* ---- deliveries: what was given to whom ---- */

struct exchange_delivery {
    char recipient[EXCHANGE_NAME_MAX];
    unsigned collection;
    int64_t minute_us;          /* start of the minute it was given in; wall clock */
    int64_t objects;            /* given in that minute, those given twice counted twice */
    int64_t first_us, last_us;  /* least and greatest date_added among them */
};

/* Adds to the row of that recipient, collection and minute (minute_us may be any moment of it). */
int exchange_delivery_add(struct exchange *e, const struct exchange_delivery *deliveries, size_t count) must_check;
typedef int exchange_each_delivery(void *self, const struct exchange_delivery *d);
/* From that minute on, oldest first. */
int exchange_delivery_each(struct exchange *e, int64_t from_us, exchange_each_delivery *each, void *self) must_check;
/* Forgets those of minutes before. */
int exchange_delivery_expire(struct exchange *e, int64_t before_us) must_check;

#endif
