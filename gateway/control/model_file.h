/*
 * Inside this room: config/model/standard.json as rows. The texts live in the model; ids are nil until somebody gives
 * them out (model_seed), since they differ from workspace to workspace.
 */
#ifndef PORTTI_CONTROL_MODEL_FILE_H
#define PORTTI_CONTROL_MODEL_FILE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "gateway/catalogue/catalogue.h"

/* A list of columns. */
struct column_list {
    const struct str *names;
    size_t count;
};

/* What rows say by ids, by name; and what only the tables need. */
struct model_object {
    struct str label_identifier; /* names of fields; may be empty */
    struct str image_identifier;
    struct column_list search;
    const struct column_list *indexes;
    size_t index_count;
    const struct column_list *unique_indexes;
    size_t unique_index_count;
};

struct model_field {
    size_t object;      /* index */
    struct str target;  /* nameSingular of an object; empty when no relation */
    struct str inverse; /* name of a field of it */
};

struct model {
    struct arena arena;
    struct object_row *object_rows;
    struct model_object *objects; /* parallel */
    size_t object_count;
    struct field_row *field_rows; /* object after object, in the file's order */
    struct model_field *fields;   /* parallel */
    size_t field_count;
};

/* ERR_INVALID names the place. Release the model in either case. */
MUST_CHECK bool model_read(struct model *model, const char *path, struct err *err);
/* The index of an object by nameSingular; the number of objects when there is none. */
size_t model_find_object(const struct model *model, struct str name);
/* Once the rows have their ids: what leads from one to another. A name that leads nowhere leaves a nil id, which the
 * catalogue refuses with a sentence. */
void model_link(struct model *model);
void model_release(struct model *model);

#endif
