/* A URL is fetched, or not when it has not changed; what is large, broken, redirected to elsewhere or too slow to stop for is
 * given up. The server is a thread here that answers one connection after the other with what a test says. */
#include "share/feed/url.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"

static int listener;
static uint16_t port;
static const char *replies[8]; /* in turn; NULL ends the server */
static char requests[8][4096];

static void *serve(void *self)
{
    (void)self;
    for (int i = 0; replies[i]; i++) {
        int fd = accept(listener, NULL, NULL);
        size_t len = 0;
        ssize_t n;
        while (fd >= 0 && !strstr(requests[i], "\r\n\r\n") &&
               (n = read(fd, requests[i] + len, sizeof requests[i] - len - 1)) > 0)
            requests[i][len += (size_t)n] = '\0';
        if (fd < 0 || write(fd, replies[i], strlen(replies[i])) < 0)
            return NULL;
        close(fd);
    }
    return NULL;
}

static pthread_t server;

static void start(const char *first, const char *second)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    memset(requests, 0, sizeof requests);
    replies[0] = first;
    replies[1] = second;
    replies[2] = NULL;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check_int(bind(listener, (struct sockaddr *)&at, sizeof at), ==, 0);
    check_int(listen(listener, 4), ==, 0);
    check_int(getsockname(listener, (struct sockaddr *)&at, &len), ==, 0);
    port = ntohs(at.sin_port);
    check_int(pthread_create(&server, NULL, serve, NULL), ==, 0);
}

static void stop_server(void)
{
    shutdown(listener, SHUT_RDWR);
    close(listener);
    pthread_join(server, NULL);
}

static struct feed_settings settings;
static struct feed_url_result result;
static char error[FEED_ERROR_MAX], got[4096];
static atomic_bool stop;

static int fetch(const char *url, const struct feed_tags *tags)
{
    int fd = memfd_create("url", MFD_CLOEXEC);
    check(fd >= 0);
    settings.octets_max = settings.octets_max ? settings.octets_max : 1 << 20;
    error[0] = '\0';
    int e = feed_url_fetch(url, &settings, tags ? tags : &(struct feed_tags){0}, fd, &stop, &result, error);
    ssize_t n = pread(fd, got, sizeof got - 1, 0);
    got[n > 0 ? n : 0] = '\0';
    close(fd);
    return e;
}

static const char *local(const char *path)
{
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port, path);
    return url;
}

TEST(a_list_is_fetched_and_then_only_when_it_has_changed)
{
    check_int(feed_url_init(), ==, 0);
    start("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nLast-Modified: Sun, 22 Nov 2026 00:00:00 GMT\r\nContent-Length: 10\r\n\r\n"
          "a.example\n",
          "HTTP/1.1 304 Not Modified\r\n\r\n");
    check_int(fetch(local("/list"), NULL), ==, 0);
    check_str(got, "a.example\n");
    check(!result.unchanged);
    check_int(result.octets, ==, 10);
    check_str(result.tags.etag, "\"v1\"");
    check_str(result.tags.last_modified, "Sun, 22 Nov 2026 00:00:00 GMT");
    check(strstr(requests[0], "GET /list HTTP/1.1\r\n") == requests[0]);
    check(!strstr(requests[0], "If-"));
    struct feed_tags tags = result.tags;
    check_int(fetch(local("/list"), &tags), ==, 0);
    check(result.unchanged);
    check_str(got, "");
    check_str(result.tags.etag, "\"v1\"");
    check(strstr(requests[1], "\r\nIf-None-Match: \"v1\"\r\n"));
    check(strstr(requests[1], "\r\nIf-Modified-Since: Sun, 22 Nov 2026 00:00:00 GMT\r\n"));
    stop_server();
}

TEST(a_redirect_is_followed_and_its_tags_forgotten)
{
    start("HTTP/1.1 302 Found\r\nETag: \"of the redirect\"\r\nLocation: /b\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nb\n");
    check_int(fetch(local("/a"), NULL), ==, 0);
    check_str(got, "b\n");
    check_str(result.tags.etag, "");
    stop_server();
}

TEST(a_redirect_to_a_file_is_refused)
{
    start("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", NULL);
    check_int(fetch(local("/a"), NULL), ==, -EREMOTEIO);
    check_str(got, "");
    check_str(error, "redirected to a protocol that is not allowed");
    stop_server();
}

TEST(errors_of_the_server_are_told)
{
    start("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 5\r\n\r\nno\n\n\n", NULL);
    check_int(fetch(local("/a"), NULL), ==, -EREMOTEIO);
    check_str(error, "the server answered with status 503");
    check_int(result.retry_s, ==, 120);
    check_str(got, "");
    stop_server();
    start("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut off", NULL);
    check_int(fetch(local("/a"), NULL), ==, -EREMOTEIO);
    stop_server();
    check_int(fetch(local("/nobody-listens"), NULL), ==, -EREMOTEIO);
}

TEST(a_large_list_is_given_up)
{
    settings.octets_max = 5;
    start("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na.example\n", NULL);
    check_int(fetch(local("/a"), NULL), ==, -EFBIG);
    stop_server();
    settings.octets_max = 0;
}

TEST(whoever_ends_does_not_wait)
{
    start("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", NULL);
    atomic_store(&stop, true);
    check_int(fetch(local("/a"), NULL), ==, -ECANCELED);
    atomic_store(&stop, false);
    stop_server();
}

TEST(a_file_is_a_url_too)
{
    char path[] = "/tmp/hinomi-url-test-XXXXXX", url[64];
    int fd = mkstemp(path);
    check_int(write(fd, "c\n", 2), ==, 2);
    close(fd);
    snprintf(url, sizeof url, "file://%s", path);
    check_int(fetch(url, NULL), ==, 0);
    check_str(got, "c\n");
    unlink(path);
    check_int(fetch(url, NULL), ==, -EREMOTEIO);
}

TEST(urls_are_checked_and_shown_without_passwords)
{
    static const char *const right[] = {"https://a.example/x", "HTTP://a.example", "file:///etc/x"};
    static const char *const wrong[] = {"", "a.example", "ftp://a.example/", "https://", "https:///x", "file://x",
                                        "file:///", "https://a.example/a b", "https://a.example/\n"};
    char text[64];
    for (size_t i = 0; i < array_len(right); i++)
        check_int(feed_url_check(right[i]), ==, 0);
    for (size_t i = 0; i < array_len(wrong); i++)
        check_int(feed_url_check(wrong[i]), ==, -EINVAL);
    feed_url_shown("https://me:secret@a.example/x?y@z", text, sizeof text);
    check_str(text, "https://a.example/x?y@z");
    feed_url_shown("https://a.example/@x", text, sizeof text);
    check_str(text, "https://a.example/@x");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
