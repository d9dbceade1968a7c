/* Any octets as a configuration file: it is read, or refused with a text that names the file. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "apps/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64], error[CONFIG_ERROR_MAX] = "";
    struct config *c = calloc(1, sizeof *c), *again = calloc(1, sizeof *c);
    int fd = memfd_create("hinomi.conf", MFD_CLOEXEC);
    assert(c && again && fd >= 0);
    ssize_t n = write(fd, data, size);
    assert(n == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    config_defaults(c);
    int e = config_load(path, c, error);
    if (e < 0) {
        assert(strncmp(error, path, strlen(path)) == 0 && strnlen(error, sizeof error) < sizeof error);
    } else {
        assert(c->size == sizeof *c && c->dns.workers > 0 && c->dns.access_count <= DNS_ACCESS_MAX);
        assert(c->dns.groups.count <= GROUPS_MAX && c->dns.groups.prefix_count <= GROUP_PREFIXES_MAX);
        config_defaults(again);
        e = config_load(path, again, error);
        assert(e == 0 && dns_service_options_equal(&c->dns, &again->dns)); /* a reload of the same file changes nothing */
    }
    close(fd);
    free(c);
    free(again);
    return 0;
}
