/* Gives a mail to the configured relay, or a document to a webhook: one try, with libcurl.
 *
 * A call blocks for a minute at most: give each a thread. The relay proves its name by TLS before a password or a name goes to it, except
 * on a loopback address; nothing but the configured relay, the configured URL and webhooks of members, if these are allowed, is asked. No secret is in the error.
 */
#ifndef HINOMI_ACT_DELIVER_H
#define HINOMI_ACT_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "act/notify/notify.h"
#include "base/addr.h"
#include "base/attr.h"

enum { NOTIFY_SECRET_MAX = 256, NOTIFY_PATH_MAX = 512, NOTIFY_NAME_MAX = 128, NOTIFY_ERROR_MAX = 256, NOTIFY_NETWORKS_MAX = 16 };

/* Plain octets behind their ends and no padding, so that two can be compared as such. */
struct notify_settings {
    char relay[NOTIFY_URL_MAX]; /* smtps://HOST[:PORT] or smtp://HOST[:PORT] (by STARTTLS); empty: no mail */
    char from[NOTIFY_ADDRESS_MAX + 1 /* no padding */], from_name[NOTIFY_NAME_MAX];
    char user[NOTIFY_NAME_MAX], password_file[NOTIFY_PATH_MAX];
    char ca_file[NOTIFY_PATH_MAX]; /* empty: the system's authorities */
    char webhook[NOTIFY_URL_MAX], webhook_secret_file[NOTIFY_PATH_MAX]; /* empty: none */
    char base_url[NOTIFY_URL_MAX]; /* of the console, for links; empty: mails have none */
    struct addr_prefix networks[NOTIFY_NETWORKS_MAX]; /* not public, and webhooks of members may be there all the same */
    unsigned network_count;
    unsigned member_webhooks;      /* 1: members may have webhooks of their own; 0: theirs are not called */
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
/* That of a member: https, or http on a loopback address among the networks of the settings. -EINVAL: not such a URL; -EPERM: an address that may not be
 * called. Where a name leads to is looked at when it is called. */
int notify_member_webhook_check(const struct notify_settings *s, const char *url) must_check;
/* May a member's webhook be there: a public unicast address, or one in the networks of the settings? */
bool notify_may_call(const struct notify_settings *s, const struct addr *a);
/* "https://hook.example:8443" of a URL: NOTIFY_ORIGIN_MAX octets. -EINVAL: too long. */
enum { NOTIFY_ORIGIN_MAX = 255 };
int notify_origin(const char *url, char *ret_origin) must_check;
/* https, without a final slash and without anything behind the path. */
int notify_base_check(const char *url) must_check;

enum notify_result { NOTIFY_TAKEN, NOTIFY_AGAIN, NOTIFY_REFUSED /* for good: that address, that document */ };

/* secret: the password of `user`; empty: none. ret_error: NOTIFY_ERROR_MAX octets, for people; empty when taken. */
enum notify_result notify_send_mail(const struct notify_settings *s, const char *secret, const char *to, const char *mail, size_t len, char *ret_error);
/* Signed: "X-Hinomi-Signature: t=SECONDS,v1=HEX", HMAC-SHA256 with the secret over SECONDS, a dot and the document. */
enum notify_result notify_send_webhook(const struct notify_settings *s, const char *secret, int64_t now_us, const char *document, size_t len, char *ret_error);
/* The same to a member's own, with a signature that was made already (notify_signature_line): the secret does not come here. Only addresses that
 * notify_may_call allows are connected to, whatever the name's servers say at that moment, and it has NOTIFY_MEMBER_S seconds in all. */
enum { NOTIFY_MEMBER_S = 10, NOTIFY_SIGNATURE_LINE_MAX = 128 };
enum notify_result notify_send_member_webhook(const struct notify_settings *s, const char *url, const char *signature, const char *document, size_t len, char *ret_error);
/* The header "X-Hinomi-Signature: t=SECONDS,v1=HEX", for NOTIFY_SIGNATURE_LINE_MAX octets. */
void notify_signature_line(const char *secret, int64_t now_us, const char *document, size_t len, char *ret_line);
/* Its hexadecimal digits, for NOTIFY_SIGNATURE_MAX octets. */
enum { NOTIFY_SIGNATURE_MAX = 65 };
void notify_signature(const char *secret, int64_t seconds, const char *document, size_t len, char *ret_hex);

#endif
