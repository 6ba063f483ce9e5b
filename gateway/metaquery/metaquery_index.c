/*
 * Indexes and what is searched, as the contract's types have them. They follow from the fields, so they have no rows
 * and no ids of their own: an id is made from the field's.
 */
#include "gateway/ddl/ddl.h"
#include "gateway/metaquery/metaquery_inner.h"

struct index {
    struct uuid id;
    const struct field *field;
    struct str name;
    struct str where; /* empty: all records */
    bool unique;
};

static struct uuid derived(const struct uuid *id, uint8_t mark)
{
    struct uuid made = *id;
    made.bytes[0] ^= 0xa5;
    made.bytes[15] ^= mark;
    return made;
}

/* At most DDL_INDEXES_MAX. */
static size_t indexes_of(struct putting *p, const struct field *field, struct index *out)
{
    struct ddl_index made[DDL_INDEXES_MAX];
    struct str columns[DDL_SEARCH_MAX];
    bool searched = field->type == FIELD_TS_VECTOR && ddl_search_columns(field->object, columns) > 0;
    size_t count = ddl_field_indexes(p->arena, field, searched, made);
    for (size_t i = 0; i < count; i++) {
        size_t at = str_find_str(made[i].shape, STR(" where "));
        out[i] = (struct index){.id = derived(&field->id, (uint8_t)(i + 1)),
                                .field = field,
                                .name = made[i].name,
                                .where = str_slice(made[i].shape, at + sizeof " where " - 1, made[i].shape.len),
                                .unique = made[i].unique};
    }
    return count;
}

static const struct index *all_indexes(struct putting *p, const struct object *object, size_t *count)
{
    struct index *indexes = ARENA_ARRAY(p->arena, struct index, object->field_count * DDL_INDEXES_MAX + 1);
    *count = 0;
    for (size_t i = 0; i < object->field_count; i++) {
        *count += indexes_of(p, &object->fields[i], &indexes[*count]);
    }
    return indexes;
}

static void put_index_field(struct putting *p, const struct gql_selected *first, const struct index *index,
                            const struct column *column, size_t order)
{
    struct members members = {first, true};
    const struct gql_selected *member;
    struct uuid id = derived(&index->id, (uint8_t)(16 + order));
    while ((member = next_member(p, &members)) != NULL) {
        switch ((enum metadata_role)member->field->role) {
        case META_ID: answer_uuid(p, &id); break;
        case META_FIELD_ID: answer_uuid(p, &index->field->id); break;
        case META_ORDER: strbuf_put_uint(p->out, order); break;
        case META_SUB_FIELD:
            answer_some(p, column == NULL || column->sub == NULL ? STR_EMPTY : str_from(column->sub->name));
            break;
        case META_CREATED_AT: answer_time(p, index->field->created_us); break;
        default: answer_time(p, index->field->updated_us); break;
        }
    }
}

static void put_index_fields(struct putting *p, const struct gql_selected *selected, const struct index *index)
{
    const struct field *field = index->field;
    size_t order = 0;
    strbuf_put_char(p->out, '[');
    for (size_t i = 0; i < field->column_count; i++) {
        const struct column *column = &field->columns[i];
        if (column->sub == NULL || column->sub->in_unique) {
            strbuf_puts(p->out, order == 0 ? "" : ",");
            put_index_field(p, selected->first, index, column, order++);
        }
    }
    if (field->type == FIELD_TS_VECTOR) {
        put_index_field(p, selected->first, index, NULL, 0);
    }
    strbuf_put_char(p->out, ']');
}

static bool put_index(struct putting *p, const struct gql_selected *first, const void *item)
{
    const struct index *index = item;
    struct members members = {first, true};
    const struct gql_selected *member;
    while ((member = next_member(p, &members)) != NULL) {
        switch ((enum metadata_role)member->field->role) {
        case META_ID: answer_uuid(p, &index->id); break;
        case META_NAME: answer_text(p, index->name); break;
        case META_IS_CUSTOM: answer_flag(p, !index->field->standard); break;
        case META_IS_UNIQUE: answer_flag(p, index->unique); break;
        case META_WHERE: answer_some(p, index->where); break;
        case META_INDEX_TYPE: answer_text(p, index->field->type == FIELD_TS_VECTOR ? STR("GIN") : STR("BTREE")); break;
        case META_CREATED_AT: answer_time(p, index->field->created_us); break;
        case META_UPDATED_AT: answer_time(p, index->field->updated_us); break;
        default: put_index_fields(p, member, index); break;
        }
    }
    return true;
}

bool put_index_list(struct putting *p, const struct gql_selected *selected, const struct object *object)
{
    size_t count = 0;
    const struct index *indexes = all_indexes(p, object, &count);
    strbuf_put_char(p->out, '[');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(p->out, i == 0 ? "" : ",");
        (void)put_index(p, selected->first, &indexes[i]);
    }
    strbuf_put_char(p->out, ']');
    return true;
}

static bool index_flag(const void *item, enum metadata_role role)
{
    (void)role;
    return !((const struct index *)item)->field->standard;
}

static struct uuid index_id(const void *item, enum metadata_role role)
{
    (void)role;
    return ((const struct index *)item)->id;
}

bool put_index_connection(struct putting *p, const struct gql_selected *selected, const struct object *object)
{
    static const struct filtered filtered = {index_flag, index_id};
    const struct gql_datum *filter = gql_selected_argument(selected, "filter");
    size_t count = 0;
    size_t kept = 0;
    const struct index *indexes = all_indexes(p, object, &count);
    struct listed *items = ARENA_ARRAY(p->arena, struct listed, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (filter_passes(&filtered, &indexes[i], filter)) {
            items[kept++] = (struct listed){indexes[i].id, &indexes[i]};
        }
    }
    struct window window;
    return page_read(p, selected, items, kept, &window) && put_connection(p, selected, &window, put_index);
}

static void put_search_field(struct putting *p, const struct gql_selected *first, const struct field *field,
                             const struct field *vector, size_t order)
{
    struct members members = {first, true};
    const struct gql_selected *member;
    struct uuid id = derived(&field->id, 8);
    while ((member = next_member(p, &members)) != NULL) {
        switch ((enum metadata_role)member->field->role) {
        case META_ID: answer_uuid(p, &id); break;
        case META_FIELD_ID: answer_uuid(p, &field->id); break;
        case META_VECTOR_FIELD: answer_uuid(p, &vector->id); break;
        case META_ORDER: strbuf_put_uint(p->out, order); break;
        case META_CREATED_AT: answer_time(p, field->created_us); break;
        default: answer_time(p, field->updated_us); break;
        }
    }
}

bool put_search_fields(struct putting *p, const struct gql_selected *selected, const struct object *object)
{
    const struct field *vector = ddl_search_field(object);
    size_t order = 0;
    strbuf_put_char(p->out, '[');
    for (size_t i = 0; vector != NULL && i < object->field_count; i++) {
        if (object->fields[i].searchable) {
            strbuf_puts(p->out, order == 0 ? "" : ",");
            put_search_field(p, selected->first, &object->fields[i], vector, order++);
        }
    }
    strbuf_put_char(p->out, ']');
    return true;
}
