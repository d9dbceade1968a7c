/* Takes a warning list apart. */
#include "proto/warninglist/warning_list.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

static int type_of(const json_t *word, enum warning_list_type *ret_type)
{
    static const char *const words[] = {"string", "hostname", "substring", "cidr", "regex"};
    _Static_assert(array_len(words) == WARNING_LIST_TYPE_COUNT, "a word for each");
    for (unsigned i = 0; json_is_string(word) && i < array_len(words); i++) {
        if (strcmp(json_string_value(word), words[i]) == 0) {
            *ret_type = (enum warning_list_type)i;
            return 0;
        }
    }
    return -EBADMSG;
}

static int refuse(const char **ret_why, const char *why)
{
    *ret_why = why;
    return -EBADMSG;
}

static void take_name(const json_t *given, char name[WARNING_LIST_NAME_MAX])
{
    size_t len = json_string_length(given);
    if (len >= WARNING_LIST_NAME_MAX) {
        len = WARNING_LIST_NAME_MAX - 1;
        while (len > 0 && ((unsigned char)json_string_value(given)[len] & 0xc0) == 0x80)
            len--; /* not in the middle of a character */
    }
    memcpy(name, json_string_value(given), len);
    name[len] = '\0';
}

static int each_value(const json_t *list, enum warning_list_type type, warning_list_value_fn *value, void *self, const char **ret_why)
{
    size_t i;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        if (!json_is_string(one))
            return refuse(ret_why, N_("a value of \"list\" is no text"));
        int e = value(self, type, json_string_value(one), json_string_length(one));
        if (e != 0)
            return e;
    }
    return 0;
}

int warning_list_read(const json_t *document, char name[WARNING_LIST_NAME_MAX], warning_list_value_fn *value, void *self, const char **ret_why)
{
    enum warning_list_type type;
    const json_t *given = json_object_get(document, "name"), *list = json_object_get(document, "list");
    if (!json_is_string(given))
        return refuse(ret_why, N_("it has no \"name\""));
    if (type_of(json_object_get(document, "type"), &type) < 0)
        return refuse(ret_why, N_("its \"type\" is not string, hostname, substring, cidr or regex"));
    if (!json_is_array(list))
        return refuse(ret_why, N_("it has no \"list\" of texts"));
    take_name(given, name);
    return each_value(list, type, value, self, ret_why);
}
