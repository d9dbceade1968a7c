/* Any octets as a list in each format: every rule that comes out is one that a builder takes, every skip has a line.
 * First octet: the format. */
#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "act/policy/data.h"
#include "act/policy/list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t rules, skipped;
    uint32_t line;
};

static int on_rule(void *self, const struct list_rule *rule, uint32_t line)
{
    struct seen *s = self;
    s->rules++;
    assert(line >= s->line);
    s->line = line;
    assert(rule->action > DNS_ACTION_NONE && rule->action < DNS_ACTION_COUNT && rule->action != DNS_ACTION_REFUSED);
    assert(rule->scope >= POLICY_SCOPE_EXACT && rule->scope <= POLICY_SCOPE_BOTH);
    struct reader r = reader_of(rule->name->wire, rule->name->len);
    struct dns_name again;
    int e = dns_name_read(&r, &again);
    assert(e == 0 && r.left == 0 && dns_name_equal(&again, rule->name) && again.labels == rule->name->labels);
    assert(memcmp(again.at, rule->name->at, again.labels + 1u) == 0);
    assert((rule->action == DNS_ACTION_LOCAL_DATA) == (rule->data_len > 0));
    assert(rule->data_len <= POLICY_DATA_MAX);
    if (rule->data_len > 0) {
        struct reader d = reader_of(rule->data, rule->data_len);
        struct policy_data_record record;
        while (policy_data_next(&d, &record))
            assert(record.type != 0);
        assert(!d.failed);
    }
    return 0;
}

static void on_skip(void *self, enum list_flaw flaw, uint32_t line, const char *text, size_t len)
{
    struct seen *s = self;
    s->skipped++;
    assert(flaw < LIST_FLAW_COUNT && line >= s->line && len <= LINES_MAX);
    s->line = line;
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++) /* all of it may be read */
        sum += (unsigned char)text[i];
    assert(sum <= 255 * LINES_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    int fd = memfd_create("list", MFD_CLOEXEC);
    assert(fd >= 0);
    ssize_t n = write(fd, data + 1, size - 1);
    assert(n == (ssize_t)size - 1 && lseek(fd, 0, SEEK_SET) == 0);
    struct seen seen = {0};
    struct list_stats stats;
    struct list_handler handler = {.on_rule = on_rule, .on_skip = on_skip, .self = &seen};
    int e = list_read(fd, (enum list_format)(data[0] % LIST_FORMAT_COUNT), handler, &stats);
    assert(e == 0 && stats.rules == seen.rules && stats.skipped_all == seen.skipped);
    assert(stats.format > LIST_FORMAT_AUTO && stats.format < LIST_FORMAT_COUNT);
    close(fd);
    return 0;
}
