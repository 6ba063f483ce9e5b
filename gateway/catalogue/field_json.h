/* Inside this room: the JSON columns of core.field into values. Sentences in `err` do not name the field; the caller
 * does. */
#ifndef PORTTI_CATALOGUE_FIELD_JSON_H
#define PORTTI_CATALOGUE_FIELD_JSON_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "gateway/catalogue/catalogue.h"

/* What `settings` says of a relation; all is empty for other fields. */
struct relation_settings {
    enum relation_side side;
    enum on_delete on_delete;
    struct str join_column; /* many-to-one only */
};

/* `{"relationType","onDelete","joinColumnName"}`. Other keys are other people's. */
MUST_CHECK bool relation_settings_read(struct arena *arena, struct str json, struct relation_settings *out,
                                       struct err *err);
/* `{"columnName","columnType"}`: the column of an adopted table, as it was found. Empty when it says nothing. */
struct stored_column {
    struct str name;
    struct str type; /* PostgreSQL's, when it is not that of the column's kind */
};
MUST_CHECK bool stored_column_read(struct arena *arena, struct str json, struct stored_column *out, struct err *err);
/* `[{"id","value","label","color","position"}]`, ordered by position; ids, values and positions differ. */
MUST_CHECK bool options_read(struct arena *arena, struct str json, struct field *field, struct err *err);
/* Is field->default_json, of a field with options, made of them? */
MUST_CHECK bool default_options_check(const struct field *field, struct err *err);
/* `[["nameFirstName","nameLastName"],…]` into object->criteria; empty is none. A criterion that names a column which is
 * not there (any more) is left out. */
MUST_CHECK bool criteria_read(struct arena *arena, struct str json, struct object *object, struct err *err);

#endif
