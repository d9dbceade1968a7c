/* Reads what makes a feed one of judgements, and what belongs to one by TAXII. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "apps/config/config_impl.h"
#include "base/text.h"
#include "share/feed/url.h"
#include "share/statement/statement.h"

enum { PIN_OCTETS = 32 /* SHA-256 */, PER_MILLE = 10 };

const cyaml_schema_field_t config_feed_judge_fields[] = {
    CYAML_FIELD_STRING_PTR("claim", CONFIG_OPTIONAL, struct config_file_feed_judge, claim, 1, 63),
    CYAML_FIELD_STRING_PTR("format", CONFIG_OPTIONAL, struct config_file_feed_judge, format, 1, 15),
    CYAML_FIELD_STRING_PTR("map", CONFIG_OPTIONAL, struct config_file_feed_judge, map, 1, FEED_MAP_MAX - 1),
    CYAML_FIELD_STRING_PTR("tlp", CONFIG_OPTIONAL, struct config_file_feed_judge, tlp, 1, 31),
    CYAML_FIELD_UINT_PTR("probability", CONFIG_OPTIONAL, struct config_file_feed_judge, probability),
    CYAML_FIELD_BOOL_PTR("whole", CONFIG_OPTIONAL, struct config_file_feed_judge, whole),
    CYAML_FIELD_BOOL_PTR("hosts_of_urls", CONFIG_OPTIONAL, struct config_file_feed_judge, hosts_of_urls),
    CYAML_FIELD_BOOL_PTR("unmarked", CONFIG_OPTIONAL, struct config_file_feed_judge, unmarked),
    CYAML_FIELD_END,
};

static void take_words(struct config_load *l, const struct config_file_feed_judge *j, struct feed_judge *to)
{
    enum statement_format format = STATEMENT_AUTO;
    if (j->claim && (claim_parse(j->claim, &to->claim) < 0 || claim_traits(to->claim)->group != CLAIM_ASSERTION))
        config_refuse(l, "claim", j->claim, _("no such claim; \"hinomi help judge\" has them"));
    to->has_claim = j->claim != NULL;
    if (j->tlp && verdict_tlp_parse(j->tlp, &to->tlp) < 0)
        config_refuse(l, "tlp", j->tlp, _("must be clear, green, amber, amber+strict or red"));
    if (j->format && statement_format_parse(j->format, &format) < 0)
        config_refuse(l, "format", j->format, _("the format is auto, stix, misp, csv or plain"));
    snprintf(to->format, sizeof to->format, "%s", statement_format_word(format));
    const char *why = j->map ? statement_map_check(j->map) : NULL;
    if (why)
        config_refuse(l, "map", j->map, _(why));
    snprintf(to->map, sizeof to->map, "%s", j->map ? j->map : "");
    if (j->probability && (*j->probability < 1 || *j->probability > 100))
        config_refuse_number(l, "probability", *j->probability, _("must be 1 to 100"));
    else if (j->probability)
        to->probability = (uint16_t)(*j->probability * PER_MILLE);
}

void config_take_feed_judge(struct config_load *l, const struct config_file_feed *f, struct feed *to)
{
    const struct config_file_feed_judge *j = f->judge;
    struct feed_judge *judge = &to->judge;
    if (!j && to->kind != FEED_TAXII && to->kind != FEED_MISP)
        return;
    judge->is_on = true;
    judge->tlp = VERDICT_TLP_AMBER;
    judge->probability = VERDICT_CERTAIN;
    snprintf(judge->format, sizeof judge->format, "%s", statement_format_word(STATEMENT_AUTO));
    if (j) {
        take_words(l, j, judge);
        judge->is_whole = j->whole && *j->whole;
        judge->hosts_of_urls = j->hosts_of_urls && *j->hosts_of_urls;
        judge->unmarked = j->unmarked && *j->unmarked;
    }
    if (to->kind == FEED_TAXII || to->kind == FEED_MISP) {
        if (j && (j->format || j->map || judge->is_whole))
            config_refuse(l, j->format ? "format" : j->map ? "map" : "whole", f->name, _("belongs to a feed of judgements with a url"));
        snprintf(judge->format, sizeof judge->format, "%s", statement_format_word(to->kind == FEED_TAXII ? STATEMENT_STIX : STATEMENT_MISP));
    }
    if (to->kind == FEED_ZONE || f->format || f->order || f->never_block)
        config_refuse(l, "judge", f->name, _("a feed is a list, with format, order, never_block, or judgements; not both"));
}

/* ---- TAXII ---- */

const char *config_feed_taxii_key(const struct config_file_feed *f)
{
    const struct {
        const char *key;
        const void *value;
    } keys[] = {{"collection", f->collection}, {"token_file", f->token_file}, {"user", f->user}, {"password_file", f->password_file},
                {"pin_sha256", f->pin_sha256}, {"ca_file", f->ca_file}, {"certificate", f->certificate}, {"private_key", f->private_key},
                {"report", f->report}};
    for (size_t i = 0; i < array_len(keys); i++)
        if (keys[i].value)
            return keys[i].key;
    return NULL;
}

static void take_file(struct config_load *l, const char *key, const char *path, char *to, size_t max)
{
    if (!path)
        return;
    if (path[0] != '/' || strlen(path) >= max)
        config_refuse(l, key, path, _("must be an absolute path"));
    else if (access(path, R_OK) < 0)
        config_refuse(l, key, path, strerror(errno));
    else
        snprintf(to, max, "%s", path);
}

static void take_pin(struct config_load *l, const char *pin, struct feed *to)
{
    uint8_t octets[PIN_OCTETS];
    size_t len = 0;
    if (!pin)
        return;
    if (sodium_base642bin(octets, sizeof octets, pin, strlen(pin), NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 || len != PIN_OCTETS)
        config_refuse(l, "pin_sha256", pin, _("must be 44 characters of base64, as the other node logs them when it starts"));
    else
        snprintf(to->pin, sizeof to->pin, "%s", pin);
}

void config_take_feed_taxii(struct config_load *l, const struct config_file_feed *f, struct feed *to)
{
    to->kind = FEED_TAXII;
    if (feed_url_check(f->taxii) < 0 || strncasecmp(f->taxii, "https://", strlen("https://")) != 0 || strpbrk(f->taxii, "@?#"))
        config_refuse(l, "taxii", f->taxii, _("not a URL of https without user, query and fragment"));
    else
        snprintf(to->url, sizeof to->url, "%s", f->taxii);
    if (!f->collection && !strstr(f->taxii, "/collections/"))
        config_refuse(l, "taxii", f->taxii, _("the URL of a collection is needed, or that of a server and the key \"collection\""));
    snprintf(to->collection, sizeof to->collection, "%s", f->collection ? f->collection : "");
    if (f->token_file && (f->user || f->password_file))
        config_refuse(l, "token_file", f->token_file, _("a token, or user and password; not both"));
    if (!f->user != !f->password_file)
        config_refuse(l, f->user ? "user" : "password_file", f->name, _("user and password_file belong together"));
    if (f->user && strchr(f->user, ':'))
        config_refuse(l, "user", f->user, _("must not contain a colon"));
    to->access = f->token_file ? FEED_TOKEN : f->user ? FEED_PASSWORD : FEED_OPEN;
    snprintf(to->user, sizeof to->user, "%s", f->user ? f->user : "");
    take_file(l, "token_file", f->token_file, to->secret_file, sizeof to->secret_file);
    take_file(l, "password_file", f->password_file, to->secret_file, sizeof to->secret_file);
    take_file(l, "ca_file", f->ca_file, to->ca_file, sizeof to->ca_file);
    if (!f->certificate != !f->private_key)
        config_refuse(l, f->certificate ? "certificate" : "private_key", f->name, _("certificate and private_key belong together"));
    take_file(l, "certificate", f->certificate, to->certificate, sizeof to->certificate);
    take_file(l, "private_key", f->private_key, to->private_key, sizeof to->private_key);
    take_pin(l, f->pin_sha256, to);
    to->is_reported = f->report && *f->report;
}
