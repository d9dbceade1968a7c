/* Reads RPZ zone lines: tokens, owner, record, action. */
#include "act/policy/list_rpz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "act/policy/data.h"
#include "act/policy/rpz_owner.h"

enum {
    TOKENS_MAX = 64,
    SOA_LINES_MAX = 16, /* seven fields, each on a line of its own, with comments between */
    ZONE_TTL_DEFAULT_S = 300,
    ZONE_TTL_MAX_S = 7 * 86400,
};

struct token {
    const char *at;
    size_t len;
    bool quoted;
};

struct list_rpz {
    struct list_handler handler;
    struct dns_name apex, origin, owner;
    bool apex_known, soa_seen, owner_known;
    unsigned parentheses; /* open over line ends: only the SOA may do this, and its rest is not needed */
    unsigned soa_lines;   /* since it was opened */
    uint32_t ttl;
};

struct list_rpz *list_rpz_new(struct list_handler handler)
{
    struct list_rpz *z = calloc(1, sizeof *z);
    if (!z)
        return NULL;
    z->handler = handler;
    z->ttl = ZONE_TTL_DEFAULT_S;
    z->apex.len = z->origin.len = 1;
    return z;
}

void list_rpz_free(struct list_rpz *z)
{
    free(z);
}

static bool token_is(const struct token *t, const char *word)
{
    return !t->quoted && strlen(word) == t->len && strncasecmp(t->at, word, t->len) == 0;
}

/* Splits a line; -1 when it has too many tokens or an open quote. Tracks parentheses. */
static int split(struct list_rpz *z, const char *line, size_t len, struct token *tokens)
{
    const char *p = line, *end = line + len;
    int n = 0;
    while (p < end) {
        if (*p == ' ' || *p == '\t') {
            p++;
        } else if (*p == ';') {
            break;
        } else if (*p == '(') {
            z->parentheses++;
            p++;
        } else if (*p == ')') {
            if (z->parentheses > 0)
                z->parentheses--;
            p++;
        } else {
            if (n == TOKENS_MAX)
                return -1;
            struct token *t = &tokens[n++];
            t->quoted = *p == '"';
            if (t->quoted)
                p++;
            t->at = p;
            while (p < end && (t->quoted ? *p != '"' : !strchr(" \t;()", *p)))
                p += *p == '\\' && end - p > 1 ? 2 : 1;
            t->len = (size_t)(p - t->at);
            if (t->quoted) {
                if (p == end)
                    return -1;
                p++;
            }
        }
    }
    return n;
}

/* A name is absolute when its last dot is not escaped: an even number of backslashes stands before it. */
static bool is_absolute(const struct token *t)
{
    size_t backslashes = 0;
    while (backslashes + 1 < t->len && t->at[t->len - 2 - backslashes] == '\\')
        backslashes++;
    return t->at[t->len - 1] == '.' && backslashes % 2 == 0;
}

/* A name of the file, absolute or relative to the origin. */
static int parse_name(const struct list_rpz *z, const struct token *t, struct dns_name *ret_name)
{
    if (t->len == 1 && t->at[0] == '@') {
        *ret_name = z->origin;
        return 0;
    }
    if (dns_name_parse(t->at, t->len, ret_name) < 0)
        return -EINVAL;
    if (is_absolute(t) || z->origin.labels == 0)
        return 0;
    size_t len = ret_name->len - 1u + z->origin.len;
    if (len > DNS_NAME_MAX)
        return -EINVAL;
    memcpy(ret_name->wire + ret_name->len - 1, z->origin.wire, z->origin.len);
    for (unsigned i = 0; i <= z->origin.labels; i++)
        ret_name->at[ret_name->labels + i] = (uint8_t)(ret_name->len - 1 + z->origin.at[i]);
    ret_name->labels = (uint8_t)(ret_name->labels + z->origin.labels);
    ret_name->len = (uint8_t)len;
    return 0;
}

/* Cuts the zone's own name off an owner; false when the owner is not below it. */
static bool cut_apex(const struct list_rpz *z, struct dns_name *name)
{
    if (!dns_name_within(name, &z->apex))
        return false;
    unsigned labels = name->labels - z->apex.labels;
    name->labels = (uint8_t)labels;
    name->len = (uint8_t)(name->at[labels] + 1);
    name->wire[name->at[labels]] = 0;
    return true;
}

/* "300", "1h30m": RFC 1035 and BIND's units. */
static bool parse_ttl(const struct token *t, uint32_t *ret_ttl)
{
    uint64_t total = 0, value = 0;
    bool digits = false;
    for (size_t i = 0; i < t->len; i++) {
        char c = t->at[i];
        if (c >= '0' && c <= '9') {
            value = value * 10 + (uint64_t)(c - '0');
            digits = true;
            if (value > UINT32_MAX)
                return false;
            continue;
        }
        static const struct {
            char unit;
            uint32_t seconds;
        } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
        uint32_t seconds = 0;
        for (size_t k = 0; k < array_len(units); k++)
            if ((c | 0x20) == units[k].unit)
                seconds = units[k].seconds;
        if (!digits || seconds == 0)
            return false;
        total += value * seconds;
        value = 0;
        digits = false;
    }
    total += value;
    if (t->len == 0 || t->quoted || !(t->at[0] >= '0' && t->at[0] <= '9') || total > UINT32_MAX)
        return false;
    *ret_ttl = total > ZONE_TTL_MAX_S ? ZONE_TTL_MAX_S : (uint32_t)total;
    return true;
}

/* The pseudo-targets of a CNAME; DNS_ACTION_COUNT when the target is an ordinary name. */
static uint8_t cname_action(const struct token *t, const struct dns_name *target, const struct rpz_owner *owner)
{
    static const struct {
        const char *target;
        uint8_t action;
    } actions[] = {
        {".", DNS_ACTION_NXDOMAIN},      {"*.", DNS_ACTION_NODATA},     {"*", DNS_ACTION_NODATA},
        {"rpz-passthru.", DNS_ACTION_PASS}, {"rpz-passthru", DNS_ACTION_PASS}, {"rpz-drop.", DNS_ACTION_DROP},
        {"rpz-drop", DNS_ACTION_DROP},   {"rpz-tcp-only.", DNS_ACTION_TRUNCATE},
        {"rpz-tcp-only", DNS_ACTION_TRUNCATE},
    };
    for (size_t i = 0; i < array_len(actions); i++)
        if (token_is(t, actions[i].target))
            return actions[i].action;
    /* The old form of passing through: a name that points to itself. */
    bool itself = owner->trigger == DNS_TRIGGER_NAME && !owner->wildcard && dns_name_equal(target, &owner->name);
    return itself ? DNS_ACTION_PASS : DNS_ACTION_COUNT;
}

/* A character string, \X and \DDD resolved (RFC 1035 5.1). */
static bool put_string(struct writer *rdata, const struct token *t)
{
    uint8_t octets[255];
    struct writer w = writer_of(octets, sizeof octets);
    for (size_t i = 0; i < t->len; i++) {
        unsigned c = (unsigned char)t->at[i];
        if (c == '\\' && i + 1 < t->len) {
            c = (unsigned char)t->at[++i];
            if (c >= '0' && c <= '9') {
                if (t->len - i < 3)
                    return false;
                c -= '0';
                for (int k = 0; k < 2; k++) {
                    unsigned digit = (unsigned char)t->at[++i] - (unsigned)'0';
                    if (digit > 9)
                        return false;
                    c = c * 10 + digit;
                }
            }
        }
        if (c > 255)
            return false;
        writer_u8(&w, (uint8_t)c);
    }
    writer_u8(rdata, (uint8_t)w.len);
    writer_bytes(rdata, octets, w.len);
    return !w.full;
}

static bool put_txt(struct writer *rdata, const struct token *tokens, int n)
{
    for (int i = 0; i < n; i++)
        if (!put_string(rdata, &tokens[i]))
            return false;
    return n > 0;
}

/* The data of a record in wire form; false when it does not parse or its type is not for local data. */
static bool put_rdata(const struct list_rpz *z, uint16_t type, const struct token *tokens, int n,
                      struct writer *rdata)
{
    char text[ADDR_TEXT_MAX];
    struct addr addr;
    struct dns_name name;
    uint32_t preference;
    if (n < 1)
        return false;
    switch (type) {
    case DNS_TYPE_A:
    case DNS_TYPE_AAAA:
        if (n != 1 || tokens[0].len >= sizeof text)
            return false;
        memcpy(text, tokens[0].at, tokens[0].len);
        text[tokens[0].len] = '\0';
        if (addr_parse(text, &addr) < 0 || (strchr(text, ':') == NULL) != (type == DNS_TYPE_A))
            return false;
        writer_bytes(rdata, type == DNS_TYPE_A ? addr.bytes + 12 : addr.bytes, type == DNS_TYPE_A ? 4 : 16);
        return true;
    case DNS_TYPE_CNAME:
    case DNS_TYPE_PTR:
    case DNS_TYPE_NS:
        if (n != 1 || parse_name(z, &tokens[0], &name) < 0)
            return false;
        writer_bytes(rdata, name.wire, name.len);
        return true;
    case DNS_TYPE_MX:
        if (n != 2 || !parse_ttl(&tokens[0], &preference) || preference > UINT16_MAX ||
            parse_name(z, &tokens[1], &name) < 0)
            return false;
        writer_u16(rdata, (uint16_t)preference);
        writer_bytes(rdata, name.wire, name.len);
        return true;
    case DNS_TYPE_TXT:
        return put_txt(rdata, tokens, n);
    default:
        return false;
    }
}

static bool type_is_known(const struct token *t, uint16_t *ret_type)
{
    char text[DNS_TYPE_TEXT_MAX];
    if (t->quoted || t->len >= sizeof text)
        return false;
    memcpy(text, t->at, t->len);
    text[t->len] = '\0';
    return dns_type_parse(text, ret_type) == 0;
}

struct zone_record {
    uint32_t ttl;
    uint16_t type;
    const struct token *rdata;
    int rdata_count;
};

/* [TTL] [class] type rdata..., TTL and class in either order. */
static bool parse_record(const struct list_rpz *z, const struct token *tokens, int n, struct zone_record *ret_record)
{
    ret_record->ttl = z->ttl;
    int i = 0;
    for (; i < n && i < 2; i++)
        if (!token_is(&tokens[i], "IN") && !parse_ttl(&tokens[i], &ret_record->ttl))
            break;
    if (i == n || !type_is_known(&tokens[i], &ret_record->type))
        return false;
    ret_record->rdata = tokens + i + 1;
    ret_record->rdata_count = n - i - 1;
    return true;
}

static int directive(struct list_rpz *z, const struct token *tokens, int n)
{
    if (token_is(&tokens[0], "$ORIGIN") && n == 2) {
        struct dns_name origin;
        if (parse_name(z, &tokens[1], &origin) < 0)
            return -EINVAL;
        z->origin = origin;
        if (!z->apex_known) {
            z->apex = origin;
            z->apex_known = true;
        }
        return 0;
    }
    if (token_is(&tokens[0], "$TTL") && n == 2)
        return parse_ttl(&tokens[1], &z->ttl) ? 0 : -EINVAL;
    return -EINVAL; /* $INCLUDE would read another file: never from a list */
}

/* Turns one record into a rule. Returns the flaw, or LIST_FLAW_COUNT when it was handed on (or needs no rule). */
static enum list_flaw give_rule(struct list_rpz *z, const struct zone_record *rec, uint32_t number, int *ret_result)
{
    struct dns_name name = z->owner;
    if (!cut_apex(z, &name))
        return LIST_FLAW_OUTSIDE;
    if (name.labels == 0 && rec->type != DNS_TYPE_CNAME)
        return LIST_FLAW_COUNT; /* the zone's own SOA, NS and the like */
    struct rpz_owner owner;
    if (rpz_owner_read(&name, &owner) < 0)
        return LIST_FLAW_TRIGGER;
    struct list_rule rule = {
        .trigger = owner.trigger,
        .name = &owner.name,
        .prefix = &owner.prefix,
        .scope = owner.wildcard ? POLICY_SCOPE_BELOW : POLICY_SCOPE_EXACT,
    };

    uint8_t rdata_octets[1024], data[sizeof rdata_octets + 8];
    struct writer rdata = writer_of(rdata_octets, sizeof rdata_octets);
    if (rec->type == DNS_TYPE_CNAME) {
        struct dns_name target;
        if (rec->rdata_count != 1 || parse_name(z, &rec->rdata[0], &target) < 0)
            return LIST_FLAW_SYNTAX;
        rule.action = cname_action(&rec->rdata[0], &target, &owner);
        if (rule.action != DNS_ACTION_COUNT) {
            *ret_result = z->handler.on_rule(z->handler.self, &rule, number);
            return LIST_FLAW_COUNT;
        }
    }
    if (!put_rdata(z, rec->type, rec->rdata, rec->rdata_count, &rdata) || rdata.full)
        return LIST_FLAW_TYPE;
    struct writer w = writer_of(data, sizeof data);
    policy_data_put(&w, &(struct policy_data_record){
                            .type = rec->type, .ttl = rec->ttl, .len = (uint16_t)rdata.len, .rdata = rdata.base});
    rule.action = DNS_ACTION_LOCAL_DATA;
    rule.data = data;
    rule.data_len = (uint32_t)w.len;
    *ret_result = z->handler.on_rule(z->handler.self, &rule, number);
    return LIST_FLAW_COUNT;
}

int list_rpz_line(struct list_rpz *z, const char *line, size_t len, uint32_t number)
{
    struct token tokens[TOKENS_MAX];
    bool continues = z->parentheses > 0;
    int n = split(z, line, len, tokens);
    enum list_flaw flaw = LIST_FLAW_COUNT;
    int result = 0;
    if (n < 0) {
        flaw = LIST_FLAW_SYNTAX;
    } else if (continues) {
        if (++z->soa_lines <= SOA_LINES_MAX)
            return 0;
        flaw = LIST_FLAW_SYNTAX;
    } else if (n == 0) {
        return 0;
    } else if (tokens[0].at[0] == '$' && !tokens[0].quoted) {
        if (directive(z, tokens, n) < 0)
            flaw = LIST_FLAW_SYNTAX;
    } else {
        bool same_owner = line[0] == ' ' || line[0] == '\t';
        const struct token *rest = same_owner ? tokens : tokens + 1;
        int rest_count = same_owner ? n : n - 1;
        struct zone_record rec;
        if (!same_owner)
            z->owner_known = parse_name(z, &tokens[0], &z->owner) == 0;
        if (!z->owner_known)
            flaw = LIST_FLAW_NAME;
        else if (!parse_record(z, rest, rest_count, &rec) || (z->parentheses > 0 && rec.type != DNS_TYPE_SOA))
            flaw = LIST_FLAW_SYNTAX;
        else if (rec.type == DNS_TYPE_SOA && !z->soa_seen) { /* servers write "$ORIGIN ." before it */
            z->apex = z->owner;
            z->apex_known = z->soa_seen = true;
        } else
            flaw = give_rule(z, &rec, number, &result);
    }
    if (!continues)
        z->soa_lines = 0;
    if (flaw != LIST_FLAW_COUNT) {
        z->parentheses = 0; /* a line that was skipped takes no other with it */
        if (z->handler.on_skip)
            z->handler.on_skip(z->handler.self, flaw, number, line, len);
    }
    return result;
}
