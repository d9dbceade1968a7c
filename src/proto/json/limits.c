/* Holds a JSON text to its limits, then parses it. */
#include "proto/json/limits.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* Line and column of an offset. */
static void place_of(struct reader text, size_t offset, struct json_flaw *f)
{
    struct reader before = reader_sub(&text, offset < text.left ? offset : text.left);
    f->line = f->column = 1;
    while (before.left > 0) {
        if (reader_u8(&before) == '\n') {
            f->line++;
            f->column = 1;
        } else {
            f->column++;
        }
    }
}

/* The offset of the first character that is none; jansson tells the one before. */
static size_t utf8_end(struct reader text)
{
    struct reader r = text;
    size_t good = 0;
    while (r.left > 0) {
        utf8_take(&r);
        good = r.failed ? good : text.left - r.left;
    }
    return good;
}

/* Counts without understanding: whatever jansson will take for a value or a level is one here too. */
static int count_values(struct reader text, const struct json_limits *limits, struct json_flaw *f)
{
    struct reader r = text;
    size_t values = 1;
    unsigned depth = 0, depth_max = limits->depth < JSON_DEPTH_MAX ? limits->depth : JSON_DEPTH_MAX;
    bool is_string = false;
    while (r.left > 0) {
        uint8_t c = reader_u8(&r);
        if (is_string) {
            if (c == '\\')
                reader_skip(&r, r.left > 0 ? 1 : 0);
            is_string = c != '"';
            continue;
        }
        is_string = c == '"';
        values += c == ',' || c == '[' || c == '{';
        if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && depth > 0)
            depth--;
        if (depth > depth_max || values > limits->values) {
            f->kind = depth > depth_max ? JSON_TOO_DEEP : JSON_TOO_MANY;
            place_of(text, (size_t)(r.at - text.at) - 1, f);
            return -EMSGSIZE;
        }
    }
    return 0;
}

static const enum json_flaw_kind kinds[] = {
    [json_error_stack_overflow] = JSON_TOO_DEEP,
    [json_error_invalid_utf8] = JSON_NO_UTF8,
    [json_error_premature_end_of_input] = JSON_TRUNCATED,
    [json_error_end_of_input_expected] = JSON_TRAILING,
    [json_error_duplicate_key] = JSON_DUPLICATE,
    [json_error_numeric_overflow] = JSON_NUMBER_RANGE,
    [json_error_null_character] = JSON_NUL,
    [json_error_null_byte_in_key] = JSON_NUL,
    [json_error_out_of_memory] = JSON_NO_MEMORY,
};

static enum json_flaw_kind kind_of(enum json_error_code code)
{
    bool is_known = (unsigned)code < array_len(kinds) && kinds[code] != 0;
    return is_known ? kinds[code] : JSON_NO_SYNTAX;
}
static_assert(JSON_TOO_LONG == 0, "what jansson never says marks the free places of the table");

int json_read(struct reader *r, const struct json_limits *limits, json_t **ret_value, struct json_flaw *ret_flaw)
{
    struct json_flaw flaw = {.kind = JSON_TOO_LONG};
    struct reader text = reader_sub(r, r->left);
    int result = text.left > limits->octets ? -EMSGSIZE : count_values(text, limits, &flaw);
    const uint8_t *nul = result == 0 && text.left > 0 ? memchr(text.at, '\0', text.left) : NULL;
    if (nul) { /* jansson 2.14 passes over one behind a number */
        flaw.kind = JSON_NUL;
        place_of(text, (size_t)(nul - text.at), &flaw);
        result = -EBADMSG;
    }
    if (result == 0) {
        json_error_t error;
        json_t *value = json_loadb(text.left ? (const char *)text.at : "", text.left,
                                   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        if (value) {
            *ret_value = value;
            return 0;
        }
        flaw.kind = kind_of(json_error_code(&error));
        snprintf(flaw.detail, sizeof flaw.detail, "%s", error.text);
        size_t offset = error.position > 0 ? (size_t)error.position - 1 : 0;
        place_of(text, flaw.kind == JSON_NO_UTF8 ? utf8_end(text) : offset, &flaw);
        result = flaw.kind == JSON_NO_MEMORY ? -ENOMEM : -EBADMSG;
    }
    *ret_flaw = flaw;
    return result;
}
