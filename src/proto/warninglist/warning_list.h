/* Reads a warning list: values that are often reported wrongly, as the MISP project publishes them.
 *
 * Source: github.com/MISP/misp-warninglists, schema.json: an object with "name", "type" and "list", an array of texts. The
 * document comes from json_read (proto/json/limits.h), within the limits below. Texts are borrowed for the call. Any thread.
 */
#ifndef HINOMI_PROTO_WARNINGLIST_WARNING_LIST_H
#define HINOMI_PROTO_WARNINGLIST_WARNING_LIST_H

#include <jansson.h>
#include <stddef.h>

#include "base/attr.h"

enum {
    WARNING_LIST_OCTETS_MAX = 64 << 20, /* of a file; the largest that is published has 4 MiB */
    WARNING_LIST_VALUES_MAX = 4 << 20,
    WARNING_LIST_DEPTH_MAX = 8,
    WARNING_LIST_NAME_MAX = 128, /* of what is kept of the name, with its terminator */
};

enum warning_list_type {
    WARNING_LIST_STRING,    /* the value itself */
    WARNING_LIST_HOSTNAME,  /* a name and what is below it */
    WARNING_LIST_SUBSTRING, /* whatever holds it */
    WARNING_LIST_CIDR,
    WARNING_LIST_REGEX,
    WARNING_LIST_TYPE_COUNT
};

/* Anything but 0 stops and is returned. */
typedef int warning_list_value_fn(void *self, enum warning_list_type type, const char *value, size_t len);

/* name: as far as it fits. -EBADMSG: no such document, *ret_why says what is wrong (N_() text; give it to _()). */
int warning_list_read(const json_t *document, char name[WARNING_LIST_NAME_MAX], warning_list_value_fn *value, void *self,
                      const char **ret_why) must_check;

#endif
