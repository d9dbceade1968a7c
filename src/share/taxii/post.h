/* A posted envelope: its objects taken out while it arrives, checked, and packed for whoever writes the store.
 *
 * Source: TAXII 2.1 5.5 (add objects), 4.3 (status). Nothing is written before the whole envelope has come and is sound. Objects
 * that are wrong are failures with a message each; the others go in chunks of the form of `taxii_chunk_read`. The memory of all
 * posts together is bounded: beyond that taxii_post_new and _feed refuse. One thread at a time for each post.
 */
#ifndef HINOMI_SHARE_TAXII_POST_H
#define HINOMI_SHARE_TAXII_POST_H

#include "base/reader.h"
#include "share/taxii/service.h"

enum {
    TAXII_POST_OBJECTS_MAX = 100000,     /* of one envelope */
    TAXII_POSTS_OCTETS = 192 << 20,      /* of all posts at once */
    TAXII_CHUNK_OCTETS = 1 << 20,        /* a chunk ends when it has so many, or so many objects */
    TAXII_CHUNK_OBJECTS = 2000,
    TAXII_CHUNK_MAX = TAXII_CHUNK_OCTETS + EXCHANGE_OBJECT_MAX + 1024, /* octets of a packed chunk */
};

int taxii_post_new(struct taxii_service *t, unsigned recipient, unsigned collection, int64_t now_us, struct taxii_post **ret_post) must_check;
void taxii_post_free(struct taxii_post *p);
unsigned taxii_post_recipient(const struct taxii_post *p);
unsigned taxii_post_collection(const struct taxii_post *p);

/* Octets of the body. A refusal is kept for taxii_post_finish; what comes after it is dropped. */
void taxii_post_feed(struct taxii_post *p, const void *octets, size_t len);
/* The body has ended. False: *ret_reply says what is wrong with it, and the post is over. */
bool taxii_post_finish(struct taxii_post *p, struct taxii_reply *ret_reply);

/* The next chunk that has had no result, NULL: none, go on to taxii_post_reply. Borrowed until its result is given. */
const uint8_t *taxii_post_chunk(const struct taxii_post *p, size_t *ret_len, unsigned *ret_count);
/* What became of that chunk: 0, or an error of exchange_put_all. -EDQUOT and -EINVAL are failures of its objects; false for
 * others: the post cannot be carried out now. */
bool taxii_post_result(struct taxii_post *p, int error);
/* 202 and the status, which is kept too. */
void taxii_post_reply(struct taxii_post *p, struct taxii_reply *ret_reply);

/* Takes the next object out of a packed chunk; its texts are terminated and borrowed. 1 an object, 0 the end, -EBADMSG. */
int taxii_chunk_read(struct reader *r, struct exchange_object *ret_object) must_check;

#endif
