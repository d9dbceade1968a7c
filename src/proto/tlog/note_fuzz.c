/* Any octets as a note: what is read stays inside, is a text that can be signed, and is verified only by who signed it. */
#include "proto/tlog/note.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/tlog/cosignature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct note n, again;
    struct reader r = reader_of(data, size);
    if (note_read(&r, &n) < 0)
        return 0;
    const char *begin = (const char *)data, *end = begin + size;
    assert(n.text == begin && n.text_len < size && note_text_check(n.text, n.text_len));
    assert(n.count >= 1 && n.count <= NOTE_SIGNATURES_MAX);
    for (unsigned i = 0; i < n.count; i++) {
        const struct note_signature *s = &n.signature[i];
        assert(s->name > begin && s->base64 > s->name + s->name_len && s->base64 + s->base64_len < end);
        assert(note_name_check(s->name, s->name_len));
    }
    /* Signed once more by a key of ours, and by it as a witness: both verify, and the others are still there. */
    struct note_signer log, witness;
    static const uint8_t seed[NOTE_KEY_OCTETS] = {1, 2, 3};
    int result = note_signer_init(&log, NOTE_ED25519, "fuzz", seed);
    assert(result == 0);
    result = note_signer_init(&witness, NOTE_COSIGNATURE, "fuzz", seed);
    assert(result == 0);
    int64_t time_s = -1;
    uint8_t *more = malloc(size + 1024);
    if (!more || n.count > NOTE_SIGNATURES_MAX - 2 || size > NOTE_MAX - 1024 || note_verify(&n, &log.key) != -ENOKEY ||
        cosignature_verify(&n, &witness.key, &time_s) != -ENOKEY) {
        free(more);
        return 0;
    }
    struct writer w = writer_of(more, size + 1024);
    writer_bytes(&w, data, size);
    result = note_sign(&log, n.text, n.text_len, &w);
    assert(result == 0);
    result = cosignature_sign(&witness, 1234567890, n.text, n.text_len, &w);
    assert(result == 0);
    r = reader_of(more, w.len);
    result = note_read(&r, &again);
    assert(result == 0 && again.count == n.count + 2 && again.text_len == n.text_len);
    result = note_verify(&again, &log.key);
    assert(result == 0);
    result = cosignature_verify(&again, &witness.key, &time_s);
    assert(result == 0 && time_s == 1234567890);
    free(more);
    return 0;
}
