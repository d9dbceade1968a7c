/* Reads pages of exchanged objects: rows of one or more index ranges merged in the order of date_added, filtered, bounded. */
#include <errno.h>
#include <string.h>

#include "store/exchange_impl.h"
#include "store/sqlite_errno.h"

#define COLUMNS "SELECT place, version, flags, spec, id, octets FROM object "

/* A range of an index, in the order of place: all of a collection, one type of it, or one identifier. */
struct source {
    sqlite3_stmt *s;
    int64_t place; /* of the row it stands on */
    const char *word; /* the identifier or type it is for; NULL: any */
};

struct search {
    const struct exchange_filter *filter;
    unsigned collection, source_count;
    int64_t scanned;
    struct source sources[EXCHANGE_WORDS_MAX];
};

static int advance(struct search *q, unsigned i)
{
    struct source *from = &q->sources[i];
    int step = sqlite3_step(from->s);
    if (step == SQLITE_ROW) {
        from->place = sqlite3_column_int64(from->s, 0);
        return 0;
    }
    sqlite3_finalize(from->s);
    q->sources[i] = q->sources[--q->source_count];
    return sqlite_errno(step);
}

static int add_source(struct exchange *e, struct search *q, const char *sql, const char *word)
{
    struct source *to = &q->sources[q->source_count];
    *to = (struct source){.word = word};
    int r = exchange_prepare(e, sql, &to->s);
    if (r < 0)
        return r;
    q->source_count++;
    sqlite3_bind_int64(to->s, 1, exchange_place_of(q->collection, q->filter->after_us));
    sqlite3_bind_int64(to->s, 2, exchange_place_of(q->collection, INT64_MAX));
    if (word)
        sqlite3_bind_int64(to->s, 3, exchange_hash(e, q->collection, word, strlen(word)));
    return advance(q, q->source_count - 1);
}

static bool was_named(const char *const *words, unsigned before, const char *word)
{
    for (unsigned i = 0; i < before; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static int open_sources(struct exchange *e, struct search *q)
{
    const struct exchange_filter *f = q->filter;
    static const char *const by_id = COLUMNS "WHERE id_key = ?3 AND place > ?1 AND place <= ?2 ORDER BY place";
    static const char *const by_type = COLUMNS "WHERE type_key = ?3 AND place > ?1 AND place <= ?2 ORDER BY place";
    const char *const *words = f->id_count > 0 ? f->ids : f->types;
    unsigned count = f->id_count > 0 ? f->id_count : f->type_count;
    int r = 0;
    if (count == 0)
        r = add_source(e, q, COLUMNS "WHERE place > ?1 AND place <= ?2 ORDER BY place", NULL);
    for (unsigned i = 0; r == 0 && i < count; i++)
        if (!was_named(words, i, words[i]))
            r = add_source(e, q, f->id_count > 0 ? by_id : by_type, words[i]);
    return r;
}

static unsigned next_source(const struct search *q)
{
    unsigned least = 0;
    for (unsigned i = 1; i < q->source_count; i++)
        if (q->sources[i].place < q->sources[least].place)
            least = i;
    return least;
}

static bool is_of_type(const char *id, const char *type)
{
    size_t len = strlen(type);
    return strncmp(id, type, len) == 0 && strncmp(id + len, "--", 2) == 0;
}

static bool version_matches(const struct exchange_filter *f, const struct exchange_row *row, int flags)
{
    bool none = !f->first && !f->last && !f->all && f->version_count == 0;
    if (f->all || (f->first && flags & EXCHANGE_IS_FIRST) || ((f->last || none) && flags & EXCHANGE_IS_LAST))
        return true;
    for (unsigned i = 0; i < f->version_count; i++)
        if (f->versions_us[i] == row->version_us)
            return true;
    return false;
}

static bool matches(const struct exchange_filter *f, const struct source *from, const struct exchange_row *row, int flags)
{
    /* Two words may have one hash. */
    bool same = !from->word || (f->id_count > 0 ? strcmp(row->id, from->word) == 0 : is_of_type(row->id, from->word));
    bool is_type = f->type_count == 0 || f->id_count == 0;
    for (unsigned i = 0; !is_type && i < f->type_count; i++)
        is_type = is_of_type(row->id, f->types[i]);
    return same && is_type && version_matches(f, row, flags) &&
           (f->spec_version_count == 0 || was_named(f->spec_versions, f->spec_version_count, row->spec_version));
}

static int take_row(sqlite3_stmt *s, int64_t place, struct exchange_row *ret_row)
{
    *ret_row = (struct exchange_row){.added_us = exchange_added_of(place),
                                     .version_us = sqlite3_column_int64(s, 1),
                                     .is_alone = sqlite3_column_int(s, 2) == (EXCHANGE_IS_FIRST | EXCHANGE_IS_LAST),
                                     .spec_version = (const char *)sqlite3_column_text(s, 3),
                                     .id = (const char *)sqlite3_column_text(s, 4)};
    if (ret_row->version_us == 0)
        ret_row->version_us = ret_row->added_us;
    return ret_row->spec_version && ret_row->id ? 0 : -EBADMSG;
}

static int give_row(sqlite3_stmt *s, bool with_octets, struct exchange_row *row, exchange_each_row *each, void *self)
{
    if (with_octets) {
        row->octets = sqlite3_column_blob(s, 5);
        row->len = (size_t)sqlite3_column_bytes(s, 5);
        if (!row->octets)
            return -EBADMSG;
    }
    return each(self, row);
}

static int read_page(struct exchange *e, struct search *q, unsigned limit, bool with_octets, exchange_each_row *each, void *self,
                     struct exchange_page *page)
{
    int64_t looked_us = 0;
    int r = open_sources(e, q);
    while (r == 0 && q->source_count > 0 && !page->more) {
        unsigned i = next_source(q);
        struct exchange_row row;
        sqlite3_stmt *s = q->sources[i].s;
        r = take_row(s, q->sources[i].place, &row);
        if (r == 0 && matches(q->filter, &q->sources[i], &row, sqlite3_column_int(s, 2))) {
            if (page->count == limit) {
                page->more = true; /* after the last one looked at: those between do not match */
                break;
            }
            r = give_row(s, with_octets, &row, each, self);
            if (r == EXCHANGE_ENOUGH) {
                page->more = true;
                r = 0;
                break;
            }
            page->count++;
            page->first_us = page->first_us ? page->first_us : row.added_us;
            page->last_us = row.added_us;
        }
        looked_us = row.added_us;
        if (r == 0)
            r = advance(q, i);
        if (++q->scanned >= EXCHANGE_SCAN_MAX && q->source_count > 0)
            page->more = true;
    }
    page->next_us = page->more ? looked_us : 0;
    return r;
}

int exchange_page(struct exchange *e, unsigned collection, const struct exchange_filter *filter, unsigned limit, bool with_octets,
                  exchange_each_row *each, void *self, struct exchange_page *ret_page)
{
    struct search q = {.filter = filter, .collection = collection};
    struct exchange_page page = {0};
    if (limit < 1 || limit > EXCHANGE_PAGE_MAX || filter->id_count > EXCHANGE_WORDS_MAX ||
        filter->type_count > EXCHANGE_WORDS_MAX || filter->spec_version_count > EXCHANGE_WORDS_MAX ||
        filter->version_count > EXCHANGE_WORDS_MAX)
        return -EINVAL;
    bool outer = sqlite3_get_autocommit(e->db);
    int r = outer ? exchange_run(e, "BEGIN") : 0;
    if (r < 0)
        return r;
    r = read_page(e, &q, limit, with_octets, each, self, &page);
    for (unsigned i = 0; i < q.source_count; i++)
        sqlite3_finalize(q.sources[i].s);
    if (outer) {
        int end = exchange_run(e, "ROLLBACK"); /* nothing was written */
        r = r == 0 ? end : r;
    }
    if (r == 0)
        *ret_page = page;
    return r;
}
