/* Tells how the keepers of the loop are: counts of each, as JSON. */
#include "apps/hub/hub_loop.h"

struct count {
    const char *name;
    uint64_t value;
};

static json_t *counts_json(const struct count *counts, size_t n)
{
    json_t *object = json_object();
    for (size_t i = 0; i < n; i++)
        json_object_set_new(object, counts[i].name, json_integer((json_int_t)counts[i].value));
    return object;
}

static json_t *belief_json_of(struct hub_loop *h)
{
    struct belief_keeper_status s;
    belief_keeper_status_get(hub_loop_belief(h), &s);
    const struct count counts[] = {{"entries_behind", s.entries_behind}, {"reckoned", s.reckoned}, {"failed", s.failed}, {"set_aside", s.set_aside},
                                   {"again_at", s.again_at},             {"again_of", s.again_of}};
    return counts_json(counts, array_len(counts));
}

static json_t *sightings_json(struct hub_loop *h)
{
    struct sighting_keeper_status s;
    sighting_keeper_status_get(hub_loop_sightings(h), &s);
    const struct count counts[] = {{"indicators", s.indicators}, {"bytes", s.bytes},     {"looked_at", s.looked_at},
                                   {"met", s.met},               {"written", s.written}, {"failed", s.failed},
                                   {"forgotten", s.forgotten}};
    return counts_json(counts, array_len(counts));
}

static json_t *gate_json(struct hub_loop *h)
{
    struct outbox_status s;
    outbox_status_get(hub_loop_outbox(h), &s);
    const struct count counts[] = {{"given", s.given}, {"withdrawn", s.withdrawn}, {"refused", s.refused}, {"failed", s.failed}};
    return counts_json(counts, array_len(counts));
}

static json_t *told_back_json(const struct hub_loop *h)
{
    struct feed_return_status s;
    feed_return_status_get(hub_loop_return(h), &s);
    return json_pack("{s:I, s:I, s:I, s:I}", "told", (json_int_t)s.told, "refused", (json_int_t)s.refused, "failed", (json_int_t)s.failed,
                     "left_out", (json_int_t)s.left_out);
}

static json_t *members_json(struct hub_loop *h)
{
    struct member_intake_status s;
    member_intake_status_get(hub_loop_members(h), &s);
    const struct count counts[] = {{"objects", s.objects},     {"statements", s.statements}, {"reports", s.reports},
                                   {"sightings", s.sightings}, {"taken_back", s.taken_back}, {"left_out", s.left_out},     {"failed", s.failed}};
    return counts_json(counts, array_len(counts));
}

static json_t *look_back_json(struct hub_loop *h)
{
    struct look_back_status s;
    look_back_status_get(hub_loop_look_back(h), &s);
    const struct count counts[] = {{"looked_for", s.looked_for}, {"met", s.met},         {"questions", s.questions},
                                   {"failed", s.failed},         {"last_ms", s.last_ms}, {"last_count", s.last_count}};
    return counts_json(counts, array_len(counts));
}

json_t *hub_loop_json(struct hub_loop *h)
{
    json_t *loop = belief_json_of(h);
    json_object_set_new(loop, "sightings", sightings_json(h));
    json_object_set_new(loop, "gate", gate_json(h));
    json_object_set_new(loop, "members", members_json(h));
    json_object_set_new(loop, "told_back", told_back_json(h));
    json_object_set_new(loop, "look_back", look_back_json(h));
    return loop;
}
