/* Verifies and makes cosignatures of witnesses. */
#include "proto/tlog/cosignature.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

enum { TIME_OCTETS = 8, COSIGNATURE_OCTETS = TIME_OCTETS + NOTE_ED25519_OCTETS };

/* What is signed; the caller frees it. NULL: no memory. */
static uint8_t *message_of(int64_t time_s, const char *text, size_t len, size_t *ret_len)
{
    char head[64];
    size_t head_len = (size_t)snprintf(head, sizeof head, "cosignature/v1\ntime %" PRId64 "\n", time_s);
    uint8_t *message = malloc(head_len + len);
    if (!message)
        return NULL;
    memcpy(message, head, head_len);
    memcpy(message + head_len, text, len);
    *ret_len = head_len + len;
    return message;
}

static int verify_one(const struct note *n, const struct note_key *k, const uint8_t octets[COSIGNATURE_OCTETS],
                      int64_t *ret_time_s)
{
    struct reader r = reader_of(octets, COSIGNATURE_OCTETS);
    uint64_t time_s = reader_u64(&r);
    if (time_s > COSIGNATURE_TIME_MAX)
        return -EKEYREJECTED;
    size_t len = 0;
    autofree uint8_t *message = message_of((int64_t)time_s, n->text, n->text_len, &len);
    if (!message)
        return -ENOMEM;
    if (crypto_sign_verify_detached(octets + TIME_OCTETS, message, len, k->public_key) != 0)
        return -EKEYREJECTED;
    *ret_time_s = (int64_t)time_s;
    return 0;
}

int cosignature_verify(const struct note *n, const struct note_key *k, int64_t *ret_time_s)
{
    if (k->type != NOTE_COSIGNATURE)
        return -EINVAL;
    uint8_t octets[COSIGNATURE_OCTETS];
    unsigned at = 0;
    int64_t latest_s = -1, time_s = 0;
    int len;
    while ((len = note_next_signature(n, k, &at, octets, sizeof octets)) != -ENOENT) {
        int result = len == COSIGNATURE_OCTETS ? verify_one(n, k, octets, &time_s) : -EKEYREJECTED;
        if (result < 0)
            return result;
        latest_s = time_s > latest_s ? time_s : latest_s;
    }
    if (latest_s < 0)
        return -ENOKEY;
    *ret_time_s = latest_s;
    return 0;
}

int cosignature_sign(const struct note_signer *s, int64_t time_s, const char *text, size_t len, struct writer *w)
{
    if (s->key.type != NOTE_COSIGNATURE || time_s < 0)
        return -EINVAL;
    if (!note_text_check(text, len))
        return -EBADMSG;
    size_t message_len = 0;
    autofree uint8_t *message = message_of(time_s, text, len, &message_len);
    if (!message)
        return -ENOMEM;
    uint8_t octets[COSIGNATURE_OCTETS];
    struct writer time = writer_of(octets, TIME_OCTETS);
    writer_u64(&time, (uint64_t)time_s);
    crypto_sign_detached(octets + TIME_OCTETS, NULL, message, message_len, s->secret);
    return note_write_signature(&s->key, octets, sizeof octets, w);
}
