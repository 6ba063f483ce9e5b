/* Objects, fields and relations, as they were selected (contract/metadata 2.3). */
#include "common/text/json_write.h"
#include "common/text/timestamp.h"
#include "gateway/metadata/show.h"
#include "gateway/metaquery/metaquery_inner.h"

void answer_text(struct putting *p, struct str text)
{
    json_put_string(p->out, text);
}

void answer_some(struct putting *p, struct str text)
{
    if (text.len == 0) {
        strbuf_puts(p->out, "null");
    } else {
        answer_text(p, text);
    }
}

void answer_flag(struct putting *p, bool value)
{
    strbuf_puts(p->out, value ? "true" : "false");
}

void answer_uuid(struct putting *p, const struct uuid *id)
{
    strbuf_put_char(p->out, '"');
    uuid_put(p->out, id);
    strbuf_put_char(p->out, '"');
}

void answer_time(struct putting *p, int64_t us)
{
    strbuf_put_char(p->out, '"');
    timestamp_put(p->out, us);
    strbuf_put_char(p->out, '"');
}

static void put_some_id(struct putting *p, const struct field *field)
{
    if (field == NULL) {
        strbuf_puts(p->out, "null");
    } else {
        answer_uuid(p, &field->id);
    }
}

const struct gql_selected *next_member(struct putting *p, struct members *members)
{
    for (;;) {
        const struct gql_selected *member = members->next;
        if (member == NULL) {
            strbuf_puts(p->out, members->first ? "{}" : "}");
            return NULL;
        }
        strbuf_puts(p->out, members->first ? "{\"" : ",\"");
        strbuf_put(p->out, member->key);
        strbuf_puts(p->out, "\":");
        members->first = false;
        members->next = member->next;
        if (member->field != &gql_typename_field) {
            return member;
        }
        answer_text(p, member->parent->name);
    }
}

bool field_is_editable(const struct field *field)
{
    return field->ui_editable;
}

struct uuid owner_of(const struct catalogue *catalogue, bool standard)
{
    return standard ? catalogue->application_standard_id : catalogue->application_custom_id;
}

/* ---- lists ---- */

static bool object_flag(const void *item, enum metadata_role role)
{
    const struct object *object = item;
    switch (role) {
    case META_IS_ACTIVE: return object->active;
    case META_IS_SEARCHABLE: return object->searchable;
    case META_IS_SYSTEM:
    case META_IS_UI_READ_ONLY: return object->system;
    case META_IS_UI_CREATABLE:
    case META_IS_UI_EDITABLE: return !object->system;
    default: return false; /* isRemote */
    }
}

static struct uuid object_id(const void *item, enum metadata_role role)
{
    const struct object *object = item;
    return role == META_UNIVERSAL_ID ? object->universal_id : object->id;
}

static bool field_flag(const void *item, enum metadata_role role)
{
    const struct field *field = item;
    switch (role) {
    case META_IS_ACTIVE: return field->active;
    case META_IS_SYSTEM: return field->system;
    case META_IS_UI_EDITABLE: return field_is_editable(field);
    default: return !field_is_editable(field);
    }
}

static struct uuid field_id(const void *item, enum metadata_role role)
{
    const struct field *field = item;
    return role == META_OBJECT_ID ? field->object->id : field->id;
}

static const struct filtered filtered_objects = {object_flag, object_id};
static const struct filtered filtered_fields = {field_flag, field_id};

static bool put_object_item(struct putting *p, const struct gql_selected *first, const void *item)
{
    return put_object(p, first, item);
}

static bool put_field_item(struct putting *p, const struct gql_selected *first, const void *item)
{
    return put_field(p, first, item);
}

static bool put_objects(struct putting *p, const struct gql_selected *selected)
{
    const struct catalogue *catalogue = p->catalogue;
    const struct gql_datum *filter = gql_selected_argument(selected, "filter");
    struct listed *items = ARENA_ARRAY(p->arena, struct listed, catalogue->object_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < catalogue->object_count; i++) {
        const struct object *object = &catalogue->objects[i];
        if (filter_passes(&filtered_objects, object, filter)) {
            items[count++] = (struct listed){object->id, object};
        }
    }
    struct window window;
    return page_read(p, selected, items, count, &window) && put_connection(p, selected, &window, put_object_item);
}

static bool put_fields(struct putting *p, const struct gql_selected *selected, const struct field *fields,
                       size_t field_count)
{
    const struct gql_datum *filter = gql_selected_argument(selected, "filter");
    struct listed *items = ARENA_ARRAY(p->arena, struct listed, field_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < field_count; i++) {
        if (filter_passes(&filtered_fields, &fields[i], filter)) {
            items[count++] = (struct listed){fields[i].id, &fields[i]};
        }
    }
    struct window window;
    return page_read(p, selected, items, count, &window) && put_connection(p, selected, &window, put_field_item);
}

static bool put_fields_list(struct putting *p, const struct gql_selected *selected, const struct object *object)
{
    strbuf_put_char(p->out, '[');
    for (size_t i = 0; i < object->field_count && !p->out->overflowed; i++) {
        strbuf_puts(p->out, i == 0 ? "" : ",");
        if (!put_field(p, selected->first, &object->fields[i])) {
            return false;
        }
    }
    strbuf_put_char(p->out, ']');
    return true;
}

/* ---- objects ---- */

static void put_object_text(struct putting *p, enum metadata_role role, const struct object *object)
{
    switch (role) {
    case META_NAME_SINGULAR: answer_text(p, object->name_singular); return;
    case META_NAME_PLURAL: answer_text(p, object->name_plural); return;
    case META_LABEL_SINGULAR: answer_text(p, object->label_singular); return;
    case META_LABEL_PLURAL: answer_text(p, object->label_plural); return;
    case META_DESCRIPTION: answer_some(p, object->description); return;
    case META_ICON: answer_some(p, object->icon); return;
    case META_SHORTCUT: answer_some(p, object->shortcut); return;
    case META_COLOR: answer_some(p, object->color); return;
    case META_OPEN_RECORD_IN: answer_text(p, object->open_record_in); return;
    case META_READABILITY: answer_text(p, object->readability); return;
    case META_WRITABILITY: answer_text(p, STR("OPEN")); return;
    case META_READABILITY_PARENTS: strbuf_puts(p->out, "null"); return;
    default: answer_flag(p, object_flag(object, role)); return;
    }
}

static bool put_object_member(struct putting *p, const struct gql_selected *member, const struct object *object)
{
    enum metadata_role role = (enum metadata_role)member->field->role;
    struct uuid owner = owner_of(p->catalogue, object->standard);
    switch (role) {
    case META_ID: answer_uuid(p, &object->id); return true;
    case META_UNIVERSAL_ID: answer_uuid(p, &object->universal_id); return true;
    case META_APPLICATION_ID: answer_uuid(p, &owner); return true;
    case META_CREATED_AT: answer_time(p, object->created_us); return true;
    case META_UPDATED_AT: answer_time(p, object->updated_us); return true;
    case META_IS_LABEL_SYNCED: answer_flag(p, object->label_synced); return true;
    case META_LABEL_IDENTIFIER: put_some_id(p, object->label_identifier); return true;
    case META_IMAGE_IDENTIFIER: put_some_id(p, object->image_identifier); return true;
    case META_CRITERIA: show_json(p->out, object->criteria_json); return true;
    case META_OBJECT_FIELDS: return put_fields(p, member, object->fields, object->field_count);
    case META_OBJECT_FIELDS_LIST: return put_fields_list(p, member, object);
    case META_INDEXES: return put_index_connection(p, member, object);
    case META_INDEX_LIST: return put_index_list(p, member, object);
    case META_SEARCH_FIELDS: return put_search_fields(p, member, object);
    default: put_object_text(p, role, object); return true;
    }
}

/* A nested field whose arguments do not fit fails the root field. */
static bool fits(struct putting *p, const struct gql_selected *member)
{
    if (member->error == NULL) {
        return true;
    }
    p->fault = member;
    return err_fail_tag(p->err, ERR_INVALID, "BAD_USER_INPUT", "%.*s", STR_ARG(member->error->message));
}

bool put_object(struct putting *p, const struct gql_selected *first, const struct object *object)
{
    struct members members = {first, true};
    const struct gql_selected *member;
    while ((member = next_member(p, &members)) != NULL) {
        if (!fits(p, member) || !put_object_member(p, member, object)) {
            return false;
        }
    }
    return true;
}

/* ---- relations ---- */

static const struct field *other_side(const struct field *field)
{
    return field->side == RELATION_NONE || field->target == NULL ? NULL : field->inverse;
}

static bool put_relation(struct putting *p, const struct gql_selected *first, const struct field *field)
{
    struct members members = {first, true};
    const struct gql_selected *member;
    bool good = true;
    while (good && (member = next_member(p, &members)) != NULL) {
        switch ((enum metadata_role)member->field->role) {
        case META_RELATION_TYPE:
            answer_text(p, field->side == RELATION_MANY_TO_ONE ? STR("MANY_TO_ONE") : STR("ONE_TO_MANY"));
            break;
        case META_SOURCE_OBJECT: good = put_object(p, member->first, field->object); break;
        case META_TARGET_OBJECT: good = put_object(p, member->first, field->target); break;
        case META_SOURCE_FIELD: good = put_field(p, member->first, field); break;
        default: good = put_field(p, member->first, other_side(field)); break;
        }
    }
    return good;
}

static bool put_own_relation(struct putting *p, const struct gql_selected *member, const struct field *field)
{
    if (field->type != FIELD_RELATION || other_side(field) == NULL) {
        strbuf_puts(p->out, "null");
        return true;
    }
    return put_relation(p, member->first, field);
}

/* Of one morph relation there are as many fields as there are targets. */
static bool put_morph_relations(struct putting *p, const struct gql_selected *member, const struct field *field)
{
    size_t count = 0;
    if (field->type != FIELD_MORPH_RELATION) {
        strbuf_puts(p->out, "null");
        return true;
    }
    strbuf_put_char(p->out, '[');
    for (size_t i = 0; i < field->object->field_count && !p->out->overflowed; i++) {
        const struct field *one = &field->object->fields[i];
        if (one->type != FIELD_MORPH_RELATION || !uuid_eq(&one->morph_id, &field->morph_id) ||
            other_side(one) == NULL) {
            continue;
        }
        strbuf_puts(p->out, count++ == 0 ? "" : ",");
        if (!put_relation(p, member->first, one)) {
            return false;
        }
    }
    strbuf_put_char(p->out, ']');
    return true;
}

/* ---- fields ---- */

static void put_field_fact(struct putting *p, enum metadata_role role, const struct field *field)
{
    switch (role) {
    case META_NAME: answer_text(p, field->name); return;
    case META_LABEL: answer_text(p, field->label); return;
    case META_DESCRIPTION: answer_some(p, field->description); return;
    case META_ICON: answer_some(p, field->icon); return;
    case META_TYPE: answer_text(p, str_from(field_types[field->type].name)); return;
    case META_WRITABILITY: answer_text(p, field->type == FIELD_TS_VECTOR ? STR("SYSTEM") : STR("OPEN")); return;
    case META_IS_NULLABLE: answer_flag(p, field->nullable); return;
    case META_IS_UNIQUE: answer_flag(p, field->unique); return;
    case META_IS_SEARCHABLE: answer_flag(p, field->searchable); return;
    case META_IS_AUDIT_LOGGED: answer_flag(p, field->audit_logged); return;
    case META_IS_LABEL_SYNCED: answer_flag(p, field->label_synced); return;
    case META_DEFAULT: show_json(p->out, field->default_json); return;
    case META_OPTIONS: show_json(p->out, field->options_json); return;
    case META_SETTINGS: show_json(p->out, field->settings_json); return;
    default: answer_flag(p, field_flag(field, role)); return;
    }
}

static bool put_field_member(struct putting *p, const struct gql_selected *member, const struct field *field)
{
    enum metadata_role role = (enum metadata_role)member->field->role;
    struct uuid owner = owner_of(p->catalogue, field->standard);
    switch (role) {
    case META_ID: answer_uuid(p, &field->id); return true;
    case META_UNIVERSAL_ID: answer_uuid(p, &field->universal_id); return true;
    case META_APPLICATION_ID: answer_uuid(p, &owner); return true;
    case META_OBJECT_ID: answer_uuid(p, &field->object->id); return true;
    case META_CREATED_AT: answer_time(p, field->created_us); return true;
    case META_UPDATED_AT: answer_time(p, field->updated_us); return true;
    case META_MORPH_ID:
        if (uuid_is_nil(&field->morph_id)) {
            strbuf_puts(p->out, "null");
        } else {
            answer_uuid(p, &field->morph_id);
        }
        return true;
    case META_OF_OBJECT: return put_object(p, member->first, field->object);
    case META_RELATION: return put_own_relation(p, member, field);
    case META_MORPH_RELATIONS: return put_morph_relations(p, member, field);
    default: put_field_fact(p, role, field); return true;
    }
}

bool put_field(struct putting *p, const struct gql_selected *first, const struct field *field)
{
    struct members members = {first, true};
    const struct gql_selected *member;
    while ((member = next_member(p, &members)) != NULL) {
        if (!fits(p, member) || !put_field_member(p, member, field)) {
            return false;
        }
    }
    return true;
}

/* ---- roots ---- */

static bool put_one(struct putting *p, const struct gql_selected *root, bool object, const struct uuid *id)
{
    const struct object *found_object = object ? catalogue_object(p->catalogue, id) : NULL;
    const struct field *found_field = object ? NULL : catalogue_field(p->catalogue, id);
    char text[UUID_TEXT_LEN];
    if (found_object != NULL) {
        return put_object(p, root->first, found_object);
    }
    if (found_field != NULL) {
        return put_field(p, root->first, found_field);
    }
    uuid_print(id, text);
    return err_fail_tag(p->err, ERR_NOT_FOUND, object ? "OBJECT_METADATA_NOT_FOUND" : "FIELD_METADATA_NOT_FOUND",
                        "Unable to find %s with id: %.*s", object ? "ObjectMetadataEntity" : "FieldMetadataEntity",
                        UUID_TEXT_LEN, text);
}

static bool put_root(struct putting *p, const struct metaquery *query)
{
    switch (query->role) {
    case META_OBJECTS: return put_objects(p, query->root);
    case META_FIELDS: return put_fields(p, query->root, p->catalogue->fields, p->catalogue->field_count);
    case META_OBJECT: return put_one(p, query->root, true, &query->id);
    default: return put_one(p, query->root, false, &query->id);
    }
}

bool metaquery_put_model(struct strbuf *out, struct arena *arena, const struct catalogue *catalogue,
                         struct metaquery *query, struct err *err)
{
    struct putting putting = {.out = out, .arena = arena, .catalogue = catalogue, .err = err};
    bool good = put_root(&putting, query);
    query->fault = putting.fault;
    return good;
}

bool metaquery_put_changed(struct strbuf *out, struct arena *arena, const struct catalogue *catalogue,
                           struct metaquery *query, const struct uuid *ids, struct err *err)
{
    struct putting putting = {.out = out, .arena = arena, .catalogue = catalogue, .err = err};
    bool list = query->role == META_UPDATE_OBJECTS;
    bool good = true;
    strbuf_puts(out, list ? "[" : "");
    for (size_t i = 0; i < query->op_count && good; i++) {
        strbuf_puts(out, i == 0 ? "" : ",");
        good = put_one(&putting, query->root, query->ops[i].kind == MODEL_OBJECT, &ids[i]);
    }
    strbuf_puts(out, list ? "]" : "");
    query->fault = putting.fault;
    return good;
}
