/* Records as text, and differences applied to a kept copy: exactly, or not at all. */
#include "share/feed/zone_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"

static uint8_t message[8192];
static char line[ZONE_LINE_MAX];

/* One record behind the question; what it is as text, or NULL and the error. */
static const char *text_of(uint16_t type, const void *rdata, size_t len, int *ret_error)
{
    struct writer w = writer_of(message, sizeof message);
    struct dns_name zone, owner;
    struct dns_walk walk;
    struct dns_record r;
    check_int(dns_name_parse("rpz", 3, &zone), ==, 0);
    check_int(dns_name_parse("a\\.b.rpz", 8, &owner), ==, 0);
    writer_bytes(&w, "\0\1\x84\0\0\1\0\1\0\0\0\0", 12);
    writer_bytes(&w, zone.wire, zone.len);
    writer_u16(&w, DNS_TYPE_AXFR);
    writer_u16(&w, DNS_CLASS_IN);
    writer_bytes(&w, owner.wire, owner.len);
    writer_u16(&w, type);
    writer_u16(&w, DNS_CLASS_IN);
    writer_u32(&w, 60);
    writer_u16(&w, (uint16_t)len);
    writer_bytes(&w, rdata, len);
    check(!w.full);
    check_int(dns_walk_begin(&walk, message, w.len), ==, 0);
    check_int(dns_walk_next(&walk, &r), ==, 1);
    int n = zone_text_format(&walk, &r, line);
    *ret_error = n < 0 ? n : 0;
    if (n >= 0)
        check_int(n, ==, strlen(line));
    return n < 0 ? NULL : line;
}

#define check_text(type, rdata, want)                                             \
    do {                                                                          \
        int e_;                                                                   \
        const char *text_ = text_of(type, rdata, sizeof(rdata) - 1, &e_);         \
        check_str(text_ ? text_ : "?", want);                                     \
    } while (0)

TEST(records_as_text)
{
    check_text(DNS_TYPE_A, "\300\0\2\1", "a\\.b.rpz. 60 IN A 192.0.2.1");
    check_text(DNS_TYPE_AAAA, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1", "a\\.b.rpz. 60 IN AAAA 2001:db8::1");
    check_text(DNS_TYPE_CNAME, "\0", "a\\.b.rpz. 60 IN CNAME .");
    check_text(DNS_TYPE_CNAME, "\1*\0", "a\\.b.rpz. 60 IN CNAME *.");
    check_text(DNS_TYPE_MX, "\0\12\4Mail\xc0\x0c", "a\\.b.rpz. 60 IN MX 10 mail.rpz.");
    check_text(DNS_TYPE_TXT, "\4a\"\\\7\1x", "a\\.b.rpz. 60 IN TXT \"a\\\"\\\\\\007\" \"x\"");
    check_text(DNS_TYPE_SOA, "\1a\0\1b\0\0\0\0\7\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4",
               "a\\.b.rpz. 60 IN SOA a. b. 7 1 2 3 4");
    struct dns_soa soa;
    check_int(zone_text_soa(line, &soa), ==, 0);
    check_int(soa.serial, ==, 7);
    check_int(soa.minimum_s, ==, 4);
    check_text(DNS_TYPE_SRV, "\0\1\0\2\0\3\1x\0", "a\\.b.rpz. 60 IN TYPE33 \\# 9 000100020003017800");
    check_text(65280, "", "a\\.b.rpz. 60 IN TYPE65280 \\# 0");
    int e;
    check(!text_of(DNS_TYPE_A, "\1\2\3", 3, &e) && e == -EBADMSG);
    check(!text_of(DNS_TYPE_TXT, "\5a", 2, &e) && e == -EBADMSG);
    check(!text_of(DNS_TYPE_CNAME, "\5a", 2, &e) && e == -EBADMSG);
    static const uint8_t large[4000];
    check(!text_of(65280, large, sizeof large, &e) && e == -E2BIG);
    check_int(zone_text_soa("a. 60 IN A 192.0.2.1", &soa), ==, -EINVAL);
    check_int(zone_text_soa("a. 60 IN SOA b. c. 1 2 3 4 5 6", &soa), ==, -EINVAL);
}

static int fd_of(const char *text)
{
    int fd = memfd_create("zone", MFD_CLOEXEC);
    check(fd >= 0);
    check_int(write(fd, text, strlen(text)), ==, strlen(text));
    return fd;
}

/* Applies "-x" and "+x", in this order, to a zone; the new zone, or NULL and the error. */
static const char *apply(const char *zone, const char *const *changes, unsigned count, int *ret_error)
{
    static char got[4096];
    struct zone_diff *d = zone_diff_new((struct sip_key){1, 2});
    int e = 0, old = fd_of(zone);
    for (unsigned i = 0; e == 0 && i < count; i++)
        e = zone_diff_add(d, changes[i][0] == '+', changes[i] + 1, strlen(changes[i]) - 1);
    memset(got, 0, sizeof got);
    FILE *to = fmemopen(got, sizeof got, "w");
    if (e == 0)
        e = zone_diff_apply(d, "new soa", old, to);
    fclose(to);
    close(old);
    zone_diff_free(d);
    *ret_error = e;
    return e < 0 ? NULL : got;
}

#define check_apply(zone, want, ...)                                                     \
    do {                                                                                 \
        static const char *const changes_[] = {__VA_ARGS__};                             \
        int e_;                                                                          \
        const char *new_ = apply(zone, changes_, array_len(changes_), &e_);              \
        check_int(e_, ==, 0);                                                            \
        check_str(new_ ? new_ : "?", want);                                              \
    } while (0)
#define check_stale(zone, ...)                                                           \
    do {                                                                                 \
        static const char *const changes_[] = {__VA_ARGS__};                             \
        int e_;                                                                          \
        apply(zone, changes_, array_len(changes_), &e_);                                 \
        check_int(e_, ==, -ESTALE);                                                      \
    } while (0)

TEST(differences_are_applied_exactly)
{
    check_apply("soa\na\nb\nc\n", "new soa\na\nc\ne\nd\n", "-b", "+e", "+d");
    check_apply("soa\na\nb\n", "new soa\na\nb\n", "-b", "+b");       /* went and came back */
    check_apply("soa\na\n", "new soa\na\n", "+x", "-x");             /* came and went */
    check_apply("soa\na\n", "new soa\na\nx\n", "+x", "-x", "+x");
    check_apply("soa\na\nb", "new soa\na\n", "-b");                  /* no end of the last line */
}

TEST(what_does_not_fit_the_copy_is_refused)
{
    check_stale("soa\na\n", "-b");           /* not there */
    check_stale("soa\na\n", "+a");           /* there already */
    check_stale("soa\na\n", "-a", "-a");     /* goes twice */
    check_stale("soa\na\n", "+b", "+b");     /* comes twice */
    check_stale("soa\na\na\n", "-a");        /* was there twice: not our copy */
    check_stale("soa\na\n", "-soa");         /* the first line is no record */
}

TEST(many_differences)
{
    enum { COUNT = 5000 };
    struct zone_diff *d = zone_diff_new((struct sip_key){3, 4});
    char *zone = malloc(COUNT * 24);
    size_t len = (size_t)sprintf(zone, "soa\n");
    for (int i = 0; i < COUNT; i++) {
        char text[24];
        int n = snprintf(text, sizeof text, "n%d.rpz. CNAME .", i);
        len += (size_t)sprintf(zone + len, "%s\n", text);
        if (i % 2 == 0)
            check_int(zone_diff_add(d, false, text, (size_t)n), ==, 0);
    }
    int old = fd_of(zone), lines = 0;
    char *got = NULL, *at;
    size_t got_len;
    FILE *to = open_memstream(&got, &got_len);
    check_int(zone_diff_apply(d, "new", old, to), ==, 0);
    fclose(to);
    for (at = got; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    check_int(lines, ==, 1 + COUNT / 2);
    check(strstr(got, "\nn1.rpz") && !strstr(got, "\nn2.rpz"));
    free(got);
    free(zone);
    close(old);
    zone_diff_free(d);
}

TEST(the_copy_knows_its_serial)
{
    struct dns_soa soa;
    int fd = fd_of("rpz. 60 IN SOA a. b. 7 1 2 3 4\nx\n");
    check_int(zone_copy_soa(fd, &soa), ==, 0);
    check_int(soa.serial, ==, 7);
    close(fd);
    static const char *const wrong[] = {"", "x\n", "\n", "rpz. 60 IN SOA a. b. 7 1 2 3\n"};
    for (size_t i = 0; i < array_len(wrong); i++) {
        fd = fd_of(wrong[i]);
        check_int(zone_copy_soa(fd, &soa), ==, -EINVAL);
        close(fd);
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
