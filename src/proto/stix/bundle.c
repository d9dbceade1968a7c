/* Finds the objects of a bundle in a stream of octets. */
#include "proto/stix/bundle.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/text.h"

static const char *const flaw_texts[] = {
    [STIX_BUNDLE_TOO_LARGE] = N_("the object is larger than allowed"),
    [STIX_BUNDLE_TOO_DEEP] = N_("the object is nested deeper than allowed"),
    [STIX_BUNDLE_NO_OBJECT] = N_("this element of the list is not an object"),
    [STIX_BUNDLE_TOO_MANY] = N_("there are more objects than allowed; split the bundle"),
    [STIX_BUNDLE_NO_SYNTAX] = N_("this is not a JSON document with STIX objects"),
    [STIX_BUNDLE_BRACKET] = N_("a bracket is closed by one of the other kind"),
    [STIX_BUNDLE_TWO_LISTS] = N_("there is a second list \"objects\""),
    [STIX_BUNDLE_TRUNCATED] = N_("the bundle ends too early; is it complete?"),
    [STIX_BUNDLE_TRAILING] = N_("something follows behind the end of the bundle"),
};
static_assert(array_len(flaw_texts) == STIX_BUNDLE_FLAW_COUNT, "each flaw has its text");

enum state {
    AT_START,
    AT_MEMBER_OR_END,
    AT_MEMBER,
    IN_NAME,
    AT_COLON,
    AT_VALUE,
    IN_VALUE,
    BEHIND_VALUE,
    AT_ELEMENT_OR_END,
    AT_ELEMENT,
    IN_ELEMENT,
    BEHIND_ELEMENT,
    AT_END,
};

/* Octets that are kept: those of earlier pieces in memory, and from `from` those of this piece. */
struct span {
    uint8_t *kept;
    size_t len, max;
    const uint8_t *from; /* NULL: nothing of this piece belongs to it */
    bool is_lost;
    enum stix_bundle_flaw_kind lost_by;
};

struct stix_bundle {
    struct stix_bundle_limits limits;
    const struct stix_bundle_calls *calls;
    void *arg;
    int result;
    struct stix_bundle_flaw flaw;
    struct stix_bundle_counts counts;
    enum state state;
    bool has_frame, has_list;
    uint8_t mark; /* octets of the byte order mark seen */

    const uint8_t *piece, *piece_end;
    uint64_t offset; /* of the piece */
    uint64_t line, line_offset;

    unsigned floor;  /* depth at which the value that is read ends */
    uint64_t depth;  /* open brackets */
    uint64_t kinds;  /* bit depth - 1: is that bracket one of an object? */
    bool is_string, is_escaped, is_scalar;
    unsigned name_len;
    char name[STIX_BUNDLE_LIST_MAX];

    uint64_t number;
    struct stix_bundle_place element_place, frame_place;
    struct span frame, element;
};

const char *stix_bundle_flaw_text(enum stix_bundle_flaw_kind kind)
{
    return (unsigned)kind < STIX_BUNDLE_FLAW_COUNT ? flaw_texts[kind] : flaw_texts[STIX_BUNDLE_NO_SYNTAX];
}

const struct stix_bundle_flaw *stix_bundle_flaw(const struct stix_bundle *b)
{
    return &b->flaw;
}

const struct stix_bundle_counts *stix_bundle_counts(const struct stix_bundle *b)
{
    return &b->counts;
}

struct stix_bundle *stix_bundle_new(const struct stix_bundle_limits *limits, const struct stix_bundle_calls *calls, void *arg)
{
    struct stix_bundle *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->limits = *limits;
    if (b->limits.depth > STIX_BUNDLE_DEPTH_MAX)
        b->limits.depth = STIX_BUNDLE_DEPTH_MAX;
    if (b->limits.object_octets > STIX_BUNDLE_OBJECT_MOST)
        b->limits.object_octets = STIX_BUNDLE_OBJECT_MOST;
    if (!b->limits.list)
        b->limits.list = "objects";
    b->calls = calls;
    b->arg = arg;
    b->line = 1;
    return b;
}

void stix_bundle_free(struct stix_bundle *b)
{
    if (!b)
        return;
    free(b->frame.kept);
    free(b->element.kept);
    free(b);
}

static struct stix_bundle_place place_of(const struct stix_bundle *b, const uint8_t *at)
{
    uint64_t offset = b->offset + (uint64_t)(at - b->piece);
    return (struct stix_bundle_place){.offset = offset, .line = b->line, .column = offset - b->line_offset + 1};
}

static int refuse(struct stix_bundle *b, enum stix_bundle_flaw_kind kind, const uint8_t *at)
{
    b->flaw = (struct stix_bundle_flaw){.kind = kind, .place = place_of(b, at)};
    return -EBADMSG;
}

/* The first flaw counts; but the size is seen earlier or later, as the octets come, so every other goes before it. */
static void span_lose(struct span *s, enum stix_bundle_flaw_kind kind)
{
    if (!s->is_lost || s->lost_by == STIX_BUNDLE_TOO_LARGE)
        s->lost_by = kind;
    s->is_lost = true;
    s->len = 0;
}

/* Takes over what lies in the piece before `to`. */
static int span_keep(struct stix_bundle *b, struct span *s, const uint8_t *to)
{
    size_t more = s->from ? (size_t)(to - s->from) : 0;
    const uint8_t *from = s->from;
    s->from = NULL;
    if (more == 0 || s->is_lost)
        return 0;
    if (more > b->limits.object_octets - s->len) {
        span_lose(s, STIX_BUNDLE_TOO_LARGE);
        return 0;
    }
    if (more > s->max - s->len) {
        size_t max = s->len + more > 4096 ? (s->len + more) * 2 : 4096;
        uint8_t *larger = realloc(s->kept, max);
        if (!larger)
            return -ENOMEM;
        s->kept = larger;
        s->max = max;
    }
    memcpy(s->kept + s->len, from, more);
    s->len += more;
    return 0;
}

static void skip_element(struct stix_bundle *b, enum stix_bundle_flaw_kind kind, const struct stix_bundle_place *place)
{
    struct stix_bundle_flaw flaw = {.kind = kind, .place = *place};
    b->counts.skipped++;
    b->counts.skipped_by[kind]++;
    if (b->calls->skipped)
        b->calls->skipped(b->arg, b->number, &flaw);
}

/* The span up to `to` is an object: gives it out, from the piece itself if it lies there as a whole. */
static int give_object(struct stix_bundle *b, struct span *s, const uint8_t *to, const struct stix_bundle_place *place)
{
    struct stix_bundle_object object = {.number = b->number, .place = *place};
    if (s->len == 0 && s->from && !s->is_lost) {
        object.octets = s->from;
        object.len = (size_t)(to - s->from);
        s->from = NULL;
        if (object.len > b->limits.object_octets)
            span_lose(s, STIX_BUNDLE_TOO_LARGE);
    } else {
        int result = span_keep(b, s, to);
        if (result < 0)
            return result;
        object.octets = s->kept;
        object.len = s->len;
    }
    if (s->is_lost) {
        skip_element(b, s->lost_by, place);
        return 0;
    }
    b->counts.objects++;
    return b->calls->object(b->arg, &object);
}

static void begin_line(struct stix_bundle *b, const uint8_t *next)
{
    b->line++;
    b->line_offset = b->offset + (uint64_t)(next - b->piece);
}

/* The value that is read belongs to a list's element or to what stands around the list. */
static struct span *span_of(struct stix_bundle *b)
{
    return b->state == IN_ELEMENT ? &b->element : &b->frame;
}

static void open_bracket(struct stix_bundle *b, uint8_t c)
{
    b->depth++;
    if (b->depth > b->limits.depth) {
        span_lose(span_of(b), STIX_BUNDLE_TOO_DEEP);
        return;
    }
    uint64_t bit = UINT64_C(1) << (b->depth - 1);
    b->kinds = c == '{' ? b->kinds | bit : b->kinds & ~bit;
}

/* 1: the value ends here. Below the limit of depth the kinds are not kept: such an object is skipped in any case. */
static int close_bracket(struct stix_bundle *b, const struct reader *r, uint8_t c)
{
    bool is_object = c == '}';
    bool is_known = b->depth <= b->limits.depth;
    if (is_known && (b->kinds >> (b->depth - 1) & 1) != is_object)
        return refuse(b, STIX_BUNDLE_BRACKET, r->at - 1);
    b->depth--;
    return b->depth == b->floor;
}

/* What each octet may mean; most mean nothing. */
enum octet_class { ORDINARY, NEWLINE, QUOTE, ESCAPE, OPENS, CLOSES };
static const uint8_t classes[256] = {
    ['\n'] = NEWLINE, ['"'] = QUOTE, ['\\'] = ESCAPE, ['{'] = OPENS, ['['] = OPENS, ['}'] = CLOSES, [']'] = CLOSES,
};

/* The next octet that may mean something; ORDINARY at the end of the piece. A copy of the reader stays in registers. */
static inline enum octet_class take_special(struct reader *r, bool in_string, uint8_t *ret_octet)
{
    struct reader local = *r;
    enum octet_class class = ORDINARY;
    while (local.left > 0) {
        uint8_t c = reader_u8(&local);
        class = classes[c];
        if (unlikely(class != ORDINARY) && (!in_string || class <= ESCAPE)) {
            *ret_octet = c;
            break;
        }
        class = ORDINARY;
    }
    *r = local;
    return class;
}

/* Up to the closing quotation mark. */
static void read_string(struct stix_bundle *b, struct reader *r)
{
    while (r->left > 0) {
        uint8_t c = 0;
        if (b->is_escaped) {
            c = reader_u8(r);
            b->is_escaped = false;
            if (c == '\n')
                begin_line(b, r->at);
            continue;
        }
        enum octet_class class = take_special(r, true, &c);
        b->is_escaped = class == ESCAPE;
        if (class == NEWLINE)
            begin_line(b, r->at);
        b->is_string = class != QUOTE;
        if (class == QUOTE)
            return;
    }
}

/* A number or a word; 1: it has ended, before the octet that comes next. */
static int read_scalar(struct stix_bundle *b, struct reader *r)
{
    while (r->left > 0) {
        uint8_t c = *r->at;
        if (c == ',' || c == ']' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t')
            return 1;
        bool is_known = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '+' || c == '-' || c == '.' || c == 'E';
        if (!is_known)
            return refuse(b, STIX_BUNDLE_NO_SYNTAX, r->at);
        reader_skip(r, 1);
    }
    return 0;
}

/* 1: the value has ended; 0: the piece has. */
static int read_value(struct stix_bundle *b, struct reader *r)
{
    if (b->is_scalar)
        return read_scalar(b, r);
    while (r->left > 0) {
        if (b->is_string) {
            read_string(b, r);
            if (!b->is_string && b->depth == b->floor)
                return 1;
            continue;
        }
        uint8_t c = 0;
        int ended = 0;
        switch (take_special(r, false, &c)) {
        case ORDINARY:
        case ESCAPE:
            break;
        case NEWLINE:
            begin_line(b, r->at);
            break;
        case QUOTE:
            b->is_string = true;
            break;
        case OPENS:
            open_bracket(b, c);
            break;
        case CLOSES:
            ended = close_bracket(b, r, c);
            break;
        }
        if (ended != 0)
            return ended;
    }
    return 0;
}

static int begin_value(struct stix_bundle *b, const struct reader *r, uint8_t c, enum state state)
{
    bool is_number = (c >= '0' && c <= '9') || c == '-';
    b->is_scalar = is_number || c == 't' || c == 'f' || c == 'n';
    b->is_string = c == '"';
    b->is_escaped = false;
    b->state = state;
    b->floor = state == IN_VALUE;
    b->depth = b->floor;
    if (b->is_scalar || b->is_string)
        return 0;
    if (c != '{' && c != '[')
        return refuse(b, STIX_BUNDLE_NO_SYNTAX, r->at - 1);
    open_bracket(b, c);
    return 0;
}

static int begin_element(struct stix_bundle *b, const struct reader *r, uint8_t c)
{
    if (b->number == b->limits.objects)
        return refuse(b, STIX_BUNDLE_TOO_MANY, r->at - 1);
    b->number++;
    b->element_place = place_of(b, r->at - 1);
    b->element.from = r->at - 1;
    b->element.len = 0;
    b->element.is_lost = false;
    int result = begin_value(b, r, c, IN_ELEMENT);
    if (result == 0 && c != '{')
        span_lose(&b->element, STIX_BUNDLE_NO_OBJECT);
    return result;
}

static int begin_member_value(struct stix_bundle *b, const struct reader *r, uint8_t c)
{
    bool is_list = c == '[' && b->name_len == strlen(b->limits.list) && memcmp(b->name, b->limits.list, b->name_len) == 0;
    if (!is_list)
        return begin_value(b, r, c, IN_VALUE);
    if (b->has_list)
        return refuse(b, STIX_BUNDLE_TWO_LISTS, r->at - 1);
    b->has_list = true;
    b->state = AT_ELEMENT_OR_END;
    return span_keep(b, &b->frame, r->at);
}

static int end_frame(struct stix_bundle *b, const struct reader *r)
{
    b->state = AT_END;
    if (b->has_list)
        return span_keep(b, &b->frame, r->at);
    b->has_frame = false; /* it is the object itself */
    if (b->limits.objects == 0)
        return refuse(b, STIX_BUNDLE_TOO_MANY, r->at - 1);
    b->number = 1;
    return give_object(b, &b->frame, r->at, &b->frame_place);
}

static int end_list(struct stix_bundle *b, const struct reader *r)
{
    b->state = b->has_frame ? BEHIND_VALUE : AT_END;
    if (b->has_frame)
        b->frame.from = r->at - 1;
    return 0;
}

static int begin_document(struct stix_bundle *b, const struct reader *r, uint8_t c)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf}; /* RFC 8259 8.1: may be ignored */
    struct stix_bundle_place place = place_of(b, r->at - 1);
    if (b->mark < sizeof mark && place.offset == b->mark && c == mark[b->mark]) {
        b->mark++;
        return 0;
    }
    bool is_half = b->mark != 0 && b->mark != sizeof mark;
    if (is_half || (c != '{' && c != '['))
        return refuse(b, STIX_BUNDLE_NO_SYNTAX, r->at - 1);
    b->has_frame = c == '{';
    b->has_list = !b->has_frame;
    b->state = b->has_frame ? AT_MEMBER_OR_END : AT_ELEMENT_OR_END;
    b->frame_place = place;
    if (b->has_frame)
        b->frame.from = r->at - 1;
    return 0;
}

static void begin_name(struct stix_bundle *b)
{
    b->name_len = 0;
    b->is_escaped = false;
    b->state = IN_NAME;
}

static void take_name(struct stix_bundle *b, uint8_t c)
{
    if (!b->is_escaped && c == '"') {
        b->state = AT_COLON;
        return;
    }
    b->is_escaped = !b->is_escaped && c == '\\';
    if (b->name_len < sizeof b->name)
        b->name[b->name_len++] = (char)c;
}

/* One octet between values. */
static int take_between(struct stix_bundle *b, const struct reader *r, uint8_t c)
{
    switch (b->state) {
    case AT_START:
        return begin_document(b, r, c);
    case AT_MEMBER_OR_END:
    case AT_MEMBER:
        if (c == '}' && b->state == AT_MEMBER_OR_END)
            return end_frame(b, r);
        if (c != '"')
            break;
        begin_name(b);
        return 0;
    case AT_COLON:
        if (c != ':')
            break;
        b->state = AT_VALUE;
        return 0;
    case AT_VALUE:
        return begin_member_value(b, r, c);
    case BEHIND_VALUE:
        if (c == '}')
            return end_frame(b, r);
        if (c != ',')
            break;
        b->state = AT_MEMBER;
        return 0;
    case AT_ELEMENT_OR_END:
    case AT_ELEMENT:
        if (c == ']' && b->state == AT_ELEMENT_OR_END)
            return end_list(b, r);
        return begin_element(b, r, c);
    case BEHIND_ELEMENT:
        if (c == ']')
            return end_list(b, r);
        if (c != ',')
            break;
        b->state = AT_ELEMENT;
        return 0;
    case AT_END:
        return refuse(b, STIX_BUNDLE_TRAILING, r->at - 1);
    case IN_NAME:
    case IN_VALUE:
    case IN_ELEMENT:
        break;
    }
    return refuse(b, STIX_BUNDLE_NO_SYNTAX, r->at - 1);
}

static int take_piece(struct stix_bundle *b, struct reader *r)
{
    int result = 0;
    while (r->left > 0 && result == 0) {
        if (b->state == IN_VALUE || b->state == IN_ELEMENT) {
            int ended = read_value(b, r);
            if (ended < 0)
                return ended;
            if (ended == 0)
                break;
            bool is_element = b->state == IN_ELEMENT;
            b->state = is_element ? BEHIND_ELEMENT : BEHIND_VALUE;
            if (is_element)
                result = give_object(b, &b->element, r->at, &b->element_place);
            continue;
        }
        uint8_t c = reader_u8(r);
        if (b->state == IN_NAME)
            take_name(b, c);
        else if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            result = take_between(b, r, c);
        if (c == '\n')
            begin_line(b, r->at);
    }
    return result;
}

int stix_bundle_feed(struct stix_bundle *b, const void *octets, size_t len)
{
    if (b->result < 0 || len == 0)
        return b->result;
    struct reader r = reader_of(octets, len);
    b->piece = octets;
    b->piece_end = b->piece + len;
    if (b->frame.from)
        b->frame.from = b->piece;
    if (b->element.from)
        b->element.from = b->piece;
    int result = take_piece(b, &r);
    bool in_frame = b->frame.from != NULL, in_element = b->element.from != NULL;
    if (result == 0)
        result = span_keep(b, &b->frame, b->piece_end);
    if (result == 0)
        result = span_keep(b, &b->element, b->piece_end);
    /* What goes on in the next piece is marked; the pointer is set when that piece is there. */
    b->frame.from = in_frame ? b->piece_end : NULL;
    b->element.from = in_element ? b->piece_end : NULL;
    b->offset += len;
    b->counts.octets = b->offset;
    b->result = result;
    return result;
}

int stix_bundle_finish(struct stix_bundle *b)
{
    if (b->result == 0 && b->state != AT_END) {
        static const uint8_t nothing[1];
        b->piece = nothing;
        b->result = refuse(b, STIX_BUNDLE_TRUNCATED, nothing);
    }
    return b->result;
}

int stix_bundle_frame(const struct stix_bundle *b, const uint8_t **ret_octets, size_t *ret_len)
{
    if (!b->has_frame || b->result < 0 || b->state != AT_END)
        return -ENOENT;
    if (b->frame.is_lost)
        return -EMSGSIZE;
    *ret_octets = b->frame.kept;
    *ret_len = b->frame.len;
    return 0;
}
