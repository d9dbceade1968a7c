/* One request over HTTP, as handlers see it: who asks, and how it is answered.
 *
 * Handlers are named after method and route; each ends by one of the replies below, once, at once or later. One thread, the hub's loop.
 */
#ifndef HINOMI_API_WEB_CALL_H
#define HINOMI_API_WEB_CALL_H

#include <jansson.h>

#include "api/case/case_wall.h"
#include "api/web/permission.h"
#include "api/web/live.h"
#include "api/node.h"
#include "api/signing_in/password.h"
#include "store/account.h"

struct web_call;

enum { WEB_WORD_LEN = 32, WEB_WORD_TEXT_MAX = 48 }; /* of sessions, keys and invitations: random octets, and their base64 (RFC 4648 5) */

/* Who asks. For PERMIT_ANYONE there may be nobody: account.id is 0. */
struct web_principal {
    struct account account;
    bool by_token;
    uint64_t scope;                     /* of the key */
    int64_t token;                      /* its number; 0: none */
    uint8_t digest[ACCOUNT_DIGEST_LEN]; /* of the session's word */
    enum access access;                 /* to what the route is about */
};

struct known_places;
struct node *web_call_node(const struct web_call *c);
const struct web_principal *web_call_principal(const struct web_call *c);
struct password_worker *web_call_passwords(const struct web_call *c);
struct known_places *web_call_places(const struct web_call *c);
int64_t web_call_now_us(const struct web_call *c);
/* Of who asks. */
struct addr web_call_address(const struct web_call *c);
/* The word of a session is given to the browser with the reply; NULL: the browser is to forget it. */
void web_call_set_session(struct web_call *c, const char *word);

/* The case that the path names, and what the account may do with it: the wall was passed. NULL: it names none. */
const struct case_record *web_call_case(const struct web_call *c, enum case_access *ret_access);

struct live *web_call_live(const struct web_call *c);
struct audit_trail *web_call_audit(const struct web_call *c);

/* Takes over the object; NULL: out of memory, and the reply says so. */
void web_reply(struct web_call *c, unsigned status, json_t *object);
/* The answer goes on with what is published on that channel. */
void web_reply_stream(struct web_call *c, uint32_t channel);
/* RFC 9457: application/problem+json, with a text for a person. */
void web_problem(struct web_call *c, unsigned status, const char *format, ...) printf_like(3, 4);
/* Of an error of the ledger. */
void web_ledger_problem(struct web_call *c);

/* A new word of WEB_WORD_LEN random octets, and its digest, which is all that is kept. */
void web_word_make(char ret_word[WEB_WORD_TEXT_MAX], uint8_t ret_digest[ACCOUNT_DIGEST_LEN]);
/* -EINVAL: that is no such word. */
int web_word_digest(const char *word, uint8_t ret_digest[ACCOUNT_DIGEST_LEN]) must_check;
/* Of a certificate's fingerprint (SHA-256 of its DER, in hexadecimal, colons between or not), which a key may be instead of a word. -EINVAL. */
enum { WEB_FINGERPRINT_LEN = 32 };
int web_certificate_digest(const char *fingerprint, uint8_t ret_digest[ACCOUNT_DIGEST_LEN]) must_check;
/* What a page has to send in X-CSRF-Token with all that changes something: made from the session's word, which it cannot read. */
void web_csrf_of(const char *word, char ret_text[WEB_WORD_TEXT_MAX]);
/* The word that the request's session cookie had; NULL: none. */
const char *web_call_session_word(const struct web_call *c);

void web_get_openapi(struct web_call *c, const json_t *arguments);
/* audit_resource.c */
void web_get_audit(struct web_call *c, const json_t *arguments);
/* event_resource.c */
void web_get_events(struct web_call *c, const json_t *arguments);
/* member_resource.c */
void web_get_members(struct web_call *c, const json_t *arguments);
void web_get_member_of(struct web_call *c, const json_t *arguments);
void web_post_member(struct web_call *c, const json_t *arguments);
void web_delete_member(struct web_call *c, const json_t *arguments);
/* session_resource.c; also for who has just made an account: replies with the session, and sets its cookie */
void web_begin_session(struct web_call *c, const struct account *account);
void web_post_session(struct web_call *c, const json_t *arguments);
void web_get_session(struct web_call *c, const json_t *arguments);
void web_delete_session(struct web_call *c, const json_t *arguments);
/* invitation_resource.c */
void web_post_invitation(struct web_call *c, const json_t *arguments);
void web_post_invitation_lookup(struct web_call *c, const json_t *arguments);
void web_post_invitation_accept(struct web_call *c, const json_t *arguments);
/* report_resource.c */
void web_post_report(struct web_call *c, const json_t *arguments);
void web_get_report_state(struct web_call *c, const json_t *arguments);
void web_get_reports(struct web_call *c, const json_t *arguments);
void web_get_report_summary(struct web_call *c, const json_t *arguments);
void web_post_report_release(struct web_call *c, const json_t *arguments);
void web_post_report_refuse(struct web_call *c, const json_t *arguments);
/* notice_resource.c */
void web_get_notices(struct web_call *c, const json_t *arguments);
void web_get_notice_summary(struct web_call *c, const json_t *arguments);
void web_get_notice(struct web_call *c, const json_t *arguments);
void web_post_notice_acted(struct web_call *c, const json_t *arguments);
void web_post_notice_send(struct web_call *c, const json_t *arguments);
void web_post_notice_digest(struct web_call *c, const json_t *arguments);
void web_post_notice_open(struct web_call *c, const json_t *arguments);
/* member_mail_resource.c */
void web_post_proof_open(struct web_call *c, const json_t *arguments);
void web_post_proof_answer(struct web_call *c, const json_t *arguments);
/* campaign_resource.c */
void web_get_campaigns(struct web_call *c, const json_t *arguments);
void web_get_campaign(struct web_call *c, const json_t *arguments);
void web_post_campaign(struct web_call *c, const json_t *arguments);
void web_post_campaign_end(struct web_call *c, const json_t *arguments);
/* case_resource.c, case_part_resource.c, case_export_resource.c */
void web_get_cases(struct web_call *c, const json_t *arguments);
void web_post_case(struct web_call *c, const json_t *arguments);
void web_get_case(struct web_call *c, const json_t *arguments);
void web_patch_case(struct web_call *c, const json_t *arguments);
void web_post_case_judge(struct web_call *c, const json_t *arguments);
void web_get_case_subjects(struct web_call *c, const json_t *arguments);
void web_post_case_subjects(struct web_call *c, const json_t *arguments);
void web_delete_case_subject(struct web_call *c, const json_t *arguments);
void web_get_case_notes(struct web_call *c, const json_t *arguments);
void web_post_case_note(struct web_call *c, const json_t *arguments);
void web_get_case_timeline(struct web_call *c, const json_t *arguments);
void web_get_case_export(struct web_call *c, const json_t *arguments);
void web_post_case_member(struct web_call *c, const json_t *arguments);
void web_delete_case_member(struct web_call *c, const json_t *arguments);
void web_post_case_person(struct web_call *c, const json_t *arguments);
void web_delete_case_person(struct web_call *c, const json_t *arguments);
void web_post_case_link(struct web_call *c, const json_t *arguments);
/* account_resource.c */
void web_post_password(struct web_call *c, const json_t *arguments);
void web_post_codes(struct web_call *c, const json_t *arguments);
void web_get_tokens(struct web_call *c, const json_t *arguments);
void web_post_token(struct web_call *c, const json_t *arguments);
void web_delete_token(struct web_call *c, const json_t *arguments);
void web_get_accounts(struct web_call *c, const json_t *arguments);
void web_patch_account(struct web_call *c, const json_t *arguments);
void web_delete_account(struct web_call *c, const json_t *arguments);

#endif
