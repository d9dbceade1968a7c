/* What the resources of the API ask of the node they belong to; the hub role fills it in.
 *
 * Calls that take a `done` end by calling it once, at once or later, from the hub's loop.
 */
#ifndef HINOMI_API_NODE_H
#define HINOMI_API_NODE_H

#include "act/policy/policy.h"
#include "api/belief.h"
#include "api/control/control.h"
#include "judge/notice/notice.h"
#include "share/gate/gate.h"
#include "store/ledger.h"

/* error NULL: it is in force at the resolver; else a text for a person. */
typedef void node_done_fn(void *self, const char *error);
typedef void node_examined_fn(void *self, int error, const struct compile_source *source);
/* Feeds, as struct node's `feeds` tells them; taken over. */
typedef void node_fetched_fn(void *self, json_t *feeds);
typedef void node_answer_fn(void *self, bool ok, const char *bytes, size_t len);

enum { NODE_WARNINGS_MAX = 8, NODE_TEXTS_MAX = 16 };

/* TXT records as the node's resolver has them. */
struct node_look_up {
    char error[128]; /* empty: there was an answer */
    unsigned rcode;
    bool secure; /* validated by DNSSEC */
    unsigned count;
    char texts[NODE_TEXTS_MAX][256];
    uint8_t sha256[32]; /* of their data */
};
typedef void node_looked_up_fn(void *self, const struct node_look_up *found);

struct export_node; /* share/export/export.h */

struct node {
    void *self;
    struct ledger *ledger;
    int data_fd; /* the data folder */
    unsigned shrink_percent, grow_percent; /* an edition of a list beyond these is held back */
    bool overrides;                        /* operators of members may block and allow for their own clients */
    const struct policy *(*policy)(void *self);
    /* Of the lists in force; NULL: there is no never-block list, or those there are are being read. */
    const struct protection *(*protection)(void *self);
    /* Are there never-block lists, read or not? */
    bool (*is_protecting)(void *self);
    void (*hand_changed)(void *self, node_done_fn *done, void *done_self);
    void (*lists_changed)(void *self, node_done_fn *done, void *done_self);
    int (*examine_list)(void *self, int fd, const struct list_reading *reading, node_examined_fn *done,
                        void *done_self);
    /* What a list would have blocked of the last answers: begins to reckon it (0, -ENOENT, -EBUSY, -EINVAL), and what is known by now (NULL:
     * nobody asked), as list_effect_start and list_effect_json (apps/policy/list_effect.h). */
    int (*effect_start)(void *self, const char *list, bool held, unsigned days);
    json_t *(*effect)(void *self, const char *list, bool held);
    /* An array of feeds with their times and errors. */
    json_t *(*feeds)(void *self);
    /* Fetches a feed, or with NULL all, now. -ENOENT no such feed, -ENOTCONN not yet, -EBUSY. */
    int (*fetch)(void *self, const char *name, node_fetched_fn *done, void *done_self);
    /* Asks the node's own resolver for TXT records; -ENOTCONN, -EBUSY. */
    int (*look_up)(void *self, const char *owner, node_looked_up_fn *done, void *done_self);
    /* Asks the telemetry store; what has been observed until now is in the answer. */
    int (*ask_store)(void *self, const char *sql, size_t len, node_answer_fn *answer, void *answer_self);
    /* As the store has it now: whole, cut or under a pseudonym. */
    struct addr (*stored_client)(void *self, const struct addr *client);
    const struct note_signer *(*ledger_signer)(void *self);
    /* The room to gather and fold what is said of a subject; never NULL. */
    struct belief *(*belief)(void *self);
    /* The name of a recipient by its number from 0 on; NULL: there are not so many. */
    const char *(*recipient)(void *self, unsigned number);
    /* As whom the node is known, and the namespace of its identifiers. */
    const struct export_node *(*identity)(void *self);
    /* What the exit gate decides for it. */
    enum gate_outcome (*gate)(void *self, unsigned recipient, const struct indicator *i);
    /* Names of warning lists that have the subject; how many. */
    unsigned (*warnings)(void *self, const struct subject *s, const char *ret_names[NODE_WARNINGS_MAX]);
    /* Where the addresses are that something bad is believed of: as place_counter_json (apps/belief/place_counter.h). */
    json_t *(*places)(void *self);
    /* What belongs to members is another now; NULL: nobody wants to know. */
    void (*members_changed)(void *self);
    /* Can mails be sent: is a relay configured? */
    bool (*has_mail)(void *self);
    /* Why a member's own webhook cannot be there, for people; NULL: it can. */
    const char *(*webhook_flaw)(void *self, const char *url);
    /* Notices: after how long they are seen fixed or without effect; tells that one has changed; tells it to its member now, as it then is; has
     * the digest made up now. */
    const struct notice_rules *(*notice_rules)(void *self);
    void (*notice_changed)(void *self, const struct notice *n);
    int (*notice_send)(void *self, int64_t id, struct notice *ret_notice);
    void (*notice_digest)(void *self);
    /* A link under which the first account of the console is made: as web_service_first_link (apps/web/web_service.h). */
    int (*first_link)(void *self, char *ret_link, size_t max);
    /* The store of exchanged objects; NULL: cannot be used now. */
    struct exchange *(*exchange)(void *self);
    json_t *(*status)(void *self);
    char *(*metrics)(void *self); /* Prometheus text, to be freed; NULL when out of memory */
    void (*reload)(void *self, node_done_fn *done, void *done_self);
};

/* verdict_resource.c: a verdict as JSON; times in microseconds, 0 for "none". NULL when out of memory. */
json_t *api_verdict_json(const struct verdict *v);

/* indicator_resource.c: an indicator as JSON; where it was met, by hour and member, an array. */
json_t *api_indicator_json(uint32_t id, const struct indicator *i);
json_t *api_sightings_json(struct ledger *l, uint32_t id);

/* One table of commands for each resource. */
extern const struct control_command verdict_commands[], why_commands[], list_commands[], dns_commands[],
    pdns_commands[], ledger_commands[], indicator_commands[], share_commands[], clock_commands[], judgement_commands[], object_commands[], notice_commands[], campaign_commands[], case_commands[], case_part_commands[],
    status_commands[], member_commands[], member_list_commands[], member_override_commands[], member_proof_commands[], member_mail_commands[], member_webhook_commands[], place_commands[];

#endif
