/* Reckons a UUID of version 5. */
#include "share/export/name_uuid.h"

#include <assert.h>
#include <nettle/sha1.h>
#include <string.h>

#include "model/verdict.h"

static_assert((int)NAME_UUID_TEXT_MAX == (int)VERDICT_ID_TEXT_MAX, "one form of all UUIDs");

const char *name_uuid_format(const uint8_t space[16], const char *a, const char *b, char *text)
{
    struct sha1_ctx context;
    uint8_t digest[SHA1_DIGEST_SIZE];
    struct verdict_id id;
    sha1_init(&context);
    sha1_update(&context, sizeof id.octets, space);
    sha1_update(&context, strlen(a), (const uint8_t *)a);
    sha1_update(&context, strlen(b), (const uint8_t *)b);
    sha1_digest(&context, sizeof digest, digest);
    memcpy(id.octets, digest, sizeof id.octets);
    id.octets[6] = (uint8_t)((id.octets[6] & 0x0f) | 0x50); /* version 5 */
    id.octets[8] = (uint8_t)((id.octets[8] & 0x3f) | 0x80); /* variant of RFC 9562 4.1 */
    return verdict_id_format(&id, text);
}
