/* The ledger as a whole: how large it is, its root, its key, and its newest checkpoint, signed now. */
#include <sodium.h>
#include <stdio.h>

#include "api/node.h"
#include "base/clock.h"
#include "base/text.h"
#include "proto/tlog/note_key.h"

static void handle_ledger(struct control_request *request, const json_t *arguments)
{
    (void)arguments;
    struct node *node = control_request_self(request);
    struct ledger_checkpoint checkpoint;
    uint8_t root[LEDGER_HASH_LEN];
    char hex[2 * LEDGER_HASH_LEN + 1], key[NOTE_KEY_TEXT_MAX];
    uint64_t size;
    if (ledger_checkpoint_make(node->ledger, node->ledger_signer(node->self), clock_wall_us(), &checkpoint) < 0) {
        control_reply_error(request, _("the ledger could not be signed: %s"), _(ledger_error(node->ledger)));
        return;
    }
    ledger_root(node->ledger, &size, root);
    sodium_bin2hex(hex, sizeof hex, root, sizeof root);
    note_key_format(&node->ledger_signer(node->self)->key, key);
    control_reply(request, json_pack("{s:I, s:s, s:s, s:{s:I, s:I, s:s}}", "size", (json_int_t)size, "root", hex, "key", key,
                                     "checkpoint", "size", (json_int_t)checkpoint.size, "made_us",
                                     (json_int_t)checkpoint.made_us, "note", checkpoint.note));
}

const struct control_command ledger_commands[] = {
    {"ledger", handle_ledger},
    {0},
};
