/* Takes a STIX bundle apart while it arrives: each object comes out whole, in the memory of one object.
 *
 * Source: STIX 2.1 8 (bundle), TAXII 2.1 3.7 (envelope), RFC 8259. The document is an object with a list "objects" (a bundle, or
 * an envelope of TAXII), a list of objects, or one bare object. Octets come in pieces of any size. Only what separates the objects
 * is read here; each object is then a document of its own for json_read (proto/json/limits.h), whose flaws are flaws of that
 * object alone. What is too large, too deep or no object is skipped, told and counted. When brackets or what stands around the
 * objects are wrong, the rest cannot be told apart: it is refused with its place, and what came out before stays valid. With another name
 * of the list it takes documents of the same build apart, such as events of MISP.
 * One thread for each reader.
 */
#ifndef HINOMI_PROTO_STIX_BUNDLE_H
#define HINOMI_PROTO_STIX_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum {
    STIX_BUNDLE_OBJECT_MAX = 1 << 20,  /* octets, of STIX: the largest objects of ATT&CK have about 100 KiB */
    STIX_BUNDLE_OBJECT_MOST = 1 << 25, /* that `object_octets` may ask for: other formats have larger ones */
    STIX_BUNDLE_LIST_MAX = 16,
    STIX_BUNDLE_DEPTH_MAX = 64,       /* the kind of each open bracket is one bit */
};

struct stix_bundle_limits {
    size_t object_octets; /* of one object, and of what stands around the list */
    uint64_t objects;     /* of all elements, also of those that are skipped */
    const char *list;     /* name of the list, of less than STIX_BUNDLE_LIST_MAX octets; NULL: "objects"; borrowed until free */
    unsigned depth;       /* arrays and objects within each other, with the object itself; at most STIX_BUNDLE_DEPTH_MAX */
};

enum stix_bundle_flaw_kind {
    STIX_BUNDLE_TOO_LARGE, /* of one element, which is skipped */
    STIX_BUNDLE_TOO_DEEP,
    STIX_BUNDLE_NO_OBJECT,
    STIX_BUNDLE_TOO_MANY, /* of the document, which ends here */
    STIX_BUNDLE_NO_SYNTAX,
    STIX_BUNDLE_BRACKET,
    STIX_BUNDLE_TWO_LISTS,
    STIX_BUNDLE_TRUNCATED,
    STIX_BUNDLE_TRAILING,
    STIX_BUNDLE_FLAW_COUNT
};

struct stix_bundle_place {
    uint64_t offset;       /* from 0 */
    uint64_t line, column; /* from 1; column in octets */
};

struct stix_bundle_flaw {
    enum stix_bundle_flaw_kind kind;
    struct stix_bundle_place place;
};

struct stix_bundle_object {
    const uint8_t *octets; /* from its '{' to its '}'; borrowed until the call returns */
    size_t len;
    uint64_t number; /* place in the list from 1, those skipped counted too */
    struct stix_bundle_place place;
};

struct stix_bundle_calls {
    /* A negative result ends the reading and is given back by feed; it may not be -EBADMSG. */
    int (*object)(void *arg, const struct stix_bundle_object *object);
    void (*skipped)(void *arg, uint64_t number, const struct stix_bundle_flaw *flaw); /* may be NULL */
};

struct stix_bundle_counts {
    uint64_t octets, objects, skipped; /* objects: given out */
    uint64_t skipped_by[STIX_BUNDLE_TOO_MANY]; /* by the flaw of the element */
};

/* NULL without memory. `calls` is borrowed until free; limits over the maxima above become these. */
struct stix_bundle *stix_bundle_new(const struct stix_bundle_limits *limits, const struct stix_bundle_calls *calls, void *arg);
void stix_bundle_free(struct stix_bundle *b);

/* Errors, which stay: -EBADMSG (see stix_bundle_flaw), -ENOMEM, and what the call for an object gave. */
int stix_bundle_feed(struct stix_bundle *b, const void *octets, size_t len) must_check;
/* The document is complete. The same errors; -EBADMSG also when it ends too early. */
int stix_bundle_finish(struct stix_bundle *b) must_check;

/* After -EBADMSG: why and where. */
const struct stix_bundle_flaw *stix_bundle_flaw(const struct stix_bundle *b);
const struct stix_bundle_counts *stix_bundle_counts(const struct stix_bundle *b);
/* After finish: what stood around the list, as a document with an empty list ("type" and "id" of a bundle, "more" and "next"
 * of an envelope); borrowed. -ENOENT: there was nothing around; -EMSGSIZE: it was larger or deeper than the limits. */
int stix_bundle_frame(const struct stix_bundle *b, const uint8_t **ret_octets, size_t *ret_len) must_check;
/* For people; N_() text, so _(...) it. */
const char *stix_bundle_flaw_text(enum stix_bundle_flaw_kind kind);

#endif
