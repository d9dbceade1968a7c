/* Notes changes that come by the control socket. */
#include "api/control/change_note.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/web/audit_trail.h"

static const struct {
    const char *command;
    const char *secret; /* an argument that no log may have; NULL: none */
} changes[] = {
    {"member-put", NULL},          {"member-remove", NULL},         {"member-record", NULL}, {"member-prove", NULL},     {"member-check", NULL},
    {"member-mail", NULL},         {"member-code", "code"},         {"member-webhook-set", NULL}, {"member-webhook-remove", NULL}, {"member-lists-set", NULL},
    {"override", NULL},            {"override-end", NULL},          {"notice-acted", NULL},  {"notice-send", NULL},      {"notice-digest", NULL},
    {"campaign-begin", NULL},      {"campaign-end", NULL},
};

int change_note(struct ledger *l, const char *source, const char *command, const json_t *arguments, int64_t now_us)
{
    char what[AUDIT_WHAT_MAX];
    size_t i = 0;
    while (i < array_len(changes) && strcmp(changes[i].command, command) != 0)
        i++;
    if (i == array_len(changes))
        return 0;
    json_t *about = json_copy((json_t *)arguments);
    if (!about)
        return -ENOMEM;
    json_object_del(about, "command");
    json_object_del(about, "user");
    if (changes[i].secret)
        json_object_del(about, changes[i].secret);
    snprintf(what, sizeof what, "command %s", command);
    /* Who may use the control socket may do all that an administrator may. */
    int e = audit_trail_write(l, source, ACCOUNT_ADMINISTRATOR, what, about, now_us);
    json_decref(about);
    return e;
}
