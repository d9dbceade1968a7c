/* Compiles one list alone, and counts what it would have blocked, page by page of the names that were asked for. */
#include "apps/policy/list_effect.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "act/policy/difference.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/priority.h"
#include "base/text.h"
#include "store/dns_query.h"
#include "store/seen_query.h"

enum {
    PAGE_ROWS = 4000, /* some 10 ms of the loop */
    PAUSE_MS = 2,
    MEMORY = 64 << 20, /* for sorting; what is larger spills to disk */
    SQL_MAX = 8 << 10,
    MEMBER_MAX = GROUP_MEMBER_MAX,
    TOP_MEMBERS = 3,
};

enum state { WAITING, COMPILING, COUNTING, READY, FAILED };

static const char *const state_words[] = {
    [WAITING] = "waiting", [COMPILING] = "compiling", [COUNTING] = "counting", [READY] = "ready", [FAILED] = "failed"};

struct tally {
    uint64_t names, answers;
};

struct member_tally {
    char member[MEMBER_MAX];
    struct tally of;
};

struct top_name {
    char name[SEEN_NAME_MAX], member[MEMBER_MAX]; /* the member that asked most */
    uint64_t answers, member_answers;
    unsigned members;
};

/* One effect: being reckoned, waiting, or kept. */
struct effect {
    char list[LIST_NAME_MAX];
    bool held;
    unsigned days;
    enum state state;
    int64_t made_us;
    char error[200];
    uint64_t rules, left_out, looked_at;
    struct tally blocked, already, released;
    struct member_tally members[LIST_EFFECT_MEMBERS];
    unsigned member_count;
    struct tally other_members;
    struct top_name top[LIST_EFFECT_NAMES];
    unsigned top_count;
};

/* What the thread works on; the loop does not touch it while it runs. */
struct compiling {
    struct policy_aside aside;
    int64_t now_us;
    int result;
    struct policy_image *image;
};

struct list_effect {
    struct list_effect_options o;
    struct effect *all[LIST_EFFECT_KEPT + LIST_EFFECT_WAITING]; /* the oldest first */
    unsigned count;
    struct effect *now; /* one of them; NULL: none is reckoned */
    struct compiling build;
    pthread_t thread;
    bool running, asking;
    int fd;
    struct event *ended, *next;
    struct policy *alone; /* the list's edition in the place of all lists */
    uint32_t from_day;
    char from[SEEN_NAME_MAX]; /* the page begins with this name, or behind it */
    bool behind;
    struct top_name name; /* the one that is being added up, over its members */
    bool is_already, is_released; /* for one of them */
};

/* ---- the table ---- */

static struct effect *find(const struct list_effect *e, const char *list, bool held)
{
    for (unsigned i = 0; i < e->count; i++)
        if (e->all[i]->held == held && strcmp(e->all[i]->list, list) == 0)
            return e->all[i];
    return NULL;
}

static void drop(struct list_effect *e, unsigned at)
{
    free(e->all[at]);
    e->count--;
    memmove(&e->all[at], &e->all[at + 1], (e->count - at) * sizeof e->all[0]);
}

static bool is_over(const struct effect *f)
{
    return f->state == READY || f->state == FAILED;
}

/* The oldest of those that are ready give way. */
static int make_room(struct list_effect *e)
{
    unsigned waiting = 0, oldest = e->count;
    for (unsigned i = e->count; i-- > 0;) {
        if (is_over(e->all[i]))
            oldest = i;
        else
            waiting++;
    }
    if (waiting >= LIST_EFFECT_WAITING)
        return -EBUSY;
    if (e->count == array_len(e->all))
        drop(e, oldest);
    return 0;
}

/* ---- ends ---- */

static void wake(struct list_effect *e)
{
    static const struct timeval pause = {.tv_usec = PAUSE_MS * 1000};
    event_add(e->next, &pause);
}

static void finish(struct list_effect *e, int error)
{
    struct effect *f = e->now;
    if (error < 0 && !f->error[0])
        snprintf(f->error, sizeof f->error, "%s", strerror(-error));
    f->state = f->error[0] ? FAILED : READY;
    f->made_us = clock_wall_us();
    if (f->error[0])
        log_warning(_("what list %s would have blocked is not known: %s"), f->list, f->error);
    policy_free(e->alone);
    e->alone = NULL;
    policy_aside_close(&e->build.aside);
    e->now = NULL;
    wake(e);
}

/* ---- compiling the edition alone ---- */

static void *compile(void *self)
{
    struct list_effect *e = self;
    struct compiling *b = &e->build;
    struct policy_builder_options options = {
        .dir_fd = b->aside.folder, .memory_max = MEMORY, .key = b->aside.key, .generation = 1, .now_us = b->now_us};
    struct policy_builder *builder;
    struct policy_build_stats stats;
    unsigned failed;
    int fd = -1;
    priority_lower(PRIORITY_BUILDING);
    b->result = policy_builder_new(&options, &builder);
    if (b->result == 0) {
        b->result = list_sources_compile(&b->aside.lists, builder, &failed);
        if (b->result == 0)
            b->result = policy_builder_finish_fd(builder, &fd, &stats);
        policy_builder_free(builder);
    }
    if (b->result == 0)
        b->result = policy_image_open_fd(fd, false, &b->image, NULL);
    if (fd >= 0)
        close(fd);
    eventfd_write(e->fd, 1);
    return NULL;
}

static int start_thread(struct list_effect *e)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int r = pthread_create(&e->thread, NULL, compile, e);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    e->running = r == 0;
    return -r;
}

/* The copy in force, or the one that is held back; `record` says how it is read and what stands for it in answers. */
static int open_edition(struct list_effect *e, const struct effect *f, struct list_record *ret_record, int *ret_fd)
{
    struct list_held h;
    int r = ledger_list_get(e->o.ledger, f->list, ret_record);
    if (r == 0 && f->held)
        r = ledger_held_get(e->o.ledger, f->list, &h);
    if (r == 0 && f->held && h.discarded)
        r = -ENOENT;
    if (r < 0)
        return r;
    if (f->held) {
        snprintf(ret_record->path, sizeof ret_record->path, "%s", h.path);
        snprintf(ret_record->format, sizeof ret_record->format, "%s", h.format);
    }
    ret_record->observes = false; /* what it would block, were it to */
    *ret_fd = openat(e->o.data_fd, ret_record->path, O_RDONLY | O_CLOEXEC);
    return *ret_fd < 0 ? -errno : 0;
}

static void begin(struct list_effect *e, struct effect *f)
{
    struct list_record record;
    int fd;
    e->now = f;
    f->state = COMPILING;
    e->build = (struct compiling){.now_us = clock_wall_us()};
    int r = open_edition(e, f, &record, &fd);
    if (r == 0)
        r = policy_manager_aside(e->o.policy, &record, fd, &e->build.aside);
    if (r == 0)
        r = start_thread(e);
    if (r < 0)
        finish(e, r);
}

static void on_ended(evutil_socket_t fd, short what, void *self)
{
    (void)what;
    struct list_effect *e = self;
    eventfd_t ignored;
    if (eventfd_read((int)fd, &ignored) < 0)
        return;
    pthread_join(e->thread, NULL);
    e->running = false;
    struct effect *f = e->now;
    struct policy_aside *aside = &e->build.aside;
    if (e->build.result < 0) {
        finish(e, e->build.result);
        return;
    }
    f->rules = aside->lists.sources[0].stats.rules;
    f->left_out = aside->lists.protection ? protection_conflicts_of(aside->lists.protection, f->list) : 0;
    e->alone = policy_with_layer(aside->now, POLICY_LAYER_LISTS, e->build.image);
    if (!e->alone) {
        policy_image_close(e->build.image);
        finish(e, -ENOMEM);
        return;
    }
    f->state = COUNTING;
    e->from_day = dns_query_day_kept(clock_wall_us(), f->days);
    e->from[0] = '\0';
    e->behind = false;
    e->name = (struct top_name){0};
    wake(e);
}

/* ---- counting ---- */

static void add(struct tally *t, uint64_t answers)
{
    t->names++;
    t->answers += answers;
}

static void add_member(struct effect *f, const char *member, uint64_t answers)
{
    for (unsigned i = 0; i < f->member_count; i++) {
        if (strcmp(f->members[i].member, member) == 0) {
            add(&f->members[i].of, answers);
            return;
        }
    }
    if (f->member_count == LIST_EFFECT_MEMBERS) {
        add(&f->other_members, answers);
        return;
    }
    struct member_tally *m = &f->members[f->member_count++];
    snprintf(m->member, sizeof m->member, "%s", member);
    m->of = (struct tally){1, answers};
}

/* The most asked for, the most first. */
static void keep_top(struct effect *f, const struct top_name *name)
{
    unsigned at = f->top_count;
    while (at > 0 && f->top[at - 1].answers < name->answers)
        at--;
    if (at == LIST_EFFECT_NAMES)
        return;
    if (f->top_count < LIST_EFFECT_NAMES)
        f->top_count++;
    memmove(&f->top[at + 1], &f->top[at], (f->top_count - at - 1) * sizeof f->top[0]);
    f->top[at] = *name;
}

static void end_name(struct list_effect *e)
{
    struct effect *f = e->now;
    f->already.names += e->is_already;
    f->released.names += e->is_released;
    f->looked_at += e->name.name[0] != '\0';
    if (e->name.members > 0) {
        f->blocked.names++;
        keep_top(f, &e->name);
    }
    e->name = (struct top_name){0};
    e->is_already = e->is_released = false;
}

/* As the first group of that member in the configuration sees it; without one as the member's own networks do; nobody's, as everybody. */
static uint16_t group_of(const struct policy *policy, const char *member)
{
    const struct policy_groups *groups = policy_groups_get(policy);
    char text[POLICY_GROUP_TEXT_MAX];
    for (unsigned g = 1; *member && g <= policy_groups_count(groups); g++)
        if (strcmp(policy_group_member(groups, g), member) == 0)
            return (uint16_t)g;
    snprintf(text, sizeof text, POLICY_MEMBER_GROUP "%s", member);
    int group = *member ? policy_find_group(policy, text) : 0;
    return group > 0 ? (uint16_t)group : 0;
}

static bool is_by(const struct dns_decision *d, const char *list)
{
    return d->action != DNS_ACTION_NONE && d->list_name && strcmp(d->list_name, list) == 0;
}

static void count_row(struct list_effect *e, const char *text, const char *member, uint64_t answers)
{
    struct effect *f = e->now;
    struct dns_name name;
    struct dns_decision now, then;
    if (dns_name_parse(text, strlen(text), &name) < 0)
        return;
    uint16_t group = group_of(e->build.aside.now, member);
    policy_decide_name(e->build.aside.now, &name, group, e->build.now_us, &now);
    policy_decide_name(e->alone, &name, group, e->build.now_us, &then);
    bool blocks = policy_action_blocks(then.action) && is_by(&then, f->list);
    bool is_own = is_by(&now, f->list);
    if (!blocks) {
        if (is_own && policy_action_blocks(now.action)) {
            e->is_released = true;
            f->released.answers += answers;
        }
        return;
    }
    if ((!is_own || f->held) && policy_action_blocks(now.action)) {
        e->is_already = true;
        f->already.answers += answers;
        return;
    }
    if (!is_own && now.action == DNS_ACTION_PASS)
        return; /* let through before the list is asked */
    e->name.members++;
    e->name.answers += answers;
    f->blocked.answers += answers;
    if (answers > e->name.member_answers) {
        e->name.member_answers = answers;
        snprintf(e->name.member, sizeof e->name.member, "%s", member);
    }
    add_member(f, member, answers);
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

struct page {
    uint64_t rows;
    unsigned names;
    char last[SEEN_NAME_MAX];
};

typedef void row_fn(struct list_effect *e, const json_t *row, void *self);

static void each_row(struct list_effect *e, const char *bytes, size_t len, row_fn *fn, void *self)
{
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t n = end ? (size_t)(end - bytes) : len;
        json_t *row = json_loadb(bytes, n, 0, NULL);
        if (row)
            fn(e, row, self);
        json_decref(row);
        bytes += end ? n + 1 : n;
        len -= end ? n + 1 : n;
    }
}

static void measure(struct list_effect *e, const json_t *row, void *self)
{
    (void)e;
    struct page *p = self;
    const char *name = text_of(row, "name");
    p->rows += (uint64_t)json_integer_value(json_object_get(row, "rows"));
    if (p->names == 0 || strcmp(name, p->last) != 0)
        p->names++;
    snprintf(p->last, sizeof p->last, "%s", name);
}

/* self: the name that is left for the next page; "": none. */
static void take(struct list_effect *e, const json_t *row, void *self)
{
    const char *name = text_of(row, "name"), *left = self;
    char text[SEEN_NAME_MAX];
    json_int_t answers = json_integer_value(json_object_get(row, "count"));
    if (*left && strcmp(name, left) == 0)
        return;
    if (seen_name(name, text) < 0 || answers < 1)
        return; /* the root, and names that no policy can have */
    text[strlen(text) - 1] = '\0';
    if (strcmp(text, e->name.name) != 0) {
        end_name(e);
        memcpy(e->name.name, text, sizeof text);
    }
    count_row(e, text, text_of(row, "member"), (uint64_t)answers);
}

static void on_answer(void *self, bool ok, const char *bytes, size_t len)
{
    struct list_effect *e = self;
    struct page p = {0};
    e->asking = false;
    if (!e->now)
        return;
    if (!ok) {
        snprintf(e->now->error, sizeof e->now->error, "%.*s", (int)(len < 150 ? len : 150), bytes);
        finish(e, -EIO);
        return;
    }
    each_row(e, bytes, len, measure, &p);
    bool more = p.rows >= PAGE_ROWS;
    bool is_cut = more && p.names > 1; /* the last name goes on on the next page */
    each_row(e, bytes, len, take, is_cut ? p.last : "");
    end_name(e);
    if (!more) {
        finish(e, 0);
        return;
    }
    memcpy(e->from, p.last, sizeof e->from);
    e->behind = !is_cut;
    wake(e);
}

static void ask(struct list_effect *e)
{
    char sql[SQL_MAX];
    int len = seen_query_page(e->from, e->behind, e->from_day, PAGE_ROWS, sql, sizeof sql);
    int r = len < 0 ? len : e->o.ask_store(e->o.self, sql, (size_t)len, on_answer, e);
    e->asking = r == 0;
    if (r < 0)
        finish(e, r);
}

static void on_next(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct list_effect *e = self;
    if (e->running || e->asking)
        return;
    if (e->now) {
        ask(e);
        return;
    }
    for (unsigned i = 0; i < e->count; i++) {
        if (e->all[i]->state == WAITING) {
            begin(e, e->all[i]);
            return;
        }
    }
}

/* ---- the public face ---- */

int list_effect_start(struct list_effect *e, const char *list, bool held, unsigned days)
{
    struct list_record record;
    struct list_held h;
    int r = ledger_list_get(e->o.ledger, list, &record);
    if (r == 0 && held)
        r = ledger_held_get(e->o.ledger, list, &h);
    if (r == 0 && held && h.discarded)
        r = -ENOENT;
    if (r < 0)
        return r;
    if (record.protects || !record.enabled || days < 1 || days > LIST_EFFECT_DAYS_MAX)
        return -EINVAL;
    struct effect *old = find(e, list, held);
    if (old && !is_over(old))
        return 0;
    r = make_room(e);
    struct effect *f = r == 0 ? calloc(1, sizeof *f) : NULL;
    if (!f)
        return r < 0 ? r : -ENOMEM;
    for (unsigned i = 0; i < e->count; i++) { /* the one of before gives way to it */
        if (e->all[i]->held == held && strcmp(e->all[i]->list, list) == 0) {
            drop(e, i);
            break;
        }
    }
    *f = (struct effect){.held = held, .days = days};
    snprintf(f->list, sizeof f->list, "%s", list);
    e->all[e->count++] = f;
    wake(e);
    return 0;
}

static json_t *tally_json(const struct tally *t)
{
    return json_pack("{s:I, s:I}", "names", (json_int_t)t->names, "answers", (json_int_t)t->answers);
}

static json_t *members_json(const struct effect *f)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < f->member_count; i++)
        json_array_append_new(all, json_pack("{s:s, s:I, s:I}", "member", f->members[i].member, "names", (json_int_t)f->members[i].of.names,
                                             "answers", (json_int_t)f->members[i].of.answers));
    return all;
}

static json_t *top_json(const struct effect *f)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < f->top_count; i++)
        json_array_append_new(all, json_pack("{s:s, s:I, s:i, s:s}", "name", f->top[i].name, "answers", (json_int_t)f->top[i].answers, "members",
                                             (int)f->top[i].members, "member", f->top[i].member));
    return all;
}

json_t *list_effect_json(const struct list_effect *e, const char *list, bool held)
{
    const struct effect *f = find(e, list, held);
    if (!f)
        return NULL;
    return json_pack("{s:s, s:b, s:s, s:i, s:I, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "list", f->list, "held", f->held, "state",
                     state_words[f->state], "days", (int)f->days, "made_us", (json_int_t)f->made_us, "error", f->error, "rules",
                     (json_int_t)f->rules, "left_out", (json_int_t)f->left_out, "looked_at", (json_int_t)f->looked_at, "blocked",
                     tally_json(&f->blocked), "already", tally_json(&f->already), "released", tally_json(&f->released), "members",
                     members_json(f), "other_members", tally_json(&f->other_members), "top", top_json(f));
}

int list_effect_new(const struct list_effect_options *options, struct list_effect **ret_effect)
{
    struct list_effect *e = calloc(1, sizeof *e);
    if (!e)
        return -ENOMEM;
    e->o = *options;
    e->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    e->ended = e->fd < 0 ? NULL : event_new(e->o.loop, e->fd, EV_READ | EV_PERSIST, on_ended, e);
    e->next = event_new(e->o.loop, -1, 0, on_next, e);
    if (!e->ended || !e->next || event_add(e->ended, NULL) < 0) {
        list_effect_free(e);
        return -ENOMEM;
    }
    *ret_effect = e;
    return 0;
}

void list_effect_free(struct list_effect *e)
{
    if (!e)
        return;
    if (e->running) {
        pthread_join(e->thread, NULL);
        policy_image_close(e->build.image);
    }
    policy_free(e->alone);
    if (e->now)
        policy_aside_close(&e->build.aside);
    while (e->count > 0)
        drop(e, e->count - 1);
    if (e->ended)
        event_free(e->ended);
    if (e->next)
        event_free(e->next);
    if (e->fd >= 0)
        close(e->fd);
    free(e);
}
