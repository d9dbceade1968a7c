/* hinomi status, reload: how a node is, and its configuration read again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/row_reader.h"
#include "apps/command/when.h"
#include "base/text.h"

static bool is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static int64_t sum_of(const json_t *object)
{
    int64_t total = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        total += json_integer_value(value);
    }
    return total;
}

static void print_layer(const json_t *policy, const char *key, const char *label)
{
    const json_t *layer = json_object_get(policy, key);
    columns_line(label, "%" PRId64 ", %s", row_number(layer, "names"),
                 is_true(layer, "in_force") ? _("in force") : _("not confirmed by the resolver"));
}

static void print_addresses(const json_t *addresses, const char *label)
{
    size_t i;
    json_t *address;
    json_array_foreach(addresses, i, address)
    {
        columns_line(i == 0 ? label : "", "%s", json_string_value(address));
    }
}

static void print_dns(const json_t *dns)
{
    const json_t *queries = json_object_get(dns, "queries"), *actions = json_object_get(dns, "actions");
    printf("%s\n", _("Answering"));
    print_addresses(json_object_get(dns, "listen"), _("address"));
    print_addresses(json_object_get(dns, "listen_tls"), _("DNS over TLS"));
    print_addresses(json_object_get(dns, "listen_https"), _("DNS over HTTPS"));
    columns_line(_("queries"), "%" PRId64, sum_of(queries));
    columns_line(_("blocked"), "%" PRId64,
                 row_number(actions, "nxdomain") + row_number(actions, "nodata") + row_number(actions, "local-data") +
                     row_number(actions, "drop"));
    columns_line(_("refused"), "%" PRId64, row_number(actions, "refused"));
    columns_line(_("from the cache"), "%" PRId64, row_number(dns, "cache_hits"));
    columns_line(_("stale"), "%" PRId64, row_number(dns, "stale_answers"));
    columns_line(_("upstream failures"), "%" PRId64, row_number(dns, "upstream_failures"));
    columns_line(_("waiting now"), "%" PRId64, row_number(dns, "pending"));
}

static void print_recording(const json_t *recording, const json_t *store)
{
    const json_t *age = json_object_get(recording, "last_stored_s_ago");
    const char *error = json_string_value(json_object_get(store, "last_error"));
    printf("%s\n", _("Recording"));
    if (is_true(store, "open"))
        columns_line(_("engine"), "%s", _("open"));
    else
        columns_line(_("engine"), "%s: %s", _("not open"), error && *error ? error : _("the store is being started"));
    columns_line(_("observed"), "%" PRId64, row_number(recording, "observed"));
    columns_line(_("dropped"), "%" PRId64, row_number(recording, "dropped"));
    columns_line(_("a second"), "%" PRId64, row_number(recording, "rows_per_second"));
    columns_line(_("lost with a killed hub"), "%" PRId64, row_number(recording, "lost"));
    columns_line(_("stored by this hub"), "%" PRId64, row_number(recording, "rows_stored"));
    columns_line(_("refused by the store"), "%" PRId64, row_number(recording, "rows_failed"));
    columns_line(_("rows in the store"), "%" PRId64, row_number(store, "rows"));
    const json_t *newest = json_object_get(recording, "newest_row_s_ago");
    if (json_is_integer(newest))
        columns_line(_("newest row"), _("%" PRId64 " seconds old"), (int64_t)json_integer_value(newest));
    if (json_is_integer(age))
        columns_line(_("last stored"), _("%" PRId64 " seconds ago"), (int64_t)json_integer_value(age));
    else
        columns_line(_("last stored"), "%s", _("not yet"));
}

static void print_roles(const json_t *roles)
{
    const char *name;
    json_t *role;
    printf("%s\n", _("Roles"));
    json_object_foreach((json_t *)(uintptr_t)roles, name, role)
    {
        char since[WHEN_TEXT_MAX];
        const char *reason = json_string_value(json_object_get(role, "last_death"));
        when_format(row_number(role, "started_us"), since);
        if (row_number(role, "deaths") == 0)
            columns_line(name, _("process %" PRId64 ", since %s"), row_number(role, "pid"), since);
        else
            columns_line(name, _("process %" PRId64 ", since %s; died %" PRId64 " times, last: %s"),
                         row_number(role, "pid"), since, row_number(role, "deaths"), reason ? reason : "");
    }
}

static void print_feeds(const json_t *feeds)
{
    size_t i, failing = 0;
    json_t *feed;
    int64_t oldest_us = 0;
    char when[WHEN_TEXT_MAX];
    json_array_foreach(feeds, i, feed)
    {
        int64_t ok_us = row_number(feed, "ok_us");
        failing += row_number(feed, "failures") > 0;
        if (i == 0 || ok_us < oldest_us)
            oldest_us = ok_us;
    }
    if (json_array_size(feeds) == 0)
        return;
    columns_line(_("feeds"), _("%zu, of which %zu fail; the oldest is of %s"), json_array_size(feeds), failing,
                 oldest_us ? when_format(oldest_us, when) : _("never"));
}

static void print_notices(const json_t *notices)
{
    const json_t *states = json_object_get(notices, "states");
    const char *error = json_string_value(json_object_get(notices, "last_error"));
    int64_t open = row_number(states, "waiting") + row_number(states, "sent") + row_number(states, "opened") + row_number(states, "acted") +
                   row_number(states, "failed") + row_number(states, "no-effect");
    if (open == 0 && row_number(states, "fixed") == 0)
        return;
    columns_line(_("notices"), _("%" PRId64 " open, %" PRId64 " seen fixed, %" PRId64 " without effect"), open, row_number(states, "fixed"),
                 row_number(states, "no-effect"));
    if (!is_true(notices, "mail") && !is_true(notices, "webhook"))
        columns_line(_("members are told"), "%s", _("in the console only: no relay is configured (notify: mail)"));
    else if (row_number(json_object_get(notices, "deliveries"), "waiting") > 0 && error && *error)
        columns_line(_("members are told"), _("%" PRId64 " wait: %s"), row_number(json_object_get(notices, "deliveries"), "waiting"), error);
}

static void print_status(const json_t *status)
{
    const json_t *policy = json_object_get(status, "policy");
    printf("hinomi %s, %s\n", json_string_value(json_object_get(status, "version")),
           json_string_value(json_object_get(status, "data")));
    print_roles(json_object_get(status, "roles"));
    print_dns(json_object_get(status, "dns"));
    printf("%s\n", _("Policy"));
    print_layer(policy, "by_hand", _("names by hand"));
    print_layer(policy, "lists", _("names of lists"));
    print_layer(policy, "indicators", _("indicators in force"));
    if (is_true(policy, "building"))
        columns_line(_("lists"), "%s", _("a new edition is being built"));
    if (!is_true(policy, "resolver_connected"))
        columns_line(_("resolver"), "%s", _("being started; its last policy holds"));
    const json_t *lists = json_object_get(status, "lists");
    if (row_number(lists, "held") > 0)
        columns_line(_("lists held back"), _("%" PRId64 "; see \"hinomi lists\""), row_number(lists, "held"));
    if (row_number(lists, "protected_names") > 0)
        columns_line(_("protected names"), _("%" PRId64 "; %" PRId64 " rules left out for them"),
                     row_number(lists, "protected_names"), row_number(lists, "conflicts"));
    print_feeds(json_object_get(status, "feeds"));
    columns_line(_("verdicts in the ledger"), "%" PRId64, row_number(status, "verdicts"));
    if (row_number(json_object_get(status, "belief"), "again_of") > 0)
        columns_line(_("weighed again"), _("%" PRId64 " of %" PRId64 " entries"), row_number(json_object_get(status, "belief"), "again_at"),
                     row_number(json_object_get(status, "belief"), "again_of"));
    if (row_number(json_object_get(status, "belief"), "entries_behind") > 0)
        columns_line(_("not yet weighed"), "%" PRId64, row_number(json_object_get(status, "belief"), "entries_behind"));
    print_notices(json_object_get(status, "notices"));
    print_recording(json_object_get(status, "recording"), json_object_get(status, "store"));
}

static void print_reloaded(const json_t *reply)
{
    (void)reply;
    printf("%s\n", _("the configuration is in force"));
}

static int ask(int argc, char **argv, void (*print)(const json_t *reply))
{
    struct control_client_options o;
    int first;
    int code = client_options_parse(argc, argv, NULL, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc)
        return command_usage(argv[0], _("unexpected argument: %s"), argv[first]);
    return control_client_run(&o, argv[0], json_object(), CONTROL_WAIT_MS, print);
}

static void print_metrics(const json_t *reply)
{
    const char *text = json_string_value(json_object_get(reply, "text"));
    fputs(text ? text : "", stdout);
}

int command_metrics(int argc, char **argv)
{
    return ask(argc, argv, print_metrics);
}

int command_status(int argc, char **argv)
{
    return ask(argc, argv, print_status);
}

int command_reload(int argc, char **argv)
{
    return ask(argc, argv, print_reloaded);
}
