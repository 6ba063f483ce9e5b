/*
 * struct gql_datum: a value that fits its type: what an argument, a variable or a default became. Variables are
 * replaced, defaults filled in, single values where lists are expected are lists of one.
 */
#ifndef PORTTI_GRAPHQL_DATUM_H
#define PORTTI_GRAPHQL_DATUM_H

#include "common/base/arena.h"
#include "common/text/json_read.h"
#include "gateway/graphql/schema.h"

enum gql_datum_kind {
    GQL_DATUM_NULL,
    GQL_DATUM_BOOLEAN,
    GQL_DATUM_INT,    /* 32 bits */
    GQL_DATUM_FLOAT,  /* finite */
    GQL_DATUM_STRING, /* String and ID */
    GQL_DATUM_ENUM,
    GQL_DATUM_LIST,
    GQL_DATUM_OBJECT,
    GQL_DATUM_JSON /* any other scalar: as it came */
};

struct gql_datum {
    enum gql_datum_kind kind;
    const struct gql_field *field; /* the argument or input field that it is the value of; NULL inside a list */
    union {
        bool boolean;
        int32_t integer;
        double number;
        struct str text; /* never holds U+0000 */
        const struct gql_enum_value *value;
        const struct json *json;
        struct {
            const struct gql_datum *first; /* LIST: items; OBJECT: the fields that are there, in the type's order */
            uint32_t count;
        } items;
    } as;
    const struct json *origin; /* the JSON that says the same, if there is any */
    size_t offset;             /* where it stands in the document or in the variables: the fields of one object can be
                                * put into the order that they were written in; 0 for defaults */
    const struct gql_datum *next;
};

/* The field of an object datum, or NULL. */
const struct gql_datum *gql_datum_get(const struct gql_datum *object, const char *name);
/* The same value as JSON, for those who read JSON (gateway/record). Enums become strings. */
const struct json *gql_datum_json(struct arena *arena, const struct gql_datum *datum);

#endif
