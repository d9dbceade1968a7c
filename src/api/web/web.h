/* The API over HTTP as the hub sees it: requests that the web role has read go in, replies come out.
 *
 * Every request goes the same way: its route (route.h), who asks (a session's word or a machine's key), the table of permissions, the wall of its
 * member, then the command or handler. What asks too often waits. The web role is not believed in anything but what was sent.
 * One thread, the hub's loop.
 */
#ifndef HINOMI_API_WEB_H
#define HINOMI_API_WEB_H

#include "api/web/live.h"
#include "api/node.h"
#include "api/signing_in/password.h"
#include "base/addr.h"
#include "base/reader.h"

struct web;
struct web_call;

enum {
    WEB_BODY_MAX = 64 << 10,        /* of JSON */
    WEB_FILE_MAX = 16 << 20,        /* of a list */
    WEB_REPLY_MAX = 16 << 20,
    WEB_CALLS_MAX = 512,            /* being answered at once, of them: */
    WEB_CALLS_OF_STRANGERS = 8,     /* of one place, to whoever is not signed in there */
    WEB_CALLS_OF_ACCOUNT = 32,      /* with all its keys */
    WEB_CALLS_OF_MEMBER = 64,       /* of all its accounts */
    WEB_SESSION_IDLE_S = 12 * 3600,
    WEB_SESSION_S = 7 * 24 * 3600,
};

struct web_options {
    struct event_base *loop;
    struct node *node;
    const struct control_command *commands;
    live_publish_fn *publish; /* of event streams, by their channel */
    void *publish_self;
    double patience; /* so many times the usual rates are let through; 0: once */
};

int web_new(const struct web_options *options, struct web **ret_web) must_check;
void web_free(struct web *w);

struct web_request {
    const char *method; /* "GET", ... */
    struct reader target;
    /* NULL: the header was not there. */
    const char *session, *bearer, *csrf, *content_type;
    const char *languages;   /* Accept-Language: texts of the answer come in the first that we have */
    const char *certificate; /* fingerprint of the client's, shown in the handshake: SHA-256 of its DER, lower-case hexadecimal */
    struct addr address; /* of who asks */
    struct reader body;
};

struct web_answer {
    unsigned status;
    const char *content_type;
    const char *body; /* borrowed */
    size_t len;
    unsigned retry_after_s; /* 0: nothing is said of it */
    unsigned allowed;       /* status 405: bits of enum web_method */
    bool sets_session;
    const char *session; /* the new word; empty: to be forgotten */
    uint32_t channel;    /* not 0: instead of a body, a stream of that channel */
};

typedef void web_done_fn(void *self, const struct web_answer *answer);
/* `done` is called once, at once or later, unless the call is forgotten before. *ret_call, which must last as long, is NULL from then on. */
void web_ask(struct web *w, const struct web_request *request, web_done_fn *done, void *self, struct web_call **ret_call);
/* Who asked has left. */
void web_call_forget(struct web_call *c);

/* A link for the first account is wanted as long as there is no administrator: makes a new invitation and gives its word; -EEXIST: there
 * is one. Old ones end. */
int web_first_word(struct web *w, char *ret_word, size_t max) must_check;

/* A stream has ended; all have. */
void web_leave(struct web *w, uint32_t channel);
void web_leave_all(struct web *w);
/* Takes answers as they are recorded. */
struct live *web_live(struct web *w);

json_t *web_status_json(const struct web *w);

#endif
