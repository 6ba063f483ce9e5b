/* From the model before and the model after to the statements between them. */
#include "gateway/metadata/change_private.h"

struct walk {
    struct arena *arena;
    const struct draft *draft;
    const struct catalogue *after;
    const struct map *large;
    struct change_steps *out;
    bool *search_moved; /* by place in the draft: the search column is made anew */
};

static bool is_large(const struct walk *walk, const struct object *was)
{
    return was != NULL && map_get(walk->large, was->table_name) != NULL;
}

static const struct object *object_after(const struct walk *walk, size_t at)
{
    return catalogue_object(walk->after, &walk->draft->objects[at].id);
}

static const struct field *field_after(const struct walk *walk, size_t at)
{
    return catalogue_field(walk->after, &walk->draft->fields[at].id);
}

/* ---- search ---- */

/* The column of today that was `name` before, or empty. */
static struct str column_now(const struct walk *walk, const struct object *was, struct str name)
{
    for (size_t i = 0; i < was->column_count; i++) {
        const struct column *column = &was->columns[i];
        if (str_eq(column->stored, name)) {
            const struct field *field = catalogue_field(walk->after, &column->field->id);
            return field == NULL ? STR_EMPTY : field->columns[column - column->field->columns].stored;
        }
    }
    return STR_EMPTY;
}

static bool search_moves(const struct walk *walk, const struct object *was, const struct object *now)
{
    struct str before[DDL_SEARCH_MAX];
    struct str after[DDL_SEARCH_MAX];
    size_t count = ddl_search_columns(was, before);
    size_t now_count = ddl_search_columns(now, after);
    bool same = count == now_count;
    for (size_t i = 0; same && i < count; i++) {
        struct str name = column_now(walk, was, before[i]);
        same = false;
        for (size_t k = 0; k < now_count; k++) {
            same = same || str_eq(after[k], name);
        }
    }
    return !same;
}

static void find_search_moves(struct walk *walk)
{
    const struct draft *draft = walk->draft;
    for (size_t i = 0; i < draft->field_count; i++) {
        const struct object *was = draft->field_notes[i].was == NULL
                                       ? catalogue_object(draft->before, &draft->fields[i].object_id)
                                       : draft->field_notes[i].was->object;
        if (draft->field_notes[i].state == DRAFT_KEPT || was == NULL || walk->search_moved[was->index]) {
            continue;
        }
        const struct object *now = catalogue_object(walk->after, &was->id);
        walk->search_moved[was->index] = now != NULL && search_moves(walk, was, now);
    }
}

static void drop_searches(struct walk *walk)
{
    for (size_t i = 0; i < walk->draft->before->object_count; i++) {
        if (walk->search_moved[i]) {
            ddl_drop_search(&walk->out->inside, &walk->draft->before->objects[i]);
        }
    }
}

static void make_searches(struct walk *walk)
{
    for (size_t i = 0; i < walk->draft->before->object_count; i++) {
        if (walk->search_moved[i]) {
            struct str columns[DDL_SEARCH_MAX];
            const struct object *now = object_after(walk, i);
            size_t count = ddl_search_columns(now, columns);
            struct ddl_index index[DDL_INDEXES_MAX];
            ddl_rebuild_search(&walk->out->inside, now, columns, count);
            if (ddl_field_indexes(walk->arena, ddl_search_field(now), count > 0, index) == 1) {
                ddl_create_index(&walk->out->inside, &index[0], false);
            }
        }
    }
}

/* ---- what goes ---- */

static void drop_gone(struct walk *walk)
{
    const struct draft *draft = walk->draft;
    for (size_t i = 0; i < draft->field_count; i++) {
        const struct field *was = draft->field_notes[i].was;
        if (draft->field_notes[i].state != DRAFT_GONE || was == NULL) {
            continue;
        }
        if (catalogue_object(walk->after, &was->object->id) != NULL) {
            ddl_drop_columns(&walk->out->inside, was);
        } else if (was->side == RELATION_MANY_TO_ONE && was->target != was->object) {
            /* Its table goes anyway, but perhaps after the one that it points to. */
            ddl_drop_key(&walk->out->inside, was);
        }
    }
    for (size_t i = 0; i < draft->object_count; i++) {
        if (draft->object_notes[i].state == DRAFT_GONE && draft->object_notes[i].was != NULL) {
            ddl_drop_table(&walk->out->inside, draft->object_notes[i].was);
        }
    }
}

/* ---- what is called otherwise ---- */

static void rename_field(struct walk *walk, const struct field *was, const struct field *now)
{
    struct ddl *ddl = &walk->out->inside;
    struct ddl_index before[DDL_INDEXES_MAX];
    struct ddl_index after[DDL_INDEXES_MAX];
    struct str searched[DDL_SEARCH_MAX];
    bool some = was->type == FIELD_TS_VECTOR && !walk->search_moved[was->object->index] &&
                ddl_search_columns(was->object, searched) > 0;
    ddl_rename_columns(ddl, was, now);
    size_t count = ddl_field_indexes(walk->arena, was, some, before);
    if (ddl_field_indexes(walk->arena, now, some, after) == count) {
        for (size_t i = 0; i < count; i++) {
            ddl_rename_index(ddl, now->object, before[i].name, after[i].name);
        }
    }
    if (now->side == RELATION_MANY_TO_ONE) {
        ddl_rename_key(ddl, was, now);
    }
}

static void rename_all(struct walk *walk)
{
    const struct draft *draft = walk->draft;
    for (size_t i = 0; i < draft->before->object_count; i++) {
        const struct object *was = &draft->before->objects[i];
        const struct object *now = draft->object_notes[i].state == DRAFT_CHANGED ? object_after(walk, i) : NULL;
        if (now == NULL) {
            continue;
        }
        if (!str_eq(was->table_name, now->table_name)) {
            ddl_rename_table(&walk->out->inside, was, now);
        }
        for (size_t k = 0; !str_eq(was->name_singular, now->name_singular) && k < was->field_count; k++) {
            const struct field *field = catalogue_field(walk->after, &was->fields[k].id);
            if (field != NULL) {
                rename_field(walk, &was->fields[k], field);
            }
        }
    }
    for (size_t i = 0; i < draft->field_count; i++) {
        const struct field *was = draft->field_notes[i].was;
        const struct field *now = draft->field_notes[i].state == DRAFT_CHANGED ? field_after(walk, i) : NULL;
        if (now != NULL && was != NULL && str_eq(was->object->name_singular, now->object->name_singular)) {
            rename_field(walk, was, now);
        }
    }
}

/* ---- indexes and keys ---- */

/* An index that may stand before anybody relies on it: on a large table it is built apart. `fresh`: its columns are. */
static void add_index(struct walk *walk, const struct object *was, const struct ddl_index *index,
                      const struct object *object)
{
    struct change_steps *out = walk->out;
    if (!is_large(walk, was)) {
        ddl_create_index(&out->inside, index, false);
    } else if (index->unique) {
        ddl_drop_index(&out->undo, was, index->name, true);
        ddl_create_index(&out->apart, index, true);
    } else {
        ddl_drop_index(&out->later, object, index->name, true);
        ddl_create_index(&out->later, index, true);
    }
}

static void add_key(struct walk *walk, const struct field *field, bool large)
{
    ddl_add_key(&walk->out->inside, field, large);
    if (large) {
        ddl_validate_key(&walk->out->later, field);
    }
}

/* `was`: the object as it was; NULL when it is new. */
static void add_indexes(struct walk *walk, const struct object *was, const struct field *field)
{
    struct ddl_index indexes[DDL_INDEXES_MAX];
    struct str searched[DDL_SEARCH_MAX];
    bool some = field->type == FIELD_TS_VECTOR && ddl_search_columns(field->object, searched) > 0;
    size_t count = ddl_field_indexes(walk->arena, field, some, indexes);
    for (size_t i = 0; i < count; i++) {
        add_index(walk, was, &indexes[i], field->object);
    }
    if (field->side == RELATION_MANY_TO_ONE) {
        add_key(walk, field, is_large(walk, was));
    }
}

/* ---- what comes ---- */

static void make_tables(struct walk *walk)
{
    const struct draft *draft = walk->draft;
    for (size_t i = 0; i < draft->object_count; i++) {
        if (draft->object_notes[i].state == DRAFT_NEW) {
            struct str columns[DDL_SEARCH_MAX];
            const struct object *object = object_after(walk, i);
            ddl_create_table(&walk->out->inside, object, columns, ddl_search_columns(object, columns));
        }
    }
    for (size_t i = 0; i < draft->field_count; i++) {
        const struct object *was = catalogue_object(draft->before, &draft->fields[i].object_id);
        if (draft->field_notes[i].state != DRAFT_NEW || was == NULL) {
            continue;
        }
        const struct field *field = field_after(walk, i);
        /* The columns of a unique field stand before its rows do, so that its index can be built apart. */
        bool first = field->unique && is_large(walk, was);
        ddl_add_columns(first ? &walk->out->first : &walk->out->inside, field);
        if (first) {
            ddl_drop_columns(&walk->out->undo, field);
        }
    }
}

static void make_indexes(struct walk *walk)
{
    const struct draft *draft = walk->draft;
    for (size_t i = 0; i < draft->field_count; i++) {
        if (draft->field_notes[i].state == DRAFT_NEW) {
            add_indexes(walk, catalogue_object(draft->before, &draft->fields[i].object_id), field_after(walk, i));
        }
    }
}

/* ---- what is otherwise ---- */

/* Nobody writes an inactive field, so its columns must take NULL. */
static bool is_required(const struct field *field)
{
    bool required = false;
    for (size_t i = 0; i < field->column_count; i++) {
        required = required || !field->columns[i].nullable;
    }
    return required && field->active;
}

static void change_null(struct walk *walk, const struct field *was, const struct field *now)
{
    struct change_steps *out = walk->out;
    if (is_required(was) == is_required(now)) {
        return;
    }
    if (!is_required(now)) {
        ddl_not_null(&out->inside, now, false);
        return;
    }
    if (is_large(walk, was->object) && was->active && str_eq(was->name, now->name) &&
        str_eq(was->object->table_name, now->object->table_name)) {
        ddl_fill(&out->first, now, true);
        ddl_find_empty(&out->first, now);
        ddl_add_check(&out->first, now);
        ddl_drop_check(&out->undo, now);
        ddl_validate_check(&out->apart, now);
        ddl_not_null(&out->inside, now, true);
        ddl_drop_check(&out->inside, now);
        return;
    }
    ddl_fill(&out->inside, now, was->active);
    ddl_not_null(&out->inside, now, true);
}

static void change_indexes(struct walk *walk, const struct field *was, const struct field *now)
{
    struct ddl_index before[DDL_INDEXES_MAX];
    struct ddl_index after[DDL_INDEXES_MAX];
    if (was->type == FIELD_TS_VECTOR) {
        return;
    }
    size_t had = ddl_field_indexes(walk->arena, was, false, before);
    size_t has = ddl_field_indexes(walk->arena, now, false, after);
    for (size_t i = 0; has == 0 && i < had; i++) {
        ddl_drop_index(&walk->out->inside, now->object, before[i].name, false);
    }
    for (size_t i = 0; had == 0 && i < has; i++) {
        bool as_it_was = str_eq(was->name, now->name) && str_eq(was->object->table_name, now->object->table_name);
        add_index(walk, as_it_was ? was->object : NULL, &after[i], now->object);
    }
}

static bool same_options(const struct field *was, const struct field *now)
{
    bool same = was->option_count == now->option_count;
    for (size_t i = 0; same && i < was->option_count; i++) {
        same = false;
        for (size_t k = 0; k < now->option_count; k++) {
            same = same || str_eq(was->options[i].value, now->options[k].value);
        }
    }
    return same;
}

/* Those that have come back as another's name are left out: they mean something else now. */
static struct draft_options gone_for_good(const struct walk *walk, const struct draft_options *options,
                                          const struct field *now)
{
    struct draft_options out = {.from = ARENA_ARRAY(walk->arena, struct str, options->count),
                                .to = ARENA_ARRAY(walk->arena, struct str, options->count)};
    for (size_t i = 0; i < options->count; i++) {
        bool again = false;
        for (size_t k = 0; k < now->option_count; k++) {
            again = again || str_eq(now->options[k].value, options->from[i]);
        }
        if (!again) {
            out.from[out.count] = options->from[i];
            out.to[out.count++] = options->to[i];
        }
    }
    return out;
}

/*
 * What others planned with the old options must not bring them back. On a small table the constraint comes first, and
 * with it the lock that keeps writers out until the values are changed. A large one is not locked for so long: its
 * constraint comes later, and behind it what slipped in meanwhile is changed as well.
 */
static void change_options(struct walk *walk, size_t at, const struct field *was, const struct field *now)
{
    struct change_steps *out = walk->out;
    const struct draft_options *options = &walk->draft->field_notes[at].options;
    if (now->option_count == 0 || same_options(was, now)) {
        ddl_replace_options(&out->inside, now, options->from, options->to, options->count);
    } else if (!is_large(walk, was->object)) {
        ddl_check_options(&out->inside, now);
        ddl_replace_options(&out->inside, now, options->from, options->to, options->count);
    } else {
        struct draft_options gone = gone_for_good(walk, options, now);
        ddl_replace_options(&out->inside, now, options->from, options->to, options->count);
        ddl_check_options(&out->later, now);
        ddl_replace_options(&out->later, now, gone.from, gone.to, gone.count);
    }
}

static void change_fields(struct walk *walk)
{
    const struct draft *draft = walk->draft;
    for (size_t i = 0; i < draft->field_count; i++) {
        const struct field *was = draft->field_notes[i].was;
        const struct field *now = draft->field_notes[i].state == DRAFT_CHANGED ? field_after(walk, i) : NULL;
        if (now == NULL || was == NULL) {
            continue;
        }
        if (!str_eq(was->default_json, now->default_json)) {
            ddl_set_defaults(&walk->out->inside, now);
        }
        change_options(walk, i, was, now);
        change_null(walk, was, now);
        change_indexes(walk, was, now);
        if (now->side == RELATION_MANY_TO_ONE && was->on_delete != now->on_delete) {
            ddl_drop_key(&walk->out->inside, now);
            add_key(walk, now, is_large(walk, was->object));
        }
    }
}

void change_steps(struct arena *arena, const struct change *change, const struct catalogue *after,
                  const struct map *large, struct change_steps *out)
{
    *out = (struct change_steps){0};
    struct ddl *const lists[] = {&out->first, &out->apart, &out->undo, &out->inside, &out->later};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        lists[i]->arena = arena;
    }
    struct walk walk = {.arena = arena,
                        .draft = &change->draft,
                        .after = after,
                        .large = large,
                        .out = out,
                        .search_moved = ARENA_ARRAY(arena, bool, change->draft.before->object_count + 1)};
    find_search_moves(&walk);
    drop_searches(&walk);
    drop_gone(&walk);
    rename_all(&walk);
    make_tables(&walk);
    change_fields(&walk);
    make_indexes(&walk);
    make_searches(&walk);
    change_rows_make(arena, change, out);
}
