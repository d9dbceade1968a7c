/* Gives a mail to the configured relay, or a document to a webhook: one try, with libcurl.
 *
 * A call blocks for a minute at most: give each a thread. The relay proves its name by TLS before a password or a name goes to it, except
 * on a loopback address; nothing but the configured relay and the configured URL is asked. No secret is in the error.
 */
#ifndef HINOMI_ACT_DELIVER_H
#define HINOMI_ACT_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "act/notify/notify.h"
#include "base/attr.h"

enum { NOTIFY_SECRET_MAX = 256, NOTIFY_PATH_MAX = 512, NOTIFY_NAME_MAX = 128, NOTIFY_ERROR_MAX = 256 };

/* Plain octets behind their ends and no padding, so that two can be compared as such. */
struct notify_settings {
    char relay[NOTIFY_URL_MAX]; /* smtps://HOST[:PORT] or smtp://HOST[:PORT] (by STARTTLS); empty: no mail */
    char from[NOTIFY_ADDRESS_MAX + 1 /* no padding */], from_name[NOTIFY_NAME_MAX];
    char user[NOTIFY_NAME_MAX], password_file[NOTIFY_PATH_MAX];
    char ca_file[NOTIFY_PATH_MAX]; /* empty: the system's authorities */
    char webhook[NOTIFY_URL_MAX], webhook_secret_file[NOTIFY_PATH_MAX]; /* empty: none */
    char base_url[NOTIFY_URL_MAX]; /* of the console, for links; empty: mails have none */
    unsigned digest_hour;          /* 0..23, of the machine's time zone */
    unsigned urgent_per_hour;      /* mails to one contact */
    int64_t fixed_after_us, no_effect_after_us;
    int64_t retry_after_us;        /* the first wait after a try in vain */
};

enum { NOTIFY_PASSWORD_FILE, NOTIFY_WEBHOOK_FILE, NOTIFY_FILES }; /* that the role which sends gets from the parent */

void notify_settings_default(struct notify_settings *s);
/* A URL that may be configured; -EINVAL. The webhook: https, or http on a loopback address. */
int notify_relay_check(const char *url) must_check;
int notify_webhook_check(const char *url) must_check;
/* https, without a final slash and without anything behind the path. */
int notify_base_check(const char *url) must_check;

enum notify_result { NOTIFY_TAKEN, NOTIFY_AGAIN, NOTIFY_REFUSED /* for good: that address, that document */ };

/* secret: the password of `user`; empty: none. ret_error: NOTIFY_ERROR_MAX octets, for people; empty when taken. */
enum notify_result notify_send_mail(const struct notify_settings *s, const char *secret, const char *to, const char *mail, size_t len, char *ret_error);
/* Signed: "X-Hinomi-Signature: t=SECONDS,v1=HEX", HMAC-SHA256 with the secret over SECONDS, a dot and the document. */
enum notify_result notify_send_webhook(const struct notify_settings *s, const char *secret, int64_t now_us, const char *document, size_t len, char *ret_error);
/* Its hexadecimal digits, for NOTIFY_SIGNATURE_MAX octets. */
enum { NOTIFY_SIGNATURE_MAX = 65 };
void notify_signature(const char *secret, int64_t seconds, const char *document, size_t len, char *ret_hex);

#endif
