/* Opens and migrates the file of exchanged objects, and writes objects into it. */
#include "store/exchange.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/exchange_impl.h"
#include "store/schema.h"
#include "store/sqlite_errno.h"

#define APPLICATION_ID 0x68696e78 /* "hinx" */

/* SQLite keeps a number of 48 bits in six octets. Two identifiers of one hash are told apart by their text. */
#define KEY_MASK ((UINT64_C(1) << 48) - 1)

enum {
    BUSY_WAIT_MS = 1000,
    SMALL_WAL_PAGES = 98304,  /* 384 MiB: identifiers are random; the longer a page of their index waits, the more go into it at once */
    LARGE_WAL_PAGES = 262144, /* 1 GiB: readers that never pause have kept it from starting over; now they wait a moment */
};

static const char *const migrations[] = {schema_exchange_0001, schema_exchange_0002};

static const struct {
    int error;
    const char *text;
} error_texts[] = {
    {-ENOSPC, N_("the disk is full")},
    {-EBUSY, N_("another process writes to the file")},
    {-EBADMSG, N_("the file of exchanged objects is damaged")},
    {-EROFS, N_("the file of exchanged objects is read-only")},
    {-EACCES, N_("the file of exchanged objects is not there, or not for this user")},
    {-EIO, N_("the disk did not read or write")},
    {-ENOMEM, N_("out of memory")},
    {-EPROTO, N_("the file was made by a newer or another program")},
    {-ENOENT, N_("no such collection")},
    {-EINVAL, N_("a field is empty, too long or out of its range")},
    {-EDQUOT, N_("the collection is full")},
    {-E2BIG, N_("there are as many collections as can be")},
};

const char *exchange_error_of(int error)
{
    for (size_t i = 0; i < array_len(error_texts); i++)
        if (error_texts[i].error == error)
            return error_texts[i].text;
    return error < 0 ? N_("the store of exchanged objects failed") : N_("no error");
}

const struct exchange_counters *exchange_counters(const struct exchange *e)
{
    return &e->counters;
}

/* ---- places and keys ---- */

int64_t exchange_place_of(unsigned collection, int64_t added_us)
{
    int64_t after = added_us < EXCHANGE_EPOCH_US                         ? 0
                    : added_us - EXCHANGE_EPOCH_US > EXCHANGE_PLACE_MASK ? EXCHANGE_PLACE_MASK
                                                                         : added_us - EXCHANGE_EPOCH_US;
    return (int64_t)collection << EXCHANGE_PLACE_BITS | after;
}

int64_t exchange_added_of(int64_t place)
{
    return (place & EXCHANGE_PLACE_MASK) + EXCHANGE_EPOCH_US;
}

int64_t exchange_hash(const struct exchange *e, unsigned collection, const char *text, size_t len)
{
    struct sip s = sip_init(e->key);
    sip_word(&s, collection);
    sip_bytes(&s, (const uint8_t *)text, len);
    return (int64_t)(sip_finish(s) & KEY_MASK);
}

struct sip_key exchange_key(const struct exchange *e, const char *purpose)
{
    struct sip_key key;
    struct sip s = sip_init(e->key);
    sip_mix_bytes(&s, (const uint8_t *)purpose, strlen(purpose), 2);
    key.k0 = sip_end(s, 4);
    sip_mix(&s, 1, 2);
    key.k1 = sip_end(s, 4);
    return key;
}

/* ---- statements ---- */

int exchange_run(struct exchange *e, const char *sql)
{
    return sqlite_errno(sqlite3_exec(e->db, sql, NULL, NULL, NULL));
}

int exchange_prepare(struct exchange *e, const char *sql, sqlite3_stmt **ret_statement)
{
    return sqlite_errno(sqlite3_prepare_v2(e->db, sql, -1, ret_statement, NULL));
}

int exchange_keep(struct exchange *e, enum exchange_statement which, const char *sql, sqlite3_stmt **ret_statement)
{
    sqlite3_stmt **s = &e->statements[which];
    int r = *s ? 0 : sqlite_errno(sqlite3_prepare_v3(e->db, sql, -1, SQLITE_PREPARE_PERSISTENT, s, NULL));
    *ret_statement = *s;
    return r;
}

int exchange_step(sqlite3_stmt *s)
{
    int r = sqlite_errno(sqlite3_step(s));
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return r;
}

int exchange_read_number(struct exchange *e, const char *sql, int64_t *ret_number)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, sql, &s);
    if (r < 0)
        return r;
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(s, 0);
    r = step == SQLITE_ROW ? 0 : step == SQLITE_DONE ? -EBADMSG : sqlite_errno(step);
    sqlite3_finalize(s);
    return r;
}

int exchange_end(struct exchange *e, int result)
{
    if (result == 0)
        result = exchange_run(e, "COMMIT");
    if (result < 0 && !sqlite3_get_autocommit(e->db))
        sqlite3_exec(e->db, "ROLLBACK", NULL, NULL, NULL);
    return result;
}

int exchange_take_text(sqlite3_stmt *s, int column, char *to, size_t max)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    size_t len = (size_t)sqlite3_column_bytes(s, column);
    if (!text || len >= max || memchr(text, '\0', len))
        return -EBADMSG;
    memcpy(to, text, len + 1);
    return 0;
}

/* ---- opening ---- */

static int read_key(struct exchange *e)
{
    sqlite3_stmt *s;
    int r = exchange_prepare(e, "SELECT hash_key FROM secret", &s);
    if (r < 0)
        return r;
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW && sqlite3_column_bytes(s, 0) == sizeof e->key)
        memcpy(&e->key, sqlite3_column_blob(s, 0), sizeof e->key);
    else
        r = step == SQLITE_ROW || step == SQLITE_DONE ? -EBADMSG : sqlite_errno(step);
    sqlite3_finalize(s);
    return r;
}

static int make_key(struct exchange *e)
{
    sqlite3_stmt *s;
    uint8_t key[sizeof e->key];
    randombytes_buf(key, sizeof key);
    int r = exchange_prepare(e, "INSERT INTO secret (hash_key) VALUES (?)", &s);
    if (r < 0)
        return r;
    sqlite3_bind_blob(s, 1, key, sizeof key, SQLITE_TRANSIENT);
    r = exchange_step(s);
    sqlite3_finalize(s);
    return r;
}

static int read_version(struct exchange *e, int64_t *ret_version, bool *ret_fresh)
{
    int64_t application = 0;
    int r = exchange_read_number(e, "PRAGMA user_version", ret_version);
    if (r == 0)
        r = exchange_read_number(e, "PRAGMA application_id", &application);
    *ret_fresh = *ret_version == 0 && application == 0;
    return r == 0 && !*ret_fresh && application != APPLICATION_ID ? -EPROTO : r;
}

static int migrate(struct exchange *e)
{
    int64_t version = 0;
    bool fresh = false;
    int r = read_version(e, &version, &fresh);
    if (r == 0 && version > (int64_t)array_len(migrations))
        r = -EPROTO;
    for (size_t i = (size_t)version; r == 0 && i < array_len(migrations); i++) {
        char mark[96];
        snprintf(mark, sizeof mark, "PRAGMA user_version = %zu; PRAGMA application_id = %d", i + 1, APPLICATION_ID);
        r = exchange_run(e, "BEGIN IMMEDIATE");
        if (r < 0)
            return r;
        r = exchange_run(e, migrations[i]);
        if (r == 0 && i == 0)
            r = make_key(e);
        if (r == 0)
            r = exchange_run(e, mark);
        r = exchange_end(e, r);
    }
    return r;
}

static int check_version(struct exchange *e)
{
    int64_t version = 0;
    bool fresh = false;
    int r = read_version(e, &version, &fresh);
    return r < 0 || version == (int64_t)array_len(migrations) ? r : -EPROTO;
}

static int after_commit(void *self, sqlite3 *db, const char *name, int pages)
{
    (void)self;
    /* Its failure, a reader that stays, say, is no failure of what was committed. */
    if (pages >= LARGE_WAL_PAGES)
        (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    else if (pages >= SMALL_WAL_PAGES)
        (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

static int open_file(const char *path, int flags, const char *pragmas, int (*prepare)(struct exchange *e),
                     struct exchange **ret_exchange)
{
    if (sodium_init() < 0)
        return -EIO;
    struct exchange *e = calloc(1, sizeof *e);
    if (!e)
        return -ENOMEM;
    int r = sqlite_errno(sqlite3_open_v2(path, &e->db, flags | SQLITE_OPEN_NOMUTEX, NULL));
    if (r == 0)
        r = sqlite_errno(sqlite3_busy_timeout(e->db, BUSY_WAIT_MS));
    if (r == 0)
        r = exchange_run(e, pragmas);
    if (r == 0)
        r = prepare(e);
    if (r == 0)
        r = read_key(e);
    if (r < 0) {
        exchange_close(e);
        return r;
    }
    *ret_exchange = e;
    return 0;
}

/* trusted_schema off: a schema planted in the file cannot call functions with effects. */
#define CAREFUL "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"

int exchange_open(const char *path, struct exchange **ret_exchange)
{
    struct exchange *e;
    int r = open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;" CAREFUL
                      "PRAGMA cache_size = -131072; PRAGMA journal_size_limit = 402653184" /* as SMALL_WAL_PAGES */,
                      migrate, &e);
    if (r == 0) {
        sqlite3_wal_hook(e->db, after_commit, e);
        *ret_exchange = e;
    }
    return r;
}

/* Where the index of the write-ahead log may not be written, SQLite opens it to read. */
int exchange_open_to_read(const char *path, struct exchange **ret_exchange)
{
    return open_file(path, SQLITE_OPEN_READONLY, CAREFUL "PRAGMA query_only = ON; PRAGMA cache_size = -8192", check_version,
                     ret_exchange);
}

void exchange_close(struct exchange *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < array_len(e->statements); i++)
        sqlite3_finalize(e->statements[i]);
    sqlite3_close(e->db);
    free(e);
}

/* ---- versions of one object ---- */

struct version {
    int64_t place, version;
    size_t len; /* of its octets */
    int flags;
};
struct versions {
    unsigned count;
    struct version at[EXCHANGE_VERSIONS_MAX + 1]; /* oldest first; one more than are kept */
};

/* Where its version belongs; there is room. Returns the place in the list. */
static unsigned insert_version(struct versions *versions, const struct version *v)
{
    unsigned at = versions->count;
    while (at > 0 && versions->at[at - 1].version > v->version)
        at--;
    memmove(&versions->at[at + 1], &versions->at[at], (versions->count - at) * sizeof versions->at[0]);
    versions->at[at] = *v;
    versions->count++;
    return at;
}

static int read_versions(struct exchange *e, unsigned collection, const char *id, struct versions *ret_versions)
{
    sqlite3_stmt *s;
    ret_versions->count = 0;
    int r = exchange_keep(e, EXCHANGE_VERSIONS,
                          "SELECT place, version, flags, id, length(octets) FROM object WHERE id_key = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, exchange_hash(e, collection, id, strlen(id)));
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW && ret_versions->count < array_len(ret_versions->at)) {
        const char *text = (const char *)sqlite3_column_text(s, 3);
        int64_t place = sqlite3_column_int64(s, 0);
        if (!text || strcmp(text, id) != 0 || place >> EXCHANGE_PLACE_BITS != collection)
            continue; /* another one of the same hash */
        insert_version(ret_versions, &(struct version){.place = place,
                                                       .version = sqlite3_column_int64(s, 1),
                                                       .flags = sqlite3_column_int(s, 2),
                                                       .len = (size_t)sqlite3_column_int64(s, 4)});
    }
    sqlite3_reset(s);
    return step == SQLITE_ROW ? -EBADMSG : sqlite_errno(step);
}

static int delete_version(struct exchange *e, const struct version *v)
{
    sqlite3_stmt *s;
    int r = exchange_keep(e, EXCHANGE_DELETE, "DELETE FROM object WHERE place = ?", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, v->place);
    return exchange_step(s);
}

/* Has the first and the last of them say so, and no other. */
static int mark_ends(struct exchange *e, struct versions *versions)
{
    sqlite3_stmt *s;
    int r = exchange_keep(e, EXCHANGE_SET_FLAGS, "UPDATE object SET flags = ?2 WHERE place = ?1", &s);
    for (unsigned i = 0; r == 0 && i < versions->count; i++) {
        struct version *v = &versions->at[i];
        int flags = (i == 0 ? EXCHANGE_IS_FIRST : 0) | (i + 1 == versions->count ? EXCHANGE_IS_LAST : 0);
        if (flags == v->flags)
            continue;
        v->flags = flags;
        sqlite3_bind_int64(s, 1, v->place);
        sqlite3_bind_int(s, 2, flags);
        r = exchange_step(s);
    }
    return r;
}

/* ---- adding ---- */

static size_t type_len(const char *id)
{
    const char *end = strstr(id, "--");
    return end ? (size_t)(end - id) : 0;
}

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static bool object_fits(const struct exchange_object *o)
{
    size_t id_len = strnlen(o->id, EXCHANGE_ID_MAX), spec_len = strnlen(o->spec_version, EXCHANGE_SPEC_MAX);
    return id_len < EXCHANGE_ID_MAX && type_len(o->id) > 0 && is_plain(o->id) && spec_len > 0 && spec_len < EXCHANGE_SPEC_MAX &&
           is_plain(o->spec_version) && o->len > 0 && o->len <= EXCHANGE_OBJECT_MAX && o->octets && o->version_us >= 0;
}

static int insert(struct exchange *e, unsigned collection, const struct exchange_object *o, const struct version *v)
{
    sqlite3_stmt *s;
    int r = exchange_keep(e, EXCHANGE_INSERT,
                          "INSERT INTO object (place, id_key, type_key, version, flags, spec, id, octets) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                          &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, v->place);
    sqlite3_bind_int64(s, 2, exchange_hash(e, collection, o->id, strlen(o->id)));
    sqlite3_bind_int64(s, 3, exchange_hash(e, collection, o->id, type_len(o->id)));
    sqlite3_bind_int64(s, 4, v->version);
    sqlite3_bind_int(s, 5, v->flags);
    sqlite3_bind_text(s, 6, o->spec_version, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 7, o->id, -1, SQLITE_STATIC);
    sqlite3_bind_blob(s, 8, o->octets, (int)o->len, SQLITE_STATIC);
    return exchange_step(s);
}

static int evict_oldest(struct exchange *e, struct exchange_collection *c, struct versions *versions)
{
    int r = delete_version(e, &versions->at[0]);
    if (r < 0)
        return r;
    c->objects--;
    c->octets -= (int64_t)versions->at[0].len;
    e->counters.versions_evicted++;
    versions->count--;
    memmove(&versions->at[0], &versions->at[1], versions->count * sizeof versions->at[0]);
    return 0;
}

static bool is_full(const struct exchange_collection *c)
{
    return c->objects > c->objects_max || c->octets > c->octets_max;
}

/* Those older than the one of that place. */
static int evict_older(struct exchange *e, struct exchange_collection *c, struct versions *versions, int64_t place)
{
    int r = 0;
    while (r == 0 && is_full(c) && versions->at[0].place != place)
        r = evict_oldest(e, c, versions);
    return r;
}

static int put(struct exchange *e, struct exchange_collection *c, struct exchange_object *o, int64_t now_us)
{
    struct versions versions;
    int r = object_fits(o) ? read_versions(e, c->number, o->id, &versions) : -EINVAL;
    if (r < 0)
        return r;
    o->is_new = false;
    o->added_us = 0;
    for (unsigned i = 0; i < versions.count; i++) {
        if (versions.at[i].version != o->version_us)
            continue;
        o->added_us = exchange_added_of(versions.at[i].place);
        return 0;
    }
    if (versions.count >= EXCHANGE_VERSIONS_MAX && o->version_us < versions.at[0].version)
        return 0; /* older than all that are kept */
    int64_t added_us = now_us > c->last_added_us ? now_us : c->last_added_us + 1;
    if (added_us <= EXCHANGE_EPOCH_US)
        added_us = EXCHANGE_EPOCH_US + 1; /* a clock that was never set */
    if (added_us - EXCHANGE_EPOCH_US > EXCHANGE_PLACE_MASK)
        return -EINVAL;
    unsigned at = insert_version(&versions, &(struct version){.place = exchange_place_of(c->number, added_us),
                                                              .version = o->version_us,
                                                              .len = o->len});
    versions.at[at].flags = (at == 0 ? EXCHANGE_IS_FIRST : 0) | (at + 1 == versions.count ? EXCHANGE_IS_LAST : 0);
    r = insert(e, c->number, o, &versions.at[at]);
    if (r == 0) {
        c->last_added_us = o->added_us = added_us;
        o->is_new = true;
        c->objects++;
        c->octets += (int64_t)o->len;
    }
    if (r == 0 && versions.count > EXCHANGE_VERSIONS_MAX)
        r = evict_oldest(e, c, &versions);
    if (r == 0 && o->is_vital)
        r = evict_older(e, c, &versions, exchange_place_of(c->number, added_us));
    return r < 0 ? r : mark_ends(e, &versions);
}

static int save_sizes(struct exchange *e, const struct exchange_collection *c)
{
    sqlite3_stmt *s;
    int r = exchange_keep(e, EXCHANGE_SET_SIZES,
                          "UPDATE collection SET objects = ?2, octets = ?3, last_added_us = ?4 WHERE number = ?1", &s);
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, c->number);
    sqlite3_bind_int64(s, 2, c->objects);
    sqlite3_bind_int64(s, 3, c->octets);
    sqlite3_bind_int64(s, 4, c->last_added_us);
    return exchange_step(s);
}

int exchange_put_all(struct exchange *e, unsigned collection, struct exchange_object *objects, size_t count, int64_t now_us,
                     size_t *ret_added)
{
    struct exchange_collection c;
    struct exchange_counters before = e->counters;
    size_t added = 0, others = 0;
    if (count > EXCHANGE_BATCH_MAX)
        return -EINVAL;
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    r = exchange_collection_by_number(e, collection, &c);
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = put(e, &c, &objects[i], now_us);
        added += objects[i].is_new;
        others += objects[i].is_new && !objects[i].is_vital;
    }
    if (others == 0) {
        c.objects_max += c.objects_max / EXCHANGE_RESERVE_PART;
        c.octets_max += c.octets_max / EXCHANGE_RESERVE_PART;
    }
    bool full = r == 0 && added > 0 && is_full(&c);
    if (full)
        r = -EDQUOT;
    if (r == 0 && added > 0)
        r = save_sizes(e, &c);
    r = exchange_end(e, r);
    if (r < 0) {
        e->counters = before;
        e->counters.refused_full += full;
        return r;
    }
    e->counters.added += added;
    e->counters.known += count - added;
    *ret_added = added;
    return 0;
}

int exchange_remove(struct exchange *e, unsigned collection, const char *id, int64_t version_us, size_t *ret_removed)
{
    struct exchange_collection c;
    struct versions versions;
    unsigned kept = 0;
    int r = exchange_run(e, "BEGIN IMMEDIATE");
    if (r < 0)
        return r;
    r = exchange_collection_by_number(e, collection, &c);
    if (r == 0)
        r = read_versions(e, collection, id, &versions);
    size_t before = r == 0 ? versions.count : 0;
    for (unsigned i = 0; r == 0 && i < before; i++) {
        const struct version *v = &versions.at[i];
        /* One without a version of its own goes by its date_added. */
        int64_t its = v->version ? v->version : exchange_added_of(v->place);
        if (version_us >= 0 && its != version_us) {
            versions.at[kept++] = *v;
            continue;
        }
        r = delete_version(e, v);
        c.objects--;
        c.octets -= (int64_t)v->len;
    }
    versions.count = kept;
    if (r == 0)
        r = mark_ends(e, &versions);
    if (r == 0 && kept < before)
        r = save_sizes(e, &c);
    r = exchange_end(e, r);
    if (r < 0)
        return r;
    e->counters.removed += before - kept;
    *ret_removed = before - kept;
    return 0;
}
