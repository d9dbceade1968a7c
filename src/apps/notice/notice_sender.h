/* Sends mails and calls the webhook in the role fetch, one thread for each try.
 *
 * Bounded: SENDER_JOBS_MAX at once; what comes beyond is answered "again". What is to be sent comes from the hub, whole; the secrets are read here
 * and go no further. One thread, the role's loop, beside the jobs'.
 */
#ifndef HINOMI_APPS_NOTICE_SENDER_H
#define HINOMI_APPS_NOTICE_SENDER_H

#include <jansson.h>

#include "act/notify/deliver.h"

struct event_base;
struct notice_sender;

enum { SENDER_JOBS_MAX = 4 };

struct notice_sender_options {
    struct event_base *loop;
    void *self;
    /* A try has ended: id, result ("taken", "again", "refused"), text. Taken over. */
    void (*done)(void *self, json_t *result);
};

int notice_sender_new(const struct notice_sender_options *options, const struct notify_settings *settings, struct notice_sender **ret_sender) must_check;
/* The secret of that number (deliver.h), from its file. */
void notice_sender_take_file(struct notice_sender *s, unsigned number, int fd);
/* wish: id, channel ("mail", "webhook" or "member-webhook"), to, body; of the last also url and signature, the header that the hub made. */
void notice_sender_send(struct notice_sender *s, const json_t *wish);

#endif
