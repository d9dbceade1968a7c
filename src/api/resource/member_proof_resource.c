/* Proofs of members' networks and names: a challenge for the DNS, looking for it, and what people saw on paper. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/intake/proof_intake.h"
#include "api/node.h"
#include "api/signing_in/base32.h"
#include "base/clock.h"
#include "base/text.h"

enum { OTHERS_TEXT_MAX = 256, WORD_TEXT_MAX = 2 * MEMBER_WORD_LEN };

static void ledger_failed(struct control_request *request, const struct node *node)
{
    control_reply_error(request, _("the ledger cannot be read: %s"), _(ledger_error(node->ledger)));
}

/* "name" and "value". A text for people; NULL. */
static const char *take_claim(const json_t *arguments, const char **ret_member, struct member_claim *ret_claim)
{
    const char *value = json_string_value(json_object_get(arguments, "value"));
    *ret_member = json_string_value(json_object_get(arguments, "name"));
    if (!*ret_member || !value || member_claim_parse(value, ret_claim) < 0)
        return _("the member's name, and a network or domain name that it claims, are needed");
    return NULL;
}

static void handle_prove(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *member;
    struct member_claim claim = {.kind = MEMBER_NETWORK};
    char owner[MEMBER_OWNER_MAX], word[WORD_TEXT_MAX], text[WORD_TEXT_MAX + 16];
    uint8_t chance[MEMBER_WORD_LEN];
    const char *flaw = take_claim(arguments, &member, &claim);
    if (!flaw && member_challenge_owner(&claim, owner) < 0)
        flaw = _("a network of that length has no zone of the reverse tree to itself (IPv4: 8, 16, 24, 32; IPv6: a multiple of 4); record a proof on paper or by mail");
    if (flaw) {
        control_reply_error(request, "%s", flaw);
        return;
    }
    struct member_challenge c = {.kind = claim.kind, .made_us = clock_wall_us()};
    c.until_us = c.made_us + MEMBER_CHALLENGE_DAYS * INT64_C(86400000000);
    snprintf(c.member, sizeof c.member, "%s", member);
    snprintf(c.value, sizeof c.value, "%s", claim.value);
    randombytes_buf(chance, sizeof chance);
    base32_write(chance, sizeof chance, word);
    crypto_hash_sha256(c.word_sha256, (const uint8_t *)word, strlen(word));
    int e = member_challenge_put(node->ledger, &c);
    if (e == -ENOENT) {
        control_reply_error(request, "%s", _("the member has no such network or name"));
    } else if (e < 0) {
        ledger_failed(request, node);
    } else {
        snprintf(text, sizeof text, PROOF_TEXT_PREFIX "%s", word);
        control_reply(request, json_pack("{s:s, s:s, s:s, s:I}", "owner", owner, "type", "TXT", "text", text, "until_us", (json_int_t)c.until_us));
    }
}

/* ---- looking ---- */

static const char *wording(enum member_look look)
{
    static const char *const words[MEMBER_LOOK_COUNT] = {
        [MEMBER_NOT_LOOKED] = N_("nobody has looked yet"),
        [MEMBER_FOUND] = N_("the record is there"),
        [MEMBER_NO_RECORD] = N_("there is no TXT record"),
        [MEMBER_OTHER_RECORD] = N_("there are TXT records, but none with the word of the challenge"),
        [MEMBER_LOOK_FAILED] = N_("the resolver could not tell; try again later"),
    };
    return look < MEMBER_LOOK_COUNT ? _(words[look]) : "";
}

struct others {
    const char *member;
    bool is_hidden; /* members hear that there is another, not which */
    char text[OTHERS_TEXT_MAX];
};

static int add_other(void *self, const char *member, enum member_proof proof)
{
    struct others *o = self;
    size_t at = strlen(o->text);
    if (strcmp(member, o->member) != 0)
        snprintf(o->text + at, sizeof o->text - at, "%s%s (%s)", at ? ", " : "", o->is_hidden ? _("another member") : member, member_proof_word(proof));
    return 0;
}

static json_t *challenge_json(const struct node *node, const struct member_challenge *c, bool is_own)
{
    struct member_claim claim;
    struct others others = {.member = c->member, .is_hidden = is_own};
    char owner[MEMBER_OWNER_MAX] = "", sha256[2 * MEMBER_WORD_SHA256_LEN + 1];
    bool known = member_claim_parse(c->value, &claim) == 0;
    if (!known || member_challenge_owner(&claim, owner) < 0 || member_claimants(node->ledger, &claim, add_other, &others) < 0)
        others.text[0] = '\0';
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:s, s:I, s:s}", "value", c->value, "owner", owner, "outcome", member_look_word(c->outcome), "wording",
                     wording(c->outcome), "made_us", (json_int_t)c->made_us, "until_us", (json_int_t)c->until_us, "checked_us", (json_int_t)c->checked_us,
                     "secure", (int)c->secure, "answer_sha256", sodium_bin2hex(sha256, sizeof sha256, c->answer_sha256, sizeof c->answer_sha256),
                     "failing_us", (json_int_t)c->failing_us, "others", others.text);
}

static void tell_looked(struct control_request *request, const struct member_challenge *c, const char *error, bool is_own)
{
    if (error)
        control_reply_error(request, "%s", error);
    else
        control_reply(request, challenge_json(control_request_self(request), c, is_own));
}

static void on_looked(void *self, const struct member_challenge *c, const char *error)
{
    tell_looked(self, c, error, false);
}

static void on_looked_for_own(void *self, const struct member_challenge *c, const char *error)
{
    tell_looked(self, c, error, true);
}

static void with_challenge(struct control_request *request, const json_t *arguments, bool looks)
{
    struct node *node = control_request_self(request);
    const char *member;
    struct member_claim claim = {.kind = MEMBER_NETWORK};
    struct member_challenge c;
    const char *flaw = take_claim(arguments, &member, &claim);
    if (flaw) {
        control_reply_error(request, "%s", flaw);
        return;
    }
    int e = member_challenge_get(node->ledger, member, claim.kind, claim.value, &c);
    if (e == -ENOENT) {
        control_reply_error(request, "%s", _("there is no challenge for that; make one first"));
        return;
    }
    if (e < 0) {
        ledger_failed(request, node);
        return;
    }
    bool is_own = json_is_true(json_object_get(arguments, "is_own"));
    if (!looks) {
        control_reply(request, challenge_json(node, &c, is_own));
        return;
    }
    e = proof_intake_look(node, &c, is_own ? on_looked_for_own : on_looked, request);
    if (e < 0)
        control_reply_error(request, "%s", e == -EBUSY ? _("too many are being looked for; try again in a moment") : _("the role that looks is being started; try again in a moment"));
}

static void handle_check(struct control_request *request, const json_t *arguments)
{
    with_challenge(request, arguments, true);
}

static void handle_proof(struct control_request *request, const json_t *arguments)
{
    with_challenge(request, arguments, false);
}

/* ---- what people saw ---- */

static void handle_record(struct control_request *request, const json_t *arguments)
{
    struct node *node = control_request_self(request);
    const char *member, *way = json_string_value(json_object_get(arguments, "proof"));
    const char *reference = json_string_value(json_object_get(arguments, "reference"));
    struct member_claim claim = {.kind = MEMBER_NETWORK};
    enum member_proof proof = MEMBER_NO_PROOF;
    char text[MEMBER_REFERENCE_MAX];
    const char *flaw = take_claim(arguments, &member, &claim);
    if (!flaw && (!way || member_proof_parse(way, &proof) < 0 || proof == MEMBER_BY_DNS))
        flaw = _("proof is paper, mail or none; a proof by DNS is looked for");
    if (!flaw && (!reference || !*reference || snprintf(text, sizeof text, "%s (%s)", reference, control_request_source(request)) >= (int)sizeof text))
        flaw = _("a reference is needed: where the paper or mail stands, or why the proof is taken back");
    if (flaw) {
        control_reply_error(request, "%s", flaw);
        return;
    }
    int e = member_claim_prove(node->ledger, member, &claim, proof, text, clock_wall_us());
    if (e == -ENOENT) {
        control_reply_error(request, "%s", _("the member has no such network or name"));
    } else if (e < 0) {
        ledger_failed(request, node);
    } else {
        if (node->members_changed)
            node->members_changed(node->self);
        control_reply(request, json_object());
    }
}

const struct control_command member_proof_commands[] = {
    {"member-prove", handle_prove},
    {"member-check", handle_check},
    {"member-proof", handle_proof},
    {"member-record", handle_record},
    {0},
};
