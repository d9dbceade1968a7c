/* Reads the configuration: YAML by libcyaml into strings and numbers, then checked into struct config. */
#include "apps/config/config_impl.h"

#include <errno.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* ---- the file, as libcyaml gives it ---- */

struct file_stub {
    char *zone, *address;
    bool recursive, *validate;
};

struct file_rate {
    unsigned *per_second, burst, ipv4_prefix, ipv6_prefix;
    bool *loopback;
};

struct file_dns {
    char **listen, **listen_tls, **listen_https, **access, **forward, **send_from;
    struct file_stub *stub;
    unsigned listen_count, listen_tls_count, listen_https_count, access_count, forward_count, send_from_count, stub_count;
    unsigned workers, cache_mib;
    bool *validate;
    bool *background;
    struct file_rate *rate;
    char **cookie_secrets;
    char **rebinding_allow;
    unsigned cookie_secrets_count, rebinding_allow_count;
    bool *rebinding_protection, *prefetch;
    char *block_with, *explain_in, *tls_authorities, *trust_anchor, *root_hints, *certificate, *private_key;
};

struct file_control {
    char **users;
    unsigned users_count;
};

struct file_lists {
    char **never_block;
    unsigned never_block_count;
    char **only_for_groups;
    unsigned only_for_groups_count;
    unsigned *shrink_percent, *grow_percent;
};

struct file_config {
    char *user;
    struct file_lists *lists;
    struct config_file_group *groups;
    unsigned groups_count;
    struct file_dns *dns;
    struct config_file_store *store;
    struct config_file_metrics *metrics;
    struct file_control *control;
    struct config_file_feed *feeds;
    unsigned feeds_count;
    struct config_file_fetch *fetch;
    struct config_file_judge *judge;
    struct config_file_share *share;
    struct config_file_web *web;
    struct config_file_members *members;
    struct config_file_notify *notify;
};

static const cyaml_schema_value_t text_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 255)};

static const cyaml_schema_field_t stub_fields[] = {
    CYAML_FIELD_STRING_PTR("zone", CYAML_FLAG_POINTER, struct file_stub, zone, 1, 254),
    CYAML_FIELD_STRING_PTR("address", CYAML_FLAG_POINTER, struct file_stub, address, 1, 255),
    CYAML_FIELD_BOOL("recursive", CYAML_FLAG_OPTIONAL, struct file_stub, recursive),
    CYAML_FIELD_BOOL_PTR("validate", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct file_stub, validate),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t stub_entry = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_stub, stub_fields)};

enum { OPTIONAL_TEXT = CONFIG_OPTIONAL };

static const cyaml_schema_field_t rate_fields[] = {
    CYAML_FIELD_UINT_PTR("per_second", OPTIONAL_TEXT, struct file_rate, per_second),
    CYAML_FIELD_UINT("burst", CYAML_FLAG_OPTIONAL, struct file_rate, burst),
    CYAML_FIELD_UINT("ipv4_prefix", CYAML_FLAG_OPTIONAL, struct file_rate, ipv4_prefix),
    CYAML_FIELD_UINT("ipv6_prefix", CYAML_FLAG_OPTIONAL, struct file_rate, ipv6_prefix),
    CYAML_FIELD_BOOL_PTR("loopback", OPTIONAL_TEXT, struct file_rate, loopback),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t dns_fields[] = {
    CYAML_FIELD_SEQUENCE("listen", OPTIONAL_TEXT, struct file_dns, listen, &text_entry, 1, DNS_LISTEN_MAX),
    CYAML_FIELD_SEQUENCE("listen_tls", OPTIONAL_TEXT, struct file_dns, listen_tls, &text_entry, 0, DNS_LISTEN_MAX),
    CYAML_FIELD_SEQUENCE("listen_https", OPTIONAL_TEXT, struct file_dns, listen_https, &text_entry, 0, DNS_LISTEN_MAX),
    CYAML_FIELD_SEQUENCE("access", OPTIONAL_TEXT, struct file_dns, access, &text_entry, 0, DNS_ACCESS_MAX),
    CYAML_FIELD_SEQUENCE("send_from", OPTIONAL_TEXT, struct file_dns, send_from, &text_entry, 0, DNS_SEND_FROM_MAX),
    CYAML_FIELD_SEQUENCE("forward", OPTIONAL_TEXT, struct file_dns, forward, &text_entry, 0, DNS_FORWARDS_MAX),
    CYAML_FIELD_SEQUENCE("stub", OPTIONAL_TEXT, struct file_dns, stub, &stub_entry, 0, DNS_STUBS_MAX),
    CYAML_FIELD_UINT("workers", CYAML_FLAG_OPTIONAL, struct file_dns, workers),
    CYAML_FIELD_UINT("cache_mib", CYAML_FLAG_OPTIONAL, struct file_dns, cache_mib),
    CYAML_FIELD_BOOL_PTR("validate", OPTIONAL_TEXT, struct file_dns, validate),
    CYAML_FIELD_BOOL_PTR("background_queries", OPTIONAL_TEXT, struct file_dns, background),
    CYAML_FIELD_MAPPING_PTR("rate_limit", OPTIONAL_TEXT, struct file_dns, rate, rate_fields),
    CYAML_FIELD_SEQUENCE("cookie_secrets", OPTIONAL_TEXT, struct file_dns, cookie_secrets, &text_entry, 1,
                         DNS_COOKIE_SECRETS_MAX),
    CYAML_FIELD_BOOL_PTR("rebinding_protection", OPTIONAL_TEXT, struct file_dns, rebinding_protection),
    CYAML_FIELD_SEQUENCE("rebinding_allow", OPTIONAL_TEXT, struct file_dns, rebinding_allow, &text_entry, 0,
                         DNS_REBINDING_ALLOW_MAX),
    CYAML_FIELD_BOOL_PTR("prefetch", OPTIONAL_TEXT, struct file_dns, prefetch),
    CYAML_FIELD_STRING_PTR("block_with", OPTIONAL_TEXT, struct file_dns, block_with, 1, 255),
    CYAML_FIELD_STRING_PTR("explain_in", OPTIONAL_TEXT, struct file_dns, explain_in, 1, 16),
    CYAML_FIELD_STRING_PTR("tls_authorities", OPTIONAL_TEXT, struct file_dns, tls_authorities, 1, 255),
    CYAML_FIELD_STRING_PTR("trust_anchor", OPTIONAL_TEXT, struct file_dns, trust_anchor, 1, 255),
    CYAML_FIELD_STRING_PTR("root_hints", OPTIONAL_TEXT, struct file_dns, root_hints, 1, 255),
    CYAML_FIELD_STRING_PTR("certificate", OPTIONAL_TEXT, struct file_dns, certificate, 1, 255),
    CYAML_FIELD_STRING_PTR("private_key", OPTIONAL_TEXT, struct file_dns, private_key, 1, 255),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t control_fields[] = {
    CYAML_FIELD_SEQUENCE("users", OPTIONAL_TEXT, struct file_control, users, &text_entry, 0, CONFIG_CONTROL_USERS_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t lists_fields[] = {
    CYAML_FIELD_SEQUENCE("never_block", OPTIONAL_TEXT, struct file_lists, never_block, &text_entry, 0,
                         CONFIG_NEVER_BLOCK_MAX),
    CYAML_FIELD_SEQUENCE("only_for_groups", OPTIONAL_TEXT, struct file_lists, only_for_groups, &text_entry, 0,
                         GROUP_LISTS_MAX),
    CYAML_FIELD_UINT_PTR("shrink_percent", OPTIONAL_TEXT, struct file_lists, shrink_percent),
    CYAML_FIELD_UINT_PTR("grow_percent", OPTIONAL_TEXT, struct file_lists, grow_percent),
    CYAML_FIELD_END,
};
#define TOP_FIELDS(store_fields)                                                                                       \
    CYAML_FIELD_STRING_PTR("user", OPTIONAL_TEXT, struct file_config, user, 1, CONFIG_USER_MAX - 1),                   \
        CYAML_FIELD_MAPPING_PTR("dns", OPTIONAL_TEXT, struct file_config, dns, dns_fields),                            \
        CYAML_FIELD_MAPPING_PTR("store", OPTIONAL_TEXT, struct file_config, store, store_fields),                      \
        CYAML_FIELD_MAPPING_PTR("lists", OPTIONAL_TEXT, struct file_config, lists, lists_fields),                      \
        CYAML_FIELD_MAPPING_PTR("metrics", OPTIONAL_TEXT, struct file_config, metrics, config_metrics_fields),         \
        CYAML_FIELD_SEQUENCE("groups", OPTIONAL_TEXT, struct file_config, groups, &config_group_entry, 0, GROUPS_MAX), \
        CYAML_FIELD_MAPPING_PTR("control", OPTIONAL_TEXT, struct file_config, control, control_fields),                \
        CYAML_FIELD_SEQUENCE("feeds", OPTIONAL_TEXT, struct file_config, feeds, &config_feed_entry, 0, FEED_MAX),      \
        CYAML_FIELD_MAPPING_PTR("fetch", OPTIONAL_TEXT, struct file_config, fetch, config_fetch_fields),               \
        CYAML_FIELD_MAPPING_PTR("judge", OPTIONAL_TEXT, struct file_config, judge, config_judge_fields),               \
        CYAML_FIELD_MAPPING_PTR("share", OPTIONAL_TEXT, struct file_config, share, config_share_fields),               \
        CYAML_FIELD_MAPPING_PTR("web", OPTIONAL_TEXT, struct file_config, web, config_web_fields),                     \
        CYAML_FIELD_MAPPING_PTR("members", OPTIONAL_TEXT, struct file_config, members, config_members_fields),         \
        CYAML_FIELD_MAPPING_PTR("notify", OPTIONAL_TEXT, struct file_config, notify, config_notify_fields),            \
        CYAML_FIELD_END

static const cyaml_schema_field_t top_fields[] = {TOP_FIELDS(config_store_fields)};
static const cyaml_schema_field_t top_fields_by_table[] = {TOP_FIELDS(config_store_fields_by_table)};
static const cyaml_schema_value_t top_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_config, top_fields)};
static const cyaml_schema_value_t top_schema_by_table = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_config, top_fields_by_table)};

/* ---- errors with file and line ---- */

/* libcyaml tells the reason first and then where it was, from the inside out. */
static void keep_complaint(cyaml_log_t level, void *self, const char *format, va_list args)
{
    struct config_load *l = self;
    char text[256];
    (void)level;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    const char *at = strstr(text, "line: "), *field = strstr(text, "field '");
    if (field && l->field[0] == '\0')
        snprintf(l->field, sizeof l->field, "%.*s", (int)strcspn(field + 7, "'"), field + 7);
    if (at && l->line == 0)
        l->line = (int)strtol(at + strlen("line: "), NULL, 10);
    if (l->reason[0] == '\0') {
        const char *after = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
        snprintf(l->reason, sizeof l->reason, "%s", after);
    }
}

/* The first line from that one on that holds the text; 0 when none does. libcyaml keeps no positions of values that it liked. */
static int line_of(const char *path, const char *text, int from)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return 0;
    char line[1024];
    int number = 0, found = 0;
    while (!found && fgets(line, sizeof line, f)) {
        number++;
        const char *hash = strchr(line, '#');
        const char *at = strstr(line, text);
        if (at && number >= from && (!hash || at < hash))
            found = number;
    }
    fclose(f);
    return found;
}

void config_refuse(struct config_load *l, const char *key, const char *value, const char *reason)
{
    if (l->failed)
        return;
    l->failed = -EINVAL;
    int line = line_of(l->path, value[0] ? value : key, 0);
    snprintf(l->error, CONFIG_ERROR_MAX, "%s:%d: %s: %s: %s", l->path, line, key, value, reason);
}

void config_refuse_number(struct config_load *l, const char *key, unsigned value, const char *reason)
{
    char text[16];
    snprintf(text, sizeof text, "%u", value);
    if (l->failed)
        return;
    l->failed = -EINVAL;
    snprintf(l->error, CONFIG_ERROR_MAX, "%s:%d: %s: %s: %s", l->path, line_of(l->path, key, 0), key, text, reason);
}

/* ---- values ---- */

void config_take_text(struct config_load *l, const char *key, const char *value, char *to, size_t max)
{
    if (!value)
        return;
    if (strlen(value) >= max)
        config_refuse(l, key, value, _("too long"));
    else
        snprintf(to, max, "%s", value);
}

void config_take_number(struct config_load *l, const char *key, unsigned value, unsigned min, unsigned max, unsigned *to)
{
    if (value == 0)
        return; /* absent */
    char range[64];
    snprintf(range, sizeof range, _("must be %u to %u"), min, max);
    if (value < min || value > max)
        config_refuse_number(l, key, value, range);
    else
        *to = value;
}

static bool is_host_name(const char *text)
{
    struct dns_name name;
    return dns_name_parse(text, strlen(text), &name) == 0 && name.labels > 0 && dns_name_is_hostname(&name);
}

/* "192.0.2.53", "192.0.2.53:5353", or "tls://192.0.2.53:853#name", as libunbound wants it; TLS is ours. */
static void take_target(struct config_load *l, const char *key, const char *text, struct upstream_target *to, bool *loopback)
{
    static const char scheme[] = "tls://";
    struct sockaddr_storage sa;
    char host[ADDR_TEXT_MAX], address[ADDR_PORT_TEXT_MAX];
    bool tls = strncmp(text, scheme, sizeof scheme - 1) == 0;
    const char *start = text + (tls ? sizeof scheme - 1 : 0), *name = tls ? strchr(start, '#') : NULL;
    size_t len = name ? (size_t)(name - start) : strlen(start);
    snprintf(address, sizeof address, "%.*s", (int)len, start);
    if (tls && (!name || !is_host_name(name + 1))) {
        config_refuse(l, key, text, _("by TLS a server needs the name that it must prove, such as tls://192.0.2.53#dns.example"));
        return;
    }
    if (len >= sizeof address || addr_port_parse(address, tls ? 853 : 53, &sa) < 0) {
        config_refuse(l, key, text, _("not an address, such as 192.0.2.53, 192.0.2.53:5353 or tls://192.0.2.53#dns.example"));
        return;
    }
    struct addr a = addr_of_sockaddr((struct sockaddr *)&sa);
    snprintf(to->text, sizeof to->text, "%s@%u", addr_format(&a, host), addr_port_of_sockaddr((struct sockaddr *)&sa));
    if (tls) {
        to->address = sa;
        config_take_text(l, key, name + 1, to->name, sizeof to->name);
    }
    *loopback |= addr_is_loopback(&a);
}

/* Is there a line with "key: []"? */
static bool is_given_empty(const char *path, const char *key)
{
    char line[1024];
    bool found = false;
    FILE *f = fopen(path, "re");
    while (f && !found && fgets(line, sizeof line, f)) {
        line[strcspn(line, "#")] = '\0';
        const char *at = strstr(line, key);
        const char *after = at ? at + strlen(key) : "";
        after += strspn(after, "\": ");
        found = at && (at == line || strchr(" {,\"", at[-1])) && *after == '[' && after[1 + strspn(after + 1, " ")] == ']';
    }
    if (f)
        fclose(f);
    return found;
}

static void take_listen(struct config_load *l, const char *key, uint16_t port, char *const *texts, unsigned count,
                        struct dns_listen *to)
{
    /* An empty list listens nowhere; libcyaml gives the same for it as for an absent key. */
    if (!texts && !is_given_empty(l->path, key))
        return;
    to->count = texts ? count : 0;
    for (unsigned i = 0; i < to->count; i++)
        if (addr_port_parse(texts[i], port, &to->at[i]) < 0)
            config_refuse(l, key, texts[i], _("not an address and port, such as 127.0.0.1:53 or [::1]:53"));
}

void config_take_certificate(struct config_load *l, const char *certificate, const char *private_key, struct certificate_files *to)
{
    config_take_text(l, "certificate", certificate, to->certificate, sizeof to->certificate);
    config_take_text(l, "private_key", private_key, to->private_key, sizeof to->private_key);
    if (!certificate != !private_key)
        config_refuse(l, certificate ? "certificate" : "private_key", certificate ? certificate : private_key,
               _("certificate and private_key need each other"));
    else if (certificate && certificate[0] != '/')
        config_refuse(l, "certificate", certificate, _("must be an absolute path"));
    else if (private_key && private_key[0] != '/')
        config_refuse(l, "private_key", private_key, _("must be an absolute path"));
    certificate_files_stamp(to);
}

static void take_rate(struct config_load *l, const struct file_rate *f, struct dns_rate_options *o)
{
    unsigned ipv4 = o->ipv4_prefix, ipv6 = o->ipv6_prefix;
    if (f->per_second) {
        o->per_second = *f->per_second;
        o->burst = 0;
    }
    if (o->per_second > DNS_RATE_PER_SECOND_MAX)
        config_refuse_number(l, "per_second", o->per_second, _("more than can be counted"));
    config_take_number(l, "burst", f->burst, 1, DNS_RATE_BURST_MAX, &o->burst);
    if (o->burst == 0)
        o->burst = o->per_second < DNS_RATE_BURST_MAX / 5 ? 5 * o->per_second : DNS_RATE_BURST_MAX;
    config_take_number(l, "ipv4_prefix", f->ipv4_prefix, 8, 32, &ipv4);
    config_take_number(l, "ipv6_prefix", f->ipv6_prefix, 16, 128, &ipv6);
    o->ipv4_prefix = (uint8_t)ipv4;
    o->ipv6_prefix = (uint8_t)ipv6;
    if (f->loopback)
        o->loopback = *f->loopback;
}

static void take_cookie_secrets(struct config_load *l, const struct file_dns *f, struct dns_cookie_secrets *to)
{
    for (unsigned i = 0; f->cookie_secrets && i < f->cookie_secrets_count; i++) {
        uint8_t octets[DNS_COOKIE_SECRET_LEN];
        size_t len = 0;
        const char *text = f->cookie_secrets[i], *end = NULL;
        if (sodium_hex2bin(octets, sizeof octets, text, strlen(text), NULL, &len, &end) != 0 || *end ||
            len != sizeof octets)
            config_refuse(l, "cookie_secrets", "...", _("not 32 hexadecimal digits")); /* a secret is not for the log */
        to->key[i] = dns_cookie_secret_of(octets);
        to->count = i + 1;
        sodium_memzero(octets, sizeof octets);
    }
}

static void take_targets(struct config_load *l, const struct file_dns *f, struct upstream_options *u)
{
    for (unsigned i = 0; f->forward && i < f->forward_count; i++) {
        take_target(l, "forward", f->forward[i], &u->forward[i], &u->loopback_upstream);
        u->forward_count = i + 1;
    }
    for (unsigned i = 0; f->stub && i < f->stub_count; i++) {
        struct upstream_stub *s = &u->stub[i];
        if (!is_host_name(f->stub[i].zone) && strcmp(f->stub[i].zone, ".") != 0)
            config_refuse(l, "zone", f->stub[i].zone, _("not a domain name"));
        snprintf(s->zone, sizeof s->zone, "%s", f->stub[i].zone);
        take_target(l, "address", f->stub[i].address, &s->target, &u->loopback_upstream);
        s->recursive = f->stub[i].recursive;
        s->insecure = f->stub[i].validate && !*f->stub[i].validate;
        u->stub_count = i + 1;
    }
    for (unsigned i = 0; f->send_from && i < f->send_from_count; i++) {
        if (addr_parse(f->send_from[i], &u->send_from[i]) < 0)
            config_refuse(l, "send_from", f->send_from[i], _("not an address, such as 192.0.2.53 or 2001:db8::53"));
        u->send_from_count = i + 1;
    }
    config_take_text(l, "tls_authorities", f->tls_authorities, u->authorities, sizeof u->authorities);
    if (f->tls_authorities && access(f->tls_authorities, R_OK) < 0)
        config_refuse(l, "tls_authorities", f->tls_authorities, strerror(errno));
}

static void take_rebinding(struct config_load *l, const struct file_dns *f, struct dns_service_options *o)
{
    if (f->rebinding_protection)
        o->rebinding_protection = *f->rebinding_protection;
    for (unsigned i = 0; f->rebinding_allow && i < f->rebinding_allow_count; i++) {
        struct dns_name name;
        if (dns_name_parse(f->rebinding_allow[i], strlen(f->rebinding_allow[i]), &name) < 0)
            config_refuse(l, "rebinding_allow", f->rebinding_allow[i], _("not a domain name"));
        snprintf(o->rebinding_allow[i], sizeof o->rebinding_allow[i], "%s", f->rebinding_allow[i]);
        o->rebinding_allow_count = i + 1;
    }
}

static void take_dns(struct config_load *l, const struct file_dns *f, struct dns_service_options *o)
{
    take_listen(l, "listen", 53, f->listen, f->listen_count, &o->listen[DNS_LISTEN_PLAIN]);
    take_listen(l, "listen_tls", 853, f->listen_tls, f->listen_tls_count, &o->listen[DNS_LISTEN_TLS]);
    take_listen(l, "listen_https", 443, f->listen_https, f->listen_https_count, &o->listen[DNS_LISTEN_HTTPS]);
    config_take_certificate(l, f->certificate, f->private_key, &o->certificate);
    if (f->access)
        o->access_count = 0;
    for (unsigned i = 0; f->access && i < f->access_count; i++) {
        if (addr_prefix_parse(f->access[i], &o->access[i]) < 0)
            config_refuse(l, "access", f->access[i], _("not a network, such as 192.0.2.0/24 (bits after the prefix must be zero)"));
        o->access_count = i + 1;
    }
    if (f->rate)
        take_rate(l, f->rate, &o->rate);
    take_cookie_secrets(l, f, &o->cookies);
    struct upstream_options *u = &o->upstream;
    take_targets(l, f, u);
    take_rebinding(l, f, o);
    if (f->block_with && block_with_parse(f->block_with, &o->block_with) < 0)
        config_refuse(l, "block_with", f->block_with, _("neither nxdomain nor nodata nor up to 4 addresses, such as \"192.0.2.53 2001:db8::53\""));
    if (f->explain_in && answer_wording_parse(f->explain_in, &o->wording) < 0)
        config_refuse(l, "explain_in", f->explain_in, _("neither en nor ja nor both"));
    unsigned cache_mib = 0;
    config_take_number(l, "workers", f->workers, 1, DNS_WORKERS_MAX, &o->workers);
    config_take_number(l, "cache_mib", f->cache_mib, 2, 1 << 20, &cache_mib);
    if (cache_mib)
        o->cache_bytes = (size_t)cache_mib << 20;
    if (o->cache_bytes / o->workers < 1 << 20)
        config_refuse_number(l, "cache_mib", cache_mib, _("must be at least one for each worker"));
    if (f->validate)
        u->validate = *f->validate;
    if (f->background)
        u->background_queries = *f->background;
    if (f->prefetch)
        u->refresh = *f->prefetch;
    config_take_text(l, "trust_anchor", f->trust_anchor, u->trust_anchor, sizeof u->trust_anchor);
    config_take_text(l, "root_hints", f->root_hints, u->root_hints, sizeof u->root_hints);
    if (f->trust_anchor && access(f->trust_anchor, R_OK) < 0)
        config_refuse(l, "trust_anchor", f->trust_anchor, strerror(errno));
    if (f->root_hints && access(f->root_hints, R_OK) < 0)
        config_refuse(l, "root_hints", f->root_hints, strerror(errno));
}

static int find_user(const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
    const struct passwd *p = getpwnam(name);
    if (!p)
        return -ENOENT;
    *ret_uid = p->pw_uid;
    *ret_gid = p->pw_gid;
    return 0;
}

static void take_users(struct config_load *l, const struct file_control *f, struct config *c)
{
    for (unsigned i = 0; f->users && i < f->users_count; i++) {
        gid_t gid;
        if (find_user(f->users[i], &c->control_users[i], &gid) < 0)
            config_refuse(l, "users", f->users[i], _("no such user"));
        c->control_user_count = i + 1;
    }
}

static void take_percent(struct config_load *l, const char *key, const unsigned *value, unsigned max, unsigned *to)
{
    if (value && *value == 0)
        config_refuse_number(l, key, 0, _("must be at least 1"));
    else if (value)
        config_take_number(l, key, *value, 1, max, to);
}

/* What a never-block list says is read by the hub; here only whether it can be. */
static void take_lists(struct config_load *l, const struct file_lists *f, struct config_lists *to)
{
    for (unsigned i = 0; f->never_block && i < f->never_block_count; i++) {
        const char *path = f->never_block[i];
        if (path[0] != '/')
            config_refuse(l, "never_block", path, _("must be an absolute path"));
        else if (access(path, R_OK) < 0)
            config_refuse(l, "never_block", path, strerror(errno));
        config_take_text(l, "never_block", path, to->never_block[i], sizeof to->never_block[i]);
        to->never_block_count = i + 1;
    }
    take_percent(l, "shrink_percent", f->shrink_percent, 100, &to->shrink_percent);
    take_percent(l, "grow_percent", f->grow_percent, 1000000, &to->grow_percent);
}

/* ---- defaults ---- */

/* Started as root, the roles become the node's own user; where that is not installed, nobody. */
static void default_user(struct config *c)
{
    static const char *const candidates[] = {"hinomi", "nobody"};
    for (size_t i = 0; geteuid() == 0 && c->uid == 0 && i < array_len(candidates); i++)
        if (find_user(candidates[i], &c->uid, &c->gid) == 0)
            snprintf(c->user, sizeof c->user, "%s", candidates[i]);
}

void config_defaults(struct config *c)
{
    memset(c, 0, sizeof *c);
    *c = (struct config){
        .size = sizeof *c, .ring_bytes = 8u << 20, .store_memory_mib = 400, .retention_days = {[STORE_TABLE_DNS] = 30, [STORE_TABLE_PDNS] = 365}};
    c->clients = (struct client_form){.kind = CLIENT_FULL, .ipv4_prefix = 24, .ipv6_prefix = 48};
    c->lists.shrink_percent = 50;
    c->lists.grow_percent = 100;
    c->fetch.octets_max = (uint64_t)512 << 20;
    c->fetch.shrink_percent = c->lists.shrink_percent;
    dns_service_defaults(&c->dns);
    score_rules_default(&c->judge.rules);
    c->judge.popular_max_rank = CONFIG_POPULAR_RANK;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    c->dns.workers = cores < 1 ? 1 : cores > DNS_WORKERS_MAX ? DNS_WORKERS_MAX : (unsigned)cores;
    static const char *const listen[] = {[DNS_LISTEN_PLAIN] = "127.0.0.1:5300",
                                         [DNS_LISTEN_TLS] = "127.0.0.1:5853",
                                         [DNS_LISTEN_HTTPS] = "127.0.0.1:5443"};
    _Static_assert(array_len(listen) == DNS_LISTEN_COUNT, "one address per kind");
    for (size_t i = 0; i < array_len(listen); i++)
        if (addr_port_parse(listen[i], 53, &c->dns.listen[i].at[0]) == 0)
            c->dns.listen[i].count = 1;
    config_default_web(&c->web);
    config_default_members(&c->members);
    notify_settings_default(&c->notify);
    default_user(c);
    config_default_data(c->data);
}

void config_default_data(char *ret_path)
{
    const char *own = getenv("HINOMI_DATA"), *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (own && *own)
        snprintf(ret_path, CONFIG_PATH_MAX, "%s", own);
    else if (geteuid() == 0)
        snprintf(ret_path, CONFIG_PATH_MAX, "/var/lib/hinomi");
    else if (xdg && *xdg)
        snprintf(ret_path, CONFIG_PATH_MAX, "%s/hinomi", xdg);
    else
        snprintf(ret_path, CONFIG_PATH_MAX, "%s/.local/share/hinomi", home ? home : "");
}

/* libcyaml's place is that of the mapping; its complaint mostly ends with the word it is about. An empty value has none: then the key is looked for. */
static void tell_complaint(const struct config_load *l, cyaml_err_t e)
{
    const char *colon = strrchr(l->reason, ':'), *word = colon && colon[1] ? colon + 2 : "";
    if (*word || !l->field[0]) {
        int line = *word ? line_of(l->path, word, 0) : 0;
        snprintf(l->error, CONFIG_ERROR_MAX, "%s:%d: %s", l->path, line ? line : l->line, l->reason[0] ? l->reason : cyaml_strerror(e));
        return;
    }
    char key[sizeof l->field + 1];
    snprintf(key, sizeof key, "%s:", l->field);
    int line = line_of(l->path, key, l->line);
    bool is_empty = strncmp(l->reason, "STRING length <", 15) == 0;
    snprintf(l->error, CONFIG_ERROR_MAX, "%s:%d: %s: %s", l->path, line ? line : l->line, l->field, is_empty ? _("must not be empty") : l->reason);
}

int config_load(const char *path, struct config *ret_config, char *ret_error)
{
    struct config_load l = {.path = path, .error = ret_error};
    if (access(path, R_OK) < 0) {
        snprintf(ret_error, CONFIG_ERROR_MAX, "%s: %s", path, strerror(errno));
        return -errno;
    }
    cyaml_config_t cyaml = {
        .log_fn = keep_complaint, .log_ctx = &l, .log_level = CYAML_LOG_ERROR, .mem_fn = cyaml_mem};
    struct file_config *f = NULL;
    const cyaml_schema_value_t *schema = &top_schema;
    cyaml_err_t e = cyaml_load_file(path, &cyaml, schema, (cyaml_data_t **)&f, NULL);
    if (e == CYAML_ERR_UNEXPECTED_EVENT || e == CYAML_ERR_INVALID_VALUE) { /* perhaps at retention_days, by table */
        struct config_load second = {.path = path, .error = ret_error};
        cyaml.log_ctx = &second;
        cyaml_err_t again = cyaml_load_file(path, &cyaml, &top_schema_by_table, (cyaml_data_t **)&f, NULL);
        if (again == CYAML_OK || again != e || second.line > l.line) {
            e = again;
            l = second;
            schema = &top_schema_by_table;
        }
    }
    if (e != CYAML_OK) {
        tell_complaint(&l, e);
        return -EINVAL;
    }
    struct config *c = malloc(sizeof *c);
    if (!c) {
        cyaml_free(&cyaml, schema, f, 0);
        snprintf(ret_error, CONFIG_ERROR_MAX, "%s", strerror(ENOMEM));
        return -ENOMEM;
    }
    *c = *ret_config;
    snprintf(c->source, sizeof c->source, "%s", path);
    if (f && f->user) {
        config_take_text(&l, "user", f->user, c->user, sizeof c->user);
        if (geteuid() == 0 && find_user(f->user, &c->uid, &c->gid) < 0)
            config_refuse(&l, "user", f->user, _("no such user"));
    }
    if (f && f->dns)
        take_dns(&l, f->dns, &c->dns);
    if (f && f->store)
        config_take_store(&l, f->store, c);
    if (f && f->metrics)
        config_take_metrics(&l, f->metrics, c);
    if (f && f->lists)
        take_lists(&l, f->lists, &c->lists);
    if (f)
        config_take_groups(&l, f->groups, f->groups_count, f->lists ? f->lists->only_for_groups : NULL,
                           f->lists ? f->lists->only_for_groups_count : 0, &c->dns.groups);
    if (f && f->feeds)
        config_take_feeds(&l, f->feeds, f->feeds_count, c);
    if (f && f->fetch)
        config_take_fetch(&l, f->fetch, &c->fetch);
    c->fetch.shrink_percent = c->lists.shrink_percent;
    if (f && f->judge)
        config_take_judge(&l, f->judge, &c->judge);
    if (f && f->share) {
        config_take_share(&l, f->share, &c->share);
        config_take_gates(&l, f->share, c->gates);
        config_take_text(&l, "name", f->share->name, c->node_name, sizeof c->node_name);
    }
    if (f && f->web)
        config_take_web(&l, f->web, &c->web);
    if (f && f->members)
        config_take_members(&l, f->members, &c->members);
    if (f && f->notify)
        config_take_notify(&l, f->notify, &c->notify);
    if (f && f->control)
        take_users(&l, f->control, c);
    cyaml_free(&cyaml, schema, f, 0);
    if (l.failed == 0)
        *ret_config = *c;
    free(c);
    return l.failed;
}
