/* Mails with names, titles, texts and subjects of somebody hostile: the form holds whatever they are. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "act/notify/notify.h"
#include "act/notify/notify_proof.h"

static char mail[NOTIFY_MAIL_MAX + 1];

static void must(bool condition)
{
    if (!condition)
        abort();
}

/* Lines of ASCII that end with CRLF, and each header once. */
static void look(int len)
{
    static const char *const names[] = {"Date:", "From:", "To:", "Subject:", "Message-ID:", "Auto-Submitted:"};
    const char *end = strstr(mail, "\r\n\r\n");
    unsigned used = 0, counts[6] = {0}, all = 0;
    must(end != NULL);
    for (int i = 0; i < len; i++) {
        if (mail[i] == '\r') {
            must(i + 1 < len && mail[i + 1] == '\n' && used <= 998);
            used = 0;
            i++;
            continue;
        }
        must((unsigned char)mail[i] >= 0x20 && (unsigned char)mail[i] < 0x7f);
        used++;
    }
    for (const char *p = mail; p < end; p = strstr(p, "\r\n") + 2) {
        all += *p != ' ';
        for (unsigned i = 0; i < 6; i++)
            counts[i] += strncasecmp(p, names[i], strlen(names[i])) == 0;
    }
    for (unsigned i = 0; i < 6; i++)
        must(counts[i] == 1);
    must(all == 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { FIELDS = 6 };
    char fields[FIELDS][SUBJECT_VALUE_MAX] = {""};
    struct notice n = {.id = 1, .subjects = 1};
    if (size < 2)
        return 0;
    n.kind = data[0] & 1 ? NOTICE_OWN : NOTICE_MET;
    n.claim = (enum claim)(data[0] >> 1);
    n.life.state = (enum notice_state)(data[1] >> 1 & 15);
    for (size_t i = 2, field = 0, at = 0; i < size && field < FIELDS; i++) {
        if (data[i] == 0 || at + 1 == sizeof fields[0]) {
            field++;
            at = 0;
        } else {
            fields[field][at++] = (char)data[i];
        }
    }
    struct notify_row row = {.kind = SUBJECT_URL, .value = fields[0], .hits = 1, .first_us = 1, .last_us = 2};
    struct notify_notice one = {.notice = &n, .text = fields[1], .rows = &row, .row_count = 1};
    struct notify_mail m = {.from = "a@b.example", .from_name = fields[2], .to = fields[5][0] ? fields[5] : "c@d.example", .to_name = fields[3], .member_title = fields[4],
                            .message_id = "1", .language = data[1] & 1 ? NOTIFY_JA : NOTIFY_EN, .notices = &one, .notice_count = 1};
    snprintf(n.member, sizeof n.member, "m");
    int len = notify_mail_write(&m, mail, sizeof mail - 1);
    if (len > 0) {
        mail[len] = '\0';
        look(len);
    }
    struct notify_proof p = {.from = m.from, .from_name = fields[2], .to = m.to, .to_name = fields[3], .message_id = "1", .member_title = fields[4], .value = fields[0],
                             .link = data[1] & 1 ? fields[1] : NULL, .code = "ABCD2345", .language = m.language};
    len = notify_proof_write(&p, mail, sizeof mail - 1);
    if (len > 0) {
        mail[len] = '\0';
        look(len);
    }
    len = notify_json_write(&m, 1, mail, sizeof mail);
    must(len > 0);
    return 0;
}
