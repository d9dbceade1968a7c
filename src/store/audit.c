/* Writes who did what as entries of the log, and reads them back. */
#include "store/audit.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "proto/json/canonical.h"
#include "proto/json/limits.h"
#include "store/ledger_impl.h"

enum { FORM_VERSION = 1, FORM_MAX = 48 << 10 };

static json_t *row_json(const struct audit_row *r)
{
    char first[TIMESTAMP_TEXT_MAX], last[TIMESTAMP_TEXT_MAX];
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "account", r->account, "role", account_role_word(r->role), "what", r->what, "about",
                     r->about, "count", (json_int_t)r->count, "first", timestamp_format(r->first_us, first), "last",
                     timestamp_format(r->last_us, last));
}

static int form_write(int64_t made_us, const struct audit_row *rows, unsigned count, const struct verdict_id *id, struct writer *w)
{
    char made[TIMESTAMP_TEXT_MAX], id_text[VERDICT_ID_TEXT_MAX];
    json_t *array = json_array();
    int e = array ? 0 : -ENOMEM;
    for (unsigned i = 0; e == 0 && i < count; i++)
        e = json_array_append_new(array, row_json(&rows[i])) < 0 ? -EINVAL : 0; /* a text that is no UTF-8 */
    json_t *form = e == 0 ? json_pack("{s:s, s:s, s:O, s:s, s:i}", "id", verdict_id_format(id, id_text), "made",
                                      timestamp_format(made_us, made), "rows", array, "type", "audit", "v", FORM_VERSION)
                          : NULL;
    json_decref(array);
    if (e == 0)
        e = form ? json_canonical_write(form, w) : -ENOMEM;
    json_decref(form);
    return e;
}

static bool take_text(const json_t *form, const char *key, char *to, size_t max)
{
    const char *text = json_string_value(json_object_get(form, key));
    return text && snprintf(to, max, "%s", text) < (int)max;
}

static bool take_time(const json_t *form, const char *key, int64_t *ret_us)
{
    const char *text = json_string_value(json_object_get(form, key));
    return text && timestamp_parse(text, strlen(text), ret_us) == 0;
}

static bool row_read(const json_t *form, struct audit_row *r)
{
    char role[16];
    json_int_t count = json_integer_value(json_object_get(form, "count"));
    r->count = (uint64_t)count;
    return take_text(form, "account", r->account, sizeof r->account) && take_text(form, "role", role, sizeof role) &&
           account_role_parse(role, &r->role) == 0 && take_text(form, "what", r->what, sizeof r->what) &&
           take_text(form, "about", r->about, sizeof r->about) && count > 0 && take_time(form, "first", &r->first_us) &&
           take_time(form, "last", &r->last_us);
}

static int form_read(const uint8_t *octets, size_t len, struct audit_row *rows, unsigned *ret_count, int64_t *ret_made_us, struct verdict_id *ret_id)
{
    static const struct json_limits limits = {.octets = FORM_MAX, .values = 16 + 8 * AUDIT_ROWS_MAX, .depth = 3};
    struct reader reader = reader_of(octets, len);
    struct json_flaw flaw;
    char id[VERDICT_ID_TEXT_MAX], type[16];
    json_t *form;
    if (json_read(&reader, &limits, &form, &flaw) < 0)
        return -EBADMSG;
    const json_t *array = json_object_get(form, "rows");
    size_t count = json_array_size(array);
    bool fine = take_text(form, "type", type, sizeof type) && strcmp(type, "audit") == 0 && take_text(form, "id", id, sizeof id) &&
                verdict_id_parse(id, ret_id) == 0 && take_time(form, "made", ret_made_us) && count > 0 && count <= AUDIT_ROWS_MAX;
    for (size_t i = 0; fine && i < count; i++)
        fine = row_read(json_array_get(array, i), &rows[i]);
    *ret_count = (unsigned)count;
    json_decref(form);
    return fine ? 0 : -EBADMSG;
}

bool ledger_audit_agrees(sqlite3_stmt *s, const uint8_t *body, size_t len)
{
    static struct audit_row rows[AUDIT_ROWS_MAX]; /* one hub, one thread: too large for the stack */
    static uint8_t again[FORM_MAX];
    struct verdict_id id;
    unsigned count;
    int64_t made_us;
    struct writer w = writer_of(again, sizeof again);
    return form_read(body, len, rows, &count, &made_us, &id) == 0 && form_write(made_us, rows, count, &id, &w) == 0 && w.len == len &&
           memcmp(again, body, len) == 0 && sqlite3_column_bytes(s, 3) == (int)sizeof id.octets &&
           memcmp(sqlite3_column_blob(s, 3), id.octets, sizeof id.octets) == 0 && sqlite3_column_int64(s, 9) == made_us &&
           sqlite3_column_int64(s, 10) == made_us;
}

int audit_append(struct ledger *l, int64_t made_us, const struct audit_row *rows, unsigned count)
{
    static uint8_t body[FORM_MAX];
    uint8_t chance[10];
    uint32_t number;
    struct writer w = writer_of(body, sizeof body);
    if (count < 1 || count > AUDIT_ROWS_MAX)
        return ledger_fail(l, -EINVAL);
    randombytes_buf(chance, sizeof chance);
    struct verdict_id id = verdict_id_of(made_us, chance);
    int e = form_write(made_us, rows, count, &id, &w);
    if (e < 0)
        return ledger_fail(l, e);
    return ledger_append_form(l, &(struct ledger_form){.type = ENTRY_AUDIT, .id = &id, .author = "", .made_us = made_us, .body = body, .len = w.len},
                              &number);
}

int audit_list(struct ledger *l, uint32_t before, unsigned max, audit_each *each, void *self)
{
    static struct audit_row rows[AUDIT_ROWS_MAX];
    sqlite3_stmt *s;
    int r = ledger_prepare(l, "SELECT number, body FROM entry WHERE type = 2 AND number < ? ORDER BY number DESC LIMIT ?", &s);
    _Static_assert(ENTRY_AUDIT == 2, "as SQL spells it");
    if (r < 0)
        return r;
    sqlite3_bind_int64(s, 1, before ? (int64_t)before : INT64_MAX);
    sqlite3_bind_int64(s, 2, max);
    while ((r = ledger_next_row(l, s)) == 1) {
        struct verdict_id id;
        unsigned count = 0;
        int64_t made_us;
        uint32_t number = (uint32_t)sqlite3_column_int64(s, 0);
        r = form_read(sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1), rows, &count, &made_us, &id) < 0 ? ledger_fail(l, -EBADMSG) : 0;
        for (unsigned i = count; r == 0 && i > 0; i--)
            r = each(self, number, &rows[i - 1]);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}
