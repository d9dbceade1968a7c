/* Any octets as an image, its checksum not asked for: lookups, explaining and verifying stay inside, whatever it says. */
#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "act/policy/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void each(void *self, const struct policy_list *list, const struct policy_rule *rule, uint32_t line,
                 unsigned label)
{
    unsigned *sum = self;
    *sum += (unsigned)strlen(list->name) + rule->action + (line & 1) + label;
}

static unsigned look_up(const struct policy_image *im, const char *text)
{
    struct dns_name name;
    struct policy_probe p;
    struct dns_decision d;
    unsigned sum = 0;
    int e = dns_name_parse(text, strlen(text), &name);
    assert(e == 0);
    policy_probe_init(&p, im, &name);
    if (policy_probe_decide(&p, &name, 50, &d)) {
        assert(d.action < DNS_ACTION_COUNT && d.label <= name.labels);
        sum += (unsigned)strlen(d.list_name);
        for (uint32_t i = 0; i < d.data_len; i++)
            sum += d.data[i];
    }
    policy_image_each_match(im, &name, each, &sum);
    return sum;
}

static unsigned look_up_other(const struct policy_image *im)
{
    static const char *const addresses[] = {"192.0.2.1", "203.0.113.7", "2001:db8::1", "198.51.100.53"};
    struct policy_search s = {.image = im};
    struct dns_name server;
    unsigned sum = 0;
    int e = dns_name_parse("x.ns.test", 9, &server);
    assert(e == 0);
    policy_search_ns_name(&s, &server);
    for (size_t i = 0; i < array_len(addresses); i++) {
        struct addr a;
        e = addr_parse(addresses[i], &a);
        assert(e == 0);
        for (unsigned trigger = DNS_TRIGGER_CLIENT; trigger < DNS_TRIGGER_COUNT; trigger++) {
            if (trigger == DNS_TRIGGER_NS_NAME)
                continue;
            policy_search_address(&s, trigger, &a);
            policy_image_each_prefix_match(im, trigger, &a, each, &sum);
        }
    }
    struct dns_decision d;
    if (s.best.rule)
        policy_found_decision(im, &s.best, &d);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("image", MFD_CLOEXEC);
    assert(fd >= 0);
    ssize_t n = write(fd, data, size);
    assert(n == (ssize_t)size);
    struct policy_image *im = NULL;
    const char *reason = NULL;
    if (policy_image_open_fd(fd, false, &im, &reason) < 0) {
        assert(!im && reason);
    } else {
        static const char *const names[] = {".", "test", "a.test", "x.a.test", "b.test", "c.c.c.c.c.c.c.c.test"};
        volatile unsigned sink = 0;
        for (size_t i = 0; i < array_len(names); i++)
            sink = sink + look_up(im, names[i]);
        sink = sink + look_up_other(im);
        int64_t names_found = policy_image_verify(im);
        assert(names_found < 0 || names_found <= (int64_t)size);
        policy_image_close(im);
    }
    close(fd);
    return 0;
}
