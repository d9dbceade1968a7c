/* Reads, makes and renews certificates. */
#include "apps/process/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum {
    FILE_MAX = 256 << 10, /* a chain is some KiB */
    DAY_S = 86400,
    /* Longest that clients put up with anywhere (398 days are the limit for public ones), so that a node that nobody
     * touches for a year still works; the key stays, so a renewal breaks no pin. */
    VALID_S = 397 * DAY_S,
    RENEW_S = 30 * DAY_S,
    EARLY_S = DAY_S, /* for clients whose clock is behind */
    TRY_S = 10,      /* a file on a share that hangs */
    SERIAL_LEN = 16,
    KEY_ID_LEN = 32,
};

static const char own_certificate[] = "cert.pem", own_key[] = "key.pem";

/* ---- files ---- */

static void stamp(const char *path, struct certificate_stamp *ret_stamp)
{
    struct stat st;
    *ret_stamp = (struct certificate_stamp){0};
    if (path[0] && stat(path, &st) == 0)
        *ret_stamp = (struct certificate_stamp){st.st_dev, st.st_ino, st.st_size,
                                                st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec};
}

void certificate_files_stamp(struct certificate_files *f)
{
    stamp(f->certificate, &f->stamps[0]);
    stamp(f->private_key, &f->stamps[1]);
}

static bool same_stamp(const struct certificate_stamp *a, const struct certificate_stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size && a->changed_ns == b->changed_ns;
}

bool certificate_files_equal(const struct certificate_files *a, const struct certificate_files *b)
{
    return strcmp(a->certificate, b->certificate) == 0 && strcmp(a->private_key, b->private_key) == 0 &&
           same_stamp(&a->stamps[0], &b->stamps[0]) && same_stamp(&a->stamps[1], &b->stamps[1]);
}

/* A file as a whole, on the heap; gnutls_free frees it, after wiping what may be a key. */
static int read_file(int folder, const char *path, gnutls_datum_t *ret_octets)
{
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (folder == AT_FDCWD ? 0 : O_NOFOLLOW));
    if (fd < 0)
        return -errno;
    uint8_t *octets = gnutls_malloc(FILE_MAX);
    ssize_t n = 0;
    size_t len = 0;
    while (octets && len < FILE_MAX && (n = read(fd, octets + len, FILE_MAX - len)) > 0)
        len += (size_t)n;
    int e = !octets ? -ENOMEM : n < 0 ? -errno : len == FILE_MAX ? -EFBIG : 0;
    close(fd);
    *ret_octets = (gnutls_datum_t){octets, (unsigned)len};
    return e;
}

static void forget(gnutls_datum_t *octets)
{
    if (octets->data)
        gnutls_memset(octets->data, 0, octets->size);
    gnutls_free(octets->data);
    octets->data = NULL;
}

static int write_file(int folder, const char *name, const gnutls_datum_t *octets)
{
    char aside[32];
    snprintf(aside, sizeof aside, "%s.new", name);
    (void)unlinkat(folder, aside, 0); /* left from a start that was cut short */
    int fd = openat(folder, aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int e = 0;
    for (size_t done = 0; e == 0 && done < octets->size;) {
        ssize_t n = write(fd, octets->data + done, octets->size - done);
        if (n < 0)
            e = -errno;
        else
            done += (size_t)n;
    }
    if (e == 0 && fsync(fd) < 0)
        e = -errno;
    close(fd);
    if (e == 0 && renameat(folder, aside, folder, name) < 0)
        e = -errno;
    return e;
}

/* ---- from PEM to what TLS needs ---- */

static int key_id_of(gnutls_x509_crt_t crt, uint8_t *ret_id)
{
    size_t len = KEY_ID_LEN;
    return gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, ret_id, &len);
}

/* A name that a client may be sent to. */
static void take_name(gnutls_x509_crt_t crt, char *ret_name, size_t max)
{
    ret_name[0] = '\0';
    int kind = 0;
    for (unsigned i = 0; ret_name[0] == '\0' && kind != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE; i++) {
        char name[256] = "";
        size_t len = sizeof name - 1;
        kind = gnutls_x509_crt_get_subject_alt_name(crt, i, name, &len, NULL);
        if (kind == GNUTLS_SAN_DNSNAME && strcmp(name, "localhost") != 0 && !strchr(name, '*'))
            snprintf(ret_name, max, "%s", name);
    }
}

static int describe(const gnutls_datum_t *pem, struct certificate *c)
{
    gnutls_x509_crt_t crt;
    uint8_t id[KEY_ID_LEN];
    gnutls_datum_t text = {0};
    int e = gnutls_x509_crt_init(&crt);
    if (e < 0)
        return e;
    e = gnutls_x509_crt_import(crt, pem, GNUTLS_X509_FMT_PEM);
    if (e >= 0)
        e = key_id_of(crt, id);
    if (e >= 0)
        e = gnutls_base64_encode2(&(gnutls_datum_t){id, sizeof id}, &text);
    if (e >= 0) {
        snprintf(c->pin, sizeof c->pin, "%.*s", (int)text.size, (const char *)text.data);
        c->ends_s = gnutls_x509_crt_get_expiration_time(crt);
        take_name(crt, c->name, sizeof c->name);
    }
    gnutls_free(text.data);
    gnutls_x509_crt_deinit(crt);
    return e;
}

static char *copy_text(const gnutls_datum_t *octets)
{
    return strndup((const char *)octets->data, octets->size);
}

void certificate_pem_forget(struct certificate_pem *pem)
{
    if (pem->key)
        gnutls_memset(pem->key, 0, strlen(pem->key));
    free(pem->key);
    free(pem->certificate);
    *pem = (struct certificate_pem){0};
}

/* *ret_reason: static. A context is made in either case: it shows that the two belong together. */
static int take_pem(const gnutls_datum_t *crt, const gnutls_datum_t *key, struct certificate *ret_certificate,
                    struct certificate_pem *ret_pem, const char **ret_reason)
{
    struct certificate c = {0};
    int e = describe(crt, &c);
    if (e < 0) {
        *ret_reason = gnutls_strerror(e);
        return -EINVAL;
    }
    e = dns_tls_new(crt->data, crt->size, key->data, key->size, &c.tls, ret_reason);
    if (e == 0 && ret_pem) {
        dns_tls_free(c.tls);
        c.tls = NULL;
        *ret_pem = (struct certificate_pem){.certificate = copy_text(crt), .key = copy_text(key)};
        if (!ret_pem->certificate || !ret_pem->key) {
            certificate_pem_forget(ret_pem);
            *ret_reason = strerror(ENOMEM);
            e = -ENOMEM;
        }
    }
    if (e == 0)
        *ret_certificate = c;
    return e;
}

int certificate_load(const struct certificate_files *f, struct certificate *ret_certificate, struct certificate_pem *ret_pem,
                     char *ret_error)
{
    gnutls_datum_t crt = {0}, key = {0};
    int e = read_file(AT_FDCWD, f->certificate, &crt);
    if (e < 0)
        snprintf(ret_error, CERTIFICATE_ERROR_MAX, "%s: %s", f->certificate, strerror(-e));
    if (e == 0) {
        e = read_file(AT_FDCWD, f->private_key, &key);
        if (e < 0)
            snprintf(ret_error, CERTIFICATE_ERROR_MAX, "%s: %s", f->private_key, strerror(-e));
    }
    if (e == 0) {
        const char *reason;
        e = take_pem(&crt, &key, ret_certificate, ret_pem, &reason);
        if (e < 0)
            snprintf(ret_error, CERTIFICATE_ERROR_MAX, _("%.160s and its key: %.160s"), f->certificate, reason);
    }
    forget(&crt);
    forget(&key);
    return e;
}

static void try_and_exit(const struct certificate_files *f, int fd)
{
    char error[CERTIFICATE_ERROR_MAX] = "";
    struct certificate c;
    alarm(TRY_S);
    if (certificate_load(f, &c, NULL, error) == 0)
        _exit(0);
    ssize_t n = write(fd, error, strlen(error));
    (void)n; /* the exit code says enough */
    _exit(1);
}

int certificate_try(const struct certificate_files *f, char *ret_error)
{
    int pipe_fds[2], status = 0;
    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0)
        try_and_exit(f, pipe_fds[1]);
    close(pipe_fds[1]);
    ssize_t n = pid > 0 ? read(pipe_fds[0], ret_error, CERTIFICATE_ERROR_MAX - 1) : 0;
    close(pipe_fds[0]);
    pid_t ended;
    while ((ended = pid > 0 ? waitpid(pid, &status, 0) : -1) < 0 && errno == EINTR)
        ;
    if (ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (n > 0)
        ret_error[n] = '\0';
    else
        snprintf(ret_error, CERTIFICATE_ERROR_MAX, _("%s cannot be tried"), f->certificate);
    return -EINVAL;
}

/* ---- the node's own ---- */

struct own {
    const struct certificate_names *names;
    char host[256]; /* empty: it has no usable name */
    int64_t now_s;
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
    gnutls_datum_t key_pem, crt_pem;
};

/* An address as certificates have it: four octets or sixteen. */
static gnutls_datum_t san_of(const struct addr *a)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool v4 = memcmp(a->bytes, mapped, sizeof mapped) == 0;
    return (gnutls_datum_t){(uint8_t *)(uintptr_t)a->bytes + (v4 ? 12 : 0), v4 ? 4 : 16};
}

static bool has_names(const struct own *o)
{
    if (!gnutls_x509_crt_check_hostname(o->crt, "localhost") ||
        (o->host[0] && !gnutls_x509_crt_check_hostname(o->crt, o->host)))
        return false;
    for (unsigned i = 0; i < o->names->address_count; i++) {
        gnutls_datum_t ip = san_of(&o->names->addresses[i]);
        if (!gnutls_x509_crt_check_ip(o->crt, ip.data, ip.size, 0))
            return false;
    }
    return true;
}

static bool fits_key(const struct own *o)
{
    uint8_t ours[KEY_ID_LEN], its[KEY_ID_LEN];
    size_t len = sizeof ours;
    return gnutls_x509_privkey_get_key_id(o->key, GNUTLS_KEYID_USE_SHA256, ours, &len) >= 0 &&
           key_id_of(o->crt, its) >= 0 && memcmp(ours, its, sizeof ours) == 0;
}

/* Is what is in the folder good for a while? */
static bool take_old(struct own *o, int folder)
{
    if (folder < 0 || read_file(folder, own_certificate, &o->crt_pem) < 0)
        return false;
    return gnutls_x509_crt_import(o->crt, &o->crt_pem, GNUTLS_X509_FMT_PEM) >= 0 && fits_key(o) && has_names(o) &&
           gnutls_x509_crt_get_activation_time(o->crt) <= o->now_s &&
           gnutls_x509_crt_get_expiration_time(o->crt) >= o->now_s + RENEW_S;
}

static int take_key(struct own *o, int folder)
{
    if (folder >= 0 && read_file(folder, own_key, &o->key_pem) == 0 &&
        gnutls_x509_privkey_import(o->key, &o->key_pem, GNUTLS_X509_FMT_PEM) >= 0)
        return 0;
    forget(&o->key_pem);
    int e = gnutls_x509_privkey_generate(o->key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (e >= 0)
        e = gnutls_x509_privkey_export2(o->key, GNUTLS_X509_FMT_PEM, &o->key_pem);
    if (e < 0)
        return -EINVAL;
    return folder >= 0 ? write_file(folder, own_key, &o->key_pem) : 0;
}

static int add_names(const struct own *o)
{
    const char *subject = o->host[0] ? o->host : "hinomi";
    int e = gnutls_x509_crt_set_dn_by_oid(o->crt, GNUTLS_OID_X520_COMMON_NAME, 0, subject,
                                          (unsigned)strnlen(subject, 64));
    if (e >= 0)
        e = gnutls_x509_crt_set_subject_alt_name(o->crt, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_APPEND);
    if (e >= 0 && o->host[0])
        e = gnutls_x509_crt_set_subject_alt_name(o->crt, GNUTLS_SAN_DNSNAME, o->host, (unsigned)strlen(o->host),
                                                 GNUTLS_FSAN_APPEND);
    for (unsigned i = 0; e >= 0 && i < o->names->address_count; i++) {
        gnutls_datum_t ip = san_of(&o->names->addresses[i]);
        e = gnutls_x509_crt_set_subject_alt_name(o->crt, GNUTLS_SAN_IPADDRESS, ip.data, ip.size, GNUTLS_FSAN_APPEND);
    }
    return e;
}

static int sign_new(const struct own *o)
{
    uint8_t serial[SERIAL_LEN];
    int e = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof serial);
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and as long as it is */
    if (e >= 0)
        e = gnutls_x509_crt_set_version(o->crt, 3);
    if (e >= 0)
        e = gnutls_x509_crt_set_serial(o->crt, serial, sizeof serial);
    if (e >= 0)
        e = gnutls_x509_crt_set_activation_time(o->crt, o->now_s - EARLY_S);
    if (e >= 0)
        e = gnutls_x509_crt_set_expiration_time(o->crt, o->now_s + VALID_S);
    if (e >= 0)
        e = add_names(o);
    if (e >= 0)
        e = gnutls_x509_crt_set_basic_constraints(o->crt, 0, -1);
    if (e >= 0)
        e = gnutls_x509_crt_set_key_usage(o->crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (e >= 0)
        e = gnutls_x509_crt_set_key_purpose_oid(o->crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
    if (e >= 0)
        e = gnutls_x509_crt_set_key(o->crt, o->key);
    return e >= 0 ? gnutls_x509_crt_sign2(o->crt, o->crt, o->key, GNUTLS_DIG_SHA256, 0) : e;
}

static int make_new(struct own *o, int folder)
{
    forget(&o->crt_pem);
    gnutls_x509_crt_deinit(o->crt);
    o->crt = NULL;
    int e = gnutls_x509_crt_init(&o->crt);
    if (e >= 0)
        e = sign_new(o);
    if (e >= 0)
        e = gnutls_x509_crt_export2(o->crt, GNUTLS_X509_FMT_PEM, &o->crt_pem);
    if (e < 0)
        return -EINVAL;
    return folder >= 0 ? write_file(folder, own_certificate, &o->crt_pem) : 0;
}

/* Letters, digits, hyphens and dots are a name that a client may check. */
static void take_host(struct own *o)
{
    static const char usable[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
    if (gethostname(o->host, sizeof o->host - 1) < 0 || o->host[strspn(o->host, usable)])
        o->host[0] = '\0';
}

int certificate_own(int folder, const struct certificate_names *names, struct certificate *ret_certificate,
                    struct certificate_pem *ret_pem, char *ret_error)
{
    struct own o = {.names = names, .now_s = clock_wall_us() / 1000000};
    const char *reason = NULL;
    bool made = false;
    take_host(&o);
    int e = gnutls_x509_privkey_init(&o.key) < 0 || gnutls_x509_crt_init(&o.crt) < 0 ? -ENOMEM : 0;
    if (e == 0)
        e = take_key(&o, folder);
    if (e == 0 && !take_old(&o, folder)) {
        made = true;
        e = make_new(&o, folder);
    }
    if (e == 0)
        e = take_pem(&o.crt_pem, &o.key_pem, ret_certificate, ret_pem, &reason);
    if (e == 0)
        ret_certificate->made = made;
    else
        snprintf(ret_error, CERTIFICATE_ERROR_MAX, "%s", reason ? reason : strerror(-e));
    forget(&o.crt_pem);
    forget(&o.key_pem);
    if (o.key)
        gnutls_x509_privkey_deinit(o.key);
    if (o.crt)
        gnutls_x509_crt_deinit(o.crt);
    return e;
}

int64_t certificate_renew_in_s(const struct certificate *c)
{
    return c->ends_s - RENEW_S + 1 - clock_wall_us() / 1000000; /* take_old() still takes it for that second */
}

void certificate_log(const struct certificate *c)
{
    char day[16];
    time_t ends = (time_t)c->ends_s;
    struct tm tm;
    strftime(day, sizeof day, "%Y-%m-%d", gmtime_r(&ends, &tm));
    if (c->made)
        log_notice(_("made a certificate, until %s, pin-sha256 %s"), day, c->pin);
    else if (c->ends_s < clock_wall_us() / 1000000)
        log_warning(_("the certificate ended on %s, pin-sha256 %s"), day, c->pin);
    else
        log_notice(_("certificate until %s, pin-sha256 %s"), day, c->pin);
}
