/* Compares what two configurations say of sharing. */
#include "apps/share_options.h"

#include <string.h>

bool share_options_same_addresses(const struct share_options *a, const struct share_options *b)
{
    return a->listen_count == b->listen_count && memcmp(a->listen, b->listen, a->listen_count * sizeof a->listen[0]) == 0;
}

static bool same_recipient(const struct share_recipient *a, const struct share_recipient *b)
{
    return strcmp(a->who.name, b->who.name) == 0 && a->who.may_send == b->who.may_send && strcmp(a->token_file, b->token_file) == 0;
}

bool share_options_equal(const struct share_options *a, const struct share_options *b)
{
    bool same = share_options_same_addresses(a, b) && certificate_files_equal(&a->certificate, &b->certificate) &&
                a->recipient_count == b->recipient_count;
    for (unsigned i = 0; same && i < a->recipient_count; i++)
        same = same_recipient(&a->recipients[i], &b->recipients[i]);
    return same;
}
