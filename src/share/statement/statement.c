/* Finds the form of a document, and makes verdicts of what the forms find in it. */
#include "share/statement/statement.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "base/packed.h"
#include "base/text.h"
#include "base/utf8.h"
#include "share/statement/statement_impl.h"

static const struct {
    const char *word;
    const struct statement_form *form;
} forms[] = {
    [STATEMENT_AUTO] = {"auto", NULL},
    [STATEMENT_STIX] = {"stix", &statement_stix},
    [STATEMENT_MISP] = {"misp", &statement_misp},
    [STATEMENT_CSV] = {"csv", &statement_csv},
    [STATEMENT_PLAIN] = {"plain", &statement_plain},
};
_Static_assert(array_len(forms) == STATEMENT_FORMAT_COUNT, "each format has its form");

const char *statement_format_word(enum statement_format format)
{
    return (unsigned)format < STATEMENT_FORMAT_COUNT ? forms[format].word : "unknown";
}

int statement_format_parse(const char *word, enum statement_format *ret_format)
{
    for (unsigned i = 0; i < STATEMENT_FORMAT_COUNT; i++)
        if (strcmp(forms[i].word, word) == 0) {
            *ret_format = (enum statement_format)i;
            return 0;
        }
    return -EINVAL;
}

int statement_refuse(struct statement_reader *r, const char *why, uint64_t line, uint64_t column)
{
    r->flaw = (struct statement_flaw){.why = why, .line = line, .column = column};
    r->result = -EBADMSG;
    return -EBADMSG;
}

/* ---- making a verdict ---- */

struct verdict *statement_begin(struct statement_reader *r)
{
    r->v = r->options.common;
    if (!r->options.has_claim)
        r->v.claim = CLAIM_MALICIOUS;
    r->v.from_us = r->v.made_us;
    r->v.reason[0] = '\0';
    return &r->v;
}

int statement_give(struct statement_reader *r, uint64_t number, bool has_time)
{
    struct statement s = {.verdict = &r->v, .has_time = has_time && !r->options.is_fresh, .number = number};
    if (!r->v.reason[0])
        snprintf(r->v.reason, sizeof r->v.reason, "%s", r->options.common.reason);
    return r->calls.statement(r->self, &s);
}

void statement_leave_out(struct statement_reader *r, bool is_refused, uint64_t number, const char *id, const char *why, const char *part,
                         size_t len)
{
    struct statement_left_out l = {.is_refused = is_refused, .number = number, .id = id ? id : "", .why = why, .part = part ? part : "",
                                   .len = part ? len : 0};
    if (r->calls.left_out)
        r->calls.left_out(r->self, &l);
}

/* The host of a URL in canonical form: "scheme://host:port/path". */
static int host_of_url(const struct subject *url, struct subject *ret_host)
{
    const char *host = strstr(url->value, "://");
    if (!host)
        return -EINVAL;
    host += 3;
    bool is_bracket = *host == '[';
    size_t len = is_bracket ? strcspn(++host, "]") : strcspn(host, ":/?#");
    return subject_read(SUBJECT_ADDRESS, host, len, ret_host) == 0 ? 0 : subject_read(SUBJECT_HOST, host, len, ret_host);
}

const char *statement_take_subject(struct statement_reader *r, int kind, const char *text, size_t len)
{
    struct subject *s = &r->v.subject;
    int e = kind >= 0 ? subject_read((enum subject_kind)kind, text, len, s) : subject_guess(text, len, s);
    if (e == 0 && s->kind == SUBJECT_URL && r->options.hosts_of_urls) {
        struct subject url = *s;
        if (host_of_url(&url, s) < 0)
            return N_("the URL has no host that can be watched");
    }
    if (e == -ENAMETOOLONG)
        return N_("the subject is too long");
    if (e == 0 && !subject_is_usual(s))
        return N_("nobody asks for such a name or URL: lists of rules (adblock, wildcards) are for hinomi import, and hxxp stands for http");
    if (e < 0 && kind < 0)
        return N_("that is no domain, address, network, URL, e-mail address, hash or AS number; give its kind if it is something else");
    return e < 0 ? N_("the value is not one of its kind") : NULL;
}

void statement_add_reason(struct verdict *v, const char *before, const char *text, size_t len)
{
    size_t have = strlen(v->reason);
    if (!text || len == 0)
        return;
    if (have > 0) {
        size_t more = strlen(before);
        if (have + more + 1 >= sizeof v->reason)
            return;
        memcpy(v->reason + have, before, more);
        have += more;
    }
    struct reader r = reader_of(text, len);
    while (r.left > 0) {
        const uint8_t *at = r.at;
        uint32_t c = utf8_take(&r);
        size_t octets = (size_t)(r.at - at);
        if (r.failed || have + octets >= sizeof v->reason)
            break;
        if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
            if (have > 0 && v->reason[have - 1] != ' ')
                v->reason[have++] = ' ';
            continue;
        }
        memcpy(v->reason + have, at, octets);
        have += octets;
    }
    v->reason[have] = '\0';
}

void statement_add_evidence(struct verdict *v, enum verdict_evidence_kind kind, const char *reference)
{
    if (v->evidence_count == VERDICT_EVIDENCE_MAX || !*reference || strlen(reference) >= VERDICT_REFERENCE_MAX)
        return;
    struct verdict_evidence *e = &v->evidence[v->evidence_count++];
    *e = (struct verdict_evidence){.kind = kind};
    snprintf(e->reference, sizeof e->reference, "%s", reference);
    for (char *c = e->reference; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
}

void statement_set_times(struct statement_reader *r, int64_t made_us, int64_t from_us, int64_t until_us)
{
    int64_t now_us = r->options.common.made_us;
    r->v.made_us = made_us > 0 && made_us < now_us && !r->options.is_fresh ? made_us : now_us;
    r->v.from_us = from_us > 0 ? from_us : r->v.made_us;
    int64_t end_us = until_us != 0 ? until_us : r->options.common.until_us;
    r->v.until_us = end_us == 0 || end_us > r->v.from_us ? end_us : r->v.from_us;
}

void statement_withdraw(struct statement_reader *r)
{
    r->v.from_us = r->v.until_us = r->v.made_us > 0 ? r->v.made_us : 1;
}

/* ---- the document ---- */

struct statement_reader *statement_open(const struct statement_options *options, const struct statement_calls *calls, void *self)
{
    struct statement_reader *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->options = *options;
    r->calls = *calls;
    r->self = self;
    r->format = options->format;
    if (options->map) {
        r->map = strdup(options->map);
        if (!r->map) {
            free(r);
            return NULL;
        }
        r->options.map = r->map;
    }
    return r;
}

void statement_close(struct statement_reader *r)
{
    if (!r)
        return;
    if (r->form_state)
        r->form->close(r->form_state);
    free(r->map);
    free(r);
}

const struct statement_flaw *statement_flaw_of(const struct statement_reader *r)
{
    return &r->flaw;
}

enum statement_format statement_format_of(const struct statement_reader *r)
{
    return r->format;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct reader *r)
{
    while (r->left > 0 && is_space(*r->at))
        reader_skip(r, 1);
}

static bool skip_octets(struct reader *r, const char *octets)
{
    size_t len = strlen(octets);
    if (r->left < len || memcmp(r->at, octets, len) != 0)
        return false;
    reader_skip(r, len);
    return true;
}

/* A JSON document: events of MISP have one of two names first, alone or in a list. */
static enum statement_format look_at_json(struct reader r)
{
    if (skip_octets(&r, "["))
        skip_space(&r);
    if (skip_octets(&r, "{"))
        skip_space(&r);
    return skip_octets(&r, "\"Event\"") || skip_octets(&r, "\"response\"") ? STATEMENT_MISP : STATEMENT_STIX;
}

static bool is_cell_end(uint8_t c)
{
    return c == ',' || c == ';' || c == '\t' || c == '|' || c == '\r' || c == '\n';
}

/* A cell that says "subject", in any letter case, perhaps in quotation marks. */
static bool is_subject_cell(struct reader r)
{
    static const char word[] = "subject";
    (void)skip_octets(&r, "\"");
    if (r.left < sizeof word - 1 || strncasecmp((const char *)r.at, word, sizeof word - 1) != 0)
        return false;
    reader_skip(&r, sizeof word - 1);
    (void)skip_octets(&r, "\"");
    return r.left == 0 || is_cell_end(*r.at);
}

/* Is the first line that is no comment a header of ours: does a column have the name "subject"? */
static bool looks_like_header(struct reader r)
{
    bool begins = true;
    for (skip_space(&r); skip_octets(&r, "#"); skip_space(&r))
        while (r.left > 0 && *r.at != '\n' && *r.at != '\r')
            reader_skip(&r, 1);
    while (r.left > 0 && *r.at != '\n' && *r.at != '\r') {
        if (begins && is_subject_cell(r))
            return true;
        begins = is_cell_end(reader_u8(&r));
    }
    return false;
}

static enum statement_format look(const struct statement_reader *reader)
{
    struct reader r = reader_of(reader->look, reader->look_len);
    (void)skip_octets(&r, "\xef\xbb\xbf");
    skip_space(&r);
    if (r.left > 0 && (*r.at == '{' || *r.at == '['))
        return look_at_json(r);
    return reader->options.map || looks_like_header(r) ? STATEMENT_CSV : STATEMENT_PLAIN;
}

/* The format is known, or enough was seen to tell it. */
static int begin(struct statement_reader *r)
{
    const char *why = packed_reason(r->look, r->look_len);
    if (why)
        return statement_refuse(r, why, 0, 0);
    if (r->format == STATEMENT_AUTO)
        r->format = look(r);
    r->form = forms[r->format].form;
    r->form_state = r->form->open(r);
    if (!r->form_state)
        r->result = r->result < 0 ? r->result : -ENOMEM;
    else if (r->look_len > 0)
        r->result = r->form->feed(r->form_state, r->look, r->look_len);
    return r->result;
}

int statement_feed(struct statement_reader *r, const void *octets, size_t len)
{
    struct reader piece = reader_of(octets, len);
    if (r->result < 0)
        return r->result;
    if (!r->form) {
        size_t n = sizeof r->look - r->look_len;
        n = n < piece.left ? n : piece.left;
        reader_copy(&piece, r->look + r->look_len, n);
        r->look_len += n;
        if (r->look_len < sizeof r->look)
            return 0;
    }
    if (!r->form && begin(r) < 0)
        return r->result;
    if (piece.left > 0)
        r->result = r->form->feed(r->form_state, piece.at, piece.left);
    return r->result;
}

int statement_finish(struct statement_reader *r)
{
    if (r->result == 0 && !r->form)
        r->result = begin(r);
    if (r->result == 0)
        r->result = r->form->finish(r->form_state);
    return r->result;
}
