/*
 * The one definition of a record's JSON form, for REST, GraphQL and webhook payloads (contract/rest-core 6).
 */
#ifndef PORTTI_RECORD_RECORD_JSON_H
#define PORTTI_RECORD_RECORD_JSON_H

#include "common/base/strbuf.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/record/value.h"

/* One column's value, without its key. */
void value_put_json(struct strbuf *out, const struct column *column, const struct value *value);
/* A field: scalar, composite object, or the join column's id; `values` are indexed like object->columns. */
void field_put_json(struct strbuf *out, const struct field *field, const struct value *values);
/*
 * {"id":…,…}: the fields of `selection` in their order, or with a NULL selection every active field that has columns,
 * in the object's order. `values` are indexed like object->columns; those of unselected fields are not looked at.
 */
void record_put_json(struct strbuf *out, const struct object *object, const struct field *const *selection,
                     size_t selection_count, const struct value *values);

#endif
