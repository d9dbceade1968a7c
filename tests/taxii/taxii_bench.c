/* Measures the TAXII server: fills its store, then reads pages and posts envelopes over HTTPS with connections that stay open.
 *
 *   taxii_bench fill FILE COLLECTION COUNT          indicators of about 560 octets, in batches of 1000, as the hub writes them
 *   taxii_bench get URL TOKEN LIMIT COUNT [PARALLEL] pages by `next` until so many objects have come (each of the connections)
 *   taxii_bench post URL TOKEN BATCH COUNT FIRST [PARALLEL]
 *
 * URL is that of a collection. Prints objects a second and how many came.
 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/exchange.h"

enum { OBJECT_MAX = 1024, FILL_BATCH = 1000, PARALLEL_MAX = 16, BODY_MAX = 32 << 20 };

static size_t format_object(unsigned long number, char *id, char *to)
{
    unsigned long x = number * 0x9e3779b97f4a7c15ul; /* identifiers are random in life, and so for the index */
    snprintf(id, 64, "indicator--%08lx-%04lx-4%03lx-8%03lx-%012lx", x >> 32, x >> 16 & 0xffff, x & 0xfff, number >> 20 & 0xfff,
             x * 31 & 0xfffffffffffful);
    return (size_t)snprintf(to, OBJECT_MAX,
                            "{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"%s\",\"created\":\"2026-01-01T00:00:00.000Z\","
                            "\"modified\":\"2026-01-01T00:00:00.000Z\",\"name\":\"Phishing host of campaign %lu\",\"indicator_types\":"
                            "[\"malicious-activity\"],\"pattern\":\"[domain-name:value = 'h%lu.login.example.com']\",\"pattern_type\":"
                            "\"stix\",\"valid_from\":\"2026-01-01T00:00:00Z\",\"confidence\":80,\"object_marking_refs\":"
                            "[\"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\"]}",
                            id, number % 1000, number);
}

static int fail(const char *what)
{
    fprintf(stderr, "taxii_bench: %s\n", what);
    return 1;
}

static int fill(const char *path, const char *name, unsigned long count)
{
    static char ids[FILL_BATCH][64], octets[FILL_BATCH][OBJECT_MAX];
    static struct exchange_object objects[FILL_BATCH];
    struct exchange *e;
    struct exchange_collection c;
    if (exchange_open(path, &e) < 0 || exchange_collection_put(e, name, name, EXCHANGE_OBJECTS_DEFAULT, EXCHANGE_OCTETS_DEFAULT, &c) < 0)
        return fail("the store cannot be opened");
    uint64_t start = clock_mono_ns(), last = start;
    unsigned long first = (unsigned long)c.objects;
    for (unsigned long n = 0; n < count; n += FILL_BATCH) {
        for (unsigned i = 0; i < FILL_BATCH; i++) {
            size_t len = format_object(first + n + i, ids[i], octets[i]);
            objects[i] = (struct exchange_object){.id = ids[i], .spec_version = "2.1", .version_us = INT64_C(1767225600000000),
                                                  .octets = (const uint8_t *)octets[i], .len = len};
        }
        size_t added;
        int r = exchange_put_all(e, c.number, objects, FILL_BATCH, clock_wall_us(), &added);
        if (r < 0 || added != FILL_BATCH)
            return fail(r < 0 ? exchange_error_of(r) : "objects that were there already");
        if ((n + FILL_BATCH) % 1000000 == 0) {
            uint64_t now = clock_mono_ns();
            printf("%lu objects, the last million at %.0f/s\n", n + FILL_BATCH, 1e6 / ((double)(now - last) / 1e9));
            fflush(stdout);
            last = now;
        }
    }
    printf("filled %lu objects at %.0f/s\n", count, (double)count / ((double)(clock_mono_ns() - start) / 1e9));
    exchange_close(e);
    return 0;
}

/* ---- over HTTPS ---- */

struct answer {
    char *text;
    size_t len;
};

static size_t take(char *octets, size_t size, size_t count, void *self)
{
    struct answer *a = self;
    if (a->len + size * count >= BODY_MAX)
        return 0;
    memcpy(a->text + a->len, octets, size * count);
    a->len += size * count;
    return size * count;
}

struct job {
    const char *url, *token;
    unsigned long limit, count, first, done;
    bool is_post;
    pthread_t thread;
};

static CURL *connect_to(const struct job *j, struct answer *a, struct curl_slist **headers)
{
    char bearer[600];
    CURL *c = curl_easy_init();
    snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", j->token);
    *headers = curl_slist_append(NULL, bearer);
    *headers = curl_slist_append(*headers, "Accept: application/taxii+json;version=2.1");
    if (j->is_post) {
        *headers = curl_slist_append(*headers, "Content-Type: application/taxii+json;version=2.1");
        *headers = curl_slist_append(*headers, "Expect:");
    }
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, *headers);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, 120L);
    curl_easy_setopt(c, CURLOPT_BUFFERSIZE, 256L * 1024);
    return c;
}

/* The octets of our objects hold `"type":"indicator"` once each. */
static unsigned long objects_in(const struct answer *a)
{
    static const char mark[] = "\"type\":\"indicator\"";
    unsigned long n = 0;
    const char *at = a->text, *end = a->text + a->len;
    while ((at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1)) != NULL) {
        n++;
        at += sizeof mark;
    }
    return n;
}

static bool ask(CURL *c, const char *url, struct answer *a, long wanted)
{
    long status = 0;
    a->len = 0;
    curl_easy_setopt(c, CURLOPT_URL, url);
    CURLcode e = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    a->text[a->len] = '\0';
    if (e == CURLE_OK && status == wanted)
        return true;
    fprintf(stderr, "taxii_bench: %s: status %ld, %s\n%.300s\n", url, status, curl_easy_strerror(e), a->text);
    return false;
}

static void get_pages(struct job *j, CURL *c, struct answer *a)
{
    char url[1024], next[64] = "";
    while (j->done < j->count) {
        snprintf(url, sizeof url, "%sobjects/?limit=%lu%s%s", j->url, j->limit, next[0] ? "&next=" : "", next);
        if (!ask(c, url, a, 200))
            return;
        j->done += objects_in(a);
        static const char mark[] = "\"next\":\"";
        const char *tail = a->len > 100 ? a->text + a->len - 100 : a->text, *at = strstr(tail, mark);
        if (!at)
            return;
        snprintf(next, sizeof next, "%.32s", at + sizeof mark - 1);
    }
}

static void post_envelopes(struct job *j, CURL *c, struct answer *a)
{
    char url[1024], id[64], object[OBJECT_MAX];
    char *body = malloc(j->limit * OBJECT_MAX + 64);
    snprintf(url, sizeof url, "%sobjects/", j->url);
    while (body && j->done < j->count) {
        size_t len = (size_t)sprintf(body, "{\"objects\":[");
        for (unsigned long i = 0; i < j->limit; i++) {
            size_t n = format_object(j->first + j->done + i, id, object);
            if (i > 0)
                body[len++] = ',';
            memcpy(body + len, object, n);
            len += n;
        }
        len += (size_t)sprintf(body + len, "]}");
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
        if (!ask(c, url, a, 202) || !strstr(a->text, "\"failure_count\":0"))
            break;
        j->done += j->limit;
    }
    free(body);
}

static void *run_job(void *self)
{
    struct job *j = self;
    struct answer a = {.text = malloc(BODY_MAX + 1)};
    struct curl_slist *headers = NULL;
    CURL *c = connect_to(j, &a, &headers);
    if (c && a.text) {
        if (j->is_post)
            post_envelopes(j, c, &a);
        else
            get_pages(j, c, &a);
    }
    curl_easy_cleanup(c);
    curl_slist_free_all(headers);
    free(a.text);
    return NULL;
}

static int over_https(struct job job, unsigned parallel)
{
    struct job jobs[PARALLEL_MAX];
    unsigned long done = 0;
    if (parallel < 1 || parallel > PARALLEL_MAX || job.limit < 1)
        return fail("1 to 16 connections, limit from 1");
    uint64_t start = clock_mono_ns();
    for (unsigned i = 0; i < parallel; i++) {
        jobs[i] = job;
        jobs[i].first = job.first + i * job.count;
        if (pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) != 0)
            return fail("no thread");
    }
    for (unsigned i = 0; i < parallel; i++) {
        pthread_join(jobs[i].thread, NULL);
        done += jobs[i].done;
    }
    double seconds = (double)(clock_mono_ns() - start) / 1e9;
    printf("%s %lu objects, %lu at once, %u connections: %.0f objects/s\n", job.is_post ? "posted" : "got", done, job.limit, parallel,
           (double)done / seconds);
    return done < job.count * parallel;
}

static unsigned long number(int argc, char **argv, int at, unsigned long otherwise)
{
    return at < argc ? strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (argc >= 5 && strcmp(argv[1], "fill") == 0)
        return fill(argv[2], argv[3], number(argc, argv, 4, 0));
    if (argc >= 6 && strcmp(argv[1], "get") == 0)
        return over_https((struct job){.url = argv[2], .token = argv[3], .limit = number(argc, argv, 4, 1000), .count = number(argc, argv, 5, 0)},
                          (unsigned)number(argc, argv, 6, 1));
    if (argc >= 7 && strcmp(argv[1], "post") == 0)
        return over_https((struct job){.url = argv[2], .token = argv[3], .limit = number(argc, argv, 4, 1000), .count = number(argc, argv, 5, 0),
                                       .first = number(argc, argv, 6, 0), .is_post = true},
                          (unsigned)number(argc, argv, 7, 1));
    return fail("fill FILE COLLECTION COUNT | get URL TOKEN LIMIT COUNT [PARALLEL] | post URL TOKEN BATCH COUNT FIRST [PARALLEL]");
}
