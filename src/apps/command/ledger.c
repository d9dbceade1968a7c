/* hinomi ledger: how large it is and who signs it; verify it, prove an entry, export it for others to check. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/command/client_options.h"
#include "apps/command/columns.h"
#include "apps/command/command.h"
#include "apps/command/replay_list.h"
#include "apps/config/config.h"
#include "apps/command/idn.h"
#include "apps/command/ledger_export.h"
#include "apps/ledger/ledger_replay.h"
#include "apps/process/roles.h"
#include "apps/command/row_reader.h"
#include "apps/command/when.h"
#include "base/clock.h"
#include "base/text.h"
#include "proto/tlog/proof_file.h"

static void print_summary(const json_t *reply)
{
    const json_t *c = json_object_get(reply, "checkpoint");
    char when[WHEN_TEXT_MAX];
    columns_line(_("entries"), "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(reply, "size")));
    columns_line(_("root"), "%s", row_text(reply, "root"));
    columns_line(_("signed"), "%s", when_format(json_integer_value(json_object_get(c, "made_us")), when));
    columns_line(_("public key"), "%s", row_text(reply, "key"));
}

static void print_key(const json_t *reply)
{
    puts(row_text(reply, "key"));
}

/* ---- the file itself: also without a node ---- */

/* -1 after a message. The caller closes it. */
static int open_file(const struct control_client_options *o, struct ledger **ret_ledger)
{
    char data[CONFIG_PATH_MAX], path[CONFIG_PATH_MAX + 32];
    if (o->data)
        snprintf(data, sizeof data, "%s", o->data);
    else
        config_default_data(data);
    snprintf(path, sizeof path, "%s/%s", data, NODE_LEDGER);
    if (access(path, F_OK) < 0) {
        control_client_error(o, _("ledger %s: %s"), path, strerror(errno));
        return -1;
    }
    int e = ledger_open_to_read(path, ret_ledger);
    if (e == -EPROTO)
        control_client_error(o, _("ledger %s: it is of another version; \"hinomi up\" with this version brings an older one up to date"),
                             path);
    else if (e < 0)
        control_client_error(o, _("ledger %s: %s"), path, _(ledger_error_of(e)));
    return e < 0 ? -1 : 0;
}

/* Has the running node sign what is new? Says why when it cannot. */
static bool have_signed(const struct control_client_options *o)
{
    int fd = control_client_connect(o);
    json_t *reply = fd < 0 ? NULL : control_client_ask(fd, o, "ledger", json_object(), NULL, NULL, CONTROL_WAIT_MS);
    if (fd >= 0)
        close(fd);
    json_decref(reply);
    return reply != NULL;
}

/* The ledger and a checkpoint that covers `number` entries (0: all there are). -1 after a message. */
static int open_signed(const struct control_client_options *o, uint64_t number, struct ledger **ret_ledger,
                       struct ledger_checkpoint *ret_checkpoint)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        uint8_t root[LEDGER_HASH_LEN];
        uint64_t size;
        if (open_file(o, ret_ledger) < 0)
            return -1;
        ledger_root(*ret_ledger, &size, root);
        if (number > size) {
            control_client_error(o, _("the ledger has %" PRIu64 " entries"), size);
            break;
        }
        int e = ledger_checkpoint_last(*ret_ledger, ret_checkpoint);
        if (e == 0 && ret_checkpoint->size >= (number ? number : size))
            return 0;
        if (e < 0 && e != -ENOENT) {
            control_client_error(o, "%s", _(ledger_error(*ret_ledger)));
            break;
        }
        if (attempt > 0 || !have_signed(o))
            break;
        ledger_close(*ret_ledger);
        *ret_ledger = NULL;
    }
    ledger_close(*ret_ledger);
    *ret_ledger = NULL;
    return -1;
}

static int take_number(const char *command, const char *text, uint32_t *ret_number)
{
    struct verdict_ref ref;
    if (!text || verdict_ref_parse(text, &ref) < 0)
        return command_usage(command, _("give the number of an entry"));
    *ret_number = ref.id;
    return EXIT_FINE;
}

static int print_entry(void *self, uint32_t number, const uint8_t *octets, size_t len)
{
    (void)self, (void)number;
    fwrite(octets, len, 1, stdout);
    putchar('\n');
    return 0;
}

static int show(const struct control_client_options *o, const char *command, const char *text)
{
    struct ledger *l;
    uint32_t number = 0;
    int code = take_number(command, text, &number);
    if (code != EXIT_FINE || open_file(o, &l) < 0)
        return code != EXIT_FINE ? code : EXIT_FAILED;
    if (ledger_entries(l, number - 1, 1, print_entry, NULL) < 0) {
        control_client_error(o, "%s", _(ledger_error(l)));
        code = EXIT_FAILED;
    }
    ledger_close(l);
    return code;
}

static int on_progress(void *self, uint64_t done, uint64_t of)
{
    struct progress *p = self;
    p->total = of;
    progress_show(p, done);
    return 0;
}

static int verify(const struct control_client_options *o)
{
    struct ledger *l;
    struct progress progress;
    uint32_t bad = 0;
    uint64_t size;
    uint8_t root[LEDGER_HASH_LEN];
    if (open_file(o, &l) < 0)
        return EXIT_FAILED;
    progress_init(&progress, _("verifying"), 1, !o->json);
    int e = ledger_verify(l, on_progress, &progress, &bad);
    progress_done(&progress);
    ledger_root(l, &size, root);
    if (e == -EBADMSG)
        control_client_error(o, _("entry %u is not what it was, or it is missing: compare with an export or a copy"), bad);
    else if (e < 0)
        control_client_error(o, "%s", _(ledger_error(l)));
    else if (o->json)
        printf("{\"ok\": true, \"size\": %" PRIu64 "}\n", size);
    else
        printf(_("%" PRIu64 " entries, all as they were written\n"), size);
    ledger_close(l);
    return e < 0 ? EXIT_FAILED : EXIT_FINE;
}

static bool print_proof(uint32_t number, const uint8_t *proof, size_t len)
{
    json_t *row = json_pack("{s:I, s:s%}", "number", (json_int_t)number, "proof", (const char *)proof, len);
    bool is_made = row != NULL;
    if (row)
        control_client_print_json(row);
    json_decref(row);
    return is_made;
}

static int prove(const struct control_client_options *o, const char *command, const char *text)
{
    struct ledger *l;
    struct ledger_checkpoint checkpoint;
    uint32_t number = 0;
    int code = take_number(command, text, &number);
    if (code != EXIT_FINE || open_signed(o, number, &l, &checkpoint) < 0)
        return code != EXIT_FINE ? code : EXIT_FAILED;
    uint8_t *proof = malloc(PROOF_FILE_MAX);
    struct writer w = writer_of(proof, PROOF_FILE_MAX);
    bool is_proved = proof && ledger_prove(l, number, &checkpoint, &w) == 0;
    if (is_proved && o->json)
        is_proved = print_proof(number, proof, w.len);
    else if (is_proved)
        is_proved = fwrite(proof, w.len, 1, stdout) == 1;
    if (!is_proved) {
        control_client_error(o, "%s", proof ? _(ledger_error(l)) : strerror(ENOMEM));
        code = EXIT_FAILED;
    }
    free(proof);
    ledger_close(l);
    return code;
}

static int export(const struct control_client_options *o, const char *command, const char *folder)
{
    struct ledger *l;
    struct ledger_checkpoint checkpoint;
    struct progress progress;
    char what[PATH_MAX];
    if (!folder)
        return command_usage(command, _("give the folder to write to"));
    if (open_signed(o, 0, &l, &checkpoint) < 0)
        return EXIT_FAILED;
    progress_init(&progress, _("exporting"), checkpoint.size, !o->json);
    int e = ledger_export(l, &checkpoint, folder, &progress, what);
    progress_done(&progress);
    if (e < 0)
        control_client_error(o, "%s: %s", what, strerror(-e));
    else if (o->json)
        printf("{\"ok\": true, \"size\": %" PRIu64 "}\n", checkpoint.size);
    else
        printf(_("%" PRIu64 " entries in %s; check them with: hinomi-ledger-check KEY %s\n"), checkpoint.size, folder, folder);
    ledger_close(l);
    return e < 0 ? EXIT_FAILED : EXIT_FINE;
}

/* ---- replay ---- */

struct flips {
    bool json;
    uint64_t by[INDICATOR_DECISION_COUNT][INDICATOR_DECISION_COUNT], all;
};

enum { FLIPS_SHOWN = 20 };

static int print_flip(void *self, uint32_t id, const struct indicator *before, const struct indicator *after)
{
    struct flips *f = self;
    char subject[IDN_TEXT_MAX];
    f->by[before->decision][after->decision]++;
    f->all++;
    if (f->json) {
        json_t *row = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "id", (json_int_t)id, "kind",
                                subject_kind_word(before->subject.kind), "subject", before->subject.value, "state",
                                indicator_state_word(before->state), "state_then", indicator_state_word(after->state), "advice",
                                indicator_decision_word(before->decision), "probability", (int)before->probability, "probability_then",
                                (int)after->probability);
        json_object_set_new(row, "advice_then", json_string(indicator_decision_word(after->decision)));
        control_client_print_json(row);
        json_decref(row);
    } else if (f->all <= FLIPS_SHOWN) {
        printf("  %s -> %s  %5.1f %% -> %5.1f %%  %s %s\n", indicator_decision_word(before->decision), indicator_decision_word(after->decision),
               before->probability / 10.0, after->probability / 10.0, subject_kind_word(before->subject.kind),
               idn_show(before->subject.value, subject));
    }
    return 0;
}

static void print_flips(const struct flips *f, uint64_t count)
{
    if (f->all > FLIPS_SHOWN)
        printf(_("  ... and %" PRIu64 " more; --json shows all\n"), f->all - FLIPS_SHOWN);
    printf(_("%" PRIu64 " of %" PRIu64 " indicators would change; nothing was changed\n"), f->all, count);
    for (unsigned from = 0; from < INDICATOR_DECISION_COUNT; from++)
        for (unsigned to = 0; to < INDICATOR_DECISION_COUNT; to++)
            if (f->by[from][to] > 0 && from != to)
                printf("%10" PRIu64 "  %s -> %s\n", f->by[from][to], indicator_decision_word((enum indicator_decision)from),
                       indicator_decision_word((enum indicator_decision)to));
}

/* "NAME=PERCENT"; the text is cut at the sign. */
static int take_change(const char *command, char *text, struct replay_change *c)
{
    char *equal = strrchr(text, '='), *end = NULL;
    unsigned long percent = equal ? strtoul(equal + 1, &end, 10) : 0;
    if (!equal || !equal[1] || *end || percent < 1 || percent > 100)
        return command_usage(command, _("not NAME=PERCENT, such as eset=95: %s"), text);
    *equal = '\0';
    c->percent = (unsigned)percent;
    c->source = text;
    c->claim = CLAIM_COUNT;
    if (c->kind == REPLAY_THRESHOLD && strcmp(text, "any") != 0 && claim_parse(text, &c->claim) < 0)
        return command_usage(command, _("no such claim; \"hinomi help judge\" has them"));
    return EXIT_FINE;
}

struct replay_words {
    const char *without, *trust, *threshold, *config;
    struct replay_list_words list;
};

enum { CHANGES_MAX = 3, CHANGE_TEXT_MAX = VERDICT_NAME_MAX + 64 };

struct changes {
    struct replay_change of[CHANGES_MAX];
    char texts[CHANGES_MAX][CHANGE_TEXT_MAX];
    unsigned count;
};

static int take_changes(const char *command, const struct replay_words *words, struct changes *c)
{
    const char *const texts[] = {words->trust, words->threshold};
    int code = EXIT_FINE;
    if (words->without)
        c->of[c->count++] = (struct replay_change){.kind = REPLAY_WITHOUT, .source = words->without};
    for (unsigned i = 0; code == EXIT_FINE && i < array_len(texts); i++) {
        if (!texts[i])
            continue;
        snprintf(c->texts[i], CHANGE_TEXT_MAX, "%s", texts[i]);
        c->of[c->count] = (struct replay_change){.kind = i == 0 ? REPLAY_TRUST : REPLAY_THRESHOLD};
        code = take_change(command, c->texts[i], &c->of[c->count++]);
    }
    if (code != EXIT_FINE)
        return code;
    if (words->list.list ? c->count > 0 : c->count == 0)
        return command_usage(command, _("say what is to be another: --without SOURCE, --trust SOURCE=PERCENT, --threshold CLAIM=PERCENT, "
                                        "or alone --list NAME=FILE"));
    if (!words->list.list && (words->list.format || words->list.group || words->list.limit))
        return command_usage(command, _("--format, --group and --limit belong to --list"));
    return EXIT_FINE;
}

static int stop_at_one(const struct verdict *v, void *self)
{
    (void)v;
    *(bool *)self = true;
    return 1;
}

/* A slip of the pen in a name would be told as "0 would change". */
static int find_sources(const struct control_client_options *o, struct ledger *l, const struct changes *c)
{
    for (unsigned i = 0; i < c->count; i++) {
        bool is_there = c->of[i].kind == REPLAY_THRESHOLD;
        int e = is_there ? 0 : ledger_standing_of(l, c->of[i].source, 0, UINT32_MAX, stop_at_one, &is_there);
        if (e < 0)
            control_client_error(o, "%s", _(ledger_error_of(e)));
        else if (!is_there)
            control_client_error(o, _("nothing stands that was said by %s; \"hinomi sources\" shows who said something"), c->of[i].source);
        if (e < 0 || !is_there)
            return -ENOENT;
    }
    return 0;
}

/* Every indicator under other rules. */
static int replay_rules(const struct control_client_options *o, struct ledger *l, const struct config *config, const struct changes *c)
{
    struct progress progress;
    struct flips flips = {.json = o->json};
    uint64_t reckoned = 0;
    if (find_sources(o, l, c) < 0)
        return EXIT_FAILED;
    progress_init(&progress, _("replaying"), 0, !o->json);
    int e = ledger_replay(l, &config->judge, c->of, c->count, clock_wall_us(), &progress, print_flip, &flips, &reckoned);
    progress_done(&progress);
    if (e < 0)
        control_client_error(o, "%s", _(ledger_error_of(e)));
    else if (!o->json)
        print_flips(&flips, reckoned);
    return e < 0 ? EXIT_FAILED : EXIT_FINE;
}

static int replay(const struct control_client_options *o, const char *command, const struct replay_words *words)
{
    struct changes changes = {.count = 0};
    char error[CONFIG_ERROR_MAX];
    int code = take_changes(command, words, &changes);
    if (code != EXIT_FINE)
        return code;
    struct config *c = calloc(1, sizeof *c);
    struct ledger *l = NULL;
    if (!c)
        return command_failed("%s", strerror(ENOMEM));
    config_defaults(c);
    const char *file = words->config || access(CONFIG_SYSTEM_FILE, R_OK) < 0 ? words->config : CONFIG_SYSTEM_FILE;
    if (file && config_load(file, c, error) < 0) {
        free(c);
        return command_failed("%s", error);
    }
    code = open_file(o, &l) < 0 ? EXIT_FAILED : EXIT_FINE;
    if (code == EXIT_FINE)
        code = words->list.list ? command_replay_list(o, command, &words->list, l, c) : replay_rules(o, l, c, &changes);
    ledger_close(l);
    free(c);
    return code;
}

int command_ledger(int argc, char **argv)
{
    struct control_client_options o;
    struct replay_words words = {0};
    const struct client_option own[] = {{"without", 0, &words.without, NULL},     {"trust", 0, &words.trust, NULL},
                                        {"threshold", 0, &words.threshold, NULL}, {"list", 0, &words.list.list, NULL},
                                        {"format", 0, &words.list.format, NULL},  {"group", 'g', &words.list.group, NULL},
                                        {"limit", 'k', &words.list.limit, NULL},  {"config", 'c', &words.config, NULL},
                                        {0}};
    int first;
    int code = client_options_parse(argc, argv, own, &o, &first);
    if (code != EXIT_FINE)
        return code;
    const char *what = first < argc ? argv[first] : "", *subject = first + 1 < argc ? argv[first + 1] : NULL;
    if (argc - first > 2)
        return command_usage(argv[0], _("too many words"));
    if (!*what)
        return control_client_run(&o, "ledger", json_object(), CONTROL_WAIT_MS, print_summary);
    if (strcmp(what, "key") == 0 && !subject)
        return control_client_run(&o, "ledger", json_object(), CONTROL_WAIT_MS, print_key);
    if (strcmp(what, "show") == 0)
        return show(&o, argv[0], subject);
    if (strcmp(what, "verify") == 0 && !subject)
        return verify(&o);
    if (strcmp(what, "replay") == 0 && !subject)
        return replay(&o, argv[0], &words);
    if (strcmp(what, "prove") == 0)
        return prove(&o, argv[0], subject);
    if (strcmp(what, "export") == 0)
        return export(&o, argv[0], subject);
    return command_usage(argv[0], _("not something to do with the ledger: %s"), what);
}
