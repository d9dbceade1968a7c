/* A case: people's work on something, with the subjects that it is about, and who may see it.
 *
 * What is known of a subject is not copied into a case: it is looked up when somebody looks. Times are microseconds since 1970, wall clock;
 * 0 means "not yet". Plain values, any thread.
 */
#ifndef HINOMI_MODEL_CASE_H
#define HINOMI_MODEL_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/account.h"
#include "model/verdict.h"

enum case_state { CASE_OPEN, CASE_WAITING, CASE_CLOSED, CASE_STATE_COUNT }; /* stored: only ever add at the end, as all of these */

/* How it ended; of one that is not closed: none. */
enum case_outcome {
    CASE_NO_OUTCOME,
    CASE_RESOLVED,
    CASE_FALSE_ALARM,
    CASE_NOTHING_TO_DO,
    CASE_HANDED_OVER, /* somebody else goes on with it */
    CASE_DUPLICATE,
    CASE_OUTCOME_COUNT
};

enum {
    CASE_TITLE_MAX = 256, /* octets with the terminator, as these */
    CASE_SUBJECT_NOTE_MAX = 512,
    CASE_NOTE_MAX = 8192,
    CASE_FIELD_MAX = 16, /* "restricted", ... */
};

struct case_record {
    int64_t number; /* 0: not stored yet */
    char title[CASE_TITLE_MAX];
    enum case_state state;
    enum case_outcome outcome;
    enum verdict_severity severity;
    enum verdict_tlp tlp;
    char owner[ACCOUNT_NAME_MAX]; /* an account of the centre; empty: nobody */
    char made_by[VERDICT_NAME_MAX];
    bool is_restricted; /* for the people who are admitted alone */
    bool is_shared;     /* the members that it concerns may see it */
    int64_t made_us, changed_us, closed_us;
    uint32_t version;   /* counts changes */
    bool is_answered;   /* of a case that is read: a member's answer is newer than all that the centre said and did; false for whom a member asks */
};

enum case_link_kind { CASE_LINK_VERDICT, CASE_LINK_NOTICE, CASE_LINK_REPORT, CASE_LINK_KIND_COUNT };

/* "open", "waiting", "closed"; "none", "resolved", ...; "verdict", ...; "unknown" beyond the enum. The parsers: -EINVAL. */
const char *case_state_word(unsigned state);
const char *case_outcome_word(unsigned outcome);
const char *case_link_word(unsigned kind);
int case_state_parse(const char *word, enum case_state *ret_state) must_check;
int case_outcome_parse(const char *word, enum case_outcome *ret_outcome) must_check;
int case_link_parse(const char *word, enum case_link_kind *ret_kind) must_check;

/* May members see a case of that level at all? TLP 2.0: AMBER is for an organisation and its clients, what is above is not for others. */
bool case_tlp_may_be_shared(enum verdict_tlp tlp);
/* UTF-8 of 1 to max - 1 octets, without control characters but (with `lines`) the ends of lines and tabs. */
bool case_text_is_valid(const char *text, unsigned max, bool lines);

#endif
