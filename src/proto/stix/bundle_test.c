/* Bundles in whole and in pieces: which objects come out, what is skipped, and where a refused document is wrong. */
#include "proto/stix/bundle.h"

#include <errno.h>
#include <stdlib.h>

#include "base/test.h"

enum { SEEN_MAX = 16 };

struct seen {
    struct stix_bundle *bundle;
    unsigned objects, skipped;
    char text[SEEN_MAX][128];
    uint64_t number[SEEN_MAX];
    struct stix_bundle_place place[SEEN_MAX];
    struct stix_bundle_flaw flaw[SEEN_MAX];
    uint64_t flaw_number[SEEN_MAX];
    int answer; /* of the call for an object */
};

static int see_object(void *arg, const struct stix_bundle_object *o)
{
    struct seen *s = arg;
    if (s->objects < SEEN_MAX) {
        snprintf(s->text[s->objects], sizeof s->text[0], "%.*s", (int)o->len, (const char *)o->octets);
        s->number[s->objects] = o->number;
        s->place[s->objects] = o->place;
    }
    s->objects++;
    return s->answer;
}

static void see_skipped(void *arg, uint64_t number, const struct stix_bundle_flaw *flaw)
{
    struct seen *s = arg;
    if (s->skipped < SEEN_MAX) {
        s->flaw[s->skipped] = *flaw;
        s->flaw_number[s->skipped] = number;
    }
    s->skipped++;
}

static const struct stix_bundle_calls calls = {.object = see_object, .skipped = see_skipped};
static struct stix_bundle_limits limits = {.object_octets = 64, .objects = 8, .depth = 4};

/* The whole document in pieces of `size`. The bundle is left for a look; end() frees it. */
static int run(struct seen *s, const char *text, size_t size)
{
    *s = (struct seen){.answer = s->answer};
    s->bundle = stix_bundle_new(&limits, &calls, s);
    size_t left = strlen(text);
    int result = 0;
    while (left > 0 && result == 0) {
        size_t n = left < size ? left : size;
        char *piece = malloc(n); /* of its own, so that the sanitizer sees who looks past it or keeps it */
        memcpy(piece, text, n);
        result = stix_bundle_feed(s->bundle, piece, n);
        free(piece);
        text += n;
        left -= n;
    }
    return result < 0 ? result : stix_bundle_finish(s->bundle);
}

static void end(struct seen *s)
{
    stix_bundle_free(s->bundle);
    s->bundle = NULL;
}

static const size_t sizes[] = {1, 2, 3, 7, 1000};

TEST(bundle_gives_its_objects_in_any_pieces)
{
    for (size_t i = 0; i < array_len(sizes); i++) {
        struct seen s = {.answer = 0};
        check_int(run(&s, "\xef\xbb\xbf{\"type\": \"bundle\", \"objects\": [\n {\"a\": \"}]\\\"\\\\\"},\n\t{\"b\":[{}]} ], \"id\": \"x\"}\r\n", sizes[i]),
                  ==, 0);
        check_int(s.objects, ==, 2);
        check_str(s.text[0], "{\"a\": \"}]\\\"\\\\\"}"); /* brackets and quotation marks in strings are none */
        check_str(s.text[1], "{\"b\":[{}]}");
        check_int(s.number[1], ==, 2);
        check_int(s.place[0].offset, ==, 36);
        check_int(s.place[0].line, ==, 2);
        check_int(s.place[0].column, ==, 2);
        check_int(s.place[1].line, ==, 3);
        check_int(s.place[1].column, ==, 2);
        const uint8_t *frame = NULL;
        size_t len = 0;
        check_int(stix_bundle_frame(s.bundle, &frame, &len), ==, 0);
        static const char around[] = "{\"type\": \"bundle\", \"objects\": [], \"id\": \"x\"}";
        check_int(len, ==, strlen(around));
        check_bytes(frame, around, len);
        end(&s);
    }
}

TEST(list_and_bare_object_are_bundles_too)
{
    for (size_t i = 0; i < array_len(sizes); i++) {
        struct seen s = {.answer = 0};
        const uint8_t *frame = NULL;
        size_t len = 0;
        check_int(run(&s, "[{\"a\":1},{}]", sizes[i]), ==, 0);
        check_int(s.objects, ==, 2);
        check_str(s.text[1], "{}");
        check_int(stix_bundle_frame(s.bundle, &frame, &len), ==, -ENOENT);
        end(&s);
        check_int(run(&s, " {\"type\":\"identity\",\"objects\":{\"0\":{}}}", sizes[i]), ==, 0); /* 2.0's observed-data */
        check_int(s.objects, ==, 1);
        check_str(s.text[0], "{\"type\":\"identity\",\"objects\":{\"0\":{}}}");
        check_int(s.place[0].offset, ==, 1);
        check_int(stix_bundle_frame(s.bundle, &frame, &len), ==, -ENOENT);
        end(&s);
        check_int(run(&s, "{\"more\":true,\"objects\":[]}", sizes[i]), ==, 0);
        check_int(s.objects + s.skipped, ==, 0);
        end(&s);
        check_int(run(&s, "[]", sizes[i]), ==, 0);
        end(&s);
    }
}

TEST(bad_elements_are_skipped_and_told)
{
    for (size_t i = 0; i < array_len(sizes); i++) {
        struct seen s = {.answer = 0};
        check_int(run(&s,
                      "[1,\n\"a]\",{\"x\":[[[[[[]]]]]]},null,[{}],\n"
                      "{\"y\":\"01234567890123456789012345678901234567890123456789012345678\"},{\"z\":-1.5e3}]",
                      sizes[i]),
                  ==, 0);
        check_int(s.objects, ==, 1);
        check_str(s.text[0], "{\"z\":-1.5e3}");
        check_int(s.number[0], ==, 7);
        static const enum stix_bundle_flaw_kind kinds[] = {STIX_BUNDLE_NO_OBJECT, STIX_BUNDLE_NO_OBJECT, STIX_BUNDLE_TOO_DEEP,
                                                           STIX_BUNDLE_NO_OBJECT, STIX_BUNDLE_NO_OBJECT, STIX_BUNDLE_TOO_LARGE};
        check_int(s.skipped, ==, array_len(kinds));
        for (size_t k = 0; k < array_len(kinds); k++) {
            check_int(s.flaw[k].kind, ==, kinds[k]);
            check_int(s.flaw_number[k], ==, k + 1);
        }
        check_int(s.flaw[2].place.offset, ==, 9);
        check_int(s.flaw[5].place.line, ==, 3);
        check_int(s.flaw[5].place.column, ==, 1);
        check_int(stix_bundle_counts(s.bundle)->objects, ==, 1);
        check_int(stix_bundle_counts(s.bundle)->skipped, ==, 6);
        check_int(stix_bundle_counts(s.bundle)->skipped_by[STIX_BUNDLE_NO_OBJECT], ==, 4);
        end(&s);
    }
}

TEST(limits_hold_to_the_octet)
{
    struct seen s = {.answer = 0};
    for (size_t i = 0; i < array_len(sizes); i++) {
        limits.object_octets = 10;
        check_int(run(&s, "[{\"a\":1234},{\"a\":12345}]", sizes[i]), ==, 0); /* 10 octets, and 11 */
        check_int(s.objects, ==, 1);
        check_int(s.flaw[0].kind, ==, STIX_BUNDLE_TOO_LARGE);
        end(&s);
        check_int(run(&s, "{\"a\":12345}", sizes[i]), ==, 0); /* the same of a bare object */
        check_int(s.objects, ==, 0);
        check_int(s.skipped, ==, 1);
        end(&s);
        limits.object_octets = 64;
        check_int(run(&s, "[{\"a\":[[[]]]},{\"a\":[[[[]]]]}]", sizes[i]), ==, 0); /* depth 4, and 5 */
        check_int(s.objects, ==, 1);
        check_int(s.flaw[0].kind, ==, STIX_BUNDLE_TOO_DEEP);
        end(&s);
        check_int(run(&s, "[{},{},{},{},{},{},{},{},{}]", sizes[i]), ==, -EBADMSG);
        check_int(s.objects, ==, 8); /* these stay valid */
        check_int(stix_bundle_flaw(s.bundle)->kind, ==, STIX_BUNDLE_TOO_MANY);
        check_int(stix_bundle_flaw(s.bundle)->place.offset, ==, 25);
        end(&s);
    }
}

TEST(broken_documents_are_refused_with_their_place)
{
    static const struct {
        const char *text;
        enum stix_bundle_flaw_kind kind;
        unsigned offset, line, column, objects;
    } cases[] = {
        {"", STIX_BUNDLE_TRUNCATED, 0, 1, 1, 0},
        {"\n\n 7", STIX_BUNDLE_NO_SYNTAX, 3, 3, 2, 0},
        {"\xef\xbb{}", STIX_BUNDLE_NO_SYNTAX, 2, 1, 3, 0},
        {"{\"objects\":[{},\n{\"a\":[}]}", STIX_BUNDLE_BRACKET, 22, 2, 7, 1},
        {"{\"objects\":[{},]}", STIX_BUNDLE_NO_SYNTAX, 15, 1, 16, 1},
        {"{\"objects\":[{} {}]}", STIX_BUNDLE_NO_SYNTAX, 15, 1, 16, 1},
        {"{\"objects\":[{}],}", STIX_BUNDLE_NO_SYNTAX, 16, 1, 17, 1},
        {"{\"objects\":[{}]", STIX_BUNDLE_TRUNCATED, 15, 1, 16, 1},
        {"{\"objects\":[{}],\"objects\":[{}]}", STIX_BUNDLE_TWO_LISTS, 26, 1, 27, 1},
        {"{\"a\" 1}", STIX_BUNDLE_NO_SYNTAX, 5, 1, 6, 0},
        {"{a:1}", STIX_BUNDLE_NO_SYNTAX, 1, 1, 2, 0},
        {"{\"a\":1_2}", STIX_BUNDLE_NO_SYNTAX, 6, 1, 7, 0},
        {"{\"a\":x}", STIX_BUNDLE_NO_SYNTAX, 5, 1, 6, 0},
        {"[{}]\n[{}]", STIX_BUNDLE_TRAILING, 5, 2, 1, 1},
        {"[{\"a\":\"", STIX_BUNDLE_TRUNCATED, 7, 1, 8, 0},
    };
    for (size_t c = 0; c < array_len(cases); c++)
        for (size_t i = 0; i < array_len(sizes); i++) {
            struct seen s = {.answer = 0};
            check_int(run(&s, cases[c].text, sizes[i]), ==, -EBADMSG);
            const struct stix_bundle_flaw *flaw = stix_bundle_flaw(s.bundle);
            check_int(flaw->kind, ==, cases[c].kind);
            check_int(flaw->place.offset, ==, cases[c].offset);
            check_int(flaw->place.line, ==, cases[c].line);
            check_int(flaw->place.column, ==, cases[c].column);
            check_int(s.objects, ==, cases[c].objects);
            check_int(stix_bundle_feed(s.bundle, "[]", 2), ==, -EBADMSG); /* it stays so */
            check_int(stix_bundle_finish(s.bundle), ==, -EBADMSG);
            check(strlen(stix_bundle_flaw_text(flaw->kind)) > 0);
            end(&s);
        }
}

TEST(who_takes_objects_may_stop)
{
    struct seen s = {.answer = -ECANCELED};
    check_int(run(&s, "[{},{}]", 1000), ==, -ECANCELED);
    check_int(s.objects, ==, 1);
    check_int(stix_bundle_finish(s.bundle), ==, -ECANCELED);
    end(&s);
}

TEST(a_frame_over_the_limit_loses_no_objects)
{
    struct seen s = {.answer = 0};
    const uint8_t *frame = NULL;
    size_t len = 0;
    check_int(run(&s, "{\"x\":\"0123456789012345678901234567890123456789012345678901234567890123\",\"objects\":[{}]}", 5), ==, 0);
    check_int(s.objects, ==, 1);
    check_int(s.skipped, ==, 0);
    check_int(stix_bundle_frame(s.bundle, &frame, &len), ==, -EMSGSIZE);
    end(&s);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
