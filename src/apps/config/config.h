/* The configuration of a node: a YAML file read by libcyaml into one flat value.
 *
 * The value has no pointers, so the parent hands it to the roles as bytes. A file that is wrong anywhere is refused as
 * a whole with file, line and reason. docs/man/hinomi.conf.5 lists every key; the schema table is in config.c.
 */
#ifndef HINOMI_APPS_CONFIG_H
#define HINOMI_APPS_CONFIG_H

#include "act/notify/deliver.h"
#include "apps/dns/dns_service.h"
#include "apps/belief/own_values.h"
#include "apps/config/share_options.h"
#include "apps/config/web_options.h"
#include "apps/policy/policy_members.h"
#include "judge/score/rules.h"
#include "model/client_form.h"
#include "model/verdict.h"
#include "share/feed/feed.h"
#include "share/gate/gate.h"
#include "store/store_protocol.h"

enum { CONFIG_PATH_MAX = 512, CONFIG_ERROR_MAX = 512, CONFIG_USER_MAX = 64, CONFIG_CONTROL_USERS_MAX = 16 };

/* The file that is read when none is named, if it is there. */
#define CONFIG_SYSTEM_FILE "/etc/hinomi/hinomi.conf"

enum { CONFIG_NEVER_BLOCK_MAX = 16, CONFIG_FILES_MAX = 2 * TAXII_RECIPIENTS_MAX /* that a role gets as descriptors */ };

struct config_lists {
    char never_block[CONFIG_NEVER_BLOCK_MAX][CONFIG_PATH_MAX];
    unsigned never_block_count;
    unsigned shrink_percent, grow_percent; /* an edition of a list beyond these is held back */
};

enum { CONFIG_SOURCES_MAX = 256, CONFIG_THRESHOLDS_MAX = 48 /* with the defaults no more than SCORE_THRESHOLDS_MAX */ };

/* Who says things of subjects: a feed, a member, another node; by the name that its verdicts have. */
struct config_source {
    char name[VERDICT_NAME_MAX];
    uint8_t trust_percent; /* taken to be right in so many of a hundred until that is measured; 0: as others of its kind */
    uint32_t cluster;      /* sources that copy each other have the same; 0: none */
};

/* Lists of which the parent gives the hub the files, as files behind those of never_block. */
enum config_guard_list { CONFIG_POPULAR, CONFIG_SHARED_HOSTING, CONFIG_GUARD_LISTS };
enum { CONFIG_GUARD_FILES = CONFIG_NEVER_BLOCK_MAX, CONFIG_POPULAR_RANK = 100000 };

struct config_judge {
    struct config_source sources[CONFIG_SOURCES_MAX];
    unsigned source_count;
    struct score_rules rules;            /* with the thresholds that are configured */
    char warning_lists[CONFIG_PATH_MAX]; /* a folder; empty: none */
    struct own_values own;
    char guard_lists[CONFIG_GUARD_LISTS][CONFIG_PATH_MAX]; /* files; empty: none */
    unsigned popular_max_rank;
};

/* What members' own clients and operators get. */
struct config_members {
    enum member_groups groups;
    bool overrides;     /* operators of members may block and allow for their own clients */
    uint32_t may_allow; /* bits of enum claim: what the centre believes and an operator may allow nevertheless */
};
_Static_assert(CLAIM_COUNT <= 32, "a bit for each");

struct config {
    uint32_t size; /* of this struct: a parent and a role of different builds do not understand each other */
    char data[CONFIG_PATH_MAX];   /* absolute folder */
    char source[CONFIG_PATH_MAX]; /* the file it came from; empty: defaults */
    char user[CONFIG_USER_MAX];   /* whom the roles become when started as root */
    uid_t uid;                    /* of that user; 0: the roles stay who started them */
    gid_t gid;
    struct dns_service_options dns;
    size_t ring_bytes; /* of one worker's observations */
    char engine[CONFIG_PATH_MAX]; /* libchdb.so; empty: searched in the usual places */
    unsigned store_memory_mib;
    unsigned retention_days[STORE_TABLE_COUNT]; /* whole days besides today; 0: for ever */
    struct client_form clients; /* as they are recorded */
    struct sockaddr_storage metrics; /* where they are served; family AF_UNSPEC: nowhere. Zeros behind the address */
    uid_t control_users[CONFIG_CONTROL_USERS_MAX]; /* besides root and the node's own user */
    unsigned control_user_count;
    struct config_lists lists;
    struct config_judge judge;
    char node_name[VERDICT_NAME_MAX];              /* of the organisation, for others; empty: the ledger's name */
    struct gate_rules gates[TAXII_RECIPIENTS_MAX]; /* what each recipient of `share` may be told */
    struct feed feeds[FEED_MAX];
    unsigned feed_count;
    struct feed_settings fetch;
    struct share_options share;
    struct web_listen web;
    struct config_members members;
    struct notify_settings notify;
};

enum { CONFIG_NOTIFY_FILES = FEED_MAX }; /* files of the fetch role behind those of the feeds: enum in act/notify/deliver.h */

/* Values that need no file: loopback only, no root. */
void config_defaults(struct config *c);
/* Reads the file over the defaults. On error *ret_error (CONFIG_ERROR_MAX octets) is a text "file:line: reason". */
int config_load(const char *path, struct config *ret_config, char *ret_error) must_check;
/* The data folder of the person who runs the command: $HINOMI_DATA, /var/lib/hinomi for root, else
 * $XDG_DATA_HOME/hinomi or ~/.local/share/hinomi. */
void config_default_data(char *ret_path);

#endif
