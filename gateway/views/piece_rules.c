/* What a piece must mean: that what it names is there, and fits. */
#include "gateway/views/piece_inner.h"

#define REPORT(c, code, ...) (void)report_add((c)->report, (c)->entry, (code), STR_EMPTY, __VA_ARGS__)

static bool is_parent(const struct checking *c, const struct piece_column *column)
{
    return c->info->parent_stored != NULL && strcmp(column->stored, c->info->parent_stored) == 0;
}

/* ---- where it belongs ---- */

/* A view says itself of which object it is, and what is in one follows it. */
static void place(struct checking *c)
{
    struct uuid id = {0};
    if (c->own != NULL) {
        c->scope = c->own->scope;
        c->object = catalogue_object(c->catalogue, &c->own->object_id);
        return;
    }
    if (strcmp(c->info->scope, "id") == 0) {
        c->scope = c->op->id;
    }
    if (c->info->parent_stored == NULL || !id_will_be(c, c->info->parent_name, &id)) {
        return;
    }
    const struct piece_column *parent = piece_column(c->info, str_from(c->info->parent_name));
    if (parent->link == PIECE_TO_OBJECT) {
        c->object = catalogue_object(c->catalogue, &id);
        return;
    }
    const struct piece_fact *fact = fact_of(c, parent->linked, &id);
    if (fact != NULL && fact->live) {
        c->scope = id;
        c->object = catalogue_object(c->catalogue, &fact->object_id);
    }
}

/* ---- links ---- */

static void check_field(const struct checking *c, const struct piece_column *column, const struct uuid *id)
{
    const struct field *field = catalogue_field(c->catalogue, id);
    if (field == NULL) {
        REPORT(c, "FIELD_METADATA_NOT_FOUND", "Field metadata not found: %s is no field of the model", column->name);
    } else if (column->link == PIECE_TO_FIELD && c->object != NULL && field->object != c->object) {
        REPORT(c, c->info->invalid,
               "%s: the field \"%.*s\" belongs to the object \"%.*s\", and the view to the object \"%.*s\"",
               column->name, STR_ARG(field->name), STR_ARG(field->object->name_singular),
               STR_ARG(c->object->name_singular));
    }
}

static void check_piece(const struct checking *c, const struct piece_column *column, const struct uuid *id)
{
    const struct piece_info *linked = &piece_kinds[column->linked];
    const struct piece_fact *fact = fact_of(c, column->linked, id);
    if (fact == NULL || !fact->live) {
        REPORT(c, linked->missing, "%s not found", linked->spoken);
    } else if (!is_parent(c, column) && !uuid_is_nil(&c->scope) && !uuid_eq(&fact->scope, &c->scope)) {
        REPORT(c, c->info->invalid, "%s: it belongs to another %s", column->name,
               c->info->of_view ? "view" : "page layout");
    }
}

static void check_link(const struct checking *c, const struct piece_column *column)
{
    const struct json *value = given(c, column);
    struct uuid id;
    if (!json_is(value, JSON_STRING) || !uuid_parse(value->text, &id)) {
        return;
    }
    switch (column->link) {
    case PIECE_TO_NOTHING: return;
    case PIECE_TO_OBJECT:
        if (catalogue_object(c->catalogue, &id) == NULL) {
            REPORT(c, "OBJECT_METADATA_NOT_FOUND", "Object metadata not found");
        }
        return;
    case PIECE_TO_FIELD:
    case PIECE_TO_ANY_FIELD: check_field(c, column, &id); return;
    case PIECE_TO_PIECE: check_piece(c, column, &id); return;
    }
}

/* What never changes may be sent along, as it is. */
static void check_fixed(const struct checking *c, const struct piece_column *column)
{
    const struct json *value = given(c, column);
    if (c->own == NULL || value == NULL || (column->rules & PIECE_FIXED) == 0) {
        return;
    }
    struct str is = will_be(c, column->name);
    const struct json *row = json_get(c->own->row, column->stored);
    struct str was = row == NULL || row->type == JSON_NULL ? STR_EMPTY : row->text;
    struct uuid a;
    struct uuid b;
    bool same = str_eq(is, was) || (uuid_parse(is, &a) && uuid_parse(was, &b) && uuid_eq(&a, &b));
    if (!same) {
        REPORT(c, c->info->invalid, "%s cannot be changed", column->name);
    }
}

/* ---- rules of a kind ---- */

/* The field in a column, when there is one that is right so far. */
static const struct field *field_in(const struct checking *c, const char *name)
{
    struct uuid id;
    const struct field *field = id_will_be(c, name, &id) ? catalogue_field(c->catalogue, &id) : NULL;
    return field != NULL && (c->object == NULL || field->object == c->object) ? field : NULL;
}

static void check_calendar(const struct checking *c, bool is_calendar)
{
    static const char *const names[] = {"calendarFieldMetadataId", "calendarEndFieldMetadataId"};
    struct uuid id;
    if (is_calendar && !id_will_be(c, names[0], &id)) {
        REPORT(c, c->info->invalid,
               "A calendar view needs calendarFieldMetadataId, the date that records are shown at");
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct field *field = field_in(c, names[i]);
        if (field != NULL && field->type != FIELD_DATE && field->type != FIELD_DATE_TIME) {
            REPORT(c, c->info->invalid, "%s: the field \"%.*s\" is no date", names[i], STR_ARG(field->name));
        } else if (field != NULL && !field->active) {
            REPORT(c, c->info->invalid, "%s: the field \"%.*s\" is not active", names[i], STR_ARG(field->name));
        }
    }
}

static void check_view(const struct checking *c)
{
    struct str type = will_be(c, "type");
    const struct field *group = field_in(c, "mainGroupByFieldMetadataId");
    bool kanban = str_starts_with(type, STR("KANBAN"));
    struct uuid id;
    if (str_is(type, "KANBAN") && !id_will_be(c, "mainGroupByFieldMetadataId", &id)) {
        REPORT(c, c->info->invalid,
               "A kanban view needs mainGroupByFieldMetadataId, the SELECT whose options are its columns");
    }
    check_calendar(c, str_starts_with(type, STR("CALENDAR")));
    if (group != NULL && !group->active) {
        REPORT(c, c->info->invalid, "mainGroupByFieldMetadataId: the field \"%.*s\" is not active",
               STR_ARG(group->name));
    } else if (group != NULL && kanban && group->type != FIELD_SELECT) {
        REPORT(c, c->info->invalid,
               "mainGroupByFieldMetadataId: a kanban's columns are the options of a SELECT, and "
               "the field \"%.*s\" is none",
               STR_ARG(group->name));
    }
}

static bool has_sub_field(const struct field *field, struct str name)
{
    const struct field_type_info *type = &field_types[field->type];
    for (size_t i = 0; i < type->sub_count; i++) {
        if (str_is(name, type->subs[i].name)) {
            return true;
        }
    }
    return type->relation; /* then it is a field of the target */
}

static void check_sub_field(const struct checking *c)
{
    struct str name = will_be(c, "subFieldName");
    const struct field *field = field_in(c, "fieldMetadataId");
    if (name.len > 0 && field != NULL && !has_sub_field(field, name)) {
        REPORT(c, c->info->invalid, "subFieldName: the field \"%.*s\" of type %s has no sub-field \"%.*s\"",
               STR_ARG(field->name), field_types[field->type].name, STR_ARG(str_cut(name, 80)));
    }
}

static void check_filter(const struct checking *c)
{
    struct uuid id;
    const struct field *field = field_in(c, "fieldMetadataId");
    const struct field *target =
        id_will_be(c, "relationTargetFieldMetadataId", &id) ? catalogue_field(c->catalogue, &id) : NULL;
    check_sub_field(c);
    if (field != NULL && target != NULL && field->target != target->object) {
        REPORT(c, c->info->invalid, "relationTargetFieldMetadataId: the field \"%.*s\" leads to no object with it",
               STR_ARG(field->name));
    }
}

/* Groups within groups end somewhere. */
static void check_circle(const struct checking *c)
{
    struct uuid id;
    bool there = id_will_be(c, "parentViewFilterGroupId", &id);
    for (size_t steps = 0; there && steps <= c->fact_count; steps++) {
        if (uuid_eq(&id, &c->op->id)) {
            REPORT(c, c->info->invalid, "parentViewFilterGroupId: a group cannot be within itself");
            return;
        }
        const struct piece_fact *fact = fact_of(c, PIECE_VIEW_FILTER_GROUP, &id);
        const struct json *parent = fact == NULL ? NULL : json_get(fact->row, "parent_group_id");
        there = json_is(parent, JSON_STRING) && uuid_parse(parent->text, &id);
    }
}

static void check_names(const struct checking *c)
{
    for (size_t i = 0; i < c->info->column_count; i++) {
        const struct piece_column *column = &c->info->columns[i];
        const struct json *value = given(c, column);
        if ((column->rules & PIECE_NAMED) != 0 && value != NULL && str_trim(value->text).len == 0) {
            REPORT(c, c->info->invalid, "%s: it should not be empty", column->name);
        }
    }
}

static void check_grid(const struct checking *c)
{
    const struct json *grid = json_get(c->op->input, "gridPosition");
    static const char *const names[] = {"row", "column", "rowSpan", "columnSpan"};
    bool good = grid == NULL || grid->type == JSON_OBJECT;
    for (size_t i = 0; good && grid != NULL && i < ARRAY_LEN(names); i++) {
        good = json_is(json_get(grid, names[i]), JSON_NUMBER);
    }
    if (!good) {
        REPORT(c, c->info->invalid, "gridPosition must be an object with row, column, rowSpan and columnSpan");
    }
}

void check_meaning(struct checking *c)
{
    place(c);
    check_names(c);
    for (size_t i = 0; i < c->info->column_count; i++) {
        check_fixed(c, &c->info->columns[i]);
        check_link(c, &c->info->columns[i]);
    }
    switch (c->change->kind) {
    case PIECE_VIEW: check_view(c); return;
    case PIECE_VIEW_FILTER: check_filter(c); return;
    case PIECE_VIEW_SORT: check_sub_field(c); return;
    case PIECE_VIEW_FILTER_GROUP: check_circle(c); return;
    case PIECE_PAGE_LAYOUT_WIDGET: check_grid(c); return;
    default: return;
    }
}
