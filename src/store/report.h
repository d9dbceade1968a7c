/* Reports of people that a block is wrong, and what became of them, in the ledger's file.
 *
 * By the ledger's process and thread, and with its errors (store/ledger.h). At most REPORTS_MAX: the oldest decided ones leave first, then
 * new ones are refused. Of one address, of IPv6 its /64, REPORT_OF_ADDRESS_MAX in 24 hours.
 */
#ifndef HINOMI_STORE_REPORT_H
#define HINOMI_STORE_REPORT_H

#include "base/addr.h"
#include "model/account.h"
#include "store/ledger.h"

enum {
    REPORT_REFERENCE_MAX = 17, /* with the terminator: 10 octets of chance in base32 (RFC 4648 6) */
    REPORT_REFERENCE_OCTETS = 10,
    REPORT_NAME_MAX = 256,
    REPORT_GIVEN_MAX = 512,
    REPORT_TEXT_MAX = 2001,
    REPORT_CONTACT_MAX = 255,
    REPORT_LANGUAGE_MAX = 8,
    REPORT_CAUSE_MAX = 128,
    REPORTS_MAX = 100000,
    REPORT_OF_ADDRESS_MAX = 20,
    REPORT_DECIDED_AT_ONCE = 1000, /* of one name; more wait for the next release */
};

enum report_state { REPORT_OPEN, REPORT_RELEASED, REPORT_REFUSED, REPORT_STATE_COUNT }; /* stored */

struct report {
    int64_t number;
    char reference[REPORT_REFERENCE_MAX];
    char name[REPORT_NAME_MAX], given[REPORT_GIVEN_MAX], text[REPORT_TEXT_MAX], contact[REPORT_CONTACT_MAX], language[REPORT_LANGUAGE_MAX];
    char member[ACCOUNT_MEMBER_MAX];
    struct addr address;
    char cause[REPORT_CAUSE_MAX]; /* the list that blocked it when it was reported */
    struct verdict_ref verdict;   /* cited then */
    int64_t made_us;
    enum report_state state;
    char reason[VERDICT_REASON_MAX], decided_by[VERDICT_NAME_MAX];
    int64_t decided_us; /* 0: not yet */
};

/* "open", "released", "refused"; "unknown" beyond the enum. */
const char *report_state_word(unsigned state);
int report_state_parse(const char *word, enum report_state *ret_state) must_check; /* -EINVAL */

/* As made at r->made_us and open; sets number. -EDQUOT: its address has sent as many as it may in 24 hours; -ENOSPC: too many are open (or
 * the disk is full, as the ledger's); -EEXIST: the reference is taken; -EINVAL: a text that is no UTF-8. */
int report_add(struct ledger *l, struct report *r) must_check;
int report_by_reference(struct ledger *l, const char *reference, struct report *ret_report) must_check; /* -ENOENT */
int report_by_number(struct ledger *l, int64_t number, struct report *ret_report) must_check;           /* -ENOENT */

struct report_filter {
    const char *member;   /* NULL: of all */
    int state;            /* -1: all */
    int64_t before;       /* numbers below; 0: from the newest on */
    unsigned limit;
};
typedef int report_each(void *self, const struct report *r);
/* The newest first. Anything but 0 stops and is returned. */
int report_list(struct ledger *l, const struct report_filter *f, report_each *each, void *self) must_check;

/* That one, and with `all_of_name` every other open one of its name: decided by the same person for the same reason. *ret_count: how many.
 * -ENOENT: there is none, or it is decided. */
int report_decide(struct ledger *l, int64_t number, bool all_of_name, enum report_state state, const char *reason, const char *by, int64_t now_us,
                  unsigned *ret_count) must_check;

struct report_summary {
    uint64_t open, released, refused; /* decided ones: since `since_us` */
    int64_t oldest_open_us;           /* 0: none is open */
    int64_t median_us, p90_us;        /* from report to release; 0: none was released */
};
int report_summarise(struct ledger *l, const char *member, int64_t since_us, struct report_summary *ret_summary) must_check;

/* How often what a list or layer blocked was reported since, and with what result; those with most releases first. */
struct report_cause {
    char cause[REPORT_CAUSE_MAX];
    uint64_t open, released, refused;
};
typedef int report_each_cause(void *self, const struct report_cause *c);
int report_causes(struct ledger *l, const char *member, int64_t since_us, unsigned max, report_each_cause *each, void *self) must_check;

#endif
