/* Loads the API over HTTPS: event streams that stay open (every fiftieth with the live log), and requests at a rate over connections that do, each with one of several keys.
 *
 *   web_bench BASE KEYS STREAMS RATE SECONDS TARGET...     KEYS: a file with a key a line; TARGET: paths, asked in turn
 *
 * Prints one JSON line: requests, failures, what was reached a second, latency percentiles in microseconds, streams open and their octets.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { STREAMS_MAX = 2000, KEYS_MAX = 64, REQUESTS_AT_ONCE = 48, LATENCIES_MAX = 4 << 20 };

struct asker {
    CURL *curl;
    uint64_t start_ns;
    bool is_busy, is_stream;
};

static struct asker streams[STREAMS_MAX], askers[REQUESTS_AT_ONCE];
static struct curl_slist *keys[KEYS_MAX];
static unsigned key_count;
static uint64_t stream_octets, done, failed, streams_ended;
static uint32_t *latencies;

static size_t count_octets(char *octets, size_t size, size_t n, void *self)
{
    (void)octets;
    if (self)
        stream_octets += size * n;
    return size * n;
}

static void read_keys(const char *path)
{
    char line[256], header[300];
    FILE *f = fopen(path, "r");
    while (f && key_count < KEYS_MAX && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = '\0';
        snprintf(header, sizeof header, "Authorization: Bearer %s", line);
        keys[key_count++] = curl_slist_append(NULL, header);
    }
    if (f)
        fclose(f);
}

static CURL *make(struct asker *a, unsigned key, bool is_stream)
{
    CURL *c = curl_easy_init();
    curl_easy_setopt(c, CURLOPT_CAINFO, NULL); /* else all of the system's are read for each connection */
    curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, keys[key % key_count]);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, count_octets);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, is_stream ? a : NULL);
    curl_easy_setopt(c, CURLOPT_PRIVATE, a);
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, is_stream ? 0L : 30L);
    a->curl = c;
    a->is_stream = is_stream;
    return c;
}

static void ask(CURLM *multi, struct asker *a, const char *base, const char *target)
{
    char url[1024];
    snprintf(url, sizeof url, "%s%s", base, target);
    curl_easy_setopt(a->curl, CURLOPT_URL, url);
    a->start_ns = clock_mono_ns();
    a->is_busy = true;
    curl_multi_add_handle(multi, a->curl);
}

static void take_done(CURLM *multi)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(multi, &left))) {
        struct asker *a;
        long status = 0;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&a);
        curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        curl_multi_remove_handle(multi, m->easy_handle);
        a->is_busy = false;
        if (a->is_stream) {
            streams_ended++;
            continue;
        }
        if (m->data.result != CURLE_OK || status != 200)
            failed++;
        else if (done < LATENCIES_MAX)
            latencies[done++] = (uint32_t)((clock_mono_ns() - a->start_ns) / 1000);
    }
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static unsigned at(double share)
{
    return done ? latencies[(size_t)((double)(done - 1) * share)] : 0;
}

/* In turn: a key may ask so many a second, and they are to be used alike. */
static struct asker *find_free(void)
{
    static unsigned last;
    for (unsigned i = 0; i < REQUESTS_AT_ONCE; i++) {
        last = (last + 1) % REQUESTS_AT_ONCE;
        if (!askers[last].is_busy)
            return &askers[last];
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 7) {
        fprintf(stderr, "usage: web_bench BASE KEYS STREAMS RATE SECONDS TARGET...\n");
        return 2;
    }
    unsigned stream_count = (unsigned)strtoul(argv[3], NULL, 10), rate = (unsigned)strtoul(argv[4], NULL, 10), targets = (unsigned)argc - 6;
    double seconds = strtod(argv[5], NULL);
    read_keys(argv[2]);
    latencies = malloc(LATENCIES_MAX * sizeof *latencies);
    if (key_count == 0 || stream_count > STREAMS_MAX || !latencies)
        return 2;
    curl_global_init(CURL_GLOBAL_ALL);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)(STREAMS_MAX + REQUESTS_AT_ONCE));
    for (unsigned i = 0; i < REQUESTS_AT_ONCE; i++)
        make(&askers[i], i, false);
    unsigned opened = 0;
    uint64_t start = clock_mono_ns(), asked = 0;
    int running = 0;
    /* Streams first, some at a time: that many handshakes at once would be another test. */
    while (opened < stream_count || clock_mono_ns() - start < 2000000000u) {
        for (unsigned n = 0; n < 8 && opened < stream_count; n++, opened++) {
            make(&streams[opened], opened, true);
            ask(multi, &streams[opened], argv[1], opened % 50 == 0 ? "/api/v1/events?status=true&log=true" : "/api/v1/events?status=true");
        }
        curl_multi_perform(multi, &running);
        curl_multi_poll(multi, NULL, 0, 20, NULL);
        take_done(multi);
    }
    stream_octets = 0;
    start = clock_mono_ns();
    while ((double)(clock_mono_ns() - start) / 1e9 < seconds) {
        uint64_t due = (uint64_t)((double)(clock_mono_ns() - start) / 1e9 * rate);
        struct asker *a;
        while (asked < due && (a = find_free())) {
            ask(multi, a, argv[1], argv[6 + asked % targets]);
            asked++;
        }
        curl_multi_perform(multi, &running);
        take_done(multi);
        curl_multi_poll(multi, NULL, 0, 1, NULL);
    }
    double took = (double)(clock_mono_ns() - start) / 1e9;
    qsort(latencies, done, sizeof *latencies, by_size);
    printf("{\"requests\":%llu,\"failed\":%llu,\"per_second\":%.0f,\"p50_us\":%u,\"p90_us\":%u,\"p99_us\":%u,\"streams\":%u,\"streams_ended\":%llu,"
           "\"stream_octets_per_second\":%.0f}\n",
           (unsigned long long)done, (unsigned long long)failed, (double)done / took, at(0.5), at(0.9), at(0.99), opened,
           (unsigned long long)streams_ended, (double)stream_octets / took);
    return failed > 0 || streams_ended > 0;
}
