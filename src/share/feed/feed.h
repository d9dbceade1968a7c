/* A feed: a list or judgements that come in by themselves, from a URL, by transfer of an RPZ zone, or by TAXII. Plain values, as configured. */
#ifndef HINOMI_SHARE_FEED_FEED_H
#define HINOMI_SHARE_FEED_FEED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "model/claim.h"
#include "model/list.h"
#include "model/verdict.h"

enum {
    FEED_MAX = 64,          /* feeds of a node; each is a list, and their outcome a bit in a word */
    FEED_URL_MAX = 1024,    /* with its terminator, as all of these */
    FEED_ZONE_MAX = 256,
    FEED_PATH_MAX = 512,
    FEED_ERROR_MAX = 256,   /* a text for people */
    FEED_EVERY_MIN_S = 60,  /* servers of lists ask for minutes at least */
    FEED_TAXII_EVERY_MIN_S = 1, /* a poll of TAXII with nothing new is a small answer, and there is no waiting in the protocol */
    FEED_MAP_MAX = 256,
    FEED_USER_MAX = 128,
    FEED_PIN_MAX = 64,      /* SHA-256 in base64 is 44 */
    FEED_EVERY_MAX_S = 30 * 86400,
};

enum feed_kind { FEED_URL, FEED_ZONE, FEED_TAXII, FEED_MISP /* a folder: manifest.json and an event for each file */ };

enum feed_algorithm { FEED_NO_KEY, FEED_HMAC_SHA256, FEED_HMAC_SHA512 };

enum feed_access { FEED_OPEN, FEED_TOKEN, FEED_PASSWORD };

/* What is fetched is taken as judgements, with the feed as their author. */
struct feed_judge {
    bool is_on; /* else it is a list */
    bool has_claim, is_whole, hosts_of_urls, unmarked;
    enum claim claim;
    uint16_t probability; /* per mille */
    enum verdict_tlp tlp;
    char format[8]; /* of share/statement */
    char map[FEED_MAP_MAX]; /* empty: none */
};

struct feed {
    char name[LIST_NAME_MAX]; /* of the list that it becomes */
    enum feed_kind kind;
    int order;                /* place among the lists; -1: behind those there are */
    bool never_block;         /* its names are protected */
    char format[LIST_FORMAT_MAX];
    struct feed_judge judge;
    /* FEED_URL, FEED_MISP, FEED_TAXII */
    char url[FEED_URL_MAX]; /* https, http, file; of TAXII https: a collection, or a server */
    uint32_t every_s;
    /* FEED_ZONE */
    char zone[FEED_ZONE_MAX];
    struct sockaddr_storage primary;
    enum feed_algorithm algorithm;
    char key_name[FEED_ZONE_MAX];
    char secret_file[FEED_PATH_MAX]; /* base64 in a file; of FEED_TAXII a token or password */
    /* FEED_TAXII */
    char collection[FEED_ZONE_MAX]; /* alias, title or identifier; empty: `url` is that of the collection */
    enum feed_access access;
    char user[FEED_USER_MAX];
    char pin[FEED_PIN_MAX];             /* of the server's key, base64; empty: its certificate is verified by authorities */
    char ca_file[FEED_PATH_MAX];        /* empty: as of all feeds */
    char certificate[FEED_PATH_MAX], private_key[FEED_PATH_MAX]; /* of ours, PEM; empty: none */
    bool is_reported;                   /* what is met and judged here of its objects is told back */
};

/* For all feeds. */
struct feed_settings {
    char proxy[FEED_PATH_MAX];   /* URL; empty: none, whatever the environment says */
    char ca_file[FEED_PATH_MAX]; /* certificates to trust, PEM; empty: the system's */
    uint64_t octets_max;         /* of one edition */
    uint64_t shrink_percent;     /* of what a feed had: a MISP folder that has lost more withdraws nothing */
};

#endif
