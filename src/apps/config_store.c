/* Reads the part "store" of the configuration. */
#include <stdio.h>
#include <string.h>

#include "apps/config_impl.h"
#include "base/text.h"

const cyaml_schema_field_t config_store_fields[] = {
    CYAML_FIELD_STRING_PTR("engine", CONFIG_OPTIONAL, struct config_file_store, engine, 1, CONFIG_PATH_MAX - 1),
    CYAML_FIELD_UINT("memory_mib", CYAML_FLAG_OPTIONAL, struct config_file_store, memory_mib),
    CYAML_FIELD_UINT_PTR("retention_days", CONFIG_OPTIONAL, struct config_file_store, retention_days),
    CYAML_FIELD_UINT("ring_mib", CYAML_FLAG_OPTIONAL, struct config_file_store, ring_mib),
    CYAML_FIELD_STRING_PTR("clients", CONFIG_OPTIONAL, struct config_file_store, clients, 1, 31),
    CYAML_FIELD_UINT_PTR("clients_ipv4_prefix", CONFIG_OPTIONAL, struct config_file_store, clients_ipv4_prefix),
    CYAML_FIELD_UINT_PTR("clients_ipv6_prefix", CONFIG_OPTIONAL, struct config_file_store, clients_ipv6_prefix),
    CYAML_FIELD_END,
};

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
    if (f->retention_days)
        c->retention_days = *f->retention_days;
    take_clients(l, f, &c->clients);
}
