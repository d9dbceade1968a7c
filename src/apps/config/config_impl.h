/* What the files that read the configuration share: how a value is refused with its place, and how one is taken. */
#ifndef HINOMI_APPS_CONFIG_IMPL_H
#define HINOMI_APPS_CONFIG_IMPL_H

#include <cyaml/cyaml.h>

#include "apps/config/config.h"
#include "proto/dns/tsig.h"

struct config_load {
    const char *path;
    char *error; /* CONFIG_ERROR_MAX */
    char reason[256]; /* the parser's first complaint */
    char field[64];   /* the innermost key that it was about; empty: none */
    int line;
    int failed;
};

enum { CONFIG_OPTIONAL = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL };

/* The first one counts. */
void config_refuse(struct config_load *l, const char *key, const char *value, const char *reason);
void config_refuse_number(struct config_load *l, const char *key, unsigned value, const char *reason);
/* NULL and 0: absent, nothing is changed. */
void config_take_text(struct config_load *l, const char *key, const char *value, char *to, size_t max);
/* Both or none, absolute; the files themselves are tried by whoever may parse them. */
void config_take_certificate(struct config_load *l, const char *certificate, const char *private_key, struct certificate_files *to);
void config_take_number(struct config_load *l, const char *key, unsigned value, unsigned min, unsigned max, unsigned *to);

/* feeds.c: as libcyaml gives them */
struct config_file_feed_key {
    char *name, *algorithm, *secret_file;
};
/* Checked; borrowed. The secret itself is read by the role that needs it. */
struct config_key {
    const char *name, *secret_file;
    enum tsig_algorithm algorithm;
};
extern const cyaml_schema_field_t config_key_fields[];
void config_take_key(struct config_load *l, const struct config_file_feed_key *k, struct config_key *to);

struct config_file_feed_judge {
    char *claim, *format, *map, *tlp;
    unsigned *probability;
    bool *whole, *hosts_of_urls, *unmarked;
};
struct config_file_feed {
    char *name, *url, *every, *format, *zone, *primary, *misp;
    char *taxii, *collection, *token_file, *user, *password_file, *pin_sha256, *ca_file, *certificate, *private_key;
    struct config_file_feed_key *key;
    struct config_file_feed_judge *judge;
    unsigned *order;
    bool *never_block, *report;
};

struct config_file_web {
    char **listen, **sinkhole;
    unsigned listen_count, sinkhole_count;
    char *certificate, *private_key;
    bool *client_certificates;
    bool *serve; /* false: nothing; libcyaml gives the same for an empty list of addresses as for an absent one */
};
/* notify.c */
struct config_file_notify_mail {
    char *relay, *from, *from_name, *user, *password_file;
};
struct config_file_notify_webhook {
    char *url, *secret_file;
};
struct config_file_notify_members {
    bool *allow;
    char **networks;
    unsigned networks_count;
};
struct config_file_notify {
    struct config_file_notify_members *member_webhooks;
    struct config_file_notify_mail *mail;
    struct config_file_notify_webhook *webhook;
    char *ca_file, *base_url, *fixed_after, *no_effect_after, *retry_after;
    unsigned *digest_hour, *urgent_per_hour;
};
extern const cyaml_schema_field_t config_notify_fields[];
void config_take_notify(struct config_load *l, const struct config_file_notify *f, struct notify_settings *to);

extern const cyaml_schema_field_t config_web_fields[];
void config_default_web(struct web_listen *to);
void config_take_web(struct config_load *l, const struct config_file_web *f, struct web_listen *to);

struct config_file_fetch {
    char *proxy, *ca_file;
    unsigned size_max_mib;
};

/* gate.c */
struct config_file_receives {
    char *tlp, *pap, *advice;
    char **claims, **kinds;
    unsigned claims_count, kinds_count, *probability;
};

/* share.c */
struct config_file_recipient {
    char *name, *token_file, *zone, *certificate_sha256, *certificate_name;
    bool *may_send;
    struct config_file_feed_key *key;
    char **allow, **notify;
    unsigned allow_count, notify_count;
    struct config_file_receives *receives;
};
struct config_file_share {
    char **listen, **listen_dns, *certificate, *private_key, *client_ca_file, *name;
    struct config_file_recipient *recipients;
    unsigned listen_count, listen_dns_count, recipients_count;
};

extern const cyaml_schema_field_t config_share_fields[], config_receives_fields[];
void config_take_gates(struct config_load *l, const struct config_file_share *f, struct gate_rules to[TAXII_RECIPIENTS_MAX]);
void config_take_share(struct config_load *l, const struct config_file_share *f, struct share_options *to);

/* store.c */
struct config_file_retention {
    unsigned *days[STORE_TABLE_COUNT];
};

struct config_file_store {
    char *engine, *clients, *passive_dns;
    struct config_file_retention *retention_by_table;
    unsigned memory_mib, *retention_days, ring_mib, *clients_ipv4_prefix, *clients_ipv6_prefix;
};

struct config_file_metrics {
    char *listen;
};

extern const cyaml_schema_field_t config_metrics_fields[];
void config_take_metrics(struct config_load *l, const struct config_file_metrics *f, struct config *to);

/* retention_days is a number, or a mapping with a number for each table: libcyaml knows one kind for a key. */
extern const cyaml_schema_field_t config_store_fields[], config_store_fields_by_table[];
void config_take_store(struct config_load *l, const struct config_file_store *f, struct config *to);

/* groups.c */
struct config_file_group {
    char *name, *member;
    char **clients, **server_names, **tokens, **lists, **without;
    unsigned clients_count, server_names_count, tokens_count, lists_count, without_count;
};

extern const cyaml_schema_value_t config_group_entry;
/* Groups and the lists that are not for everybody; `to` is all zeros. */
void config_take_groups(struct config_load *l, const struct config_file_group *groups, unsigned count,
                        char *const *only_for_groups, unsigned only_count, struct group_settings *to);

/* judge.c */
struct config_file_source {
    char *name, *family;
    unsigned *trust;
};

struct config_file_thresholds {
    char *claim, **kinds;
    unsigned kinds_count, *observe, *ask, *block;
};

struct config_file_judge {
    struct config_file_thresholds *thresholds;
    char **own, *popular, *shared_hosting;
    unsigned thresholds_count, own_count, *popular_max_rank;
    struct config_file_source *sources;
    unsigned sources_count;
    char *warning_lists;
};

extern const cyaml_schema_field_t config_judge_fields[];
void config_take_judge(struct config_load *l, const struct config_file_judge *f, struct config_judge *to);

/* members.c */
struct config_file_members {
    char *groups, **may_allow;
    unsigned may_allow_count;
    bool *overrides;
};
extern const cyaml_schema_field_t config_members_fields[];
void config_default_members(struct config_members *to);
void config_take_members(struct config_load *l, const struct config_file_members *f, struct config_members *to);

extern const cyaml_schema_value_t config_feed_entry;
extern const cyaml_schema_field_t config_fetch_fields[];
/* feed_judge.c, for feeds.c */
extern const cyaml_schema_field_t config_feed_judge_fields[];
void config_take_feed_judge(struct config_load *l, const struct config_file_feed *f, struct feed *to);
/* `taxii` and what belongs to it; all but the times. */
void config_take_feed_taxii(struct config_load *l, const struct config_file_feed *f, struct feed *to);
/* NULL, or the first key that means nothing without `taxii`. */
const char *config_feed_taxii_key(const struct config_file_feed *f);

void config_take_feeds(struct config_load *l, const struct config_file_feed *feeds, unsigned count, struct config *to);
void config_take_fetch(struct config_load *l, const struct config_file_fetch *f, struct feed_settings *to);

#endif
