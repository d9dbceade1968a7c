/* Campaigns: notices of some claims and sectors with a text of their own, a share of which is held back for a while to see whether telling helps.
 *
 * In the ledger's file, with its errors (store/ledger.h). At most CAMPAIGNS_MAX.
 */
#ifndef HINOMI_STORE_NOTICE_CAMPAIGN_H
#define HINOMI_STORE_NOTICE_CAMPAIGN_H

#include "model/notice.h"
#include "store/ledger.h"

enum {
    CAMPAIGNS_MAX = 1000,
    CAMPAIGN_TEXT_MAX = 2001,
    CAMPAIGN_SECTORS_MAX = 1024,
    CAMPAIGN_SEED_LEN = 16,
};

struct campaign {
    char name[NOTICE_CAMPAIGN_MAX];
    unsigned claims;                    /* set of 1 << enum claim; 0: all */
    char sectors[CAMPAIGN_SECTORS_MAX]; /* separated by newlines; empty: all */
    char text_ja[CAMPAIGN_TEXT_MAX], text_en[CAMPAIGN_TEXT_MAX];
    unsigned percent; /* held back: 0..50 */
    uint8_t seed[CAMPAIGN_SEED_LEN];
    int64_t from_us, until_us;
    int64_t window_us; /* within which an effect is looked for */
    char made_by[VERDICT_NAME_MAX];
    bool is_released; /* it has ended, and those held back were released */
};

/* -EEXIST: one of that name is there (it is never changed: what was drawn stays drawn); -E2BIG; -EINVAL: a text is no UTF-8, or a field out of range. */
int campaign_add(struct ledger *l, const struct campaign *c) must_check;
int campaign_get(struct ledger *l, const char *name, struct campaign *ret_campaign) must_check; /* -ENOENT */
typedef int campaign_each(void *self, const struct campaign *c);
/* The one that began last first. */
int campaign_list(struct ledger *l, campaign_each *each, void *self) must_check;
/* It ends now at the latest. -ENOENT: it has ended already, or is not there. */
int campaign_end(struct ledger *l, const char *name, int64_t now_us) must_check;
/* The first by name that runs at that time and has the claim and the sector; -ENOENT. */
int campaign_for(struct ledger *l, enum claim claim, const char *sector, int64_t now_us, struct campaign *ret_campaign) must_check;
/* One that has ended, and whose control group is still held back; -ENOENT. */
int campaign_ended(struct ledger *l, int64_t now_us, struct campaign *ret_campaign) must_check;
int campaign_set_released(struct ledger *l, const char *name) must_check;

/* What of it was told and held back. A finding is counted once, by its first notice: member, kind, claim. */
struct campaign_outcome {
    uint32_t count;   /* findings */
    uint32_t known;     /* of these: the window is over, within the campaign, and was watched */
    uint32_t fixed;     /* of those: seen fixed within the window */
    uint32_t uncovered; /* the window is over, and nobody watched */
};
int campaign_outcomes(struct ledger *l, const char *name, int64_t now_us, struct campaign_outcome *ret_told, struct campaign_outcome *ret_held) must_check;

#endif
