/* Reads the section `notify` of the configuration: how members are told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apps/command/when.h"
#include "apps/config/config_impl.h"
#include "base/text.h"

enum { LEAST_S = 10, LONGEST_DAYS = 365, URGENT_MAX = 1000, HOURS = 24 };

static const cyaml_schema_field_t mail_fields[] = {
    CYAML_FIELD_STRING_PTR("relay", CYAML_FLAG_POINTER, struct config_file_notify_mail, relay, 1, NOTIFY_URL_MAX - 1),
    CYAML_FIELD_STRING_PTR("from", CYAML_FLAG_POINTER, struct config_file_notify_mail, from, 1, NOTIFY_ADDRESS_MAX - 1),
    CYAML_FIELD_STRING_PTR("from_name", CONFIG_OPTIONAL, struct config_file_notify_mail, from_name, 1, NOTIFY_NAME_MAX - 1),
    CYAML_FIELD_STRING_PTR("user", CONFIG_OPTIONAL, struct config_file_notify_mail, user, 1, NOTIFY_NAME_MAX - 1),
    CYAML_FIELD_STRING_PTR("password_file", CONFIG_OPTIONAL, struct config_file_notify_mail, password_file, 1, NOTIFY_PATH_MAX - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t webhook_fields[] = {
    CYAML_FIELD_STRING_PTR("url", CYAML_FLAG_POINTER, struct config_file_notify_webhook, url, 1, NOTIFY_URL_MAX - 1),
    CYAML_FIELD_STRING_PTR("secret_file", CYAML_FLAG_POINTER, struct config_file_notify_webhook, secret_file, 1, NOTIFY_PATH_MAX - 1),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t network_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, ADDR_TEXT_MAX + 4)};
static const cyaml_schema_field_t member_fields[] = {
    CYAML_FIELD_BOOL_PTR("allow", CONFIG_OPTIONAL, struct config_file_notify_members, allow),
    CYAML_FIELD_SEQUENCE("networks", CONFIG_OPTIONAL, struct config_file_notify_members, networks, &network_entry, 0, NOTIFY_NETWORKS_MAX),
    CYAML_FIELD_END,
};
const cyaml_schema_field_t config_notify_fields[] = {
    CYAML_FIELD_MAPPING_PTR("member_webhooks", CONFIG_OPTIONAL, struct config_file_notify, member_webhooks, member_fields),
    CYAML_FIELD_MAPPING_PTR("mail", CONFIG_OPTIONAL, struct config_file_notify, mail, mail_fields),
    CYAML_FIELD_MAPPING_PTR("webhook", CONFIG_OPTIONAL, struct config_file_notify, webhook, webhook_fields),
    CYAML_FIELD_STRING_PTR("ca_file", CONFIG_OPTIONAL, struct config_file_notify, ca_file, 1, NOTIFY_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("base_url", CONFIG_OPTIONAL, struct config_file_notify, base_url, 1, NOTIFY_URL_MAX - 1),
    CYAML_FIELD_STRING_PTR("fixed_after", CONFIG_OPTIONAL, struct config_file_notify, fixed_after, 1, 31),
    CYAML_FIELD_STRING_PTR("no_effect_after", CONFIG_OPTIONAL, struct config_file_notify, no_effect_after, 1, 31),
    CYAML_FIELD_STRING_PTR("retry_after", CONFIG_OPTIONAL, struct config_file_notify, retry_after, 1, 31),
    CYAML_FIELD_UINT_PTR("digest_hour", CONFIG_OPTIONAL, struct config_file_notify, digest_hour),
    CYAML_FIELD_UINT_PTR("urgent_per_hour", CONFIG_OPTIONAL, struct config_file_notify, urgent_per_hour),
    CYAML_FIELD_END,
};

static void take_file(struct config_load *l, const char *key, const char *path, char *to, size_t max)
{
    if (!path)
        return;
    config_take_text(l, key, path, to, max);
    if (path[0] != '/')
        config_refuse(l, key, path, _("must be an absolute path"));
    else if (access(path, R_OK) < 0)
        config_refuse(l, key, path, strerror(errno));
}

static void take_mail(struct config_load *l, const struct config_file_notify_mail *f, struct notify_settings *to)
{
    config_take_text(l, "relay", f->relay, to->relay, sizeof to->relay);
    config_take_text(l, "from", f->from, to->from, sizeof to->from);
    config_take_text(l, "from_name", f->from_name, to->from_name, sizeof to->from_name);
    config_take_text(l, "user", f->user, to->user, sizeof to->user);
    take_file(l, "password_file", f->password_file, to->password_file, sizeof to->password_file);
    if (notify_relay_check(f->relay) < 0)
        config_refuse(l, "relay", f->relay, _("not smtps://HOST, smtps://HOST:PORT or the same with smtp"));
    if (!notify_address_is_valid(f->from))
        config_refuse(l, "from", f->from, _("not a mail address, such as csirt@csirt.example"));
    if (!f->user != !f->password_file)
        config_refuse(l, f->user ? "user" : "password_file", f->user ? f->user : f->password_file, _("user and password_file need each other"));
}

static void take_length(struct config_load *l, const char *key, const char *text, int64_t *to)
{
    int64_t us = 0;
    if (!text)
        return;
    if (when_parse_duration(text, &us) < 0)
        config_refuse(l, key, text, _("not a length of time, such as 30m, 1h or 1d"));
    else if (us < LEAST_S * INT64_C(1000000) || us > LONGEST_DAYS * INT64_C(86400000000))
        config_refuse(l, key, text, _("must be ten seconds to 365 days"));
    else
        *to = us;
}

static void take_members(struct config_load *l, const struct config_file_notify_members *f, struct notify_settings *to)
{
    to->member_webhooks = f->allow && *f->allow;
    for (unsigned i = 0; f->networks && i < f->networks_count && i < NOTIFY_NETWORKS_MAX; i++) {
        if (addr_prefix_parse(f->networks[i], &to->networks[i]) < 0)
            config_refuse(l, "networks", f->networks[i], _("not a network, such as 192.0.2.0/24 (bits after the prefix must be zero)"));
        to->network_count = i + 1;
    }
}

void config_take_notify(struct config_load *l, const struct config_file_notify *f, struct notify_settings *to)
{
    notify_settings_default(to); /* also between the fields: a reload compares octets */
    if (f->mail)
        take_mail(l, f->mail, to);
    if (f->webhook) {
        config_take_text(l, "url", f->webhook->url, to->webhook, sizeof to->webhook);
        take_file(l, "secret_file", f->webhook->secret_file, to->webhook_secret_file, sizeof to->webhook_secret_file);
        if (notify_webhook_check(f->webhook->url) < 0)
            config_refuse(l, "url", f->webhook->url, _("not a URL of https"));
    }
    if (f->member_webhooks)
        take_members(l, f->member_webhooks, to);
    take_file(l, "ca_file", f->ca_file, to->ca_file, sizeof to->ca_file);
    config_take_text(l, "base_url", f->base_url, to->base_url, sizeof to->base_url);
    if (f->base_url && notify_base_check(f->base_url) < 0)
        config_refuse(l, "base_url", f->base_url, _("not the console's address, such as https://console.csirt.example (without a slash at the end)"));
    take_length(l, "fixed_after", f->fixed_after, &to->fixed_after_us);
    take_length(l, "retry_after", f->retry_after, &to->retry_after_us);
    take_length(l, "no_effect_after", f->no_effect_after, &to->no_effect_after_us);
    if (f->digest_hour && *f->digest_hour >= HOURS)
        config_refuse_number(l, "digest_hour", *f->digest_hour, _("must be 0 to 23"));
    else if (f->digest_hour)
        to->digest_hour = *f->digest_hour;
    if (f->urgent_per_hour && *f->urgent_per_hour > URGENT_MAX)
        config_refuse_number(l, "urgent_per_hour", *f->urgent_per_hour, _("must be 0 to 1000"));
    else if (f->urgent_per_hour)
        to->urgent_per_hour = *f->urgent_per_hour;
}
