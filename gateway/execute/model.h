/*
 * A worker's view of one catalogue: the catalogue and the statements made from it. One thread's, so its count is plain;
 * each request holds it until its last statement is answered, and so do the texts of those statements.
 */
#ifndef PORTTI_EXECUTE_MODEL_H
#define PORTTI_EXECUTE_MODEL_H

#include "common/base/arena.h"
#include "common/pg/pg.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/sql/sql.h"

struct object_statements {
    struct pg_statement read_one;
    struct pg_statement read_first;
    struct pg_statement read_after;
    struct pg_statement insert_one;
    struct pg_statement insert_many;
    struct pg_statement lock;
    struct pg_statement remove;
};

struct model {
    size_t references;
    struct catalogue *catalogue;
    struct arena arena;
    struct object_statements **statements; /* by object->index, made on first use */
    struct pg_statement live_count;
};

/* Takes over the caller's reference to the catalogue. */
struct model *model_new(struct catalogue *catalogue);
struct model *model_ref(struct model *model);
/* NULL is allowed. */
void model_unref(struct model *model);
const struct object_statements *model_statements(struct model *model, const struct object *object);

#endif
