#include "gateway/inspect/database.h"

#include "common/base/strbuf.h"
#include "gateway/ddl/ddl.h"

const struct db_table *database_table(const struct database *database, struct str schema, struct str name)
{
    struct arena arena = {0};
    struct str path = arena_printf(&arena, "%.*s.%.*s", STR_ARG(schema), STR_ARG(name));
    const struct db_table *table = map_get(&database->by_path, path);
    arena_release(&arena);
    return table;
}

const struct db_column *db_table_column(const struct db_table *table, struct str name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (str_eq(table->columns[i].name, name)) {
            return &table->columns[i];
        }
    }
    return NULL;
}

static bool add_spelling(struct arena *arena, struct map *known, const struct column *column, struct db_spelling *out)
{
    struct strbuf expression = {0};
    (void)ddl_default(&expression, column);
    struct str text = arena_copy(arena, strbuf_str(&expression));
    strbuf_release(&expression);
    struct str key = arena_printf(arena, "%d %.*s", (int)column->kind, STR_ARG(text));
    if (map_get(known, key) != NULL) {
        return false;
    }
    map_set(known, key, out);
    *out = (struct db_spelling){.kind = column->kind, .expression = text};
    return true;
}

struct db_spelling *database_spellings(struct arena *arena, const struct catalogue *catalogue, size_t *count)
{
    size_t most = 0;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        most += catalogue->objects[i].column_count;
    }
    struct db_spelling *spellings = ARENA_ARRAY(arena, struct db_spelling, most + 1);
    struct map known = {0};
    *count = 0;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        const struct object *object = &catalogue->objects[i];
        for (size_t c = 0; c < object->column_count; c++) {
            *count += add_spelling(arena, &known, &object->columns[c], &spellings[*count]) ? 1 : 0;
        }
    }
    map_release(&known);
    return spellings;
}
