/* What each route answers: the shape of its JSON, in a short notation, and what the description of the API makes of it.
 *
 * A shape: {key:SHAPE key?:SHAPE ...} an object, those with ? may be missing; "..." in it: and others that are not described; {*:SHAPE} an object
 * whose keys are data; [SHAPE] an array; t text, n integer, f number, b boolean, any; a name that begins with a capital: a shape with a name. ~
 * behind a shape: or null. > before the shape of an object: not that object, but a stream of events with its keys as names and its values as data. Pure.
 */
#ifndef HINOMI_API_ANSWER_H
#define HINOMI_API_ANSWER_H

#include <jansson.h>

#include "api/web/route.h"

struct answer {
    enum web_method method;
    const char *path, *shape;
};
struct named_shape {
    const char *name, *shape;
};

/* Ended by a NULL path, and a NULL name. */
extern const struct answer answers[];
extern const struct named_shape named_shapes[];

/* The schema of the route's answer, of a stream that of its events; NULL: it is not described. A new object. */
json_t *answer_schema(const struct route *r);
/* Does it answer with a stream of events (text/event-stream)? */
bool answer_is_stream(const struct route *r);
/* Adds the schemas of all named shapes. */
void answer_add_named(json_t *schemas);
/* The schema of a shape: JSON Schema 2020-12, as OpenAPI 3.1 has it. NULL: it is not well formed. */
json_t *answer_shape_schema(const char *shape);

#endif
