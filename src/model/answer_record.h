/* One record of an upstream's answer, for passive DNS: a plain value, and its frame on a worker's ring.
 *
 * Frame: docs/formats/observation-frames.md, kind 2. Plain like an observation, and read with the same distrust. It knows
 * no client.
 */
#ifndef HINOMI_MODEL_ANSWER_RECORD_H
#define HINOMI_MODEL_ANSWER_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/observation.h"
#include "model/verdict.h"

/* What the policy said of the answer that the record stood in. */
enum record_suspicion {
    RECORD_UNSUSPECTED,
    RECORD_OBSERVED, /* a rule that only observes matched */
    RECORD_BLOCKED,
    RECORD_SUSPICION_COUNT
};

/* Octets of data: all that answers carry but keys, signatures and the longest texts. */
enum { ANSWER_RECORD_DATA_MAX = 512 };

struct answer_record {
    int64_t time_us; /* wall clock when the answer was taken */
    uint32_t ttl_s;
    uint16_t type;
    uint8_t suspicion; /* enum record_suspicion */
    struct verdict_ref verdict;
    uint8_t name_len; /* wire octets, 1..255 */
    uint16_t data_len;
    uint8_t name[DNS_NAME_WIRE_MAX];      /* owner: wire form, lower case, uncompressed */
    uint8_t data[ANSWER_RECORD_DATA_MAX]; /* wire form, names in it uncompressed */
};

enum { ANSWER_RECORD_FRAME_MAX = 30 + DNS_NAME_WIRE_MAX + ANSWER_RECORD_DATA_MAX };

/* Returns the length; `frame` has room for ANSWER_RECORD_FRAME_MAX. */
size_t answer_record_put(const struct answer_record *a, uint8_t *frame);
/* -EBADMSG when the bytes are not one whole valid frame; what the data says is not looked at. */
int answer_record_get(const uint8_t *frame, size_t len, struct answer_record *ret_record) must_check;

#endif
