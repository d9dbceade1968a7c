/* Writes owners of Response Policy Zones. */
#include "share/rpz/owner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/writer.h"

enum { WORDS = 8 };

static const char address_mark[] = "\006rpz-ip";

/* Read as something else than a name by who takes the zone (section 4.1): a name that ends in one of them is not blocked by it. */
static const char *const marks[] = {"rpz-client-ip", "rpz-ip", "rpz-nsdname", "rpz-nsip"};

static bool label_is(const struct dns_name *name, unsigned label, const char *text)
{
    const uint8_t *at = name->wire + name->at[label];
    return at[0] == strlen(text) && memcmp(at + 1, text, at[0]) == 0;
}

static bool is_name(const struct dns_name *name)
{
    if (name->labels == 0 || label_is(name, 0, "*"))
        return false;
    for (size_t i = 0; i < array_len(marks); i++)
        if (label_is(name, name->labels - 1u, marks[i]))
            return false;
    return true;
}

static void put_label(struct writer *w, const char *text)
{
    size_t len = strlen(text);
    writer_u8(w, (uint8_t)len);
    writer_bytes(w, text, len);
}

static void put_number(struct writer *w, const char *form, unsigned number)
{
    char text[8];
    snprintf(text, sizeof text, form, number);
    put_label(w, text);
}

/* "24.0.2.0.192" */
static void put_v4(struct writer *w, const struct addr_prefix *p)
{
    put_number(w, "%u", p->bits - 96u);
    for (unsigned i = 16; i-- > 12;)
        put_number(w, "%u", p->addr.bytes[i]);
}

/* "32.zz.db8.2001": words from the last; the longest run of two zeros or more, the first one met, is "zz". */
static void put_v6(struct writer *w, const struct addr_prefix *p)
{
    unsigned words[WORDS], best_at = WORDS, best = 1;
    for (unsigned i = 0, run = 0; i < WORDS; i++) {
        words[i] = (unsigned)p->addr.bytes[14 - 2 * i] << 8 | p->addr.bytes[15 - 2 * i];
        run = words[i] == 0 ? run + 1 : 0;
        if (run > best) {
            best = run;
            best_at = i + 1 - run;
        }
    }
    put_number(w, "%u", p->bits);
    for (unsigned i = 0; i < WORDS; i++) {
        if (i == best_at) {
            put_label(w, "zz");
            i += best - 1;
        } else {
            put_number(w, "%x", words[i]);
        }
    }
}

int rpz_owner_write(enum exchange_zone_form form, const char *value, bool below, size_t zone_len, uint8_t *to)
{
    struct writer w = writer_of(to, DNS_NAME_MAX);
    if (form == EXCHANGE_ZONE_NAME) {
        struct dns_name name;
        if (dns_name_parse(value, strlen(value), &name) < 0 || !is_name(&name))
            return -EINVAL;
        if (below)
            put_label(&w, "*");
        writer_bytes(&w, name.wire, name.len - 1u);
    } else {
        struct addr_prefix p;
        if (addr_prefix_parse(value, &p) < 0)
            return -EINVAL;
        bool is_v4 = addr_is_v4(&p.addr) && p.bits >= 96;
        if (p.bits == (is_v4 ? 96 : 0))
            return -EINVAL;
        if (is_v4)
            put_v4(&w, &p);
        else
            put_v6(&w, &p);
        writer_bytes(&w, address_mark, sizeof address_mark - 1);
    }
    return w.full || w.len + zone_len > DNS_NAME_MAX ? -ENAMETOOLONG : (int)w.len;
}
