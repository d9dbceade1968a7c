/* STIX: one bundle of the node's identity, the markings that are used, and the indicators. */
#include <errno.h>

#include "share/export/export_impl.h"
#include "share/export/export_stix.h"
#include "share/export/name_uuid.h"

static const char file[] = "bundle.json";
_Static_assert((int)EXPORT_GROUP_ID_MAX == (int)EXPORT_STIX_ID_MAX, "one kind of identifier");

/* A bundle has no versions: its identifier only has to be another each time (STIX 2.1 8). */
static int begin_bundle(struct export *e)
{
    char uuid[NAME_UUID_TEXT_MAX], when[32];
    struct writer *w = export_begin_piece(e);
    struct writer number = writer_of(when, sizeof when);
    for (uint64_t us = (uint64_t)e->now_us; us > 0; us /= 10)
        writer_u8(&number, (uint8_t)('0' + us % 10));
    writer_u8(&number, '\0');
    export_text(w, "{\"type\":\"bundle\",\"id\":\"bundle--");
    export_text(w, name_uuid_format(e->node->space, "bundle ", when, uuid));
    export_text(w, "\",\"objects\":[\n");
    int r = export_stix_identity(e->node, w);
    return r < 0 ? r : export_flush(e, file);
}

static int add_indicator(struct export *e, const struct export_item *item)
{
    struct writer *w = export_begin_piece(e);
    enum verdict_tlp tlp = item->indicator->tlp;
    int r = 0;
    if (!(e->markings >> tlp & 1)) {
        export_text(w, ",\n");
        r = export_stix_marking(tlp, w);
    }
    export_text(w, ",\n");
    r = r < 0 ? r : export_stix_indicator(e->node, item, w);
    r = r < 0 ? r : export_flush(e, file);
    if (r < 0)
        return r;
    e->markings |= 1u << tlp;
    if (e->group && e->group_count < EXPORT_GROUP_MAX) {
        export_stix_id(e->node, &item->indicator->subject, e->group_ids[e->group_count++]);
        e->group_tlp = tlp > e->group_tlp ? tlp : e->group_tlp;
    }
    return 0;
}

/* Of nothing there is no grouping: object_refs must not be empty (STIX 2.1 2.10). */
static int add_grouping(struct export *e)
{
    struct writer *w = export_begin_piece(e);
    if (e->group_count == 0)
        return 0;
    export_text(w, ",\n");
    int r = export_stix_grouping(e->node, e->group, e->now_us, e->group_tlp, e->group_ids, e->group_count, w);
    return r < 0 ? r : export_flush(e, file);
}

static int end_bundle(struct export *e)
{
    int r = add_grouping(e);
    if (r < 0)
        return r;
    export_text(export_begin_piece(e), "\n]}\n");
    return export_flush(e, file);
}

const struct export_form export_stix_bundle = {.word = "stix", .begin = begin_bundle, .add = add_indicator, .end = end_bundle};
