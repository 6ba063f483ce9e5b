/* Inside this room: what the passes of catalogue_build share. */
#ifndef PORTTI_CATALOGUE_BUILD_H
#define PORTTI_CATALOGUE_BUILD_H

#include "gateway/catalogue/catalogue.h"
#include "gateway/catalogue/field_json.h"

/* A field's row and its place: by object, then rank, then ordinal, then name. */
struct field_place {
    const struct field_row *row;
    size_t object;
    size_t rank;
};

struct build {
    const struct model_rows *rows;
    struct catalogue *catalogue;
    struct field *fields; /* of all objects, object after object */
    struct field_place *places;
    struct relation_settings *relations; /* parallel to fields */
    struct stored_column *stored;        /* the same */
    struct err *err;
};

/* Fills build->err with a sentence that names the object and, unless it is empty, the field. Returns false. */
bool build_refuse(struct build *build, struct str object, struct str field, const char *format, ...) PRINTF_LIKE(4, 5);
bool build_refuse_field(struct build *build, const struct field *field, const char *why);

/* The last passes, once all objects, fields and columns stand: targets, inverses and referrers; then names. */
MUST_CHECK bool build_relations(struct build *build);
MUST_CHECK bool build_finish(struct build *build);

#endif
