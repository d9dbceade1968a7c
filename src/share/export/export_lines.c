/* Lines for people and simple programs: a hosts file, plain values, CSV. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "share/export/export_impl.h"

/* ---- hosts (hosts(5)): a name alone, so a domain's sub-domains are not covered ---- */

static int begin_hosts(struct export *e)
{
    char when[TIMESTAMP_TEXT_MAX];
    struct writer *w = export_begin_piece(e);
    export_text(w, "# names to be blocked; sub-domains of these are not covered by a hosts file\n# made ");
    export_text(w, timestamp_format(e->now_us, when));
    export_text(w, "\n");
    return export_flush(e, "hosts");
}

static int add_host(struct export *e, const struct export_item *item)
{
    const struct subject *s = &item->indicator->subject;
    bool is_name = s->kind == SUBJECT_DOMAIN || s->kind == SUBJECT_HOST;
    if (!is_name || !export_is_plain_name(s->value) || !export_is_acted_upon(item->indicator))
        return -EOPNOTSUPP;
    struct writer *w = export_begin_piece(e);
    export_text(w, "0.0.0.0 ");
    export_text(w, s->value);
    export_text(w, "\n");
    return export_flush(e, "hosts");
}

const struct export_form export_hosts = {.word = "hosts", .begin = begin_hosts, .add = add_host};

/* ---- plain ---- */

static int add_plain(struct export *e, const struct export_item *item)
{
    const struct subject *s = &item->indicator->subject;
    if (s->kind >= SUBJECT_ASSET || *s->value == '#' || !export_is_one_word(s->value) || !export_is_acted_upon(item->indicator))
        return -EOPNOTSUPP;
    struct writer *w = export_begin_piece(e);
    export_text(w, s->value);
    export_text(w, "\n");
    return export_flush(e, "plain.txt");
}

const struct export_form export_plain = {.word = "plain", .add = add_plain};

/* ---- CSV (RFC 4180), with the names of fields that a column map has (docs/formats/csv-map.md) ---- */

static const char csv_file[] = "indicators.csv";

static int begin_csv(struct export *e)
{
    export_text(export_begin_piece(e), "kind,subject,claim,state,probability,severity,tlp,pap,made,from,until,sightings,reason\r\n");
    return export_flush(e, csv_file);
}

/* Quoted always; a spreadsheet takes what begins with one of =+-@ for a formula, so a word of somebody else's does not begin with it. */
static void put_cell(struct writer *w, const char *text, bool is_free)
{
    export_text(w, ",\"");
    if (is_free && *text && strchr("=+-@\t\r", *text))
        writer_u8(w, '\'');
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            writer_u8(w, '"');
        writer_u8(w, (uint8_t)*c);
    }
    writer_u8(w, '"');
}

static void put_moment(struct writer *w, int64_t us)
{
    char text[TIMESTAMP_TEXT_MAX];
    export_text(w, ",");
    if (us > 0)
        export_text(w, timestamp_format(us, text));
}

static int add_csv(struct export *e, const struct export_item *item)
{
    const struct indicator *in = item->indicator;
    struct writer *w = export_begin_piece(e);
    char number[64];
    export_text(w, subject_kind_word(in->subject.kind));
    put_cell(w, in->subject.value, in->subject.kind >= SUBJECT_ASSET);
    export_text(w, ",");
    export_text(w, claim_traits(in->claim)->word);
    snprintf(number, sizeof number, ",%s,%u.%u", indicator_state_word(in->state), in->probability / 10u, in->probability % 10u);
    export_text(w, number);
    export_text(w, ",");
    export_text(w, item->severity != VERDICT_SEVERITY_UNKNOWN ? verdict_severity_word(item->severity) : "");
    export_text(w, ",");
    export_text(w, verdict_tlp_word(in->tlp));
    export_text(w, ",");
    export_text(w, verdict_pap_word(in->pap));
    put_moment(w, item->modified_us > 0 ? item->modified_us : in->changed_us);
    put_moment(w, item->from_us > 0 ? item->from_us : in->first_us);
    put_moment(w, item->until_us);
    snprintf(number, sizeof number, ",%llu", (unsigned long long)in->sightings);
    export_text(w, number);
    put_cell(w, item->reason ? item->reason : "", true);
    export_text(w, "\r\n");
    return export_flush(e, csv_file);
}

const struct export_form export_csv = {.word = "csv", .begin = begin_csv, .add = add_csv};
