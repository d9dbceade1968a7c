/* One answer for two ways in, as that of notices (api/notice/notice_answer.h): a question about cases comes over HTTPS, where the wall was passed by
 * api/web/web.c, or by the control socket, where it is passed here and what is changed or restricted is noted in the ledger.
 *
 * One thread, the hub's.
 */
#ifndef HINOMI_API_CASE_ANSWER_H
#define HINOMI_API_CASE_ANSWER_H

#include "api/case/case_wall.h"
#include "api/notice/notice_answer.h"

struct case_question {
    struct node *node;
    const json_t *arguments;
    struct case_viewer viewer;
    const struct case_record *record; /* that the path names, and what may be done with it; NULL: the route names none */
    enum case_access access;
    struct case_hand hand; /* who asks, for notes and verdicts */
};

/* Reads before anything is written. */
typedef struct notice_answer case_answer_fn(const struct case_question *q);
void case_answer_web(struct web_call *c, const json_t *arguments, case_answer_fn *answer);

/* `what`: for the ledger, "hinomi case-note". */
struct case_way {
    const char *what;
    bool names_case, changes;
    case_answer_fn *answer;
};
void case_answer_control(struct control_request *r, const json_t *arguments, const struct case_way *way);

/* An error of a step: what a full table, a text that is none and the ledger itself say. */
struct notice_answer case_answer_error(const struct ledger *l, int error);

#endif
