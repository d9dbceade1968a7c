/* Takes one edition of a list in, whoever brings it: octets are hashed and written aside, read for what is in them, and then
 * put in force, held back because its size is not believed, or found to be what is in force already.
 *
 * One verdict for each edition that is put in force. From the hub's loop; a caller that goes away calls list_intake_drop
 * before list_intake_finish, and lets it end after that.
 */
#ifndef HINOMI_API_LIST_INTAKE_H
#define HINOMI_API_LIST_INTAKE_H

#include "api/node.h"

enum { LIST_INTAKE_OCTETS_MAX = 2000000000 /* some fifty million names */, LIST_INTAKE_ERROR_MAX = 256 };

enum list_intake_result {
    LIST_INTAKE_TAKEN,     /* in force, or as `warning` says; the record is the new one */
    LIST_INTAKE_UNCHANGED, /* the same octets are in force; the record is the old one */
    LIST_INTAKE_HELD,      /* kept aside; the old edition stays in force */
    LIST_INTAKE_DISCARDED, /* the same octets were discarded by hand */
    LIST_INTAKE_REFUSED,   /* error says why; nothing has changed */
};

struct list_intake_report {
    enum list_intake_result result;
    const struct list_record *record; /* TAKEN, UNCHANGED */
    const struct list_held *held;     /* HELD, DISCARDED */
    const json_t *samples;            /* lines that were skipped: line, reason, text */
    const char *warning;              /* TAKEN: why it is not in force yet; NULL: it is */
    const char *error;                /* REFUSED: for people */
};

/* Called once after list_intake_finish. What it is given is borrowed for the call. */
typedef void list_intake_done(void *self, const struct list_intake_report *report);

struct list_intake_options {
    struct node *node;
    enum verdict_author_kind by; /* a person, or a feed */
    const char *name, *source, *reason; /* copied */
    struct list_reading reading;
    bool force;    /* never held, and taken again when unchanged */
    bool protects; /* a never-block list */
    bool observes; /* it only observes; a known list stays as it was when this is false */
    int order;     /* place among the lists; -1: as it was, else last */
};

struct list_intake;

/* The verdict on a list that somebody gives, valid from now on without an end; its reason is left to the caller. */
struct verdict list_verdict(const char *name, enum verdict_author_kind by, const char *source, int64_t now_us);
/* A list's name stands in answers to clients: letters, digits, "-_.", at most LIST_NAME_MAX - 1 of them. */
bool list_name_is_valid(const char *name);
/* -EINVAL and the like with a text for people in ret_error (LIST_INTAKE_ERROR_MAX). */
int list_intake_new(const struct list_intake_options *options, struct list_intake **ret_intake, char *ret_error) must_check;
/* An error is kept, and told at the end. */
void list_intake_add(struct list_intake *in, const void *octets, size_t len);
/* All octets are there. The intake frees itself after `done`. */
void list_intake_finish(struct list_intake *in, list_intake_done *done, void *self);
void list_intake_drop(struct list_intake *in);

/* Puts the held edition of a list in force; done as above. -ENOENT: none is held. */
int list_intake_accept(struct node *node, const char *name, const char *source, const char *reason, list_intake_done *done,
                       void *self) must_check;

/* Is an edition of so many rules to be believed when the one in force has old_names? Lists under
 * LIST_SIZE_BELIEVED_BELOW rules always are. */
enum { LIST_SIZE_BELIEVED_BELOW = 100 };
bool list_size_is_believed(uint32_t old_names, uint32_t names, unsigned shrink_percent, unsigned grow_percent);

#endif
