/* Requests to a TAXII server from anybody: the first octet chooses the filters, the rest is target, header and credentials at once. */
#include <stdlib.h>
#include <string.h>

#include "proto/taxii/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct taxii_query query;
    static struct taxii_credentials credentials;
    struct taxii_target target;
    const char *reason = NULL;
    if (len == 0)
        return 0;
    char *text = malloc(len);
    if (!text)
        return 0;
    memcpy(text, data + 1, len - 1);
    text[len - 1] = '\0';
    size_t path_len = strcspn(text, "?"), left = strlen(text) - path_len;
    if (taxii_path_parse(text, path_len, &target) == TAXII_OK &&
        ((unsigned)target.resource >= TAXII_RESOURCE_COUNT || strlen(target.object_id) >= TAXII_ID_MAX))
        abort();
    if (left > 0 && taxii_query_parse(text + path_len + 1, left - 1, data[0], &query, &reason) == TAXII_OK) {
        for (unsigned i = 0; i < query.ids.count; i++)
            if (strlen(query.ids.word[i]) >= TAXII_ID_MAX)
                abort();
    } else if (left > 0 && !reason) {
        abort();
    }
    (void)taxii_accept_check(text);
    (void)taxii_content_type_check(text);
    if (taxii_authorization_parse(text, &credentials) == 0 && credentials.secret_len == 0)
        abort();
    free(text);
    return 0;
}
