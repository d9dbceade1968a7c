/* The hub's part of the API over HTTP: answers what the web role passes on.
 *
 * One thread, the hub's loop.
 */
#ifndef HINOMI_APPS_WEB_SERVICE_H
#define HINOMI_APPS_WEB_SERVICE_H

#include <jansson.h>

#include "api/web/web.h"
#include "apps/config/web_options.h"

struct web_service;

int web_service_new(const struct web_options *options, struct web_service **ret_service) must_check;
void web_service_free(struct web_service *s);
/* Takes the descriptor of a channel to a web role; on an error it stays the caller's. */
int web_service_connect(struct web_service *s, int fd) must_check;
/* While there is no administrator: a link under which the first account is made, at most `max` octets; else -EEXIST. -ENOENT: nothing is
 * served. */
int web_service_first_link(struct web_service *s, const struct web_listen *listen, char *ret_link, size_t max) must_check;
/* Takes answers as they are recorded. */
struct live *web_service_live(struct web_service *s);
/* For "hinomi status"; a new object. */
json_t *web_service_json(const struct web_service *s);

#endif
