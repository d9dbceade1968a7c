/* Writes the SQL that looks back. */
#include "store/seen_query.h"

#include <errno.h>
#include <string.h>

#include "store/sql_text.h"

int seen_name(const char *name, char ret_name[SEEN_NAME_MAX])
{
    size_t len = strlen(name), at = 0;
    if (len > 0 && name[len - 1] == '.')
        len--;
    if (len == 0)
        return -EINVAL;
    if (len + 2 > SEEN_NAME_MAX)
        return -ENAMETOOLONG;
    for (size_t end = len; end > 0;) {
        size_t from = end;
        while (from > 0 && name[from - 1] != '.')
            from--;
        if (from == end)
            return -EINVAL; /* an empty label */
        memcpy(ret_name + at, name + from, end - from);
        at += end - from;
        ret_name[at++] = '.';
        end = from > 0 ? from - 1 : 0;
    }
    ret_name[at] = '\0';
    return 0;
}

/* The range of a name and all below it: '/' is the octet after '.'. */
static void add_range(struct sql *s, const struct seen_wanted *w)
{
    char end[SEEN_NAME_MAX];
    size_t len = strlen(w->name);
    if (!w->below) {
        sql_add(s, "name = ");
        sql_literal(s, w->name);
        return;
    }
    memcpy(end, w->name, len + 1);
    end[len - 1] = '/';
    sql_add(s, "(name >= ");
    sql_literal(s, w->name);
    sql_add(s, " AND name < ");
    sql_literal(s, end);
    sql_add(s, ")");
}

static bool day_is_valid(uint32_t day)
{
    return day >= 19700101 && day <= 99991231;
}

static bool name_is_valid(const struct seen_wanted *w)
{
    size_t len = strnlen(w->name, SEEN_NAME_MAX);
    return len > 1 && len < SEEN_NAME_MAX && w->name[len - 1] == '.';
}

static bool names_are_valid(const struct seen_wanted *wanted, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!name_is_valid(&wanted[i]))
            return false;
    return true;
}

static void add_set(struct sql *s, const struct seen_wanted *wanted, unsigned count, bool below)
{
    bool any = false;
    for (unsigned i = 0; i < count; i++) {
        if (wanted[i].below != below)
            continue;
        sql_add(s, any ? "," : "(");
        sql_literal(s, wanted[i].name);
        any = true;
    }
    sql_add(s, any ? ")" : "('')");
}

#define PREFIXES "arrayMap(i -> substring(name, 1, i), arrayFilter(i -> substring(name, i, 1) = '.', range(1, length(name) + 1)))"

/* Each row that the condition leaves is held against the set, with all that stand above its name: of "com.example.www." also
 * "com.example.". Up to WHERE. */
static void add_question(struct sql *s, const struct seen_wanted *wanted, unsigned count)
{
    sql_add(s, "SELECT wanted, member, minMerge(first) AS first_s, maxMerge(last) AS last_s, sumMerge(hits) AS count FROM (SELECT"
               " arrayJoin(arrayConcat(arrayFilter(p -> p IN ");
    add_set(s, wanted, count, true);
    sql_add(s, ", " PREFIXES "), arrayFilter(p -> p IN ");
    add_set(s, wanted, count, false);
    sql_add(s, ", array(name)))) AS wanted, member, first, last, hits FROM seen WHERE ");
}

static void add_end(struct sql *s)
{
    sql_add(s, " GROUP BY wanted, member");
}

int seen_query_ranges(const struct seen_wanted *wanted, unsigned count, uint32_t from_day, char *sql, size_t max)
{
    struct sql s = sql_of(sql, max);
    if (count == 0 || count > SEEN_RANGE_NAMES_MAX || !day_is_valid(from_day) || !names_are_valid(wanted, count))
        return -EINVAL;
    add_question(&s, wanted, count);
    sql_add(&s, "toYYYYMMDD(day) >= %u AND (", from_day);
    for (unsigned i = 0; i < count; i++) {
        sql_add(&s, i == 0 ? "" : " OR ");
        add_range(&s, &wanted[i]);
    }
    sql_add(&s, "))");
    add_end(&s);
    return sql_finish(&s);
}

/* The first labels of a name, each with its dot; the whole when it has not so many. */
static size_t top_len(const char *name, unsigned labels)
{
    size_t len = 0;
    for (; labels > 0 && name[len]; labels--)
        len += strcspn(name + len, ".") + 1;
    return len;
}

static unsigned label_count(const char *name)
{
    unsigned count = 0;
    for (; *name; name++)
        count += *name == '.';
    return count;
}

/* The tops of names with exactly two labels, or of those with three and more: sorted input gives each once. */
static void add_tops(struct sql *s, const struct seen_wanted *wanted, unsigned count, unsigned labels)
{
    char top[SEEN_NAME_MAX], before[SEEN_NAME_MAX] = "";
    bool any = false;
    for (unsigned i = 0; i < count; i++) {
        unsigned have = label_count(wanted[i].name);
        if (labels == 2 ? have != 2 : have < 3)
            continue;
        size_t len = top_len(wanted[i].name, labels);
        memcpy(top, wanted[i].name, len);
        top[len] = '\0';
        if (strcmp(top, before) == 0)
            continue;
        sql_add(s, any ? "," : "(");
        sql_literal(s, top);
        memcpy(before, top, len + 1);
        any = true;
    }
    sql_add(s, any ? ")" : "('')");
}

static void add_all_tops(struct sql *s, const struct seen_wanted *wanted, unsigned count)
{
    sql_add(s, "(top2 IN ");
    add_tops(s, wanted, count, 2);
    sql_add(s, " OR top3 IN ");
    add_tops(s, wanted, count, 3);
    sql_add(s, ")");
}

/* Only rows whose first labels are wanted are looked at closely. A name of one label alone (a top-level domain) is not looked for here. */
int seen_query_set(const struct seen_wanted *wanted, unsigned count, uint32_t day, char *sql, size_t max)
{
    struct sql s = sql_of(sql, max);
    if (count == 0 || count > SEEN_SET_NAMES_MAX || !day_is_valid(day) || !names_are_valid(wanted, count))
        return -EINVAL;
    add_question(&s, wanted, count);
    sql_add(&s, "toYYYYMMDD(day) = %u AND ", day);
    add_all_tops(&s, wanted, count);
    sql_add(&s, ")");
    add_end(&s);
    return sql_finish(&s);
}

int seen_query_names(const struct seen_wanted *wanted, unsigned count, uint32_t from_day, uint32_t limit, char *sql, size_t max)
{
    struct sql s = sql_of(sql, max);
    if (count == 0 || count > SEEN_SET_NAMES_MAX || limit == 0 || !day_is_valid(from_day) || !names_are_valid(wanted, count))
        return -EINVAL;
    sql_add(&s, "SELECT name, sumMerge(hits) AS count FROM seen WHERE toYYYYMMDD(day) >= %u AND ", from_day);
    add_all_tops(&s, wanted, count);
    sql_add(&s, " AND (name IN ");
    add_set(&s, wanted, count, false);
    sql_add(&s, " OR arrayExists(p -> p IN ");
    add_set(&s, wanted, count, true);
    sql_add(&s, ", " PREFIXES ")) GROUP BY name ORDER BY count DESC, name LIMIT %u", limit);
    return sql_finish(&s);
}

/* The inner part stops reading where the page is full: the table is sorted by name. */
int seen_query_page(const char *from, bool behind, uint32_t from_day, uint32_t rows, char *sql, size_t max)
{
    struct sql s = sql_of(sql, max);
    if (!day_is_valid(from_day) || rows == 0 || strnlen(from, SEEN_NAME_MAX) == SEEN_NAME_MAX)
        return -EINVAL;
    sql_add(&s,
            "SELECT name, member, sumMerge(hits) AS count, count() AS rows FROM (SELECT name, member, hits FROM seen WHERE toYYYYMMDD(day) >= %u"
            " AND name %s ",
            from_day, behind ? ">" : ">=");
    sql_literal(&s, from);
    sql_add(&s, " ORDER BY name LIMIT %u) GROUP BY name, member ORDER BY name, member", rows);
    return sql_finish(&s);
}

int seen_query_addresses(const char *const *addresses, unsigned count, char *sql, size_t max)
{
    struct sql s = sql_of(sql, max);
    if (count == 0 || count > SEEN_SET_NAMES_MAX)
        return -EINVAL;
    sql_add(&s, "SELECT data AS wanted, '' AS member, minMerge(first) AS first_s, maxMerge(last) AS last_s, sumMerge(seen) AS count FROM pdns"
                " WHERE type IN (1, 28) AND data IN ");
    for (unsigned i = 0; i < count; i++) {
        sql_add(&s, i == 0 ? "(" : ",");
        sql_literal(&s, addresses[i]);
    }
    sql_add(&s, ") GROUP BY data");
    return sql_finish(&s);
}

int seen_query_days(char *sql, size_t max)
{
    struct sql s = sql_of(sql, max);
    sql_add(&s, "SELECT DISTINCT partition AS day FROM system.parts WHERE active AND database = currentDatabase() AND table = 'seen'"
                " ORDER BY day DESC");
    return sql_finish(&s);
}
