/* Reads the parts "feeds" and "fetch" of the configuration. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "act/policy/list.h"
#include "api/list_intake.h"
#include "apps/config_impl.h"
#include "apps/when.h"
#include "base/text.h"
#include "share/feed/url.h"

static const cyaml_schema_field_t feed_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct config_file_feed, name, 1, 255),
    CYAML_FIELD_STRING_PTR("url", CONFIG_OPTIONAL, struct config_file_feed, url, 1, 4095),
    CYAML_FIELD_STRING_PTR("every", CONFIG_OPTIONAL, struct config_file_feed, every, 1, 31),
    CYAML_FIELD_STRING_PTR("format", CONFIG_OPTIONAL, struct config_file_feed, format, 1, 255),
    CYAML_FIELD_UINT_PTR("order", CONFIG_OPTIONAL, struct config_file_feed, order),
    CYAML_FIELD_BOOL_PTR("never_block", CONFIG_OPTIONAL, struct config_file_feed, never_block),
    CYAML_FIELD_END,
};
const cyaml_schema_value_t config_feed_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_file_feed, feed_fields)};

const cyaml_schema_field_t config_fetch_fields[] = {
    CYAML_FIELD_STRING_PTR("proxy", CONFIG_OPTIONAL, struct config_file_fetch, proxy, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("ca_file", CONFIG_OPTIONAL, struct config_file_fetch, ca_file, 1, FEED_PATH_MAX - 1),
    CYAML_FIELD_UINT("size_max_mib", CYAML_FLAG_OPTIONAL, struct config_file_fetch, size_max_mib),
    CYAML_FIELD_END,
};

static void take_every(struct config_load *l, const char *every, struct feed *to)
{
    int64_t every_us = (int64_t)3600 * 1000000;
    if (every && when_parse_duration(every, &every_us) < 0)
        config_refuse(l, "every", every, _("not a length of time, such as 30m, 1h or 1d"));
    else if (every_us < (int64_t)FEED_EVERY_MIN_S * 1000000 || every_us > (int64_t)FEED_EVERY_MAX_S * 1000000)
        config_refuse(l, "every", every, _("must be one minute to 30 days"));
    else
        to->every_s = (uint32_t)(every_us / 1000000);
}

static void take_url(struct config_load *l, const struct config_file_feed *f, struct feed *to)
{
    to->kind = FEED_URL;
    if (!f->url)
        config_refuse(l, "name", f->name, _("a feed needs a url"));
    else if (feed_url_check(f->url) < 0)
        config_refuse(l, "url", f->url, _("not a URL of https, http or file"));
    config_take_text(l, "url", f->url, to->url, sizeof to->url);
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
    config_take_text(l, "name", f->name, to->name, sizeof to->name);
    if (f->format && list_reading_parse(f->format, &reading) < 0)
        config_refuse(l, "format", f->format, _("no such format of lists"));
    list_reading_format(&reading, to->format);
    if (f->order && *f->order > UINT16_MAX)
        config_refuse_number(l, "order", *f->order, _("must be 0 to 65535"));
    else if (f->order)
        to->order = (int)*f->order;
    take_url(l, f, to);
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
    unsigned size_mib = 0;
    config_take_text(l, "proxy", f->proxy, to->proxy, sizeof to->proxy);
    config_take_text(l, "ca_file", f->ca_file, to->ca_file, sizeof to->ca_file);
    if (f->ca_file && f->ca_file[0] != '/')
        config_refuse(l, "ca_file", f->ca_file, _("must be an absolute path"));
    else if (f->ca_file && access(f->ca_file, R_OK) < 0)
        config_refuse(l, "ca_file", f->ca_file, strerror(errno));
    config_take_number(l, "size_max_mib", f->size_max_mib, 1, 1900, &size_mib);
    if (size_mib)
        to->octets_max = (uint64_t)size_mib << 20;
}
