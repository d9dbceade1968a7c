/* Fetches a URL with libcurl. */
#include "share/feed/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "share/feed/curl_setup.h"

enum { RETRY_MAX_S = 86400 };

struct fetch {
    const struct feed_settings *settings;
    const atomic_bool *stop;
    int fd, error;
    struct feed_url_result *result;
};

int feed_url_init(void)
{
    struct addrinfo *a = NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    /* Modules of the name service are loaded by the first question; in the sandbox they could not be. */
    if (getaddrinfo("localhost", NULL, NULL, &a) == 0)
        freeaddrinfo(a);
    return 0;
}

static const char *after_scheme(const char *url)
{
    static const char *const schemes[] = {"https://", "http://", "file:///"};
    for (size_t i = 0; i < array_len(schemes); i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return url + strlen(schemes[i]);
    return NULL;
}

int feed_url_check(const char *url)
{
    const char *rest = after_scheme(url);
    if (!rest || !*rest || *rest == '/' || strlen(url) >= FEED_URL_MAX)
        return -EINVAL;
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= 0x20 || (unsigned char)*p == 0x7f)
            return -EINVAL;
    return 0;
}

void feed_url_shown(const char *url, char *ret_text, size_t max)
{
    const char *rest = after_scheme(url);
    const char *end = rest ? rest + strcspn(rest, "/?#") : NULL;
    const char *at = rest ? memrchr(rest, '@', (size_t)(end - rest)) : NULL;
    snprintf(ret_text, max, "%.*s%s", at ? (int)(rest - url) : 0, url, at ? at + 1 : url);
}

static size_t on_octets(char *octets, size_t size, size_t count, void *self)
{
    struct fetch *f = self;
    size_t left = size * count;
    f->result->octets += left;
    if (f->result->octets > f->settings->octets_max) {
        f->error = -EFBIG;
        return 0;
    }
    while (left > 0) {
        ssize_t n = write(f->fd, octets, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            f->error = -errno;
            return 0;
        }
        octets += n;
        left -= (size_t)n;
    }
    return size * count;
}

/* The value of a header that fits; an overlong one says nothing. */
static void take_header(const char *line, size_t len, const char *name, char *to)
{
    size_t n = strlen(name);
    if (len <= n || strncasecmp(line, name, n) != 0)
        return;
    line += n;
    len -= n;
    while (len > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        len--;
    }
    while (len > 0 && (unsigned char)line[len - 1] <= 0x20)
        len--;
    to[0] = '\0';
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || len >= FEED_TAG_MAX)
            return;
    memcpy(to, line, len);
    to[len] = '\0';
}

static size_t on_header(char *line, size_t size, size_t count, void *self)
{
    struct fetch *f = self;
    size_t len = size * count;
    if (len > 5 && strncasecmp(line, "HTTP/", 5) == 0) /* of the next answer, behind a redirect */
        f->result->tags = (struct feed_tags){0};
    take_header(line, len, "etag:", f->result->tags.etag);
    take_header(line, len, "last-modified:", f->result->tags.last_modified);
    return len;
}

static int on_progress(void *self, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    struct fetch *f = self;
    (void)total, (void)now, (void)up_total, (void)up_now;
    return atomic_load(f->stop) ? 1 : 0;
}

static struct curl_slist *conditions(const struct feed_tags *tags, bool *ret_failed)
{
    struct curl_slist *list = NULL;
    char line[FEED_TAG_MAX + 32];
    *ret_failed = false;
    if (tags->etag[0]) {
        snprintf(line, sizeof line, "If-None-Match: %s", tags->etag);
        list = curl_slist_append(list, line);
        *ret_failed |= !list;
    }
    if (tags->last_modified[0]) {
        snprintf(line, sizeof line, "If-Modified-Since: %s", tags->last_modified);
        struct curl_slist *longer = curl_slist_append(list, line);
        *ret_failed |= !longer;
        list = longer ? longer : list;
    }
    return list;
}

static CURLcode set_options(CURL *c, struct fetch *f, const char *url, struct curl_slist *headers)
{
    CURLcode e = feed_curl_setup(c, f->settings, url, true);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_octets);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_HEADERDATA, f);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_XFERINFODATA, f);
    return e;
}

/* Tells what went wrong. */
static int failure(CURLcode code, const struct fetch *f, const char *curls_text, char *ret_error)
{
    if (atomic_load(f->stop)) {
        snprintf(ret_error, FEED_ERROR_MAX, "%s", _("given up: the node ends"));
        return -ECANCELED;
    }
    if (f->error == -EFBIG) {
        snprintf(ret_error, FEED_ERROR_MAX, _("larger than %llu MiB (fetch: size_max_mib)"),
                 (unsigned long long)(f->settings->octets_max >> 20));
        return -EFBIG;
    }
    if (f->error < 0) {
        snprintf(ret_error, FEED_ERROR_MAX, "%s", strerror(-f->error));
        return f->error;
    }
    if (code == CURLE_HTTP_RETURNED_ERROR)
        snprintf(ret_error, FEED_ERROR_MAX, _("the server answered with status %ld"), f->result->status);
    else if (code == CURLE_UNSUPPORTED_PROTOCOL)
        snprintf(ret_error, FEED_ERROR_MAX, "%s", _("redirected to a protocol that is not allowed"));
    else
        snprintf(ret_error, FEED_ERROR_MAX, "%s", curls_text[0] ? curls_text : curl_easy_strerror(code));
    return code == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EREMOTEIO;
}

static void take_answer(CURL *c, struct fetch *f, const struct feed_tags *tags)
{
    curl_off_t retry_s = 0;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &f->result->status);
    curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &retry_s);
    f->result->retry_s = retry_s < 0 ? 0 : retry_s > RETRY_MAX_S ? RETRY_MAX_S : (uint32_t)retry_s;
    f->result->unchanged = f->result->status == 304;
    if (f->result->unchanged)
        f->result->tags = *tags;
}

int feed_url_fetch(const char *url, const struct feed_settings *settings, const struct feed_tags *tags, int fd,
                   const atomic_bool *stop, struct feed_url_result *ret_result, char *ret_error)
{
    char text[CURL_ERROR_SIZE] = "";
    bool failed;
    struct fetch f = {.settings = settings, .stop = stop, .fd = fd, .result = ret_result};
    *ret_result = (struct feed_url_result){0};
    struct curl_slist *headers = conditions(tags, &failed);
    CURL *c = failed ? NULL : curl_easy_init();
    int e = 0;
    if (!c || set_options(c, &f, url, headers) != CURLE_OK ||
        curl_easy_setopt(c, CURLOPT_ERRORBUFFER, text) != CURLE_OK) {
        snprintf(ret_error, FEED_ERROR_MAX, "%s", strerror(ENOMEM));
        e = -ENOMEM;
    } else {
        CURLcode code = curl_easy_perform(c);
        take_answer(c, &f, tags);
        if (code != CURLE_OK)
            e = failure(code, &f, text, ret_error);
    }
    curl_easy_cleanup(c);
    curl_slist_free_all(headers);
    return e;
}
