/* What the two files of a request over HTTP share: web.c takes it the way that all go, web_call.c answers it. */
#ifndef HINOMI_API_WEB_IMPL_H
#define HINOMI_API_WEB_IMPL_H

#include "api/control/request.h"
#include "api/web/route.h"
#include "api/web/web.h"
#include "api/web/web_call.h"

struct web {
    struct web_options o;
    struct password_worker *passwords;
    struct live *live;
    struct audit_trail *audit;
    struct rate_limit *accounts, *strangers;
    struct known_places *places;
    struct event *expiry;
    struct web_call *calls; /* being answered */
    unsigned call_count;
    struct web_call *running; /* whose command is being begun; NULL again when it has ended at once */
    uint64_t requests, refused_sign_in, refused_permission, refused_rate, refused_busy;
};

struct web_call {
    struct web *web;
    struct web_call *next, **at; /* among those being answered */
    web_done_fn *done; /* NULL: nobody waits for it */
    void *self;
    struct web_call **slot; /* of who waits: emptied at the end */
    const struct route *route;
    struct web_principal principal;
    struct control_request *request; /* being handled */
    struct case_record case_record;  /* of WALL_CASE; number 0: the path names none */
    enum case_access case_access;
    int64_t now_us;
    struct addr address;
    char source[CONTROL_SOURCE_MAX];
    char word[WEB_WORD_TEXT_MAX]; /* of the session that it came with */
    bool sets_session;
    char session[WEB_WORD_TEXT_MAX];
    char *rows;
    size_t rows_len, rows_max;
    bool too_long;
};

/* As web_problem, with a time after which to come again; 0: nothing is said of it. */
void web_problem_later(struct web_call *c, unsigned status, const char *detail, unsigned retry_after_s);
/* Bits of enum web_method. */
void web_refuse_method(struct web_call *c, unsigned allowed);
/* Runs the command of the call's route. */
void web_call_run(struct web_call *c, const struct web_request *request, const json_t *arguments);

#endif
