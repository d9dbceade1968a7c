/* Any octets as subjects put in and taken out and as names, records and values looked for: what went in is found, what was
 * taken out is not. */
#include "judge/match/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seek(void *context, const struct match_hit *hit)
{
    uint32_t *wanted = context;
    if (hit->indicator == *wanted)
        *wanted = UINT32_MAX;
}

/* Told by the set when it has that pair for the subject, looked for as itself. */
static bool finds(const struct match_set *m, const struct subject *s, uint32_t indicator)
{
    match_find_value(m, s, seek, &indicator);
    return indicator == UINT32_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct subject s;
    static struct answer_record record;
    static struct dns_observation observation;
    struct match_set *m = match_set_new((struct sip_key){1, 2}, 0);
    if (!m)
        abort();
    struct reader r = reader_of(data, size);
    uint32_t wanted = 0;
    while (r.left > 0) {
        unsigned what = reader_u8(&r);
        uint32_t indicator = reader_u8(&r);
        size_t len = reader_u8(&r);
        if (len > r.left)
            len = r.left;
        const uint8_t *bytes = reader_take(&r, len);
        if (!bytes)
            break;
        if (what < SUBJECT_KIND_COUNT * 2) {
            if (subject_read((enum subject_kind)(what % SUBJECT_KIND_COUNT), (const char *)bytes, len, &s) < 0)
                continue;
            bool prefix = s.kind == SUBJECT_PREFIX; /* is not looked for as itself */
            if (what < SUBJECT_KIND_COUNT) {
                if (match_set_insert(m, &s, indicator) == 0 && !prefix && !finds(m, &s, indicator))
                    abort();
            } else if (match_set_remove(m, &s, indicator) == 0 && match_set_remove(m, &s, indicator) == 0) {
                abort();
            }
        } else {
            (void)match_find_name(m, bytes, len, seek, &wanted);
            memset(&record, 0, sizeof record);
            record.type = indicator;
            record.name_len = (uint8_t)len;
            memcpy(record.name, bytes, len);
            record.data_len = (uint16_t)len;
            memcpy(record.data, bytes, len);
            (void)match_records(m, &record, 1, seek, &wanted);
            observation.name_len = (uint8_t)len;
            memcpy(observation.name, bytes, len);
            memcpy(observation.client.bytes, bytes, len < 16 ? len : 16);
            (void)match_observations(m, &observation, 1, seek, &wanted);
        }
    }
    match_set_free(m);
    return 0;
}
