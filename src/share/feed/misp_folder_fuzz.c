/* Fuzzes manifests of MISP feed folders: what comes out is sorted, and each UUID is fit for a path. */
#include <stdlib.h>
#include <string.h>

#include "share/feed/misp_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct feed_misp_event *events;
    size_t count;
    bool is_partial;
    if (feed_misp_manifest(data, size, &events, &count, &is_partial) < 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (strspn(events[i].uuid, "0123456789abcdef-") != 36 || events[i].uuid[36] != '\0' || events[i].timestamp <= 0 ||
            (i > 0 && strcmp(events[i - 1].uuid, events[i].uuid) > 0))
            abort();
    free(events);
    return 0;
}
