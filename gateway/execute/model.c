#include "gateway/execute/model.h"

#include "common/base/alloc.h"
#include "gateway/execute/command.h"
#include <stdlib.h>

struct model *model_new(struct catalogue *catalogue)
{
    struct model *model = xcalloc(1, sizeof *model);
    model->references = 1;
    model->catalogue = catalogue;
    model->statements = ARENA_ARRAY(&model->arena, struct object_statements *, catalogue->object_count);
    model->live_count = statement_of(sql_live_count());
    return model;
}

struct model *model_ref(struct model *model)
{
    model->references++;
    return model;
}

void model_unref(struct model *model)
{
    if (model == NULL || --model->references > 0) {
        return;
    }
    catalogue_unref(model->catalogue);
    arena_release(&model->arena);
    free(model);
}

const struct object_statements *model_statements(struct model *model, const struct object *object)
{
    struct object_statements *made = model->statements[object->index];
    if (made == NULL) {
        struct arena *arena = &model->arena;
        made = ARENA_NEW(arena, struct object_statements);
        made->read_one = statement_of(sql_read_one(arena, object));
        made->read_first = statement_of(sql_read_many(arena, object, false));
        made->read_after = statement_of(sql_read_many(arena, object, true));
        made->insert_one = statement_of(sql_insert_one(arena, object));
        made->insert_many = statement_of(sql_insert_many(arena, object));
        made->lock = statement_of(sql_lock(arena, object));
        made->remove = statement_of(sql_delete(arena, object));
        model->statements[object->index] = made;
    }
    return made;
}
