/* The texts of the page of blocked names, in each of its languages: the reader's is known only when it is asked for, so that gettext, which
 * knows one language for the whole process, does not serve. Pure values, any thread. */
#ifndef HINOMI_API_SINKHOLE_TEXTS_H
#define HINOMI_API_SINKHOLE_TEXTS_H

#include "base/text.h"
#include "model/claim.h"

enum sinkhole_text {
    SINKHOLE_TITLE,
    SINKHOLE_BLOCKED,       /* behind the name */
    SINKHOLE_LIST,
    SINKHOLE_VERDICT,
    SINKHOLE_WHAT_TO_DO,
    SINKHOLE_PC_HEAD,
    SINKHOLE_PC,
    SINKHOLE_PHONE_HEAD,
    SINKHOLE_PHONE,
    SINKHOLE_THING_HEAD,
    SINKHOLE_THING,
    SINKHOLE_INFECTED,      /* beside it, when the device may have asked by itself */
    SINKHOLE_WRONG_HEAD,
    SINKHOLE_WRONG,
    SINKHOLE_TEXT_LABEL,
    SINKHOLE_CONTACT_LABEL,
    SINKHOLE_SEND,
    SINKHOLE_SENT,
    SINKHOLE_KEEP,
    SINKHOLE_STATE_LINK,
    SINKHOLE_STATE_TITLE,
    SINKHOLE_STATE_OPEN,
    SINKHOLE_STATE_RELEASED,
    SINKHOLE_STATE_REFUSED,
    SINKHOLE_STATE_NONE,
    SINKHOLE_ANSWER,        /* the analyst's reason */
    SINKHOLE_NOT_BLOCKED,   /* behind the name */
    SINKHOLE_NO_NAME,
    SINKHOLE_NO_TEXT,
    SINKHOLE_NO_CONTACT,
    SINKHOLE_TOO_MANY,
    SINKHOLE_FAILED,
    SINKHOLE_BACK,
    SINKHOLE_TEXT_COUNT
};

const char *sinkhole_text(enum sinkhole_text text, enum text_language language);
/* Why, by what is claimed of the name. */
const char *sinkhole_why(enum claim claim, enum text_language language);
/* Does the claim mean that a device which asks by itself may be infected? */
bool sinkhole_is_infection(enum claim claim);

extern const char sinkhole_style[];

#endif
