/* The table of indicators beside the ledger: what was folded last of each subject, where it was met, and how sources did.
 *
 * In the ledger's file, by its process and thread, and with its errors (store/ledger.h). Everything here can be made again from the
 * entries; sightings are of their own. A number of an indicator is that of the first entry about its subject.
 */
#ifndef HINOMI_STORE_INDICATOR_H
#define HINOMI_STORE_INDICATOR_H

#include "base/attr.h"
#include "model/indicator.h"
#include "store/ledger.h"

/* A verdict on a subject, and whether something replaced it. */
typedef int indicator_each_statement(void *self, const struct verdict *v, bool superseded);
/* Borrowed for the call; anything but 0 stops and is returned. It may read, not write. */
typedef int indicator_each(void *self, uint32_t id, const struct indicator *i);
typedef int indicator_each_subject(void *self, uint32_t number, const struct subject *s);

/* ---- reckoning ---- */

/* Several steps as one: all of it or nothing, and one wait for the disk. No entry may be appended in between. */
int indicator_begin(struct ledger *l) must_check;
int indicator_commit(struct ledger *l) must_check;
void indicator_rollback(struct ledger *l);
/* The number of the last entry that the indicators know of. */
int indicator_folded(struct ledger *l, uint32_t *ret_number) must_check;
int indicator_set_folded(struct ledger *l, uint32_t number) must_check;
/* Subjects of the entries after `number` that are weighed, `max` entries at most; *ret_last: of the last entry looked at. */
int indicator_new_subjects(struct ledger *l, uint32_t number, unsigned max, indicator_each_subject *each, void *self,
                           uint32_t *ret_last) must_check;
/* Oldest first; of what was replaced, the newest 200. *ret_id: of its indicator; 0: nothing was ever said. */
int indicator_statements(struct ledger *l, const struct subject *s, indicator_each_statement *each, void *self, uint32_t *ret_id) must_check;
int indicator_put(struct ledger *l, uint32_t id, const struct indicator *i) must_check;
/* Those that are to be reckoned again by then, the most overdue first. */
int indicator_due(struct ledger *l, int64_t now_us, unsigned max, indicator_each *each, void *self) must_check;
/* When the next one is due; INT64_MAX: none. */
int indicator_next_due(struct ledger *l, int64_t *ret_us) must_check;
/* What is known of the subject is not due again before that moment; nothing else of it is read or changed. Without an indicator nothing happens. */
int indicator_put_off(struct ledger *l, const struct subject *s, int64_t until_us) must_check;

/* ---- finding ---- */

/* -ENOENT. */
int indicator_get(struct ledger *l, const struct subject *s, uint32_t *ret_id, struct indicator *ret_indicator) must_check;
int indicator_get_by_id(struct ledger *l, uint32_t id, struct indicator *ret_indicator) must_check;

struct indicator_filter {
    unsigned states, decisions, kinds; /* sets of 1 << number; 0: any */
    unsigned claims;                   /* the same */
    bool conflict;                     /* only those in conflict */
    uint32_t after, until;             /* only with numbers above the one, up to the other; until 0: no end */
    unsigned max;                      /* 0: no limit */
};
/* By number. */
int indicator_list(struct ledger *l, const struct indicator_filter *filter, indicator_each *each, void *self) must_check;
struct indicator_counts {
    uint64_t state[INDICATOR_STATE_COUNT], decision[INDICATOR_DECISION_COUNT];
};
/* Goes through all of them. */
int indicator_count(struct ledger *l, struct indicator_counts *ret_counts) must_check;

/* ---- sightings ---- */

struct indicator_sighting {
    uint32_t indicator, hour;
    char member[VERDICT_NAME_MAX];
    uint64_t count;
    int64_t first_us, last_us;
};
/* Adds to what is there of that indicator, hour and member, and to the indicator's own counts. -ENOENT: no such indicator. */
int indicator_add_sighting(struct ledger *l, const struct indicator_sighting *s) must_check;
typedef int indicator_each_sighting(void *self, const struct indicator_sighting *s);
/* Of the past, where nothing was counted yet: a row that is there already is not added to. The same. */
int indicator_put_sighting(struct ledger *l, const struct indicator_sighting *s) must_check;
/* The newest first. */
int indicator_sightings(struct ledger *l, uint32_t id, unsigned max, indicator_each_sighting *each, void *self) must_check;
/* Forgets sightings of hours before that one; how many rows. */
int indicator_forget_sightings(struct ledger *l, uint32_t hour, uint64_t *ret_rows) must_check;

/* Those that are to be looked for in what is stored: put in with the change that made them active, taken out when that is done. */
int indicator_look_back_queue(struct ledger *l, uint32_t id) must_check;
int indicator_look_back_drop(struct ledger *l, uint32_t id) must_check;
/* By number. */
int indicator_look_back_each(struct ledger *l, unsigned max, indicator_each *each, void *self) must_check;

/* ---- sources ---- */

struct indicator_source {
    enum verdict_author_kind kind;
    char name[VERDICT_NAME_MAX];
    uint64_t said, first, followed, confirmed, wrong;
    uint64_t hits; /* how often its subjects were met here; not of indicator_source_add */
    int64_t lead_s; /* of those that followed, summed */
    int64_t last_us;
    int32_t weight; /* as it was put; -1: never was. Not of indicator_source_add */
};
/* All zero but kind, name and weight when it is not known. */
int indicator_source_get(struct ledger *l, enum verdict_author_kind kind, const char *name, struct indicator_source *ret_source) must_check;
/* Adds the counts; last_us is the later one. Counts may be below zero as two's complement: what is taken back. */
int indicator_source_add(struct ledger *l, const struct indicator_source *s) must_check;
typedef int indicator_each_source(void *self, const struct indicator_source *s);
int indicator_sources(struct ledger *l, indicator_each_source *each, void *self) must_check;

/* ---- with what it was reckoned ---- */

/* Of a source's word, 0 or more, as the caller makes it up. */
int indicator_weight_put(struct ledger *l, enum verdict_author_kind kind, const char *name, int32_t weight) must_check;
enum { INDICATOR_RULES_LEN = 32 }; /* of a hash of the rules for all */
/* -ENOENT: it was never put. */
int indicator_rules_get(struct ledger *l, uint8_t ret_hash[INDICATOR_RULES_LEN]) must_check;
int indicator_rules_put(struct ledger *l, const uint8_t hash[INDICATOR_RULES_LEN]) must_check;

/* A verdict on a subject; borrowed for the call. */
struct indicator_said {
    uint32_t number;
    int kind; /* enum subject_kind */
    const char *value, *author;
};
typedef int indicator_each_said(void *self, const struct indicator_said *said);
/* Of the weighed entries after one number up to another, by number. */
int indicator_said(struct ledger *l, uint32_t after, uint32_t until, indicator_each_said *each, void *self) must_check;

#endif
