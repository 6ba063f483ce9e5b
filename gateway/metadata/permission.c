#include "gateway/metadata/permission.h"

#include "common/base/strbuf.h"
#include "common/text/uuid.h"

enum { FLAG_NAME_MAX = 60 };

struct reading {
    const struct catalogue *catalogue;
    struct strbuf out;
    struct err *err;
};

struct member {
    const char *given;  /* in the input */
    const char *column; /* in the database */
};

static bool bad_id(struct err *err, const char *name)
{
    return err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "%s must be a UUID", name);
}

static bool read_list(const struct json *input, const char *name, const struct json **out, struct err *err)
{
    const struct json *list = json_get(input, name);
    if (!json_is(list, JSON_ARRAY)) {
        (void)err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "%s must be a list", name);
        return false;
    }
    if (list->count > PERMISSIONS_MAX) {
        (void)err_fail_tag(err, ERR_INVALID, "INVALID_INPUT", "%s may have %d items at most", name, PERMISSIONS_MAX);
        return false;
    }
    *out = list;
    return true;
}

static bool read_object(struct reading *r, const struct json *item, const char *system_tag, const struct object **out)
{
    struct uuid id;
    const struct json *given = json_get(item, "objectMetadataId");
    if (!json_is(given, JSON_STRING) || !uuid_parse(given->text, &id)) {
        (void)bad_id(r->err, "objectMetadataId");
        return false;
    }
    *out = catalogue_object(r->catalogue, &id);
    if (*out == NULL) {
        (void)err_fail_tag(r->err, ERR_NOT_FOUND, "OBJECT_METADATA_NOT_FOUND", "Object with id %.*s not found",
                           STR_ARG(given->text));
        return false;
    }
    return !(*out)->system || err_fail_tag(r->err, ERR_FORBIDDEN, system_tag,
                                           "The object %.*s is a system object: permissions cannot be set on it",
                                           STR_ARG((*out)->name_singular));
}

static void put_begin(struct reading *r, const struct object *object)
{
    strbuf_puts(&r->out, r->out.len == 1 ? "{\"object_id\":\"" : ",{\"object_id\":\"");
    uuid_put(&r->out, &object->id);
    strbuf_put_char(&r->out, '"');
}

/* true, false or null; what is absent is left out. */
static bool put_member(struct reading *r, const struct json *item, struct member member)
{
    const struct json *given = json_get(item, member.given);
    if (given == NULL) {
        return true;
    }
    if (given->type != JSON_NULL && given->type != JSON_TRUE && given->type != JSON_FALSE) {
        return err_fail_tag(r->err, ERR_INVALID, "INVALID_INPUT", "%s must be a boolean value or null", member.given);
    }
    strbuf_printf(&r->out, ",\"%s\":%s", member.column,
                  given->type == JSON_NULL   ? "null"
                  : given->type == JSON_TRUE ? "true"
                                             : "false");
    return true;
}

static bool read_object_permission(struct reading *r, const struct json *item)
{
    static const struct member members[] = {{"canReadObjectRecords", "can_read"},
                                            {"canUpdateObjectRecords", "can_update"},
                                            {"canSoftDeleteObjectRecords", "can_soft_delete"},
                                            {"canDestroyObjectRecords", "can_destroy"}};
    const struct object *object = NULL;
    if (!read_object(r, item, "CANNOT_ADD_OBJECT_PERMISSION_ON_SYSTEM_OBJECT", &object)) {
        return false;
    }
    put_begin(r, object);
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        if (!put_member(r, item, members[i])) {
            return false;
        }
    }
    strbuf_put_char(&r->out, '}');
    return true;
}

static bool read_field(struct reading *r, const struct json *item, const struct object *object,
                       const struct field **out)
{
    struct uuid id;
    const struct json *given = json_get(item, "fieldMetadataId");
    if (!json_is(given, JSON_STRING) || !uuid_parse(given->text, &id)) {
        (void)bad_id(r->err, "fieldMetadataId");
        return false;
    }
    *out = catalogue_field(r->catalogue, &id);
    if (*out == NULL || (*out)->object != object) {
        (void)err_fail_tag(r->err, ERR_NOT_FOUND, "FIELD_METADATA_NOT_FOUND", "Field with id %.*s not found on %.*s",
                           STR_ARG(given->text), STR_ARG(object->name_singular));
        return false;
    }
    return true;
}

static bool is_true(const struct json *item, const char *name)
{
    return json_is(json_get(item, name), JSON_TRUE);
}

static bool put_field(struct reading *r, const struct json *item, const struct field *field, bool mirror)
{
    put_begin(r, field->object);
    strbuf_puts(&r->out, ",\"field_id\":\"");
    uuid_put(&r->out, &field->id);
    strbuf_puts(&r->out, mirror ? "\",\"mirror\":true" : "\"");
    bool put = put_member(r, item, (struct member){"canReadFieldValue", "can_read"}) &&
               put_member(r, item, (struct member){"canUpdateFieldValue", "can_update"});
    strbuf_put_char(&r->out, '}');
    return put;
}

static bool read_field_permission(struct reading *r, const struct json *item)
{
    const struct object *object = NULL;
    const struct field *field = NULL;
    if (!read_object(r, item, "CANNOT_ADD_FIELD_PERMISSION_ON_SYSTEM_OBJECT", &object) ||
        !read_field(r, item, object, &field)) {
        return false;
    }
    if (is_true(item, "canReadFieldValue") || is_true(item, "canUpdateFieldValue")) {
        return err_fail_tag(r->err, ERR_INVALID, "ONLY_FIELD_RESTRICTION_ALLOWED",
                            "Fields can only be restricted: false takes away, null gives back what the object allows");
    }
    if (field == object->id_column->field && json_is(json_get(item, "canReadFieldValue"), JSON_FALSE)) {
        return err_fail_tag(r->err, ERR_INVALID, "INVALID_INPUT", "The id of a record cannot be hidden");
    }
    return put_field(r, item, field, false) && (field->inverse == NULL || put_field(r, item, field->inverse, true));
}

static bool read_items(struct arena *arena, struct reading *r, const struct json *list,
                       bool (*read_item)(struct reading *r, const struct json *item), struct str *out)
{
    bool good = true;
    strbuf_put_char(&r->out, '[');
    JSON_EACH(item, list)
    {
        good = good && read_item(r, item);
    }
    strbuf_put_char(&r->out, ']');
    if (good) {
        *out = arena_copy(arena, strbuf_str(&r->out));
    }
    strbuf_release(&r->out);
    return good;
}

bool object_permissions_read(struct arena *arena, const struct catalogue *catalogue, const struct json *input,
                             struct str *out, struct err *err)
{
    struct reading reading = {.catalogue = catalogue, .err = err};
    const struct json *list = NULL;
    return read_list(input, "objectPermissions", &list, err) &&
           read_items(arena, &reading, list, read_object_permission, out);
}

bool field_permissions_read(struct arena *arena, const struct catalogue *catalogue, const struct json *input,
                            struct str *out, struct err *err)
{
    struct reading reading = {.catalogue = catalogue, .err = err};
    const struct json *list = NULL;
    return read_list(input, "fieldPermissions", &list, err) &&
           read_items(arena, &reading, list, read_field_permission, out);
}

static bool is_flag_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((text.ptr[i] < 'A' || text.ptr[i] > 'Z') && text.ptr[i] != '_') {
            return false;
        }
    }
    return text.len > 0 && text.len <= FLAG_NAME_MAX;
}

static bool read_flag(struct reading *r, const struct json *item)
{
    if (!json_is(item, JSON_STRING) || !is_flag_name(item->text)) {
        struct str shown = json_is(item, JSON_STRING) ? str_cut(item->text, FLAG_NAME_MAX) : STR_EMPTY;
        return err_fail_tag(r->err, ERR_INVALID, "INVALID_SETTING", "There is no permission flag \"%.*s\"",
                            STR_ARG(shown));
    }
    strbuf_printf(&r->out, "%s\"%.*s\"", r->out.len == 1 ? "" : ",", STR_ARG(item->text));
    return true;
}

bool role_flags_read(struct arena *arena, const struct json *input, struct str *out, struct err *err)
{
    struct reading reading = {.err = err};
    const struct json *list = NULL;
    return read_list(input, "permissionFlagKeys", &list, err) && read_items(arena, &reading, list, read_flag, out);
}
