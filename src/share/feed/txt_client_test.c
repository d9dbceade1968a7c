/* Questions for TXT records and their answers: octets by hand after RFC 1035 4.1 and 3.3.14. */
#include "share/feed/txt_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"

static const uint8_t query[] = {0, 28, 0x12, 0x34, 0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 0, 2, '_', 'h', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 16, 0, 1};

/* The answer to it: an alias, then its TXT record of two strings, and one with what is not printable. */
static const uint8_t answer[] = {
    0x12, 0x34, 0x81, 0xa0, 0, 1, 0, 3, 0, 0, 0, 0, 2, '_', 'h', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 16, 0, 1,
    0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 't', 0xc0, 15,
    0xc0, 40, 0, 16, 0, 1, 0, 0, 0, 60, 0, 6, 2, 'a', 'b', 2, 'c', 'd',
    0xc0, 40, 0, 16, 0, 1, 0, 0, 0, 60, 0, 2, 1, 7,
};

static struct dns_name asked(const char *text)
{
    struct dns_name n = {0};
    check_int(dns_name_parse(text, strlen(text), &n), ==, 0);
    return n;
}

TEST(a_question_has_its_length_before_it)
{
    uint8_t octets[TXT_QUERY_MAX];
    struct dns_name n = asked("_h.example");
    check_int(txt_query_write(&n, 0x1234, octets), ==, sizeof query);
    check(memcmp(octets + 2, query + 2, sizeof query - 2) == 0);
    check_int(octets[1], ==, sizeof query - 2);
}

TEST(texts_are_put_together_and_what_is_not_printable_is_left_out)
{
    struct txt_answer a;
    struct dns_name n = asked("_h.example"), other = asked("_x.example");
    check_int(txt_answer_read(answer, sizeof answer, &n, 0x1234, &a), ==, 0);
    check_int(a.count, ==, 1);
    check_str(a.text[0], "abcd");
    check(a.secure);
    check_int(a.rcode, ==, 0);
    check_int(txt_answer_read(answer, sizeof answer, &n, 0x1235, &a), ==, -EBADMSG);
    check_int(txt_answer_read(answer, sizeof answer, &other, 0x1234, &a), ==, -EBADMSG);
}

TEST(every_cut_and_every_changed_octet_is_survived)
{
    struct txt_answer a;
    struct dns_name n = asked("_h.example");
    for (size_t len = 0; len < sizeof answer; len++) {
        uint8_t *copy = malloc(len + 1); /* the sanitizer sees what is read behind it */
        memcpy(copy, answer, len);
        check_int(txt_answer_read(copy, len, &n, 0x1234, &a), ==, -EBADMSG);
        free(copy);
    }
    for (size_t at = 0; at < sizeof answer; at++) {
        uint8_t copy[sizeof answer];
        for (unsigned value = 0; value < 256; value++) {
            memcpy(copy, answer, sizeof copy);
            copy[at] = (uint8_t)value;
            int e = txt_answer_read(copy, sizeof copy, &n, 0x1234, &a);
            check(e == 0 || e == -EBADMSG);
            check(a.count <= TXT_COUNT_MAX);
        }
    }
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
