/* Lists of members and of groups of members: what counts for whom, and why. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/node.h"
#include "base/text.h"
#include "store/member_list.h"

enum { GROUPS_DEFAULT = 100, GROUPS_LIST_MAX = 1000 };

/* Whose lists: a member's by "name", or a group's by "group". */
struct owner {
    enum member_list_owner kind;
    const char *name;
};

static json_t *lists_json(const struct member_list *lists, int count)
{
    json_t *all = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(all, json_pack("{s:s, s:b}", "list", lists[i].name, "without", lists[i].without));
    return all;
}

static void ledger_failed(struct control_request *request, const struct node *node)
{
    control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
}

/* A text for people; NULL: fine. */
static const char *take_owner(const struct node *node, const json_t *arguments, struct owner *ret_owner)
{
    const char *name = json_string_value(json_object_get(arguments, "name")), *group = json_string_value(json_object_get(arguments, "group"));
    int64_t number;
    *ret_owner = (struct owner){group ? MEMBER_LIST_OF_GROUP : MEMBER_LIST_OF_MEMBER, group ? group : name};
    if (!ret_owner->name || !member_name_is_valid(ret_owner->name))
        return _("names of members and of their groups have 1 to 63 octets without control characters");
    if (!group && member_number(node->ledger, name, &number) < 0)
        return _("there is no such member");
    return NULL;
}

static void handle_lists(struct control_request *request, const json_t *arguments)
{
    static struct member_list lists[MEMBER_LISTS_ALL_MAX];
    struct node *node = control_request_self(request);
    struct owner owner;
    const char *flaw = take_owner(node, arguments, &owner);
    if (flaw) {
        control_reply_error(request, "%s", flaw);
        return;
    }
    int own = member_list_get(node->ledger, owner.kind, owner.name, lists);
    json_t *reply = own < 0 ? NULL : json_pack("{s:o}", "own", lists_json(lists, own));
    int all = own >= 0 && owner.kind == MEMBER_LIST_OF_MEMBER ? member_list_effective(node->ledger, owner.name, lists) : own;
    if (all < 0) {
        json_decref(reply);
        ledger_failed(request, node);
        return;
    }
    if (owner.kind == MEMBER_LIST_OF_MEMBER)
        json_object_set_new(reply, "effective", lists_json(lists, all));
    control_reply(request, reply);
}

/* "medical", "-social": with a dash before it, a list that is not inherited. */
static bool take_lists(const json_t *rows, struct member_list *lists, unsigned *ret_count)
{
    size_t i;
    json_t *row;
    *ret_count = 0;
    json_array_foreach(rows, i, row)
    {
        const char *text = json_string_value(row);
        if (!text || i == MEMBER_LISTS_MAX)
            return false;
        bool without = text[0] == '-';
        if (snprintf(lists[i].name, sizeof lists[i].name, "%s", text + without) >= (int)sizeof lists[i].name)
            return false;
        lists[i].without = without;
        *ret_count = (unsigned)i + 1;
    }
    return true;
}

static void handle_set(struct control_request *request, const json_t *arguments)
{
    static struct member_list lists[MEMBER_LISTS_MAX];
    struct node *node = control_request_self(request);
    struct owner owner;
    unsigned count;
    const char *flaw = take_owner(node, arguments, &owner);
    int e = 0;
    if (!flaw && !take_lists(json_object_get(arguments, "lists"), lists, &count))
        e = -EINVAL;
    else if (!flaw)
        e = member_list_put(node->ledger, owner.kind, owner.name, lists, count);
    if (e == -EINVAL)
        flaw = _("lists are at most 32 names of lists, each once, with \"-\" before the name of one that is not inherited");
    if (flaw) {
        control_reply_error(request, "%s", flaw);
    } else if (e < 0) {
        ledger_failed(request, node);
    } else {
        if (node->members_changed)
            node->members_changed(node->self);
        control_reply(request, json_object());
    }
}

struct listing {
    json_t *rows;
    const struct node *node;
    char last[ACCOUNT_MEMBER_MAX];
};

static int add_group(void *self, const char *name, unsigned members)
{
    struct listing *l = self;
    static struct member_list lists[MEMBER_LISTS_MAX];
    int count = member_list_get(l->node->ledger, MEMBER_LIST_OF_GROUP, name, lists);
    if (count < 0)
        return count;
    snprintf(l->last, sizeof l->last, "%s", name);
    json_array_append_new(l->rows, json_pack("{s:s, s:i, s:o}", "group", name, "members", (int)members, "lists", lists_json(lists, count)));
    return 0;
}

static void handle_groups(struct control_request *request, const json_t *arguments)
{
    const struct node *node = control_request_self(request);
    json_int_t limit = json_integer_value(json_object_get(arguments, "limit"));
    if (limit < 1 || limit > GROUPS_LIST_MAX)
        limit = GROUPS_DEFAULT;
    struct listing l = {.rows = json_array(), .node = node};
    int e = member_group_list(node->ledger, json_string_value(json_object_get(arguments, "after")), (unsigned)limit, add_group, &l);
    if (e < 0) {
        json_decref(l.rows);
        ledger_failed(request, node);
        return;
    }
    bool more = json_array_size(l.rows) == (size_t)limit;
    control_reply(request, json_pack("{s:o, s:s}", "rows", l.rows, "after", more ? l.last : ""));
}

const struct control_command member_list_commands[] = {
    {"member-lists", handle_lists},
    {"member-lists-set", handle_set},
    {"member-groups", handle_groups},
    {0},
};
