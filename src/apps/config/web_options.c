/* Compares what two configurations say of the console. */
#include "apps/config/web_options.h"

#include <string.h>

const struct sockaddr_storage *web_listen_at(const struct web_listen *w, unsigned i)
{
    return i < w->count ? &w->at[i] : i - w->count < w->sinkhole_count ? &w->sinkhole[i - w->count] : NULL;
}

bool web_listen_same_addresses(const struct web_listen *a, const struct web_listen *b)
{
    return a->count == b->count && memcmp(a->at, b->at, a->count * sizeof a->at[0]) == 0 && a->sinkhole_count == b->sinkhole_count &&
           memcmp(a->sinkhole, b->sinkhole, a->sinkhole_count * sizeof a->sinkhole[0]) == 0;
}

bool web_listen_equal(const struct web_listen *a, const struct web_listen *b)
{
    return web_listen_same_addresses(a, b) && a->asks_certificates == b->asks_certificates && certificate_files_equal(&a->certificate, &b->certificate);
}
