/* Who read and changed what: GET /api/v1/audit. */
#include "api/web/audit_trail.h"
#include "api/web/web_call.h"

enum { ENTRIES_DEFAULT = 50, ENTRIES_MAX = 500 };

struct telling {
    json_t *rows;
    uint32_t last;
    unsigned entries;
};

static int tell(void *self, uint32_t entry, const struct audit_row *r)
{
    struct telling *t = self;
    t->entries += entry != t->last;
    t->last = entry;
    json_array_append_new(t->rows, json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "entry", (json_int_t)entry, "account", r->account, "role",
                                             account_role_word(r->role), "what", r->what, "about", r->about, "count", (json_int_t)r->count,
                                             "first_us", (json_int_t)r->first_us, "last_us", (json_int_t)r->last_us));
    return 0;
}

void web_get_audit(struct web_call *c, const json_t *arguments)
{
    json_int_t before = json_integer_value(json_object_get(arguments, "before")), limit = json_integer_value(json_object_get(arguments, "limit"));
    struct telling t = {.rows = json_array()};
    if (limit < 1 || limit > ENTRIES_MAX)
        limit = ENTRIES_DEFAULT;
    if (before < 0 || before > UINT32_MAX)
        before = 0;
    if (audit_trail_flush(web_call_audit(c)) < 0 || audit_list(web_call_node(c)->ledger, (uint32_t)before, (unsigned)limit, tell, &t) < 0) {
        json_decref(t.rows);
        web_ledger_problem(c);
        return;
    }
    web_reply(c, 200, json_pack("{s:o, s:I}", "rows", t.rows, "before", (json_int_t)(t.entries == (unsigned)limit ? t.last : 0)));
}
