/* Manifests of MISP feed folders, and a folder that is fetched by file:// and changes. */
#include "share/feed/misp_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

#define A "5c5be78a-3908-47de-85b9-4a3c950d210f"
#define B "00000000-0000-4000-8000-000000000002"

static bool is_partial;

static int manifest(const char *text, struct feed_misp_event **events, size_t *count)
{
    return feed_misp_manifest((const uint8_t *)text, strlen(text), events, count, &is_partial);
}

TEST(a_manifest_names_events_with_their_times)
{
    struct feed_misp_event *events;
    size_t count;
    check_int(manifest("{\"5C5BE78A-3908-47DE-85B9-4A3C950D210F\":{\"info\":\"x\",\"timestamp\":\"1549624210\"},\"" B "\":{\"timestamp\":7}}",
                       &events, &count),
              ==, 0);
    check_int(count, ==, 2);
    check(!is_partial);
    check_str(events[0].uuid, B);
    check_int(events[0].timestamp, ==, 7);
    check_str(events[1].uuid, A);
    check_int(events[1].timestamp, ==, 1549624210);
    free(events);
}

TEST(what_could_lead_elsewhere_is_passed_over)
{
    struct feed_misp_event *events;
    size_t count;
    check_int(manifest("{\"../../../../../../etc/passwd-0123456789\":{\"timestamp\":1},\"" A "\":{\"timestamp\":\"x\"}}", &events, &count), ==, 0);
    check_int(count, ==, 0);
    check(is_partial);
    free(events);
    check_int(manifest("[]", &events, &count), ==, -EBADMSG);
    check_int(manifest("{", &events, &count), ==, -EBADMSG);
}

static char folder[64];

static void put(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    check(f != NULL);
    if (f) {
        fputs(text, f);
        fclose(f);
    }
}

static void get(const char *name, char *text, size_t max)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    check(f != NULL);
    if (f) {
        text[fread(text, 1, max - 1, f)] = '\0';
        fclose(f);
    }
}

static int fetch(struct feed_misp_result *result)
{
    static atomic_bool never;
    static const struct feed_settings settings = {.octets_max = 1 << 20, .shrink_percent = 50};
    static const struct feed_tags none;
    char url[96], path[160], error[FEED_ERROR_MAX] = "";
    const char *const names[] = {"known", "scratch", "edition", "next"};
    int fds[4];
    snprintf(url, sizeof url, "file://%s/", folder);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        fds[i] = open(path, i == 0 ? O_RDONLY : O_RDWR | O_CREAT | O_TRUNC, 0600);
    }
    int e = feed_misp_fetch(url, &settings, &none, fds[0], fds[1], fds[2], fds[3], &never, result, error);
    for (int i = 0; i < 4; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return e;
}

TEST(only_what_has_changed_is_fetched)
{
    struct feed_misp_result r;
    char text[512];
    snprintf(folder, sizeof folder, "/tmp/misp_folder_test.XXXXXX");
    check(mkdtemp(folder) != NULL);
    put("manifest.json", "{\"" A "\":{\"timestamp\":\"1\"},\"" B "\":{\"timestamp\":\"1\"}}");
    put(A ".json", "{\"Event\":{\"info\":\"a\"}}");
    put(B ".json", "{\"Event\":{\"info\":\"b\"}}");
    check_int(feed_url_init(), ==, 0);
    check_int(fetch(&r), ==, 0);
    check_int(r.events, ==, 2);
    get("edition", text, sizeof text);
    check_str(text, "{\"response\":[{\"Event\":{\"info\":\"b\"}},{\"Event\":{\"info\":\"a\"}}]}");
    get("next", text, sizeof text);
    check_str(text, B " 1\n" A " 1\n");
    put("known", text);
    check_int(fetch(&r), ==, 0);
    check(r.unchanged);
    put("manifest.json", "{\"" A "\":{\"timestamp\":\"2\"},\"" B "\":{\"timestamp\":\"1\"}}");
    check_int(fetch(&r), ==, 0);
    check_int(r.events, ==, 1);
    get("edition", text, sizeof text);
    check_str(text, "{\"response\":[{\"Event\":{\"info\":\"a\"}}]}");

    /* B is gone, which is half of what was known: it is told. */
    put("known", B " 1\n" A " 2\n");
    put("manifest.json", "{\"" A "\":{\"timestamp\":\"2\"}}");
    check_int(fetch(&r), ==, 0);
    check_int(r.gone, ==, 1);
    check_str(r.note, "");
    check(!r.unchanged);
    get("edition", text, sizeof text);
    check_str(text, "{\"response\":[{\"Event\":{\"uuid\":\"" B "\",\"deleted\":true}}]}");
    get("next", text, sizeof text);
    check_str(text, A " 2\n");
    /* An entry that cannot be read could be it. */
    put("manifest.json", "{\"" A "\":{\"timestamp\":\"2\"},\"" B "\":{}}");
    check_int(fetch(&r), ==, 0);
    check(r.unchanged && r.note[0] != '\0');
    get("next", text, sizeof text);
    check_str(text, A " 2\n" B " 1\n");
    /* An empty manifest: what is new would be taken, and nothing is withdrawn. */
    put("manifest.json", "{}");
    check_int(fetch(&r), ==, 0);
    check_int(r.gone, ==, 2);
    check(r.unchanged && strstr(r.note, "lost 2 events of 2") != NULL);
    check_str(r.tags.etag, "");
    get("next", text, sizeof text);
    check_str(text, B " 1\n" A " 2\n");
    static const char *const left[] = {"known", "scratch", "edition", "next", "manifest.json", A ".json", B ".json"};
    for (size_t i = 0; i < array_len(left); i++) {
        snprintf(text, sizeof text, "%s/%s", folder, left[i]);
        unlink(text);
    }
    rmdir(folder);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
