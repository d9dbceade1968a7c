/* Cases with their subjects, members, people, links and notes, in the ledger's file.
 *
 * By the ledger's process and thread, and with its errors (store/ledger.h). Who may see which case is not decided here but by
 * api/case/case_wall.h, from the facts that come with each case. A change and the note that tells of it are written together or not at all.
 * Nothing leaves by itself: when a table of a case, or that of cases, is full, more is refused.
 */
#ifndef HINOMI_STORE_CASE_H
#define HINOMI_STORE_CASE_H

#include "model/case.h"
#include "model/subject.h"
#include "store/ledger.h"

enum {
    CASES_MAX = 100000,      /* a national CSIRT of some thousand cases a year: decades */
    CASE_SUBJECTS_MAX = 500, /* of one case, as these: all of them are judged in one step of the hub */
    CASE_MEMBERS_MAX = 500,
    CASE_PEOPLE_MAX = 50,
    CASE_LINKS_MAX = 1000,
    CASE_TEXTS_MAX = 2000,
    CASE_NOTES_MAX = 10000, /* texts and changes */
    CASE_ANSWERS_MAX = 100,      /* of one member */
    CASE_ANSWERS_ALL_MAX = 2000, /* of all members; apart from what the centre has */
};

/* Who looks: for the facts that are gathered with a case. */
struct case_asker {
    int64_t account;    /* 0: nobody's account */
    const char *member; /* empty: of the centre */
};
struct case_facts {
    bool is_admitted, may_write; /* among its people */
    bool is_concerned;           /* the asker's member is */
};

/* Who changes it, and when. */
struct case_hand {
    const char *name;
    int64_t now_us;
};

/* Adds it as made at c->made_us; sets number. `account` (not 0), the one of who opens it, is admitted to write. -E2BIG: there are CASES_MAX. */
int case_add(struct ledger *l, struct case_record *c, int64_t account, const char *account_name) must_check;
int case_get(struct ledger *l, int64_t number, const struct case_asker *asker, struct case_record *ret_case, struct case_facts *ret_facts) must_check; /* -ENOENT */
/* Writes what differs between the two, each as a note; sets version and changed_us of `to`. 0: nothing did; 1: written. -E2BIG: it has so many notes
 * that only its state can still be changed. */
int case_change(struct ledger *l, const struct case_record *from, struct case_record *to, const struct case_hand *by) must_check;

struct case_filter {
    const char *member;             /* NULL: any */
    const char *owner;              /* the same */
    const struct subject *subject;  /* the same */
    bool is_answered;               /* only those; none for whom a member asks */
    int state;                      /* -1: any */
    int64_t before;                 /* numbers below; 0: from the newest on */
};
typedef int case_each(void *self, const struct case_record *c, const struct case_facts *f);
/* The newest first, without an end: the callback stops it. Anything but 0 stops and is returned. */
int case_list(struct ledger *l, const struct case_filter *f, const struct case_asker *asker, case_each *each, void *self) must_check;

/* ---- what belongs to one: 0 nothing was to be done, 1 done, -E2BIG it has as many as it may ---- */

struct case_subject {
    struct subject subject;
    char note[CASE_SUBJECT_NOTE_MAX]; /* may be empty */
    char made_by[VERDICT_NAME_MAX];
    int64_t made_us;
};
/* All or none, of which subject and note count: how many were new or have another note now. One that is there gets the new note unless that is
 * empty. */
int case_add_subjects(struct ledger *l, int64_t number, const struct case_subject *s, unsigned count, const struct case_hand *by) must_check;
int case_drop_subject(struct ledger *l, int64_t number, const struct subject *s, const struct case_hand *by) must_check;
typedef int case_each_subject(void *self, const struct case_subject *s);
/* By kind and value, from the given place on. Anything but 0 stops and is returned. */
int case_subjects(struct ledger *l, int64_t number, unsigned from, unsigned max, case_each_subject *each, void *self) must_check;

int case_add_member(struct ledger *l, int64_t number, const char *member, const struct case_hand *by) must_check;
int case_drop_member(struct ledger *l, int64_t number, const char *member, const struct case_hand *by) must_check;
typedef int case_each_member(void *self, const char *member);
int case_members(struct ledger *l, int64_t number, case_each_member *each, void *self) must_check;

struct case_person {
    int64_t account;
    char name[ACCOUNT_NAME_MAX];
    bool may_write;
};
int case_admit(struct ledger *l, int64_t number, const struct case_person *p, const struct case_hand *by) must_check;
int case_dismiss(struct ledger *l, int64_t number, const char *name, const struct case_hand *by) must_check;
typedef int case_each_person(void *self, const struct case_person *p);
int case_people(struct ledger *l, int64_t number, case_each_person *each, void *self) must_check;

struct case_link {
    enum case_link_kind kind;
    int64_t reference;
    char made_by[VERDICT_NAME_MAX];
    int64_t made_us;
};
int case_add_link(struct ledger *l, int64_t number, enum case_link_kind kind, int64_t reference, const struct case_hand *by) must_check;
typedef int case_each_link(void *self, const struct case_link *link);
int case_links(struct ledger *l, int64_t number, case_each_link *each, void *self) must_check;

/* ---- notes ---- */

struct case_note {
    int64_t id;
    char field[CASE_FIELD_MAX]; /* empty: a text of a person; else what was changed, from `old` to `text` */
    bool is_internal;           /* not for members */
    char made_by[VERDICT_NAME_MAX];
    char member[ACCOUNT_MEMBER_MAX]; /* whose account wrote it; empty: the centre's */
    int64_t made_us;
    const char *old, *text; /* borrowed for the call */
};
int case_add_note(struct ledger *l, int64_t number, const char *text, bool is_internal, const struct case_hand *by, int64_t *ret_id) must_check;
/* Of an account of that member; the centre and that member see it. -E2BIG: it has written CASE_ANSWERS_MAX, or all of them CASE_ANSWERS_ALL_MAX. */
int case_add_answer(struct ledger *l, int64_t number, const char *member, const char *text, const struct case_hand *by, int64_t *ret_id) must_check;
typedef int case_each_note(void *self, const struct case_note *n);
/* The newest first, of ids below `before` (0: all); `member`: those that it may see alone; NULL: all. */
int case_notes(struct ledger *l, int64_t number, const char *member, int64_t before, unsigned max, case_each_note *each, void *self) must_check;

/* Verdicts as one step, as ledger_append_all, with a note of the case that says so: "phishing 34-45". */
int case_judge(struct ledger *l, int64_t number, struct verdict *v, unsigned count, const struct case_hand *by) must_check;

#endif
