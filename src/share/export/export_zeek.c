/* Zeek: a file for its Intelligence Framework (Input::READER_ASCII), tabs between the fields. */
#include <errno.h>
#include <string.h>

#include "share/export/export_impl.h"

static const char file[] = "intel.dat";

/* Types of Intel::Type; NULL: none, and so JA3 (a package's), SHA-256 of certificates (Zeek has SHA-1). */
static const char *const types[] = {
    [SUBJECT_DOMAIN] = "Intel::DOMAIN",  [SUBJECT_HOST] = "Intel::DOMAIN", [SUBJECT_ADDRESS] = "Intel::ADDR",
    [SUBJECT_PREFIX] = "Intel::SUBNET",  [SUBJECT_URL] = "Intel::URL",     [SUBJECT_MD5] = "Intel::FILE_HASH",
    [SUBJECT_SHA1] = "Intel::FILE_HASH", [SUBJECT_SHA256] = "Intel::FILE_HASH", [SUBJECT_EMAIL] = "Intel::EMAIL",
    [SUBJECT_LIST] = NULL,
};
_Static_assert(array_len(types) == SUBJECT_KIND_COUNT, "each kind of subject has its type, or none");

static int begin_intel(struct export *e)
{
    export_text(export_begin_piece(e), "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n");
    return export_flush(e, file);
}

/* The reader takes \xNN for an octet, and "-" or "(empty)" alone for nothing. */
static void put_field(struct writer *w, const char *text)
{
    static const char digits[] = "0123456789abcdef";
    bool is_special = strcmp(text, "-") == 0 || strcmp(text, "(empty)") == 0;
    for (const char *c = text; *c; c++) {
        unsigned char octet = (unsigned char)*c;
        if (octet < 0x20 || octet == 0x7f || octet == '\\' || (is_special && c == text)) {
            export_text(w, "\\x");
            writer_u8(w, (uint8_t)digits[octet >> 4]);
            writer_u8(w, (uint8_t)digits[octet & 15]);
        } else {
            writer_u8(w, octet);
        }
    }
    if (!*text)
        writer_u8(w, '-');
}

/* Zeek has URLs without their scheme, and sees those of HTTP alone. NULL: another. */
static const char *without_scheme(const char *url)
{
    return strncmp(url, "http://", 7) == 0 ? url + 7 : strncmp(url, "https://", 8) == 0 ? url + 8 : NULL;
}

static int add_intel(struct export *e, const struct export_item *item)
{
    const struct indicator *in = item->indicator;
    const char *type = types[in->subject.kind];
    const char *value = in->subject.kind == SUBJECT_URL ? without_scheme(in->subject.value) : in->subject.value;
    if (!type || !value || !export_is_one_word(value) || *value == '#' || !export_is_acted_upon(in))
        return -EOPNOTSUPP;
    struct writer *w = export_begin_piece(e);
    put_field(w, value);
    export_text(w, "\t");
    export_text(w, type);
    export_text(w, "\t");
    put_field(w, e->node->name);
    export_text(w, "\t");
    export_text(w, claim_traits(in->claim)->word);
    if (item->reason && *item->reason) {
        export_text(w, ": ");
        put_field(w, item->reason);
    }
    export_text(w, "\n");
    return export_flush(e, file);
}

const struct export_form export_zeek = {.word = "zeek", .begin = begin_intel, .add = add_intel};
