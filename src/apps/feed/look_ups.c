/* Matches answers with who asked. */
#include "apps/feed/look_ups.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"

int64_t look_ups_add(struct look_ups *l, node_looked_up_fn *done, void *self)
{
    for (size_t i = 0; i < array_len(l->waiting); i++) {
        if (l->waiting[i].done)
            continue;
        l->waiting[i].done = done;
        l->waiting[i].self = self;
        l->waiting[i].number = ++l->last;
        return l->last;
    }
    return -EBUSY;
}

static void finish(struct look_ups *l, size_t i, const struct node_look_up *found)
{
    node_looked_up_fn *done = l->waiting[i].done;
    l->waiting[i].done = NULL;
    done(l->waiting[i].self, found);
}

void look_ups_take(struct look_ups *l, const json_t *object)
{
    static struct node_look_up found;
    size_t k, len = 0;
    const json_t *text;
    const char *error = json_string_value(json_object_get(object, "error")), *sha256 = json_string_value(json_object_get(object, "sha256"));
    int64_t number = json_integer_value(json_object_get(object, "number"));
    memset(&found, 0, sizeof found);
    snprintf(found.error, sizeof found.error, "%s", error ? error : "");
    found.rcode = (unsigned)json_integer_value(json_object_get(object, "rcode"));
    found.secure = json_is_true(json_object_get(object, "secure"));
    if (!sha256 || sodium_hex2bin(found.sha256, sizeof found.sha256, sha256, strlen(sha256), NULL, &len, NULL) != 0 || len != sizeof found.sha256)
        memset(found.sha256, 0, sizeof found.sha256);
    json_array_foreach(json_object_get(object, "texts"), k, text)
    {
        if (json_is_string(text) && found.count < NODE_TEXTS_MAX && json_string_length(text) < sizeof found.texts[0])
            snprintf(found.texts[found.count++], sizeof found.texts[0], "%s", json_string_value(text));
    }
    for (size_t i = 0; i < array_len(l->waiting); i++)
        if (l->waiting[i].done && l->waiting[i].number == number)
            finish(l, i, &found);
}

void look_ups_end(struct look_ups *l, const char *why)
{
    static struct node_look_up none;
    memset(&none, 0, sizeof none);
    snprintf(none.error, sizeof none.error, "%s", why);
    for (size_t i = 0; i < array_len(l->waiting); i++)
        if (l->waiting[i].done)
            finish(l, i, &none);
}
