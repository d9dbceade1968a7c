/* Takes parts of cases from arguments, and says what is wrong with which. */
#include "api/case/case_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/intake/judgement.h"
#include "base/text.h"
#include "store/member.h"

/* ---- subjects ---- */

static struct notice_answer take_subject(const struct case_question *q, const json_t *from, struct case_subject *to)
{
    const char *note = json_string_value(json_object_get(from, "note")), *text = json_string_value(json_object_get(from, "subject"));
    *to = (struct case_subject){.subject = {.kind = SUBJECT_DOMAIN}};
    const char *wrong = judgement_find_subject(q->node->ledger, from, &to->subject);
    if (wrong)
        return notice_answer_wrong(400, "%.80s: %s", text ? text : "subject", wrong);
    if (note && *note && !case_text_is_valid(note, sizeof to->note, true))
        return notice_answer_wrong(400, _("the note of a subject is at most %d octets without control characters"), CASE_SUBJECT_NOTE_MAX - 1);
    if (note)
        snprintf(to->note, sizeof to->note, "%s", note);
    return notice_answer_fine(NULL);
}

struct notice_answer case_part_take_subjects(const struct case_question *q, bool needed, struct case_subject **ret_subjects, unsigned *ret_count)
{
    const json_t *list = json_object_get(q->arguments, "subjects");
    bool has_one = json_is_string(json_object_get(q->arguments, "subject"));
    size_t count = json_array_size(list) + has_one;
    *ret_subjects = NULL;
    *ret_count = 0;
    if (count == 0 && needed)
        return notice_answer_wrong(400, "%s", _("a subject is needed"));
    if (count > CASE_SUBJECTS_MAX)
        return notice_answer_wrong(400, _("at most %d subjects"), CASE_SUBJECTS_MAX);
    struct case_subject *all = calloc(count ? count : 1, sizeof *all);
    if (!all)
        return notice_answer_wrong(503, "%s", strerror(ENOMEM));
    struct notice_answer a = has_one ? take_subject(q, q->arguments, &all[0]) : notice_answer_fine(NULL);
    for (size_t i = has_one; a.status == 200 && i < count; i++) {
        json_t *one = json_array_get(list, i - has_one), *object = json_is_string(one) ? json_pack("{s:O}", "subject", one) : json_incref(one);
        a = take_subject(q, object, &all[i]);
        json_decref(object);
    }
    if (a.status != 200) {
        free(all);
        return a;
    }
    *ret_subjects = all;
    *ret_count = (unsigned)count;
    return a;
}

/* ---- people and members ---- */

struct notice_answer case_part_account(const struct case_question *q, const char *name, struct account *ret_account)
{
    int e = account_by_name(q->node->ledger, name, ret_account);
    if (e < 0 && e != -ENOENT)
        return notice_answer_ledger(q->node->ledger);
    bool works = e == 0 && !ret_account->disabled && (ret_account->role == ACCOUNT_ADMINISTRATOR || ret_account->role == ACCOUNT_ANALYST);
    return works ? notice_answer_fine(NULL)
                 : notice_answer_wrong(400, _("%.63s is no analyst or administrator who can sign in; members see a case when it is shared with them"), name);
}

static bool is_configured(const struct policy *policy, const char *member)
{
    unsigned count = policy_groups_count(policy_groups_get(policy));
    for (unsigned g = 1; g <= count; g++)
        if (strcmp(policy_member_of_group(policy, g), member) == 0)
            return true;
    return false;
}

struct notice_answer case_part_member(const struct case_question *q, const char **ret_member)
{
    const char *member = json_string_value(json_object_get(q->arguments, "member"));
    int64_t number;
    if (!member || !member_name_is_valid(member))
        return notice_answer_wrong(400, "%s", _("a member is needed"));
    int e = member_number(q->node->ledger, member, &number);
    if (e < 0 && e != -ENOENT)
        return notice_answer_ledger(q->node->ledger);
    if (e == -ENOENT && !is_configured(q->node->policy(q->node->self), member))
        return notice_answer_wrong(400, _("no member is called %.63s"), member);
    *ret_member = member;
    return notice_answer_fine(NULL);
}
