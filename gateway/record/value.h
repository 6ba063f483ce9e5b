/*
 * A stored value, one a column: what stands between JSON, PostgreSQL and the record's JSON form. Borrowed texts live as
 * long as the arena or result they came from.
 */
#ifndef PORTTI_RECORD_VALUE_H
#define PORTTI_RECORD_VALUE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/uuid.h"
#include "gateway/catalogue/catalogue.h"
#include <stdbool.h>
#include <stdint.h>

struct value {
    enum column_kind kind;
    bool null;
    union {
        struct uuid uuid;
        bool boolean;
        double float8;
        int32_t days;
        int64_t us;
        struct str text; /* TEXT; NUMERIC: canonical decimal; JSONB: canonical JSON text */
        struct {
            const struct str *items;
            size_t count;
        } array; /* TEXT_ARRAY; items are never NULL */
    } as;
};

static inline struct value value_null(enum column_kind kind)
{
    return (struct value){.kind = kind, .null = true};
}

bool value_eq(const struct value *a, const struct value *b);

/*
 * From PostgreSQL's binary format (pg_type send functions). Texts are borrowed from `bytes`, or made in `arena` where
 * they must be rewritten (numeric, jsonb, text[]). False when the bytes are not of that kind (a foreign column type).
 */
MUST_CHECK bool value_from_pg(struct arena *arena, enum column_kind kind, struct str bytes, bool null,
                              struct value *out);
/* As PostgreSQL reads it in text format. Lives in `arena` or is borrowed; empty for NULL. */
struct str value_to_pg(struct arena *arena, const struct value *value);
/* "{id,id}": ids as an array literal. */
struct str value_uuid_array(struct arena *arena, const struct uuid *ids, size_t count);
/* Appends the value as one element of a PostgreSQL array literal ({"a","b",NULL}), quoted and escaped. */
void value_put_array_element(struct strbuf *out, struct arena *arena, const struct value *value);

#endif
