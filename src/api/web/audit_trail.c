/* Gathers reads, writes changes at once. */
#include "api/web/audit_trail.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

struct audit_trail {
    struct ledger *ledger;
    struct event *timer;
    bool failing;
    unsigned count;
    struct audit_row rows[AUDIT_TRAIL_ROWS_MAX];
};

static bool is_change(const struct route *r)
{
    return r->method != WEB_GET;
}

bool audit_trail_wants(const struct route *r)
{
    /* What everybody may know of the node, and one's own account, may be read without a note. */
    return r->permission != PERMIT_ANYONE &&
           (is_change(r) || (r->permission != PERMIT_SELF && r->permission != PERMIT_STATUS && r->permission != PERMIT_LEDGER));
}

/* Plain ASCII, so that it may be cut anywhere. */
static void write_about(const json_t *arguments, char about[AUDIT_ABOUT_MAX])
{
    about[0] = '\0';
    char *text = json_object_size(arguments) > 0 ? json_dumps(arguments, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII) : NULL;
    if (text && snprintf(about, AUDIT_ABOUT_MAX, "%s", text) >= AUDIT_ABOUT_MAX)
        memcpy(about + AUDIT_ABOUT_MAX - 4, "...", 4);
    free(text);
}

static void describe(const struct route *r, const json_t *arguments, char about[AUDIT_ABOUT_MAX])
{
    json_t *copy = json_copy((json_t *)arguments);
    for (unsigned i = 0; i < ROUTE_PARAMETERS_MAX && r->parameters[i].name; i++)
        if (r->parameters[i].kind == ROUTE_SECRET)
            json_object_del(copy, r->parameters[i].name);
    write_about(copy, about);
    json_decref(copy);
}

static struct audit_row *find(struct audit_trail *t, const struct audit_row *like)
{
    for (unsigned i = 0; i < t->count; i++) {
        struct audit_row *r = &t->rows[i];
        if (strcmp(r->account, like->account) == 0 && strcmp(r->what, like->what) == 0 && strcmp(r->about, like->about) == 0)
            return r;
    }
    return NULL;
}

int audit_trail_flush(struct audit_trail *t)
{
    while (t->count > 0) {
        unsigned n = t->count < AUDIT_ROWS_MAX ? t->count : AUDIT_ROWS_MAX;
        int e = audit_append(t->ledger, clock_wall_us(), t->rows, n);
        if (e < 0 && !t->failing)
            log_error(_("who reads and changes what cannot be written: %s"), _(ledger_error_of(e)));
        t->failing = e < 0;
        if (e < 0)
            return e;
        t->count -= n;
        memmove(t->rows, t->rows + n, t->count * sizeof t->rows[0]);
    }
    return 0;
}

static int gather(struct audit_trail *t, const struct audit_row *row)
{
    struct audit_row *same = find(t, row);
    if (same) {
        same->count++;
        same->last_us = row->last_us;
        return 0;
    }
    int e = t->count == AUDIT_TRAIL_ROWS_MAX ? audit_trail_flush(t) : 0;
    if (e == 0)
        t->rows[t->count++] = *row;
    return e;
}

static void set_who(struct audit_row *row, const struct account *who)
{
    snprintf(row->account, sizeof row->account, "%s", who->name);
    row->role = who->role;
}

int audit_trail_note(struct audit_trail *t, const struct account *who, const struct route *r, const json_t *arguments, int64_t now_us)
{
    struct audit_row row = {.count = 1, .first_us = now_us, .last_us = now_us};
    set_who(&row, who);
    snprintf(row.what, sizeof row.what, "%s %s", web_method_word(r->method), r->path);
    describe(r, arguments, row.about);
    return is_change(r) ? audit_append(t->ledger, now_us, &row, 1) : gather(t, &row);
}

int audit_trail_event(struct audit_trail *t, const struct account *who, const char *what, int64_t now_us)
{
    struct audit_row row = {.count = 1, .first_us = now_us, .last_us = now_us};
    set_who(&row, who);
    snprintf(row.what, sizeof row.what, "%s", what);
    return gather(t, &row);
}

int audit_trail_write(struct ledger *l, const char *who, enum account_role role, const char *what, const json_t *about, int64_t now_us)
{
    struct audit_row row = {.role = role, .count = 1, .first_us = now_us, .last_us = now_us};
    snprintf(row.account, sizeof row.account, "%s", who);
    snprintf(row.what, sizeof row.what, "%s", what);
    write_about(about, row.about);
    return audit_append(l, now_us, &row, 1);
}

static void on_timer(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    if (audit_trail_flush(self) < 0)
        log_debug("tried again in a while");
}

int audit_trail_new(struct event_base *loop, struct ledger *ledger, struct audit_trail **ret_trail)
{
    static const struct timeval period = {.tv_sec = AUDIT_TRAIL_EVERY_S};
    struct audit_trail *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    t->ledger = ledger;
    t->timer = event_new(loop, -1, EV_PERSIST, on_timer, t);
    if (!t->timer || event_add(t->timer, &period) < 0) {
        audit_trail_free(t);
        return -ENOMEM;
    }
    *ret_trail = t;
    return 0;
}

void audit_trail_free(struct audit_trail *t)
{
    if (!t)
        return;
    if (audit_trail_flush(t) < 0)
        log_error(_("who read what since the last half minute is lost"));
    if (t->timer)
        event_free(t->timer);
    free(t);
}
