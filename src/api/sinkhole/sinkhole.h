/* The page that somebody sees in the place of a blocked name: what was blocked, why, what to do, and a form to say that it is wrong.
 *
 * Asked by HTTP under the blocked name itself, so every request is answered whatever its host and path: 403, because the policy refuses it (451 is
 * for demands of law, RFC 7725 3; 200 would be taken for the site's own). A name that is not blocked any more is 503 with Retry-After: the client
 * remembers an old answer, and is to come again. Below /hinomi-report are the form's target and the states of reports. What is reported is the
 * host that was asked for, never a field of the form, so that a foreign page can at most report itself. No redirect is given. One thread, the
 * hub's loop; how often somebody may ask is the web role's.
 */
#ifndef HINOMI_API_SINKHOLE_H
#define HINOMI_API_SINKHOLE_H

#include "api/web/web.h"

struct sinkhole;

int sinkhole_new(struct node *node, struct sinkhole **ret_sinkhole) must_check;
void sinkhole_free(struct sinkhole *s);

struct sinkhole_request {
    const char *method;
    struct reader target;
    const char *host, *languages, *content_type; /* NULL: the header was not there */
    struct addr address;
    struct reader body;
};

/* The answer borrows from the sinkhole until it is asked again. */
void sinkhole_answer(struct sinkhole *s, const struct sinkhole_request *request, struct web_answer *ret_answer);

#endif
