/* What the web role and the hub say to each other, over base/channel.
 *
 * The web role faces the network: the hub takes from it only what somebody asked and with which words, and finds out itself who that is.
 * Big-endian. Texts are u16 length and octets; WEB_TEXT_ABSENT stands for one that was not there. A request is answered once, by its number,
 * in any order.
 */
#ifndef HINOMI_APPS_WEB_PROTOCOL_H
#define HINOMI_APPS_WEB_PROTOCOL_H

#include "api/front/front.h"
#include "api/web/web.h"
#include "base/reader.h"
#include "base/writer.h"

enum {
    WEB_ASK = 1,      /* u64 number, u8 of the sinkhole, 16 octets of address, texts: method, target, session, bearer, csrf, content type, host,
                       * languages, certificate; then the body */
    WEB_CANCEL,       /* u64 number: nobody waits any more */
    WEB_LEAVE,        /* u32 channel: one stream of it has ended */
    WEB_COUNTERS,     /* WEB_COUNTERS_COUNT times u64, in the order of web_counter_names (web_service.c) */
    HUB_WEB_ANSWER,   /* u64 number, u16 status, u16 retry after, u8 allowed, u8 sets session, u32 channel, texts: content type, session; body */
    HUB_WEB_PUBLISH,  /* u32 channel, octets for its streams */
    HUB_WEB_READY,    /* the hub takes requests */
};
enum { WEB_TEXT_ABSENT = 0xffff, WEB_COUNTERS_COUNT = 8 };
enum {
    WEB_HEAD_MAX = FRONT_TARGET_MAX + 2048,
    WEB_MESSAGE_MAX = (16 << 20) + WEB_HEAD_MAX, /* the longest body, or answer */
    WEB_QUEUE_MAX = 4 * WEB_MESSAGE_MAX,
};
_Static_assert((int)FRONT_BODY_MAX <= (int)WEB_FILE_MAX && (int)WEB_REPLY_MAX <= 16 << 20, "messages hold bodies and answers");

void web_text_write(struct writer *w, const char *text);
/* Copies it, terminated. Returns `to`; NULL when it was absent, or fails the reader when it does not fit or has a zero in it. */
const char *web_text_read(struct reader *r, char *to, size_t max);

#endif
