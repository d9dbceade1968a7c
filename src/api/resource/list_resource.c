/* Lists: import, show, accept or discard what is held back, remove. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/intake/list_intake.h"
#include "base/clock.h"
#include "base/text.h"

enum { LIST_EFFECT_DAYS = 7 };

static json_t *list_json(const struct list_record *r)
{
    return json_pack("{s:i, s:s, s:s, s:i, s:b, s:b, s:b, s:i, s:i, s:i, s:I, s:s}", "id", (int)r->id, "name", r->name,
                     "format", r->format, "order", (int)r->order, "enabled", r->enabled, "never_block", r->protects,
                     "observes", r->observes, "verdict", (int)r->verdict, "names", (int)r->names, "skipped",
                     (int)r->skipped, "imported_us", (json_int_t)r->imported_us, "sha256", r->sha256);
}

static json_t *held_json(const struct list_held *h)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:I, s:s, s:s, s:s, s:b}", "name", h->name, "format", h->format, "names",
                     (int)h->names, "old_names", (int)h->old_names, "skipped", (int)h->skipped, "since_us",
                     (json_int_t)h->since_us, "source", h->source, "reason", h->reason, "sha256", h->sha256, "discarded",
                     h->discarded);
}

/* ---- import, accept ---- */

static const char *const result_words[] = {
    [LIST_INTAKE_TAKEN] = "taken",
    [LIST_INTAKE_UNCHANGED] = "unchanged",
    [LIST_INTAKE_HELD] = "held",
    [LIST_INTAKE_DISCARDED] = "discarded",
    [LIST_INTAKE_REFUSED] = "refused",
};

static void reply_intake(void *self, const struct list_intake_report *report)
{
    struct control_request *request = self;
    if (report->result == LIST_INTAKE_REFUSED) {
        control_reply_error(request, "%s", report->error);
        return;
    }
    bool in_force = report->result == LIST_INTAKE_TAKEN || report->result == LIST_INTAKE_UNCHANGED;
    json_t *object = json_pack("{s:s, s:o, s:b}", "result", result_words[report->result], "samples",
                               json_deep_copy(report->samples), "in_force", in_force && !report->warning);
    json_object_set_new(object, in_force ? "list" : "held",
                        in_force ? list_json(report->record) : held_json(report->held));
    if (report->warning)
        json_object_set_new(object, "warning", json_string(report->warning));
    control_reply(request, object);
}

static void on_data(struct control_request *request, struct reader data, void *self)
{
    (void)request;
    list_intake_add(self, data.at, data.left);
}

static void on_data_end(struct control_request *request, bool gone, void *self)
{
    if (!gone) {
        list_intake_finish(self, reply_intake, request);
        return;
    }
    list_intake_drop(self);
    control_reply_error(request, "gone");
}

static void handle_import(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *format = json_string_value(json_object_get(arguments, "format"));
    const char *reason = json_string_value(json_object_get(arguments, "reason"));
    struct list_intake_options options = {
        .node = node,
        .name = json_string_value(json_object_get(arguments, "name")),
        .source = control_request_source(request),
        .reason = reason && *reason ? reason : _("imported"),
        .force = json_is_true(json_object_get(arguments, "accept")),
        .protects = json_is_true(json_object_get(arguments, "never_block")),
        .observes = json_is_true(json_object_get(arguments, "observe")),
        .order = -1,
    };
    if (format && list_reading_parse(format, &options.reading) < 0) {
        control_reply_error(request, _("no such format: it is one of %s; a CSV column is named as csv:COLUMN"),
                            LIST_FORMAT_WORDS);
        return;
    }
    struct list_intake *in;
    char error[LIST_INTAKE_ERROR_MAX];
    if (list_intake_new(&options, &in, error) < 0)
        control_reply_error(request, "%s", error);
    else
        control_request_take_data(request, on_data, on_data_end, in);
}

static const char *const no_such_list = N_("no list of that name; \"hinomi lists\" shows those there are");
static const char *const nothing_held = N_("nothing of a list of that name is held back; \"hinomi lists\" shows what is");

static void handle_accept(struct control_request *request, const json_t *arguments)
{
    int e = list_intake_accept(control_request_self(request), json_string_value(json_object_get(arguments, "name")),
                               control_request_source(request),
                               json_string_value(json_object_get(arguments, "reason")), reply_intake, request);
    if (e == -ENOENT)
        control_reply_error(request, "%s", _(nothing_held));
    else if (e < 0)
        control_reply_error(request, "%s", strerror(-e));
}

static void handle_discard(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *name = json_string_value(json_object_get(arguments, "name"));
    struct list_held h;
    if (!name || ledger_held_get(node->ledger, name, &h) < 0 || h.discarded) {
        control_reply_error(request, "%s", _(nothing_held));
        return;
    }
    unlinkat(node->data_fd, h.path, 0);
    h.path[0] = '\0';
    h.discarded = true;
    if (ledger_held_put(node->ledger, &h) < 0)
        control_reply_error(request, _("the ledger refused it: %s"), _(ledger_error(node->ledger)));
    else
        control_reply(request, json_pack("{s:o}", "held", held_json(&h)));
}

/* ---- show ---- */

struct show {
    struct node *node;
    json_t *lists;
};

static int add_list(const struct list_record *r, void *self)
{
    struct show *show = self;
    json_t *list = list_json(r);
    struct list_held h;
    bool held = ledger_held_get(show->node->ledger, r->name, &h) == 0;
    json_object_set_new(list, "state", json_string(held && !h.discarded ? "held" : "in force"));
    if (held)
        json_object_set_new(list, "held", held_json(&h));
    const struct protection *protection = show->node->protection(show->node->self);
    json_object_set_new(list, "conflicts",
                        json_integer(protection ? (json_int_t)protection_conflicts_of(protection, r->name) : 0));
    json_array_append_new(show->lists, list);
    return 0;
}

static int add_conflict(const struct protection_conflict *c, void *self)
{
    json_array_append_new(self, json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:i}", "list", c->list, "line", (int)c->line,
                                          "name", c->name, "action", dns_action_word(c->action), "protected",
                                          c->protected_name, "by", c->by, "by_line", (int)c->by_line));
    return 0;
}

/* The feed that a list is; NULL: it is none. Borrowed. */
static json_t *feed_of(const json_t *feeds, const char *name)
{
    size_t i;
    json_t *feed;
    json_array_foreach(feeds, i, feed)
    {
        if (strcmp(json_string_value(json_object_get(feed, "name")), name) == 0)
            return feed;
    }
    return NULL;
}

/* Lists and conflicts; a CONTROL_MESSAGE_MAX holds PROTECTION_CONFLICTS_MAX of them. */
static void handle_lists(struct control_request *request, const json_t *arguments)
{
    struct show show = {control_request_self(request), json_array()};
    struct node *node = show.node;
    if (ledger_list_each(node->ledger, add_list, &show) < 0) {
        json_decref(show.lists);
        control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
        return;
    }
    json_t *object = json_pack("{s:o, s:o}", "lists", show.lists, "feeds", node->feeds(node->self));
    const struct protection *protection = node->protection(node->self);
    json_object_set_new(object, "protected_names",
                        json_integer(protection ? (json_int_t)protection_names(protection) : 0));
    json_object_set_new(object, "conflict_count",
                        json_integer(protection ? (json_int_t)protection_conflicts(protection) : 0));
    if (json_is_true(json_object_get(arguments, "conflicts"))) {
        json_t *conflicts = json_array();
        if (protection)
            protection_each(protection, add_conflict, conflicts);
        json_object_set_new(object, "conflicts", conflicts);
    }
    control_reply(request, object);
}

/* ---- remove ---- */

static void on_removed(void *self, const char *error)
{
    json_t *object = json_pack("{s:b}", "in_force", error == NULL);
    if (object && error)
        json_object_set_new(object, "warning", json_string(error));
    control_reply(self, object);
}

static void handle_remove(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *name = json_string_value(json_object_get(arguments, "name"));
    const char *reason = json_string_value(json_object_get(arguments, "reason"));
    struct list_record record;
    struct list_held held;
    int64_t now_us = clock_wall_us();
    struct verdict why = list_verdict(name ? name : "", VERDICT_BY_ANALYST, control_request_source(request), now_us);
    snprintf(why.reason, sizeof why.reason, "%s", reason && *reason ? reason : _("removed"));
    if (!name || ledger_list_get(node->ledger, name, &record) < 0) {
        control_reply_error(request, "%s", _(no_such_list));
        return;
    }
    json_t *feeds = node->feeds(node->self);
    bool is_feed = feed_of(feeds, name) != NULL;
    json_decref(feeds);
    if (is_feed) {
        control_reply_error(request, _("%s is a feed: take it out of the configuration first, and reload"), name);
        return;
    }
    bool was_held = ledger_held_get(node->ledger, name, &held) == 0;
    if (ledger_list_remove(node->ledger, name, &why) < 0) {
        control_reply_error(request, _("the ledger refused the verdict: %s"), _(ledger_error(node->ledger)));
        return;
    }
    unlinkat(node->data_fd, record.path, 0);
    if (was_held && held.path[0])
        unlinkat(node->data_fd, held.path, 0);
    node->lists_changed(node->self, on_removed, request);
}

/* ---- fetch ---- */

static void on_fetched(void *self, json_t *feeds)
{
    control_reply(self, json_pack("{s:o}", "feeds", feeds));
}

static void handle_fetch(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *name = json_string_value(json_object_get(arguments, "name"));
    int e = node->fetch(node->self, name, on_fetched, request);
    if (e == -ENOENT)
        control_reply_error(request, "%s", name ? _("no feed of that name in the configuration")
                                                : _("there are no feeds in the configuration"));
    else if (e == -ENOTCONN)
        control_reply_error(request, "%s", _("the fetch role is being started; try again"));
    else if (e < 0)
        control_reply_error(request, "%s", strerror(-e));
}

/* ---- observe, enforce ---- */

struct mode_change {
    struct control_request *request;
    struct list_record record;
};

static void on_mode_in_force(void *self, const char *error)
{
    struct mode_change *change = self;
    json_t *object = json_pack("{s:o, s:b}", "list", list_json(&change->record), "in_force", error == NULL);
    if (object && error)
        json_object_set_new(object, "warning", json_string(error));
    control_reply(change->request, object);
    free(change);
}

/* The same edition with another effect is said anew: one verdict. */
static void set_observes(struct control_request *request, const json_t *arguments, bool observes)
{
    struct node *node = control_request_self(request);
    const char *name = json_string_value(json_object_get(arguments, "name"));
    const char *reason = json_string_value(json_object_get(arguments, "reason"));
    struct mode_change *change = calloc(1, sizeof *change);
    if (!change) {
        control_reply_error(request, "%s", strerror(ENOMEM));
        return;
    }
    struct list_record *r = &change->record;
    change->request = request;
    if (!name || ledger_list_get(node->ledger, name, r) < 0) {
        control_reply_error(request, "%s", _(no_such_list));
        free(change);
        return;
    }
    if (r->protects || r->observes == observes) {
        control_reply_error(request, r->protects ? _("a never-block list blocks nothing: there is nothing to observe")
                                     : observes  ? _("that list only observes already")
                                                 : _("that list is enforced already"));
        free(change);
        return;
    }
    int64_t now_us = clock_wall_us();
    struct verdict v = list_verdict(name, VERDICT_BY_ANALYST, control_request_source(request), now_us);
    v.supersedes = r->verdict;
    snprintf(v.reason, sizeof v.reason, "%s", reason && *reason ? reason : observes ? _("only observed") : _("enforced"));
    r->observes = observes;
    if (ledger_list_import(node->ledger, &v, r) < 0) {
        control_reply_error(request, _("the ledger refused the verdict: %s"), _(ledger_error(node->ledger)));
        free(change);
        return;
    }
    node->lists_changed(node->self, on_mode_in_force, change);
}

static void handle_observe(struct control_request *request, const json_t *arguments)
{
    set_observes(request, arguments, true);
}

static void handle_enforce(struct control_request *request, const json_t *arguments)
{
    set_observes(request, arguments, false);
}

/* ---- what it would have blocked ---- */

static void reply_effect(struct control_request *request, const char *name, bool held)
{
    struct node *node = control_request_self(request);
    json_t *effect = node->effect(node->self, name, held);
    if (effect)
        control_reply(request, json_pack("{s:o}", "effect", effect));
    else
        control_reply_error(request, _("nobody has asked what the list %s would have blocked"), name);
}

static void handle_effect(struct control_request *request, const json_t *arguments)
{
    const char *name = json_string_value(json_object_get(arguments, "name"));
    reply_effect(request, name ? name : "", json_is_true(json_object_get(arguments, "held")));
}

static void handle_effect_start(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *name = json_string_value(json_object_get(arguments, "name"));
    const json_t *days = json_object_get(arguments, "days");
    bool held = json_is_true(json_object_get(arguments, "held"));
    json_int_t count = days ? json_integer_value(days) : LIST_EFFECT_DAYS;
    int e = !name ? -ENOENT : count < 1 || count > UINT16_MAX ? -EINVAL : node->effect_start(node->self, name, held, (unsigned)count);
    if (e == 0)
        reply_effect(request, name, held);
    else if (e == -ENOENT)
        control_reply_error(request, "%s", held ? _(nothing_held) : _(no_such_list));
    else if (e == -EINVAL)
        control_reply_error(request, _("only a list that is in force can be asked for, not a never-block list, and for 1 to 400 days"));
    else if (e == -EBUSY)
        control_reply_error(request, _("too many lists are being reckoned; try again in a minute"));
    else
        control_reply_error(request, "%s", strerror(-e));
}

const struct control_command list_commands[] = {
    {"list-effect", handle_effect},
    {"list-effect-start", handle_effect_start},
    {"fetch", handle_fetch},
    {"import", handle_import},
    {"accept", handle_accept},
    {"discard", handle_discard},
    {"lists", handle_lists},
    {"remove", handle_remove},
    {"observe", handle_observe},
    {"enforce", handle_enforce},
    {0},
};
