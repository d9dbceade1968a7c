/* Reads the sections `feeds` and `fetch` of the configuration. */
#include "apps/config/config_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "act/policy/list.h"
#include "api/intake/list_intake.h"
#include "apps/command/when.h"
#include "base/addr.h"
#include "base/text.h"
#include "proto/dns/tsig.h"
#include "share/feed/url.h"

enum { SIZE_MAX_MIB = 1900 /* an import's octets are less than 2e9 */ };

const cyaml_schema_field_t config_key_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct config_file_feed_key, name, 1, 255),
    CYAML_FIELD_STRING_PTR("algorithm", CONFIG_OPTIONAL, struct config_file_feed_key, algorithm, 1, 31),
    CYAML_FIELD_STRING_PTR("secret_file", CYAML_FLAG_POINTER, struct config_file_feed_key, secret_file, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t feed_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct config_file_feed, name, 1, 255),
    CYAML_FIELD_STRING_PTR("url", CONFIG_OPTIONAL, struct config_file_feed, url, 1, FEED_URL_MAX - 1),
    CYAML_FIELD_STRING_PTR("every", CONFIG_OPTIONAL, struct config_file_feed, every, 1, 31),
    CYAML_FIELD_STRING_PTR("format", CONFIG_OPTIONAL, struct config_file_feed, format, 1, 255),
    CYAML_FIELD_STRING_PTR("zone", CONFIG_OPTIONAL, struct config_file_feed, zone, 1, FEED_ZONE_MAX - 1),
    CYAML_FIELD_STRING_PTR("primary", CONFIG_OPTIONAL, struct config_file_feed, primary, 1, 63),
    CYAML_FIELD_MAPPING_PTR("key", CONFIG_OPTIONAL, struct config_file_feed, key, config_key_fields),
    CYAML_FIELD_STRING_PTR("misp", CONFIG_OPTIONAL, struct config_file_feed, misp, 1, FEED_URL_MAX - 1),
    CYAML_FIELD_STRING_PTR("taxii", CONFIG_OPTIONAL, struct config_file_feed, taxii, 1, FEED_URL_MAX - 1),
    CYAML_FIELD_STRING_PTR("collection", CONFIG_OPTIONAL, struct config_file_feed, collection, 1, FEED_ZONE_MAX - 1),
    CYAML_FIELD_STRING_PTR("token_file", CONFIG_OPTIONAL, struct config_file_feed, token_file, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("user", CONFIG_OPTIONAL, struct config_file_feed, user, 1, FEED_USER_MAX - 1),
    CYAML_FIELD_STRING_PTR("password_file", CONFIG_OPTIONAL, struct config_file_feed, password_file, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("pin_sha256", CONFIG_OPTIONAL, struct config_file_feed, pin_sha256, 1, 255),
    CYAML_FIELD_STRING_PTR("ca_file", CONFIG_OPTIONAL, struct config_file_feed, ca_file, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("certificate", CONFIG_OPTIONAL, struct config_file_feed, certificate, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("private_key", CONFIG_OPTIONAL, struct config_file_feed, private_key, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_BOOL_PTR("report", CONFIG_OPTIONAL, struct config_file_feed, report),
    CYAML_FIELD_MAPPING_PTR("judge", CONFIG_OPTIONAL, struct config_file_feed, judge, config_feed_judge_fields),
    CYAML_FIELD_UINT_PTR("order", CONFIG_OPTIONAL, struct config_file_feed, order),
    CYAML_FIELD_BOOL_PTR("never_block", CONFIG_OPTIONAL, struct config_file_feed, never_block),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t config_feed_entry = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_file_feed, feed_fields)};

const cyaml_schema_field_t config_fetch_fields[] = {
    CYAML_FIELD_STRING_PTR("proxy", CONFIG_OPTIONAL, struct config_file_fetch, proxy, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("ca_file", CONFIG_OPTIONAL, struct config_file_fetch, ca_file, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_UINT("size_max_mib", CYAML_FLAG_OPTIONAL, struct config_file_fetch, size_max_mib),
    CYAML_FIELD_END,
};

static void take_every(struct config_load *l, const char *every, struct feed *to)
{
    bool is_taxii = to->kind == FEED_TAXII;
    int64_t every_us = (int64_t)(is_taxii ? 60 : 3600) * 1000000, least_s = is_taxii ? FEED_TAXII_EVERY_MIN_S : FEED_EVERY_MIN_S;
    if (every && when_parse_duration(every, &every_us) < 0)
        config_refuse(l, "every", every, _("not a length of time, such as 30m, 1h or 1d"));
    else if (every_us < least_s * 1000000 || every_us > (int64_t)FEED_EVERY_MAX_S * 1000000)
        config_refuse(l, "every", every, is_taxii ? _("must be one second to 30 days") : _("must be one minute to 30 days"));
    else
        to->every_s = (uint32_t)(every_us / 1000000);
}

static void take_url(struct config_load *l, const struct config_file_feed *f, struct feed *to)
{
    const char *url = f->misp ? f->misp : f->url;
    to->kind = f->misp ? FEED_MISP : FEED_URL;
    if (f->primary || f->key)
        config_refuse(l, f->primary ? "primary" : "key", f->name, _("belongs to a feed with a zone"));
    if (feed_url_check(url) < 0)
        config_refuse(l, f->misp ? "misp" : "url", url, _("not a URL of https, http or file"));
    else
        snprintf(to->url, sizeof to->url, "%s", url);
    take_every(l, f->every, to);
}

void config_take_key(struct config_load *l, const struct config_file_feed_key *k, struct config_key *to)
{
    struct dns_name name;
    enum tsig_algorithm algorithm = TSIG_HMAC_SHA256;
    if (dns_name_parse(k->name, strlen(k->name), &name) < 0)
        config_refuse(l, "key", k->name, _("not a domain name"));
    if (k->algorithm && tsig_algorithm_parse(k->algorithm, &algorithm) < 0)
        config_refuse(l, "algorithm", k->algorithm, _("must be hmac-sha256 or hmac-sha512"));
    if (k->secret_file[0] != '/')
        config_refuse(l, "secret_file", k->secret_file, _("must be an absolute path"));
    else if (access(k->secret_file, R_OK) < 0)
        config_refuse(l, "secret_file", k->secret_file, strerror(errno));
    to->algorithm = algorithm;
    to->name = k->name;
    to->secret_file = k->secret_file;
}

static void take_key(struct config_load *l, const struct config_file_feed_key *k, struct feed *to)
{
    struct config_key key;
    config_take_key(l, k, &key);
    to->algorithm = key.algorithm == TSIG_HMAC_SHA512 ? FEED_HMAC_SHA512 : FEED_HMAC_SHA256;
    snprintf(to->key_name, sizeof to->key_name, "%s", key.name);
    snprintf(to->secret_file, sizeof to->secret_file, "%s", key.secret_file);
}

static void take_zone(struct config_load *l, const struct config_file_feed *f, struct feed *to)
{
    struct dns_name zone;
    to->kind = FEED_ZONE;
    if (f->url || f->every || f->format)
        config_refuse(l, f->url ? "url" : f->every ? "every" : "format", f->name, _("does not belong to a feed with a zone"));
    if (dns_name_parse(f->zone, strlen(f->zone), &zone) < 0)
        config_refuse(l, "zone", f->zone, _("not a domain name"));
    if (!f->primary)
        config_refuse(l, "zone", f->zone, _("the address of its primary is needed"));
    else if (addr_port_parse(f->primary, 53, &to->primary) < 0)
        config_refuse(l, "primary", f->primary, _("not an address, such as 192.0.2.53 or 192.0.2.53:5353"));
    snprintf(to->zone, sizeof to->zone, "%s", f->zone);
    snprintf(to->format, sizeof to->format, "rpz");
    if (f->key)
        take_key(l, f->key, to);
}

static void take_taxii(struct config_load *l, const struct config_file_feed *f, struct feed *to)
{
    config_take_feed_taxii(l, f, to);
    if (f->primary || f->key)
        config_refuse(l, f->primary ? "primary" : "key", f->name, _("belongs to a feed with a zone"));
    take_every(l, f->every, to);
}

static void take_feed(struct config_load *l, const struct config_file_feed *f, struct feed *to)
{
    struct list_reading reading = {0};
    memset(to, 0, sizeof *to); /* also between the fields: a reload compares octets */
    to->order = -1;
    to->never_block = f->never_block && *f->never_block;
    if (!list_name_is_valid(f->name))
        config_refuse(l, "name", f->name, _("a list's name has letters, digits, - _ . and at most 63 of them"));
    else
        snprintf(to->name, sizeof to->name, "%s", f->name);
    if (f->format && list_reading_parse(f->format, &reading) < 0)
        config_refuse(l, "format", f->format, _("no such format of lists"));
    list_reading_format(&reading, to->format);
    if (f->order && *f->order > UINT16_MAX)
        config_refuse_number(l, "order", *f->order, _("must be 0 to 65535"));
    else if (f->order)
        to->order = (int)*f->order;
    const char *alien = config_feed_taxii_key(f);
    if ((f->zone != NULL) + (f->url != NULL) + (f->misp != NULL) + (f->taxii != NULL) != 1)
        config_refuse(l, "name", f->name, _("a feed needs one of url, zone, misp and taxii"));
    else if (alien && !f->taxii)
        config_refuse(l, alien, f->name, _("belongs to a feed with taxii"));
    else if (f->zone)
        take_zone(l, f, to);
    else if (f->taxii)
        take_taxii(l, f, to);
    else
        take_url(l, f, to);
    config_take_feed_judge(l, f, to);
}

void config_take_feeds(struct config_load *l, const struct config_file_feed *feeds, unsigned count, struct config *to)
{
    for (unsigned i = 0; i < count && i < FEED_MAX; i++) {
        take_feed(l, &feeds[i], &to->feeds[i]);
        for (unsigned k = 0; k < i; k++)
            if (strcmp(to->feeds[k].name, to->feeds[i].name) == 0)
                config_refuse(l, "name", feeds[i].name, _("two feeds of that name"));
        to->feed_count = i + 1;
    }
}

void config_take_fetch(struct config_load *l, const struct config_file_fetch *f, struct feed_settings *to)
{
    snprintf(to->proxy, sizeof to->proxy, "%s", f->proxy ? f->proxy : "");
    snprintf(to->ca_file, sizeof to->ca_file, "%s", f->ca_file ? f->ca_file : "");
    if (f->ca_file && f->ca_file[0] != '/')
        config_refuse(l, "ca_file", f->ca_file, _("must be an absolute path"));
    else if (f->ca_file && access(f->ca_file, R_OK) < 0)
        config_refuse(l, "ca_file", f->ca_file, strerror(errno));
    if (f->size_max_mib > SIZE_MAX_MIB)
        config_refuse_number(l, "size_max_mib", f->size_max_mib, _("must be 1 to 1900"));
    else if (f->size_max_mib > 0)
        to->octets_max = (uint64_t)f->size_max_mib << 20;
}
