/* Asks the telemetry store for a request and gives its rows to the client. */
#include "api/control/store_question.h"

#include <errno.h>
#include <string.h>

#include "api/node.h"
#include "base/text.h"

static void on_answer(void *self, bool ok, const char *bytes, size_t len)
{
    struct control_request *request = self;
    if (!ok) {
        control_reply_error(request, _("the telemetry store does not answer: %.*s"), (int)(len > 400 ? 400 : len),
                            bytes);
        return;
    }
    control_send_rows(request, bytes, len);
    control_reply(request, NULL);
}

void store_question_ask(struct control_request *request, const char *sql, int len)
{
    struct node *node = control_request_self(request);
    if (len < 0) {
        control_reply_error(request, _("an argument is out of its range"));
        return;
    }
    int e = node->ask_store(node->self, sql, (size_t)len, on_answer, request);
    if (e == -ENOTCONN)
        control_reply_error(request, _("the telemetry store is being started"));
    else if (e < 0)
        control_reply_error(request, _("the telemetry store does not answer: %s"), strerror(-e));
}
