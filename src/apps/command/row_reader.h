/* The rows of a reply, one JSON object a line, on the command line's side: printed as they come. */
#ifndef HINOMI_APPS_ROW_READER_H
#define HINOMI_APPS_ROW_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct row_reader {
    bool json;                        /* rows are printed as they are */
    void (*print)(const json_t *row); /* else by this */
    void (*take)(void *self, const json_t *row); /* in the place of both, when it is set */
    void *self;
    int64_t last_seq;                 /* the largest "seq" so far */
    uint64_t count;
};

/* A control_rows_fn; self is a struct row_reader. */
void row_reader_take(void *self, const char *bytes, size_t len);

/* Of any object of a reply; 0 and "" when it is not there. */
int64_t row_number(const json_t *row, const char *key);
const char *row_text(const json_t *row, const char *key);

#endif
