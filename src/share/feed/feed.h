/* A feed: a list that comes in by itself, from a URL or by transfer of an RPZ zone. Plain values, as configured. */
#ifndef HINOMI_SHARE_FEED_FEED_H
#define HINOMI_SHARE_FEED_FEED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "model/list.h"

enum {
    FEED_MAX = 64,          /* feeds of a node; each is a list, and their outcome a bit in a word */
    FEED_URL_MAX = 1024,    /* with its terminator, as all of these */
    FEED_ZONE_MAX = 256,
    FEED_PATH_MAX = 512,
    FEED_ERROR_MAX = 256,   /* a text for people */
    FEED_EVERY_MIN_S = 60,  /* servers of lists ask for minutes at least */
    FEED_EVERY_MAX_S = 30 * 86400,
};

enum feed_kind { FEED_URL, FEED_ZONE };

enum feed_algorithm { FEED_NO_KEY, FEED_HMAC_SHA256, FEED_HMAC_SHA512 };

struct feed {
    char name[LIST_NAME_MAX]; /* of the list that it becomes */
    enum feed_kind kind;
    int order;                /* place among the lists; -1: behind those there are */
    bool never_block;         /* its names are protected */
    char format[LIST_FORMAT_MAX];
    /* FEED_URL */
    char url[FEED_URL_MAX]; /* https, http, file */
    uint32_t every_s;
    /* FEED_ZONE */
    char zone[FEED_ZONE_MAX];
    struct sockaddr_storage primary;
    enum feed_algorithm algorithm;
    char key_name[FEED_ZONE_MAX];
    char secret_file[FEED_PATH_MAX]; /* base64 in a file */
};

/* For all feeds. */
struct feed_settings {
    char proxy[FEED_PATH_MAX];   /* URL; empty: none, whatever the environment says */
    char ca_file[FEED_PATH_MAX]; /* certificates to trust, PEM; empty: the system's */
    uint64_t octets_max;         /* of one edition */
};

#endif
