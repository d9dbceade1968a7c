/* Compiles list files into one policy image, and reports per list what was read and what was skipped.
 *
 * One thread; may take seconds to minutes for millions of names. Progress and cancellation through the options.
 */
#ifndef HINOMI_ACT_POLICY_COMPILE_H
#define HINOMI_ACT_POLICY_COMPILE_H

#include "act/policy/builder.h"
#include "act/policy/list.h"
#include "act/policy/protection.h"

enum { COMPILE_SAMPLES_MAX = 8, COMPILE_SAMPLE_TEXT_MAX = 96 };

/* A list to read, in order of precedence, and what came of it. */
struct compile_source {
    int fd; /* borrowed, read from its current place */
    enum list_format format;
    char column[LIST_COLUMN_MAX]; /* of a CSV list; empty: found */
    struct policy_list list;
    bool observes; /* its blocks are rules that only observe */
    struct protection *protection; /* borrowed: rules that it forbids are left out and kept there; NULL: none */

    struct list_stats stats; /* filled in */
    struct {
        enum list_flaw flaw;
        uint32_t line;
        char text[COMPILE_SAMPLE_TEXT_MAX]; /* the line's beginning, control characters replaced */
    } samples[COMPILE_SAMPLES_MAX]; /* the first lines skipped */
    unsigned sample_count;
};

/* How the source says it is to be read. */
struct list_reading compile_source_reading(const struct compile_source *s);
/* Keeps a skipped line as a sample, while there is room. */
void compile_source_add_sample(struct compile_source *s, enum list_flaw flaw, uint32_t line, const char *text,
                               size_t len);

/* Reads all sources into the builder. On error *ret_failed is the source's index. The builder may get more rules
 * afterwards and is finished by the caller. */
int policy_compile(struct policy_builder *b, struct compile_source *sources, unsigned count, unsigned *ret_failed)
    must_check;

#endif
