/* Puts words in the place of numbers. */
#include "api/web/row_words.h"

#include <string.h>

#include "model/observation.h"

static void put_word(json_t *row, const char *key, const char *(*word)(unsigned))
{
    const json_t *value = json_object_get(row, key);
    if (json_is_integer(value))
        json_object_set_new(row, key, json_string(word((unsigned)json_integer_value(value))));
}

void row_words(json_t *row)
{
    static const char mapped[] = "::ffff:";
    put_word(row, "action", dns_action_word);
    put_word(row, "transport", dns_transport_word);
    put_word(row, "trigger", dns_trigger_word);
    const char *client = json_string_value(json_object_get(row, "client_ip"));
    if (client && strncmp(client, mapped, strlen(mapped)) == 0 && strchr(client, '.')) {
        json_t *plain = json_string(client + strlen(mapped)); /* first: the text goes with the old value */
        json_object_set_new(row, "client_ip", plain);
    }
}
