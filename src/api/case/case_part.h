/* Takes what belongs to a case from arguments: subjects, an account, a member. */
#ifndef HINOMI_API_CASE_PART_H
#define HINOMI_API_CASE_PART_H

#include "api/case/case_answer.h"

/* `subject` with `kind` and `note`, or `subjects`: an array of texts, or of objects of these three. The caller's own, also when there are none. 400:
 * one of them is none, or they are too many; with `needed`, when there are none. */
struct notice_answer case_part_take_subjects(const struct case_question *q, bool needed, struct case_subject **ret_subjects, unsigned *ret_count);
/* An account that may work on cases: of the centre, and not disabled. 400: there is none of that name. */
struct notice_answer case_part_account(const struct case_question *q, const char *name, struct account *ret_account);
/* `member`: one that is known, or whose clients the configuration names. 400. */
struct notice_answer case_part_member(const struct case_question *q, const char **ret_member);

#endif
