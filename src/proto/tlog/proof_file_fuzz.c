/* Any octets as a proof file: what is read is written as it was, and verifying it ends. */
#include "proto/tlog/proof_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct proof_file f;
    static uint8_t extra[PROOF_EXTRA_MAX];
    struct reader r = reader_of(data, size);
    if (proof_file_read(&r, &f) < 0)
        return 0;
    int len = proof_file_extra(&f, extra, sizeof extra);
    uint8_t *same = malloc(size);
    assert(len >= 0 && same);
    struct writer w = writer_of(same, size);
    int result = proof_file_write(f.index, &f.proof, f.has_extra ? extra : NULL, (size_t)len, f.checkpoint,
                                  f.checkpoint_len, &w);
    assert(result == 0 && w.len == size && memcmp(same, data, size) == 0);
    free(same);

    static const char key_text[] = "log.example/verdicts+338ffa59+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    struct note_key k;
    struct checkpoint c;
    uint8_t leaf[MERKLE_HASH];
    result = note_key_parse(key_text, sizeof key_text - 1, &k);
    assert(result == 0);
    merkle_leaf_hash(extra, (size_t)len, leaf);
    if (proof_file_verify(&f, leaf, &k, NULL, &c) == 0)
        assert(f.index < c.size);
    return 0;
}
