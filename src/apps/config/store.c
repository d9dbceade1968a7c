/* Reads the parts "store" and "metrics" of the configuration. */
#include <stdio.h>
#include <string.h>

#include "apps/config/config_impl.h"
#include "base/text.h"

static const cyaml_schema_field_t retention_fields[] = {
    CYAML_FIELD_UINT_PTR("dns", CONFIG_OPTIONAL, struct config_file_retention, days[STORE_TABLE_DNS]),
    CYAML_FIELD_UINT_PTR("pdns", CONFIG_OPTIONAL, struct config_file_retention, days[STORE_TABLE_PDNS]),
    CYAML_FIELD_END,
};

#define FIELDS(retention)                                                                                            \
    CYAML_FIELD_STRING_PTR("engine", CONFIG_OPTIONAL, struct config_file_store, engine, 1, CONFIG_PATH_MAX - 1),     \
        CYAML_FIELD_UINT("memory_mib", CYAML_FLAG_OPTIONAL, struct config_file_store, memory_mib), retention,        \
        CYAML_FIELD_UINT("ring_mib", CYAML_FLAG_OPTIONAL, struct config_file_store, ring_mib),                       \
        CYAML_FIELD_STRING_PTR("clients", CONFIG_OPTIONAL, struct config_file_store, clients, 1, 31),                \
        CYAML_FIELD_UINT_PTR("clients_ipv4_prefix", CONFIG_OPTIONAL, struct config_file_store, clients_ipv4_prefix), \
        CYAML_FIELD_UINT_PTR("clients_ipv6_prefix", CONFIG_OPTIONAL, struct config_file_store, clients_ipv6_prefix), \
        CYAML_FIELD_STRING_PTR("passive_dns", CONFIG_OPTIONAL, struct config_file_store, passive_dns, 1, 31),        \
        CYAML_FIELD_END

const cyaml_schema_field_t config_store_fields[] = {
    FIELDS(CYAML_FIELD_UINT_PTR("retention_days", CONFIG_OPTIONAL, struct config_file_store, retention_days))};
const cyaml_schema_field_t config_store_fields_by_table[] = {FIELDS(CYAML_FIELD_MAPPING_PTR(
    "retention_days", CONFIG_OPTIONAL, struct config_file_store, retention_by_table, retention_fields))};

static void take_bits(struct config_load *l, const char *key, const unsigned *value, unsigned max, uint8_t *to)
{
    char range[64];
    if (!value)
        return;
    snprintf(range, sizeof range, _("must be %u to %u"), 0u, max);
    if (*value > max)
        config_refuse_number(l, key, *value, range);
    else
        *to = (uint8_t)*value;
}

static void take_clients(struct config_load *l, const struct config_file_store *f, struct client_form *to)
{
    unsigned kind = 0;
    while (f->clients && kind < CLIENT_FORM_COUNT && strcmp(f->clients, client_form_word(kind)) != 0)
        kind++;
    if (kind == CLIENT_FORM_COUNT)
        config_refuse(l, "clients", f->clients, _("must be full, prefix or pseudonym"));
    else if (f->clients)
        to->kind = kind;
    take_bits(l, "clients_ipv4_prefix", f->clients_ipv4_prefix, 32, &to->ipv4_prefix);
    take_bits(l, "clients_ipv6_prefix", f->clients_ipv6_prefix, 128, &to->ipv6_prefix);
}

/* More would be past what days can be counted to. */
#define DAYS_MAX 20000

/* One number is for every table. */
static void take_retention(struct config_load *l, const struct config_file_store *f, unsigned *to)
{
    for (unsigned i = 0; i < STORE_TABLE_COUNT; i++) {
        const unsigned *days = f->retention_by_table ? f->retention_by_table->days[i] : f->retention_days;
        if (days && *days > DAYS_MAX)
            config_refuse_number(l, "retention_days", *days, _("more than 20000 days; 0 keeps for ever"));
        else if (days)
            to[i] = *days;
    }
}

static void take_passive_dns(struct config_load *l, const char *word, enum dns_records *to)
{
    static const char *const words[] = {
        [DNS_RECORDS_SUSPECTED] = "suspected", [DNS_RECORDS_ALL] = "all", [DNS_RECORDS_OFF] = "off"};
    _Static_assert(array_len(words) == DNS_RECORDS_COUNT, "a word for each");
    for (unsigned i = 0; word && i < array_len(words); i++) {
        if (strcmp(word, words[i]) == 0) {
            *to = i;
            return;
        }
    }
    if (word)
        config_refuse(l, "passive_dns", word, _("must be suspected, all or off"));
}

void config_take_store(struct config_load *l, const struct config_file_store *f, struct config *c)
{
    unsigned ring_mib = 0;
    config_take_text(l, "engine", f->engine, c->engine, sizeof c->engine);
    if (f->engine && f->engine[0] != '/')
        config_refuse(l, "engine", f->engine, _("must be an absolute path"));
    config_take_number(l, "memory_mib", f->memory_mib, 256, 1 << 20, &c->store_memory_mib);
    config_take_number(l, "ring_mib", f->ring_mib, 1, 1024, &ring_mib);
    if (ring_mib & (ring_mib - 1))
        config_refuse_number(l, "ring_mib", ring_mib, _("must be a power of two"));
    if (ring_mib)
        c->ring_bytes = (size_t)ring_mib << 20;
    take_retention(l, f, c->retention_days);
    take_clients(l, f, &c->clients);
    take_passive_dns(l, f->passive_dns, &c->dns.records);
}

const cyaml_schema_field_t config_metrics_fields[] = {
    CYAML_FIELD_STRING_PTR("listen", CONFIG_OPTIONAL, struct config_file_metrics, listen, 1, 255),
    CYAML_FIELD_END,
};

enum { METRICS_PORT = 9153 };

void config_take_metrics(struct config_load *l, const struct config_file_metrics *f, struct config *to)
{
    memset(&to->metrics, 0, sizeof to->metrics);
    if (f->listen && addr_port_parse(f->listen, METRICS_PORT, &to->metrics) < 0)
        config_refuse(l, "listen", f->listen, _("not an address and port, such as 127.0.0.1:9153"));
}
