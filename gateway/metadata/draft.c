#include "gateway/metadata/draft.h"
#include "common/crypto/digest.h"
#include "common/text/json_write.h"
#include "gateway/metadata/names.h"
#include <stdarg.h>
#include <stdio.h>

static const struct json_limits json_limits = {.max_depth = 64, .max_nodes = 100000};

/* ---- rows ---- */

static void *grow(struct draft *draft, void *old, size_t count, size_t capacity, size_t size)
{
    void *grown = arena_array(draft->arena, capacity, size);
    if (count > 0) {
        memcpy(grown, old, count * size);
    }
    return grown;
}

static void make_room(struct draft *draft)
{
    if (draft->object_count == draft->object_capacity) {
        size_t more = draft->object_capacity + draft->object_capacity / 2 + 8;
        draft->objects = grow(draft, draft->objects, draft->object_count, more, sizeof *draft->objects);
        draft->object_notes = grow(draft, draft->object_notes, draft->object_count, more, sizeof *draft->object_notes);
        draft->object_capacity = more;
    }
    if (draft->field_count == draft->field_capacity) {
        size_t more = draft->field_capacity + draft->field_capacity / 2 + 32;
        draft->fields = grow(draft, draft->fields, draft->field_count, more, sizeof *draft->fields);
        draft->field_notes = grow(draft, draft->field_notes, draft->field_count, more, sizeof *draft->field_notes);
        draft->field_capacity = more;
    }
}

void draft_begin(struct draft *draft)
{
    const struct catalogue *before = draft->before;
    draft->object_capacity = before->object_count + 8;
    draft->field_capacity = before->field_count + 64;
    draft->objects = ARENA_ARRAY(draft->arena, struct object_row, draft->object_capacity);
    draft->object_notes = ARENA_ARRAY(draft->arena, struct draft_object, draft->object_capacity);
    draft->fields = ARENA_ARRAY(draft->arena, struct field_row, draft->field_capacity);
    draft->field_notes = ARENA_ARRAY(draft->arena, struct draft_field, draft->field_capacity);
    for (size_t i = 0; i < before->object_count; i++) {
        draft->objects[i] = object_row_of(&before->objects[i]);
        draft->object_notes[i] =
            (struct draft_object){.was = &before->objects[i], .first_new = NOWHERE, .last_new = NOWHERE};
    }
    for (size_t i = 0; i < before->field_count; i++) {
        draft->fields[i] = field_row_of(&before->fields[i]);
        draft->field_notes[i] = (struct draft_field){.was = &before->fields[i], .next_new = NOWHERE};
    }
    draft->object_count = before->object_count;
    draft->field_count = before->field_count;
}

struct uuid draft_fresh_id(struct draft *draft)
{
    uint8_t digest[SHA256_LEN];
    uint8_t bytes[sizeof draft->seed + sizeof draft->ids_given];
    draft->ids_given++;
    memcpy(bytes, draft->seed, sizeof draft->seed);
    memcpy(bytes + sizeof draft->seed, &draft->ids_given, sizeof draft->ids_given);
    sha256(str_of((const char *)bytes, sizeof bytes), digest);
    return uuid_v4(digest);
}

size_t draft_object_at(const struct draft *draft, const struct uuid *id)
{
    const struct object *was = catalogue_object(draft->before, id);
    size_t at = was == NULL ? draft->before->object_count : was->index;
    if (was == NULL) {
        while (at < draft->object_count && !uuid_eq(&draft->objects[at].id, id)) {
            at++;
        }
    }
    return at < draft->object_count && draft->object_notes[at].state != DRAFT_GONE ? at : NOWHERE;
}

size_t draft_field_at(const struct draft *draft, const struct uuid *id)
{
    const struct field *was = catalogue_field(draft->before, id);
    size_t at = was == NULL ? draft->before->field_count : (size_t)(was - draft->before->fields);
    if (was == NULL) {
        while (at < draft->field_count && !uuid_eq(&draft->fields[at].id, id)) {
            at++;
        }
    }
    return at < draft->field_count && draft->field_notes[at].state != DRAFT_GONE ? at : NOWHERE;
}

size_t draft_object_named(const struct draft *draft, struct str singular)
{
    for (size_t i = 0; i < draft->object_count; i++) {
        if (draft->object_notes[i].state != DRAFT_GONE && str_eq(draft->objects[i].name_singular, singular)) {
            return i;
        }
    }
    return NOWHERE;
}

static size_t step(const struct draft *draft, const struct draft_object *object, size_t at)
{
    size_t first = object->was == NULL || object->was->field_count == 0
                       ? NOWHERE
                       : (size_t)(object->was->fields - draft->before->fields);
    if (at == NOWHERE) {
        return first != NOWHERE ? first : object->first_new;
    }
    if (at >= draft->before->field_count) {
        return draft->field_notes[at].next_new;
    }
    return at + 1 < first + object->was->field_count ? at + 1 : object->first_new;
}

size_t draft_next_field(const struct draft *draft, size_t object, size_t at)
{
    do {
        at = step(draft, &draft->object_notes[object], at);
    } while (at != NOWHERE && draft->field_notes[at].state == DRAFT_GONE);
    return at;
}

size_t draft_field_named(const struct draft *draft, size_t object, struct str name)
{
    size_t at = draft_next_field(draft, object, NOWHERE);
    while (at != NOWHERE && !str_eq(draft->fields[at].name, name)) {
        at = draft_next_field(draft, object, at);
    }
    return at;
}

size_t draft_add_object(struct draft *draft, const struct object_row *row)
{
    make_room(draft);
    size_t at = draft->object_count++;
    draft->objects[at] = *row;
    draft->objects[at].created_us = draft->now_us;
    draft->objects[at].updated_us = draft->now_us;
    draft->object_notes[at] = (struct draft_object){.state = DRAFT_NEW, .first_new = NOWHERE, .last_new = NOWHERE};
    return at;
}

size_t draft_add_field(struct draft *draft, const struct field_row *row)
{
    size_t object = draft_object_at(draft, &row->object_id);
    double ordinal = -1;
    for (size_t i = draft_next_field(draft, object, NOWHERE); i != NOWHERE; i = draft_next_field(draft, object, i)) {
        ordinal = draft->fields[i].ordinal > ordinal ? draft->fields[i].ordinal : ordinal;
    }
    make_room(draft);
    size_t at = draft->field_count++;
    draft->fields[at] = *row;
    draft->fields[at].ordinal = ordinal + 1;
    draft->fields[at].created_us = draft->now_us;
    draft->fields[at].updated_us = draft->now_us;
    draft->field_notes[at] = (struct draft_field){.state = DRAFT_NEW, .next_new = NOWHERE};
    struct draft_object *note = &draft->object_notes[object];
    if (note->last_new == NOWHERE) {
        note->first_new = at;
    } else {
        draft->field_notes[note->last_new].next_new = at;
    }
    note->last_new = at;
    return at;
}

struct object_row *draft_edit_object(struct draft *draft, size_t at)
{
    struct draft_object *note = &draft->object_notes[at];
    note->state = note->state == DRAFT_KEPT ? DRAFT_CHANGED : note->state;
    draft->objects[at].updated_us = draft->now_us;
    return &draft->objects[at];
}

struct field_row *draft_edit_field(struct draft *draft, size_t at)
{
    struct draft_field *note = &draft->field_notes[at];
    note->state = note->state == DRAFT_KEPT ? DRAFT_CHANGED : note->state;
    draft->fields[at].updated_us = draft->now_us;
    return &draft->fields[at];
}

void draft_remove_object(struct draft *draft, size_t at)
{
    draft->object_notes[at].state = DRAFT_GONE;
}

void draft_remove_field(struct draft *draft, size_t at)
{
    draft->field_notes[at].state = DRAFT_GONE;
}

/* ---- fields as values ---- */

enum field_type draft_type(const struct field_row *row)
{
    enum field_type type = FIELD_TYPE_COUNT;
    return field_type_parse(row->type, &type) ? type : FIELD_TYPE_COUNT;
}

struct str draft_setting(struct draft *draft, struct str json, const char *key)
{
    struct err ignored;
    const struct json *settings = json.len == 0 ? NULL : json_parse(draft->arena, json, &json_limits, &ignored);
    const struct json *value = json_get(settings, key);
    return json_is(value, JSON_STRING) ? value->text : STR_EMPTY;
}

struct str draft_join(struct draft *draft, const struct field_row *row)
{
    const struct draft_field *note = row >= draft->fields && row < draft->fields + draft->field_count
                                         ? &draft->field_notes[row - draft->fields]
                                         : NULL;
    if (note != NULL && note->state == DRAFT_KEPT) {
        return note->was->side == RELATION_MANY_TO_ONE ? note->was->columns->name : STR_EMPTY;
    }
    enum field_type type = draft_type(row);
    bool relation = type != FIELD_TYPE_COUNT && field_types[type].relation;
    return relation ? draft_setting(draft, row->settings_json, "joinColumnName") : STR_EMPTY;
}

struct str draft_relation_settings(struct draft *draft, const char *type, struct str on_delete, struct str join,
                                   struct str junction)
{
    struct strbuf out = {0};
    strbuf_puts(&out, "{");
    if (on_delete.len > 0) {
        strbuf_printf(&out, "\"onDelete\":\"%.*s\",", STR_ARG(on_delete));
    }
    strbuf_printf(&out, "\"relationType\":\"%s\"", type);
    if (join.len > 0) {
        strbuf_printf(&out, ",\"joinColumnName\":\"%.*s\"", STR_ARG(join));
    }
    if (junction.len > 0) {
        strbuf_printf(&out, ",\"junctionTargetFieldId\":\"%.*s\"", STR_ARG(junction));
    }
    strbuf_puts(&out, "}");
    struct str json = arena_copy(draft->arena, strbuf_str(&out));
    strbuf_release(&out);
    return json;
}

/* ---- inputs ---- */

bool draft_given(const struct json *input, const char *key)
{
    return json_get(input, key) != NULL;
}

struct str draft_text(struct draft *draft, const struct json *input, const char *key, bool *given)
{
    const struct json *value = json_get(input, key);
    if (given != NULL) {
        *given = value != NULL;
    }
    return json_is(value, JSON_STRING) ? name_clean(draft->arena, value->text) : STR_EMPTY;
}

bool draft_bool(const struct json *input, const char *key, bool otherwise)
{
    const struct json *value = json_get(input, key);
    if (value == NULL || (value->type != JSON_TRUE && value->type != JSON_FALSE)) {
        return otherwise;
    }
    return value->type == JSON_TRUE;
}

struct str draft_json(struct draft *draft, const struct json *input, const char *key)
{
    const struct json *value = json_get(input, key);
    if (value == NULL || value->type == JSON_NULL) {
        return STR_EMPTY;
    }
    struct strbuf out = {0};
    json_put_canonical(&out, value);
    struct str text = arena_copy(draft->arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

struct str draft_quote(struct draft *draft, struct str text)
{
    return text.len == 0 ? STR("null") : report_text(draft->report, text);
}

static void put_member(struct strbuf *out, struct str key, struct str json)
{
    strbuf_puts(out, out->len > 1 ? "," : "");
    json_put_string(out, key);
    strbuf_put_char(out, ':');
    strbuf_put(out, json);
}

struct str draft_replaced(struct draft *draft, struct str replaced, const char *key, struct str was, struct str now)
{
    struct err ignored;
    const struct json *kept = replaced.len == 0 ? NULL : json_parse(draft->arena, replaced, &json_limits, &ignored);
    struct strbuf out = {0};
    struct str first = was;
    strbuf_put_char(&out, '{');
    for (const struct json *member = kept == NULL ? NULL : kept->first; member != NULL; member = member->next) {
        struct strbuf value = {0};
        json_put_canonical(&value, member);
        struct str text = arena_copy(draft->arena, strbuf_str(&value));
        strbuf_release(&value);
        if (str_is(member->key, key)) {
            first = text;
        } else {
            put_member(&out, member->key, text);
        }
    }
    if (!str_eq(first, now)) {
        put_member(&out, str_from(key), first);
    }
    strbuf_put_char(&out, '}');
    struct str json = out.len == 2 ? STR_EMPTY : arena_copy(draft->arena, strbuf_str(&out));
    strbuf_release(&out);
    return json;
}

bool draft_refuse(struct draft *draft, enum err_code code, const char *tag, const char *format, ...)
{
    char text[ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (draft->err->code == ERR_NONE) {
        err_fail_tag(draft->err, code, tag, "%s", text);
    }
    return false;
}

/* ---- malformed bodies ---- */

void draft_complain(struct draft_complaints *complaints, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_puts(&complaints->text, complaints->text.len > 0 ? ", " : "");
    strbuf_vprintf(&complaints->text, format, args);
    va_end(args);
}

void draft_want_text(struct draft_complaints *complaints, const struct json *input, const char *key, bool required)
{
    const struct json *value = json_get(input, key);
    if (value == NULL || value->type == JSON_NULL) {
        if (required) {
            draft_complain(complaints, "%s should not be empty", key);
        }
    } else if (value->type != JSON_STRING) {
        draft_complain(complaints, "%s must be a string", key);
    } else if (required && value->text.len == 0) {
        draft_complain(complaints, "%s should not be empty", key);
    }
}

void draft_want_bool(struct draft_complaints *complaints, const struct json *input, const char *key)
{
    const struct json *value = json_get(input, key);
    if (value != NULL && value->type != JSON_NULL && value->type != JSON_TRUE && value->type != JSON_FALSE) {
        draft_complain(complaints, "%s must be a boolean value", key);
    }
}

void draft_want_id(struct draft_complaints *complaints, const struct json *input, const char *key, bool required,
                   bool nullable)
{
    const struct json *value = json_get(input, key);
    struct uuid ignored;
    if (value == NULL || (nullable && value->type == JSON_NULL)) {
        if (required) {
            draft_complain(complaints, "%s should not be empty", key);
        }
    } else if (value->type != JSON_STRING || !uuid_parse(value->text, &ignored)) {
        draft_complain(complaints, "%s must be a UUID", key);
    }
}

bool draft_complaints_end(struct draft_complaints *complaints)
{
    bool fine = complaints->text.len == 0;
    if (!fine) {
        draft_refuse(complaints->draft, ERR_INVALID, "BAD_USER_INPUT", "%.*s", STR_ARG(strbuf_str(&complaints->text)));
    }
    strbuf_release(&complaints->text);
    return fine;
}
