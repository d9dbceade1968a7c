/* Compares the records that were found with the digest that is kept. */
#include "api/intake/proof_intake.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

struct looking {
    struct node *node;
    struct member_challenge challenge;
    proof_looked_fn *done;
    void *self;
};

static bool is_word(const struct member_challenge *c, const char *text)
{
    static const char prefix[] = PROOF_TEXT_PREFIX;
    uint8_t digest[MEMBER_WORD_SHA256_LEN];
    if (strncmp(text, prefix, sizeof prefix - 1) != 0)
        return false;
    const char *word = text + sizeof prefix - 1;
    crypto_hash_sha256(digest, (const uint8_t *)word, strlen(word));
    return sodium_memcmp(digest, c->word_sha256, sizeof digest) == 0;
}

static enum member_look outcome_of(const struct member_challenge *c, const struct node_look_up *found)
{
    enum { NOERROR = 0, NXDOMAIN = 3 };
    if (found->error[0] || (found->rcode != NOERROR && found->rcode != NXDOMAIN))
        return MEMBER_LOOK_FAILED;
    for (unsigned i = 0; i < found->count; i++)
        if (is_word(c, found->texts[i]))
            return MEMBER_FOUND;
    return found->count > 0 ? MEMBER_OTHER_RECORD : MEMBER_NO_RECORD;
}

static void on_looked(void *self, const struct node_look_up *found)
{
    struct looking *l = self;
    struct member_challenge now;
    struct ledger *ledger = l->node->ledger;
    bool changed = false;
    const char *error = NULL;
    /* It may be another by now, or gone. */
    int e = member_challenge_get(ledger, l->challenge.member, l->challenge.kind, l->challenge.value, &now);
    if (e == 0 && memcmp(now.word_sha256, l->challenge.word_sha256, sizeof now.word_sha256) != 0)
        e = -ENOENT;
    if (e == 0)
        e = member_challenge_looked(ledger, &now, outcome_of(&now, found), found->secure, found->sha256, clock_wall_us(), &changed);
    if (e == -ENOENT)
        error = _("the claim or its challenge is another now");
    else if (e < 0)
        error = _(ledger_error(ledger));
    if (changed && l->node->members_changed)
        l->node->members_changed(l->node->self);
    l->done(l->self, &now, error);
    free(l);
}

int proof_intake_look(struct node *node, const struct member_challenge *c, proof_looked_fn *done, void *self)
{
    char owner[MEMBER_OWNER_MAX];
    struct member_claim claim;
    if (member_claim_parse(c->value, &claim) < 0 || member_challenge_owner(&claim, owner) < 0)
        return -EOPNOTSUPP;
    struct looking *l = malloc(sizeof *l);
    if (!l)
        return -ENOMEM;
    *l = (struct looking){node, *c, done, self};
    int e = node->look_up(node->self, owner, on_looked, l);
    if (e < 0)
        free(l);
    return e;
}
