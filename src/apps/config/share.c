/* Reads the section `share` of the configuration. */
#include "apps/config/config_impl.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"

enum { TAXII_PORT = 7443, ZONE_PORT = 7453 };

static const cyaml_schema_value_t listen_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 63)};

static const cyaml_schema_field_t recipient_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct config_file_recipient, name, 1, 255),
    CYAML_FIELD_STRING_PTR("token_file", CONFIG_OPTIONAL, struct config_file_recipient, token_file, 1, SHARE_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("certificate_sha256", CONFIG_OPTIONAL, struct config_file_recipient, certificate_sha256, 1, 127),
    CYAML_FIELD_STRING_PTR("certificate_name", CONFIG_OPTIONAL, struct config_file_recipient, certificate_name, 1, TAXII_PEER_NAME_MAX - 1),
    CYAML_FIELD_STRING_PTR("zone", CONFIG_OPTIONAL, struct config_file_recipient, zone, 1, EXCHANGE_ZONE_NAME_MAX - 1),
    CYAML_FIELD_MAPPING_PTR("key", CONFIG_OPTIONAL, struct config_file_recipient, key, config_key_fields),
    CYAML_FIELD_SEQUENCE("allow", CONFIG_OPTIONAL, struct config_file_recipient, allow, &listen_entry, 0, RPZ_ALLOW_MAX),
    CYAML_FIELD_SEQUENCE("notify", CONFIG_OPTIONAL, struct config_file_recipient, notify, &listen_entry, 0, RPZ_NOTIFY_MAX),
    CYAML_FIELD_BOOL_PTR("may_send", CONFIG_OPTIONAL, struct config_file_recipient, may_send),
    CYAML_FIELD_MAPPING_PTR("receives", CONFIG_OPTIONAL, struct config_file_recipient, receives, config_receives_fields),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t recipient_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_file_recipient, recipient_fields)};

const cyaml_schema_field_t config_share_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CONFIG_OPTIONAL, struct config_file_share, name, 1, VERDICT_NAME_MAX - 1),
    CYAML_FIELD_SEQUENCE("listen", CONFIG_OPTIONAL, struct config_file_share, listen, &listen_entry, 0, TAXII_LISTEN_MAX),
    CYAML_FIELD_SEQUENCE("listen_dns", CONFIG_OPTIONAL, struct config_file_share, listen_dns, &listen_entry, 0, RPZ_LISTEN_MAX),
    CYAML_FIELD_STRING_PTR("certificate", CONFIG_OPTIONAL, struct config_file_share, certificate, 1, CERTIFICATE_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("private_key", CONFIG_OPTIONAL, struct config_file_share, private_key, 1, CERTIFICATE_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("client_ca_file", CONFIG_OPTIONAL, struct config_file_share, client_ca_file, 1, CERTIFICATE_PATH_MAX - 1),
    CYAML_FIELD_SEQUENCE("recipients", CONFIG_OPTIONAL, struct config_file_share, recipients, &recipient_entry, 0, TAXII_RECIPIENTS_MAX),
    CYAML_FIELD_END,
};

static void take_zone_key(struct config_load *l, const struct config_file_feed_key *k, struct share_recipient *to)
{
    struct config_key key;
    struct dns_name name;
    char text[DNS_NAME_TEXT_MAX];
    config_take_key(l, k, &key);
    /* In one form, so that two of one name are found. */
    if (dns_name_parse(key.name, strlen(key.name), &name) < 0 ||
        snprintf(to->key_name, sizeof to->key_name, "%s", dns_name_format(&name, text)) >= (int)sizeof to->key_name)
        config_refuse(l, "key", key.name, _("not a domain name"));
    to->key_algorithm = key.algorithm;
    if (snprintf(to->key_file, sizeof to->key_file, "%s", key.secret_file) >= (int)sizeof to->key_file)
        config_refuse(l, "secret_file", key.secret_file, _("too long"));
}

static void take_zone(struct config_load *l, const struct config_file_recipient *f, struct share_recipient *to)
{
    struct dns_name name;
    char text[DNS_NAME_TEXT_MAX];
    if (!f->zone && (f->key || f->allow || f->notify)) {
        config_refuse(l, f->key ? "key" : f->allow ? "allow" : "notify", f->name, _("belongs to a recipient with a zone"));
        return;
    }
    if (!f->zone)
        return;
    if (dns_name_parse(f->zone, strlen(f->zone), &name) < 0 || name.labels == 0 ||
        snprintf(to->zone, sizeof to->zone, "%s", dns_name_format(&name, text)) >= (int)sizeof to->zone)
        config_refuse(l, "zone", f->zone, _("not a domain name"));
    if (f->key)
        take_zone_key(l, f->key, to);
    for (unsigned i = 0; f->allow && i < f->allow_count; i++, to->allow_count++)
        if (addr_prefix_parse(f->allow[i], &to->allow[i]) < 0)
            config_refuse(l, "allow", f->allow[i], _("not an address or prefix, such as 192.0.2.53 or 2001:db8::/48"));
    for (unsigned i = 0; f->notify && i < f->notify_count; i++, to->notify_count++)
        if (addr_port_parse(f->notify[i], 53, &to->notify[i]) < 0)
            config_refuse(l, "notify", f->notify[i], _("not an address, such as 192.0.2.53 or 192.0.2.53:5353"));
    if (!f->key && to->allow_count == 0)
        config_refuse(l, "zone", f->zone, _("nobody may have it: a key is needed, or addresses in allow"));
}

/* What a request names must lead to one recipient. */
static void check_two_zones(struct config_load *l, const struct share_recipient *a, const struct share_recipient *b)
{
    if (a->key_name[0] && strcmp(a->key_name, b->key_name) == 0)
        config_refuse(l, "key", b->key_name, _("two recipients with a key of that name"));
    for (unsigned i = 0; strcmp(a->zone, b->zone) == 0 && i < a->allow_count; i++)
        for (unsigned k = 0; k < b->allow_count; k++)
            if (addr_prefix_has(&a->allow[i], &b->allow[k].addr) || addr_prefix_has(&b->allow[k], &a->allow[i].addr))
                config_refuse(l, "allow", b->who.name, _("another recipient has the same zone and addresses; give one of them a key or another zone"));
}

/* Of the certificate's DER, as "openssl x509 -fingerprint -sha256" writes it, or without colons. */
static bool take_fingerprint(const char *text, uint8_t ret_fingerprint[TAXII_FINGERPRINT_LEN])
{
    size_t len = 0;
    const char *end = NULL;
    return sodium_hex2bin(ret_fingerprint, TAXII_FINGERPRINT_LEN, text, strlen(text), ":", &len, &end) == 0 && len == TAXII_FINGERPRINT_LEN &&
           *end == '\0';
}

static void take_peer(struct config_load *l, const struct config_file_recipient *f, struct share_recipient *to)
{
    if (f->certificate_sha256) {
        to->who.has_fingerprint = take_fingerprint(f->certificate_sha256, to->who.fingerprint);
        if (!to->who.has_fingerprint)
            config_refuse(l, "certificate_sha256", f->certificate_sha256, _("not the SHA-256 of a certificate, 64 hexadecimal digits"));
    }
    if (f->certificate_name)
        snprintf(to->who.peer_name, sizeof to->who.peer_name, "%s", f->certificate_name);
    to->who.without_token = share_recipient_has_taxii(to) && !f->token_file;
}

static void check_two_peers(struct config_load *l, const struct taxii_recipient *a, const struct taxii_recipient *b)
{
    bool same = (a->has_fingerprint && b->has_fingerprint && memcmp(a->fingerprint, b->fingerprint, sizeof a->fingerprint) == 0) ||
                (a->peer_name[0] && strcasecmp(a->peer_name, b->peer_name) == 0);
    if (same && (a->without_token || b->without_token))
        config_refuse(l, a->peer_name[0] ? "certificate_name" : "certificate_sha256", b->name,
                      _("another recipient is known by the same certificate; give both a token_file"));
}

static void take_client_ca(struct config_load *l, const char *path, struct share_options *to)
{
    if (!path)
        return;
    if (path[0] != '/')
        config_refuse(l, "client_ca_file", path, _("must be an absolute path"));
    else if (access(path, R_OK) < 0)
        config_refuse(l, "client_ca_file", path, strerror(errno));
    snprintf(to->client_ca.certificate, sizeof to->client_ca.certificate, "%s", path);
    certificate_files_stamp(&to->client_ca);
}

static void take_recipient(struct config_load *l, const struct config_file_recipient *f, struct share_recipient *to)
{
    if (!taxii_name_is_valid(f->name))
        config_refuse(l, "name", f->name, _("a recipient's name has letters a-z, digits and -, at most 47 of them"));
    else
        snprintf(to->who.name, sizeof to->who.name, "%s", f->name);
    to->who.may_send = f->may_send && *f->may_send;
    take_zone(l, f, to);
    take_peer(l, f, to);
    if (!f->token_file) {
        if (!f->zone && !share_recipient_has_taxii(to))
            config_refuse(l, "name", f->name, _("a recipient needs a token_file, a certificate or a zone"));
        if (to->who.may_send && !share_recipient_has_taxii(to))
            config_refuse(l, "may_send", f->name, _("who sends needs a token_file or a certificate"));
        return;
    }
    if (f->token_file[0] != '/')
        config_refuse(l, "token_file", f->token_file, _("must be an absolute path"));
    else if (access(f->token_file, R_OK) < 0)
        config_refuse(l, "token_file", f->token_file, strerror(errno));
    snprintf(to->token_file, sizeof to->token_file, "%s", f->token_file);
}

void config_take_share(struct config_load *l, const struct config_file_share *f, struct share_options *to)
{
    memset(to, 0, sizeof *to); /* also behind addresses, which are compared as octets */
    for (unsigned i = 0; f->listen && i < f->listen_count; i++) {
        if (addr_port_parse(f->listen[i], TAXII_PORT, &to->listen[i]) < 0)
            config_refuse(l, "listen", f->listen[i], _("not an address and port, such as 127.0.0.1:7443 or [::1]:7443"));
        to->listen_count = i + 1;
    }
    for (unsigned i = 0; f->listen_dns && i < f->listen_dns_count; i++) {
        if (addr_port_parse(f->listen_dns[i], ZONE_PORT, &to->listen_dns[i]) < 0)
            config_refuse(l, "listen_dns", f->listen_dns[i], _("not an address and port, such as 127.0.0.1:7453 or [::1]:7453"));
        else if (dns_socket_is_wildcard((const struct sockaddr *)&to->listen_dns[i]))
            config_refuse(l, "listen_dns", f->listen_dns[i], _("must be an address of this machine: secondaries know their primary by it"));
        to->listen_dns_count = i + 1;
    }
    config_take_certificate(l, f->certificate, f->private_key, &to->certificate);
    take_client_ca(l, f->client_ca_file, to);
    for (unsigned i = 0; f->recipients && i < f->recipients_count; i++) {
        take_recipient(l, &f->recipients[i], &to->recipients[i]);
        if (to->recipients[i].zone[0] && to->listen_dns_count == 0)
            config_refuse(l, "zone", to->recipients[i].zone, _("listen_dns is needed, where zones are served"));
        if (to->recipients[i].who.peer_name[0] && !f->client_ca_file)
            config_refuse(l, "certificate_name", f->recipients[i].name, _("client_ca_file is needed: a name counts if an authority vouches for it"));
        for (unsigned k = 0; k < i; k++)
            check_two_peers(l, &to->recipients[k].who, &to->recipients[i].who);
        for (unsigned k = 0; k < i; k++)
            check_two_zones(l, &to->recipients[k], &to->recipients[i]);
        for (unsigned k = 0; k < i; k++)
            if (strcmp(to->recipients[k].who.name, to->recipients[i].who.name) == 0)
                config_refuse(l, "name", f->recipients[i].name, _("two recipients of that name"));
        to->recipient_count = i + 1;
    }
}
