/* Writes the SQL that looks back. */
#include "store/seen_query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
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

#define PREFIXES "arrayMap(i -> substring(name, 1, i + 1), arrayFilter(i -> substring(name, i + 1, 1) = '.', range(length(name))))"

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

/* The tops of names with exactly one or two labels, or of those with three and more: sorted input gives each once. */
static void add_tops(struct sql *s, const struct seen_wanted *wanted, unsigned count, unsigned labels)
{
    char top[SEEN_NAME_MAX], before[SEEN_NAME_MAX] = "";
    bool any = false;
    for (unsigned i = 0; i < count; i++) {
        unsigned have = label_count(wanted[i].name);
        if (labels < 3 ? have != labels : have < 3)
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

static bool any_is_top_level(const struct seen_wanted *wanted, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (label_count(wanted[i].name) == 1)
            return true;
    return false;
}

/* Top-level domains are rare and their label is no column: it is cut out only when one is wanted. */
static void add_all_tops(struct sql *s, const struct seen_wanted *wanted, unsigned count)
{
    sql_add(s, "(");
    if (any_is_top_level(wanted, count)) {
        sql_add(s, "substring(name, 1, position(name, '.')) IN ");
        add_tops(s, wanted, count, 1);
        sql_add(s, " OR ");
    }
    sql_add(s, "top2 IN ");
    add_tops(s, wanted, count, 2);
    sql_add(s, " OR top3 IN ");
    add_tops(s, wanted, count, 3);
    sql_add(s, ")");
}

/* Only rows whose first labels are wanted are looked at closely. */
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

/* ---- prefixes ---- */

enum { HEX_BITS = 4, ADDRESS_BITS = 128 };

static unsigned hex_digits(unsigned bits)
{
    return (bits + HEX_BITS - 1) / HEX_BITS;
}

/* An array of "HEX/BITS", the digits that addresses of a prefix begin with, or as often of the prefix as it was given. The last digit runs over
 * 1, 2, 4 or 8 values; the bits tell prefixes apart that begin alike. One literal, cut at its commas: a statement may have 50,000 elements. What
 * addr_prefix_parse lets through has neither comma nor quote. */
static void add_beginnings(struct sql *s, const struct addr_prefix *prefixes, const char *const *texts, unsigned count)
{
    sql_add(s, "splitByChar(',', '");
    for (unsigned i = 0; i < count; i++) {
        const struct addr_prefix *p = &prefixes[i];
        unsigned digits = hex_digits(p->bits), values = 1u << (digits * HEX_BITS - p->bits);
        for (unsigned v = 0; v < values; v++) {
            sql_add(s, i + v == 0 ? "" : ",");
            if (texts) {
                sql_add(s, "%s", texts[i]);
                continue;
            }
            for (unsigned d = 0; d < digits; d++)
                sql_add(s, "%X", (p->addr.bytes[d / 2] >> (d % 2 ? 0 : HEX_BITS) & 15u) + (d + 1 == digits ? v : 0));
            sql_add(s, "/%u", p->bits);
        }
    }
    sql_add(s, "')");
}

/* The beginnings of an address that are looked for among those: one for each length that occurs. */
static void add_candidates(struct sql *s, const struct addr_prefix *prefixes, unsigned count)
{
    bool is_there[ADDRESS_BITS + 1] = {false};
    const char *before = "array(";
    for (unsigned i = 0; i < count; i++)
        is_there[prefixes[i].bits] = true;
    for (unsigned bits = 0; bits <= ADDRESS_BITS; bits++)
        if (is_there[bits]) {
            sql_add(s, "%sconcat(substring(digits, 1, %u), '/%u')", before, hex_digits(bits), bits);
            before = ", ";
        }
    sql_add(s, ")");
}

/* An address as 32 hexadecimal digits, IPv4 as ::ffff:a.b.c.d; what is no address as text (a record of a wrong length) as zeros. */
#define ADDRESS_HEX "hex(IPv6StringToNum(if(position(data, '#') > 0, '::', if(type = 1, concat('::ffff:', data), data))))"

/* How all addresses of a prefix begin as text, with the separator: "10.1.", "2001:db8:", perhaps "". Whole octets or groups, and none that is
 * zero in IPv6: which zeros RFC 5952 leaves out is told by what follows. */
static void text_beginning(const struct addr_prefix *p, char text[ADDR_TEXT_MAX])
{
    bool is_v4 = addr_is_v4(&p->addr);
    const char *at = addr_format(&p->addr, text);
    for (unsigned whole = is_v4 ? (p->bits - 96u) / 8 : p->bits / 16u; whole > 0; whole--) {
        const char *end = strchr(at, is_v4 ? '.' : ':');
        if (!end || end == at || (!is_v4 && *at == '0'))
            break;
        at = end + 1;
    }
    text[at - text] = '\0';
}

/* Few prefixes are told by their text, before an address is read: " AND (data LIKE '10.1.%' OR ...)". */
static void add_text_condition(struct sql *s, const struct addr_prefix *prefixes, unsigned count)
{
    char text[SEEN_RANGE_NAMES_MAX][ADDR_TEXT_MAX];
    if (count > SEEN_RANGE_NAMES_MAX)
        return;
    for (unsigned i = 0; i < count; i++) {
        text_beginning(&prefixes[i], text[i]);
        if (text[i][0] == '\0')
            return;
    }
    for (unsigned i = 0; i < count; i++)
        sql_add(s, "%sdata LIKE '%s%%'", i == 0 ? " AND (" : " OR ", text[i]);
    sql_add(s, ")");
}

static void add_prefix_question(struct sql *s, const struct addr_prefix *prefixes, const char *const *texts, unsigned count)
{
    unsigned v4 = 0;
    for (unsigned i = 0; i < count; i++)
        v4 += addr_is_v4(&prefixes[i].addr);
    sql_add(s, "SELECT wanted, '' AS member, minMerge(first) AS first_s, maxMerge(last) AS last_s, sumMerge(seen) AS count FROM ("
               "SELECT arrayJoin(arrayFilter(w -> notEmpty(w), arrayMap(beginning -> transform(beginning, ");
    add_beginnings(s, prefixes, NULL, count);
    sql_add(s, ", ");
    add_beginnings(s, prefixes, texts, count);
    sql_add(s, ", ''), ");
    add_candidates(s, prefixes, count);
    sql_add(s, "))) AS wanted, first, last, seen FROM (SELECT " ADDRESS_HEX " AS digits, first, last, seen FROM pdns WHERE type IN (%s)",
            v4 == count ? "1" : v4 > 0 ? "1, 28" : "28");
    add_text_condition(s, prefixes, count);
    sql_add(s, ")) GROUP BY wanted");
}

int seen_query_prefixes(const char *const *prefixes, unsigned count, char *sql, size_t max)
{
    struct sql s = sql_of(sql, max);
    if (count == 0 || count > SEEN_SET_NAMES_MAX)
        return -EINVAL;
    struct addr_prefix *parsed = calloc(count, sizeof *parsed);
    if (!parsed)
        return -ENOMEM;
    int r = 0;
    for (unsigned i = 0; r == 0 && i < count; i++)
        r = addr_prefix_parse(prefixes[i], &parsed[i]);
    if (r == 0)
        add_prefix_question(&s, parsed, prefixes, count);
    free(parsed);
    return r < 0 ? r : sql_finish(&s);
}

int seen_query_days(char *sql, size_t max)
{
    struct sql s = sql_of(sql, max);
    sql_add(&s, "SELECT DISTINCT partition AS day FROM system.parts WHERE active AND database = currentDatabase() AND table = 'seen'"
                " ORDER BY day DESC");
    return sql_finish(&s);
}
