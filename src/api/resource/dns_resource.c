/* Answers given: the log and the top tables, asked of the telemetry store. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/node.h"
#include "api/control/store_question.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/dns_query.h"
#include "store/seen_query.h"

#define DAY_US INT64_C(86400000000)
enum { SQL_MAX = 16 << 10, TOP_LIMIT_MAX = 1000, LOG_LIMIT = 100 /* unless it is said */ };

/* "blocked" stands for all actions that keep the client from the name. */
static bool parse_action(const char *word, uint32_t *ret_bits)
{
    if (strcmp(word, "blocked") == 0) {
        *ret_bits = DNS_ACTIONS_BLOCKED;
        return true;
    }
    for (unsigned i = 0; i < DNS_ACTION_COUNT; i++) {
        if (strcmp(word, dns_action_word(i)) == 0) {
            *ret_bits = DNS_ACTION_BIT(i);
            return true;
        }
    }
    return false;
}

static void handle_log(struct control_request *request, const json_t *arguments)
{
    const char *client = json_string_value(json_object_get(arguments, "client"));
    const char *action = json_string_value(json_object_get(arguments, "action"));
    const struct node *node = control_request_self(request);
    struct addr addr, stored;
    struct dns_log_filter filter = {
        .name = json_string_value(json_object_get(arguments, "name")),
        .below = json_is_true(json_object_get(arguments, "below")),
        .since_us = json_integer_value(json_object_get(arguments, "since_us")),
        .member = json_string_value(json_object_get(arguments, "member")),
        .group = json_string_value(json_object_get(arguments, "group")),
        .after_seq = (uint64_t)json_integer_value(json_object_get(arguments, "after_seq")),
        .limit = LOG_LIMIT,
    };
    const json_t *limit = json_object_get(arguments, "limit");
    if (limit)
        filter.limit = (uint32_t)json_integer_value(limit);
    if (client && addr_parse(client, &addr) < 0) {
        control_reply_error(request, _("not an address: %s"), client);
        return;
    }
    if (client) { /* also as it was given: rows of another setting, a pseudonym copied from a row */
        stored = node->stored_client(node->self, &addr);
        filter.client = &addr;
        filter.client_too = memcmp(&addr, &stored, sizeof addr) != 0 ? &stored : NULL;
    }
    if (action && !parse_action(action, &filter.actions)) {
        control_reply_error(request, _("no such action: %s (blocked, none, pass, nxdomain, nodata, local-data, refused, "
                                       "drop, truncate, observe)"),
                            action);
        return;
    }
    char sql[SQL_MAX];
    store_question_ask(request, sql, dns_query_log(&filter, sql, sizeof sql));
}

static void handle_top(struct control_request *request, const json_t *arguments)
{
    static const char *const words[] = {
        [DNS_TOP_BLOCKED] = "blocked", [DNS_TOP_NAMES] = "names", [DNS_TOP_CLIENTS] = "clients",
                                        [DNS_TOP_OBSERVED] = "observed",
                                        [DNS_TOP_MEMBERS] = "members",
                                        [DNS_TOP_GROUPS] = "groups"};
    _Static_assert(array_len(words) == DNS_TOP_COUNT, "one word per table");
    const char *what = json_string_value(json_object_get(arguments, "what"));
    const char *member = json_string_value(json_object_get(arguments, "member"));
    int64_t since_us = json_integer_value(json_object_get(arguments, "since_us"));
    json_int_t limit = json_integer_value(json_object_get(arguments, "limit"));
    char sql[SQL_MAX];
    for (unsigned i = 0; what && i < array_len(words); i++) {
        if (strcmp(words[i], what) != 0)
            continue;
        if (limit < 1 || limit > TOP_LIMIT_MAX)
            limit = 10;
        store_question_ask(request, sql, dns_query_top((enum dns_top)i, since_us, member, (uint32_t)limit, sql, sizeof sql));
        return;
    }
    control_reply_error(request, _("top of what? blocked, observed, names, clients, members or groups"));
}

enum { SERIES_POINTS = 10000 };

static void handle_series(struct control_request *request, const json_t *arguments)
{
    const char *member = json_string_value(json_object_get(arguments, "member"));
    int64_t since_us = json_integer_value(json_object_get(arguments, "since_us"));
    json_int_t step_s = json_integer_value(json_object_get(arguments, "step_s"));
    char sql[SQL_MAX];
    int64_t from_us = since_us > 0 ? since_us : clock_wall_us() - DAY_US;
    if (step_s < 1 || step_s > 86400 || (clock_wall_us() - from_us) / 1000000 / step_s > SERIES_POINTS) {
        control_reply_error(request, _("step_s is 1 to 86400, and at most %d points"), SERIES_POINTS);
        return;
    }
    store_question_ask(request, sql, dns_query_series(from_us, (uint32_t)step_s, member, sql, sizeof sql));
}

/* ---- how often names of a set were asked for ---- */

enum { ASKED_DAYS_MAX = 400, ASKED_DAYS = 7, ASKED_NAMES_MAX = 2000, ASKED_QUERY_MAX = 256 << 10 /* of names in a request of 64 KiB */ };

struct asked {
    unsigned count;
    char names[ASKED_NAMES_MAX][SEEN_NAME_MAX];
    struct seen_wanted wanted[ASKED_NAMES_MAX];
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct seen_wanted *)a)->name, ((const struct seen_wanted *)b)->name);
}

/* What is no name is asked for by nobody, and names of one label are not looked for. */
static void take_wanted(const json_t *list, struct asked *a)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one) {
        const char *name = json_string_value(json_object_get(one, "name"));
        if (!name || a->count == ASKED_NAMES_MAX || seen_name(name, a->names[a->count]) < 0)
            continue;
        a->wanted[a->count] = (struct seen_wanted){.name = a->names[a->count], .below = json_is_true(json_object_get(one, "below"))};
        a->count++;
    }
    qsort(a->wanted, a->count, sizeof a->wanted[0], by_name);
}

static void handle_asked(struct control_request *request, const json_t *arguments)
{
    json_int_t days = json_integer_value(json_object_get(arguments, "days"));
    struct asked *a = calloc(1, sizeof *a);
    char *sql = malloc(ASKED_QUERY_MAX);
    if (days < 1 || days > ASKED_DAYS_MAX)
        days = ASKED_DAYS;
    if (a && sql) {
        take_wanted(json_object_get(arguments, "wanted"), a);
        uint32_t from = dns_query_day_kept(clock_wall_us(), (unsigned)days);
        if (a->count == 0)
            control_reply(request, NULL);
        else
            store_question_ask(request, sql, seen_query_names(a->wanted, a->count, from, DNS_QUERY_ROWS_MAX, sql, ASKED_QUERY_MAX));
    } else {
        control_reply_error(request, "%s", strerror(ENOMEM));
    }
    free(a);
    free(sql);
}

const struct control_command dns_commands[] = {
    {"asked", handle_asked},
    {"log", handle_log},
    {"top", handle_top},
    {"series", handle_series},
    {0},
};
