/* How fast stored answers are looked back over: fills an engine with ROWS answers of 30 days and a tenth as many records of answers, then asks for
 * one name, for 16, and for 10,000; for addresses, and for prefixes.
 *
 *   build/tests/retro/look_back_bench FOLDER ROWS     (FOLDER empty: filled; with rows: asked)
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/dns_query.h"
#include "store/dns_rows.h"
#include "store/engine.h"
#include "store/pdns_rows.h"
#include "store/seen_query.h"

enum { DAYS = 30, NAMES = 3000000, COMMON = 20000, WANTED = 10000 };

static uint64_t state = 88172645463325252u;
static uint32_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

static void text_of(uint32_t n, char *text, size_t max)
{
    static const char *const tops[] = {"com", "net", "jp", "org", "info", "co.jp"};
    snprintf(text, max, "%s%u.host%u.%s", n % 3 ? "www" : "cdn", n % 7, n / 7, tops[n / 7 % 6]);
}

static uint8_t wire_of(const char *text, uint8_t *wire)
{
    uint8_t at = 0;
    while (*text) {
        size_t len = strcspn(text, ".");
        wire[at++] = (uint8_t)len;
        memcpy(wire + at, text, len);
        at += (uint8_t)len;
        text += len + (text[len] == '.');
    }
    wire[at++] = 0;
    return at;
}

static int give(struct engine *e, struct dns_rows *rows, struct native *block)
{
    int r = dns_rows_take(rows, block);
    return r < 0 ? r : engine_insert(e, "dns", block->bytes, block->len);
}

static int fill(struct engine *e, uint64_t count, int64_t now_us)
{
    struct dns_rows *rows;
    struct native block;
    int r = dns_rows_new(DNS_ROWS_MAX, DNS_ROWS_NAMES_MAX, &rows);
    native_init(&block, DNS_ROWS_BLOCK_MAX);
    for (uint64_t i = 0; r == 0 && i < count; i++) {
        char text[128];
        struct dns_observation o = {.time_us = now_us - (int64_t)((count - i) * (DAYS * INT64_C(86400000000) / count)), .qtype = 1};
        struct dns_row_labels labels = {.member = i % 3 ? "city-a" : "hospital-b", .group = "", .seq = i + 1};
        text_of(chance() % 10 < 7 ? chance() % COMMON : chance() % NAMES, text, sizeof text);
        o.name_len = wire_of(text, o.name);
        if (dns_rows_add(rows, &o, &labels) < 0) {
            r = give(e, rows, &block);
            i--;
        }
        if (i % 5000000 == 0)
            fprintf(stderr, "%" PRIu64 " rows\n", i);
    }
    if (r == 0)
        r = give(e, rows, &block);
    dns_rows_free(rows);
    native_done(&block);
    return r;
}

/* Where the records lead: eight million addresses of IPv4. */
static void address_of(uint32_t n, char *text, size_t max)
{
    n = n * 2654435761u % 8000000u;
    snprintf(text, max, "%u.%u.%u.%u", 20 + n % 32, n / 32 % 250, n / 8000 % 250, n / 2000000 + 1);
}

static int fill_records(struct engine *e, uint64_t count, int64_t now_us)
{
    struct pdns_rows *rows;
    struct native block;
    int r = pdns_rows_new(&rows);
    if (r < 0)
        return r;
    native_init(&block, PDNS_ROWS_BLOCK_MAX);
    for (uint64_t i = 0; r == 0 && i <= count; i++) {
        char text[128], data[16];
        uint32_t n = chance() % NAMES;
        struct answer_record a = {.time_us = now_us - (int64_t)((count - i) * (DAYS * INT64_C(86400000000) / count)), .type = 1, .ttl_s = 60};
        text_of(n, text, sizeof text);
        address_of(n, data, sizeof data);
        a.name_len = wire_of(text, a.name);
        if (i < count && pdns_rows_add(rows, &a, data, strlen(data)) == 0)
            continue;
        r = pdns_rows_take(rows, &block);
        if (r == 0)
            r = engine_insert(e, "pdns", block.bytes, block.len);
        i -= i < count; /* that one had no room */
    }
    pdns_rows_free(rows);
    native_done(&block);
    return r;
}

static double ask(struct engine *e, const char *sql, size_t *ret_len)
{
    char *json = NULL;
    uint64_t from = clock_mono_ms();
    int r = engine_query(e, sql, &json, ret_len);
    double ms = (double)(clock_mono_ms() - from);
    if (r < 0)
        fprintf(stderr, "%s\n", engine_error(e));
    free(json);
    return r < 0 ? -1 : ms;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct seen_wanted *)a)->name, ((const struct seen_wanted *)b)->name);
}

static void measure(struct engine *e, int64_t now_us)
{
    static char sql[SEEN_QUERY_MAX], names[WANTED][SEEN_NAME_MAX];
    static struct seen_wanted wanted[WANTED];
    size_t len;
    for (unsigned i = 0; i < WANTED; i++) {
        char text[128];
        text_of(chance() % (2 * NAMES), text, sizeof text); /* half of them were never asked for */
        const char *domain = strchr(text, '.') + 1;
        if (seen_name(i % 2 ? domain : text, names[i]) < 0)
            abort();
        wanted[i] = (struct seen_wanted){names[i], i % 2};
    }
    uint32_t from_day = dns_query_day_kept(now_us, DAYS);
    for (unsigned i = 0; i < 5; i++) {
        if (seen_query_ranges(&wanted[i * 16 + 1], 1, from_day, sql, sizeof sql) < 0)
            abort();
        double ms = ask(e, sql, &len);
        printf("one name, 30 days: %.0f ms (%zu octets)\n", ms, len);
    }
    if (seen_query_ranges(wanted, 16, from_day, sql, sizeof sql) < 0)
        abort();
    double many = ask(e, sql, &len);
    printf("16 names, 30 days: %.0f ms (%zu octets)\n", many, len);
    qsort(wanted, WANTED, sizeof *wanted, by_name);
    double total = 0;
    size_t octets = 0;
    for (unsigned day = 0; day <= DAYS; day++) {
        for (unsigned i = 0; i < WANTED; i += SEEN_SET_NAMES_MAX) {
            if (seen_query_set(&wanted[i], WANTED - i < SEEN_SET_NAMES_MAX ? WANTED - i : SEEN_SET_NAMES_MAX, dns_query_day_kept(now_us, day), sql, sizeof sql) < 0)
                abort();
            total += ask(e, sql, &len);
            octets += len;
        }
    }
    printf("10,000 names, 30 days: %.1f s (%zu octets)\n", total / 1000, octets);
}

/* Rows and octets that come back, and the time, for so many addresses, or prefixes that are 16 to 31 bits long. */
static void measure_records(struct engine *e, unsigned count, bool is_prefix)
{
    static char sql[SEEN_QUERY_MAX], texts[WANTED][24];
    static const char *wanted[WANTED];
    for (unsigned i = 0; i < count; i++) {
        uint32_t n = chance() % (2 * NAMES);
        char text[16], *dot;
        address_of(n, text, sizeof text);
        if (!is_prefix) {
            snprintf(texts[i], sizeof texts[i], "%s", text);
        } else if (i % 2 == 0) {
            dot = strrchr(text, '.');
            snprintf(texts[i], sizeof texts[i], "%.*s.%u/%u", (int)(dot - text), text, i / 16 % 8 * 32, 27 + i % 5);
        } else {
            dot = strchr(strchr(text, '.') + 1, '.');
            snprintf(texts[i], sizeof texts[i], "%.*s.%u.0/%u", (int)(dot - text), text, i / 8 % 8 * 32, 19 + i % 6);
        }
        wanted[i] = texts[i];
    }
    /* In a node a statement that is too long is asked in halves. */
    int r = is_prefix ? seen_query_prefixes(wanted, count, sql, sizeof sql) : seen_query_addresses(wanted, count, sql, sizeof sql);
    if (r == -E2BIG) {
        measure_records(e, count / 2, is_prefix);
        return;
    }
    if (r < 0)
        abort();
    size_t len = 0;
    double ms = ask(e, sql, &len);
    printf("%u %s: %.0f ms (%zu octets)\n", count, is_prefix ? "prefixes" : "addresses", ms, len);
}

int main(int argc, char **argv)
{
    char library[ENGINE_PATH_MAX], error[ENGINE_ERROR_MAX];
    struct engine *e;
    struct engine_status status;
    if (argc != 3) {
        fprintf(stderr, "usage: look_back_bench FOLDER ROWS\n");
        return 2;
    }
    struct engine_options options = {.library_path = engine_find_library(library), .data_dir = argv[1], .memory_max = UINT64_C(1) << 30,
                                     .query_time_max_s = 60};
    int64_t now_us = clock_wall_us();
    if (engine_open(&options, &e, error) < 0 || engine_status_get(e, &status) < 0) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    uint64_t rows = strtoull(argv[2], NULL, 10);
    if (status.rows == 0 && (fill(e, rows, now_us) < 0 || fill_records(e, rows / 10 + 1, now_us) < 0))
        fprintf(stderr, "%s\n", engine_error(e));
    if (engine_status_get(e, &status) == 0)
        printf("%" PRIu64 " rows, %" PRIu64 " MiB\n", status.rows, status.bytes_on_disk >> 20);
    measure(e, now_us);
    for (unsigned count = 1; count <= WANTED; count *= 100) {
        measure_records(e, count, false);
        measure_records(e, count, true);
    }
    engine_close(e);
    return 0;
}
