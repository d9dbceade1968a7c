/* Tells members: decides who of a member's contacts gets a mail now and who in the digest, queues the deliveries in the ledger's file, has them sent, and
 * takes down what became of them.
 *
 * Bounded: so many urgent mails an hour to one contact, then they wait for the digest; so many deliveries wait; each is tried so often. A mail is
 * written when it is sent, so it says what is known then. One thread, the hub's.
 */
#ifndef HINOMI_APPS_NOTICE_TELLER_H
#define HINOMI_APPS_NOTICE_TELLER_H

#include <jansson.h>

#include "act/notify/deliver.h"
#include "judge/notice/notice.h"
#include "store/ledger.h"

struct notice_teller;

struct notice_teller_options {
    struct ledger *ledger;
    const struct notice_rules *rules;
    void *self;
    /* Gives a wish to the role that sends (notice_sender.h); taken over. -ENOTCONN: not now. */
    int (*send)(void *self, json_t *wish);
    void (*changed)(void *self, const struct notice *n);
};

int notice_teller_new(const struct notice_teller_options *options, struct notice_teller **ret_teller) must_check;
void notice_teller_free(struct notice_teller *t);
/* Borrowed until the next call. */
void notice_teller_configure(struct notice_teller *t, const struct notify_settings *settings);
/* What is to be told at once, the digest when its hour has come, and what is due to be sent. Errors of the ledger. */
int notice_teller_step(struct notice_teller *t, int64_t now_us) must_check;
/* One notice to all contacts of its member, now. Errors of the ledger; -ENOENT. */
int notice_teller_tell(struct notice_teller *t, int64_t id, int64_t now_us, struct notice *ret_notice) must_check;
/* The digest is made up with the next step, whatever the hour. */
void notice_teller_digest(struct notice_teller *t, int64_t now_us);
/* A try has ended, as notice_sender tells. */
void notice_teller_sent(struct notice_teller *t, const json_t *result, int64_t now_us);
/* The role that sends has ended: what it had is tried again. */
void notice_teller_lost(struct notice_teller *t);

struct notice_teller_status {
    uint64_t taken, failed, given_up; /* tries, tries, deliveries */
    uint64_t folded;                  /* urgent mails beyond the limit: they wait for the digest */
    uint64_t refused;                 /* contacts whose address cannot be used */
    uint64_t no_room;                 /* deliveries beyond the limit */
    unsigned sending;
    char last_error[NOTIFY_ERROR_MAX];
    int64_t last_error_us, digest_us; /* 0: never */
};
void notice_teller_status_get(const struct notice_teller *t, struct notice_teller_status *ret_status);

#endif
