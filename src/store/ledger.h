/* The ledger: the append-only log of all verdicts, provable by a Merkle tree, and the table of imported lists, in one
 * SQLite file.
 *
 * One process, one thread: the hub's. A verdict is on disk when ledger_append returns. Its canonical octets are an entry of the
 * log (docs/formats/ledger.md, ledger-log.md), so an edit by other means shows in ledger_verify, and whoever keeps a signed
 * checkpoint can show that nothing before it was changed or cut off.
 *
 * Errors: -ENOSPC disk full, -EBUSY another process holds the file, -EBADMSG the file is damaged, -EROFS, -EIO,
 * -ENOMEM, -EPROTO made by a newer or another program; and where they are named below -ENOENT, -EEXIST, -EINVAL.
 */
#ifndef HINOMI_STORE_LEDGER_H
#define HINOMI_STORE_LEDGER_H

#include "base/attr.h"
#include "base/writer.h"
#include "model/list.h"
#include "model/verdict.h"

enum { LEDGER_HASH_LEN = 32 };

struct ledger;
struct note_signer; /* proto/tlog/note_key.h */

/* Opens or creates the file, and brings its schema up to date. */
int ledger_open(const char *path, struct ledger **ret_ledger) must_check;
/* Opens what is there, only to read, also while the node runs. -EPROTO when it is of an older version as well: the node brings
 * it up to date when it starts. */
int ledger_open_to_read(const char *path, struct ledger **ret_ledger) must_check;
void ledger_close(struct ledger *l);
/* Why the last call on this ledger failed: a static text. NULL asks about a failed ledger_open: see ledger_error_of. */
const char *ledger_error(const struct ledger *l);
/* The static text for an error code of this header; N_() marked, as that of ledger_error: give it to _(). */
const char *ledger_error_of(int error);

/* Called each time entries have been appended and are on disk, from within the call that did it; it may only take note. */
void ledger_on_append(struct ledger *l, void (*appended)(void *self), void *self);

/* Appends, and sets v->number; v->id too when it is all zero, as made at v->made_us. To take a verdict back, append one that
 * supersedes it with until_us = from_us > 0. -EINVAL when a field is out of its range or not UTF-8, or the identifier is
 * there already; -ENOENT when the verdict it supersedes does not exist, -EEXIST when that one has been superseded already. */
int ledger_append(struct ledger *l, struct verdict *v) must_check;
/* The same for many, all or none; one wait for the disk. */
int ledger_append_all(struct ledger *l, struct verdict *v, size_t count) must_check;
/* The same, each being looked at first, inside the transaction: `choose` sees in the ledger what stood before and those appended just now, may
 * change the verdict, and says 1 to append it or 0 to leave it, whose number is then 0. What it gives below 0 takes all back. */
typedef int ledger_choose(struct ledger *l, struct verdict *v, void *self);
int ledger_append_chosen(struct ledger *l, struct verdict *v, size_t count, ledger_choose *choose, void *self) must_check;
/* -ENOENT when there is no such verdict. */
int ledger_get(struct ledger *l, uint32_t number, struct verdict *ret_verdict) must_check;
int ledger_get_by_id(struct ledger *l, const struct verdict_id *id, struct verdict *ret_verdict) must_check;

/* Called for each row, borrowed for the call; anything but 0 stops and is returned by the caller's call. It may read
 * the ledger but not append. */
typedef int ledger_each_verdict(const struct verdict *v, void *self);
typedef int ledger_each_list(const struct list_record *r, void *self);

/* The directives (block, allow, observe) in force at that time (from <= now < until, superseded by none), oldest first. */
int ledger_current(struct ledger *l, int64_t now_us, ledger_each_verdict *each, void *self) must_check;
/* The moment after now when ledger_current would first give something else, as the ledger stands; 0: never. */
int ledger_next_change(struct ledger *l, int64_t now_us, int64_t *ret_us) must_check;
/* All that was ever said about a subject of any kind with that canonical value, newest first. */
int ledger_find_subject(struct ledger *l, const char *value, ledger_each_verdict *each, void *self) must_check;
/* The newest verdict of the same author, subject and claim as `like` that nothing replaced; -ENOENT. */
int ledger_standing(struct ledger *l, const struct verdict *like, struct verdict *ret_verdict) must_check;
/* All verdicts of an author of that name that nothing replaced, with numbers above `after` up to `last`, oldest first. Looks at each entry
 * between. */
int ledger_standing_of(struct ledger *l, const char *author, uint32_t after, uint32_t last, ledger_each_verdict *each, void *self) must_check;
/* The verdict that replaced this one; -ENOENT when none did. */
int ledger_superseded_by(struct ledger *l, uint32_t number, uint32_t *ret_number) must_check;

/* Size and root of the tree over all entries (RFC 6962 2.1). */
void ledger_root(const struct ledger *l, uint64_t *ret_size, uint8_t ret_root[LEDGER_HASH_LEN]);
/* Called now and then; anything but 0 stops and is returned. */
typedef int ledger_progress(void *self, uint64_t done, uint64_t of);
/* Recomputes the whole log, and holds rows and stored hashes to it. -EBADMSG and the first number that is wrong or missing;
 * else 0 and 0. progress may be NULL. */
int ledger_verify(struct ledger *l, ledger_progress *progress, void *self, uint32_t *ret_first_bad) must_check;

/* A signed statement of how large the log is and what its root is (ledger-log.md). */
enum { LEDGER_NOTE_MAX = 2048 }; /* octets with the terminator: ours alone signs */
struct ledger_checkpoint {
    uint64_t size;   /* entries */
    int64_t made_us; /* wall clock */
    char note[LEDGER_NOTE_MAX];
};
/* Signs the log as it is, and keeps that; of a size that was signed before, what was signed then. */
int ledger_checkpoint_make(struct ledger *l, const struct note_signer *signer, int64_t now_us,
                           struct ledger_checkpoint *ret_checkpoint) must_check;
/* -ENOENT when nothing was ever signed. */
int ledger_checkpoint_last(struct ledger *l, struct ledger_checkpoint *ret_checkpoint) must_check;

/* The octets of `count` entries from number index + 1 on; -ENOENT when there are not so many. As the other callbacks. */
typedef int ledger_each_entry(void *self, uint32_t number, const uint8_t *octets, size_t len);
int ledger_entries(struct ledger *l, uint64_t index, unsigned count, ledger_each_entry *each, void *self) must_check;
/* Stored hashes of the tree, of level 0, 8, 16, ...; all in one tile. -EBADMSG when they are not there. */
int ledger_hashes(struct ledger *l, unsigned level, uint64_t index, unsigned count, uint8_t (*ret_hashes)[LEDGER_HASH_LEN]) must_check;
/* Writes a proof file (proto/tlog/proof_file.h) with the entry in it. -ENOENT: the checkpoint does not reach so far;
 * -EMSGSIZE: it does not fit. */
int ledger_prove(struct ledger *l, uint32_t number, const struct ledger_checkpoint *c, struct writer *w) must_check;

/* Adds a list (id 0, set on success) or rewrites one. -EEXIST the name is taken, -ENOENT no such list or verdict,
 * -E2BIG there are LIST_COUNT_MAX. */
int ledger_list_put(struct ledger *l, struct list_record *r) must_check;
/* The same with the verdict of the import appended first and a held edition of the list forgotten, all or nothing; sets
 * v->number, r->verdict and r->id. */
int ledger_list_import(struct ledger *l, struct verdict *v, struct list_record *r) must_check;
int ledger_list_get(struct ledger *l, const char *name, struct list_record *ret_record) must_check;
/* In the order in which lists are asked. */
int ledger_list_each(struct ledger *l, ledger_each_list *each, void *self) must_check;
/* Forgets the list with its held edition, and appends `why` (claim, subject, supersedes and an empty validity are filled in here). -ENOENT. */
int ledger_list_remove(struct ledger *l, const char *name, struct verdict *why) must_check;

/* Keeps an edition of a list aside, in the place of an older one. -EINVAL. */
int ledger_held_put(struct ledger *l, const struct list_held *h) must_check;
/* -ENOENT when nothing of that list is held or was discarded. */
int ledger_held_get(struct ledger *l, const char *name, struct list_held *ret_held) must_check;
typedef int ledger_each_held(const struct list_held *h, void *self);
/* By name; those discarded too. */
int ledger_held_each(struct ledger *l, ledger_each_held *each, void *self) must_check;

#endif
