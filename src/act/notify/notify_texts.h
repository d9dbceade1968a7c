/* The texts of mails to members, in each of their languages: gettext knows one language for the whole process. Pure values, any thread. */
#ifndef HINOMI_ACT_NOTIFY_TEXTS_H
#define HINOMI_ACT_NOTIFY_TEXTS_H

#include "act/notify/notify.h"

enum notify_text {
    NOTIFY_SUBJECT_URGENT, /* of the mail; behind it the member */
    NOTIFY_SUBJECT_DIGEST,
    NOTIFY_SUBJECT_WRONG,  /* nothing but corrections in it */
    NOTIFY_GREETING,       /* behind the name */
    NOTIFY_INTRO_URGENT,
    NOTIFY_INTRO_DIGEST,
    NOTIFY_HEAD_WRONG,     /* of a notice that is withdrawn */
    NOTIFY_WRONG,
    NOTIFY_REPORTED,       /* not confirmed yet */
    NOTIFY_REOPENED,
    NOTIFY_ROWS,           /* above the table */
    NOTIFY_TIMES,          /* behind a count */
    NOTIFY_UNNAMED,
    NOTIFY_MORE_ROWS,      /* behind a number */
    NOTIFY_MORE_NOTICES,
    NOTIFY_TO_DO_MET,
    NOTIFY_TO_DO_OWN,
    NOTIFY_LINK,
    NOTIFY_DEFANGED,
    NOTIFY_FOOT,
    NOTIFY_SUBJECT_PROOF,  /* behind it the network or name */
    NOTIFY_PROOF_INTRO,    /* above the network or name */
    NOTIFY_PROOF_OF,       /* above the member */
    NOTIFY_PROOF_LINK,
    NOTIFY_PROOF_CODE,     /* there is no link */
    NOTIFY_PROOF_CODE_TOO, /* there is one */
    NOTIFY_PROOF_UNTIL,    /* before a time */
    NOTIFY_PROOF_SILENCE,
    NOTIFY_PROOF_FOOT,
    NOTIFY_TEXT_COUNT
};

const char *notify_text(enum notify_text text, enum notify_language language);

#endif
