/* Keeps names and their parents in one open-addressed table over an arena of wire names. */
#include "act/policy/name_set.h"

#include <errno.h>
#include <stdlib.h>

enum { SLOTS_FIRST = 1 << 10, ARENA_FIRST = 1 << 16, HEAD_LEN = 8 };

/* A name or a parent of one. Its octets are the end of those of a member: the arena holds members only. */
struct slot {
    uint32_t tag;    /* of the hash */
    uint32_t member; /* the member whose octets it shares: where it lies in the arena, plus one; 0: a free slot */
    uint32_t below;  /* a member below it, in the same way; 0: none */
    uint8_t offset;  /* of this name in its member's octets; 0 for a member itself */
    uint8_t scope;   /* 0: only a parent */
    uint8_t pad[2];
};
_Static_assert(sizeof(struct slot) == 16, "some 50 octets a name");

struct name_set {
    struct sip_key key;
    struct slot *slots;
    size_t slot_count, used, members;
    uint8_t *arena; /* u16 source, u32 line, u8 length, u8 0, octets */
    size_t arena_len, arena_max;
};

struct name_set *name_set_new(struct sip_key key)
{
    struct name_set *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->key = key;
    s->slot_count = SLOTS_FIRST;
    s->arena_max = ARENA_FIRST;
    s->slots = calloc(s->slot_count, sizeof *s->slots);
    s->arena = malloc(s->arena_max);
    if (!s->slots || !s->arena) {
        name_set_free(s);
        return NULL;
    }
    return s;
}

void name_set_free(struct name_set *s)
{
    if (!s)
        return;
    free(s->slots);
    free(s->arena);
    free(s);
}

size_t name_set_count(const struct name_set *s)
{
    return s->members;
}

size_t name_set_bytes(const struct name_set *s)
{
    return s->slot_count * sizeof *s->slots + s->arena_max;
}

static const uint8_t *octets_of(const struct name_set *s, const struct slot *slot)
{
    return s->arena + slot->member - 1 + HEAD_LEN + slot->offset;
}

static size_t len_of(const struct name_set *s, const struct slot *slot)
{
    return (size_t)s->arena[slot->member - 1 + 6] - slot->offset;
}

/* The slot of these octets: the one that has them, or the free one where they belong. */
static struct slot *find_slot(const struct name_set *s, const uint8_t *octets, size_t len, uint32_t *ret_tag)
{
    uint64_t hash = sip_hash(s->key, octets, len);
    uint32_t tag = (uint32_t)(hash >> 32);
    size_t at = (size_t)hash & (s->slot_count - 1);
    for (;; at = (at + 1) & (s->slot_count - 1)) {
        struct slot *slot = &s->slots[at];
        if (slot->member == 0 ||
            (slot->tag == tag && len_of(s, slot) == len && memcmp(octets_of(s, slot), octets, len) == 0)) {
            *ret_tag = tag;
            return slot;
        }
    }
}

static int grow_slots(struct name_set *s)
{
    struct name_set bigger = *s;
    bigger.slot_count = s->slot_count * 2;
    bigger.slots = calloc(bigger.slot_count, sizeof *bigger.slots);
    if (!bigger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < s->slot_count; i++) {
        if (s->slots[i].member == 0)
            continue;
        uint32_t tag;
        *find_slot(&bigger, octets_of(s, &s->slots[i]), len_of(s, &s->slots[i]), &tag) = s->slots[i];
    }
    free(s->slots);
    *s = bigger;
    return 0;
}

static int put_in_arena(struct name_set *s, const struct dns_name *name, uint16_t source, uint32_t line,
                        uint32_t *ret_member)
{
    size_t need = HEAD_LEN + name->len;
    if (s->arena_max - s->arena_len < need) {
        size_t max = s->arena_max + s->arena_max / 2;
        uint8_t *arena = max > UINT32_MAX / 2 ? NULL : realloc(s->arena, max);
        if (!arena)
            return -ENOMEM;
        s->arena = arena;
        s->arena_max = max;
    }
    uint8_t *at = s->arena + s->arena_len;
    memcpy(at, &source, sizeof source);
    memcpy(at + 2, &line, sizeof line);
    at[6] = name->len;
    at[7] = 0;
    memcpy(at + HEAD_LEN, name->wire, name->len);
    *ret_member = (uint32_t)s->arena_len + 1;
    s->arena_len += need;
    return 0;
}

int name_set_add(struct name_set *s, const struct dns_name *name, uint8_t scope, uint16_t source, uint32_t line)
{
    if (s->members == NAME_SET_MAX)
        return -E2BIG;
    /* Room for the name and each parent. */
    while (s->used + name->labels + 1u > s->slot_count / 4 * 3) {
        int e = grow_slots(s);
        if (e < 0)
            return e;
    }
    uint32_t tag, member;
    struct slot *own = find_slot(s, name->wire, name->len, &tag);
    if (own->scope) {
        own->scope |= scope;
        return 0;
    }
    int e = put_in_arena(s, name, source, line, &member);
    if (e < 0)
        return e;
    if (own->member == 0)
        s->used++;
    *own = (struct slot){.tag = tag, .member = member, .below = own->below, .scope = scope};
    s->members++;
    for (unsigned label = 1; label <= name->labels; label++) {
        struct slot *parent = find_slot(s, name->wire + name->at[label], (size_t)name->len - name->at[label], &tag);
        if (parent->below)
            break; /* and so have its parents */
        if (parent->member == 0) {
            *parent = (struct slot){.tag = tag, .member = member, .offset = name->at[label]};
            s->used++;
        }
        parent->below = member;
    }
    return 0;
}

static void tell_member(const struct name_set *s, uint32_t member, uint8_t scope, struct name_set_entry *ret_entry)
{
    const uint8_t *at = s->arena + member - 1;
    struct reader r = reader_of(at + HEAD_LEN, at[6]);
    if (dns_name_read(&r, &ret_entry->name) < 0)
        ret_entry->name = (struct dns_name){.len = 1};
    memcpy(&ret_entry->source, at, sizeof ret_entry->source);
    memcpy(&ret_entry->line, at + 2, sizeof ret_entry->line);
    ret_entry->scope = scope;
}

uint8_t name_set_find(const struct name_set *s, const struct dns_name *name, unsigned label,
                      struct name_set_entry *ret_entry)
{
    uint32_t tag;
    const struct slot *slot = find_slot(s, name->wire + name->at[label], (size_t)name->len - name->at[label], &tag);
    if (slot->scope && ret_entry)
        tell_member(s, slot->member, slot->scope, ret_entry);
    return slot->scope;
}

bool name_set_has_below(const struct name_set *s, const struct dns_name *name, struct name_set_entry *ret_entry)
{
    uint32_t tag;
    const struct slot *slot = find_slot(s, name->wire, name->len, &tag);
    if (slot->below && ret_entry) {
        const uint8_t *at = s->arena + slot->below - 1;
        const struct slot *member = find_slot(s, at + HEAD_LEN, at[6], &tag);
        tell_member(s, slot->below, member->scope, ret_entry);
    }
    return slot->below != 0;
}
