/* For the tests of lists: what a list gives, as text to compare: "LINE ACTION SCOPE NAME DATA" for a rule, "LINE skipped:
 * REASON" for a flaw. */
#ifndef HINOMI_ACT_POLICY_LIST_TOLD_H
#define HINOMI_ACT_POLICY_LIST_TOLD_H

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "act/policy/data.h"
#include "act/policy/list.h"
#include "base/addr.h"
#include "base/test.h"

struct told {
    char text[16384];
    size_t len;
    int stop_at; /* the rule that on_rule refuses, from 1; 0: none */
    int rules;
};

static printf_like(2, 3) void tell(struct told *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->text + t->len, sizeof t->text - t->len, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof t->text - t->len)
        t->len += (size_t)n;
}

static void tell_data(struct told *t, const uint8_t *data, size_t len)
{
    struct reader r = reader_of(data, len);
    struct policy_data_record record;
    while (policy_data_next(&r, &record)) {
        char type[DNS_TYPE_TEXT_MAX], name[DNS_NAME_TEXT_MAX];
        tell(t, " %s %u", dns_type_format(record.type, type), record.ttl);
        if (record.type == DNS_TYPE_A && record.len == 4)
            tell(t, " %u.%u.%u.%u", record.rdata[0], record.rdata[1], record.rdata[2], record.rdata[3]);
        else if (record.type == DNS_TYPE_CNAME)
            tell(t, " %s", dns_name_format_wire(record.rdata, record.len, name));
        else
            for (unsigned i = 0; i < record.len; i++)
                tell(t, i ? "%02x" : " %02x", record.rdata[i]);
    }
    check(!r.failed);
}

static int on_rule(void *self, const struct list_rule *rule, uint32_t line)
{
    static const char *const scopes[] = {"?", "exact", "below", "both"};
    struct told *t = self;
    char name[DNS_NAME_TEXT_MAX], address[ADDR_TEXT_MAX];
    if (++t->rules == t->stop_at)
        return -ENOSPC;
    tell(t, "%u %s %s ", line, dns_action_word(rule->action), scopes[rule->scope]);
    if (rule->trigger != DNS_TRIGGER_NAME)
        tell(t, "%s ", dns_trigger_word(rule->trigger));
    if (rule->trigger == DNS_TRIGGER_NAME || rule->trigger == DNS_TRIGGER_NS_NAME)
        tell(t, "%s", dns_name_format(rule->name, name));
    else
        tell(t, "%s/%u", addr_format(&rule->prefix->addr, address), rule->prefix->bits);
    check_int(rule->data != NULL, ==, rule->action == DNS_ACTION_LOCAL_DATA);
    if (rule->data)
        tell_data(t, rule->data, rule->data_len);
    tell(t, "\n");
    return 0;
}

static void on_skip(void *self, enum list_flaw flaw, uint32_t line, const char *text, size_t len)
{
    (void)text, (void)len;
    tell(self, "%u skipped: %s\n", line, list_flaw_text(flaw));
}

static struct told told;
static struct list_stats stats;

static int fd_of(const char *text, size_t len)
{
    int fd = memfd_create("list", MFD_CLOEXEC);
    check(fd >= 0);
    check_int(write(fd, text, len), ==, len);
    check_int(lseek(fd, 0, SEEK_SET), ==, 0);
    return fd;
}

static int read_reading(const struct list_reading *how, const char *text, size_t len)
{
    told = (struct told){.stop_at = told.stop_at};
    int fd = fd_of(text, len);
    int e = list_read_as(fd, how, (struct list_handler){.on_rule = on_rule, .on_skip = on_skip, .self = &told}, &stats);
    close(fd);
    return e;
}

static int read_octets(enum list_format format, const char *text, size_t len)
{
    return read_reading(&(struct list_reading){.format = format}, text, len);
}

static void check_list(enum list_format format, const char *text, const char *want)
{
    check_int(read_octets(format, text, strlen(text)), ==, 0);
    check_str(told.text, want);
}

#endif
