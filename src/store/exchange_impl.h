/* What the files of the exchange store share: the handle, where an object stands, and the steps around a statement. */
#ifndef HINOMI_STORE_EXCHANGE_IMPL_H
#define HINOMI_STORE_EXCHANGE_IMPL_H

#include <sqlite3.h>

#include "base/sip.h"
#include "store/exchange_zone.h"

enum exchange_statement {
    EXCHANGE_VERSIONS,
    EXCHANGE_INSERT,
    EXCHANGE_SET_FLAGS,
    EXCHANGE_DELETE,
    EXCHANGE_SET_SIZES,
    EXCHANGE_ADD_DELIVERY,
    EXCHANGE_ZONE_KINDS,
    EXCHANGE_ZONE_SET,
    EXCHANGE_ZONE_DROP,
    EXCHANGE_ZONE_CHANGE,
    EXCHANGE_ZONE_SAVE,
    EXCHANGE_STATEMENT_COUNT
};

struct exchange {
    sqlite3 *db;
    struct sip_key key;
    struct exchange_counters counters;
    sqlite3_stmt *statements[EXCHANGE_STATEMENT_COUNT]; /* those for every object stay prepared */
};

enum { EXCHANGE_IS_FIRST = 1, EXCHANGE_IS_LAST = 2, EXCHANGE_NUMBER_MAX = 2047, EXCHANGE_PLACE_BITS = 52 };
#define EXCHANGE_EPOCH_US INT64_C(1577836800000000) /* 2020-01-01, so that a century fits below the collection's number */
#define EXCHANGE_PLACE_MASK ((INT64_C(1) << EXCHANGE_PLACE_BITS) - 1)

/* The moment is brought into what fits; 0 stands before all objects of the collection. */
int64_t exchange_place_of(unsigned collection, int64_t added_us);
int64_t exchange_added_of(int64_t place);
/* Keys of the two indices. */
int64_t exchange_hash(const struct exchange *e, unsigned collection, const char *text, size_t len);

int exchange_run(struct exchange *e, const char *sql) must_check;
int exchange_prepare(struct exchange *e, const char *sql, sqlite3_stmt **ret_statement) must_check;
int exchange_keep(struct exchange *e, enum exchange_statement which, const char *sql, sqlite3_stmt **ret_statement) must_check;
/* Runs one that gives no rows, and resets it. */
int exchange_step(sqlite3_stmt *s) must_check;
/* The first column of the first row; -EBADMSG when there is none. */
int exchange_read_number(struct exchange *e, const char *sql, int64_t *ret_number) must_check;
/* Commits when result is 0, else takes all back; gives the first error. */
int exchange_end(struct exchange *e, int result) must_check;
/* Copies a text column; -EBADMSG when it does not fit. */
int exchange_take_text(sqlite3_stmt *s, int column, char *to, size_t max) must_check;

/* exchange_zone.c: -ENOENT. */
int exchange_zone_by_number(struct exchange *e, unsigned number, struct exchange_zone *ret_zone) must_check;
/* Of the kinds in zone_rule: which records they ask for. */
unsigned exchange_zone_records(unsigned kinds);

/* exchange_collection.c: -ENOENT. */
int exchange_collection_by_number(struct exchange *e, unsigned number, struct exchange_collection *ret_collection) must_check;

#endif
