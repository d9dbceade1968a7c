/* Certificates of clients: fingerprints, and names that an authority vouches for; made here with GnuTLS. */
#include "share/taxii/peer.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/test.h"

struct made {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
    gnutls_datum_t der, pem;
};

enum kind { AUTHORITY, CLIENT, SERVER, ENDED };

static void make(struct made *m, enum kind kind, const char *name, const char *alternative, const struct made *by)
{
    time_t now = time(NULL);
    unsigned char serial = (unsigned char)(kind + 1);
    gnutls_x509_privkey_init(&m->key);
    check(gnutls_x509_privkey_generate(m->key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) == 0);
    gnutls_x509_crt_init(&m->certificate);
    gnutls_x509_crt_set_version(m->certificate, 3);
    gnutls_x509_crt_set_serial(m->certificate, &serial, 1);
    gnutls_x509_crt_set_activation_time(m->certificate, now - 7200);
    gnutls_x509_crt_set_expiration_time(m->certificate, kind == ENDED ? now - 3600 : now + 3600);
    gnutls_x509_crt_set_dn_by_oid(m->certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
    if (alternative)
        gnutls_x509_crt_set_subject_alt_name(m->certificate, GNUTLS_SAN_DNSNAME, alternative, (unsigned)strlen(alternative), GNUTLS_FSAN_SET);
    gnutls_x509_crt_set_basic_constraints(m->certificate, kind == AUTHORITY, -1);
    gnutls_x509_crt_set_key_usage(m->certificate, kind == AUTHORITY ? GNUTLS_KEY_KEY_CERT_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (kind != AUTHORITY)
        gnutls_x509_crt_set_key_purpose_oid(m->certificate, kind == SERVER ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT, 0);
    gnutls_x509_crt_set_key(m->certificate, m->key);
    const struct made *signer = by ? by : m;
    check(gnutls_x509_crt_sign2(m->certificate, signer->certificate, signer->key, GNUTLS_DIG_SHA256, 0) == 0);
    check(gnutls_x509_crt_export2(m->certificate, GNUTLS_X509_FMT_DER, &m->der) == 0);
    check(gnutls_x509_crt_export2(m->certificate, GNUTLS_X509_FMT_PEM, &m->pem) == 0);
}

static void forget(struct made *m)
{
    gnutls_x509_crt_deinit(m->certificate);
    gnutls_x509_privkey_deinit(m->key);
    gnutls_free(m->der.data);
    gnutls_free(m->pem.data);
}

static bool is_named(const struct made *client, gnutls_x509_trust_list_t authorities, const char *name)
{
    struct taxii_peer p;
    taxii_peer_read_chain(&p, &client->der, 1, authorities);
    check(p.has_certificate);
    bool named = taxii_peer_is_named(&p, name);
    taxii_peer_done(&p);
    return named;
}

TEST(a_fingerprint_is_the_SHA_256_of_the_certificate)
{
    struct made m;
    struct taxii_peer p;
    uint8_t hash[32];
    make(&m, CLIENT, "b.example", NULL, NULL);
    taxii_peer_read_chain(&p, &m.der, 1, NULL);
    check(p.has_certificate && !p.is_vouched);
    check(!taxii_peer_is_named(&p, "b.example"));
    gnutls_hash_fast(GNUTLS_DIG_SHA256, m.der.data, m.der.size, hash);
    check_bytes(p.fingerprint, hash, 32);
    taxii_peer_done(&p);
    taxii_peer_read_chain(&p, NULL, 0, NULL);
    check(p.is_read && !p.has_certificate);
    forget(&m);
}

TEST(a_name_counts_if_an_authority_vouches_for_it_now_and_for_clients)
{
    struct made authority, other, client, alternative, server, ended, foreign, self;
    gnutls_x509_trust_list_t list;
    make(&authority, AUTHORITY, "an authority", NULL, NULL);
    make(&other, AUTHORITY, "another one", NULL, NULL);
    make(&client, CLIENT, "b.example", NULL, &authority);
    make(&alternative, CLIENT, "b.example", "c.example", &authority);
    make(&server, SERVER, "b.example", NULL, &authority);
    make(&ended, ENDED, "b.example", NULL, &authority);
    make(&foreign, CLIENT, "b.example", NULL, &other);
    make(&self, CLIENT, "b.example", NULL, NULL);
    check_int(taxii_authorities_read((const char *)authority.pem.data, &list), ==, 0);
    check(is_named(&client, list, "b.example"));
    check(!is_named(&client, list, "a.example"));
    check(!is_named(&client, list, ""));
    check(is_named(&alternative, list, "c.example"));
    check(!is_named(&alternative, list, "b.example")); /* the common name counts without others alone */
    check(!is_named(&server, list, "b.example"));
    check(!is_named(&ended, list, "b.example"));
    check(!is_named(&foreign, list, "b.example"));
    check(!is_named(&self, list, "b.example"));
    gnutls_x509_trust_list_deinit(list, 1);
    struct made *const all[] = {&authority, &other, &client, &alternative, &server, &ended, &foreign, &self};
    for (size_t i = 0; i < array_len(all); i++)
        forget(all[i]);
}

TEST(what_is_no_certificate_of_an_authority_is_refused)
{
    gnutls_x509_trust_list_t list;
    check_int(taxii_authorities_read("", &list), ==, -EBADMSG);
    check_int(taxii_authorities_read("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &list), ==, -EBADMSG);
    static const gnutls_datum_t broken = {(unsigned char *)(uintptr_t) "0\x82", 2};
    struct taxii_peer p;
    struct made authority;
    make(&authority, AUTHORITY, "an authority", NULL, NULL);
    check_int(taxii_authorities_read((const char *)authority.pem.data, &list), ==, 0);
    taxii_peer_read_chain(&p, &broken, 1, list);
    check(p.has_certificate && !p.is_vouched); /* a fingerprint nobody has */
    taxii_peer_done(&p);
    gnutls_x509_trust_list_deinit(list, 1);
    forget(&authority);
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
