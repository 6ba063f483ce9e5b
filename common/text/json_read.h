/*
 * A strict JSON reader (RFC 8259) into a tree in an arena. Numbers keep their text, so nothing is rounded. Refused:
 * anything after the value, comments, trailing commas, NaN, leading zeros, unpaired surrogates, raw control characters,
 * invalid UTF-8, U+0000 (PostgreSQL's text cannot hold it), duplicate keys, nesting beyond `max_depth`, more than
 * `max_nodes` values.
 */
#ifndef PORTTI_TEXT_JSON_READ_H
#define PORTTI_TEXT_JSON_READ_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    size_t offset;      /* byte where the value starts */
    struct str text;    /* NUMBER: as written; STRING: decoded; ARRAY, OBJECT: the raw source text */
    struct str key;     /* decoded, when the parent is an object */
    struct json *first; /* ARRAY, OBJECT: children in source order */
    struct json *next;  /* sibling */
    size_t count;       /* children */
};

struct json_limits {
    size_t max_depth; /* an array in the root is depth 1 */
    size_t max_nodes;
};

/* Strings without escapes point into `text`, which must outlive the tree. NULL on failure, with `*err` (ERR_INVALID)
 * naming the byte in the sentence too ("... at byte 17"). Recursion is bounded by max_depth. */
MUST_CHECK struct json *json_parse(struct arena *arena, struct str text, const struct json_limits *limits,
                                   struct err *err);
/* The member, or NULL. `object` may be NULL or no object. Linear. */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_get_str(const struct json *object, struct str key);
static inline bool json_is(const struct json *value, enum json_type type)
{
    return value != NULL && value->type == type;
}
/* For messages: "null", "boolean", "number", "string", "array", "object". */
const char *json_type_name(const struct json *value);

/* NOLINTNEXTLINE(bugprone-macro-parentheses): `child` is a name being declared. */
#define JSON_EACH(child, parent) for (const struct json *child = (parent)->first; child != NULL; child = child->next)

#endif
