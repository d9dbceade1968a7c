/* Talks to a TAXII server with libcurl. */
#include "share/feed/taxii_client.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "proto/taxii/request.h"
#include "share/feed/curl_setup.h"

enum { PAGE_S = 120 /* one page or post */, RETRY_MAX_S = 86400, LINE_MAX_OCTETS = FEED_TAXII_SECRET_MAX + 64 };
#define MEDIA "application/taxii+json;version=2.1"

struct feed_taxii {
    const struct feed *feed;
    const struct feed_settings *settings;
    CURL *curl;
    char secret[FEED_TAXII_SECRET_MAX];
    char root[FEED_URL_MAX];             /* URL of the API root, with a slash at its end; empty: not found yet */
    char read_id[TAXII_ANSWER_ID_MAX];   /* of the collection; empty: not found yet */
    char write_id[TAXII_ANSWER_ID_MAX];
    uint8_t answer[TAXII_ANSWER_OCTETS_MAX];
    size_t answer_len;
};

/* One request. */
struct asking {
    struct feed_taxii *t;
    const atomic_bool *stop;
    struct feed_taxii_result *result;
    char *error_text;
    int fd;                          /* of a page; -1: the answer goes to t->answer */
    struct taxii_envelope *envelope; /* of a page */
    uint64_t octets;
    int error;
    char media[128], last[FEED_TAXII_TIME_MAX];
};

/* ---- what comes ---- */

static int write_all(int fd, const char *octets, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, octets, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        octets += n;
        len -= (size_t)n;
    }
    return 0;
}

static size_t on_octets(char *octets, size_t size, size_t count, void *self)
{
    struct asking *a = self;
    size_t len = size * count;
    uint64_t most = a->fd < 0 ? TAXII_ANSWER_OCTETS_MAX : FEED_TAXII_PAGE_OCTETS;
    if (a->fd >= 0 && most > a->t->settings->octets_max)
        most = a->t->settings->octets_max;
    a->octets += len;
    if (a->octets > most) {
        a->error = -EFBIG;
    } else if (a->fd < 0) {
        memcpy(a->t->answer + a->t->answer_len, octets, len);
        a->t->answer_len += len;
    } else {
        a->error = taxii_envelope_feed(a->envelope, octets, len);
        if (a->error == 0)
            a->error = write_all(a->fd, octets, len);
    }
    return a->error == 0 ? len : 0;
}

/* The value of a header that fits into `max` and is printable; else it is as if it were not there. */
static void take_header(const char *line, size_t len, const char *name, char *to, size_t max)
{
    size_t n = strlen(name);
    if (len <= n || strncasecmp(line, name, n) != 0)
        return;
    for (line += n, len -= n; len > 0 && (*line == ' ' || *line == '\t'); line++)
        len--;
    while (len > 0 && (unsigned char)line[len - 1] <= 0x20)
        len--;
    to[0] = '\0';
    if (len >= max)
        return;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || (unsigned char)line[i] >= 0x7f)
            return;
    memcpy(to, line, len);
    to[len] = '\0';
}

static size_t on_header(char *line, size_t size, size_t count, void *self)
{
    struct asking *a = self;
    take_header(line, size * count, "content-type:", a->media, sizeof a->media);
    take_header(line, size * count, "x-taxii-date-added-last:", a->last, sizeof a->last);
    return size * count;
}

static int on_progress(void *self, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    const struct asking *a = self;
    (void)total, (void)now, (void)up_total, (void)up_now;
    return atomic_load(a->stop) ? 1 : 0;
}

/* ---- what is asked ---- */

/* A pin says more than any authority: whoever has that key is the one. */
static CURLcode set_trust(CURL *c, const struct feed *f)
{
    char pin[FEED_PIN_MAX + 16];
    CURLcode e = CURLE_OK;
    if (f->pin[0]) {
        snprintf(pin, sizeof pin, "sha256//%s", f->pin);
        e = curl_easy_setopt(c, CURLOPT_PINNEDPUBLICKEY, pin);
        if (e == CURLE_OK)
            e = curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
        if (e == CURLE_OK)
            e = curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    } else if (f->ca_file[0]) {
        e = curl_easy_setopt(c, CURLOPT_CAINFO, f->ca_file);
    }
    if (e == CURLE_OK && f->certificate[0])
        e = curl_easy_setopt(c, CURLOPT_SSLCERT, f->certificate);
    if (e == CURLE_OK && f->certificate[0])
        e = curl_easy_setopt(c, CURLOPT_SSLKEY, f->private_key);
    return e;
}

static CURLcode set_password(CURL *c, const struct feed_taxii *t)
{
    if (t->feed->access != FEED_PASSWORD)
        return CURLE_OK;
    CURLcode e = curl_easy_setopt(c, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_USERNAME, t->feed->user);
    return e == CURLE_OK ? curl_easy_setopt(c, CURLOPT_PASSWORD, t->secret) : e;
}

static CURLcode set_calls(CURL *c, struct asking *a)
{
    CURLcode e = curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_octets);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_HEADERDATA, a);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    if (e == CURLE_OK)
        e = curl_easy_setopt(c, CURLOPT_XFERINFODATA, a);
    return e;
}

static CURLcode set_post(CURL *c, const char *post, size_t len)
{
    if (!post)
        return CURLE_OK;
    CURLcode e = curl_easy_setopt(c, CURLOPT_POSTFIELDS, post);
    return e == CURLE_OK ? curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)len) : e;
}

static struct curl_slist *make_headers(const struct feed_taxii *t, bool posts)
{
    char line[LINE_MAX_OCTETS];
    const char *lines[4] = {"Accept: " MEDIA};
    unsigned count = 1;
    if (posts) {
        lines[count++] = "Content-Type: " MEDIA;
        lines[count++] = "Expect:";
    }
    if (t->feed->access == FEED_TOKEN) {
        snprintf(line, sizeof line, "Authorization: Bearer %s", t->secret);
        lines[count++] = line;
    }
    struct curl_slist *list = NULL;
    for (unsigned i = 0; i < count; i++) {
        struct curl_slist *longer = curl_slist_append(list, lines[i]);
        if (!longer) {
            curl_slist_free_all(list);
            list = NULL;
            break;
        }
        list = longer;
    }
    sodium_memzero(line, sizeof line);
    return list;
}

static void say(struct asking *a, const char *text)
{
    snprintf(a->error_text, FEED_ERROR_MAX, "%s", text);
}

static void say_media(struct asking *a)
{
    snprintf(a->error_text, FEED_ERROR_MAX, _("the answer is \"%.80s\" and not %s"), a->media, MEDIA);
}

static int failure(struct asking *a, CURLcode code, const char *curls_text)
{
    if (atomic_load(a->stop)) {
        say(a, _("given up: the node ends"));
        return -ECANCELED;
    }
    if (a->error == -EFBIG)
        say(a, _("a page of this server is too large"));
    else if (a->error == -EBADMSG && taxii_content_type_check(a->media) != TAXII_OK) /* a page for people, of a proxy perhaps */
        say_media(a);
    else if (a->error == -EBADMSG)
        say(a, _("the answer is no envelope of TAXII 2.1"));
    else if (a->error < 0)
        say(a, strerror(-a->error));
    if (a->error < 0)
        return a->error;
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        say(a, _("the server's key is not that of pin_sha256: compare it with the pin that the server logs when it starts"));
    else if (code == CURLE_HTTP_RETURNED_ERROR && (a->result->status == 401 || a->result->status == 403))
        snprintf(a->error_text, FEED_ERROR_MAX, _("the server answered with status %ld: it does not accept our token, password or certificate"),
                 a->result->status);
    else if (code == CURLE_HTTP_RETURNED_ERROR)
        snprintf(a->error_text, FEED_ERROR_MAX, _("the server answered with status %ld"), a->result->status);
    else
        say(a, curls_text[0] ? curls_text : curl_easy_strerror(code));
    return code == CURLE_OPERATION_TIMEDOUT ? -ETIMEDOUT : -EREMOTEIO;
}

static int judge_answer(struct asking *a, CURLcode code, const char *curls_text)
{
    curl_off_t retry_s = 0;
    curl_easy_getinfo(a->t->curl, CURLINFO_RESPONSE_CODE, &a->result->status);
    curl_easy_getinfo(a->t->curl, CURLINFO_RETRY_AFTER, &retry_s);
    a->result->retry_s = retry_s < 0 ? 0 : retry_s > RETRY_MAX_S ? RETRY_MAX_S : (uint32_t)retry_s;
    if (code != CURLE_OK)
        return failure(a, code, curls_text);
    if (a->result->status / 100 != 2) { /* a redirect, which is not followed */
        snprintf(a->error_text, FEED_ERROR_MAX, _("the server answered with status %ld"), a->result->status);
        return -EREMOTEIO;
    }
    if (taxii_content_type_check(a->media[0] ? a->media : NULL) != TAXII_OK) {
        say_media(a);
        return -EBADMSG;
    }
    return 0;
}

/* fd -1: the answer is in t->answer. */
static int request(struct asking *a, const char *url, const char *post, size_t len)
{
    struct feed_taxii *t = a->t;
    char text[CURL_ERROR_SIZE] = "";
    t->answer_len = 0;
    a->media[0] = a->last[0] = '\0';
    a->octets = 0;
    a->error = 0;
    curl_easy_reset(t->curl); /* the connection stays */
    struct curl_slist *headers = make_headers(t, post != NULL);
    CURLcode e = headers ? feed_curl_setup(t->curl, t->settings, url, false) : CURLE_OUT_OF_MEMORY;
    if (e == CURLE_OK)
        e = curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, headers);
    if (e == CURLE_OK)
        e = curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "https");
    if (e == CURLE_OK)
        e = curl_easy_setopt(t->curl, CURLOPT_TIMEOUT, (long)PAGE_S);
    if (e == CURLE_OK)
        e = curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, text);
    if (e == CURLE_OK)
        e = set_trust(t->curl, t->feed);
    if (e == CURLE_OK)
        e = set_password(t->curl, t);
    if (e == CURLE_OK)
        e = set_calls(t->curl, a);
    if (e == CURLE_OK)
        e = set_post(t->curl, post, len);
    int r = e != CURLE_OK ? failure(a, e, text) : judge_answer(a, curl_easy_perform(t->curl), text);
    curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    return r;
}

/* ---- finding the collection ---- */

static void end_with_slash(char *url, size_t max)
{
    size_t len = strlen(url);
    if (len > 0 && len + 1 < max && url[len - 1] != '/')
        memcpy(url + len, "/", 2);
}

/* "https://host:port" of the feed. */
static size_t origin_len(const char *url)
{
    size_t scheme = strlen("https://");
    return scheme + strcspn(url + scheme, "/?#");
}

/* What a server says of its API root: a path, or a URL of the same host. */
static int take_root(struct asking *a, const char *said)
{
    struct feed_taxii *t = a->t;
    size_t origin = origin_len(t->feed->url);
    int n;
    if (said[0] == '/' && said[1] != '/')
        n = snprintf(t->root, sizeof t->root, "%.*s%s", (int)origin, t->feed->url, said);
    else if (strncasecmp(said, t->feed->url, origin) == 0 && said[origin] == '/')
        n = snprintf(t->root, sizeof t->root, "%s", said);
    else
        n = -1;
    if (n < 0 || (size_t)n + 1 >= sizeof t->root || strpbrk(t->root, "?#")) {
        t->root[0] = '\0';
        say(a, _("the API root that the server offers is of another host: give the URL of the API root itself"));
        return -EBADMSG;
    }
    end_with_slash(t->root, sizeof t->root);
    return 0;
}

/* `url` is that of a collection: the root stands before "collections/". */
static int split_collection(struct asking *a)
{
    struct feed_taxii *t = a->t;
    static const char word[] = "/collections/";
    const char *at = strstr(t->feed->url, word);
    const char *id = at ? at + strlen(word) : "";
    size_t len = strcspn(id, "/");
    if (len == 0 || len >= sizeof t->read_id) {
        say(a, _("the URL is not that of a collection: give it, or the collection's alias beside that of the server"));
        return -EINVAL;
    }
    snprintf(t->root, sizeof t->root, "%.*s/", (int)(at - t->feed->url), t->feed->url);
    snprintf(t->read_id, sizeof t->read_id, "%.*s", (int)len, id);
    return 0;
}

static int find_root(struct asking *a)
{
    struct feed_taxii *t = a->t;
    char url[FEED_URL_MAX + 16], said[TAXII_ANSWER_URL_MAX] = "";
    size_t origin = origin_len(t->feed->url);
    const char *path = t->feed->url + origin;
    snprintf(url, sizeof url, "%s%s", t->feed->url, *path == '\0' ? "/taxii2/" : strcmp(path, "/") == 0 ? "taxii2/" : "");
    end_with_slash(url, sizeof url);
    int e = request(a, url, NULL, 0);
    if (e == 0 && taxii_answer_root(t->answer, t->answer_len, said) < 0) {
        say(a, _("the answer is neither of a discovery nor of an API root"));
        e = -EBADMSG;
    }
    return e < 0 ? e : take_root(a, said[0] ? said : url);
}

static int list_collections(struct asking *a)
{
    char url[FEED_URL_MAX + 16];
    snprintf(url, sizeof url, "%scollections/", a->t->root);
    return request(a, url, NULL, 0);
}

static int find_collection(struct asking *a)
{
    struct feed_taxii *t = a->t;
    struct taxii_answer_collection found;
    if (t->read_id[0])
        return 0;
    if (!t->feed->collection[0])
        return split_collection(a);
    int e = find_root(a);
    if (e == 0)
        e = list_collections(a);
    if (e < 0)
        return e;
    e = taxii_answer_find(t->answer, t->answer_len, t->feed->collection, &found);
    if (e < 0) {
        say(a, e == -ENOENT ? _("the server shows us no collection of that alias, title or identifier that may be read")
                            : _("the answer is no list of collections"));
        return e;
    }
    snprintf(t->read_id, sizeof t->read_id, "%s", found.id);
    return 0;
}

static int find_writable(struct asking *a)
{
    struct feed_taxii *t = a->t;
    struct taxii_answer_collection found;
    if (t->write_id[0])
        return 0;
    int e = list_collections(a);
    if (e < 0)
        return e;
    e = taxii_answer_find_writable(t->answer, t->answer_len, t->read_id, &found);
    if (e < 0) {
        say(a, _("the server shows us no collection in which what is told back would go: may we send there?"));
        return e;
    }
    snprintf(t->write_id, sizeof t->write_id, "%s", found.id);
    return 0;
}

/* ---- pages ---- */

static int page_url(const struct feed_taxii *t, const struct feed_taxii_position *p, char *url, size_t max)
{
    char *after = curl_easy_escape(t->curl, p->added_after, 0), *next = curl_easy_escape(t->curl, p->next, 0);
    int n = !after || !next ? -1
                            : snprintf(url, max, "%scollections/%s/objects/?limit=%d%s%s%s%s", t->root, t->read_id, FEED_TAXII_PAGE_OBJECTS,
                                       *after ? "&added_after=" : "", after, *next ? "&next=" : "", next);
    curl_free(after);
    curl_free(next);
    return n < 0 ? -ENOMEM : (size_t)n >= max ? -EMSGSIZE : 0;
}

static int ask_page(struct asking *a, const struct feed_taxii_position *p, struct taxii_envelope_end *ret_end)
{
    char url[FEED_URL_MAX + 3 * (TAXII_ANSWER_NEXT_MAX + FEED_TAXII_TIME_MAX) + 128];
    int e = page_url(a->t, p, url, sizeof url);
    a->envelope = e == 0 ? taxii_envelope_new() : NULL;
    if (e == 0 && !a->envelope)
        e = -ENOMEM;
    if (e < 0)
        say(a, strerror(-e));
    else
        e = request(a, url, NULL, 0);
    if (e == 0 && taxii_envelope_finish(a->envelope, ret_end) < 0) {
        say(a, _("the answer is no envelope of TAXII 2.1"));
        e = -EBADMSG;
    }
    taxii_envelope_free(a->envelope);
    a->envelope = NULL;
    return e;
}

/* Where to go on. -EBADMSG: the server says that there is more, but not where. */
static int advance(const struct feed_taxii_position *p, const struct taxii_envelope_end *end, const char *last, struct feed_taxii_position *ret)
{
    const char *reached = *last ? last : p->last[0] ? p->last : p->added_after;
    *ret = (struct feed_taxii_position){0};
    if (end->has_more && end->next[0]) {
        *ret = *p;
        snprintf(ret->next, sizeof ret->next, "%s", end->next);
        snprintf(ret->last, sizeof ret->last, "%s", *last ? last : p->last);
        return strcmp(ret->next, p->next) == 0 ? -EBADMSG : 0;
    }
    snprintf(ret->added_after, sizeof ret->added_after, "%s", reached);
    return end->has_more && strcmp(ret->added_after, p->added_after) == 0 ? -EBADMSG : 0;
}

int feed_taxii_fetch(struct feed_taxii *t, const struct feed_taxii_position *position, int fd, const atomic_bool *stop,
                     struct feed_taxii_result *ret_result, char *ret_error)
{
    struct asking a = {.t = t, .stop = stop, .result = ret_result, .error_text = ret_error, .fd = -1};
    struct taxii_envelope_end end = {0};
    struct feed_taxii_position at = *position;
    *ret_result = (struct feed_taxii_result){.position = *position};
    int e = find_collection(&a);
    if (e < 0)
        return e;
    a.fd = fd;
    e = ask_page(&a, &at, &end);
    /* A mark that the server does not know any more: from the last page that was taken. */
    if (e < 0 && at.next[0] && (ret_result->status == 400 || ret_result->status == 404 || ret_result->status == 410)) {
        if (at.last[0])
            snprintf(at.added_after, sizeof at.added_after, "%s", at.last);
        at.next[0] = at.last[0] = '\0';
        e = ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0 ? -errno : ask_page(&a, &at, &end);
    }
    if (e < 0) {
        if (ret_result->status == 404 && t->feed->collection[0])
            t->read_id[0] = '\0'; /* it may be another one now: looked for again next time */
        return e;
    }
    ret_result->objects = end.objects;
    ret_result->has_more = end.has_more;
    e = advance(&at, &end, a.last, &ret_result->position);
    if (e < 0)
        say(&a, _("the server says that there is more, but not where"));
    return e;
}

int feed_taxii_post(struct feed_taxii *t, const char *octets, size_t len, const atomic_bool *stop, struct feed_taxii_result *ret_result,
                    char *ret_error)
{
    struct asking a = {.t = t, .stop = stop, .result = ret_result, .error_text = ret_error, .fd = -1};
    char url[FEED_URL_MAX + 128];
    *ret_result = (struct feed_taxii_result){0};
    int e = find_collection(&a);
    if (e == 0)
        e = find_writable(&a);
    if (e < 0)
        return e;
    snprintf(url, sizeof url, "%scollections/%s/objects/", t->root, t->write_id);
    e = request(&a, url, octets, len);
    long status = ret_result->status;
    if (e < 0 && status == 404)
        t->write_id[0] = '\0';
    if (e < 0)
        return status == 400 || status == 413 || status == 422 ? -EINVAL : e;
    if (taxii_answer_status(t->answer, t->answer_len, &ret_result->failures) < 0)
        ret_result->failures = 0; /* taken, whatever its words are */
    return 0;
}

/* ---- making ---- */

struct feed_taxii *feed_taxii_new(const struct feed *feed, const struct feed_settings *settings, const char *secret)
{
    struct feed_taxii *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->feed = feed;
    t->settings = settings;
    snprintf(t->secret, sizeof t->secret, "%s", secret);
    t->curl = curl_easy_init();
    if (!t->curl) {
        free(t);
        return NULL;
    }
    return t;
}

void feed_taxii_free(struct feed_taxii *t)
{
    if (!t)
        return;
    curl_easy_cleanup(t->curl);
    sodium_memzero(t->secret, sizeof t->secret);
    free(t);
}
