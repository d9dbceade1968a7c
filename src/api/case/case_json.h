/* Writes cases as JSON, for who may see all of it and for members, who may not. */
#ifndef HINOMI_API_CASE_JSON_H
#define HINOMI_API_CASE_JSON_H

#include "api/case/case_answer.h"

/* What stands in lists. */
json_t *case_json(const struct case_record *c, enum case_access access);
/* With members, people, subjects, links. NULL: an error of the ledger. */
json_t *case_whole_json(const struct case_question *q);
/* Notes of ids below `before` (0: the newest), and where to go on (0: these were all). NULL: an error of the ledger. */
json_t *case_notes_json(const struct case_question *q, int64_t before, unsigned max, int64_t *ret_after);

/* ---- what the node knows of its subjects, case_known.c; NULL: an error of the ledger ---- */

enum { CASE_KNOWN_MAX = 100 }; /* subjects at once: each is looked for in five places */
/* Subjects from the given place on: what is believed of them, whether they are blocked, where they were met in the last days, notices, and other cases. */
json_t *case_known_json(const struct case_question *q, unsigned from, unsigned max);
/* What happened when, the oldest first: of the case, of its subjects, and its newest notes. *ret_cut: there are older notes. */
json_t *case_timeline_json(const struct case_question *q, bool *ret_cut);

/* Members may not see the value: it was said at a level that is not for them. */
bool case_subject_is_hidden(const struct case_question *q, const struct subject *s);

#endif
