/* Notices: what members are told, with the subjects that each is about, in the ledger's file.
 *
 * By the ledger's process and thread, and with its errors (store/ledger.h). At most NOTICES_MAX: those at their end leave first, the oldest of
 * them, then new ones are refused. What follows from what is judge/notice; here it is kept. Steps that belong together stand between
 * indicator_begin and indicator_commit.
 */
#ifndef HINOMI_STORE_NOTICE_H
#define HINOMI_STORE_NOTICE_H

#include "model/notice.h"
#include "model/subject.h"
#include "store/ledger.h"

enum {
    NOTICES_MAX = 200000,
    NOTICE_SUBJECTS_MAX = 1000, /* of one; what is seen beyond is counted */
};

/* How a notice goes on, beside what it is. */
struct notice_plan {
    int64_t look_us; /* INT64_MAX: not */
    bool at_once, digest; /* it is still to be told in this way */
};

/* Adds it (id 0, set on success) or writes it anew. -ENOSPC: too many that are not at their end, or the disk is full. */
int notice_put(struct ledger *l, struct notice *n, const struct notice_plan *plan) must_check;
int notice_get(struct ledger *l, int64_t id, struct notice *ret_notice, struct notice_plan *ret_plan) must_check; /* -ENOENT; plan may be NULL */
/* The one of that member, kind and claim that is on its way to nobody yet, and so takes more subjects; -ENOENT. */
int notice_gathering(struct ledger *l, const char *member, enum notice_kind kind, enum claim claim, int64_t *ret_id) must_check;
/* The notice of the member that has the indicator, and what it is now; -ENOENT. */
int notice_of_subject(struct ledger *l, const char *member, enum notice_kind kind, uint32_t indicator, int64_t *ret_id, enum notice_state *ret_state)
    must_check;

/* Something was met so often, from then to then. */
struct notice_hit {
    uint32_t indicator;
    uint64_t count;
    int64_t first_us, last_us;
};
/* Adds to a subject that the notice has: to its row, and to the notice. One that was wrong is none any more. */
int notice_seen(struct ledger *l, int64_t id, const char *member, enum notice_kind kind, const struct notice_hit *hit) must_check;
/* A new subject of that notice, or an old one of another that now belongs to this; an urgent one is to be told at once again. -E2BIG: it has as
 * many as it may; only counted. */
int notice_add_subject(struct ledger *l, int64_t id, const char *member, enum notice_kind kind, const struct notice_hit *hit) must_check;

struct notice_subject {
    uint32_t indicator;
    uint64_t hits;
    int64_t first_us, last_us;
    int64_t wrong_us; /* 0: no */
};
typedef int notice_each_subject(void *self, const struct notice_subject *s);
/* Those seen last first. Anything but 0 stops and is returned. */
int notice_subjects(struct ledger *l, int64_t id, unsigned max, notice_each_subject *each, void *self) must_check;
/* The indicator is wrong, in every notice that has it; calls for those without a subject left. */
typedef int notice_each_id(void *self, int64_t id);
int notice_withdraw_subject(struct ledger *l, uint32_t indicator, int64_t now_us, notice_each_id *emptied, void *self) must_check;

struct notice_filter {
    const char *member;     /* NULL: of all */
    bool shown;             /* not those that are held back from their member */
    int state;              /* -1: all */
    const char *campaign;   /* NULL: any */
    int64_t before;         /* numbers below; 0: from the newest on */
    unsigned limit;
};
typedef int notice_each(void *self, const struct notice *n);
/* The newest first. Anything but 0 stops and is returned. */
int notice_list(struct ledger *l, const struct notice_filter *f, notice_each *each, void *self) must_check;

/* Up to max numbers: how many. Of those to be looked at by then, the most overdue first. */
int notice_due(struct ledger *l, int64_t now_us, unsigned max, int64_t *ret_ids) must_check;
/* Of one member that is to be told: at once, of those raised by then; or in the digest. *ret_member is empty when there is none. A
 * notice that is held back is not told. */
int notice_to_tell(struct ledger *l, bool at_once, int64_t raised_by_us, unsigned max, char ret_member[ACCOUNT_MEMBER_MAX], int64_t *ret_ids) must_check;
/* Of the control group of that campaign. */
int notice_held(struct ledger *l, const char *campaign, unsigned max, int64_t *ret_ids) must_check;

/* Those that have the indicator, of that member (NULL: of all), the newest first. Anything but 0 stops and is returned. */
int notice_of_indicator(struct ledger *l, uint32_t indicator, const char *member, unsigned max, notice_each_id *each, void *self) must_check;

struct notice_counts {
    uint64_t state[NOTICE_STATE_COUNT];
    uint64_t uncovered;
};
/* Goes through all of them by an index. */
int notice_count(struct ledger *l, const char *member, struct notice_counts *ret_counts) must_check;

/* When the last digest was made up; 0: never. */
int notice_digest_get(struct ledger *l, int64_t *ret_us) must_check;
int notice_digest_put(struct ledger *l, int64_t us) must_check;

#endif
