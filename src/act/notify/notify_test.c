/* Mails and documents about notices: the RFCs' forms and examples, both languages, and what hostile names can not do. */
#include "act/notify/notify.h"
#include "act/notify/notify_proof.h"

#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>

#include "act/notify/deliver.h"
#include "act/notify/mail_text.h"
#include "base/test.h"

static char out[NOTIFY_MAIL_MAX + 1];

static struct notice a_notice(enum notice_kind kind, enum claim claim)
{
    struct notice n = {.id = 7, .kind = kind, .claim = claim, .is_urgent = true, .subjects = 1, .life = {.made_us = 1, .raised_us = 1}};
    snprintf(n.member, sizeof n.member, "hospital");
    return n;
}

static const struct notify_row a_row = {
    .kind = SUBJECT_DOMAIN, .value = "evil.example", .hits = 3, .first_us = INT64_C(1795366800000000), .last_us = INT64_C(1795370400000000)};

static struct notify_mail a_mail(const struct notify_notice *notices, unsigned count)
{
    return (struct notify_mail){.from = "csirt@csirt.example",
                                .from_name = "CSIRT",
                                .to = "hana@hospital.example",
                                .to_name = "Hana",
                                .member_title = "Hospital",
                                .message_id = "1.abc",
                                .link = "https://console.csirt.example/notice#WORD",
                                .date_us = INT64_C(1795366800000000),
                                .language = NOTIFY_EN,
                                .is_urgent = true,
                                .notices = notices,
                                .notice_count = count};
}

static int write_mail(const struct notify_mail *m)
{
    int len = notify_mail_write(m, out, sizeof out - 1);
    out[len > 0 ? len : 0] = '\0';
    return len;
}

/* The body of the mail in `out`, decoded. */
static const char *body(void)
{
    static char text[64 << 10];
    size_t len = 0;
    const char *start = strstr(out, "\r\n\r\n");
    if (!start || sodium_base642bin((uint8_t *)text, sizeof text - 1, start + 4, strlen(start + 4), "\r\n", &len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return "";
    text[len] = '\0';
    return text;
}

/* RFC 5322 2.1.1 and 2.3, RFC 2047 2: every line ends with CRLF, has 76 octets of ASCII at most, and there is no lone CR or LF. */
static void check_lines(void)
{
    unsigned used = 0;
    for (const char *p = out; *p; p++) {
        if (*p == '\r' && p[1] == '\n') {
            check_int(used, <=, 76);
            used = 0;
            p++;
            continue;
        }
        check((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f);
        used++;
    }
    check_int(used, ==, 0);
}

static unsigned headers(const char *name)
{
    unsigned count = 0;
    const char *end = strstr(out, "\r\n\r\n");
    for (const char *p = out; p && p < end; p = strstr(p, "\r\n"), p = p ? p + 2 : NULL)
        count += strncasecmp(p, name, strlen(name)) == 0;
    return count;
}

TEST(a_mail_in_english)
{
    struct notice n = a_notice(NOTICE_MET, CLAIM_C2);
    struct notify_notice one = {.notice = &n, .rows = &a_row, .row_count = 1};
    struct notify_mail m = a_mail(&one, 1);
    check_int(write_mail(&m), >, 0);
    check_lines();
    /* Worked by hand: 1795366800 is 2026-11-22 17:00 UTC, a Sunday. */
    static const char head[] = "Date: Sun, 22 Nov 2026 17:00:00 +0000\r\n"
                               "From: CSIRT\r\n <csirt@csirt.example>\r\n"
                               "To: Hana\r\n <hana@hospital.example>\r\n"
                               "Subject: Urgent: please look today: Hospital\r\n"
                               "Message-ID: <1.abc@csirt.example>\r\n"
                               "Auto-Submitted: auto-generated\r\n";
    check(strncmp(out, head, strlen(head)) == 0);
    check(strstr(body(), "evil[.]example  3 times  2026-11-22 17:00 - 2026-11-22 18:00") != NULL);
    check(strstr(body(), "evil.example") == NULL);
    check(strstr(body(), "https://console.csirt.example/notice#WORD\r\n") != NULL);
}

TEST(a_mail_in_japanese)
{
    struct notice n = a_notice(NOTICE_OWN, CLAIM_PHISHING);
    struct notify_notice one = {.notice = &n, .is_reported = true, .rows = &a_row, .row_count = 1};
    struct notify_mail m = a_mail(&one, 1);
    m.language = NOTIFY_JA;
    m.to_name = "山田 花子";
    m.member_title = "とても長い名前を持つ独立行政法人国立病院機構東京中央総合医療研究センター附属病院";
    check_int(write_mail(&m), >, 0);
    check_lines();
    check(strstr(out, "To: =?UTF-8?B?5bGx55SwIOiKseWtkA==?=\r\n <hana@hospital.example>\r\n") != NULL); /* by base64(1) */
    check(strstr(out, "Subject: =?UTF-8?B?") != NULL);
    check(strstr(out, "Content-Language: ja\r\n") != NULL);
    check(strstr(body(), "山田 花子 様") != NULL);
    check(strstr(body(), "まだ確認していません") != NULL);
}

/* RFC 2047 2 and 5: words of at most 75 octets, each of whole characters. */
TEST(encoded_words_have_whole_characters)
{
    char text[512] = "", line[2048];
    for (size_t i = 0; i < 50; i++)
        memcpy(text + i * strlen("病院x"), "病院x", sizeof "病院x");
    struct writer w = writer_of(line, sizeof line - 1);
    mail_put_words(&w, text, 9, "");
    line[w.len] = '\0';
    char again[1024] = "";
    for (char *word = strtok(line, " \r\n"); word; word = strtok(NULL, " \r\n")) {
        uint8_t octets[64];
        size_t len = 0;
        check_int(strlen(word), <=, 75);
        check(strncmp(word, "=?UTF-8?B?", 10) == 0);
        word[strlen(word) - 2] = '\0';
        check_int(sodium_base642bin(octets, sizeof octets, word + 10, strlen(word + 10), NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL), ==, 0);
        check((octets[0] & 0xc0) != 0x80); /* not in the middle of a character */
        strncat(again, (const char *)octets, len);
    }
    check_str(again, text);
}

/* RFC 4648 10 */
TEST(base64)
{
    static const char *const rows[][2] = {{"f", "Zg=="},   {"fo", "Zm8="},       {"foo", "Zm9v"},     {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[32], want[32];
        struct writer w = writer_of(line, sizeof line - 1);
        mail_put_base64(&w, rows[i][0], strlen(rows[i][0]));
        line[w.len] = '\0';
        snprintf(want, sizeof want, "%s\r\n", rows[i][1]);
        check_str(line, want);
    }
}

TEST(names_can_not_add_headers)
{
    static const char *const hostile[] = {"a\r\nBcc: all@example.net", "a\nBcc: x@y.example", "a\rBcc: x", "\r\n\r\nbody", "=?UTF-8?B?DQpCY2M6IHg=?=",
                                          "a\0b", "\xff\xfe\x80", "\xe2\x80\xa8 Bcc: x", "\"quoted\" <other@example.net>", "a, b@example.net", "   ", "\xe2\x80\xae txt"};
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct notice n = a_notice(NOTICE_MET, CLAIM_MALWARE);
        struct notify_row row = {.kind = SUBJECT_URL, .value = hostile[i], .hits = 1};
        struct notify_notice one = {.notice = &n, .text = hostile[i], .rows = &row, .row_count = 1};
        struct notify_mail m = a_mail(&one, 1);
        m.from_name = m.to_name = m.member_title = hostile[i];
        check_int(write_mail(&m), >, 0);
        check_lines();
        check_int(headers("bcc"), ==, 0);
        check_int(headers("to:"), ==, 1);
        check_int(headers("from:"), ==, 1);
        check_int(headers("subject:"), ==, 1);
        check(strstr(out, "<other@example.net>") == NULL); /* it stands inside an encoded word */
    }
}

/* RFC 5321 4.1.2 */
TEST(addresses)
{
    static const char *const good[] = {"a@b", "hana.yamada+csirt@hospital.example", "o'neil@x-y.example", "1@1.example"};
    static const char *const bad[] = {"",          "a",         "@b.example", "a@",          "a@.example",      "a..b@c.example",           ".a@b.example",
                                      "a.@b.example", "a b@c.example", "a@b c",  "a@b.example\r\nRCPT TO:<x@y>", "<a@b.example>", "\"a b\"@c.example", "a@[192.0.2.1]",
                                      "a@-b.example", "a@b-.example", "a@b..example", "山@b.example", "a@例.example", "a@b.example>", "a,b@c.example"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        check(notify_address_is_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check(!notify_address_is_valid(bad[i]));
        struct notify_mail m = a_mail(NULL, 0);
        m.to = bad[i];
        check_int(notify_mail_write(&m, out, sizeof out), ==, -EINVAL);
        m = a_mail(NULL, 0);
        m.from = bad[i];
        check_int(notify_mail_write(&m, out, sizeof out), ==, -EINVAL);
    }
}

TEST(a_long_mail_stays_within_its_bound)
{
    static struct notice notices[NOTIFY_NOTICES_MAX];
    static struct notify_notice all[NOTIFY_NOTICES_MAX];
    static struct notify_row rows[NOTIFY_ROWS_MAX];
    char value[SUBJECT_VALUE_MAX];
    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    for (unsigned i = 0; i < NOTIFY_ROWS_MAX; i++)
        rows[i] = (struct notify_row){.kind = SUBJECT_URL, .value = value, .hits = 1, .first_us = 1, .last_us = 1};
    for (unsigned i = 0; i < NOTIFY_NOTICES_MAX; i++) {
        notices[i] = a_notice(NOTICE_MET, CLAIM_C2);
        notices[i].subjects = 1000;
        all[i] = (struct notify_notice){.notice = &notices[i], .rows = rows, .row_count = NOTIFY_ROWS_MAX};
    }
    struct notify_mail m = a_mail(all, NOTIFY_NOTICES_MAX);
    check_int(write_mail(&m), ==, -EMSGSIZE); /* the caller gives fewer rows then */
    m.notice_count = 2;
    check_int(write_mail(&m), >, 0);
    check(strstr(body(), "970 more are on the page") != NULL);
    check_int(notify_mail_write(&m, out, 100), ==, -EMSGSIZE);
}

TEST(a_correction_says_so)
{
    struct notice n = a_notice(NOTICE_OWN, CLAIM_MALWARE);
    n.life.state = NOTICE_WITHDRAWN;
    struct notify_notice one = {.notice = &n, .rows = &a_row, .row_count = 1};
    struct notify_mail m = a_mail(&one, 1);
    m.is_urgent = false;
    check_int(write_mail(&m), >, 0);
    check(strstr(out, "Subject: Correction to an earlier notice: Hospital\r\n") != NULL);
    check(strstr(body(), "You need not do anything") != NULL);
    check(strstr(body(), "Please examine") == NULL);
}

TEST(what_may_not_be_named_is_not)
{
    struct notice n = a_notice(NOTICE_MET, CLAIM_C2);
    struct notify_row row = {.kind = SUBJECT_DOMAIN, .value = NULL, .hits = 1};
    struct notify_notice one = {.notice = &n, .rows = &row, .row_count = 1};
    struct notify_mail m = a_mail(&one, 1);
    check_int(write_mail(&m), >, 0);
    check(strstr(body(), "may not be named") != NULL);
    int len = notify_json_write(&m, 5, out, sizeof out - 1);
    json_t *object = json_loadb(out, len > 0 ? (size_t)len : 0, 0, NULL);
    check(json_is_null(json_object_get(json_array_get(json_object_get(json_array_get(json_object_get(object, "notices"), 0), "rows"), 0), "value")));
    json_decref(object);
}

TEST(a_mail_that_asks_for_a_proof)
{
    struct notify_proof p = {.from = "csirt@csirt.example", .from_name = "CSIRT", .to = "hana@hospital.example", .to_name = "山田", .message_id = "1.a", .member_title = "市立病院",
                             .value = "192.0.2.0/25", .link = "https://console.csirt.example/proof#ABCDEFGH", .code = "ABCDEFGHI", .until_us = INT64_C(1700000000000000),
                             .language = NOTIFY_JA};
    int len = notify_proof_write(&p, out, sizeof out - 1);
    check_int(len, >, 0);
    out[len > 0 ? len : 0] = '\0';
    check_lines();
    check_int(headers("subject:"), ==, 1);
    check(strstr(out, "Content-Language: ja\r\n") != NULL);
    check(strstr(body(), "山田 様") != NULL);
    check(strstr(body(), "\r\n  192.0.2.0/25\r\n") != NULL);
    check(strstr(body(), "\r\n  市立病院\r\n") != NULL);
    check(strstr(body(), "https://console.csirt.example/proof#ABCDEFGH\r\n") != NULL);
    check(strstr(body(), "\r\n  ABCD-EFGH-I\r\n") != NULL);
    check(strstr(body(), "2023-11-14 22:13 UTC\r\n") != NULL); /* date -u -d @1700000000 */
    p.language = NOTIFY_EN;
    p.link = NULL;
    len = notify_proof_write(&p, out, sizeof out - 1);
    check_int(len, >, 0);
    out[len > 0 ? len : 0] = '\0';
    check(strstr(out, "Subject: =?UTF-8?B?") != NULL); /* for the "/" */
    check(strstr(body(), "proof#") == NULL);
    p.code = "A B";
    check_int(notify_proof_write(&p, out, sizeof out), ==, -EINVAL);
    p.code = "AB";
    p.to = "x";
    check_int(notify_proof_write(&p, out, sizeof out), ==, -EINVAL);
    p.to = "a@b.example\r\nBcc: c@d.example";
    check_int(notify_proof_write(&p, out, sizeof out), ==, -EINVAL);
}

TEST(a_document)
{
    struct notice n = a_notice(NOTICE_MET, CLAIM_C2);
    struct notify_notice one = {.notice = &n, .rows = &a_row, .row_count = 1};
    struct notify_mail m = a_mail(&one, 1);
    int len = notify_json_write(&m, 5, out, sizeof out - 1);
    json_t *object = json_loadb(out, len > 0 ? (size_t)len : 0, 0, NULL);
    const json_t *first = json_array_get(json_object_get(object, "notices"), 0);
    check_str(json_string_value(json_object_get(object, "member")), "hospital");
    check_int(json_integer_value(json_object_get(object, "delivery")), ==, 5);
    check_str(json_string_value(json_object_get(first, "claim")), "c2");
    check_str(json_string_value(json_object_get(json_array_get(json_object_get(first, "rows"), 0), "value")), "evil.example");
    json_decref(object);
    check_int(notify_json_write(&m, 5, out, 10), ==, -EMSGSIZE);
}

/* By: printf '1700000000.{}' | openssl dgst -sha256 -hmac secret */
TEST(a_signature)
{
    char hex[NOTIFY_SIGNATURE_MAX];
    notify_signature("secret", 1700000000, "{}", 2, hex);
    check_str(hex, "b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
}

TEST(urls)
{
    static const char *const relays[] = {"smtp://mail.example", "smtps://mail.example:465", "smtp://[::1]:25", "smtp://127.0.0.1:2525"};
    static const char *const no_relays[] = {"mail.example", "http://mail.example", "smtp://", "smtp://user:pass@mail.example", "smtp://a/b", "smtp://a b", "smtp://[]"};
    for (size_t i = 0; i < sizeof relays / sizeof relays[0]; i++)
        check_int(notify_relay_check(relays[i]), ==, 0);
    for (size_t i = 0; i < sizeof no_relays / sizeof no_relays[0]; i++)
        check_int(notify_relay_check(no_relays[i]), ==, -EINVAL);
    check_int(notify_webhook_check("https://hook.example/x?y=1"), ==, 0);
    check_int(notify_webhook_check("http://127.0.0.1:8080/x"), ==, 0);
    check_int(notify_webhook_check("http://hook.example/x"), ==, -EINVAL);
    check_int(notify_webhook_check("file:///etc/passwd"), ==, -EINVAL);
    check_int(notify_base_check("https://console.example"), ==, 0);
    check_int(notify_base_check("https://console.example/"), ==, -EINVAL);
    check_int(notify_base_check("http://console.example"), ==, -EINVAL);
}

static bool may_call(const struct notify_settings *s, const char *text)
{
    struct addr a;
    check_int(addr_parse(text, &a), ==, 0);
    return notify_may_call(s, &a);
}

/* IANA's registries of special-purpose addresses (RFC 6890) and of multicast (RFC 5771, RFC 4291 2.7). */
TEST(webhooks_of_members_are_at_public_addresses)
{
    static const char *const no[] = {"127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "239.255.255.250",
                                     "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"};
    static const char *const yes[] = {"8.8.8.8", "223.255.255.1", "2001:db8::1", "2606:4700::1111", "64:ff9b::808:808"};
    struct notify_settings s = {.member_webhooks = 1};
    for (size_t i = 0; i < array_len(no); i++)
        check(!may_call(&s, no[i]));
    for (size_t i = 0; i < array_len(yes); i++)
        check(may_call(&s, yes[i]));
    check_int(notify_member_webhook_check(&s, "https://hook.example/x?y=1"), ==, 0);
    check_int(notify_member_webhook_check(&s, "https://8.8.8.8:8443/x"), ==, 0);
    check_int(notify_member_webhook_check(&s, "https://[fd00::1]/x"), ==, -EPERM);
    check_int(notify_member_webhook_check(&s, "http://127.0.0.1/x"), ==, -EPERM);
    check_int(notify_member_webhook_check(&s, "http://hook.example/x"), ==, -EINVAL);
    check_int(notify_member_webhook_check(&s, "https://user@hook.example/x"), ==, -EINVAL);
    check_int(addr_prefix_parse("127.0.0.0/8", &s.networks[0]), ==, 0);
    s.network_count = 1;
    check(may_call(&s, "127.0.0.1"));
    check(!may_call(&s, "10.0.0.1"));
    check_int(notify_member_webhook_check(&s, "http://127.0.0.1:8080/x"), ==, 0);
}

TEST(an_origin_is_what_stands_before_the_path)
{
    char origin[NOTIFY_ORIGIN_MAX], url[400];
    check_int(notify_origin("https://hook.example:8443/a/b?c=d", origin), ==, 0);
    check_str(origin, "https://hook.example:8443");
    check_int(notify_origin("https://[2001:db8::1]?x", origin), ==, 0);
    check_str(origin, "https://[2001:db8::1]");
    check_int(notify_origin("https://hook.example", origin), ==, 0);
    check_str(origin, "https://hook.example");
    memset(url, 'a', sizeof url - 1);
    url[sizeof url - 1] = '\0';
    memcpy(url, "https://", 8);
    check_int(notify_origin(url, origin), ==, -EINVAL);
}

/* The line has the time in seconds, and the digits of a_signature. */
TEST(a_line_of_a_signature)
{
    char line[NOTIFY_SIGNATURE_LINE_MAX];
    notify_signature_line("secret", INT64_C(1700000000999999), "{}", 2, line);
    check_str(line, "X-Hinomi-Signature: t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
}

/* Nothing listens there, and nothing is asked: what is not allowed is refused before. */
TEST(a_webhook_that_is_not_allowed_is_not_called)
{
    char error[NOTIFY_ERROR_MAX] = "";
    struct notify_settings s = {.member_webhooks = 0};
    check_int(notify_send_member_webhook(&s, "https://hook.example/", "X: y", "{}", 2, error), ==, NOTIFY_REFUSED);
    check(error[0] != '\0');
    s.member_webhooks = 1;
    check_int(notify_send_member_webhook(&s, "https://127.0.0.1:1/", "X: y", "{}", 2, error), ==, NOTIFY_REFUSED);
    check_int(notify_send_member_webhook(&s, "https://2130706433:1/", "X: y", "{}", 2, error), ==, NOTIFY_AGAIN); /* 127.0.0.1 by another name */
    check(strstr(error, "may not be at") != NULL);
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0)
        return 1;
    return test_main(argc, argv);
}
