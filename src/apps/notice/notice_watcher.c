/* Looks at notices when their time has come. */
#include "apps/notice/notice_watcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/notice/notice_change.h"
#include "base/log.h"
#include "store/dns_query.h"
#include "store/indicator.h"
#include "store/sql_text.h"

enum { SLICES = 24, AT_ONCE = 8, STEP_MAX_S = 86400 };

struct notice_watcher {
    struct notice_watcher_options o;
    int64_t asking; /* the notice; 0: nothing is asked */
    int64_t since_us, asked_us;
    uint32_t step_s;
    struct notice_watcher_status status;
};

static int look_at_due(struct notice_watcher *w, int64_t now_us);

static int finish(struct notice_watcher *w, int64_t id, int64_t now_us, int coverage)
{
    struct notice n;
    w->status.looks++;
    int e = indicator_begin(w->o.ledger);
    if (e == 0)
        e = notice_change_look(w->o.ledger, w->o.rules, id, now_us, coverage, &n);
    bool is_changed = e > 0;
    if (e >= 0)
        e = indicator_commit(w->o.ledger);
    if (e < 0)
        indicator_rollback(w->o.ledger);
    if (e == 0 && is_changed)
        w->o.changed(w->o.self, &n);
    return e == -ENOENT ? 0 : e;
}

/* ---- whether it could have been seen ---- */

struct standing {
    struct ledger *ledger;
    unsigned active, gone;
};

static int look_at_subject(void *self, const struct notice_subject *s)
{
    struct standing *standing = self;
    struct indicator i;
    if (s->wrong_us)
        return 0;
    int e = indicator_get_by_id(standing->ledger, s->indicator, &i);
    if (e < 0 && e != -ENOENT)
        return e;
    bool is_active = e == 0 && i.state == INDICATOR_ACTIVE;
    standing->active += is_active;
    standing->gone += !is_active;
    return 0;
}

/* Rows of dns_query_series: one for each slice in which there was an answer. */
static void on_answer(void *self, bool ok, const char *bytes, size_t len)
{
    struct notice_watcher *w = self;
    int64_t id = w->asking, seconds = (w->asked_us - w->since_us) / 1000000;
    unsigned rows = 0;
    for (size_t i = 0; ok && i < len; i++)
        rows += bytes[i] == '\n';
    rows += ok && len > 0 && bytes[len - 1] != '\n';
    int64_t slices = seconds / w->step_s > 0 ? seconds / w->step_s : 1;
    int coverage = !ok ? -1 : rows >= slices ? 100 : (int)(100 * rows / slices);
    w->status.unanswered += !ok;
    w->asking = 0;
    int e = finish(w, id, w->asked_us, coverage);
    if (e == 0)
        e = look_at_due(w, w->asked_us);
    if (e < 0)
        log_debug("it is still due, and looked at again");
}

static int ask(struct notice_watcher *w, const struct notice *n, int64_t now_us)
{
    static char sql[SQL_TEXT_MAX];
    int64_t seconds = (now_us - notice_quiet_since(&n->life)) / 1000000, step_s = seconds / SLICES;
    w->since_us = notice_quiet_since(&n->life);
    w->asked_us = now_us;
    w->step_s = (uint32_t)(step_s < 1 ? 1 : step_s > STEP_MAX_S ? STEP_MAX_S : step_s);
    int len = dns_query_series(w->since_us, w->step_s, n->member, sql, sizeof sql);
    if (len < 0)
        return len;
    w->status.questions++;
    w->asking = n->id;
    int e = store_client_ask(w->o.store, sql, (size_t)len, on_answer, w);
    if (e < 0)
        w->asking = 0;
    return e;
}

/* ---- looking ---- */

static int look(struct notice_watcher *w, int64_t id, int64_t now_us)
{
    struct notice n;
    struct standing standing = {.ledger = w->o.ledger};
    int e = notice_get(w->o.ledger, id, &n, NULL);
    if (e == 0)
        e = notice_subjects(w->o.ledger, id, NOTICE_SUBJECTS_MAX, look_at_subject, &standing);
    if (e < 0)
        return e == -ENOENT ? 0 : e;
    bool is_quiet_over = now_us >= notice_quiet_since(&n.life) + w->o.rules->fixed_after_us;
    if (n.kind == NOTICE_OWN) { /* seen as long as it is believed of it; who said so watches */
        if (standing.active > 0) {
            e = notice_change(w->o.ledger, w->o.rules, id, NOTICE_IS_SEEN, now_us, &n);
            if (e < 0)
                return e;
        }
        return finish(w, id, now_us, standing.active > 0 ? -1 : 100);
    }
    if (!is_quiet_over || standing.gone > 0) /* what is no longer looked for is not seen either */
        return finish(w, id, now_us, -1);
    e = ask(w, &n, now_us);
    if (e >= 0)
        return 0;
    w->status.unanswered++;
    return finish(w, id, now_us, -1);
}

int notice_watcher_step(struct notice_watcher *w, int64_t now_us)
{
    int64_t id;
    if (w->asking)
        return 0;
    int count = notice_due(w->o.ledger, now_us, 1, &id);
    if (count > 0)
        w->o.flush(w->o.self);
    return count > 0 ? look_at_due(w, now_us) : count;
}

/* Until something is asked; its answer goes on from there. */
static int look_at_due(struct notice_watcher *w, int64_t now_us)
{
    int64_t ids[AT_ONCE];
    int count = notice_due(w->o.ledger, now_us, AT_ONCE, ids);
    int e = count < 0 ? count : 0;
    for (int i = 0; e == 0 && i < count && !w->asking; i++)
        e = look(w, ids[i], now_us);
    return e;
}

void notice_watcher_status_get(const struct notice_watcher *w, struct notice_watcher_status *ret_status)
{
    *ret_status = w->status;
}

int notice_watcher_new(const struct notice_watcher_options *options, struct notice_watcher **ret_watcher)
{
    struct notice_watcher *w = calloc(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->o = *options;
    *ret_watcher = w;
    return 0;
}

void notice_watcher_free(struct notice_watcher *w)
{
    free(w);
}
