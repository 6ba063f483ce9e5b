#include "gateway/record/record_json.h"

#include "common/text/json_write.h"
#include "common/text/number.h"
#include "common/text/timestamp.h"

/* A guess a column; too little only costs a second growth of the buffer. */
enum { COLUMN_BYTES_GUESS = 48 };

static void put_null(struct strbuf *out, const struct column *column)
{
    /* An unset text reads as an empty one; an unset choice does not (contract/rest-core 6.2). */
    bool text = column->kind == COLUMN_TEXT && column->form != JSON_FORM_OPTION;
    strbuf_put(out, text ? STR("\"\"") : STR("null"));
}

static void put_quoted(struct strbuf *out, struct str plain)
{
    strbuf_put_char(out, '"');
    strbuf_put(out, plain);
    strbuf_put_char(out, '"');
}

static void put_numeric(struct strbuf *out, struct str canonical)
{
    if (number_survives_double(canonical)) {
        strbuf_put(out, canonical);
    } else {
        put_quoted(out, canonical);
    }
}

static void put_array(struct strbuf *out, const struct value *value)
{
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < value->as.array.count; i++) {
        if (i > 0) {
            strbuf_put_char(out, ',');
        }
        json_put_string(out, value->as.array.items[i]);
    }
    strbuf_put_char(out, ']');
}

void value_put_json(struct strbuf *out, const struct column *column, const struct value *value)
{
    if (value->null) {
        put_null(out, column);
        return;
    }
    switch (column->kind) {
    case COLUMN_UUID:
        strbuf_put_char(out, '"');
        uuid_put(out, &value->as.uuid);
        strbuf_put_char(out, '"');
        return;
    case COLUMN_TEXT: json_put_string(out, value->as.text); return;
    case COLUMN_BOOLEAN: strbuf_put(out, value->as.boolean ? STR("true") : STR("false")); return;
    case COLUMN_FLOAT8: number_put_double(out, value->as.float8); return;
    case COLUMN_NUMERIC: put_numeric(out, value->as.text); return;
    case COLUMN_DATE:
        strbuf_put_char(out, '"');
        date_put(out, value->as.days);
        strbuf_put_char(out, '"');
        return;
    case COLUMN_TIMESTAMPTZ: {
        char text[TIMESTAMP_TEXT_LEN];
        timestamp_print(value->as.us, text);
        put_quoted(out, str_of(text, sizeof text));
        return;
    }
    case COLUMN_JSONB: strbuf_put(out, value->as.text); return;
    case COLUMN_TEXT_ARRAY: put_array(out, value); return;
    case COLUMN_TSVECTOR:
    case COLUMN_KIND_COUNT: break;
    }
    strbuf_put(out, STR("null"));
}

void field_put_json(struct strbuf *out, const struct field *field, const struct value *values)
{
    const struct column *columns = field->columns;
    if (!field_types[field->type].composite) {
        value_put_json(out, &columns[0], &values[columns[0].index]);
        return;
    }
    for (size_t i = 0; i < field->column_count; i++) {
        strbuf_put_char(out, i == 0 ? '{' : ',');
        strbuf_put(out, columns[i].json_key);
        value_put_json(out, &columns[i], &values[columns[i].index]);
    }
    strbuf_put_char(out, '}');
}

static void put_member(struct strbuf *out, const struct field *field, const struct field *id,
                       const struct value *values)
{
    /* The id stands in front already. */
    if (field == id || !field->active || field->column_count == 0) {
        return;
    }
    strbuf_put_char(out, ',');
    strbuf_put(out, field->json_key);
    field_put_json(out, field, values);
}

/* Asked for only where the ceiling allows it: a guess must not count as an overflow. */
static void reserve_guess(struct strbuf *out, size_t columns)
{
    size_t guess = (columns + 1) * COLUMN_BYTES_GUESS;
    if (out->ceiling == 0 || guess <= out->ceiling - out->len) {
        (void)strbuf_reserve(out, guess);
    }
}

void record_put_json(struct strbuf *out, const struct object *object, const struct field *const *selection,
                     size_t selection_count, const struct value *values)
{
    const struct field *id = object->id_column->field;
    reserve_guess(out, selection == NULL ? object->column_count : selection_count);
    strbuf_put_char(out, '{');
    strbuf_put(out, id->json_key);
    value_put_json(out, object->id_column, &values[object->id_column->index]);
    if (selection == NULL) {
        for (size_t i = 0; i < object->field_count; i++) {
            put_member(out, &object->fields[i], id, values);
        }
    } else {
        for (size_t i = 0; i < selection_count; i++) {
            put_member(out, selection[i], id, values);
        }
    }
    strbuf_put_char(out, '}');
}
