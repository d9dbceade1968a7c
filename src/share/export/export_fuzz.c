/* Any value and reason in every form of export: nothing breaks out of its line, cell, string or object. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_tree.h"
#include "share/export/export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OCTETS = 1 << 18 };
static struct {
    char name[64];
    size_t len;
    char text[OCTETS];
} files[4];

static int keep(void *self, const char *file, const void *octets, size_t len)
{
    unsigned i = 0;
    (void)self;
    while (i < 3 && files[i].name[0] && strcmp(files[i].name, file) != 0)
        i++;
    strncpy(files[i].name, file, sizeof files[i].name - 1);
    assert(files[i].len + len < OCTETS);
    memcpy(files[i].text + files[i].len, octets, len);
    files[i].len += len;
    return 0;
}

static unsigned count(unsigned file, char octet)
{
    unsigned n = 0;
    for (size_t i = 0; i < files[file].len; i++)
        n += files[file].text[i] == octet;
    return n;
}

static void check_json(unsigned file)
{
    static const struct json_limits limits = {.octets = OCTETS, .values = 1000, .depth = 16};
    static struct json_tree *tree;
    const struct json_value *value;
    struct json_flaw flaw;
    struct reader r = reader_of(files[file].text, files[file].len);
    tree = tree ? tree : json_tree_new();
    assert(tree && json_tree_read(tree, &r, &limits, &value, &flaw) == 0);
}

static void check_output(enum export_format format, bool is_written, enum subject_kind kind)
{
    unsigned written = is_written ? 1 : 0;
    switch (format) {
    case EXPORT_STIX:
        check_json(0);
        break;
    case EXPORT_MISP:
        for (unsigned i = 0; i < 4; i++)
            if (strstr(files[i].name, ".json"))
                check_json(i);
        break;
    case EXPORT_HOSTS:
        assert(count(0, '\n') == 2 + written);
        break;
    case EXPORT_PLAIN:
        assert(count(0, '\n') == written);
        break;
    case EXPORT_CSV:
        assert(count(0, '"') % 2 == 0);
        break;
    case EXPORT_SURICATA:
        assert(count(0, '\n') == (kind <= SUBJECT_HOST ? 3 * written : written) && count(0, '\n') == count(0, '('));
        assert(count(0, '"') == (kind <= SUBJECT_HOST ? 12 : kind == SUBJECT_URL ? 6 : kind == SUBJECT_JA3 ? 4 : 2) * written);
        break;
    case EXPORT_ZEEK:
        assert(count(0, '\n') == 1 + written && count(0, '\t') == 4 + 3 * written);
        break;
    case EXPORT_FORMAT_COUNT:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct indicator in;
    static char reason[VERDICT_REASON_MAX];
    static const struct export_node node = {.name = "n"};
    if (size < 4)
        return 0;
    in = (struct indicator){.claim = (enum claim)(data[0] % CLAIM_COUNT), .state = (enum indicator_state)(data[1] % INDICATOR_STATE_COUNT),
                            .probability = 500, .tlp = (enum verdict_tlp)(data[2] % VERDICT_TLP_COUNT), .first_us = 1, .changed_us = 2};
    in.subject.kind = (enum subject_kind)(data[1] / 8 % SUBJECT_KIND_COUNT);
    size_t value_len = data[3] < size - 4 ? data[3] : size - 4, reason_len = size - 4 - value_len;
    reason_len = reason_len < sizeof reason - 1 ? reason_len : sizeof reason - 1;
    memcpy(in.subject.value, data + 4, value_len);
    memset(reason, 0, sizeof reason);
    memcpy(reason, data + 4 + value_len, reason_len);
    if (!in.subject.value[0])
        return 0;
    for (unsigned f = 0; f < EXPORT_FORMAT_COUNT; f++) {
        struct export_item item = {.indicator = &in, .reason = reason};
        struct export *e = export_new((enum export_format)f, &node, 1700000000000000, keep, NULL);
        for (unsigned i = 0; i < 4; i++) {
            files[i].len = 0;
            files[i].name[0] = '\0';
        }
        assert(e);
        int r = export_add(e, &item);
        assert((r == 0 || r == 1) && export_end(e) == 0);
        check_output((enum export_format)f, r == 1, in.subject.kind);
        export_free(e);
    }
    return 0;
}
