/* STIX objects as they came: the newest version of an identifier that each source gave. */
#include <errno.h>
#include <string.h>

#include "api/node.h"
#include "base/text.h"
#include "store/exchange.h"

enum { SHOWN_MAX = 16, SHOWN_OCTETS = 8 << 20 /* what else there is, is said */ };

struct showing {
    struct exchange *store;
    const char *id;
    const char *source;
    json_t *objects;
    size_t octets;
    bool is_cut;
};

static int show_object(void *self, const struct exchange_row *row)
{
    struct showing *s = self;
    json_t *object = row->octets ? json_loadb((const char *)row->octets, row->len, 0, NULL) : NULL;
    s->octets += row->len;
    if (json_array_size(s->objects) == SHOWN_MAX || s->octets > SHOWN_OCTETS)
        s->is_cut = true;
    else if (object)
        json_array_append_new(s->objects, json_pack("{s:s, s:I, s:O}", "source", s->source, "kept_us", (json_int_t)row->added_us, "object", object));
    json_decref(object);
    return 0;
}

static int look_in(void *self, const struct exchange_collection *c)
{
    struct showing *s = self;
    struct exchange_page page;
    const struct exchange_filter newest = {.ids = &s->id, .id_count = 1, .last = true};
    s->source = c->title;
    return exchange_page(s->store, c->number, &newest, 1, true, show_object, s, &page);
}

static void handle_object(struct control_request *request, const json_t *arguments)
{
    const struct node *node = control_request_self(request);
    struct showing s = {.store = node->exchange ? node->exchange(node->self) : NULL, .id = json_string_value(json_object_get(arguments, "id"))};
    if (!s.id || strlen(s.id) >= EXCHANGE_ID_MAX || !s.store) {
        control_reply_error(request, "%s", s.store ? _("no identifier of a STIX object") : _("the store of exchanged objects cannot be used"));
        return;
    }
    s.objects = json_array();
    int e = exchange_collection_of_sources(s.store, look_in, &s);
    if (e < 0)
        control_reply_error(request, "%s", _(exchange_error_of(e)));
    else
        control_reply(request, json_pack("{s:O, s:b}", "objects", s.objects, "more", s.is_cut));
    json_decref(s.objects);
}

const struct control_command object_commands[] = {
    {"object", handle_object},
    {0},
};
