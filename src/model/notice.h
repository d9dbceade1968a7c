/* A notice: what a member is told about something that was seen, and where that stands.
 *
 * One notice is about one claim, and has the subjects of it as rows: five hundred infected hosts of a night are one notice. What follows from what
 * is the table of judge/notice. Times are microseconds since 1970, wall clock; 0 means "not yet". Plain values, any thread.
 */
#ifndef HINOMI_MODEL_NOTICE_H
#define HINOMI_MODEL_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "model/account.h"
#include "model/claim.h"
#include "model/verdict.h"

enum notice_kind { /* stored: only ever add at the end */
    NOTICE_MET, /* clients of the member met the subjects: C&C servers, phishing sites */
    NOTICE_OWN, /* the subjects are the member's own: its address spreads malware, its name is a phishing site */
    NOTICE_KIND_COUNT
};

enum notice_state { /* stored: only ever add at the end */
    NOTICE_WAITING,   /* for the next mail, or for somebody to look into the console */
    NOTICE_HELD,      /* of the control group of a campaign: not told, and not shown to the member, until the campaign ends */
    NOTICE_SENT,
    NOTICE_FAILED,    /* every try to tell was in vain */
    NOTICE_OPENED,
    NOTICE_ACTED,     /* the member said what it did */
    NOTICE_NO_EFFECT, /* told, and still seen after the time that the rules give */
    NOTICE_FIXED,     /* seen fixed: watched for as long as the rules say, and not seen */
    NOTICE_WITHDRAWN, /* what it said is wrong */
    NOTICE_STATE_COUNT
};

struct notice_life {
    enum notice_state state;
    int64_t made_us;
    int64_t raised_us; /* made, or reopened last: since then it is to be told */
    int64_t seen_us;   /* what it is about was met last */
    int64_t told_us, opened_us, acted_us, fixed_us, wrong_us; /* told_us, opened_us, acted_us: first since raised_us */
    int64_t held_us;   /* not 0: of a control group that still is one */
    uint32_t reopened; /* times it was seen again after it was seen fixed */
    bool uncovered;    /* nothing was seen, but nothing would have been seen either: the last look tells */
};

enum {
    NOTICE_CAMPAIGN_MAX = 64, /* octets with the terminator, as these */
    NOTICE_ACTED_MAX = 1024,
};

struct notice {
    int64_t id; /* 0: not stored yet */
    char member[ACCOUNT_MEMBER_MAX];
    enum notice_kind kind;
    enum claim claim;
    struct notice_life life;
    char campaign[NOTICE_CAMPAIGN_MAX]; /* empty: of none */
    uint64_t left_out;                  /* sightings for which there was no row any more */
    uint64_t hits;
    uint32_t subjects; /* rows that it has */
    int coverage;      /* percent, of the last look; -1: not known */
    bool is_urgent;    /* to be told at once to those who want that */
    bool is_control;   /* of the campaign's control group, also after its end */
    char acted_by[VERDICT_NAME_MAX], acted_text[NOTICE_ACTED_MAX];
};

/* "met", "own"; "unknown" beyond the enum. */
const char *notice_kind_word(unsigned kind);
int notice_kind_parse(const char *word, enum notice_kind *ret_kind) must_check; /* -EINVAL */
/* "waiting", "held-back", "sent", ...; "unknown" beyond the enum. */
const char *notice_state_word(unsigned state);
int notice_state_parse(const char *word, enum notice_state *ret_state) must_check; /* -EINVAL */
/* Is it at its end, unless something is seen again? */
bool notice_state_is_final(enum notice_state state);

/* Is it told at once? Of a device that is probably infected, or of one's own that harms others. */
bool notice_is_urgent(enum notice_kind kind, enum claim claim);

#endif
