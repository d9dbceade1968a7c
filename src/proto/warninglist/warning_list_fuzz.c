/* Fuzz target: any octets as a warning list; what comes out is text of the document. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/warninglist/warning_list.h"

static int note(void *self, enum warning_list_type type, const char *value, size_t len)
{
    (void)self;
    if ((unsigned)type >= WARNING_LIST_TYPE_COUNT || strlen(value) != len)
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *document = json_loadb((const char *)data, size, 0, NULL);
    char name[WARNING_LIST_NAME_MAX];
    const char *why = NULL;
    int e = warning_list_read(document, name, note, NULL, &why);
    if ((e < 0) != (why != NULL) || (e == 0 && strlen(name) >= sizeof name))
        abort();
    json_decref(document);
    return 0;
}
