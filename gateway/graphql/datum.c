#include "gateway/graphql/datum.h"

#include "common/base/strbuf.h"
#include "common/text/json_write.h"
#include "common/text/number.h"

const struct gql_datum *gql_datum_get(const struct gql_datum *object, const char *name)
{
    if (object == NULL || object->kind != GQL_DATUM_OBJECT) {
        return NULL;
    }
    for (const struct gql_datum *at = object->as.items.first; at != NULL; at = at->next) {
        if (str_is(at->field->name, name)) {
            return at;
        }
    }
    return NULL;
}

static struct json *new_json(struct arena *arena, enum json_type type, struct str text)
{
    struct json *json = ARENA_NEW(arena, struct json);
    json->type = type;
    json->text = text;
    return json;
}

static struct str number_text(struct arena *arena, double number)
{
    char bytes[NUMBER_DOUBLE_MAX];
    return arena_copy(arena, str_of(bytes, number_print_double(number, bytes)));
}

static struct json *copy_of(struct arena *arena, const struct gql_datum *datum)
{
    struct json *copy = ARENA_NEW(arena, struct json);
    *copy = *gql_datum_json(arena, datum);
    copy->next = NULL;
    copy->key = datum->field != NULL ? datum->field->name : STR_EMPTY;
    return copy;
}

static struct json *container(struct arena *arena, const struct gql_datum *datum)
{
    struct json *json = new_json(arena, datum->kind == GQL_DATUM_LIST ? JSON_ARRAY : JSON_OBJECT, STR_EMPTY);
    struct json **next = &json->first;
    for (const struct gql_datum *at = datum->as.items.first; at != NULL; at = at->next) {
        *next = copy_of(arena, at);
        next = &(*next)->next;
        json->count++;
    }
    struct strbuf text = {0};
    json_put_canonical(&text, json);
    json->text = arena_copy(arena, strbuf_str(&text));
    strbuf_release(&text);
    return json;
}

const struct json *gql_datum_json(struct arena *arena, const struct gql_datum *datum)
{
    if (datum->origin != NULL) {
        return datum->origin;
    }
    switch (datum->kind) {
    case GQL_DATUM_NULL: return new_json(arena, JSON_NULL, STR("null"));
    case GQL_DATUM_BOOLEAN: return new_json(arena, datum->as.boolean ? JSON_TRUE : JSON_FALSE, STR_EMPTY);
    case GQL_DATUM_INT: return new_json(arena, JSON_NUMBER, number_text(arena, datum->as.integer));
    case GQL_DATUM_FLOAT: return new_json(arena, JSON_NUMBER, number_text(arena, datum->as.number));
    case GQL_DATUM_STRING: return new_json(arena, JSON_STRING, datum->as.text);
    case GQL_DATUM_ENUM: return new_json(arena, JSON_STRING, datum->as.value->name);
    case GQL_DATUM_JSON: return datum->as.json;
    case GQL_DATUM_LIST:
    case GQL_DATUM_OBJECT: break;
    }
    return container(arena, datum);
}
