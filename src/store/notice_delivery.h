/* Mails and calls of the webhook that tell of notices, and mails that ask for a proof: the queue of what is to be sent, what became of it, and the words of their links.
 *
 * In the ledger's file, with its errors (store/ledger.h). What is done is forgotten after DELIVERY_KEPT_DAYS.
 */
#ifndef HINOMI_STORE_NOTICE_DELIVERY_H
#define HINOMI_STORE_NOTICE_DELIVERY_H

#include "model/account.h"
#include "store/ledger.h"
#include "store/member.h"

enum {
    DELIVERY_NOTICES_MAX = 50, /* in one */
    DELIVERY_QUEUE_MAX = 50000, /* waiting: more are refused, and their notices wait for the next digest */
    DELIVERY_KEPT_DAYS = 400,
    DELIVERY_ERROR_MAX = 256,
    DELIVERY_DIGEST_LEN = 32,
};

enum delivery_channel { DELIVERY_MAIL, DELIVERY_WEBHOOK };                     /* stored */
enum delivery_purpose { DELIVERY_OF_NOTICES, DELIVERY_OF_PROOF, DELIVERY_PURPOSE_COUNT }; /* stored */
enum delivery_state { DELIVERY_WAITS, DELIVERY_TAKEN, DELIVERY_GIVEN_UP, DELIVERY_STATE_COUNT };      /* stored */

struct notice_delivery {
    int64_t id;
    char member[ACCOUNT_MEMBER_MAX];
    enum delivery_channel channel;
    enum delivery_purpose purpose;
    char about[MEMBER_VALUE_MAX]; /* of a proof: the network or name (store/member_mail.h); else empty */
    bool is_urgent;
    char mail[MEMBER_MAIL_MAX]; /* of a webhook: empty: the node's own; else that of the member, by its origin ("https://hook.example") */
    char name[MEMBER_TITLE_MAX];
    bool is_japanese;
    enum delivery_state state;
    int64_t made_us, due_us, done_us, opened_us;
    unsigned tries;
    char error[DELIVERY_ERROR_MAX]; /* of the last try; empty: none */
    int64_t notices[DELIVERY_NOTICES_MAX];
    unsigned notice_count;
};

/* "waiting", "taken", "given-up". */
const char *delivery_state_word(unsigned state);

/* Adds it as it waits; sets id. -EDQUOT: DELIVERY_QUEUE_MAX. */
int delivery_add(struct ledger *l, struct notice_delivery *d) must_check;
int delivery_get(struct ledger *l, int64_t id, struct notice_delivery *ret_delivery) must_check; /* -ENOENT */
/* After a try: tries, due, state, error, done. */
int delivery_put(struct ledger *l, const struct notice_delivery *d) must_check;
/* Those to be tried by then, webhooks of members (one of each) or all others; how many. */
int delivery_due(struct ledger *l, bool of_member, int64_t now_us, unsigned max, int64_t *ret_ids) must_check;
/* Does it go to a webhook of its member's own? */
bool delivery_is_of_member(const struct notice_delivery *d);
/* What waits for the member's own webhook is not tried before then: that does not answer. */
int delivery_delay_webhook(struct ledger *l, const char *member, int64_t due_us) must_check;
/* The last one to the member's own webhook; -ENOENT. */
int delivery_last_webhook(struct ledger *l, const char *member, struct notice_delivery *ret_delivery) must_check;
/* Urgent ones to that address made after that time; member NULL: whoever they are about. */
int delivery_urgent_count(struct ledger *l, const char *mail, const char *member, int64_t since_us, unsigned *ret_count) must_check;
/* Proofs asked for of that member's networks and names after that time. */
int delivery_proof_count(struct ledger *l, const char *member, int64_t since_us, unsigned *ret_count) must_check;
/* Was that notice told to that address after that time? */
int delivery_was_told(struct ledger *l, int64_t notice, const char *mail, int64_t since_us, bool *ret_told) must_check;
/* Has some delivery of the notice not ended yet? */
int delivery_waits_for(struct ledger *l, int64_t notice, bool *ret_waits) must_check;
typedef int delivery_each(void *self, const struct notice_delivery *d);
/* Of one notice, the oldest first, without their other notices. */
int delivery_of_notice(struct ledger *l, int64_t notice, delivery_each *each, void *self) must_check;
int delivery_count(struct ledger *l, uint64_t ret_counts[DELIVERY_STATE_COUNT]) must_check;
int delivery_forget(struct ledger *l, int64_t before_us) must_check;

int delivery_link_add(struct ledger *l, int64_t delivery, const uint8_t digest[DELIVERY_DIGEST_LEN]) must_check;
/* -ENOENT. */
int delivery_by_link(struct ledger *l, const uint8_t digest[DELIVERY_DIGEST_LEN], struct notice_delivery *ret_delivery) must_check;
int delivery_opened(struct ledger *l, int64_t id, int64_t now_us) must_check;

#endif
