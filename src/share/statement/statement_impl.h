/* What the forms of documents share: the reader, and the ways in which a part becomes a statement or is left out.
 */
#ifndef HINOMI_SHARE_STATEMENT_IMPL_H
#define HINOMI_SHARE_STATEMENT_IMPL_H

#include "base/json_tree.h"
#include "share/statement/statement.h"

/* One form of documents. Errors as statement_feed. */
struct statement_form {
    /* NULL without memory, or after statement_refuse. */
    void *(*open)(struct statement_reader *r);
    void (*close)(void *form);
    int (*feed)(void *form, const void *octets, size_t len);
    int (*finish)(void *form);
};
extern const struct statement_form statement_stix, statement_misp, statement_csv, statement_plain;

struct statement_reader {
    struct statement_options options; /* `map` is our copy */
    char *map;
    struct statement_calls calls;
    void *self;
    enum statement_format format;
    const struct statement_form *form;
    void *form_state;
    int result;
    struct statement_flaw flaw;
    uint8_t look[STATEMENT_LOOK_OCTETS];
    size_t look_len;
    struct verdict v; /* that is being made: large, and so only one */
};

/* -EBADMSG, with that flaw. */
int statement_refuse(struct statement_reader *r, const char *why, uint64_t line, uint64_t column);
/* r->v begins anew with what is common to all. */
struct verdict *statement_begin(struct statement_reader *r);
/* Gives r->v away. 0, or what the call gave. */
int statement_give(struct statement_reader *r, uint64_t number, bool has_time);
void statement_leave_out(struct statement_reader *r, bool is_refused, uint64_t number, const char *id, const char *why, const char *part,
                         size_t len);

/* The subject of r->v, of that kind or (-1) found by its form; a URL may become its host. NULL, or why it is none: N_() text. */
const char *statement_take_subject(struct statement_reader *r, int kind, const char *text, size_t len);
/* Adds to the reason: control characters become blanks, what is too long is cut between characters. NULL adds nothing. */
void statement_add_reason(struct verdict *v, const char *before, const char *text, size_t len);
/* Adds a piece of evidence if there is room for it; control characters become blanks. */
void statement_add_evidence(struct verdict *v, enum verdict_evidence_kind kind, const char *reference);
/* Times as the document says them, brought into the order that a verdict has: made now or before, from not before 1970, until behind from. 0: not
 * said. */
void statement_set_times(struct statement_reader *r, int64_t made_us, int64_t from_us, int64_t until_us);
/* r->v takes back what was said. */
void statement_withdraw(struct statement_reader *r);

#endif
