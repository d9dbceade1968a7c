/* Begins and ends exports, whatever their form. */
#include "share/export/export.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "share/export/export_impl.h"

static const struct export_form *const forms[] = {
    [EXPORT_STIX] = &export_stix_bundle, [EXPORT_MISP] = &export_misp_feed, [EXPORT_HOSTS] = &export_hosts, [EXPORT_PLAIN] = &export_plain,
    [EXPORT_CSV] = &export_csv,          [EXPORT_SURICATA] = &export_suricata, [EXPORT_ZEEK] = &export_zeek,
};
static_assert(array_len(forms) == EXPORT_FORMAT_COUNT, "each format has its form");

const char *export_format_word(enum export_format format)
{
    return (unsigned)format < EXPORT_FORMAT_COUNT ? forms[format]->word : "unknown";
}

int export_format_parse(const char *word, enum export_format *ret_format)
{
    for (unsigned i = 0; i < EXPORT_FORMAT_COUNT; i++)
        if (strcmp(forms[i]->word, word) == 0) {
            *ret_format = (enum export_format)i;
            return 0;
        }
    return -EINVAL;
}

struct export *export_new(enum export_format format, const struct export_node *node, int64_t now_us, export_write *write, void *self)
{
    struct export *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->form = forms[format];
    e->node = node;
    e->now_us = now_us;
    e->write = write;
    e->self = self;
    return e;
}

void export_free(struct export *e)
{
    if (!e)
        return;
    free(e->sids);
    free(e->group_ids);
    free(e);
}

int export_group(struct export *e, const char *name)
{
    e->group_ids = calloc(EXPORT_GROUP_MAX, sizeof *e->group_ids);
    e->group = e->group_ids ? name : NULL;
    return e->group_ids ? 0 : -ENOMEM;
}

const struct export_counts *export_counts(const struct export *e)
{
    return &e->counts;
}

struct writer *export_begin_piece(struct export *e)
{
    e->w = writer_of(e->buffer, sizeof e->buffer);
    return &e->w;
}

int export_flush(struct export *e, const char *file)
{
    if (e->w.full)
        return -EOPNOTSUPP;
    int r = e->w.len > 0 ? e->write(e->self, file, e->buffer, e->w.len) : 0;
    e->w.len = 0;
    return r < 0 ? r : 0;
}

void export_text(struct writer *w, const char *text)
{
    writer_bytes(w, text, strlen(text));
}

bool export_is_acted_upon(const struct indicator *i)
{
    return i->state != INDICATOR_REVOKED && i->state != INDICATOR_EXPIRED && claim_traits(i->claim)->against;
}

bool export_is_plain_name(const char *name)
{
    return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] == '\0' && *name != '.';
}

bool export_is_one_word(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    return *text != '\0';
}

static int begin(struct export *e)
{
    if (!e->is_begun && e->result == 0 && e->form->begin)
        e->result = e->form->begin(e);
    e->is_begun = true;
    return e->result;
}

int export_add(struct export *e, const struct export_item *item)
{
    if (begin(e) < 0)
        return e->result;
    int r = e->form->add(e, item);
    /* A text of a verdict that is not UTF-8 is the fault of that item alone. */
    if (r == -EOPNOTSUPP || r == -EILSEQ || r == -EMSGSIZE) {
        e->counts.left_out++;
        return 0;
    }
    e->result = r;
    e->counts.written += r == 0;
    return r < 0 ? r : 1;
}

int export_end(struct export *e)
{
    if (begin(e) == 0 && e->form->end)
        e->result = e->form->end(e);
    return e->result;
}
