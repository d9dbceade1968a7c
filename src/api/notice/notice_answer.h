/* One answer for two ways in: a question about notices comes over HTTPS or by the control socket, and is answered by the same function.
 *
 * One thread, the hub's.
 */
#ifndef HINOMI_API_NOTICE_ANSWER_H
#define HINOMI_API_NOTICE_ANSWER_H

#include <jansson.h>

#include "api/control/control.h"
#include "api/node.h"
#include "api/web/web_call.h"

struct notice_question {
    struct node *node;
    const json_t *arguments; /* with `member` when who asks may see but that one's */
    bool is_own;             /* a member asks */
    const char *who;
    int64_t now_us;
};

struct notice_answer {
    unsigned status; /* as of HTTP */
    json_t *object;
    char text[256]; /* of an error */
};

struct notice_answer notice_answer_fine(json_t *object);
struct notice_answer notice_answer_wrong(unsigned status, const char *format, ...) printf_like(2, 3);
struct notice_answer notice_answer_ledger(const struct ledger *l);

typedef struct notice_answer notice_answer_fn(const struct notice_question *q);
void notice_answer_web(struct web_call *c, const json_t *arguments, notice_answer_fn *answer);
void notice_answer_control(struct control_request *r, const json_t *arguments, notice_answer_fn *answer);
/* An answer goes out: over HTTPS; by the control socket, where `rows` of the object go ahead of it, one a line. */
void notice_answer_reply_web(struct web_call *c, struct notice_answer a);
void notice_answer_reply_control(struct control_request *r, struct notice_answer a);

#endif
