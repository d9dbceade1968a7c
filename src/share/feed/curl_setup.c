/* Sets the options of libcurl that all feeds share. */
#include "share/feed/curl_setup.h"

#include <strings.h>

#include "base/attr.h"

enum {
    CONNECT_MS = 20000,
    SLOW_OCTETS_A_S = 100, /* below it for so long: */
    SLOW_S = 60,
    ALL_S = 3600, /* of the largest list over the slowest line */
    REDIRECTS_MAX = 5,
};

CURLcode feed_curl_setup(CURL *c, const struct feed_settings *settings, const char *url, bool follows)
{
    bool https = strncasecmp(url, "https:", 6) == 0;
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_FAILONERROR, 1},
        {CURLOPT_FOLLOWLOCATION, follows},
        {CURLOPT_MAXREDIRS, REDIRECTS_MAX},
        {CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS},
        {CURLOPT_LOW_SPEED_LIMIT, SLOW_OCTETS_A_S},
        {CURLOPT_LOW_SPEED_TIME, SLOW_S},
        {CURLOPT_TIMEOUT, ALL_S},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_NOPROGRESS, 0},
    };
    const struct {
        CURLoption option;
        const char *value;
    } texts[] = {
        {CURLOPT_URL, url},
        {CURLOPT_PROTOCOLS_STR, "https,http,file"},
        {CURLOPT_REDIR_PROTOCOLS_STR, https ? "https" : "https,http"},
        {CURLOPT_ACCEPT_ENCODING, ""},
        {CURLOPT_USERAGENT, "hinomi/" HINOMI_VERSION},
        {CURLOPT_PROXY, settings->proxy}, /* empty: none, and not the environment's */
        {CURLOPT_CAINFO, settings->ca_file[0] ? settings->ca_file : NULL},
    };
    CURLcode e = CURLE_OK;
    for (size_t i = 0; e == CURLE_OK && i < array_len(numbers); i++)
        e = curl_easy_setopt(c, numbers[i].option, numbers[i].value);
    for (size_t i = 0; e == CURLE_OK && i < array_len(texts); i++)
        if (texts[i].value)
            e = curl_easy_setopt(c, texts[i].option, texts[i].value);
    return e;
}
