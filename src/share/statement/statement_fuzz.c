/* Any octets as a document: the first says which form and options, and how large the pieces are. Whatever is given keeps the promises of
 * statement.h, and a document in one piece comes to the same as in many. */
#include "share/statement/statement.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t statements, left_out, kept, sum;
};

static void add(struct seen *s, const void *octets, size_t len)
{
    const uint8_t *at = octets;
    for (size_t i = 0; i < len; i++)
        s->sum = s->sum * 31 + at[i];
}

static int see_statement(void *self, const struct statement *st)
{
    struct seen *s = self;
    struct verdict v = *st->verdict;
    struct subject again;
    memcpy(v.author.name, "fuzz", sizeof "fuzz");
    assert(verdict_valid(&v) && st->number > 0);
    assert(claim_traits(v.claim)->group != CLAIM_DIRECTIVE && v.made_us <= 1800000000000000);
    assert(subject_read(v.subject.kind, v.subject.value, strlen(v.subject.value), &again) == 0 && subject_equal(&again, &v.subject));
    s->statements++;
    add(s, v.subject.value, strlen(v.subject.value));
    add(s, v.reason, strlen(v.reason));
    return 0;
}

static int see_gone(void *self, const char *id)
{
    (void)self;
    if (!id || !*id)
        abort();
    return 0;
}

static int see_object(void *self, const char *id, const char *spec_version, int64_t modified_us, const uint8_t *octets, size_t len)
{
    struct seen *s = self;
    (void)modified_us;
    assert(id && spec_version && len > 0);
    s->kept++;
    add(s, octets, len);
    return 0;
}

static void see_left_out(void *self, const struct statement_left_out *l)
{
    struct seen *s = self;
    assert(l->why && l->id && (l->part || l->len == 0));
    s->left_out++;
    add(s, l->part, l->len);
}

static int run(const struct statement_options *options, const uint8_t *data, size_t size, size_t piece, struct seen *seen)
{
    static const struct statement_calls calls = {.statement = see_statement, .keep = see_object, .gone = see_gone, .left_out = see_left_out};
    struct statement_reader *r = statement_open(options, &calls, seen);
    int result = 0;
    assert(r);
    for (size_t at = 0; at < size && result == 0; at += piece)
        result = statement_feed(r, data + at, size - at < piece ? size - at : piece);
    if (result == 0)
        result = statement_finish(r);
    assert(result == 0 || (result == -EBADMSG && statement_flaw_of(r)->why));
    statement_close(r);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const maps[] = {NULL, "subject=1,claim=2,reason=3", "subject=s,from=1,until=2,probability=p", "subject=1,kind=2,tlp=3,header=yes"};
    if (size < 2)
        return 0;
    struct statement_options options = {
        .format = (enum statement_format)(data[0] % STATEMENT_FORMAT_COUNT),
        .common = {.claim = CLAIM_SPAM, .probability = 500, .made_us = 1800000000000000, .reason = "said"},
        .has_claim = data[0] & 0x10,
        .hosts_of_urls = data[0] & 0x20,
        .unmarked = data[0] & 0x40,
        .map = maps[data[1] % 4],
    };
    size_t piece = 1 + (data[1] >> 4);
    struct seen whole = {0}, parts = {0};
    int result = run(&options, data + 2, size - 2, size, &whole);
    int again = run(&options, data + 2, size - 2, piece, &parts);
    assert(result == again && memcmp(&whole, &parts, sizeof whole) == 0);
    return 0;
}
