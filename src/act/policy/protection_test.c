/* What a never-block list keeps out of an image and what not, through the compiler; and the exceptions of adblock lists. */
#include "act/policy/protection.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "act/policy/compile.h"
#include "act/policy/image_bench.h"

static int fd_of(const char *text)
{
    int fd = memfd_create("list", MFD_CLOEXEC);
    check(fd >= 0);
    check_int(write(fd, text, strlen(text)), ==, strlen(text));
    check_int(lseek(fd, 0, SEEK_SET), ==, 0);
    return fd;
}

static void protect(struct protection *p, const char *source, const char *text)
{
    struct list_stats stats;
    int fd = fd_of(text);
    check_int(protection_read(p, source, fd, &(struct list_reading){0}, &stats), ==, 0);
    close(fd);
}

/* An image of one list. */
static struct policy_image *compile(struct protection *p, const char *text)
{
    static struct compile_source s;
    struct bench b = bench_begin();
    unsigned failed;
    s = (struct compile_source){
        .fd = fd_of(text), .list = {.id = 3, .verdict_id = 10, .name = "bad"}, .protection = p};
    check_int(policy_compile(b.builder, &s, 1, &failed), ==, 0);
    close(s.fd);
    return bench_open(&b);
}

static char conflicts[1024];

static int tell(const struct protection_conflict *c, void *self)
{
    (void)self;
    size_t n = strlen(conflicts);
    snprintf(conflicts + n, sizeof conflicts - n, "%s/%u %s %s: %s of %s/%u\n", c->list, c->line,
             dns_action_word(c->action), c->name, c->protected_name, c->by, c->by_line);
    return 0;
}

static const char *told(const struct protection *p)
{
    conflicts[0] = '\0';
    check_int(protection_each(p, tell, NULL), ==, 0);
    return conflicts;
}

TEST(a_protected_name_and_its_parents_are_not_blocked)
{
    struct protection *p = protection_new(bench_key);
    protect(p, "popular", "good.example\nwww.shop.example\n");
    protect(p, "own", "1,own.test\n");
    check_int(protection_names(p), ==, 3);
    struct policy_image *im = compile(p, "$ORIGIN rpz.\n@ SOA a. b. 1 2 3 4 5\n"
                                         "good.example CNAME .\n"        /* the name */
                                         "shop.example CNAME .\n"        /* a parent, but not what is below it */
                                         "*.shop.example CNAME *.\n"     /* what is below a parent */
                                         "*.good.example CNAME .\n"      /* below a protected name: fine */
                                         "ads.good.example CNAME .\n"
                                         "own.test A 192.0.2.1\n"
                                         "www.shop.example CNAME rpz-passthru.\n"
                                         "other.example CNAME .\n");
    check_str(told(p), "bad/3 nxdomain good.example: good.example of popular/1\n"
                       "bad/5 nodata shop.example: www.shop.example of popular/2\n"
                       "bad/8 local-data own.test: own.test of own/1\n");
    check_int(protection_conflicts(p), ==, 3);
    check_int(protection_conflicts_of(p, "bad"), ==, 3);
    check_int(protection_conflicts_of(p, "other"), ==, 0);
    check_str(bench_decide(im, "good.example"), "none");
    check_str(bench_decide(im, "x.good.example"), "nxdomain 10/6 good.example");
    check_str(bench_decide(im, "shop.example"), "nxdomain 10/4 shop.example");
    check_str(bench_decide(im, "x.shop.example"), "none");
    check_str(bench_decide(im, "www.shop.example"), "pass 10/9 www.shop.example");
    check_str(bench_decide(im, "own.test"), "none");
    check_str(bench_decide(im, "other.example"), "nxdomain 10/10 other.example");
    struct dns_name name = bench_name("own.test"), parent = bench_name("test");
    struct name_set_entry by;
    check(protection_has(p, &name, &by));
    check_str(protection_source(p, by.source), "own");
    check(!protection_has(p, &parent, NULL));
    policy_image_close(im);
    protection_free(p);
}

TEST(a_rule_for_a_name_and_all_below_is_left_out_as_a_whole)
{
    struct protection *p = protection_new(bench_key);
    protect(p, "popular", "www.shop.example\n");
    struct policy_image *im = compile(p, "shop.example\nexample\nwww.shop.example\nx.www.shop.example\n");
    check_str(told(p), "bad/1 nxdomain shop.example: www.shop.example of popular/1\n"
                       "bad/2 nxdomain example: www.shop.example of popular/1\n"
                       "bad/3 nxdomain www.shop.example: www.shop.example of popular/1\n");
    check_str(bench_decide(im, "shop.example"), "none");
    check_str(bench_decide(im, "x.www.shop.example"), "nxdomain 10/4 x.www.shop.example");
    policy_image_close(im);
    protection_free(p);
}

TEST(conflicts_beyond_the_limit_are_counted)
{
    struct protection *p = protection_new(bench_key);
    protect(p, "popular", "a.example\n");
    struct dns_name name = bench_name("a.example");
    struct list_rule rule = {.name = &name, .action = DNS_ACTION_NXDOMAIN, .scope = POLICY_SCOPE_EXACT};
    for (uint32_t i = 0; i < PROTECTION_CONFLICTS_MAX + 5; i++)
        check(protection_catches(p, i < 7 ? "one" : "two", &rule, i));
    check_int(protection_conflicts(p), ==, PROTECTION_CONFLICTS_MAX + 5);
    check_int(protection_conflicts_of(p, "one"), ==, 7);
    check_int(protection_conflicts_of(p, "two"), ==, PROTECTION_CONFLICTS_MAX - 2);
    protection_free(p);
}

/* An exception wins over each block of its list, above it and below it, before it and after it. */
TEST(adblock_exceptions_take_their_names_out_of_every_block)
{
    struct policy_image *im = compile(NULL, "||a.good.example^\n"
                                            "||good.example^\n"
                                            "@@||good.example^\n"
                                            "||b.good.example^\n"
                                            "||bad.example^\n"
                                            "@@|exact.example^\n"
                                            "||exact.example^\n"
                                            "@@||www.bad.example^\n");
    check_str(bench_decide(im, "a.good.example"), "pass 10/3 good.example");
    check_str(bench_decide(im, "x.b.good.example"), "pass 10/3 good.example");
    check_str(bench_decide(im, "good.example"), "pass 10/3 good.example");
    check_str(bench_decide(im, "bad.example"), "nxdomain 10/5 bad.example");
    check_str(bench_decide(im, "www.bad.example"), "pass 10/8 www.bad.example");
    check_str(bench_decide(im, "x.bad.example"), "nxdomain 10/5 bad.example");
    check_str(bench_decide(im, "exact.example"), "pass 10/6 exact.example");
    check_str(bench_decide(im, "x.exact.example"), "nxdomain 10/7 exact.example");
    policy_image_close(im);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
