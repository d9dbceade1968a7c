/* The image as a file: what is refused and why, what is told of it, and that nothing is read outside of it. */
#include "act/policy/image.h"

#include <errno.h>
#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "act/policy/image_bench.h"
#include "act/policy/image_format.h"

static uint8_t image[1 << 16];
static size_t image_len;

/* An image of two lists, an ending rule and local data, as octets. */
static void make_image(void)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "first");
    bench_add(&b, "a.test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BOTH, 4);
    static const uint8_t data[] = {0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1};
    bench_add_spec(&b, "b.test",
                   (struct policy_rule_spec){.action = DNS_ACTION_LOCAL_DATA,
                                             .scope = POLICY_SCOPE_EXACT,
                                             .data = data,
                                             .data_len = sizeof data,
                                             .from_us = 5,
                                             .until_us = 100},
                   5);
    bench_list(&b, 6, "second");
    bench_add(&b, "b.test", DNS_ACTION_PASS, POLICY_SCOPE_BOTH, 6);
    int fd = bench_finish(&b);
    ssize_t n = pread(fd, image, sizeof image, 0);
    check(n > 0 && n < (ssize_t)sizeof image);
    image_len = (size_t)n;
    close(fd);
}

static struct policy_header *header(void)
{
    return (struct policy_header *)image;
}

static void set_checksum(void)
{
    struct policy_header *h = header();
    memset(h->checksum, 0, sizeof h->checksum);
    uint8_t sum[POLICY_CHECKSUM_LEN];
    crypto_generichash(sum, sizeof sum, image, image_len, NULL, 0);
    memcpy(h->checksum, sum, sizeof sum);
}

static int open_octets(const uint8_t *octets, size_t len, bool check_all, struct policy_image **ret_image,
                       const char **ret_reason)
{
    int fd = memfd_create("image", MFD_CLOEXEC);
    check_int(write(fd, octets, len), ==, len);
    int e = policy_image_open_fd(fd, check_all, ret_image, ret_reason);
    close(fd);
    return e;
}

/* The image as it stands in memory is refused so, with and without its checksum put right. */
static void check_refused(int want, const char *want_reason)
{
    struct policy_image *im = NULL;
    const char *reason = NULL;
    check_int(open_octets(image, image_len, false, &im, &reason), ==, want);
    check_str(reason, want_reason);
    check(im == NULL);
    set_checksum();
    check_int(open_octets(image, image_len, true, &im, &reason), ==, want);
    check_str(reason, want_reason);
    check(im == NULL);
}

TEST(what_was_built_is_told)
{
    make_image();
    struct policy_image *im = NULL;
    check_int(open_octets(image, image_len, true, &im, NULL), ==, 0);
    struct policy_image_info info;
    policy_image_info(im, &info);
    check_int(info.names, ==, 2);
    check_int(info.lists, ==, 2);
    check_int(info.bytes, ==, image_len);
    check_int(info.generation, ==, 42);
    check_int(info.built_us, ==, 1700000000000000);
    check_int(info.key.k0, ==, bench_key.k0);
    check_str(policy_image_list(im, 0)->name, "first");
    check_int(policy_image_list(im, 1)->id, ==, 6);
    check(policy_image_list(im, 2) == NULL);
    policy_image_close(im);
    policy_image_close(NULL);
}

TEST(a_decision_carries_all_that_an_answer_needs)
{
    make_image();
    struct policy_image *im = NULL;
    check_int(open_octets(image, image_len, true, &im, NULL), ==, 0);
    struct dns_name name = bench_name("b.test");
    struct policy_probe p;
    policy_probe_init(&p, im, &name);
    struct dns_decision d;
    memset(&d, 0xee, sizeof d);
    check(policy_probe_decide(&p, &name, 99, &d));
    check_int(d.action, ==, DNS_ACTION_LOCAL_DATA);
    check_int(d.label, ==, 0);
    check_int(d.list, ==, 3);
    check_int(d.verdict.id, ==, 10);
    check_int(d.verdict.line, ==, 5);
    check_int(d.ede, ==, DNS_EDE_BLOCKED);
    check_str(d.list_name, "first");
    check_int(d.data_len, ==, 12);
    check_int(d.since_us, ==, 5);
    check_int(d.until_us, ==, 100);
    check(policy_probe_decide(&p, &name, 100, &d));
    check_int(d.action, ==, DNS_ACTION_PASS);
    check(d.data == NULL);
    check_int(d.since_us, ==, 1000); /* the list's */
    check_int(d.until_us, ==, 0);
    policy_image_close(im);
}

struct told {
    unsigned count;
    char text[256];
};

static void tell(void *self, const struct policy_list *list, const struct policy_rule *rule, uint32_t line,
                 unsigned label)
{
    struct told *t = self;
    t->count++;
    snprintf(t->text + strlen(t->text), sizeof t->text - strlen(t->text), "%s:%u %s %u; ", list->name, line,
             dns_action_word(rule->action), label);
}

TEST(every_match_is_told_from_the_whole_name_upwards)
{
    struct bench b = bench_begin();
    bench_list(&b, 3, "x");
    bench_add(&b, "test", DNS_ACTION_NXDOMAIN, POLICY_SCOPE_BELOW, 1);
    bench_add(&b, "a.test", DNS_ACTION_PASS, POLICY_SCOPE_EXACT, 2);
    bench_list(&b, 6, "y");
    bench_add(&b, "a.test", DNS_ACTION_DROP, POLICY_SCOPE_BOTH, 3);
    struct policy_image *im = bench_open(&b);
    struct dns_name name = bench_name("a.test"), below = bench_name("z.a.test");
    struct told t = {0};
    policy_image_each_match(im, &name, tell, &t);
    check_str(t.text, "x:2 pass 0; y:3 drop 0; x:1 nxdomain 1; ");
    t = (struct told){0};
    policy_image_each_match(im, &below, tell, &t);
    check_str(t.text, "y:3 drop 1; x:1 nxdomain 2; ");
    policy_image_close(im);
}

TEST(a_file_cut_anywhere_or_grown_is_refused)
{
    make_image();
    struct policy_image *im = NULL;
    const char *reason = NULL;
    for (size_t n = 0; n < image_len; n++)
        check_int(open_octets(image, n, false, &im, &reason), ==, -EBADMSG);
    check_str(reason, "the file is cut or has grown");
    check_int(open_octets(image, image_len + 1, false, &im, &reason), ==, -EBADMSG);
    check_str(reason, "the file is cut or has grown");
    check_int(open_octets(image, 255, false, &im, &reason), ==, -EBADMSG);
    check_str(reason, "the file is too short for a policy image");
    check(im == NULL);
}

TEST(a_flipped_bit_anywhere_is_refused)
{
    make_image();
    struct policy_image *im = NULL;
    unsigned accepted = 0;
    for (size_t i = 0; i < image_len * 8; i += 3) { /* every octet, and each of its bits in some */
        image[i / 8] ^= (uint8_t)(1u << (i % 8));
        accepted += open_octets(image, image_len, true, &im, NULL) >= 0;
        image[i / 8] ^= (uint8_t)(1u << (i % 8));
    }
    check_int(accepted, ==, 0);
    const char *reason = NULL;
    image[image_len - 1] ^= 1;
    check_int(open_octets(image, image_len, true, &im, &reason), ==, -EBADMSG);
    check_str(reason, "the checksum does not match");
}

TEST(another_magic_version_or_header_is_refused)
{
    make_image();
    header()->magic++;
    check_refused(-EBADMSG, "the file is not a policy image");
    make_image();
    header()->version++;
    check_refused(-EPROTONOSUPPORT, "the image has another format version");
    make_image();
    header()->header_len++;
    check_refused(-EPROTONOSUPPORT, "the image has another format version");
}

TEST(a_section_outside_the_file_is_refused)
{
    make_image();
    static const size_t offsets[] = {
        offsetof(struct policy_header, entries), offsetof(struct policy_header, rules),
        offsetof(struct policy_header, data), offsetof(struct policy_header, lists),
        offsetof(struct policy_header, bucket_section)};
    for (size_t i = 0; i < array_len(offsets); i++) {
        struct policy_section *s = (struct policy_section *)(image + offsets[i]);
        struct policy_section was = *s;
        static const struct policy_section bad[] = {
            {0, 0}, {192, 0}, {257, 0}, {1 << 20, 0}, {256, 1 << 20}, {256, UINT64_MAX}, {UINT64_MAX - 63, 64}};
        for (size_t k = 0; k < array_len(bad); k++) {
            *s = bad[k];
            check_refused(-EBADMSG, "a section lies outside the file");
        }
        *s = was;
    }
}

TEST(counts_that_do_not_fit_are_refused)
{
    make_image();
    header()->buckets = 0;
    check_refused(-EBADMSG, "a count does not fit its section");
    make_image();
    header()->buckets = header()->buckets_all + 1;
    check_refused(-EBADMSG, "a count does not fit its section");
    make_image();
    header()->buckets_all++;
    check_refused(-EBADMSG, "a count does not fit its section");
}

TEST(a_rule_that_cannot_be_is_refused)
{
    for (int i = 0; i < 7; i++) {
        make_image();
        struct policy_rule *r = (struct policy_rule *)(image + header()->rules.at) + 1; /* the one with data */
        switch (i) {
        case 0:
            r->list = 2;
            break;
        case 1:
            r->action = DNS_ACTION_COUNT;
            break;
        case 2:
            r->scope = 0;
            break;
        case 3:
            r->scope = 4;
            break;
        case 4:
            r->data_at = 1;
            break;
        case 5:
            r->data_len = UINT32_MAX;
            break;
        default:
            r->data_at = UINT32_MAX;
            break;
        }
        check_refused(-EBADMSG, "a rule is not valid");
    }
    make_image();
    struct policy_list *l = (struct policy_list *)(image + header()->lists.at);
    memset(l->name, 'x', sizeof l->name);
    check_refused(-EBADMSG, "a list's name has no end");
}

/* check_all does not look into entries and buckets; a lookup must find nothing there, and verify must say so. */
TEST(verify_finds_names_that_a_lookup_would_not)
{
    struct policy_image *im = NULL;
    make_image();
    memset(image + header()->bucket_section.at, 0, header()->bucket_section.len);
    set_checksum();
    check_int(open_octets(image, image_len, true, &im, NULL), ==, 0);
    check_str(bench_decide(im, "a.test"), "none");
    check_int(policy_image_verify(im), ==, -EBADMSG);
    policy_image_close(im);

    make_image();
    header()->depths[0] = 0;
    set_checksum();
    check_int(open_octets(image, image_len, true, &im, NULL), ==, 0);
    check_int(policy_image_verify(im), ==, -EBADMSG);
    policy_image_close(im);

    make_image();
    header()->names++;
    set_checksum();
    check_int(open_octets(image, image_len, true, &im, NULL), ==, 0);
    check_int(policy_image_verify(im), ==, -EBADMSG);
    policy_image_close(im);

    make_image();
    image[header()->entries.at] = 255; /* a name longer than the section */
    set_checksum();
    check_int(open_octets(image, image_len, true, &im, NULL), ==, 0);
    check_int(policy_image_verify(im), ==, -EBADMSG);
    policy_image_close(im);
}

TEST(what_is_no_file_is_refused_with_its_reason)
{
    struct policy_image *im = NULL;
    const char *reason = NULL;
    int dir_fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check_int(policy_image_open(dir_fd, "no-such-image", true, &im, &reason), ==, -ENOENT);
    check_str(reason, "the file cannot be opened");
    check_int(policy_image_open_fd(dir_fd, true, &im, &reason), ==, -EBADMSG);
    check_int(policy_image_open_fd(-1, true, &im, &reason), ==, -EBADF);
    close(dir_fd);
    check(im == NULL);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
