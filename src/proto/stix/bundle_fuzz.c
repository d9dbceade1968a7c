/* Any octets as a bundle: the same objects, flaws and places come out however the octets are cut into pieces. */
#include "proto/stix/bundle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All that a reading gave, as one number (FNV-1a). */
struct record {
    uint64_t hash, given, last;
};

static void note(struct record *r, const void *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        r->hash = (r->hash ^ ((const uint8_t *)octets)[i]) * UINT64_C(0x100000001b3);
}

static int note_object(void *arg, const struct stix_bundle_object *o)
{
    struct record *r = arg;
    assert(o->len >= 2 && o->len <= 64 && o->octets[0] == '{' && o->octets[o->len - 1] == '}');
    assert(o->number > r->last && o->place.line >= 1 && o->place.column >= 1 && o->place.column <= o->place.offset + 1);
    r->last = o->number;
    r->given++;
    note(r, o->octets, o->len);
    note(r, &o->number, sizeof o->number);
    note(r, &o->place, sizeof o->place);
    return 0;
}

static void note_skipped(void *arg, uint64_t number, const struct stix_bundle_flaw *flaw)
{
    struct record *r = arg;
    assert(number > r->last && flaw->kind < STIX_BUNDLE_TOO_MANY);
    r->last = number;
    note(r, &number, sizeof number);
    note(r, &flaw->kind, sizeof flaw->kind);
    note(r, &flaw->place, sizeof flaw->place);
}

static int read_in_pieces(const uint8_t *data, size_t size, size_t most, unsigned seed, struct record *r)
{
    static const struct stix_bundle_calls calls = {.object = note_object, .skipped = note_skipped};
    static const struct stix_bundle_limits limits = {.object_octets = 64, .objects = 32, .depth = 5};
    struct stix_bundle *b = stix_bundle_new(&limits, &calls, r);
    int result = 0;
    assert(b);
    *r = (struct record){.hash = 1};
    for (size_t at = 0; at < size && result == 0;) {
        seed = seed * 1103515245 + 12345;
        size_t n = most == SIZE_MAX ? size : (seed >> 16) % most + 1;
        n = n < size - at ? n : size - at;
        uint8_t *piece = malloc(n);
        assert(piece);
        memcpy(piece, data + at, n);
        result = stix_bundle_feed(b, piece, n);
        free(piece);
        at += n;
    }
    if (result == 0)
        result = stix_bundle_finish(b);
    if (result < 0) {
        const struct stix_bundle_flaw *flaw = stix_bundle_flaw(b);
        assert(flaw->kind >= STIX_BUNDLE_TOO_MANY && flaw->place.offset <= size);
        note(r, &flaw->kind, sizeof flaw->kind);
        note(r, &flaw->place, sizeof flaw->place);
    }
    const uint8_t *frame;
    size_t len;
    if (stix_bundle_frame(b, &frame, &len) == 0)
        note(r, frame, len);
    assert(stix_bundle_counts(b)->objects == r->given);
    stix_bundle_free(b);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct record whole, pieces;
    int result = read_in_pieces(data, size, SIZE_MAX, 0, &whole);
    for (unsigned seed = 1; seed < 4; seed++) {
        int again = read_in_pieces(data, size, 9, seed, &pieces);
        assert(again == result && pieces.hash == whole.hash && pieces.given == whole.given);
    }
    return 0;
}
