/* Webhooks of members' own: where a member's machines are told of its notices. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/member_webhook.h"
#include "store/notice_delivery.h"

enum { SECRET_LEN = 32 };
_Static_assert(sodium_base64_ENCODED_LEN(SECRET_LEN, sodium_base64_VARIANT_URLSAFE_NO_PADDING) <= MEMBER_SECRET_MAX, "it fits");

static void ledger_failed(struct control_request *request, const struct node *node)
{
    control_reply_error(request, _("the ledger cannot be used: %s"), _(ledger_error(node->ledger)));
}

static const char *name_of(const json_t *arguments)
{
    const char *name = json_string_value(json_object_get(arguments, "name"));
    return name ? name : "";
}

/* What became of the last call; null: there was none. */
static json_t *last_json(struct ledger *l, const char *member)
{
    struct notice_delivery d;
    if (delivery_last_webhook(l, member, &d) < 0)
        return json_null();
    return json_pack("{s:s, s:i, s:I, s:I, s:I, s:s}", "state", delivery_state_word(d.state), "tries", (int)d.tries, "made_us", (json_int_t)d.made_us, "due_us",
                     (json_int_t)(d.state == DELIVERY_WAITS ? d.due_us : 0), "done_us", (json_int_t)d.done_us, "error", d.error);
}

static json_t *webhook_json(struct ledger *l, const struct member_webhook *w)
{
    return json_pack("{s:s, s:I, s:s, s:o}", "url", w->url, "made_us", (json_int_t)w->made_us, "made_by", w->made_by, "last", last_json(l, w->member));
}

static void handle_get(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    struct member_webhook w = {.made_us = 0};
    int e = member_webhook_get(node->ledger, name_of(arguments), &w);
    if (e < 0 && e != -ENOENT) {
        ledger_failed(request, node);
        return;
    }
    if (e == -ENOENT)
        snprintf(w.member, sizeof w.member, "%s", name_of(arguments));
    json_t *reply = webhook_json(node->ledger, &w);
    sodium_memzero(w.secret, sizeof w.secret);
    control_reply(request, reply);
}

static void handle_set(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *url = json_string_value(json_object_get(arguments, "url"));
    struct member_webhook w = {.made_us = clock_wall_us()};
    uint8_t chance[SECRET_LEN];
    const char *flaw = !url || strlen(url) >= sizeof w.url ? _("url is https://HOST/..., without a name or password in it") : node->webhook_flaw(node->self, url);
    if (flaw) {
        control_reply_error(request, "%s", flaw);
        return;
    }
    snprintf(w.member, sizeof w.member, "%s", name_of(arguments));
    snprintf(w.url, sizeof w.url, "%s", url);
    snprintf(w.made_by, sizeof w.made_by, "%s", control_request_source(request));
    randombytes_buf(chance, sizeof chance);
    sodium_bin2base64(w.secret, sizeof w.secret, chance, sizeof chance, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(chance, sizeof chance);
    int e = member_webhook_put(node->ledger, &w);
    if (e == -ENOENT) {
        control_reply_error(request, "%s", _("there is no such member"));
    } else if (e < 0) {
        ledger_failed(request, node);
    } else {
        json_t *reply = webhook_json(node->ledger, &w);
        json_object_set_new(reply, "secret", json_string(w.secret));
        control_reply(request, reply);
    }
    sodium_memzero(w.secret, sizeof w.secret);
}

static void handle_remove(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    int e = member_webhook_delete(node->ledger, name_of(arguments));
    if (e == -ENOENT)
        control_reply_error(request, "%s", _("the member has no webhook of its own"));
    else if (e < 0)
        ledger_failed(request, node);
    else
        control_reply(request, json_object());
}

const struct control_command member_webhook_commands[] = {
    {"member-webhook", handle_get},
    {"member-webhook-set", handle_set},
    {"member-webhook-remove", handle_remove},
    {0},
};
