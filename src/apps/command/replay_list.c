/* hinomi ledger replay --list: which names a new edition of a list would have blocked or let through, and how many recorded answers. */
#include "apps/command/replay_list.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/command/command.h"
#include "apps/command/idn.h"
#include "apps/policy/list_replay.h"
#include "apps/command/row_reader.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/seen_query.h"

enum {
    SHOWN = 20,            /* of each kind, to a person */
    SHOWN_MAX = 100000,    /* of each kind that are kept for the end: some 25 MB */
    LOG_NAMES_MAX = 10000, /* flips that are looked for in what was recorded */
    LOG_BATCH = 400,       /* names of one question: a request has 64 KiB */
    LOG_BATCH_OCTETS = 48 << 10,
    LOG_DAYS = 7,
};

enum turn { NOW_BLOCKED, NOW_RELEASED, TURNS };

struct kept {
    char *texts[SHOWN_MAX];
    unsigned count;
};

struct wanted {
    char *name;
    bool below;
};

struct flips {
    bool json;
    unsigned limit; /* of each kind; with json 0: all */
    uint64_t by[TURNS];
    struct kept kept[TURNS];
    struct wanted wanted[LOG_NAMES_MAX];
    unsigned wanted_count;
    uint64_t names; /* flips of names: those that may be in the record */
};

/* What became of the recorded answers. */
struct recorded {
    const struct list_replay *replay;
    struct name_set *seen; /* a name may stand below two that flip */
    int64_t now_us;
    uint64_t names[TURNS], answers[TURNS];
    int error;
};

static const char *const turn_words[TURNS] = {[NOW_BLOCKED] = "blocked", [NOW_RELEASED] = "released"};

/* ---- what flips ---- */

static const char *subject_text(const struct policy_flip *f, char text[DNS_NAME_TEXT_MAX])
{
    char address[ADDR_TEXT_MAX];
    if (f->subject->trigger == DNS_TRIGGER_NAME) {
        size_t stars = f->scope == POLICY_SCOPE_BELOW ? 2 : 0;
        memcpy(text, "*.", stars);
        char name[DNS_NAME_TEXT_MAX];
        dns_name_format_wire(f->subject->name->wire, f->subject->name->len, name);
        snprintf(text + stars, DNS_NAME_TEXT_MAX - stars, "%s", name);
        return text;
    }
    const struct addr_prefix *p = f->subject->prefix;
    unsigned bits = addr_is_v4(&p->addr) && p->bits >= 96 ? p->bits - 96u : p->bits;
    snprintf(text, DNS_NAME_TEXT_MAX, "%s/%u", addr_format(&p->addr, address), bits);
    return text;
}

/* By which list or layer; "": by none. */
static const char *by_text(const struct dns_decision *d)
{
    return d->action == DNS_ACTION_NONE || !d->list_name ? "" : d->list_name;
}

static void want(struct flips *s, const struct policy_flip *f)
{
    char text[DNS_NAME_TEXT_MAX];
    if (f->subject->trigger != DNS_TRIGGER_NAME)
        return;
    s->names++;
    if (s->wanted_count == LOG_NAMES_MAX)
        return;
    dns_name_format_wire(f->subject->name->wire, f->subject->name->len, text);
    char *name = strdup(text);
    if (name)
        s->wanted[s->wanted_count++] = (struct wanted){.name = name, .below = f->scope != POLICY_SCOPE_EXACT};
}

static int on_flip(void *self, const struct policy_flip *f)
{
    struct flips *s = self;
    char text[DNS_NAME_TEXT_MAX], line[IDN_TEXT_MAX + 2 * POLICY_LIST_NAME_MAX + 16], shown[IDN_TEXT_MAX];
    enum turn turn = f->blocks ? NOW_BLOCKED : NOW_RELEASED;
    const char *before = by_text(f->before), *after = by_text(f->after);
    s->by[turn]++;
    want(s, f);
    if (s->json && (s->limit == 0 || s->by[turn] <= s->limit)) {
        json_t *row = json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:s}", "change", turn_words[turn], "subject", subject_text(f, text), "below",
                                f->scope != POLICY_SCOPE_EXACT, "action", dns_action_word(f->before->action), "action_then",
                                dns_action_word(f->after->action), "list", before, "list_then", after);
        control_client_print_json(row);
        json_decref(row);
    }
    struct kept *k = &s->kept[turn];
    if (s->json || k->count == s->limit || k->count == SHOWN_MAX)
        return 0;
    const char *by = turn == NOW_BLOCKED ? after : before;
    snprintf(line, sizeof line, "%s%s%s", idn_show(subject_text(f, text), shown), *by ? "  " : "", by);
    k->texts[k->count] = strdup(line);
    k->count += k->texts[k->count] != NULL;
    return 0;
}

static void flips_free(struct flips *s)
{
    for (unsigned turn = 0; s && turn < TURNS; turn++)
        for (unsigned i = 0; i < s->kept[turn].count; i++)
            free(s->kept[turn].texts[i]);
    for (unsigned i = 0; s && i < s->wanted_count; i++)
        free(s->wanted[i].name);
    free(s);
}

/* ---- what was recorded ---- */

/* Each name that was asked for is held against both policies: another list may hold it in either. */
static void on_recorded(void *self, const json_t *row)
{
    struct recorded *r = self;
    char text[SEEN_NAME_MAX];
    struct dns_name name;
    struct dns_decision before, after;
    int64_t count = row_number(row, "count");
    if (seen_name(row_text(row, "name"), text) < 0 || dns_name_parse(text, strlen(text), &name) < 0 || count < 0 ||
        name_set_find(r->seen, &name, 0, NULL) != 0)
        return;
    int e = name_set_add(r->seen, &name, POLICY_SCOPE_EXACT, 0, 0);
    r->error = e < 0 ? e : r->error;
    policy_decide_name(r->replay->before, &name, r->replay->group, r->now_us, &before);
    policy_decide_name(r->replay->after, &name, r->replay->group, r->now_us, &after);
    bool was = policy_action_blocks(before.action), will = policy_action_blocks(after.action);
    if (was == will)
        return;
    r->names[will ? NOW_BLOCKED : NOW_RELEASED]++;
    r->answers[will ? NOW_BLOCKED : NOW_RELEASED] += (uint64_t)count;
}

/* Some of them, from *at on. */
static json_t *batch_of(const struct flips *s, unsigned *at)
{
    json_t *wanted = json_array();
    size_t octets = 0;
    for (unsigned n = 0; n < LOG_BATCH && *at < s->wanted_count; n++, (*at)++) {
        const struct wanted *w = &s->wanted[*at];
        octets += strlen(w->name) + sizeof "{\"name\":\"\",\"below\":false},";
        if (octets > LOG_BATCH_OCTETS)
            break;
        json_array_append_new(wanted, json_pack("{s:s, s:b}", "name", w->name, "below", w->below));
    }
    return json_pack("{s:o, s:i}", "wanted", wanted, "days", LOG_DAYS);
}

/* False: nobody can say. What failed was told on standard error. */
static bool ask_record(const struct control_client_options *o, const struct flips *s, struct recorded *r)
{
    struct control_client_options quiet = {.data = o->data}; /* standard output is for the result */
    struct row_reader rows = {.take = on_recorded, .self = r};
    static const struct sip_key key = {0}; /* of this run alone */
    unsigned at = 0;
    bool known = true;
    int fd = control_client_connect(&quiet);
    r->seen = fd < 0 ? NULL : name_set_new(key);
    known = r->seen != NULL;
    while (known && at < s->wanted_count) {
        json_t *reply = control_client_ask(fd, &quiet, "asked", batch_of(s, &at), row_reader_take, &rows, CONTROL_WAIT_LONG_MS);
        known = reply != NULL && r->error == 0;
        json_decref(reply);
    }
    name_set_free(r->seen);
    if (fd >= 0)
        close(fd);
    return known;
}

/* ---- telling ---- */

static void print_kept(const struct flips *s, enum turn turn, const char *heading)
{
    printf("%s: %" PRIu64 "\n", heading, s->by[turn]);
    for (unsigned i = 0; i < s->kept[turn].count; i++)
        printf("  %s\n", s->kept[turn].texts[i]);
    if (s->by[turn] > s->kept[turn].count)
        printf(_("  ... and %" PRIu64 " more; --limit shows more, --json all\n"), s->by[turn] - s->kept[turn].count);
}

static void print_result(const struct flips *s, const char *list, const struct list_replay *r, const struct policy_difference *d,
                         const struct recorded *seen)
{
    printf(_("list %s, new edition (%s): %" PRIu64 " rules, %" PRIu64 " lines skipped\n"), list, list_format_word(r->stats.format),
           r->stats.rules, r->stats.skipped_all);
    if (r->left_out > 0)
        printf(_("never-block lists hold back %" PRIu64 " of them\n"), r->left_out);
    print_kept(s, NOW_BLOCKED, _("would be blocked"));
    print_kept(s, NOW_RELEASED, _("would not be blocked any more"));
    if (d->not_compared > 0)
        printf(_("%" PRIu64 " rules about clients or name servers come or go; they are not compared\n"), d->not_compared);
    if (!seen)
        printf(_("of the answers of the last %d days: not known\n"), LOG_DAYS);
    else
        printf(_("of the answers of the last %d days, %" PRIu64 " would have been blocked (%" PRIu64 " names) and %" PRIu64
                 " would not (%" PRIu64 " names)\n"),
               LOG_DAYS, seen->answers[NOW_BLOCKED], seen->names[NOW_BLOCKED], seen->answers[NOW_RELEASED], seen->names[NOW_RELEASED]);
    if (seen && s->names > s->wanted_count)
        printf(_("looked for in the record: the first %u of %" PRIu64 " names, so it may be more\n"), s->wanted_count, s->names);
    puts(_("nothing was changed"));
}

static void print_json(const struct flips *s, const char *list, const struct list_replay *r, const struct policy_difference *d,
                       const struct recorded *seen)
{
    json_t *o = json_pack("{s:b, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "ok", 1, "list", list, "format",
                          list_format_word(r->stats.format), "rules", (json_int_t)r->stats.rules, "skipped", (json_int_t)r->stats.skipped_all,
                          "left_out", (json_int_t)r->left_out, "looked_at", (json_int_t)d->looked_at, "blocked", (json_int_t)s->by[NOW_BLOCKED],
                          "released", (json_int_t)s->by[NOW_RELEASED], "not_compared", (json_int_t)d->not_compared);
    json_t *answers = json_null();
    if (seen)
        answers = json_pack("{s:i, s:I, s:I, s:I, s:I, s:i, s:I}", "days", LOG_DAYS, "blocked", (json_int_t)seen->answers[NOW_BLOCKED],
                            "blocked_names", (json_int_t)seen->names[NOW_BLOCKED], "released", (json_int_t)seen->answers[NOW_RELEASED],
                            "released_names", (json_int_t)seen->names[NOW_RELEASED], "looked_for", (int)s->wanted_count, "of",
                            (json_int_t)s->names);
    json_object_set_new(o, "answers", answers);
    control_client_print_json(o);
    json_decref(o);
}

/* ---- the command ---- */

static int replay(const struct control_client_options *o, struct list_replay_options *options, struct flips *s)
{
    struct list_replay r;
    struct policy_difference d;
    struct recorded seen = {.now_us = options->now_us};
    char why[LIST_REPLAY_WHY_MAX];
    if (list_replay_open(options, &r, why) < 0) {
        control_client_error(o, "%s", why);
        return EXIT_FAILED;
    }
    int code = EXIT_FINE;
    if (r.stats.rules == 0)
        control_client_error(&(struct control_client_options){0}, _("the new edition has no rule; --format says how it is to be read"));
    if (policy_difference(r.before, r.after, r.group, options->now_us, on_flip, s, &d) < 0) {
        control_client_error(o, _("the policy in force is damaged; \"hinomi status\" says more"));
        code = EXIT_FAILED;
    } else {
        seen.replay = &r;
        bool known = ask_record(o, s, &seen);
        (o->json ? print_json : print_result)(s, options->list, &r, &d, known ? &seen : NULL);
    }
    list_replay_close(&r);
    return code;
}

/* "NAME=FILE"; the text is cut at the sign. A list's name has none. */
static int open_edition(const char *command, char *text, int *ret_fd)
{
    char *equal = strchr(text, '=');
    if (!equal || equal == text || !equal[1])
        return command_usage(command, _("not NAME=FILE, such as urlhaus=/tmp/new.txt: %s"), text);
    *equal = '\0';
    *ret_fd = open(equal + 1, O_RDONLY | O_CLOEXEC);
    return *ret_fd < 0 ? command_failed("%s: %s", equal + 1, strerror(errno)) : EXIT_FINE;
}

static int open_data(const struct control_client_options *o)
{
    char data[CONFIG_PATH_MAX];
    config_default_data(data);
    return open(o->data ? o->data : data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int take_limit(const char *command, const char *text, unsigned *ret_limit)
{
    char *end;
    unsigned long limit = text ? strtoul(text, &end, 10) : SHOWN;
    if (text && (*end || end == text || limit < 1 || limit > SHOWN_MAX))
        return command_usage(command, _("not a valid value: %s"), text);
    *ret_limit = (unsigned)limit;
    return EXIT_FINE;
}

int command_replay_list(const struct control_client_options *o, const char *command, const struct replay_list_words *words, struct ledger *l,
                        const struct config *config)
{
    struct flips *s = calloc(1, sizeof *s);
    char *list = strdup(words->list);
    struct list_replay_options options = {
        .ledger = l, .config = config, .list = list, .fd = -1, .format = words->format, .group = words->group, .now_us = clock_wall_us()};
    if (!s || !list) {
        flips_free(s);
        free(list);
        return command_failed("%s", strerror(ENOMEM));
    }
    s->json = o->json;
    int code = take_limit(command, words->limit, &s->limit);
    s->limit = o->json && !words->limit ? 0 : s->limit;
    if (code == EXIT_FINE)
        code = open_edition(command, list, &options.fd);
    if (code == EXIT_FINE) {
        options.data_fd = open_data(o);
        if (options.data_fd < 0)
            code = command_failed(_("the data folder: %s"), strerror(errno));
        else
            code = replay(o, &options, s);
        if (options.data_fd >= 0)
            close(options.data_fd);
    }
    if (options.fd >= 0)
        close(options.fd);
    flips_free(s);
    free(list);
    return code;
}
