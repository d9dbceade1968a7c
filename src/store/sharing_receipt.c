/* Writes receipts as entries of the log, and reads them back. */
#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "proto/json/canonical.h"
#include "proto/json/limits.h"
#include "store/ledger_impl.h"
#include "store/sharing.h"

enum { FORM_VERSION = 1, FORM_MAX = 2048 };

static const char *const ways[] = {"taxii", "zone", "file"};
_Static_assert(array_len(ways) == SHARING_WAY_COUNT, "a word for each way");

const char *sharing_way_word(enum sharing_way way)
{
    return (unsigned)way < SHARING_WAY_COUNT ? ways[way] : "unknown";
}

static int form_write(const struct sharing_receipt *r, const struct verdict_id *id, struct writer *w)
{
    char made[TIMESTAMP_TEXT_MAX], id_text[VERDICT_ID_TEXT_MAX];
    json_t *form = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:i, s:s, s:s}", "first", r->first, "id",
                             verdict_id_format(id, id_text), "last", r->last, "made", timestamp_format(r->made_us, made), "objects",
                             (json_int_t)r->objects, "recipient", r->recipient, "type", "receipt", "v", FORM_VERSION, "way",
                             sharing_way_word(r->way), "what", r->what);
    int e = form ? json_canonical_write(form, w) : -EINVAL; /* a text that is no UTF-8 */
    json_decref(form);
    return e;
}

static bool take_text(const json_t *form, const char *key, char *to, size_t max)
{
    const char *text = json_string_value(json_object_get(form, key));
    return text && snprintf(to, max, "%s", text) < (int)max;
}

static int form_read(const uint8_t *octets, size_t len, struct sharing_receipt *r, struct verdict_id *ret_id)
{
    static const struct json_limits limits = {.octets = FORM_MAX, .values = 16, .depth = 1};
    struct reader reader = reader_of(octets, len);
    struct json_flaw flaw;
    char made[TIMESTAMP_TEXT_MAX], id[VERDICT_ID_TEXT_MAX], type[16], way[16];
    json_t *form;
    if (json_read(&reader, &limits, &form, &flaw) < 0)
        return -EBADMSG;
    json_int_t objects = json_integer_value(json_object_get(form, "objects"));
    bool fine = take_text(form, "type", type, sizeof type) && strcmp(type, "receipt") == 0 && objects >= 0 &&
                take_text(form, "first", r->first, sizeof r->first) && take_text(form, "last", r->last, sizeof r->last) &&
                take_text(form, "recipient", r->recipient, sizeof r->recipient) && take_text(form, "what", r->what, sizeof r->what) &&
                take_text(form, "made", made, sizeof made) && timestamp_parse(made, strlen(made), &r->made_us) == 0 &&
                take_text(form, "id", id, sizeof id) && verdict_id_parse(id, ret_id) == 0 && take_text(form, "way", way, sizeof way);
    json_decref(form);
    r->objects = (uint64_t)objects;
    for (unsigned i = 0; fine && i < SHARING_WAY_COUNT; i++) {
        if (strcmp(way, ways[i]) == 0) {
            r->way = (enum sharing_way)i;
            return 0;
        }
    }
    return -EBADMSG;
}

bool ledger_receipt_agrees(sqlite3_stmt *s, const uint8_t *body, size_t len)
{
    struct sharing_receipt r = {0};
    struct verdict_id id;
    uint8_t again[FORM_MAX];
    struct writer w = writer_of(again, sizeof again);
    return form_read(body, len, &r, &id) == 0 && form_write(&r, &id, &w) == 0 && w.len == len && memcmp(again, body, len) == 0 &&
           sqlite3_column_bytes(s, 3) == (int)sizeof id.octets && memcmp(sqlite3_column_blob(s, 3), id.octets, sizeof id.octets) == 0 &&
           strcmp((const char *)sqlite3_column_text(s, 7), r.recipient) == 0 && sqlite3_column_int64(s, 9) == r.made_us &&
           sqlite3_column_int64(s, 10) == r.made_us;
}

int sharing_receipt_append(struct ledger *l, struct sharing_receipt *r)
{
    uint8_t chance[10], body[FORM_MAX];
    struct writer w = writer_of(body, sizeof body);
    if (!*r->recipient || !*r->what || (unsigned)r->way >= SHARING_WAY_COUNT)
        return ledger_fail(l, -EINVAL);
    randombytes_buf(chance, sizeof chance);
    struct verdict_id id = verdict_id_of(r->made_us, chance);
    int e = form_write(r, &id, &w);
    if (e < 0)
        return ledger_fail(l, e);
    return ledger_append_form(l, &(struct ledger_form){.type = ENTRY_RECEIPT, .id = &id, .author = r->recipient, .made_us = r->made_us, .body = body, .len = w.len},
                              &r->number);
}

int sharing_receipts(struct ledger *l, const char *recipient, unsigned max, sharing_each_receipt *each, void *self)
{
    sqlite3_stmt *s;
    int r = ledger_prepare(l,
                           recipient ? "SELECT number, body FROM entry WHERE type = 1 AND author = ?1 ORDER BY number DESC LIMIT ?2"
                                     : "SELECT number, body FROM entry WHERE type = 1 ORDER BY number DESC LIMIT ?2",
                           &s);
    if (r < 0)
        return r;
    if (recipient)
        sqlite3_bind_text(s, 1, recipient, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, max);
    while ((r = ledger_next_row(l, s)) == 1) {
        struct sharing_receipt receipt = {.number = (uint32_t)sqlite3_column_int64(s, 0)};
        struct verdict_id id;
        r = form_read(sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1), &receipt, &id) < 0 ? ledger_fail(l, -EBADMSG)
                                                                                                      : each(self, &receipt);
        if (r != 0)
            break;
    }
    sqlite3_finalize(s);
    return r;
}
