#include "gateway/catalogue/catalogue.h"
#include <stdlib.h>

const struct object *catalogue_by_plural(const struct catalogue *catalogue, struct str name)
{
    return map_get(&catalogue->by_plural, name);
}

const struct object *catalogue_by_singular(const struct catalogue *catalogue, struct str name)
{
    return map_get(&catalogue->by_singular, name);
}

const struct field *object_field(const struct object *object, struct str name)
{
    return map_get(&object->fields_by_name, name);
}

const struct field *object_join(const struct object *object, struct str name)
{
    return map_get(&object->joins_by_name, name);
}

struct catalogue *catalogue_ref(struct catalogue *catalogue)
{
    atomic_fetch_add_explicit(&catalogue->references, 1, memory_order_relaxed);
    return catalogue;
}

void catalogue_unref(struct catalogue *catalogue)
{
    /* Release what this holder read; acquire what all the others did, before the memory goes. */
    if (catalogue == NULL || atomic_fetch_sub_explicit(&catalogue->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < catalogue->object_count; i++) {
        map_release(&catalogue->objects[i].fields_by_name);
        map_release(&catalogue->objects[i].joins_by_name);
    }
    map_release(&catalogue->by_plural);
    map_release(&catalogue->by_singular);
    map_release(&catalogue->by_id_text);
    arena_release(&catalogue->arena);
    free(catalogue);
}
