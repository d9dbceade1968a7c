/* Holds the lists that guard subjects, and asks them. */
#include "apps/belief/guard_keeper.h"

#include <errno.h>
#include <event2/event.h>
#include <libpsl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/belief/guard_list.h"
#include "base/log.h"
#include "base/text.h"
#include "model/indicator.h"
#include "store/member.h"

enum { STEP_LINES = 2000 }; /* some milliseconds */

struct guarding {
    struct guard_list *list, *next; /* next: being read */
    bool is_unknown;                /* configured, and cannot be read */
};

struct guard_keeper {
    struct guard_keeper_options o;
    const struct config *config;
    struct warning_lists *warnings;
    struct guarding by[CONFIG_GUARD_LISTS];
    bool awaits_files;       /* of the configuration that came last */
    bool has_members;
    bool protection_unknown; /* there are never-block lists, and they cannot be read */
    struct event *step;
};

static const struct {
    unsigned guard;
    const char *key; /* in the configuration */
} traits[] = {
    [CONFIG_POPULAR] = {INDICATOR_GUARD_POPULAR, "popular"},
    [CONFIG_SHARED_HOSTING] = {INDICATOR_GUARD_SHARED, "shared_hosting"},
};
_Static_assert(array_len(traits) == CONFIG_GUARD_LISTS, "one guard per list");

/* ---- asking ---- */

/* Would a block hit what a never-block list protects? */
static bool is_protected(const struct protection *p, const struct subject *s)
{
    struct dns_name name;
    struct name_set_entry by;
    struct list_rule rule = {.name = &name,
                             .action = DNS_ACTION_NXDOMAIN,
                             .scope = s->kind == SUBJECT_DOMAIN ? POLICY_SCOPE_BOTH : POLICY_SCOPE_EXACT};
    return p && (s->kind == SUBJECT_DOMAIN || s->kind == SUBJECT_HOST) &&
           dns_name_parse(s->value, strlen(s->value), &name) == 0 && protection_forbids(p, &rule, &by);
}

/* Below a public suffix (publicsuffix.org: co.jp, and of its private section github.io) everybody is another. */
static bool is_suffix(const struct subject *s)
{
    return s->kind == SUBJECT_DOMAIN && psl_is_public_suffix(psl_builtin(), s->value);
}

/* As wide as what a registry of many countries has from IANA, or wider: no single party's, and a slip of the pen such as 0.0.0.0/0 would cut off
 * everybody. */
static bool is_wide(const struct subject *s)
{
    enum { WIDE_BITS = 8, WIDE_BITS_V6 = 16, MAPPED_BITS = 96 };
    struct addr_prefix p;
    if (s->kind != SUBJECT_PREFIX || addr_prefix_parse(s->value, &p) < 0)
        return false;
    return p.bits <= WIDE_BITS_V6 || (addr_is_v4(&p.addr) && p.bits >= MAPPED_BITS && p.bits <= MAPPED_BITS + WIDE_BITS);
}

static int note_member(void *self, const char *name)
{
    (void)name;
    *(bool *)self = true;
    return 0;
}

/* Without members no subject costs a question. */
static void look_for_members(struct guard_keeper *k)
{
    k->has_members = false;
    if (member_list(k->o.ledger, NULL, 1, note_member, &k->has_members) < 0)
        k->has_members = true;
}

void guard_keeper_members_changed(struct guard_keeper *k)
{
    look_for_members(k);
    k->o.changed(k->o.self);
}

/* Of a ledger that cannot be asked, nobody knows: better asked about than blocked. */
static bool is_of_member(const struct guard_keeper *k, const struct subject *s)
{
    char member[ACCOUNT_MEMBER_MAX], value[MEMBER_VALUE_MAX];
    return k->has_members && member_of(k->o.ledger, s, member, value) != -ENOENT;
}

unsigned guard_keeper_guards(const struct guard_keeper *k, const struct subject *s)
{
    const char *names[WARNING_LISTS_HITS_MAX];
    unsigned guards = warning_lists_find(k->warnings, s, names) > 0 ? INDICATOR_GUARD_WARNING_LIST : 0;
    if (k->protection_unknown || is_protected(policy_manager_protection(k->o.policy), s))
        guards |= INDICATOR_GUARD_NEVER_BLOCK;
    for (unsigned i = 0; i < CONFIG_GUARD_LISTS; i++)
        if (k->by[i].is_unknown || (k->by[i].list && guard_list_has(k->by[i].list, s)))
            guards |= traits[i].guard;
    if (own_values_have(&k->config->judge.own, s) || is_of_member(k, s))
        guards |= INDICATOR_GUARD_OWN;
    return is_suffix(s) || is_wide(s) ? guards | INDICATOR_GUARD_SHARED : guards;
}

bool guard_keeper_is_ready(struct guard_keeper *k)
{
    bool known = policy_manager_protection(k->o.policy) != NULL;
    k->protection_unknown = !known && policy_manager_is_protecting(k->o.policy);
    bool reads = k->awaits_files;
    for (unsigned i = 0; i < CONFIG_GUARD_LISTS; i++)
        reads |= k->by[i].next != NULL;
    return !reads && (known || !policy_manager_is_building(k->o.policy));
}

const struct warning_lists *guard_keeper_warnings(const struct guard_keeper *k)
{
    return k->warnings;
}

/* ---- reading ---- */

/* The folder as it is now; what was read before is kept if it cannot be read. */
static void read_warnings(struct guard_keeper *k)
{
    const char *folder = k->config->judge.warning_lists;
    struct warning_lists *next = NULL;
    int e = *folder ? warning_lists_read(folder, &next) : 0;
    if (e < 0) {
        log_error(_("warning lists of %s: %s"), folder, strerror(-e));
        return;
    }
    if (next)
        log_notice(_("%u warning lists with %zu values"), warning_lists_count(next), warning_lists_values(next));
    warning_lists_free(k->warnings);
    k->warnings = next;
}

/* What was read of it before is kept if there was something. */
static void take_failure(struct guard_keeper *k, unsigned which, int error)
{
    struct guarding *g = &k->by[which];
    guard_list_free(g->next);
    g->next = NULL;
    g->is_unknown = g->list == NULL;
    log_error(_("%s: %s: %s; %s"), traits[which].key, k->config->judge.guard_lists[which], strerror(-error),
              g->is_unknown ? _("nothing is blocked by belief until it can be read") : _("what was read of it before holds"));
}

static void on_step(evutil_socket_t fd, short what, void *self)
{
    (void)fd, (void)what;
    struct guard_keeper *k = self;
    for (unsigned i = 0; i < CONFIG_GUARD_LISTS; i++) {
        struct guarding *g = &k->by[i];
        if (!g->next)
            continue;
        int r = guard_list_read(g->next, STEP_LINES);
        if (r < 0) {
            take_failure(k, i, r);
        } else if (r == 0) {
            guard_list_free(g->list);
            g->list = g->next;
            g->next = NULL;
            g->is_unknown = false;
            log_notice(_("%s: %s: %zu entries, %llu lines skipped"), traits[i].key, k->config->judge.guard_lists[i], guard_list_count(g->list),
                       (unsigned long long)guard_list_skipped(g->list));
        }
        event_active(k->step, 0, 0); /* for what is left; without that it is the end */
        return;
    }
    k->o.changed(k->o.self);
}

void guard_keeper_take_files(struct guard_keeper *k, const int fds[CONFIG_GUARD_LISTS])
{
    k->awaits_files = false;
    for (unsigned i = 0; i < CONFIG_GUARD_LISTS; i++) {
        struct guarding *g = &k->by[i];
        guard_list_free(g->next);
        g->next = NULL;
        if (!*k->config->judge.guard_lists[i]) {
            guard_list_free(g->list);
            *g = (struct guarding){0};
            if (fds[i] >= 0)
                close(fds[i]);
            continue;
        }
        int e = fds[i] < 0 ? -ENOENT : guard_list_begin(fds[i], i == CONFIG_POPULAR ? k->config->judge.popular_max_rank : 0, &g->next);
        if (e < 0)
            take_failure(k, i, e);
    }
    event_active(k->step, 0, 0);
}

void guard_keeper_configure(struct guard_keeper *k, const struct config *config)
{
    k->config = config;
    k->awaits_files = true;
    read_warnings(k);
}

int guard_keeper_new(const struct guard_keeper_options *options, const struct config *config, struct guard_keeper **ret_keeper)
{
    struct guard_keeper *k = calloc(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    k->o = *options;
    k->step = event_new(options->loop, -1, 0, on_step, k);
    if (!k->step) {
        free(k);
        return -ENOMEM;
    }
    look_for_members(k);
    guard_keeper_configure(k, config);
    *ret_keeper = k;
    return 0;
}

void guard_keeper_free(struct guard_keeper *k)
{
    if (!k)
        return;
    for (unsigned i = 0; i < CONFIG_GUARD_LISTS; i++) {
        guard_list_free(k->by[i].list);
        guard_list_free(k->by[i].next);
    }
    event_free(k->step);
    warning_lists_free(k->warnings);
    free(k);
}
