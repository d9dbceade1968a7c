/* Reads and checks the certificates of clients with GnuTLS. */
#include "share/taxii/peer.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_OCTETS = 512 };

int taxii_authorities_read(const char *pem, gnutls_x509_trust_list_t *ret_authorities)
{
    gnutls_datum_t text = {(unsigned char *)(uintptr_t)pem, (unsigned)strlen(pem)};
    gnutls_x509_crt_t *all = NULL;
    unsigned count = 0;
    gnutls_x509_trust_list_t list;
    if (gnutls_x509_crt_list_import2(&all, &count, &text, GNUTLS_X509_FMT_PEM, 0) < 0 || count == 0)
        return -EBADMSG;
    int e = count > TAXII_AUTHORITIES_MAX ? -EBADMSG : gnutls_x509_trust_list_init(&list, 0) < 0 ? -ENOMEM : 0;
    /* Those that are added belong to the list. */
    int added = e == 0 ? gnutls_x509_trust_list_add_cas(list, all, count, 0) : 0;
    for (unsigned i = added > 0 ? (unsigned)added : 0; i < count; i++)
        gnutls_x509_crt_deinit(all[i]);
    gnutls_free(all);
    if (e == 0 && added <= 0) {
        gnutls_x509_trust_list_deinit(list, 1);
        e = -EBADMSG;
    }
    if (e == 0)
        *ret_authorities = list;
    return e;
}

/* NULL: it is not, now or for this. */
static gnutls_x509_crt_t vouched(const gnutls_datum_t *chain, unsigned count, gnutls_x509_trust_list_t authorities)
{
    gnutls_x509_crt_t all[TAXII_CHAIN_MAX] = {0};
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};
    unsigned n = 0, status = ~0u;
    while (n < count && gnutls_x509_crt_init(&all[n]) >= 0) {
        n++;
        if (gnutls_x509_crt_import(all[n - 1], &chain[n - 1], GNUTLS_X509_FMT_DER) < 0)
            break;
    }
    bool is_vouched = n == count && n > 0 &&
                      gnutls_x509_trust_list_verify_crt2(authorities, all, n, &purpose, 1, 0, &status, NULL) >= 0 && status == 0;
    for (unsigned i = is_vouched ? 1 : 0; i < n; i++)
        gnutls_x509_crt_deinit(all[i]);
    return is_vouched ? all[0] : NULL;
}

void taxii_peer_read_chain(struct taxii_peer *p, const gnutls_datum_t *chain, unsigned count, gnutls_x509_trust_list_t authorities)
{
    *p = (struct taxii_peer){.is_read = true};
    if (!chain || count == 0 || count > TAXII_CHAIN_MAX ||
        gnutls_hash_fast(GNUTLS_DIG_SHA256, chain[0].data, chain[0].size, p->fingerprint) < 0)
        return;
    p->has_certificate = true;
    p->certificate = authorities ? vouched(chain, count, authorities) : NULL;
    p->is_vouched = p->certificate != NULL;
}

void taxii_peer_read(struct taxii_peer *p, gnutls_session_t session, gnutls_x509_trust_list_t authorities)
{
    unsigned count = 0;
    const gnutls_datum_t *chain = session ? gnutls_certificate_get_peers(session, &count) : NULL;
    taxii_peer_read_chain(p, chain, count, authorities);
}

/* As a whole: an octet 0 within is no end. */
static bool is_text(const char *text, size_t len, const char *name)
{
    return len == strlen(name) && strncasecmp(text, name, len) == 0;
}

static bool has_name(gnutls_x509_crt_t certificate, const char *name)
{
    char text[NAME_MAX_OCTETS];
    size_t len = sizeof text, more = 0;
    bool has_alternatives = false;
    int type;
    for (unsigned i = 0; (type = gnutls_x509_crt_get_subject_alt_name(certificate, i, text, &len, NULL)) != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
         i++) {
        has_alternatives = true;
        if (type == GNUTLS_SAN_DNSNAME && is_text(text, len, name))
            return true;
        len = sizeof text;
    }
    len = sizeof text;
    return !has_alternatives && gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, text, &len) == 0 &&
           is_text(text, len, name) &&
           gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 1, 0, NULL, &more) == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

bool taxii_peer_is_named(const struct taxii_peer *p, const char *name)
{
    return p->is_vouched && *name && has_name(p->certificate, name);
}

void taxii_peer_done(struct taxii_peer *p)
{
    if (p->certificate)
        gnutls_x509_crt_deinit(p->certificate);
    *p = (struct taxii_peer){0};
}
