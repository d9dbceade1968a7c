/* Sends by libcurl. */
#include "act/notify/deliver.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/text.h"

enum { CONNECT_MS = 20000, ALL_S = 60, HOST_MAX = 256 };

void notify_settings_default(struct notify_settings *s)
{
    const int64_t day_us = INT64_C(86400000000);
    memset(s, 0, sizeof *s);
    s->digest_hour = 8;
    s->fixed_after_us = 7 * day_us;
    s->no_effect_after_us = 14 * day_us;
    s->retry_after_us = INT64_C(60000000);
    s->urgent_per_hour = 6;
}

/* ---- URLs ---- */

static bool is_clean(const char *url)
{
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7f || *p == '@' || *p == '#')
            return false;
    return strlen(url) < NOTIFY_URL_MAX;
}

/* What stands between the scheme and the path, a port or the end; false: nothing. */
static bool host_of(const char *url, char host[HOST_MAX])
{
    const char *at = strstr(url, "://");
    if (!at)
        return false;
    at += 3;
    size_t len = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/?");
    bool is_bracketed = *at == '[';
    if (len <= (is_bracketed ? 2u : 0u) || len >= HOST_MAX)
        return false;
    snprintf(host, HOST_MAX, "%.*s", (int)(is_bracketed ? len - 2 : len), at + is_bracketed);
    return true;
}

static bool is_loopback(const char *url)
{
    char host[HOST_MAX];
    struct addr a;
    return host_of(url, host) && addr_parse(host, &a) == 0 && addr_is_loopback(&a);
}

static bool has_scheme(const char *url, const char *scheme)
{
    return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

int notify_relay_check(const char *url)
{
    char host[HOST_MAX];
    bool known = has_scheme(url, "smtps://") || has_scheme(url, "smtp://");
    const char *rest = known ? strstr(url, "://") + 3 : "";
    return known && is_clean(url) && host_of(url, host) && !strpbrk(rest, "/?") ? 0 : -EINVAL;
}

int notify_webhook_check(const char *url)
{
    char host[HOST_MAX];
    bool fine = is_clean(url) && host_of(url, host) && (has_scheme(url, "https://") || (has_scheme(url, "http://") && is_loopback(url)));
    return fine ? 0 : -EINVAL;
}

bool notify_may_call(const struct notify_settings *s, const struct addr *a)
{
    enum { MULTICAST_V4 = 224, MULTICAST_V6 = 0xff }; /* from there on, IPv4 has multicast and what is reserved (RFC 1112 4) */
    for (unsigned i = 0; i < s->network_count && i < NOTIFY_NETWORKS_MAX; i++)
        if (addr_prefix_has(&s->networks[i], a))
            return true;
    bool is_unicast = addr_is_v4(a) ? a->bytes[12] < MULTICAST_V4 : a->bytes[0] != MULTICAST_V6;
    return is_unicast && !addr_is_private(a);
}

int notify_origin(const char *url, char *ret_origin)
{
    const char *at = strstr(url, "://");
    size_t len = at ? (size_t)(at + 3 - url) + strcspn(at + 3, "/?") : 0;
    if (len == 0 || len >= NOTIFY_ORIGIN_MAX)
        return -EINVAL;
    snprintf(ret_origin, NOTIFY_ORIGIN_MAX, "%.*s", (int)len, url);
    return 0;
}

int notify_member_webhook_check(const struct notify_settings *s, const char *url)
{
    char host[HOST_MAX], origin[NOTIFY_ORIGIN_MAX];
    struct addr a;
    if (notify_webhook_check(url) < 0 || notify_origin(url, origin) < 0 || !host_of(url, host))
        return -EINVAL;
    return addr_parse(host, &a) == 0 && !notify_may_call(s, &a) ? -EPERM : 0;
}

int notify_base_check(const char *url)
{
    char host[HOST_MAX];
    size_t len = strlen(url);
    return is_clean(url) && has_scheme(url, "https://") && host_of(url, host) && url[len - 1] != '/' && !strchr(url, '?') && len + 64 < NOTIFY_URL_MAX ? 0
                                                                                                                                                        : -EINVAL;
}

/* ---- sending ---- */

struct sending {
    const char *text;
    size_t len, sent;
};

static size_t on_read(char *to, size_t size, size_t count, void *self)
{
    struct sending *s = self;
    size_t room = size * count, n = s->len - s->sent < room ? s->len - s->sent : room;
    memcpy(to, s->text + s->sent, n);
    s->sent += n;
    return n;
}

static size_t on_answer(char *octets, size_t size, size_t count, void *self)
{
    (void)octets, (void)self;
    return size * count; /* nobody wants it */
}

static bool setup(CURL *c, const struct notify_settings *s, const char *url, char *error)
{
    bool fine = curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK && curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)ALL_S) == CURLE_OK && curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https,http,smtp,smtps") == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_answer) == CURLE_OK;
    return fine && (!s->ca_file[0] || curl_easy_setopt(c, CURLOPT_CAINFO, s->ca_file) == CURLE_OK);
}

static void tell(CURLcode code, const char *curls_text, char *ret_error)
{
    snprintf(ret_error, NOTIFY_ERROR_MAX, "%s", curls_text[0] ? curls_text : curl_easy_strerror(code));
}

/* RFC 5321 4.2.1: 5yz to an address or a text is for good. What the relay thinks of us - login, TLS - can be mended. */
static enum notify_result smtp_result(CURL *c, CURLcode code)
{
    long status = 0;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK)
        return NOTIFY_TAKEN;
    bool is_about_mail = code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_RECV_ERROR;
    return is_about_mail && status >= 550 && status <= 559 ? NOTIFY_REFUSED : NOTIFY_AGAIN;
}

enum notify_result notify_send_mail(const struct notify_settings *s, const char *secret, const char *to, const char *mail, size_t len, char *ret_error)
{
    char url[NOTIFY_URL_MAX + sizeof s->from], error[CURL_ERROR_SIZE] = "", from[sizeof s->from + 2], rcpt[NOTIFY_ADDRESS_MAX + 2];
    struct sending sending = {.text = mail, .len = len};
    bool needs_tls = !is_loopback(s->relay) || s->user[0];
    const char *domain = strrchr(s->from, '@');
    ret_error[0] = '\0';
    if (!domain || !notify_address_is_valid(to)) {
        snprintf(ret_error, NOTIFY_ERROR_MAX, "%s", _("that is no mail address that can be used"));
        return NOTIFY_REFUSED;
    }
    snprintf(url, sizeof url, "%s/%s", s->relay, domain + 1); /* how we greet: libcurl takes it from the path */
    snprintf(from, sizeof from, "<%s>", s->from);
    snprintf(rcpt, sizeof rcpt, "<%s>", to);
    struct curl_slist *recipients = curl_slist_append(NULL, rcpt);
    CURL *c = recipients ? curl_easy_init() : NULL;
    enum notify_result result = NOTIFY_AGAIN;
    bool fine = c && setup(c, s, url, error) && curl_easy_setopt(c, CURLOPT_USE_SSL, needs_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_MAIL_FROM, from) == CURLE_OK && curl_easy_setopt(c, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read) == CURLE_OK && curl_easy_setopt(c, CURLOPT_READDATA, &sending) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_UPLOAD, 1L) == CURLE_OK;
    if (fine && s->user[0])
        fine = curl_easy_setopt(c, CURLOPT_USERNAME, s->user) == CURLE_OK && curl_easy_setopt(c, CURLOPT_PASSWORD, secret) == CURLE_OK;
    if (!fine) {
        snprintf(ret_error, NOTIFY_ERROR_MAX, "%s", strerror(ENOMEM));
    } else {
        CURLcode code = curl_easy_perform(c);
        result = smtp_result(c, code);
        if (result != NOTIFY_TAKEN)
            tell(code, error, ret_error);
    }
    curl_easy_cleanup(c);
    curl_slist_free_all(recipients);
    return result;
}

void notify_signature(const char *secret, int64_t seconds, const char *document, size_t len, char *ret_hex)
{
    crypto_auth_hmacsha256_state state;
    uint8_t hash[crypto_auth_hmacsha256_BYTES];
    char head[32];
    int n = snprintf(head, sizeof head, "%" PRId64 ".", seconds);
    crypto_auth_hmacsha256_init(&state, (const uint8_t *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)head, (size_t)n);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)document, len);
    crypto_auth_hmacsha256_final(&state, hash);
    sodium_bin2hex(ret_hex, NOTIFY_SIGNATURE_MAX, hash, sizeof hash);
    sodium_memzero(&state, sizeof state);
}

/* Once a header could not be added, none is. */
static struct curl_slist *with_header(struct curl_slist *list, const char *line, bool *is_failed)
{
    struct curl_slist *longer = *is_failed ? NULL : curl_slist_append(list, line);
    *is_failed |= !longer;
    return longer ? longer : list;
}

static enum notify_result http_result(CURL *c, CURLcode code, const char *curls_text, char *ret_error)
{
    long status = 0;
    if (code != CURLE_OK) {
        tell(code, curls_text, ret_error);
        return NOTIFY_AGAIN;
    }
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status <= 299)
        return NOTIFY_TAKEN;
    snprintf(ret_error, NOTIFY_ERROR_MAX, _("the server answered with status %ld"), status);
    return status >= 400 && status <= 499 && status != 408 && status != 429 ? NOTIFY_REFUSED : NOTIFY_AGAIN;
}

void notify_signature_line(const char *secret, int64_t now_us, const char *document, size_t len, char *ret_line)
{
    char hex[NOTIFY_SIGNATURE_MAX];
    notify_signature(secret, now_us / 1000000, document, len, hex);
    snprintf(ret_line, NOTIFY_SIGNATURE_LINE_MAX, "X-Hinomi-Signature: t=%" PRId64 ",v1=%s", now_us / 1000000, hex);
}

/* Looks at each address before it is connected to: what a name led to when it was entered may be another place by now. */
struct guard {
    const struct notify_settings *settings;
    bool has_refused;
};

static curl_socket_t open_guarded(void *self, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct guard *g = self;
    struct addr a = {.bytes = {0}};
    bool is_internet = to->family == AF_INET || to->family == AF_INET6;
    (void)purpose;
    if (is_internet)
        a = addr_of_sockaddr(&to->addr);
    if (!is_internet || !notify_may_call(g->settings, &a)) {
        g->has_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static bool setup_guard(CURL *c, const char *url, struct guard *g)
{
    return curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_guarded) == CURLE_OK && curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, g) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)NOTIFY_MEMBER_S) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, has_scheme(url, "https://") ? "https" : "http") == CURLE_OK;
}

/* guard: NULL, of the configured one. */
static enum notify_result post(const struct notify_settings *s, const char *url, const char *signature, struct guard *guard, const char *document, size_t len,
                               char *ret_error)
{
    char error[CURL_ERROR_SIZE] = "";
    bool is_failed = false;
    enum notify_result result = NOTIFY_AGAIN;
    ret_error[0] = '\0';
    struct curl_slist *headers = with_header(NULL, signature, &is_failed);
    headers = with_header(headers, "Content-Type: application/json", &is_failed);
    CURL *c = is_failed ? NULL : curl_easy_init();
    bool fine = c && setup(c, s, url, error) && (!guard || setup_guard(c, url, guard)) && curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_USERAGENT, "hinomi/" HINOMI_VERSION) == CURLE_OK && curl_easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)len) == CURLE_OK && curl_easy_setopt(c, CURLOPT_POSTFIELDS, document) == CURLE_OK;
    if (!fine) {
        snprintf(ret_error, NOTIFY_ERROR_MAX, "%s", strerror(ENOMEM));
    } else {
        result = http_result(c, curl_easy_perform(c), error, ret_error);
        if (guard && guard->has_refused && result == NOTIFY_AGAIN) /* which address it was is not the member's to know */
            snprintf(ret_error, NOTIFY_ERROR_MAX, "%s", _("the name leads to an address that webhooks of members may not be at"));
    }
    curl_easy_cleanup(c);
    curl_slist_free_all(headers);
    return result;
}

enum notify_result notify_send_webhook(const struct notify_settings *s, const char *secret, int64_t now_us, const char *document, size_t len, char *ret_error)
{
    char line[NOTIFY_SIGNATURE_LINE_MAX];
    notify_signature_line(secret, now_us, document, len, line);
    return post(s, s->webhook, line, NULL, document, len, ret_error);
}

enum notify_result notify_send_member_webhook(const struct notify_settings *s, const char *url, const char *signature, const char *document, size_t len, char *ret_error)
{
    struct guard guard = {.settings = s};
    if (!s->member_webhooks || notify_member_webhook_check(s, url) < 0) {
        snprintf(ret_error, NOTIFY_ERROR_MAX, "%s", _("the configuration does not allow that webhook of a member"));
        return NOTIFY_REFUSED;
    }
    return post(s, url, signature, &guard, document, len, ret_error);
}
