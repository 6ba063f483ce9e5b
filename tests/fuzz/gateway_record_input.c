/*
 * Any body into a record and out again: what was taken must be JSON that ECMAScript would print the same, in text that
 * PostgreSQL can be given, and a second reading of the stored e-mails and domains changes nothing.
 */
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "common/text/utf8.h"
#include "gateway/record/record_input.h"
#include "gateway/record/record_json.h"
#include "tests/unit/gateway_record_fixture.h"

#define NOW_US INT64_C(1772368496789012)

static const struct json_limits limits = {.max_depth = 64, .max_nodes = 100000};
/* A string of JSON inside the body may nest as deep as the body again. */
static const struct json_limits out_limits = {.max_depth = 80, .max_nodes = 1000000};
static const struct catalogue *catalogue;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As JSON.stringify prints what JSON.parse read: order kept, numbers through a double. */
static void stringify(struct strbuf *out, const struct json *json)
{
    double number = 0;
    bool object = json->type == JSON_OBJECT;
    switch (json->type) {
    case JSON_NULL: strbuf_puts(out, "null"); return;
    case JSON_FALSE: strbuf_puts(out, "false"); return;
    case JSON_TRUE: strbuf_puts(out, "true"); return;
    case JSON_STRING: json_put_string(out, json->text); return;
    case JSON_NUMBER:
        if (!number_parse_double(json->text, &number)) {
            abort();
        }
        number_put_double(out, number);
        return;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    strbuf_put_char(out, object ? '{' : '[');
    JSON_EACH(child, json)
    {
        if (child != json->first) {
            strbuf_put_char(out, ',');
        }
        if (object) {
            json_put_string(out, child->key);
            strbuf_put_char(out, ':');
        }
        stringify(out, child);
    }
    strbuf_put_char(out, object ? '}' : ']');
}

static void check_json(struct arena *arena, const struct object *object, const struct value *values)
{
    struct strbuf first = {0};
    struct strbuf second = {0};
    record_put_json(&first, object, NULL, 0, values);
    const struct json *json = json_parse(arena, strbuf_str(&first), &out_limits, NULL);
    if (json == NULL) {
        abort();
    }
    stringify(&second, json);
    if (!str_eq(strbuf_str(&first), strbuf_str(&second))) {
        fprintf(stderr, "%.*s\n%.*s\n", STR_ARG(strbuf_str(&first)), STR_ARG(strbuf_str(&second)));
        abort();
    }
    strbuf_release(&first);
    strbuf_release(&second);
}

static void check_pg(struct arena *arena, const struct object *object, const struct value *values)
{
    struct strbuf array = {0};
    for (size_t i = 0; i < object->column_count; i++) {
        const struct column *column = &object->columns[i];
        if (values[i].kind != column->kind || (values[i].null && !column->nullable)) {
            abort();
        }
        struct str text = value_to_pg(arena, &values[i]);
        if (utf8_invalid_at(text) != text.len || str_find(text, '\0') != text.len) {
            abort();
        }
        strbuf_clear(&array);
        value_put_array_element(&array, arena, &values[i]);
        /* What was stored once is found by its own text, and stored again as it is. */
        struct value again;
        bool same_form = column->form == JSON_FORM_EMAIL || column->form == JSON_FORM_URL;
        if (!values[i].null && same_form &&
            (!value_from_text(arena, column, text, &again, NULL) || !value_eq(&values[i], &again))) {
            abort();
        }
    }
    strbuf_release(&array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (catalogue == NULL) {
        catalogue = fixture_catalogue();
    }
    struct arena arena = {0};
    const struct object *object = catalogue_by_plural(catalogue, STR("people"));
    struct err err = {0};
    struct record_input input;
    struct uuid id = fixture_id(0xABCD);
    struct record_actor actor = {.source = STR("API"), .name = STR("key")};
    const struct json *json = json_parse(&arena, str_of((const char *)data, size), &limits, &err);
    if (json != NULL && record_input_read(&arena, object, json, RECORD_INPUT_UPDATE, NOW_US, &input, &err)) {
        err.code = ERR_NONE;
    }
    if (json != NULL && record_input_read(&arena, object, json, RECORD_INPUT_CREATE, NOW_US, &input, &err) &&
        record_input_complete(&arena, object, &input, &id, NOW_US, 1, &actor, &err)) {
        check_json(&arena, object, input.values);
        check_pg(&arena, object, input.values);
    } else if (err.code != ERR_INVALID || err.text[0] == '\0') {
        abort();
    }
    arena_release(&arena);
    return 0;
}
