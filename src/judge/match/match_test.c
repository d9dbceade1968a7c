/* Matches against a plain model, by kind, while the set grows and shrinks. */
#include "judge/match/match.h"

#include <errno.h>

#include "base/test.h"

static struct subject subject(enum subject_kind kind, const char *text)
{
    static struct subject s;
    check_int(subject_read(kind, text, strlen(text), &s), ==, 0);
    return s;
}

static struct match_set *set_of(void)
{
    return match_set_new((struct sip_key){11, 12}, 0);
}

static int insert(struct match_set *m, enum subject_kind kind, const char *text, uint32_t indicator)
{
    struct subject s = subject(kind, text);
    return match_set_insert(m, &s, indicator);
}

static int remove_from(struct match_set *m, enum subject_kind kind, const char *text, uint32_t indicator)
{
    struct subject s = subject(kind, text);
    return match_set_remove(m, &s, indicator);
}

/* "12@2 7@3": indicators and depths. */
struct told {
    char text[256];
    struct match_hit last;
    uint32_t items[64];
    size_t count;
};

static void tell(void *context, const struct match_hit *hit)
{
    struct told *t = context;
    size_t at = strlen(t->text);
    snprintf(t->text + at, sizeof t->text - at, "%s%u@%u", at ? " " : "", hit->indicator, hit->depth);
    t->last = *hit;
    if (t->count < 64)
        t->items[t->count] = hit->item;
    t->count++;
}

static const char *found(const struct match_set *m, enum subject_kind kind, const char *text)
{
    static struct told t;
    t = (struct told){0};
    struct subject s = subject(kind, text);
    check_int(match_find_value(m, &s, tell, &t), ==, t.count);
    return t.text;
}

static size_t wire_of(const char *text, uint8_t *wire)
{
    size_t at = 0;
    while (*text && strcmp(text, ".") != 0) {
        size_t len = strcspn(text, ".");
        wire[at++] = (uint8_t)len;
        memcpy(wire + at, text, len);
        at += len;
        text += len + (text[len] == '.');
    }
    wire[at++] = 0;
    return at;
}

TEST(names_and_everything_below)
{
    struct match_set *m = set_of();
    check_int(insert(m, SUBJECT_DOMAIN, "bad.example", 1), ==, 0);
    check_int(insert(m, SUBJECT_HOST, "www.bad.example", 2), ==, 0);
    check_int(insert(m, SUBJECT_HOST, "only.example", 3), ==, 0);
    check_str(found(m, SUBJECT_HOST, "bad.example"), "1@2");
    check_str(found(m, SUBJECT_HOST, "www.bad.example"), "1@2 2@3");
    check_str(found(m, SUBJECT_DOMAIN, "a.www.bad.example"), "1@2");
    check_str(found(m, SUBJECT_HOST, "notbad.example"), "");
    check_str(found(m, SUBJECT_HOST, "example"), "");
    check_str(found(m, SUBJECT_HOST, "only.example"), "3@2");
    check_str(found(m, SUBJECT_HOST, "x.only.example"), "");
    check_int(insert(m, SUBJECT_DOMAIN, ".", 4), ==, 0);
    check_str(found(m, SUBJECT_HOST, "any.thing"), "4@0");
    check_int(remove_from(m, SUBJECT_DOMAIN, "bad.example", 1), ==, 0);
    check_str(found(m, SUBJECT_HOST, "www.bad.example"), "4@0 2@3");
    match_set_free(m);
}

TEST(labels_are_not_run_together)
{
    struct match_set *m = set_of();
    check_int(insert(m, SUBJECT_DOMAIN, "ab.c", 1), ==, 0);
    check_str(found(m, SUBJECT_DOMAIN, "a.bc"), "");
    check_int(insert(m, SUBJECT_DOMAIN, "longlabel.eightchr.example", 2), ==, 0); /* a whole word and none left */
    check_str(found(m, SUBJECT_DOMAIN, "x.longlabel.eightchr.example"), "2@3");
    check_str(found(m, SUBJECT_DOMAIN, "longlabel.eightch.example"), "");
    match_set_free(m);
}

TEST(wire_names)
{
    struct match_set *m = set_of();
    struct told t = {0};
    check_int(insert(m, SUBJECT_DOMAIN, "bad.example", 1), ==, 0);
    uint8_t wire[300];
    size_t len = wire_of("a.b.bad.example", wire);
    check_int(match_find_name(m, wire, len, tell, &t), ==, 1);
    check_int(t.last.what, ==, MATCH_NAME);
    check_int(match_find_name(m, wire, len - 1, tell, &t), ==, 0); /* no root */
    check_int(match_find_name(m, wire, 0, tell, &t), ==, 0);
    wire[len] = 0;
    check_int(match_find_name(m, wire, len + 1, tell, &t), ==, 0);
    static const uint8_t pointer[] = {0xc0, 0x0c};
    check_int(match_find_name(m, pointer, sizeof pointer, tell, &t), ==, 0);
    memset(wire, 0, sizeof wire); /* 127 labels of one octet: the longest name there is */
    for (unsigned i = 0; i < 127; i++) {
        wire[2 * i] = 1;
        wire[2 * i + 1] = 'a';
    }
    check_int(match_find_name(m, wire, 255, tell, &t), ==, 0);
    char text[256];
    memset(text, 0, sizeof text);
    for (unsigned i = 0; i < 126; i++)
        memcpy(text + strlen(text), i < 125 ? "a." : "a", i < 125 ? 2 : 1);
    struct subject s = {.kind = SUBJECT_HOST};
    snprintf(s.value, sizeof s.value, "%s.a", text);
    check_int(match_set_insert(m, &s, 9), ==, 0);
    t = (struct told){0};
    check_int(match_find_name(m, wire, 255, tell, &t), ==, 1);
    check_str(t.text, "9@127");
    snprintf(s.value, sizeof s.value, "%s.a.a", text);
    check_int(match_set_insert(m, &s, 9), ==, -EINVAL);
    match_set_free(m);
}

TEST(addresses_and_prefixes)
{
    struct match_set *m = set_of();
    check_int(insert(m, SUBJECT_ADDRESS, "192.0.2.7", 1), ==, 0);
    check_int(insert(m, SUBJECT_PREFIX, "192.0.2.0/24", 2), ==, 0);
    check_int(insert(m, SUBJECT_PREFIX, "2001:db8::/32", 3), ==, 0);
    check_int(insert(m, SUBJECT_PREFIX, "2001:db8:0:0:8000::/65", 4), ==, 0);
    check_int(insert(m, SUBJECT_ADDRESS, "2001:db8::1", 5), ==, 0);
    check_str(found(m, SUBJECT_ADDRESS, "192.0.2.7"), "2@24 1@32");
    check_str(found(m, SUBJECT_ADDRESS, "192.0.2.8"), "2@24");
    check_str(found(m, SUBJECT_ADDRESS, "192.0.3.7"), "");
    check_str(found(m, SUBJECT_ADDRESS, "2001:db8::1"), "3@32 5@128");
    check_str(found(m, SUBJECT_ADDRESS, "2001:db8::8000:0:0:1"), "3@32 4@65");
    check_str(found(m, SUBJECT_ADDRESS, "2001:db9::1"), "");
    check_int(insert(m, SUBJECT_PREFIX, "0.0.0.0/0", 6), ==, 0);
    check_int(insert(m, SUBJECT_PREFIX, "::/0", 7), ==, 0);
    check_str(found(m, SUBJECT_ADDRESS, "203.0.113.1"), "6@0");
    check_str(found(m, SUBJECT_ADDRESS, "2001:db9::1"), "7@0");
    check_int(insert(m, SUBJECT_PREFIX, "198.51.100.0/23", 8), ==, 0); /* no longer one in these networks */
    check_str(found(m, SUBJECT_ADDRESS, "198.51.101.1"), "6@0 8@23");
    check_int(remove_from(m, SUBJECT_PREFIX, "192.0.2.0/24", 2), ==, 0);
    check_str(found(m, SUBJECT_ADDRESS, "192.0.2.7"), "6@0 1@32");
    match_set_free(m);
}

TEST(values_are_of_their_kind)
{
    struct match_set *m = set_of();
    static const char *const md5 = "d41d8cd98f00b204e9800998ecf8427e";
    check_int(insert(m, SUBJECT_MD5, md5, 1), ==, 0);
    check_int(insert(m, SUBJECT_URL, "http://bad.example/a", 2), ==, 0);
    check_int(insert(m, SUBJECT_JA4, "t13d1516h2_8daaf6152771_b186095e22b6", 3), ==, 0);
    check_int(insert(m, SUBJECT_EMAIL, "a@bad.example", 4), ==, 0);
    check_str(found(m, SUBJECT_MD5, md5), "1@0");
    check_str(found(m, SUBJECT_JA3, md5), ""); /* the same text, another kind */
    check_int(insert(m, SUBJECT_JA3, md5, 5), ==, 0);
    check_str(found(m, SUBJECT_JA3, md5), "5@0");
    check_str(found(m, SUBJECT_URL, "HTTP://bad.example:80/a"), "2@0");
    check_str(found(m, SUBJECT_URL, "http://bad.example/b"), "");
    check_str(found(m, SUBJECT_HOST, "bad.example"), "");
    check_int(insert(m, SUBJECT_AS, "AS64500", 6), ==, -ENOTSUP);
    check_int(insert(m, SUBJECT_LIST, "a list", 6), ==, -ENOTSUP);
    check_str(found(m, SUBJECT_AS, "AS64500"), "");
    match_set_free(m);
}

TEST(pairs)
{
    struct match_set *m = set_of();
    check_int(insert(m, SUBJECT_DOMAIN, "bad.example", 1), ==, 0);
    check_int(insert(m, SUBJECT_DOMAIN, "bad.example", 1), ==, -EEXIST);
    check_int(insert(m, SUBJECT_DOMAIN, "bad.example", 0), ==, 0);
    check_int(match_set_count(m), ==, 2);
    check_str(found(m, SUBJECT_HOST, "bad.example"), "1@2 0@2");
    check_int(remove_from(m, SUBJECT_HOST, "bad.example", 1), ==, -ENOENT);
    check_int(remove_from(m, SUBJECT_DOMAIN, "bad.example", 2), ==, -ENOENT);
    check_int(remove_from(m, SUBJECT_DOMAIN, "bad.example", 1), ==, 0);
    check_str(found(m, SUBJECT_HOST, "bad.example"), "0@2");
    struct subject s = {.kind = SUBJECT_DOMAIN};
    check_int(match_set_insert(m, &s, 1), ==, -EINVAL);
    s.kind = SUBJECT_ADDRESS;
    check_int(match_set_insert(m, &s, 1), ==, -EINVAL);
    s.kind = SUBJECT_URL;
    check_int(match_set_insert(m, &s, 1), ==, -EINVAL);
    check(!match_set_new((struct sip_key){1, 2}, (size_t)MATCH_SET_MAX + 1));
    match_set_free(m);
}

/* A name of few labels from few letters, so that names meet. */
static uint32_t random_state = 1;

static uint32_t chance(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 10) % below;
}

static void any_name(char text[64])
{
    size_t at = 0;
    for (unsigned labels = 1 + chance(4); labels > 0; labels--) {
        for (unsigned n = 1 + chance(2); n > 0; n--)
            text[at++] = (char)('a' + chance(3));
        text[at++] = '.';
    }
    text[at - 1] = '\0';
}

static void any_prefix(char text[64], bool whole)
{
    if (chance(2)) {
        uint32_t bits = whole ? 32 : 24 + chance(9), a = (192u << 24 | chance(1024)) & (~(uint32_t)0 << (32 - bits));
        snprintf(text, 64, "%u.%u.%u.%u/%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255, bits);
    } else {
        uint32_t bits = whole ? 128 : 112 + chance(17), a = chance(1024) & (bits == 112 ? 0 : ~(uint32_t)0 << (128 - bits));
        snprintf(text, 64, "2001:db8::%x/%u", a & 0xffff, bits);
    }
}

struct model_row {
    struct subject subject;
    bool there;
};

static bool model_matches(const struct subject *in, const struct subject *seen)
{
    size_t n = strlen(in->value), k = strlen(seen->value);
    if (in->kind == SUBJECT_HOST)
        return seen->kind == SUBJECT_HOST && strcmp(in->value, seen->value) == 0;
    if (in->kind == SUBJECT_DOMAIN)
        return seen->kind == SUBJECT_HOST && k >= n && strcmp(seen->value + k - n, in->value) == 0 &&
               (k == n || seen->value[k - n - 1] == '.');
    struct addr_prefix p;
    struct addr a;
    return seen->kind == SUBJECT_ADDRESS && addr_prefix_parse(in->value, &p) == 0 && addr_parse(seen->value, &a) == 0 &&
           addr_is_v4(&a) == addr_is_v4(&p.addr) && addr_prefix_has(&p, &a);
}

enum { MODEL_ROWS = 700 };

struct marks {
    uint8_t seen[MODEL_ROWS];
    bool other;
};

static void mark(void *context, const struct match_hit *hit)
{
    struct marks *marks = context;
    if (hit->indicator < MODEL_ROWS)
        marks->seen[hit->indicator]++;
    else
        marks->other = true;
}

TEST(as_a_plain_model_while_it_grows_and_shrinks)
{
    static struct model_row rows[MODEL_ROWS];
    struct match_set *m = set_of();
    char text[64];
    for (uint32_t i = 0; i < MODEL_ROWS; i++) {
        bool name = chance(2);
        if (name)
            any_name(text);
        else
            any_prefix(text, false);
        rows[i].subject = subject(name ? (chance(2) ? SUBJECT_DOMAIN : SUBJECT_HOST) : SUBJECT_PREFIX, text);
    }
    size_t count = 0;
    for (unsigned step = 0; step < 6000; step++) {
        uint32_t i = chance(step < 3000 || step > 5000 ? MODEL_ROWS : MODEL_ROWS / 2); /* half of them stay a while */
        if (rows[i].there) {
            check_int(match_set_remove(m, &rows[i].subject, i), ==, 0);
            count--;
        } else {
            check_int(match_set_insert(m, &rows[i].subject, i), ==, 0);
            count++;
        }
        rows[i].there = !rows[i].there;
        check_int(match_set_count(m), ==, count);
        struct subject seen;
        if (chance(2)) {
            any_name(text);
            seen = subject(SUBJECT_HOST, text);
        } else {
            any_prefix(text, true);
            seen = subject(SUBJECT_ADDRESS, text);
        }
        struct marks marks = {.other = false};
        match_find_value(m, &seen, mark, &marks);
        check(!marks.other);
        for (uint32_t k = 0; k < MODEL_ROWS; k++)
            check_int(marks.seen[k], ==, rows[k].there && model_matches(&rows[k].subject, &seen));
        if (test_failures > 0)
            break;
    }
    match_set_free(m);
}

static struct subject numbered(uint32_t i)
{
    struct subject s = {.kind = i % 2 ? SUBJECT_DOMAIN : SUBJECT_HOST};
    snprintf(s.value, sizeof s.value, "n%u.z%u.example", i, i % 100);
    return s;
}

TEST(a_million)
{
    enum { N = 1000000 };
    struct match_set *m = set_of();
    for (uint32_t i = 0; i < N; i++) {
        struct subject s = numbered(i);
        if (match_set_insert(m, &s, i) != 0)
            check_int(i, ==, -1);
    }
    check_int(match_set_count(m), ==, N);
    check(match_set_bytes(m) <= (size_t)20 * N + 4096); /* the figure of the header */
    for (uint32_t i = 0; i < N; i += 3) {
        struct subject s = numbered(i);
        if (match_set_remove(m, &s, i) != 0)
            check_int(i, ==, -1);
    }
    size_t wrong = 0;
    for (uint32_t i = 0; i < N + 100000; i++) {
        struct subject s = numbered(i);
        struct told t = {0};
        size_t hits = match_find_value(m, &s, tell, &t);
        wrong += hits != (i < N && i % 3 != 0) || (hits && t.last.indicator != i);
    }
    check_int(wrong, ==, 0);
    for (uint32_t i = 0; i < N; i++) {
        struct subject s = numbered(i);
        if (i % 3 && match_set_remove(m, &s, i) != 0)
            check_int(i, ==, -1);
    }
    check_int(match_set_count(m), ==, 0);
    check_str(found(m, SUBJECT_HOST, "n1.z1.example"), "");
    match_set_free(m);
}

TEST(batches_tell_the_item)
{
    enum { N = 300 };
    static struct dns_observation o[N];
    struct match_set *m = set_of();
    check_int(insert(m, SUBJECT_DOMAIN, "bad.example", 1), ==, 0);
    check_int(insert(m, SUBJECT_ADDRESS, "192.0.2.7", 2), ==, 0);
    check_int(insert(m, SUBJECT_DOMAIN, "d.c.b.a", 3), ==, 0);
    struct addr infected, other;
    check_int(addr_parse("192.0.2.7", &infected), ==, 0);
    check_int(addr_parse("192.0.2.8", &other), ==, 0);
    for (unsigned i = 0; i < N; i++) {
        char text[64];
        snprintf(text, sizeof text, "x%u.%s.example", i, i % 10 == 4 ? "bad" : "good");
        o[i].name_len = (uint8_t)wire_of(text, o[i].name);
        o[i].client = i == 17 ? infected : other;
    }
    struct told t = {0};
    check_int(match_observations(m, o, N, tell, &t), ==, N / 10 + 1);
    for (unsigned i = 0, k = 0; i < N; i++) {
        if (i % 10 == 4 || i == 17)
            check_int(t.items[k++], ==, i);
    }
    check_int(match_observations(m, &o[17], 1, tell, &t), ==, 1);
    check_int(t.last.what, ==, MATCH_CLIENT);
    check_int(t.last.depth, ==, 32);
    match_set_free(m);
}

TEST(data_of_records)
{
    struct match_set *m = set_of();
    check_int(insert(m, SUBJECT_DOMAIN, "bad.example", 1), ==, 0);
    check_int(insert(m, SUBJECT_PREFIX, "192.0.2.0/24", 2), ==, 0);
    check_int(insert(m, SUBJECT_ADDRESS, "2001:db8::1", 3), ==, 0);
    uint8_t name[64];
    size_t len = wire_of("x.BAD.example", name); /* data keeps its case */
    static const struct {
        uint16_t type;
        uint8_t before;
        const char *want;
    } cases[] = {{5, 0, "1@2"}, {2, 0, "1@2"}, {12, 0, "1@2"}, {39, 0, "1@2"}, {15, 2, "1@2"}, {33, 6, "1@2"},
                 {64, 2, "1@2"}, {65, 2, "1@2"}, {16, 0, ""}, {15, 1, ""}, {5, 1, ""}};
    for (unsigned i = 0; i < array_len(cases); i++) {
        struct answer_record a = {.type = cases[i].type, .name_len = 1, .data_len = (uint16_t)(cases[i].before + len)};
        memset(a.data, 9, cases[i].before);
        memcpy(a.data + cases[i].before, name, len);
        struct told t = {0};
        match_records(m, &a, 1, tell, &t);
        check_str(t.text, cases[i].want);
        check(t.count == 0 || t.last.what == MATCH_DATA);
    }
    struct answer_record a = {.type = 1, .data_len = 4, .data = {192, 0, 2, 9}};
    a.name_len = (uint8_t)wire_of("bad.example", a.name);
    struct told t = {0};
    check_int(match_records(m, &a, 1, tell, &t), ==, 2); /* the owner as well */
    check_str(t.text, "1@2 2@24");
    a = (struct answer_record){.type = 28, .name_len = 1, .data_len = 16, .data = {0x20, 1, 0x0d, 0xb8, [15] = 1}};
    check_int(match_records(m, &a, 1, tell, &t), ==, 1);
    a.data_len = 15;
    check_int(match_records(m, &a, 1, tell, &t), ==, 0);
    a.data_len = 17;
    check_int(match_records(m, &a, 1, tell, &t), ==, 0);
    a.data_len = UINT16_MAX; /* more than there is */
    check_int(match_records(m, &a, 1, tell, &t), ==, 0);
    match_set_free(m);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
