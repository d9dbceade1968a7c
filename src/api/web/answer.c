/* Makes schemas of the shapes of answers. */
#include "api/web/answer.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LEN = 63, DEPTH_MAX = 16 };

static json_t *read_shape(const char **at, unsigned depth);

static void skip_blanks(const char **at)
{
    *at += strspn(*at, " \n");
}

static json_t *simple(const char *type)
{
    return json_pack("{s:s}", "type", type);
}

/* One member of an object, from its key on. False: not well formed. */
static bool read_member(const char **at, unsigned depth, json_t *object, json_t *properties, json_t *required)
{
    char key[NAME_MAX_LEN + 1];
    size_t len = strcspn(*at, ":? }");
    if (len == 0 || len > NAME_MAX_LEN)
        return false;
    memcpy(key, *at, len);
    key[len] = '\0';
    *at += len;
    if (strcmp(key, "...") == 0) {
        json_object_del(object, "additionalProperties");
        return true;
    }
    bool may_miss = **at == '?';
    *at += may_miss;
    if (**at != ':')
        return false;
    ++*at;
    json_t *shape = read_shape(at, depth + 1);
    if (!shape)
        return false;
    if (strcmp(key, "*") == 0) {
        json_object_set_new(object, "additionalProperties", shape);
        return true;
    }
    json_object_set_new(properties, key, shape);
    if (!may_miss)
        json_array_append_new(required, json_string(key));
    return true;
}

static json_t *read_object(const char **at, unsigned depth)
{
    json_t *properties = json_object(), *required = json_array();
    json_t *object = json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required", required, "additionalProperties", 0);
    for (skip_blanks(at); **at != '}'; skip_blanks(at)) {
        if (!read_member(at, depth, object, properties, required)) {
            json_decref(object);
            return NULL;
        }
    }
    ++*at;
    return object;
}

static json_t *read_array(const char **at, unsigned depth)
{
    json_t *items = read_shape(at, depth + 1);
    if (!items || **at != ']') {
        json_decref(items);
        return NULL;
    }
    ++*at;
    return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

static json_t *read_word(const char **at)
{
    char word[NAME_MAX_LEN + 1], reference[NAME_MAX_LEN + 32];
    size_t len = 0;
    while (isalnum((unsigned char)(*at)[len]) && len < NAME_MAX_LEN)
        len++;
    memcpy(word, *at, len);
    word[len] = '\0';
    *at += len;
    if (isupper((unsigned char)word[0])) {
        snprintf(reference, sizeof reference, "#/components/schemas/%s", word);
        return json_pack("{s:s}", "$ref", reference);
    }
    return strcmp(word, "t") == 0     ? simple("string")
           : strcmp(word, "n") == 0   ? simple("integer")
           : strcmp(word, "f") == 0   ? simple("number")
           : strcmp(word, "b") == 0   ? simple("boolean")
           : strcmp(word, "any") == 0 ? json_object()
                                      : NULL;
}

static json_t *read_shape(const char **at, unsigned depth)
{
    if (depth > DEPTH_MAX)
        return NULL;
    char first = **at;
    *at += first == '{' || first == '[';
    json_t *shape = first == '{' ? read_object(at, depth) : first == '[' ? read_array(at, depth) : read_word(at);
    if (!shape || **at != '~')
        return shape;
    ++*at;
    return json_pack("{s:[o, {s:s}]}", "anyOf", shape, "type", "null");
}

json_t *answer_shape_schema(const char *shape)
{
    shape += shape[0] == '>' && shape[1] == '{';
    json_t *schema = read_shape(&shape, 0);
    if (schema && *shape) {
        json_decref(schema);
        return NULL;
    }
    return schema;
}

static const char *shape_of(const struct route *r)
{
    for (const struct answer *a = answers; a->path; a++)
        if (a->method == r->method && strcmp(a->path, r->path) == 0)
            return a->shape;
    return NULL;
}

json_t *answer_schema(const struct route *r)
{
    const char *shape = shape_of(r);
    return shape ? answer_shape_schema(shape) : NULL;
}

bool answer_is_stream(const struct route *r)
{
    const char *shape = shape_of(r);
    return shape && shape[0] == '>';
}

void answer_add_named(json_t *schemas)
{
    for (const struct named_shape *s = named_shapes; s->name; s++)
        json_object_set_new(schemas, s->name, answer_shape_schema(s->shape));
}
