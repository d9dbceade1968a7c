/* hinomi status, reload: how a node is, and its configuration read again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apps/client_options.h"
#include "apps/command.h"
#include "base/text.h"

static int64_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

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

static void print_layer(const json_t *policy, const char *key, const char *title)
{
    const json_t *layer = json_object_get(policy, key);
    printf("  %-22s %12" PRId64 "  %s\n", title, number_of(layer, "names"),
           is_true(layer, "in_force") ? _("in force") : _("not confirmed by the resolver"));
}

static void print_dns(const json_t *dns)
{
    const json_t *queries = json_object_get(dns, "queries"), *actions = json_object_get(dns, "actions");
    size_t i;
    json_t *address;
    printf("%s\n", _("Answering"));
    json_array_foreach(json_object_get(dns, "listen"), i, address)
    {
        printf("  %-22s %12s\n", i == 0 ? _("address") : "", json_string_value(address));
    }
    printf("  %-22s %12" PRId64 "\n", _("queries"), sum_of(queries));
    printf("  %-22s %12" PRId64 "\n", _("blocked"),
           number_of(actions, "nxdomain") + number_of(actions, "nodata") + number_of(actions, "local-data") +
               number_of(actions, "drop"));
    printf("  %-22s %12" PRId64 "\n", _("refused"), number_of(actions, "refused"));
    printf("  %-22s %12" PRId64 "\n", _("from the cache"), number_of(dns, "cache_hits"));
    printf("  %-22s %12" PRId64 "\n", _("stale"), number_of(dns, "stale_answers"));
    printf("  %-22s %12" PRId64 "\n", _("upstream failures"), number_of(dns, "upstream_failures"));
    printf("  %-22s %12" PRId64 "\n", _("waiting now"), number_of(dns, "pending"));
}

static void print_recording(const json_t *recording, const json_t *store)
{
    const json_t *age = json_object_get(recording, "last_stored_s_ago");
    printf("%s\n", _("Recording"));
    printf("  %-22s %12s  %s\n", _("engine"), is_true(store, "open") ? _("open") : _("not open"),
           json_string_value(json_object_get(store, "last_error")));
    printf("  %-22s %12" PRId64 "\n", _("observed"), number_of(recording, "observed"));
    printf("  %-22s %12" PRId64 "\n", _("dropped"), number_of(recording, "dropped"));
    printf("  %-22s %12" PRId64 "\n", _("stored by this hub"), number_of(recording, "rows_stored"));
    printf("  %-22s %12" PRId64 "\n", _("refused by the store"), number_of(recording, "rows_failed"));
    printf("  %-22s %12" PRId64 "\n", _("rows in the store"), number_of(store, "rows"));
    if (json_is_integer(age))
        printf("  %-22s %12" PRId64 "  %s\n", _("last stored"), (int64_t)json_integer_value(age), _("seconds ago"));
    else
        printf("  %-22s %12s\n", _("last stored"), "-");
}

static void print_status(const json_t *status)
{
    const json_t *policy = json_object_get(status, "policy");
    printf("hinomi %s, %s\n", json_string_value(json_object_get(status, "version")),
           json_string_value(json_object_get(status, "data")));
    print_dns(json_object_get(status, "dns"));
    printf("%s\n", _("Policy"));
    print_layer(policy, "by_hand", _("names by hand"));
    print_layer(policy, "lists", _("names of lists"));
    if (is_true(policy, "building"))
        printf("  %s\n", _("the lists are being built"));
    if (!is_true(policy, "resolver_connected"))
        printf("  %s\n", _("the resolver is being started; its last policy holds"));
    printf("  %-22s %12" PRId64 "\n", _("verdicts in the ledger"), number_of(status, "verdicts"));
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
    int fd = control_client_connect(&o);
    if (fd < 0)
        return EXIT_FAILED;
    json_t *reply = control_client_ask(fd, &o, argv[0], json_object(), NULL, NULL, CONTROL_WAIT_MS);
    close(fd);
    if (!reply)
        return EXIT_FAILED;
    if (o.json)
        control_client_print_json(reply);
    else
        print(reply);
    json_decref(reply);
    return EXIT_FINE;
}

int command_status(int argc, char **argv)
{
    return ask(argc, argv, print_status);
}

int command_reload(int argc, char **argv)
{
    return ask(argc, argv, print_reloaded);
}
