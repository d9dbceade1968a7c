/* Keeps what belongs to a case: subjects, members, people, links, notes. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/case_impl.h"

enum { TRACE_MAX = SUBJECT_VALUE_MAX + 32 };

/* A row of a table that is added unless the table is full, or dropped; with the note. */
struct part {
    const char *field, *count; /* of the note; a statement that counts the rows of the case */
    int64_t max;
};
static const struct part subjects = {"subject", "SELECT count(*) FROM case_subject WHERE number = ?", CASE_SUBJECTS_MAX};
static const struct part members = {"member", "SELECT count(*) FROM case_member WHERE number = ?", CASE_MEMBERS_MAX};
static const struct part people = {"person", "SELECT count(*) FROM case_person WHERE number = ?", CASE_PEOPLE_MAX};
static const struct part links = {"link", "SELECT count(*) FROM case_link WHERE number = ?", CASE_LINKS_MAX};

/* In the transaction: there is room for one more. */
static int has_room(struct ledger *l, const struct part *p, int64_t number)
{
    int64_t count = 0;
    int e = case_count(l, p->count, number, &count);
    return e == 0 && count >= p->max ? ledger_fail(l, -E2BIG) : e;
}

static int begin_adding(struct ledger *l, const struct part *p, int64_t number, bool is_there)
{
    int e = ledger_begin(l);
    return e < 0 || is_there ? e : has_room(l, p, number);
}

static int end_change(struct ledger *l, int e, int64_t number, const struct case_trace *t, const struct case_hand *by)
{
    if (e == 0)
        e = case_trace(l, number, t, by);
    if (e == 0)
        e = case_touch(l, number, by->now_us);
    return case_end(l, e, 1);
}

/* What a deletion did: with a note when there was something. */
static int end_drop(struct ledger *l, int e, int64_t number, const struct case_trace *t, const struct case_hand *by)
{
    if (e == 0 && sqlite3_changes(l->db) == 0)
        return case_end(l, 0, 0);
    return end_change(l, e, number, t, by);
}

/* The first text of the first row; -ENOENT. Ends the statement. */
static int one_text(struct ledger *l, sqlite3_stmt *s, char *to, size_t max)
{
    int e = ledger_next_row(l, s);
    if (e == 1)
        e = ledger_take_text(s, 0, to, max) < 0 ? ledger_fail(l, -EBADMSG) : 1;
    sqlite3_finalize(s);
    return e == 1 ? 0 : e == 0 ? -ENOENT : e;
}

/* ---- subjects ---- */

static const char *subject_text(const struct subject *s, char text[TRACE_MAX])
{
    snprintf(text, TRACE_MAX, "%s %s", subject_kind_word(s->kind), s->value);
    return text;
}

/* In the transaction: 1 when something is another now. */
static int add_subject(struct ledger *l, int64_t number, const struct case_subject *c, const struct case_hand *by)
{
    sqlite3_stmt *s;
    char text[TRACE_MAX], old[CASE_SUBJECT_NOTE_MAX] = "";
    if (c->note[0] && !case_text_is_valid(c->note, CASE_SUBJECT_NOTE_MAX, true))
        return ledger_fail(l, -EINVAL);
    int64_t kind = (int64_t)c->subject.kind;
    int e = account_ask(l, "SELECT note FROM case_subject WHERE number = ? AND kind = ? AND value = ?", &s, "iit", number, kind, c->subject.value);
    if (e == 0)
        e = one_text(l, s, old, sizeof old);
    bool is_new = e == -ENOENT;
    if (e < 0 && !is_new)
        return e;
    if (!is_new && (!c->note[0] || strcmp(old, c->note) == 0))
        return 0;
    e = is_new ? has_room(l, &subjects, number) : 0;
    if (e == 0)
        e = account_run(l, "INSERT INTO case_subject VALUES (?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET note = ?4", "iittti", number, kind, c->subject.value,
                        c->note, by->name, by->now_us);
    const struct case_trace added = {subjects.field, "", subject_text(&c->subject, text)}, reworded = {"subject-note", old, c->note};
    if (e == 0)
        e = case_trace(l, number, is_new ? &added : &reworded, by);
    return e < 0 ? e : 1;
}

int case_add_subjects(struct ledger *l, int64_t number, const struct case_subject *s, unsigned count, const struct case_hand *by)
{
    int changed = 0, e = ledger_begin(l);
    for (unsigned i = 0; e == 0 && i < count; i++) {
        int done = add_subject(l, number, &s[i], by);
        e = done < 0 ? done : 0;
        changed += done > 0;
    }
    if (e == 0 && changed > 0)
        e = case_touch(l, number, by->now_us);
    return case_end(l, e, changed);
}

int case_drop_subject(struct ledger *l, int64_t number, const struct subject *s, const struct case_hand *by)
{
    char text[TRACE_MAX];
    int e = ledger_begin(l);
    if (e == 0)
        e = account_run(l, "DELETE FROM case_subject WHERE number = ? AND kind = ? AND value = ?", "iit", number, (int64_t)s->kind, s->value);
    return end_drop(l, e, number, &(struct case_trace){subjects.field, subject_text(s, text), ""}, by);
}

int case_subjects(struct ledger *l, int64_t number, unsigned from, unsigned max, case_each_subject *each, void *self)
{
    sqlite3_stmt *s;
    struct case_subject c;
    int e = account_ask(l, "SELECT kind, value, note, made_by, made_us FROM case_subject WHERE number = ? ORDER BY kind, value LIMIT ? OFFSET ?", &s, "iii", number,
                        (int64_t)max, (int64_t)from);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        int kind = sqlite3_column_int(s, 0);
        c.made_us = sqlite3_column_int64(s, 4);
        bool fine = kind >= 0 && kind < SUBJECT_KIND_COUNT && ledger_take_text(s, 1, c.subject.value, sizeof c.subject.value) == 0 &&
                    ledger_take_text(s, 2, c.note, sizeof c.note) == 0 && ledger_take_text(s, 3, c.made_by, sizeof c.made_by) == 0;
        c.subject.kind = (enum subject_kind)kind;
        e = fine ? each(self, &c) : ledger_fail(l, -EBADMSG);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}

/* ---- members ---- */

/* Is there a row? 1, 0. Ends the statement. */
static int is_there(struct ledger *l, sqlite3_stmt *s)
{
    int64_t any;
    int e = account_number(l, s, &any);
    return e == 0 ? 1 : e == -ENOENT ? 0 : e;
}

int case_add_member(struct ledger *l, int64_t number, const char *member, const struct case_hand *by)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT 1 FROM case_member WHERE number = ? AND member = ?", &s, "it", number, member);
    if (e == 0)
        e = is_there(l, s);
    if (e != 0)
        return e < 0 ? e : 0;
    e = begin_adding(l, &members, number, false);
    if (e == 0)
        e = account_run(l, "INSERT INTO case_member VALUES (?,?)", "it", number, member);
    return end_change(l, e, number, &(struct case_trace){members.field, "", member}, by);
}

int case_drop_member(struct ledger *l, int64_t number, const char *member, const struct case_hand *by)
{
    int e = ledger_begin(l);
    if (e == 0)
        e = account_run(l, "DELETE FROM case_member WHERE number = ? AND member = ?", "it", number, member);
    return end_drop(l, e, number, &(struct case_trace){members.field, member, ""}, by);
}

int case_members(struct ledger *l, int64_t number, case_each_member *each, void *self)
{
    sqlite3_stmt *s;
    char member[ACCOUNT_MEMBER_MAX];
    int e = account_ask(l, "SELECT member FROM case_member WHERE number = ? ORDER BY member", &s, "i", number);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        e = ledger_take_text(s, 0, member, sizeof member) < 0 ? ledger_fail(l, -EBADMSG) : each(self, member);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}

/* ---- people ---- */

int case_admit(struct ledger *l, int64_t number, const struct case_person *p, const struct case_hand *by)
{
    sqlite3_stmt *s;
    char text[ACCOUNT_NAME_MAX + 8];
    int64_t writes = 0;
    snprintf(text, sizeof text, "%s %s", p->name, p->may_write ? "write" : "read");
    int e = account_ask(l, "SELECT writes FROM case_person WHERE number = ? AND account = ?", &s, "ii", number, p->account);
    if (e == 0)
        e = account_number(l, s, &writes);
    bool was = e == 0;
    if (e < 0 && e != -ENOENT)
        return e;
    if (was && (writes != 0) == p->may_write)
        return 0;
    e = begin_adding(l, &people, number, was);
    if (e == 0)
        e = account_run(l, "INSERT INTO case_person VALUES (?1,?2,?3,?4) ON CONFLICT DO UPDATE SET writes = ?4", "iiti", number, p->account, p->name,
                        (int64_t)p->may_write);
    return end_change(l, e, number, &(struct case_trace){people.field, "", text}, by);
}

int case_dismiss(struct ledger *l, int64_t number, const char *name, const struct case_hand *by)
{
    int e = ledger_begin(l);
    if (e == 0)
        e = account_run(l, "DELETE FROM case_person WHERE number = ? AND name = ? COLLATE NOCASE", "it", number, name);
    return end_drop(l, e, number, &(struct case_trace){people.field, name, ""}, by);
}

int case_people(struct ledger *l, int64_t number, case_each_person *each, void *self)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT account, writes, name FROM case_person WHERE number = ? ORDER BY name, account", &s, "i", number);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        struct case_person p = {.account = sqlite3_column_int64(s, 0), .may_write = sqlite3_column_int(s, 1) != 0};
        e = ledger_take_text(s, 2, p.name, sizeof p.name) < 0 ? ledger_fail(l, -EBADMSG) : each(self, &p);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}

/* ---- links ---- */

int case_add_link(struct ledger *l, int64_t number, enum case_link_kind kind, int64_t reference, const struct case_hand *by)
{
    sqlite3_stmt *s;
    char text[48];
    snprintf(text, sizeof text, "%s %" PRId64, case_link_word(kind), reference);
    int e = account_ask(l, "SELECT 1 FROM case_link WHERE number = ? AND kind = ? AND reference = ?", &s, "iii", number, (int64_t)kind, reference);
    if (e == 0)
        e = is_there(l, s);
    if (e != 0)
        return e < 0 ? e : 0;
    e = begin_adding(l, &links, number, false);
    if (e == 0)
        e = account_run(l, "INSERT INTO case_link VALUES (?,?,?,?,?)", "iiiti", number, (int64_t)kind, reference, by->name, by->now_us);
    return end_change(l, e, number, &(struct case_trace){links.field, "", text}, by);
}

int case_links(struct ledger *l, int64_t number, case_each_link *each, void *self)
{
    sqlite3_stmt *s;
    int e = account_ask(l, "SELECT kind, reference, made_by, made_us FROM case_link WHERE number = ? ORDER BY kind, reference", &s, "i", number);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        int kind = sqlite3_column_int(s, 0);
        struct case_link link = {.kind = (enum case_link_kind)kind, .reference = sqlite3_column_int64(s, 1), .made_us = sqlite3_column_int64(s, 3)};
        bool fine = kind >= 0 && kind < CASE_LINK_KIND_COUNT && ledger_take_text(s, 2, link.made_by, sizeof link.made_by) == 0;
        e = fine ? each(self, &link) : ledger_fail(l, -EBADMSG);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}

/* ---- notes ---- */

/* In the transaction. */
static int insert_text(struct ledger *l, int64_t number, const char *member, bool is_internal, const char *text, const struct case_hand *by, int64_t *ret_id)
{
    int e = account_run(l, "INSERT INTO case_note (number, field, internal, made_by, made_us, old, text, member) VALUES (?,'',?,?,?,'',?,?)", "iititt", number,
                        (int64_t)is_internal, by->name, by->now_us, text, member);
    int64_t id = e == 0 ? sqlite3_last_insert_rowid(l->db) : 0;
    if (e == 0)
        e = case_touch(l, number, by->now_us);
    e = case_end(l, e, 1);
    if (e == 1)
        *ret_id = id;
    return e;
}

int case_add_note(struct ledger *l, int64_t number, const char *text, bool is_internal, const struct case_hand *by, int64_t *ret_id)
{
    int64_t texts = 0, notes = 0;
    if (!case_text_is_valid(text, CASE_NOTE_MAX, true))
        return ledger_fail(l, -EINVAL);
    int e = ledger_begin(l);
    if (e == 0)
        e = case_count(l, "SELECT count(*) FROM case_note WHERE number = ? AND field = '' AND member = ''", number, &texts);
    if (e == 0)
        e = case_count(l, "SELECT count(*) FROM case_note WHERE number = ? AND member = ''", number, &notes);
    if (e == 0 && (texts >= CASE_TEXTS_MAX || notes >= CASE_NOTES_MAX))
        e = ledger_fail(l, -E2BIG);
    return e < 0 ? case_end(l, e, 1) : insert_text(l, number, "", is_internal, text, by, ret_id);
}

int case_add_answer(struct ledger *l, int64_t number, const char *member, const char *text, const struct case_hand *by, int64_t *ret_id)
{
    sqlite3_stmt *s;
    int64_t own = 0, all = 0;
    if (!*member || !case_text_is_valid(text, CASE_NOTE_MAX, true))
        return ledger_fail(l, -EINVAL);
    int e = account_ask(l, "SELECT count(*) FROM case_note WHERE number = ? AND member = ? AND member <> ''", &s, "it", number, member);
    if (e == 0)
        e = account_number(l, s, &own);
    if (e == 0)
        e = case_count(l, "SELECT count(*) FROM case_note WHERE number = ? AND member <> ''", number, &all);
    if (e == 0 && (own >= CASE_ANSWERS_MAX || all >= CASE_ANSWERS_ALL_MAX))
        e = ledger_fail(l, -E2BIG);
    if (e == 0)
        e = ledger_begin(l);
    return e < 0 ? e : insert_text(l, number, member, false, text, by, ret_id);
}

int case_notes(struct ledger *l, int64_t number, const char *member, int64_t before, unsigned max, case_each_note *each, void *self)
{
    sqlite3_stmt *s;
    int e = account_ask(l,
                        "SELECT id, field, internal, made_by, made_us, old, text, member FROM case_note WHERE number = ?1 AND id < ?2"
                        " AND (?3 = 0 OR (internal = 0 AND member IN ('', ?4))) ORDER BY id DESC LIMIT ?5",
                        &s, "iiiti", number, before > 0 ? before : INT64_MAX, (int64_t)(member != NULL), member ? member : "", (int64_t)max);
    if (e < 0)
        return e;
    while ((e = ledger_next_row(l, s)) == 1) {
        struct case_note n = {.id = sqlite3_column_int64(s, 0),
                              .is_internal = sqlite3_column_int(s, 2) != 0,
                              .made_us = sqlite3_column_int64(s, 4),
                              .old = (const char *)sqlite3_column_text(s, 5),
                              .text = (const char *)sqlite3_column_text(s, 6)};
        bool fine = n.old && n.text && ledger_take_text(s, 1, n.field, sizeof n.field) == 0 && ledger_take_text(s, 3, n.made_by, sizeof n.made_by) == 0 &&
                    ledger_take_text(s, 7, n.member, sizeof n.member) == 0;
        e = fine ? each(self, &n) : ledger_fail(l, -EBADMSG);
        if (e != 0)
            break;
    }
    sqlite3_finalize(s);
    return e;
}
