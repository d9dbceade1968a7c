/* Compares what two configurations say of sharing. */
#include "apps/config/share_options.h"

#include <string.h>

bool share_recipient_has_taxii(const struct share_recipient *r)
{
    return r->token_file[0] || r->who.has_fingerprint || r->who.peer_name[0];
}

unsigned share_options_sockets(const struct share_options *o, struct share_socket *ret_sockets)
{
    unsigned n = 0;
    for (unsigned i = 0; i < o->listen_count; i++)
        ret_sockets[n++] = (struct share_socket){.at = o->listen[i], .type = SOCK_STREAM};
    for (unsigned i = 0; i < o->listen_dns_count; i++) {
        ret_sockets[n++] = (struct share_socket){.at = o->listen_dns[i], .type = SOCK_DGRAM};
        ret_sockets[n++] = (struct share_socket){.at = o->listen_dns[i], .type = SOCK_STREAM};
    }
    return n;
}

bool share_options_same_addresses(const struct share_options *a, const struct share_options *b)
{
    return a->listen_count == b->listen_count && memcmp(a->listen, b->listen, a->listen_count * sizeof a->listen[0]) == 0 &&
           a->listen_dns_count == b->listen_dns_count &&
           memcmp(a->listen_dns, b->listen_dns, a->listen_dns_count * sizeof a->listen_dns[0]) == 0;
}

static bool same_recipient(const struct share_recipient *a, const struct share_recipient *b)
{
    return strcmp(a->who.name, b->who.name) == 0 && a->who.may_send == b->who.may_send && strcmp(a->token_file, b->token_file) == 0 &&
           a->who.has_fingerprint == b->who.has_fingerprint && strcmp(a->who.peer_name, b->who.peer_name) == 0 &&
           memcmp(a->who.fingerprint, b->who.fingerprint, sizeof a->who.fingerprint) == 0 &&
           strcmp(a->zone, b->zone) == 0 && strcmp(a->key_name, b->key_name) == 0 && strcmp(a->key_file, b->key_file) == 0 &&
           a->key_algorithm == b->key_algorithm && a->allow_count == b->allow_count && a->notify_count == b->notify_count &&
           memcmp(a->allow, b->allow, a->allow_count * sizeof a->allow[0]) == 0 &&
           memcmp(a->notify, b->notify, a->notify_count * sizeof a->notify[0]) == 0;
}

bool share_options_equal(const struct share_options *a, const struct share_options *b)
{
    bool same = share_options_same_addresses(a, b) && certificate_files_equal(&a->certificate, &b->certificate) &&
                certificate_files_equal(&a->client_ca, &b->client_ca) && a->recipient_count == b->recipient_count;
    for (unsigned i = 0; same && i < a->recipient_count; i++)
        same = same_recipient(&a->recipients[i], &b->recipients[i]);
    return same;
}
