#include "gateway/catalogue/model_row.h"

#include "common/text/json_write.h"
#include "common/text/number.h"
#include "common/text/timestamp.h"
#include <stddef.h>

#define OBJECT_MEMBER(column, kind, member) {#column, ROW_##kind, offsetof(struct object_row, member)},
#define FIELD_MEMBER(column, kind, member)  {#column, ROW_##kind, offsetof(struct field_row, member)},

static const struct row_column of_object[] = {OBJECT_ROW_WHOLE(OBJECT_MEMBER, OBJECT_MEMBER)};
static const struct row_column of_field[] = {FIELD_ROW_WHOLE(FIELD_MEMBER, FIELD_MEMBER)};
const struct row_columns object_row_columns = {of_object, ARRAY_LEN(of_object)};
const struct row_columns field_row_columns = {of_field, ARRAY_LEN(of_field)};

static bool is_null(enum row_kind kind, const void *member)
{
    switch (kind) {
    case ROW_ID: return uuid_is_nil(member);
    case ROW_TEXT:
    case ROW_JSON: return ((const struct str *)member)->len == 0;
    case ROW_BOOL:
    case ROW_NUMBER:
    case ROW_TIME: break;
    }
    return false;
}

static void put_value(struct strbuf *out, enum row_kind kind, const void *member)
{
    switch (kind) {
    case ROW_ID:
        strbuf_put_char(out, '"');
        uuid_put(out, member);
        strbuf_put_char(out, '"');
        break;
    case ROW_TEXT: json_put_string(out, *(const struct str *)member); break;
    case ROW_JSON: strbuf_put(out, *(const struct str *)member); break;
    case ROW_BOOL: strbuf_puts(out, *(const bool *)member ? "true" : "false"); break;
    case ROW_NUMBER: number_put_double(out, *(const double *)member); break;
    case ROW_TIME:
        strbuf_put_char(out, '"');
        timestamp_put(out, *(const int64_t *)member);
        strbuf_put_char(out, '"');
        break;
    }
}

static void put_row(struct strbuf *out, const struct row_columns *columns, const void *row)
{
    const char *separator = "{";
    for (size_t i = 0; i < columns->count; i++) {
        const struct row_column *column = &columns->list[i];
        const void *member = (const char *)row + column->offset;
        if (!is_null(column->kind, member)) {
            strbuf_printf(out, "%s\"%s\":", separator, column->name);
            put_value(out, column->kind, member);
            separator = ",";
        }
    }
    strbuf_put_char(out, '}');
}

void object_row_put(struct strbuf *out, const struct object_row *row)
{
    put_row(out, &object_row_columns, row);
}

void field_row_put(struct strbuf *out, const struct field_row *row)
{
    put_row(out, &field_row_columns, row);
}
