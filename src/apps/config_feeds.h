/* The sections `feeds` and `fetch` of the configuration: as the file has them, checked into struct feed. */
#ifndef HINOMI_APPS_CONFIG_FEEDS_H
#define HINOMI_APPS_CONFIG_FEEDS_H

#include "apps/config_groups.h"
#include "share/feed/feed.h"

struct file_feed_key {
    char *name, *algorithm, *secret_file;
};

/* As libcyaml gives them. */
struct file_feed {
    char *name, *url, *every, *format, *zone, *primary;
    struct file_feed_key *key;
    unsigned *order;
    bool *never_block;
};
struct file_fetch {
    char *proxy, *ca_file;
    unsigned size_max_mib;
};
extern const cyaml_schema_value_t config_feed_entry;
extern const cyaml_schema_field_t config_fetch_fields[];

/* `to` has room for FEED_MAX; its octets are the same for the same configuration. Returns how many. */
unsigned config_feeds_take(const struct file_feed *feeds, unsigned count, struct config_complaint complaint,
                           struct feed *to);
void config_fetch_take(const struct file_fetch *f, struct config_complaint complaint, struct feed_settings *to);

#endif
