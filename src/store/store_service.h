/* Answers the hub's messages with the engine: inserts, questions, status, and retention by day.
 *
 * It works without an engine too, and then answers every message with the reason, so that nobody waits for ever; it
 * tries to open it again once in a while (a library that was installed later, a disk that has room again). It knows no
 * sockets: answers go to the function it was given. One thread.
 */
#ifndef HINOMI_STORE_STORE_SERVICE_H
#define HINOMI_STORE_STORE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/reader.h"
#include "store/engine.h"
#include "store/store_protocol.h"

enum { STORE_REOPEN_S = 60 }; /* between attempts to open the engine */

struct store_service;

struct store_service_options {
    struct engine_options engine; /* its texts must outlive the service */
    unsigned retention_days[STORE_TABLE_COUNT]; /* whole days kept besides today; 0: for ever */
};

/* Sends one answer; its failure is the channel's affair. */
typedef void store_reply(uint16_t type, const void *payload, size_t len, void *self);

int store_service_new(const struct store_service_options *options, struct store_service **ret_service) must_check;
void store_service_free(struct store_service *s);

/* Tries to open the engine now. On failure the reason is in store_service_error. */
int store_service_open(struct store_service *s) must_check;
bool store_service_is_open(const struct store_service *s);
/* The last failure in words; empty when there was none. */
const char *store_service_error(const struct store_service *s);

/* -EBADMSG when the payload is not one of its type: the peer is wrong and the channel should end. A refused insert or
 * query is an answer, not a failure. */
int store_service_message(struct store_service *s, uint16_t type, struct reader payload, store_reply *reply,
                          void *self) must_check;

/* Drops what is older than the retention. Returns the number of days dropped; cheap when there are none. */
int store_service_retain(struct store_service *s, int64_t now_us) must_check;

#endif
