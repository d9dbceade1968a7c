/* hinomi judge and verdicts: say what a subject is, with evidence; list all that was said of it. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/document_client.h"
#include "apps/command/idn.h"
#include "apps/command/row_reader.h"
#include "apps/command/show_belief.h"
#include "apps/command/when.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/verdict.h"

static void print_judged(const json_t *reply)
{
    const json_t *v = json_object_get(reply, "verdict");
    char subject[IDN_TEXT_MAX];
    printf(_("verdict %" PRId64 ": %s %s (%.1f %%)\n"), row_number(v, "number"), idn_show(row_text(v, "subject"), subject),
           show_claim(v), (double)row_number(v, "probability") / 10);
    if (row_number(v, "supersedes") > 0)
        columns_line(_("replaces"), "%" PRId64, row_number(v, "supersedes"));
}

static void print_state(const json_t *v, int64_t now_us)
{
    char when[WHEN_TEXT_MAX];
    int64_t from_us = row_number(v, "from_us"), until_us = row_number(v, "until_us"), by = row_number(v, "superseded_by");
    if (by > 0)
        columns_line(_("state"), _("replaced by verdict %" PRId64), by);
    else if (until_us != 0 && until_us <= from_us)
        columns_line(_("state"), "%s", _("a withdrawal"));
    else if (until_us != 0 && until_us <= now_us)
        columns_line(_("state"), _("ended %s"), when_format(until_us, when));
    else if (from_us > now_us)
        columns_line(_("state"), _("holds from %s"), when_format(from_us, when));
    else if (until_us != 0)
        columns_line(_("state"), _("holds until %s"), when_format(until_us, when));
    else
        columns_line(_("state"), "%s", _("holds"));
}

static void print_verdict(const json_t *v, int64_t now_us)
{
    char made[WHEN_TEXT_MAX];
    const json_t *one;
    size_t i;
    printf(_("\nverdict %" PRId64 ": %s (%.1f %%)\n"), row_number(v, "number"), show_claim(v),
           (double)row_number(v, "probability") / 10);
    columns_line(_("who"), "%s", row_text(v, "source"));
    columns_line(_("since"), "%s", when_format(row_number(v, "made_us"), made));
    print_state(v, now_us);
    if (*row_text(v, "severity"))
        columns_line(_("severity"), "%s", row_text(v, "severity"));
    if (*row_text(v, "group"))
        columns_line(_("group"), "%s", row_text(v, "group"));
    columns_line(_("sharing"), "TLP:%s PAP:%s", row_text(v, "tlp"), row_text(v, "pap"));
    columns_line(_("reason"), "%s", row_text(v, "reason"));
    json_array_foreach(json_object_get(v, "evidence"), i, one)
    {
        columns_line(_("evidence"), "%s %s%s%s", row_text(one, "kind"), row_text(one, "reference"),
                     *row_text(one, "sha256") ? " SHA-256 " : "", row_text(one, "sha256"));
    }
}

/* Where it was met in the members' traffic, the newest hours first. */
static void print_sightings(const json_t *sightings)
{
    char hour[WHEN_TEXT_MAX];
    const json_t *one;
    size_t i;
    json_array_foreach(sightings, i, one)
    {
        columns_line(i == 0 ? _("met") : "", _("%s %s: %" PRId64 " times"), when_format(row_number(one, "hour_us"), hour),
                     *row_text(one, "member") ? row_text(one, "member") : _("own clients"), row_number(one, "count"));
    }
}

static void print_verdicts(const json_t *reply)
{
    char subject[IDN_TEXT_MAX];
    const json_t *all = json_object_get(reply, "verdicts"), *v;
    size_t i;
    int64_t now_us = clock_wall_us();
    printf("%s: %s\n", row_text(reply, "kind"), idn_show(row_text(reply, "subject"), subject));
    show_belief(json_object_get(reply, "belief"));
    show_belief_without(json_object_get(reply, "without"));
    json_array_foreach(json_object_get(reply, "warning_lists"), i, v)
    {
        columns_line(_("warning list"), "%s", json_string_value(v));
    }
    print_sightings(json_object_get(reply, "sightings"));
    if (json_array_size(all) == 0)
        printf("%s\n", _("nothing was ever said of it"));
    json_array_foreach(all, i, v)
    {
        print_verdict(v, now_us);
    }
    if (json_is_true(json_object_get(reply, "more")))
        printf("\n%s\n", _("older verdicts are neither shown nor weighed; they are in the ledger: hinomi ledger export"));
}

/* ---- asking ---- */

/* The hash of a file's octets; false when it cannot be read. */
static bool hash_file(const char *path, char *ret_hex)
{
    crypto_hash_sha256_state state;
    uint8_t hash[crypto_hash_sha256_BYTES];
    unsigned char block[65536];
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    crypto_hash_sha256_init(&state);
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        crypto_hash_sha256_update(&state, block, n);
    bool ok = !ferror(f);
    fclose(f);
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(ret_hex, 2 * sizeof hash + 1, hash, sizeof hash);
    return ok;
}

/* A file that is there is named with its hash; anything else is a document: a URL, a title. */
static json_t *evidence_of(const char *text)
{
    struct stat st;
    char hex[2 * crypto_hash_sha256_BYTES + 1];
    const char *name = strrchr(text, '/');
    if (stat(text, &st) < 0 || !S_ISREG(st.st_mode))
        return json_pack("{s:s, s:s}", "kind", "document", "reference", text);
    if (!hash_file(text, hex))
        return NULL;
    return json_pack("{s:s, s:s, s:s}", "kind", "file", "reference", name ? name + 1 : text, "sha256", hex);
}

/* "85", "85%", "99.5" to per mille; -EINVAL. */
static int take_percent(const char *text, int *ret_per_mille)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || (*end && strcmp(end, "%") != 0) || !(value >= 0.1 && value <= 100))
        return -EINVAL;
    *ret_per_mille = (int)(value * 10 + 0.5);
    return 0;
}

/* The evidence behind the claim; NULL after an error message. */
static json_t *take_evidence(int count, char **words)
{
    json_t *evidence = json_array();
    for (int i = 0; i < count; i++) {
        json_t *one = evidence_of(words[i]);
        if (!one) {
            (void)command_failed("%s: %s", words[i], strerror(errno));
            json_decref(evidence);
            return NULL;
        }
        json_array_append_new(evidence, one);
    }
    return evidence;
}

int command_judge(int argc, char **argv)
{
    struct control_client_options o;
    const char *from = NULL, *source = NULL, *format = NULL, *map = NULL;
    const char *reason = NULL, *until = NULL, *kind = NULL, *probability = NULL, *severity = NULL, *tlp = NULL, *pap = NULL;
    bool hosts = false, unmarked = false, fresh = false, whole = false, force = false;
    const struct client_option own[] = {
        {"reason", 'r', &reason, NULL}, {"until", 'u', &until, NULL},       {"kind", 'k', &kind, NULL},
        {"probability", 'p', &probability, NULL}, {"severity", 's', &severity, NULL}, {"tlp", 't', &tlp, NULL},
        {"pap", 0, &pap, NULL},         {"from", 'f', &from, NULL},     {"source", 0, &source, NULL},
        {"format", 0, &format, NULL},   {"map", 0, &map, NULL},         {"hosts-of-urls", 0, NULL, &hosts},
        {"unmarked", 0, NULL, &unmarked}, {"fresh", 0, NULL, &fresh},   {"whole", 0, NULL, &whole},
        {"force", 0, NULL, &force},     {0}};
    int first, per_mille = VERDICT_CERTAIN;
    char ascii[IDN_TEXT_MAX];
    int64_t until_us = 0;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    int claim_at = from ? first : first + 1; /* with --from the subjects stand in a file, and perhaps the claims */
    if (claim_at >= argc && !from)
        return command_usage(argv[0], _("give a subject and a claim, then evidence: files, URLs, titles"));
    if (!from && (format || map || hosts || unmarked || fresh || whole || force))
        return command_usage(argv[0], _("--format, --map, --hosts-of-urls, --unmarked, --fresh, --whole and --force go with --from"));
    if (!reason && !from)
        return command_usage(argv[0], _("a reason is needed: --reason TEXT; it is kept and shown to whoever asks why"));
    if (whole && !source)
        return command_usage(argv[0], _("--whole needs the name of the source: --source NAME"));
    if (probability && take_percent(probability, &per_mille) < 0)
        return command_usage(argv[0], _("not a probability in per cent: %s"), probability);
    if (until && when_parse(until, clock_wall_us(), &until_us) < 0)
        return command_usage(argv[0], _("not a time: %s (such as 2h, 7d, 2026-12-31, 2026-12-31T18:00)"), until);
    json_t *evidence = take_evidence(argc - claim_at - 1, argv + claim_at + 1);
    if (!evidence)
        return EXIT_FAILED;
    json_t *wish = json_pack("{s:s*, s:s*, s:s*, s:s*, s:s*, s:i, s:s*, s:s*, s:s*, s:I, s:o}", "subject",
                             from   ? NULL
                             : kind ? argv[first]
                                    : idn_subject(argv[first], ascii),
                             "kind", kind, "source", source, "claim", claim_at < argc ? argv[claim_at] : NULL, "reason", reason,
                             "probability", per_mille, "severity", severity, "tlp", tlp, "pap", pap, "until_us", (json_int_t)until_us,
                             "evidence", evidence);
    if (!from)
        return control_client_run(&o, "judge", wish, CONTROL_WAIT_MS, print_judged);
    if (wish)
        json_object_update_new(wish, json_pack("{s:b, s:s*, s:s*, s:b, s:b, s:b, s:b, s:b}", "many", 1, "format", format, "map", map,
                                               "hosts_of_urls", hosts, "unmarked", unmarked, "fresh", fresh, "whole", whole, "force", force));
    return document_client_judge(&o, from, wish);
}

int command_verdicts(int argc, char **argv)
{
    struct control_client_options o;
    const char *kind = NULL;
    const struct client_option own[] = {{"kind", 'k', &kind, NULL}, {0}};
    char ascii[IDN_TEXT_MAX];
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    if (first != argc - 1)
        return command_usage(argv[0], _("one subject is needed"));
    json_t *wish = json_pack("{s:s, s:s*}", "subject", kind ? argv[first] : idn_subject(argv[first], ascii), "kind", kind);
    return control_client_run(&o, "verdicts", wish, CONTROL_WAIT_MS, print_verdicts);
}
