/* Opens event streams: GET /api/v1/events. */
#include <errno.h>
#include <string.h>

#include "api/web/live.h"
#include "api/web/web_call.h"
#include "base/text.h"
#include "proto/dns/name.h"
#include "store/dns_query.h"

/* A text of the filter. */
static bool take_text(const json_t *arguments, const char *key, char *to, size_t max)
{
    const char *text = json_string_value(json_object_get(arguments, key));
    size_t len = text ? strlen(text) : 0;
    if (len >= max)
        return false;
    memcpy(to, text ? text : "", len);
    return true;
}

/* As names are stored: lower case, without the last dot. */
static bool take_below(const json_t *arguments, struct live_filter *f)
{
    const char *text = json_string_value(json_object_get(arguments, "below"));
    struct dns_name name;
    char plain[DNS_NAME_TEXT_MAX];
    if (!text || !*text)
        return true;
    if (dns_name_parse(text, strlen(text), &name) < 0)
        return false;
    dns_name_format(&name, plain);
    size_t len = strlen(plain);
    if (len > 1 && plain[len - 1] == '.')
        plain[--len] = '\0';
    if (len >= sizeof f->below)
        return false;
    memcpy(f->below, plain, len);
    return true;
}

/* A stream of notices or counts needs what the routes for them need; a key has not all that its account has. */
static bool may_see(struct web_call *c, enum permission permission)
{
    const struct web_principal *p = web_call_principal(c);
    if (permission_access(permission, p->account.role) != ACCESS_NONE && (!p->by_token || p->scope & UINT64_C(1) << permission))
        return true;
    web_problem(c, 403, _("the role %s may not do that, or this key has no scope for it (%s)"), account_role_word(p->account.role), permission_word(permission));
    return false;
}

void web_get_events(struct web_call *c, const json_t *arguments)
{
    struct live_filter f = {0};
    uint32_t channel;
    f.log = json_is_true(json_object_get(arguments, "log"));
    f.status = json_is_true(json_object_get(arguments, "status"));
    f.notices = json_is_true(json_object_get(arguments, "notices"));
    f.actions = json_is_true(json_object_get(arguments, "blocked")) ? DNS_ACTIONS_BLOCKED : 0;
    if ((f.status && !may_see(c, PERMIT_STATUS)) || (f.notices && !may_see(c, PERMIT_NOTICES)))
        return;
    if ((!f.log && !f.status && !f.notices) || !take_text(arguments, "member", f.member, sizeof f.member) || !take_below(arguments, &f)) {
        web_problem(c, 400, "%s", _("log, status or notices must be true, and below a domain name"));
        return;
    }
    const struct account *a = &web_call_principal(c)->account;
    if (live_join(web_call_live(c), &f, a->id, a->member, &channel) < 0)
        web_problem(c, 503, "%s", _("too many different streams are open"));
    else
        web_reply_stream(c, channel);
}
