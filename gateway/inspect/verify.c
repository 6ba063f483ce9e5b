#include "gateway/inspect/verify.h"

#include "gateway/ddl/ddl.h"

void findings_add(struct findings *findings, struct finding finding)
{
    findings->items =
        arena_grow(findings->arena, findings->items, findings->count, &findings->capacity, sizeof *findings->items);
    findings->problems += finding.rank == FINDING_PROBLEM ? 1 : 0;
    findings->items[findings->count++] = finding;
}

/* One object and its table, while they are compared. */
struct look {
    struct findings *findings;
    const struct database *database;
    const struct object *object;
    const struct db_table *table;
    bool *index_known; /* parallel to table->indexes */
    bool *key_known;
};

static void add(const struct look *look, enum finding_rank rank, const char *kind, struct str name, struct str expected,
                struct str actual)
{
    findings_add(look->findings, (struct finding){.rank = rank,
                                                  .kind = kind,
                                                  .object = look->object->name_singular,
                                                  .table = look->table != NULL ? look->table->path : STR_EMPTY,
                                                  .name = name,
                                                  .expected = expected,
                                                  .actual = actual});
}

static void add_problem(const struct look *look, const char *kind, struct str name, struct str expected,
                        struct str actual)
{
    add(look, FINDING_PROBLEM, kind, name, expected, actual);
}

/* ---- columns ---- */

static const struct db_spelling *spelling_of(const struct look *look, const struct column *column)
{
    struct strbuf expression = {0};
    const struct db_spelling *found = NULL;
    (void)ddl_default(&expression, column);
    for (size_t i = 0; i < look->database->spelling_count && found == NULL; i++) {
        const struct db_spelling *spelling = &look->database->spellings[i];
        if (spelling->kind == column->kind && str_eq(spelling->expression, strbuf_str(&expression))) {
            found = spelling;
        }
    }
    strbuf_release(&expression);
    return found;
}

static struct str or_none(struct str text)
{
    return text.ptr == NULL ? STR("none") : text;
}

/* In an adopted table, varchar is as good as text, and what is read with a cast may be of any type that was found. */
static bool type_fits(const struct column *column, struct str type, struct str wanted)
{
    bool adopted = column->field->adopted;
    bool cast = !str_eq(column->read, column->quoted);
    return str_eq(type, wanted) ||
           (adopted && (cast || (str_is(wanted, "text") && str_starts_with(type, STR("character varying"))) ||
                        (str_is(wanted, "numeric") && str_starts_with(type, STR("numeric"))) ||
                        (str_starts_with(wanted, STR("timestamp")) && str_starts_with(type, STR("timestamp")) &&
                         str_ends_with(type, STR("with time zone")))));
}

static void look_at_column(const struct look *look, const struct column *column)
{
    const struct db_column *there = db_table_column(look->table, column->stored);
    const struct db_spelling *wanted = spelling_of(look, column);
    if (there == NULL) {
        add_problem(look, "missing_column", column->stored, STR_EMPTY, STR_EMPTY);
        return;
    }
    if (wanted != NULL && !type_fits(column, there->type, wanted->type)) {
        add_problem(look, "column_type", column->stored, wanted->type, there->type);
    }
    /* Nobody writes an inactive field, so its columns take NULL. */
    bool nullable = column->nullable || !column->field->active;
    if (there->not_null && nullable) {
        add_problem(look, "column_nullability", column->stored, STR("NULL"), STR("NOT NULL"));
    }
    if (!there->not_null && !nullable) {
        add_problem(look, "column_nullability", column->stored, STR("NOT NULL"), STR("NULL"));
    }
    if (there->generated) {
        add_problem(look, "column_generated", column->stored, STR_EMPTY, or_none(there->default_text));
    } else if (wanted != NULL && !look->object->adopted && !str_eq(there->default_text, wanted->default_text)) {
        add_problem(look, "column_default", column->stored, or_none(wanted->default_text),
                    or_none(there->default_text));
    }
}

/* True when the column holds something. */
static bool look_at_search(const struct look *look)
{
    const struct field *search = ddl_search_field(look->object);
    const struct db_column *there = search == NULL ? NULL : db_table_column(look->table, search->name);
    if (search == NULL) {
        return false;
    }
    if (there == NULL) {
        add_problem(look, "missing_column", search->name, STR_EMPTY, STR_EMPTY);
    } else if (!str_is(there->type, "tsvector")) {
        add_problem(look, "column_type", search->name, STR("tsvector"), there->type);
    }
    return there != NULL && there->generated;
}

static bool is_wanted(const struct object *object, struct str column)
{
    const struct field *search = ddl_search_field(object);
    for (size_t i = 0; i < object->column_count; i++) {
        if (str_eq(object->columns[i].stored, column)) {
            return true;
        }
    }
    return search != NULL && str_eq(search->name, column);
}

static void look_at_columns(const struct look *look)
{
    for (size_t i = 0; i < look->object->column_count; i++) {
        look_at_column(look, &look->object->columns[i]);
    }
    for (size_t i = 0; i < look->table->column_count && !look->object->adopted; i++) {
        if (!is_wanted(look->object, look->table->columns[i].name)) {
            add_problem(look, "orphan_column", look->table->columns[i].name, STR_EMPTY, look->table->columns[i].type);
        }
    }
}

/* ---- indexes ---- */

/* What a shape of ddl.h says, in parts: `<table> [using <method> ]("a", "b")[ where "c" is [not ]null]`. */
struct shape {
    struct str method;
    struct str columns[SUB_FIELDS_MAX * 4];
    size_t count;
    struct str condition; /* as PostgreSQL prints it, without quotes and brackets */
};

/* Without quotes and brackets: names here have neither. */
static struct str bare(struct arena *arena, struct str text)
{
    char *out = arena_bytes(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '"' && text.ptr[i] != '(' && text.ptr[i] != ')') {
            out[len++] = text.ptr[i];
        }
    }
    return str_of(out, len);
}

static struct str condition_of(struct arena *arena, struct str text)
{
    static const struct str ours[] = {STR_INIT(" is not null"), STR_INIT(" is null")};
    static const char *const theirs[] = {" IS NOT NULL", " IS NULL"};
    struct str condition = bare(arena, str_slice(text, sizeof " where " - 1, text.len));
    for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
        if (str_ends_with(condition, ours[i])) {
            return arena_printf(arena, "%.*s%s", (int)(condition.len - ours[i].len), condition.ptr, theirs[i]);
        }
    }
    return condition;
}

static void read_shape(struct arena *arena, const struct object *object, struct str text, struct shape *out)
{
    struct str rest = str_slice(text, object->table.len + 1, text.len);
    size_t open = str_find(rest, '(');
    size_t close = str_find(rest, ')');
    struct str list = str_slice(rest, open + 1, close);
    struct str name;
    *out = (struct shape){.method = open > 0 ? STR("gin") : STR("btree")};
    while (list.ptr != NULL && out->count < ARRAY_LEN(out->columns) && str_split(&list, ',', &name)) {
        out->columns[out->count++] = bare(arena, str_trim(name));
    }
    out->condition = condition_of(arena, str_slice(rest, close + 1, rest.len));
}

static bool shape_fits(struct arena *arena, const struct db_index *index, const struct ddl_index *wanted,
                       const struct shape *shape)
{
    bool same = str_eq(index->method, shape->method) && index->unique == wanted->unique &&
                index->column_count == shape->count &&
                str_eq(index->predicate.ptr == NULL ? STR_EMPTY : bare(arena, index->predicate), shape->condition);
    for (size_t i = 0; same && i < shape->count; i++) {
        same = str_eq(index->columns[i], shape->columns[i]);
    }
    return same;
}

static struct str describe(struct arena *arena, const struct db_index *index)
{
    struct strbuf out = {0};
    strbuf_printf(&out, "%s%.*s (", index->unique ? "unique " : "", STR_ARG(index->method));
    for (size_t i = 0; i < index->column_count; i++) {
        struct str column = index->columns[i].ptr == NULL ? STR("an expression") : index->columns[i];
        strbuf_printf(&out, "%s%.*s", i > 0 ? ", " : "", STR_ARG(column));
    }
    strbuf_puts(&out, ")");
    if (index->predicate.ptr != NULL) {
        strbuf_printf(&out, " where %.*s", STR_ARG(index->predicate));
    }
    struct str text = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

/* `rank`: of its absence. */
static void look_for_index(const struct look *look, const struct ddl_index *wanted, enum finding_rank rank)
{
    struct arena *arena = look->findings->arena;
    struct shape shape;
    read_shape(arena, look->object, wanted->shape, &shape);
    const struct db_index *named = NULL;
    for (size_t i = 0; i < look->table->index_count; i++) {
        const struct db_index *index = &look->table->indexes[i];
        bool same_name = str_eq(index->name, wanted->name);
        /* An adopted table has indexes under names of its own. */
        bool good = (same_name || look->object->adopted) && index->valid && shape_fits(arena, index, wanted, &shape);
        look->index_known[i] = look->index_known[i] || same_name || good;
        if (good) {
            return;
        }
        named = same_name ? index : named;
    }
    if (named == NULL) {
        add(look, rank, "missing_index", wanted->name, wanted->shape, STR_EMPTY);
    } else if (named->valid) {
        add_problem(look, "index_shape", wanted->name, wanted->shape, describe(arena, named));
    }
}

static void look_at_primary_key(const struct look *look)
{
    for (size_t i = 0; i < look->table->index_count; i++) {
        const struct db_index *index = &look->table->indexes[i];
        bool over_id = index->column_count == 1 && str_eq(index->columns[0], look->object->id_column->stored);
        look->index_known[i] = look->index_known[i] || index->primary;
        if (over_id && (index->primary || (look->object->adopted && index->unique && index->predicate.ptr == NULL))) {
            return;
        }
    }
    add_problem(look, "missing_primary_key", look->object->id_column->stored, STR_EMPTY, STR_EMPTY);
}

static void look_at_indexes(const struct look *look, bool searched, const struct wanted_index *wanted, size_t count)
{
    struct arena *arena = look->findings->arena;
    look_at_primary_key(look);
    for (size_t i = 0; i < look->object->field_count; i++) {
        struct ddl_index indexes[DDL_INDEXES_MAX];
        size_t found = ddl_field_indexes(arena, &look->object->fields[i], searched, indexes);
        for (size_t k = 0; k < found; k++) {
            /* Whoever made the table may have had no use for it. */
            look_for_index(look, &indexes[k], look->object->fields[i].adopted ? FINDING_NOTE : FINDING_PROBLEM);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (uuid_eq(&wanted[i].universal_id, &look->object->universal_id)) {
            struct ddl_index index =
                ddl_index_over(arena, look->object, wanted[i].columns, wanted[i].count, wanted[i].unique);
            look_for_index(look, &index, FINDING_PROBLEM);
        }
    }
    for (size_t i = 0; i < look->table->index_count; i++) {
        const struct db_index *index = &look->table->indexes[i];
        if (!index->valid) {
            add_problem(look, "invalid_index", index->name, STR_EMPTY, describe(arena, index));
        } else if (!look->index_known[i] && !look->object->adopted) {
            add(look, FINDING_NOTE, "other_index", index->name, STR_EMPTY, describe(arena, index));
        }
    }
}

/* ---- foreign keys ---- */

static const char *on_delete_words(char code)
{
    switch (code) {
    case 'r': return "restrict";
    case 'c': return "cascade";
    case 'n': return "set null";
    case 'd': return "set default";
    default: return "no action";
    }
}

static char on_delete_code(enum on_delete on_delete)
{
    switch (on_delete) {
    case ON_DELETE_SET_NULL: return 'n';
    case ON_DELETE_CASCADE: return 'c';
    case ON_DELETE_RESTRICT: return 'r';
    case ON_DELETE_NO_ACTION: break;
    }
    return 'a';
}

static struct str key_text(struct arena *arena, struct str column, struct str target, char on_delete)
{
    return arena_printf(arena, "(%.*s) references %.*s on delete %s", STR_ARG(column), STR_ARG(target),
                        on_delete_words(on_delete));
}

static bool is_key_of(const struct look *look, const struct db_key *key, const struct field *field, struct str name)
{
    if (look->object->adopted) {
        return key->column_count == 1 && str_eq(key->columns[0], field->columns->stored);
    }
    return str_eq(key->name, name);
}

static void look_for_key(const struct look *look, const struct field *field)
{
    struct arena *arena = look->findings->arena;
    struct str name = ddl_key_name(arena, field);
    struct str target =
        arena_printf(arena, "%.*s.%.*s", STR_ARG(field->target->table_schema), STR_ARG(field->target->table_name));
    struct str expected = key_text(arena, field->columns->stored, target, on_delete_code(field->on_delete));
    for (size_t i = 0; i < look->table->key_count; i++) {
        const struct db_key *key = &look->table->keys[i];
        if (!is_key_of(look, key, field, name)) {
            continue;
        }
        look->key_known[i] = true;
        struct str actual = key_text(arena, key->column_count == 1 ? key->columns[0] : STR("several columns"),
                                     key->target, key->on_delete);
        if (!str_eq(expected, actual)) {
            add_problem(look, "key_shape", key->name, expected, actual);
        } else if (!key->validated) {
            add_problem(look, "unvalidated_key", key->name, STR_EMPTY, STR_EMPTY);
        }
        return;
    }
    add_problem(look, "missing_key", name, expected, STR_EMPTY);
}

static void look_at_keys(const struct look *look)
{
    for (size_t i = 0; i < look->object->field_count; i++) {
        if (look->object->fields[i].side == RELATION_MANY_TO_ONE) {
            look_for_key(look, &look->object->fields[i]);
        }
    }
    for (size_t i = 0; i < look->table->key_count && !look->object->adopted; i++) {
        if (!look->key_known[i]) {
            add(look, FINDING_NOTE, "other_key", look->table->keys[i].name, STR_EMPTY, look->table->keys[i].target);
        }
    }
}

/* ---- objects and tables ---- */

static void look_at_object(struct findings *findings, const struct catalogue *catalogue, size_t at,
                           const struct database *database, const struct wanted_index *wanted, size_t wanted_count)
{
    const struct object *object = &catalogue->objects[at];
    struct look look = {.findings = findings,
                        .database = database,
                        .object = object,
                        .table = database_table(database, object->table_schema, object->table_name)};
    if (look.table == NULL || (look.table->kind != 'r' && look.table->kind != 'p')) {
        struct str path =
            arena_printf(findings->arena, "%.*s.%.*s", STR_ARG(object->table_schema), STR_ARG(object->table_name));
        add_problem(&look, look.table == NULL ? "missing_table" : "not_a_table", path, STR_EMPTY, STR_EMPTY);
        return;
    }
    look.index_known = ARENA_ARRAY(findings->arena, bool, look.table->index_count + 1);
    look.key_known = ARENA_ARRAY(findings->arena, bool, look.table->key_count + 1);
    look_at_columns(&look);
    look_at_indexes(&look, look_at_search(&look), wanted, wanted_count);
    look_at_keys(&look);
}

/* Tables in the schema of the records that no object has. */
static void look_for_orphans(struct findings *findings, const struct catalogue *catalogue,
                             const struct database *database)
{
    struct map wanted = {0};
    for (size_t i = 0; i < catalogue->object_count; i++) {
        const struct object *object = &catalogue->objects[i];
        struct str path =
            arena_printf(findings->arena, "%.*s.%.*s", STR_ARG(object->table_schema), STR_ARG(object->table_name));
        map_set(&wanted, path, (void *)(uintptr_t)object);
    }
    for (size_t i = 0; i < database->table_count; i++) {
        const struct db_table *table = &database->tables[i];
        if (str_eq(table->schema, catalogue->schema) && map_get(&wanted, table->path) == NULL) {
            findings_add(findings, (struct finding){.kind = "orphan_table", .table = table->path});
        }
    }
    map_release(&wanted);
}

static bool is_counted(const struct database *database, const struct uuid *id)
{
    for (size_t i = 0; i < database->counted_count; i++) {
        if (uuid_eq(&database->counted[i], id)) {
            return true;
        }
    }
    return false;
}

static void look_at_counts(struct findings *findings, const struct catalogue *catalogue,
                           const struct database *database)
{
    for (size_t i = 0; i < catalogue->object_count; i++) {
        const struct object *object = &catalogue->objects[i];
        if (!object->adopted && !is_counted(database, &object->id)) {
            findings_add(findings, (struct finding){.kind = "missing_count", .object = object->name_singular});
        }
    }
    for (size_t i = 0; i < database->counted_count; i++) {
        if (catalogue_object(catalogue, &database->counted[i]) == NULL) {
            char id[UUID_TEXT_LEN];
            uuid_print(&database->counted[i], id);
            findings_add(findings, (struct finding){.kind = "orphan_count",
                                                    .name = arena_copy(findings->arena, str_of(id, sizeof id))});
        }
    }
}

void verify(const struct catalogue *catalogue, const struct database *database, const struct wanted_index *wanted,
            size_t wanted_count, struct findings *out)
{
    out->objects = catalogue->object_count;
    out->tables = database->table_count;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        look_at_object(out, catalogue, i, database, wanted, wanted_count);
    }
    look_for_orphans(out, catalogue, database);
    look_at_counts(out, catalogue, database);
    if (database->unfinished > 0) {
        findings_add(out, (struct finding){.kind = "unfinished_change",
                                           .actual = arena_printf(out->arena, "%zu", database->unfinished)});
    }
}
