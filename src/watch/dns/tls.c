/* TLS sessions by GnuTLS over evbuffers. */
#include "watch/dns/tls.h"

#include <errno.h>
#include <event2/buffer.h>
#include <gnutls/gnutls.h>
#include <string.h>

enum { READ_MAX = 4096 };

static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

struct dns_tls {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
    gnutls_datum_t ticket_key;
};

struct tls_session {
    gnutls_session_t session;
    struct evbuffer *from, *to;
    bool ready, broken;
};

/* ---- the server's side ---- */

int dns_tls_new(const void *certificate, size_t certificate_len, const void *key, size_t key_len,
                struct dns_tls **ret_tls, const char **ret_reason)
{
    *ret_reason = "out of memory";
    struct dns_tls *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    const gnutls_datum_t certificate_datum = {(void *)(uintptr_t)certificate, (unsigned)certificate_len};
    const gnutls_datum_t key_datum = {(void *)(uintptr_t)key, (unsigned)key_len};
    int e = gnutls_certificate_allocate_credentials(&t->credentials);
    if (e >= 0)
        e = gnutls_certificate_set_x509_key_mem2(t->credentials, &certificate_datum, &key_datum, GNUTLS_X509_FMT_PEM,
                                                 NULL, 0);
    if (e >= 0)
        e = gnutls_priority_init(&t->priority, priorities, NULL);
    if (e >= 0)
        e = gnutls_session_ticket_key_generate(&t->ticket_key);
    if (e < 0) {
        *ret_reason = gnutls_strerror(e);
        dns_tls_free(t);
        return -EINVAL;
    }
    *ret_tls = t;
    return 0;
}

void dns_tls_free(struct dns_tls *tls)
{
    if (!tls)
        return;
    if (tls->credentials)
        gnutls_certificate_free_credentials(tls->credentials);
    if (tls->priority)
        gnutls_priority_deinit(tls->priority);
    if (tls->ticket_key.data) {
        gnutls_memset(tls->ticket_key.data, 0, tls->ticket_key.size);
        gnutls_free(tls->ticket_key.data);
    }
    free(tls);
}

struct dns_tls_client {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
};

int dns_tls_client_new(const char *authorities, struct dns_tls_client **ret_client, const char **ret_reason)
{
    *ret_reason = "out of memory";
    struct dns_tls_client *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    int e = gnutls_certificate_allocate_credentials(&c->credentials);
    if (e >= 0)
        e = gnutls_priority_init(&c->priority, priorities, NULL);
    if (e >= 0)
        e = gnutls_certificate_set_x509_trust_file(c->credentials, authorities, GNUTLS_X509_FMT_PEM);
    if (e <= 0) { /* else the number of certificates */
        *ret_reason = e < 0 ? gnutls_strerror(e) : "tls_authorities: no certificate in the file";
        dns_tls_client_free(c);
        return -EINVAL;
    }
    *ret_client = c;
    return 0;
}

void dns_tls_client_free(struct dns_tls_client *client)
{
    if (!client)
        return;
    if (client->credentials)
        gnutls_certificate_free_credentials(client->credentials);
    if (client->priority)
        gnutls_priority_deinit(client->priority);
    free(client);
}

/* ---- a session ---- */

static ssize_t pull(gnutls_transport_ptr_t self, void *to, size_t max)
{
    struct tls_session *s = self;
    int n = evbuffer_remove(s->from, to, max);
    if (n > 0)
        return n;
    gnutls_transport_set_errno(s->session, EAGAIN);
    return -1;
}

static ssize_t push(gnutls_transport_ptr_t self, const void *octets, size_t len)
{
    struct tls_session *s = self;
    if (evbuffer_add(s->to, octets, len) == 0)
        return (ssize_t)len;
    gnutls_transport_set_errno(s->session, ENOMEM);
    return -1;
}

static void set_transport(struct tls_session *s)
{
    gnutls_transport_set_ptr(s->session, s);
    gnutls_transport_set_pull_function(s->session, pull);
    gnutls_transport_set_push_function(s->session, push);
}

int tls_session_connect(const struct dns_tls_client *client, const char *alpn, const char *name,
                        struct evbuffer *from_server, struct evbuffer *to_server, struct tls_session **ret_session)
{
    struct tls_session *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->from = from_server;
    s->to = to_server;
    const gnutls_datum_t protocol = {(void *)(uintptr_t)alpn, (unsigned)strlen(alpn)};
    int e = gnutls_init(&s->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (e >= 0)
        e = gnutls_priority_set(s->session, client->priority);
    if (e >= 0)
        e = gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, client->credentials);
    if (e >= 0)
        e = gnutls_alpn_set_protocols(s->session, &protocol, 1, 0); /* RFC 7858 is older than its ALPN word */
    if (e >= 0)
        e = gnutls_server_name_set(s->session, GNUTLS_NAME_DNS, name, strlen(name));
    if (e < 0) {
        tls_session_free(s);
        return -ENOMEM;
    }
    gnutls_session_set_verify_cert(s->session, name, 0); /* borrowed for as long as the session */
    set_transport(s);
    *ret_session = s;
    return 0;
}

int tls_session_new(const struct dns_tls *tls, const char *alpn, struct evbuffer *from_client,
                    struct evbuffer *to_client, struct tls_session **ret_session)
{
    struct tls_session *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->from = from_client;
    s->to = to_client;
    const gnutls_datum_t protocol = {(void *)(uintptr_t)alpn, (unsigned)strlen(alpn)};
    int e = gnutls_init(&s->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    if (e >= 0)
        e = gnutls_priority_set(s->session, tls->priority);
    if (e >= 0)
        e = gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
    if (e >= 0)
        e = gnutls_alpn_set_protocols(s->session, &protocol, 1, GNUTLS_ALPN_MANDATORY);
    if (e >= 0)
        e = gnutls_session_ticket_enable_server(s->session, &tls->ticket_key);
    if (e < 0) {
        tls_session_free(s);
        return -ENOMEM;
    }
    gnutls_certificate_server_set_request(s->session, GNUTLS_CERT_IGNORE);
    set_transport(s);
    *ret_session = s;
    return 0;
}

void tls_session_free(struct tls_session *s)
{
    if (!s)
        return;
    if (s->session)
        gnutls_deinit(s->session);
    free(s);
}

static int fail(struct tls_session *s, int error)
{
    (void)gnutls_alert_send_appropriate(s->session, error); /* the session ends either way */
    s->broken = true;
    return -EPROTO;
}

static bool is_passing(int error)
{
    return error == GNUTLS_E_INTERRUPTED || error == GNUTLS_E_WARNING_ALERT_RECEIVED;
}

static int shake_hands(struct tls_session *s)
{
    int e;
    do
        e = gnutls_handshake(s->session);
    while (is_passing(e));
    if (e == GNUTLS_E_AGAIN)
        return -EAGAIN;
    if (e < 0)
        return fail(s, e);
    s->ready = true;
    return 0;
}

int tls_session_read(struct tls_session *s, struct evbuffer *to)
{
    if (s->broken)
        return -EPROTO;
    if (!s->ready) {
        int e = shake_hands(s);
        if (e < 0)
            return e;
    }
    uint8_t octets[READ_MAX];
    ssize_t n;
    do
        n = gnutls_record_recv(s->session, octets, sizeof octets);
    while (is_passing((int)n));
    if (n == GNUTLS_E_AGAIN)
        return -EAGAIN;
    if (n < 0) /* a client that wants to negotiate anew too: nobody needs that any more, and it costs us much */
        return fail(s, (int)n);
    if (n > 0 && evbuffer_add(to, octets, (size_t)n) < 0)
        return fail(s, GNUTLS_E_MEMORY_ERROR);
    return (int)n;
}

bool tls_session_ready(const struct tls_session *s)
{
    return s->ready;
}

int tls_session_server_name(const struct tls_session *s, char *name, size_t max)
{
    unsigned type;
    size_t len = max;
    if (gnutls_server_name_get(s->session, name, &len, &type, 0) < 0 || type != GNUTLS_NAME_DNS)
        return 0;
    return (int)strnlen(name, len);
}

int tls_session_write(struct tls_session *s, struct evbuffer *from)
{
    size_t max = gnutls_record_get_max_size(s->session), left;
    while ((left = evbuffer_get_length(from)) > 0) {
        size_t len = left < max ? left : max; /* one record for an answer, if it fits */
        const uint8_t *octets = evbuffer_pullup(from, (ev_ssize_t)len);
        ssize_t n = octets && s->ready && !s->broken ? gnutls_record_send(s->session, octets, len) : -1;
        if (n < 0)
            return -EPROTO;
        evbuffer_drain(from, (size_t)n);
    }
    return 0;
}

void tls_session_end(struct tls_session *s)
{
    if (s->ready && !s->broken)
        (void)gnutls_bye(s->session, GNUTLS_SHUT_WR); /* into the evbuffer; if it is full, so be it */
}
