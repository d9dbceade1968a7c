/* Makes an exported ledger with proto/tlog and proto/json, for trying dist/hinomi-ledger-check: always the same octets.
 *
 *   make_ledger FOLDER COUNT OLD INDEX [SALT]
 *
 * FOLDER (which exists) gets checkpoint and tile/ of COUNT entries; beside it FOLDER.old, the checkpoint of the first OLD entries,
 * FOLDER.tlog-proof and FOLDER.bare.tlog-proof, the proof of entry INDEX with and without it, FOLDER.entry, that entry,
 * and FOLDER.key, the public key. Another SALT, a number, gives other entries under the same key.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

#include "proto/json/canonical.h"
#include "proto/tlog/cosignature.h"
#include "proto/tlog/entry_bundle.h"
#include "proto/tlog/proof_file.h"
#include "proto/tlog/tile.h"

enum { LEVELS = 4, PATH = 4096 };

static const char *folder;
static int salt;
static struct {
    uint8_t (*hash)[MERKLE_HASH];
    uint64_t count;
} kept[LEVELS];

static void fail(const char *what)
{
    fprintf(stderr, "make_ledger: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void write_file(const char *path, const void *octets, size_t len)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(octets, 1, len, file) != len || fclose(file) != 0)
        fail(path);
}

static void write_beside(const char *suffix, const void *octets, size_t len)
{
    char path[PATH];
    snprintf(path, sizeof path, "%s%s", folder, suffix);
    write_file(path, octets, len);
}

/* With the folders on its way. */
static void write_tile(const struct tile *t, const void *octets, size_t len)
{
    char path[PATH], name[TILE_PATH_MAX];
    if (tile_path_format(t, name) < 0)
        fail("tile");
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *p = path + strlen(folder) + 1; (p = strchr(p, '/')); *p++ = '/') {
        *p = '\0';
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
            fail(path);
    }
    write_file(path, octets, len);
}

static int store(void *self, unsigned level, uint64_t index, const uint8_t hash[MERKLE_HASH])
{
    (void)self;
    memcpy(kept[level / 8].hash[index], hash, MERKLE_HASH);
    kept[level / 8].count = index + 1;
    return 0;
}

static int fetch(void *self, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[MERKLE_HASH])
{
    (void)self;
    memcpy(ret_hashes, kept[level / 8].hash[index], (size_t)count * MERKLE_HASH);
    return 0;
}

static void entry_of(uint64_t i, uint8_t **ret_entry, size_t *ret_len)
{
    static const char *const claims[] = {"phishing", "malware-distribution", "dga", "spam"};
    char name[64];
    snprintf(name, sizeof name, "host-%" PRIu64 ".example", i);
    json_t *entry = json_pack("{s:s, s:s, s:I, s:{s:s, s:s}, s:[s, i], s:s, s:s}", "subject", name, "claim", claims[i % 4], "from",
                              (json_int_t)(1700000000000000 + (json_int_t)i), "author", "kind", "feed", "name",
                              "\xe8\xa9\xa6\xe9\xa8\x93 \"a\\b\"\n\x01", "evidence", "sha256:00", salt, "\xef\xac\xb3",
                              "sorted last", "\xf0\x9f\x98\x80", "sorted before it");
    if (!entry || json_canonical_new(entry, ENTRY_MAX, ret_entry, ret_len) < 0)
        fail("entry");
    json_decref(entry);
}

static size_t sign(const struct merkle_edge *edge, const struct note_signer *log, const struct note_signer *witness, uint8_t *to,
                   size_t max)
{
    struct writer w = writer_of(to, max);
    struct checkpoint c = {.origin = log->key.name, .origin_len = strlen(log->key.name), .size = edge->size};
    merkle_edge_root(edge, c.root);
    if (checkpoint_sign(&c, log, &w) < 0)
        fail("checkpoint");
    const char *end = memmem(to, w.len, "\n\n", 2);
    if (cosignature_sign(witness, 1700000000, (const char *)to, (size_t)(end + 1 - (const char *)to), &w) < 0)
        fail("cosignature");
    return w.len;
}

static void write_hash_tiles(uint64_t size)
{
    for (unsigned level = 0; level < LEVELS; level++)
        for (uint64_t i = 0, width; (width = tile_width(level, i, size)) > 0; i++)
            write_tile(&(struct tile){.level = level, .index = i, .width = (unsigned)width}, kept[level].hash[i * TILE_WIDTH],
                       width * MERKLE_HASH);
}

static void write_proofs(uint64_t size, uint64_t index, const uint8_t *note, size_t note_len)
{
    struct merkle_proof p;
    uint8_t *entry, *file = malloc(PROOF_FILE_MAX);
    size_t entry_len;
    if (!file || merkle_prove_inclusion(size, index, fetch, NULL, &p) < 0)
        fail("proof");
    entry_of(index, &entry, &entry_len);
    write_beside(".entry", entry, entry_len);
    struct writer w = writer_of(file, PROOF_FILE_MAX);
    if (proof_file_write(index, &p, entry, entry_len, note, note_len, &w) < 0)
        fail("proof");
    write_beside(".tlog-proof", file, w.len);
    w = writer_of(file, PROOF_FILE_MAX);
    if (proof_file_write(index, &p, NULL, 0, note, note_len, &w) < 0)
        fail("proof");
    write_beside(".bare.tlog-proof", file, w.len);
    free(entry);
    free(file);
}

int main(int argc, char **argv)
{
    if ((argc != 5 && argc != 6) || sodium_init() < 0) {
        fprintf(stderr, "usage: make_ledger FOLDER COUNT OLD INDEX [SALT]\n");
        return 2;
    }
    folder = argv[1];
    salt = argc == 6 ? (int)strtol(argv[5], NULL, 10) : 0;
    uint64_t count = strtoull(argv[2], NULL, 10), old = strtoull(argv[3], NULL, 10), index = strtoull(argv[4], NULL, 10);
    struct note_signer log, witness;
    static const uint8_t log_seed[NOTE_KEY_OCTETS] = {1}, witness_seed[NOTE_KEY_OCTETS] = {2};
    if (note_signer_init(&log, NOTE_ED25519, "ledger.example/verdicts", log_seed) < 0 ||
        note_signer_init(&witness, NOTE_COSIGNATURE, "witness.example/w1", witness_seed) < 0)
        fail("keys");
    for (unsigned level = 0; level < LEVELS; level++) {
        kept[level].hash = calloc((count >> (8 * level)) + 1, MERKLE_HASH);
        if (!kept[level].hash)
            fail("memory");
    }
    struct merkle_edge edge = {.size = 0};
    uint8_t note[2048], *bundle = malloc(ENTRY_BUNDLE_MAX);
    if (!bundle)
        fail("memory");
    struct writer w = writer_of(bundle, ENTRY_BUNDLE_MAX);
    for (uint64_t i = 0; i <= count; i++) {
        unsigned width = tile_width(0, i / TILE_WIDTH, i);
        bool is_whole = i > 0 && i % TILE_WIDTH == 0;
        if (i == old)
            write_beside(".old", note, sign(&edge, &log, &witness, note, sizeof note));
        if (is_whole || ((i == old || i == count) && width > 0)) /* the old checkpoint's partial bundle stays */
            write_tile(&(struct tile){.is_entries = true,
                                      .index = is_whole ? i / TILE_WIDTH - 1 : i / TILE_WIDTH,
                                      .width = is_whole ? TILE_WIDTH : width},
                       bundle, w.len);
        if (is_whole)
            w = writer_of(bundle, ENTRY_BUNDLE_MAX);
        if (i == old)
            write_hash_tiles(i);
        if (i == count)
            break;
        uint8_t *entry, leaf[MERKLE_HASH];
        size_t len;
        entry_of(i, &entry, &len);
        merkle_leaf_hash(entry, len, leaf);
        if (entry_bundle_add(&w, entry, len) < 0 || merkle_edge_append(&edge, leaf, store, NULL) < 0)
            fail("entry");
        free(entry);
    }
    write_hash_tiles(count);
    size_t note_len = sign(&edge, &log, &witness, note, sizeof note);
    write_beside("/checkpoint", note, note_len);
    if (index < count)
        write_proofs(count, index, note, note_len);
    char key[NOTE_KEY_TEXT_MAX];
    write_beside(".key", key, (size_t)note_key_format(&log.key, key));
    for (unsigned level = 0; level < LEVELS; level++)
        free(kept[level].hash);
    free(bundle);
    return 0;
}
