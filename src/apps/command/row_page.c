/* Asks for a page of rows and prints it. */
#include "apps/command/row_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "apps/command/command.h"
#include "apps/command/row_reader.h"
#include "base/text.h"

int row_page_ask(const struct control_client_options *o, const struct row_page *p, json_t *wish, json_t **ret_reply)
{
    struct row_reader rows = {.json = o->json, .print = p->print};
    int fd = control_client_connect(o);
    *ret_reply = NULL;
    if (fd < 0) {
        json_decref(wish);
        return EXIT_FAILED;
    }
    if (p->head && !o->json)
        p->head();
    *ret_reply = control_client_ask(fd, o, p->command, wish, row_reader_take, &rows, CONTROL_WAIT_MS);
    close(fd);
    if (!*ret_reply)
        return EXIT_FAILED;
    if (p->none && rows.count == 0 && !o->json)
        printf("%s\n", p->none);
    if (p->hint && rows.count > 0 && !o->json)
        printf("\n%s\n", p->hint);
    return EXIT_FINE;
}

int row_page_number(const char *name, const char *text, struct client_range range, json_t *wish, const char *key)
{
    long value;
    int code = client_options_number(name, text, range, &value);
    if (code == EXIT_FINE && text)
        json_object_set_new(wish, key, json_integer(value));
    return code;
}

int row_page_list(const struct control_client_options *o, const struct row_page *p, json_t *wish, const struct row_page_place *place)
{
    json_t *reply;
    int code = row_page_number(place->name, place->limit, p->limit, wish, "limit");
    if (code == EXIT_FINE)
        code = row_page_number(place->name, place->after, p->after, wish, "after");
    if (code != EXIT_FINE) {
        json_decref(wish);
        return code;
    }
    code = row_page_ask(o, p, wish, &reply);
    if (reply && !o->json && row_number(reply, "after") > 0)
        printf(_("There are more: --after %" PRId64 "\n"), row_number(reply, "after"));
    json_decref(reply);
    return code;
}
