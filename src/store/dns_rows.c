/* Turns observations into the columns of the table `dns`. */
#include "store/dns_rows.h"

#include <errno.h>
#include <stdlib.h>

#include "base/reader.h"
#include "base/writer.h"

struct dns_rows {
    size_t count, rows_max;
    struct writer names, members, groups; /* as Native wants them: varint length, bytes */
    struct addr *client;
    uint64_t *seq;
    uint32_t *ts, *us, *verdict, *line, *latency_us;
    uint16_t *qtype, *list;
    uint8_t *transport, *rcode, *action, *cached, *trigger;
};

int dns_rows_new(size_t rows_max, size_t names_max, struct dns_rows **ret_rows)
{
    if (rows_max < 1 || rows_max > DNS_ROWS_MAX || names_max < DNS_ROWS_NAME_TEXT_MAX ||
        names_max > DNS_ROWS_NAMES_MAX)
        return -EINVAL;
    struct dns_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        return -ENOMEM;
    rows->rows_max = rows_max;
    rows->names = writer_of(malloc(names_max), names_max);
    rows->members = writer_of(malloc(DNS_ROWS_LABELS_MAX), DNS_ROWS_LABELS_MAX);
    rows->groups = writer_of(malloc(DNS_ROWS_LABELS_MAX), DNS_ROWS_LABELS_MAX);
    rows->client = malloc(rows_max * sizeof *rows->client);
    rows->seq = malloc(rows_max * sizeof *rows->seq);
    uint32_t **words[] = {&rows->ts, &rows->us, &rows->verdict, &rows->line, &rows->latency_us};
    uint16_t **halves[] = {&rows->qtype, &rows->list};
    uint8_t **octets[] = {&rows->transport, &rows->rcode, &rows->action, &rows->cached, &rows->trigger};
    bool whole = rows->names.base && rows->members.base && rows->groups.base && rows->client && rows->seq;
    for (size_t i = 0; i < array_len(words); i++)
        whole = (*words[i] = malloc(rows_max * sizeof **words[i])) && whole;
    for (size_t i = 0; i < array_len(halves); i++)
        whole = (*halves[i] = malloc(rows_max * sizeof **halves[i])) && whole;
    for (size_t i = 0; i < array_len(octets); i++)
        whole = (*octets[i] = malloc(rows_max)) && whole;
    if (!whole) {
        dns_rows_free(rows);
        return -ENOMEM;
    }
    *ret_rows = rows;
    return 0;
}

void dns_rows_free(struct dns_rows *rows)
{
    if (!rows)
        return;
    void *const parts[] = {rows->names.base, rows->members.base, rows->groups.base, rows->client,    rows->seq,   rows->ts,
                           rows->us,         rows->verdict,      rows->line,        rows->qtype,     rows->list,  rows->rcode,
                           rows->latency_us, rows->action,       rows->cached,      rows->transport, rows->trigger};
    for (size_t i = 0; i < array_len(parts); i++)
        free(parts[i]);
    free(rows);
}

size_t dns_rows_count(const struct dns_rows *rows)
{
    return rows->count;
}

static size_t put_octet(char *to, uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        c |= 0x20;
    if (c > 0x20 && c < 0x7f && c != '.' && c != '\\') {
        to[0] = (char)c;
        return 1;
    }
    to[0] = '\\';
    to[1] = (char)('0' + c / 100);
    to[2] = (char)('0' + c / 10 % 10);
    to[3] = (char)('0' + c % 10);
    return 4;
}

size_t dns_name_text(const uint8_t *wire, size_t len, char *text)
{
    struct reader r = reader_of(wire, len);
    size_t n = 0;
    for (uint8_t label = reader_u8(&r); label > 0; label = reader_u8(&r)) {
        struct reader octets = reader_sub(&r, label);
        if (n > 0 && octets.left > 0)
            text[n++] = '.';
        while (octets.left > 0)
            n += put_octet(text + n, reader_u8(&octets));
    }
    if (n == 0)
        text[n++] = '.';
    text[n] = '\0';
    return n;
}

static bool has_room(const struct writer *w, size_t len)
{
    return len + 2 <= w->max - w->len; /* two octets hold the varint of any length that there is here */
}

static void put_string(struct writer *w, const char *text, size_t len)
{
    writer_varint(w, len);
    writer_bytes(w, text, len);
}

int dns_rows_add(struct dns_rows *rows, const struct dns_observation *o, const struct dns_row_labels *labels)
{
    char text[DNS_ROWS_NAME_TEXT_MAX];
    size_t len = dns_name_text(o->name, o->name_len, text);
    size_t member_len = strnlen(labels->member, DNS_ROWS_LABEL_MAX), group_len = strnlen(labels->group, DNS_ROWS_LABEL_MAX);
    if (rows->count == rows->rows_max || !has_room(&rows->names, len) || !has_room(&rows->members, member_len) ||
        !has_room(&rows->groups, group_len))
        return -ENOBUFS;
    size_t i = rows->count++;
    put_string(&rows->names, text, len);
    put_string(&rows->members, labels->member, member_len);
    put_string(&rows->groups, labels->group, group_len);
    rows->seq[i] = labels->seq;
    rows->ts[i] = (uint32_t)(o->time_us / 1000000);
    rows->us[i] = (uint32_t)(o->time_us % 1000000);
    rows->client[i] = o->client;
    rows->transport[i] = o->transport;
    rows->qtype[i] = o->qtype;
    rows->rcode[i] = o->rcode;
    rows->action[i] = o->action;
    rows->verdict[i] = o->verdict.id;
    rows->line[i] = o->verdict.line;
    rows->list[i] = o->list;
    rows->latency_us[i] = o->latency_us;
    rows->cached[i] = o->from_cache;
    rows->trigger[i] = o->trigger;
    return 0;
}

int dns_rows_take(struct dns_rows *rows, struct native *block)
{
    size_t n = rows->count;
    if (n == 0)
        return -ENODATA;
    native_reset(block);
    native_block(block, 17, n);
    native_column(block, "ts", "DateTime");
    native_u32s(block, rows->ts, n);
    native_column(block, "us", "UInt32");
    native_u32s(block, rows->us, n);
    native_column(block, "client", "FixedString(16)");
    native_bytes(block, rows->client, n * sizeof *rows->client);
    native_column(block, "transport", "UInt8");
    native_u8s(block, rows->transport, n);
    native_column(block, "name", "String");
    native_bytes(block, rows->names.base, rows->names.len);
    native_column(block, "qtype", "UInt16");
    native_u16s(block, rows->qtype, n);
    native_column(block, "rcode", "UInt8");
    native_u8s(block, rows->rcode, n);
    native_column(block, "action", "UInt8");
    native_u8s(block, rows->action, n);
    native_column(block, "verdict", "UInt32");
    native_u32s(block, rows->verdict, n);
    native_column(block, "line", "UInt32");
    native_u32s(block, rows->line, n);
    native_column(block, "list", "UInt16");
    native_u16s(block, rows->list, n);
    native_column(block, "latency_us", "UInt32");
    native_u32s(block, rows->latency_us, n);
    native_column(block, "cached", "UInt8");
    native_u8s(block, rows->cached, n);
    native_column(block, "member", "String");
    native_bytes(block, rows->members.base, rows->members.len);
    native_column(block, "group", "String");
    native_bytes(block, rows->groups.base, rows->groups.len);
    native_column(block, "trigger", "UInt8");
    native_u8s(block, rows->trigger, n);
    native_column(block, "seq", "UInt64");
    native_u64s(block, rows->seq, n);
    rows->count = 0;
    rows->names.len = rows->members.len = rows->groups.len = 0;
    return block->failed ? -ENOMEM : 0;
}
