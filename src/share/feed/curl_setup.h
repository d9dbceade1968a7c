/* What every fetch of a feed asks of libcurl: limits, verified TLS, no protocols but those that are meant. */
#ifndef HINOMI_SHARE_FEED_CURL_SETUP_H
#define HINOMI_SHARE_FEED_CURL_SETUP_H

#include <curl/curl.h>

#include "share/feed/feed.h"

/* follows: redirects are followed, to https alone when the URL is of https. */
CURLcode feed_curl_setup(CURL *c, const struct feed_settings *settings, const char *url, bool follows);

#endif
